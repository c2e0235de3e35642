// SPDX-License-Identifier: GPL-2.0-only
/*
 * Guards: what transactions do with them, what they refuse, and whom they match.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <shim.h>
#include "fixture.h"
#include "guard.h"

/* In the form in which ruleset() gives it back. */
static const char *const lines[] = {
	"add guard tap[0-9]*",
	"add guard vnet* force",
	"add vm a",
};

static void commit_lines(void)
{
	size_t i;

	begin();
	for (i = ARRAY_SIZE(lines); i--;)
		must(lines[i]);
	commit();
}

START_TEST(round_trip)
{
	commit_lines();
	assert_lines(base, lines, ARRAY_SIZE(lines));
	begin();
	must("flush");
	assert_lines(txn.root, NULL, 0);
	epacl_txn_fini(&txn);
	assert_lines(base, lines, ARRAY_SIZE(lines));
}
END_TEST

static const struct {
	const char *line;
	const char *is[3];
} changes[] = {
	{ "change guard tap[0-9]* force",
	  { "add guard tap[0-9]* force", "add guard vnet* force",
	    "add vm a" } },
	{ "change guard vnet* no force",
	  { "add guard tap[0-9]*", "add guard vnet*", "add vm a" } },
	{ "remove guard vnet*", { "add guard tap[0-9]*", "add vm a" } },
	{ "--if-exists remove guard vnet",
	  { "add guard tap[0-9]*", "add guard vnet* force", "add vm a" } },
	{ "--may-exist add guard vnet* force",
	  { "add guard tap[0-9]*", "add guard vnet* force", "add vm a" } },
	{ "--may-exist add guard tap[0-9]*",
	  { "add guard tap[0-9]*", "add guard vnet* force", "add vm a" } },
};

START_TEST(change_one)
{
	commit_lines();
	begin();
	must(changes[_i].line);
	assert_lines(txn.root, changes[_i].is, changes[_i].is[2] ? 3 : 2);
	epacl_txn_fini(&txn);
	assert_lines(base, lines, ARRAY_SIZE(lines));
}
END_TEST

static const struct refusal refusals[] = {
	{ "add guard \"\"", -EINVAL, EPACL_GUARD_A_PATTERN,
	  "'' is no pattern of names of interfaces" },
	{ "add guard a/b", -EINVAL, EPACL_GUARD_A_PATTERN, "as in vnet*" },
	{ "add guard a:b", -EINVAL, EPACL_GUARD_A_PATTERN, "is no pattern" },
	{ "add guard a\\b", -EINVAL, EPACL_GUARD_A_PATTERN, "is no pattern" },
	{ "add guard \"a b\"", -EINVAL, EPACL_GUARD_A_PATTERN,
	  "is no pattern" },
	{ "add guard #a", -EINVAL, EPACL_GUARD_A_PATTERN, "is no pattern" },
	{ "add guard \xc3\xa4", -EINVAL, EPACL_GUARD_A_PATTERN,
	  "'...' is no pattern" },
	{ "add guard vnet* force", -EEXIST, 0, "guard 'vnet*' exists already" },
	{ "--may-exist add guard vnet*", -EEXIST, EPACL_GUARD_A_FORCE,
	  "guard 'vnet*' exists already and differs in 'force'" },
	{ "--may-exist add guard tap[0-9]* force", -EEXIST, EPACL_GUARD_A_FORCE,
	  "differs in 'force'" },
	{ "change guard vnet force", -ENOENT, EPACL_GUARD_A_PATTERN,
	  "there is no guard 'vnet'" },
	{ "change guard vnet*", -EINVAL, 0, "nothing to change" },
	{ "remove guard vnet", -ENOENT, EPACL_GUARD_A_PATTERN,
	  "there is no guard 'vnet'" },
	{ "remove guard vnet* force", -EINVAL, EPACL_GUARD_A_FORCE,
	  "'force' does not say which guard to remove" },
};

START_TEST(refused_one)
{
	commit_lines();
	begin();
	refused(&refusals[_i]);
	epacl_txn_fini(&txn);
	assert_lines(base, lines, ARRAY_SIZE(lines));
}
END_TEST

START_TEST(too_many)
{
	static const struct refusal one_more = {
		"add guard last", -ENOSPC, 0,
		"there are 64 guards already, which is as many as there may be"
	};
	char line[32];
	int i;

	begin();
	for (i = 0; i < EPACL_GUARDS_MAX; i++) {
		snprintf(line, sizeof(line), "add guard tap%d", i);
		must(line);
	}
	must("--may-exist add guard tap0");
	refused(&one_more);
	epacl_txn_fini(&txn);
}
END_TEST

static const struct epacl_guard *guard(const struct epacl_root *root,
				       const char *pattern)
{
	return epacl_guard(epacl_pmap_find(&root->guards, pattern));
}

/* A change goes on counting; what is removed and added again does not. */
START_TEST(counters)
{
	const struct epacl_guard *before;

	commit_lines();
	before = guard(base, "vnet*");
	begin();
	must("change guard vnet* no force");
	ck_assert_ptr_ne(guard(txn.root, "vnet*"), before);
	ck_assert_ptr_eq(guard(txn.root, "vnet*")->counters, before->counters);
	must("remove guard vnet*");
	must("add guard vnet*");
	ck_assert_ptr_ne(guard(txn.root, "vnet*")->counters, before->counters);
	epacl_txn_fini(&txn);
}
END_TEST

static const struct {
	const char *pattern;
	const char *dev;
	bool matches;
} names[] = {
	{ "vnet*", "vnet0", true },	  { "vnet*", "vnet", true },
	{ "vnet*", "xvnet0", false },	  { "vnet?", "vnet10", false },
	{ "vnet?", "vnet1", true },	  { "tap[0-9]", "tap7", true },
	{ "tap[0-9]", "tapx", false },	  { "tap[!0-9]*", "tapx1", true },
	{ "tap[!0-9]*", "tap11", false }, { "*", "lo", true },
	{ "eth0", "eth0", true },	  { "eth0", "eth01", false },
	{ "*.100", "tap1.100", true },
};

START_TEST(matches)
{
	char line[64];

	begin();
	snprintf(line, sizeof(line), "add guard %s", names[_i].pattern);
	must(line);
	ck_assert_msg(!!epacl_guard_of(txn.root, names[_i].dev) ==
			      names[_i].matches,
		      "%s %s", names[_i].pattern, names[_i].dev);
	epacl_txn_fini(&txn);
}
END_TEST

START_TEST(the_first_by_name)
{
	begin();
	ck_assert_ptr_null(epacl_guard_of(txn.root, "vnet0"));
	must("add guard vnet*");
	must("add guard *");
	ck_assert_str_eq(epacl_guard_of(txn.root, "vnet0")->obj.name, "*");
	must("remove guard *");
	ck_assert_str_eq(epacl_guard_of(txn.root, "vnet0")->obj.name, "vnet*");
	epacl_txn_fini(&txn);
}
END_TEST

static const char *const costly[] = {
	"add guard x",
	"change guard vnet* no force",
	"remove guard vnet*",
};

/* Memory that runs out anywhere leaves the policy as it was. */
START_TEST(no_memory)
{
	struct epacl_op *op;
	int i, err = -ENOMEM;

	commit_lines();
	for (i = 1; err; i++) {
		begin();
		op = op_parse(&memory, costly[_i]);
		shim_fail_at(i);
		err = epacl_txn_do(&txn, op);
		shim_fail_at(0);
		ck_assert(!err || err == -ENOMEM);
		epacl_txn_fini(&txn);
		assert_lines(base, lines, ARRAY_SIZE(lines));
	}
	ck_assert_int_gt(i, 2);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("guards");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, round_trip);
	tcase_add_loop_test(tcase, change_one, 0, ARRAY_SIZE(changes));
	tcase_add_loop_test(tcase, refused_one, 0, ARRAY_SIZE(refusals));
	tcase_add_test(tcase, too_many);
	tcase_add_test(tcase, counters);
	tcase_add_loop_test(tcase, matches, 0, ARRAY_SIZE(names));
	tcase_add_test(tcase, the_first_by_name);
	tcase_add_loop_test(tcase, no_memory, 0, ARRAY_SIZE(costly));
	return run_tcase("guards", tcase);
}
