// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transactions without memory, large ones, and random ones.
 */
#include <stdlib.h>
#include <linux/kernel.h>
#include <shim.h>
#include "fixture.h"
#include "ruleset.h"

/* ---- no memory ---- */

static const char *const upheaval[] = {
	"change limit rules-per-endpoint 70",
	"add set s 10.0.0.0/8,11.0.0.0/8",
	"change set s more 12.0.0.0/8,11.0.0.0/8",
	"change set s 13.0.0.0/8",
	"add set t",
	"add acl n",
	"add rule acl n 1 permit set s secure reqid 9 log name \"y\"",
	"change rule acl n 1 no secure set t",
	"change rules acl n default permit",
	"add subnet a/x prefix 10.1.1.0/24,10.1.2.0/24",
	"add subnet a/y prefix 10.1.3.0/24",
	"add rule subnet a/x in 1 deny any",
	"change subnet a/x prefix 10.1.4.0/24",
	"change rules subnet a/x out use n",
	"change vnet a uplink eth7",
	"remove subnet a/y",
	"add group g precedence 3",
	"add group h",
	"add member g one",
	"add member h two",
	"add member g two",
	"add rule group g out 1 deny any",
	"change group g no precedence",
	"remove member g one",
	"remove group g",
	"add lbset l tcp public 203.0.113.40:1",
	"change lbset l public 203.0.113.40:2",
	"add endpoint one/m tcp 98 lbset l",
	"change rules lbset l use n",
	"change rules lbset l inline default deny",
	"change nic one vnet7 shared 10.7.0.9 vlan 5,3 serves ra",
	"change endpoint one/m no lbset",
	"remove endpoint one/m",
	"remove lbset l",
	"change rules subnet a/x out inline",
	"remove acl n",
	"remove set t",
	"remove subnet a/x",
	"change nic one vnet7 no shared no vlan no serves",
	"add service third vip 203.0.113.12",
	"change service web vip 203.0.113.13",
	"add vnet c prefix 10.3.0.0/16 peer a,10.9.0.0/16 uplink eth3",
	"change vnet a prefix 10.1.0.0/16 peer c no uplink",
	"add vm three service third",
	"change vm two service third",
	"add nic three eth9 address 10.3.0.1,2001:db8:3::1 vnet c",
	"change nic one vnet0 mac 52:54:00:00:00:09",
	"add nic one vnet8 address 10.8.0.1",
	"add nic one vnet9 address 10.9.0.1",
	"add nic one vnet10 address 10.10.0.1",
	"add endpoint three/x tcp 80 public 203.0.113.20",
	"add endpoint three/y tcp 81-85 public 203.0.113.20,2001:db8::20",
	"change endpoint one/ssh public 203.0.113.20,203.0.113.21:23",
	"add endpoint one/zz tcp 99",
	"--may-exist add endpoint one/zz tcp 99",
	"change rules one/ssh default permit",
	"add rule one/ssh 50 permit 10.0.0.0/8 proto tcp rport 1-1023 name \"x\"",
	"add rule one/ssh 300 permit any",
	"add rule one/ssh 301 permit any",
	"--may-exist add rule one/ssh 301 permit any",
	"change rule one/ssh 100 deny no name",
	"remove rule one/ssh 200",
	"add rule vm three out 1 permit any",
	"change rule vm one in 10 no lport",
	"remove rule vm one out 6",
	"remove nic one vnet7",
	"remove endpoint one/range",
	"remove vm two",
	"remove service front",
	"--if-exists remove vnet nix",
	"flush",
	"add vm four",
};

/* One operation; of the allocations only its own count, and may fail. */
static int do_counted(const char *line, unsigned long *nth)
{
	struct epacl_op *op = op_parse(&memory, line);
	int err;

	shim_fail_at(*nth);
	err = epacl_txn_do(&txn, op);
	*nth = shim_fail_in();
	shim_fail_at(0);
	return err;
}

/*
 * All of @upheaval, with the @nth allocation failing: whatever it is for, its
 * operation changes nothing. Return: false: there were not as many.
 */
static bool upheaval_fails(unsigned long nth)
{
	char *before, *after;
	size_t i;
	int err;

	shim_fail_at(nth);
	err = epacl_txn_init(&txn, &memory, base);
	nth = shim_fail_in();
	shim_fail_at(0);
	for (i = 0; i < ARRAY_SIZE(upheaval) && !err; i++) {
		before = ruleset(txn.root, true);
		err = do_counted(upheaval[i], &nth);
		after = ruleset(txn.root, true);
		if (err) {
			ck_assert_str_eq(before, after);
			ck_assert_ptr_nonnull(
				strstr(txn.why.text, "no memory"));
			ck_assert_uint_eq(txn.why.op, i + 1);
		}
		free(before);
		free(after);
	}
	epacl_txn_fini(&txn);
	ck_assert_msg(!err || err == -ENOMEM, "%s: %d: %s", upheaval[i - 1],
		      err, txn.why.text);
	return err;
}

START_TEST(no_memory)
{
	char *before, *after;
	unsigned long nth;
	long live;
	s64 used;

	commit_everything();
	before = ruleset(base, true);
	live = shim_live();
	used = atomic64_read(&memory.used);
	for (nth = 1; upheaval_fails(nth); nth++) {
		ck_assert_int_eq(shim_live(), live);
		ck_assert_int_eq(atomic64_read(&memory.used), used);
		after = ruleset(base, true);
		ck_assert_str_eq(before, after);
		free(after);
	}
	ck_assert_uint_gt(nth, 80);
	free(before);
}
END_TEST

START_TEST(no_memory_to_rebase)
{
	unsigned long nth;
	size_t i;
	int err = -ENOMEM;

	commit_everything();
	for (nth = 1; err; nth++) {
		begin();
		for (i = 0; i < ARRAY_SIZE(upheaval); i++)
			must(upheaval[i]);
		shim_fail_at(nth);
		err = epacl_txn_rebase(&txn, base);
		shim_fail_at(0);
		if (err)
			ck_assert_int_eq(err, -ENOMEM);
		ck_assert_int_eq(txn.error, err);
		epacl_txn_fini(&txn);
		assert_lines(base, everything, EVERYTHING);
	}
	ck_assert_uint_gt(nth, 80);
}
END_TEST

START_TEST(no_memory_at_all)
{
	shim_fail_at(1);
	ck_assert_ptr_null(epacl_root_alloc(&memory, 1));
	shim_fail_at(1);
	ck_assert_ptr_null(epacl_op_alloc(&memory));
	shim_fail_at(0);
	memory.max = atomic64_read(&memory.used);
	ck_assert_int_eq(epacl_txn_init(&txn, &memory, base), -ENOMEM);
	epacl_txn_fini(&txn);
}
END_TEST

/* ---- many ---- */

static void add_rules(const char *owner, int first, int last, int step)
{
	char line[128];
	int i;

	for (i = first; i != last + step; i += step) {
		snprintf(line, sizeof(line), "add rule %s %d %s 10.0.0.0/8",
			 owner, i, i % 2 ? "permit" : "deny");
		must(line);
	}
}

static void remove_rules(const char *owner, int first, int last, int step)
{
	char line[128];
	int i;

	for (i = first; i != last + step; i += step) {
		snprintf(line, sizeof(line), "remove rule %s %d", owner, i);
		must(line);
	}
}

static void assert_full(const struct epacl_acl *acl)
{
	u32 i;

	ck_assert_uint_eq(acl->n, EPACL_RULES_MAX);
	ck_assert_uint_eq(acl->npermit, (EPACL_RULES_MAX + 1) / 2);
	for (i = 0; i < acl->n; i++)
		ck_assert_uint_eq(acl->rules[i]->order, i + 1);
}

START_TEST(full_lists)
{
	begin();
	must("change limit rules-per-endpoint 65535");
	must("add vm v");
	must("add endpoint v/e tcp 80");
	add_rules("v/e", 1, 65535, 1);
	assert_full(endpoint_of(txn.root, "v", "e")->slot.acl);
	add_rules("vm v in", 65535, 1, -1);
	assert_full(vm_of(txn.root, "v")->slot[EPACL_IN].acl);
	commit();
	begin();
	remove_rules("v/e", 1, 65535, 1);
	remove_rules("vm v in", 65535, 1, -1);
	ck_assert_uint_eq(endpoint_of(txn.root, "v", "e")->slot.acl->n, 0);
	epacl_txn_fini(&txn);
	assert_full(endpoint_of(base, "v", "e")->slot.acl);
	assert_full(vm_of(base, "v")->slot[EPACL_IN].acl);
}
END_TEST

/* Rules that come and go anywhere, against a naive twin. */
START_TEST(scattered_rules)
{
	enum { ORDERS = 100 };
	bool there[ORDERS + 1] = { false };
	const struct epacl_acl *acl;
	char line[64];
	u32 i, k, n = 0;

	begin();
	must("add vm v");
	acl = vm_of(txn.root, "v")->slot[EPACL_IN].acl;
	for (i = 0; i < 20000; i++) {
		k = 1 + rand() % ORDERS;
		snprintf(line, sizeof(line),
			 there[k] ? "remove rule vm v in %u" :
				    "add rule vm v in %u permit any",
			 k);
		must(line);
		n += there[k] ? -1 : 1;
		there[k] = !there[k];
		ck_assert_uint_eq(acl->n, n);
		if (i % 10)
			continue;
		for (k = 1, n = 0; k <= ORDERS; k++)
			if (there[k])
				ck_assert_uint_eq(acl->rules[n++]->order, k);
	}
	commit();
}
END_TEST

START_TEST(many_rules_on_many_vms)
{
	const struct epacl_acl *acl;
	char line[64];
	s64 without;
	int i, k;

	begin();
	for (i = 0; i < 1000; i++) {
		snprintf(line, sizeof(line), "add vm v%d", i);
		must(line);
	}
	commit();
	without = atomic64_read(&memory.used);
	begin();
	for (k = 1; k <= 50; k++)
		for (i = 0; i < 1000; i++) {
			snprintf(line, sizeof(line),
				 "add rule vm v%d in %d permit 10.0.0.0/8 lport 22",
				 i, k);
			must(line);
		}
	ck_assert_uint_eq(txn.nops, 50000);
	/* Counters come in blocks, of which the first are small. */
	acl = vm_of(txn.root, "v0")->slot[EPACL_IN].acl;
	ck_assert_uint_eq(acl->rules[0]->counters->n, 1);
	ck_assert_uint_eq(
		vm_of(txn.root, "v1")->slot[EPACL_IN].acl->rules[0]->counters->n,
		4);
	ck_assert_uint_eq(acl->rules[49]->counters->n, EPACL_COUNTERS_MAX);
	commit();
	/* 64 bytes each, with a range of ports, and 512 for 50 pointers. */
	ck_assert_int_le(atomic64_read(&memory.used) - without,
			 50000 * 64 + 1000 * 512);
}
END_TEST

START_TEST(many_chosen_ports)
{
	char line[96];
	int i;

	begin();
	for (i = 0; i < 5000; i++) {
		snprintf(line, sizeof(line), "add vm v%d", i);
		must(line);
		snprintf(line, sizeof(line),
			 "add endpoint v%d/e tcp 80 public 203.0.113.1", i);
		must(line);
	}
	ck_assert_uint_eq(endpoint_of(txn.root, "v4999", "e")->publics[0].port,
			  49152 + 4999);
	commit();
}
END_TEST

/* Counters of one transaction stand one after the other in their block. */
START_TEST(counters_are_apart)
{
	const struct epacl_acl *acl;
	u32 i, k;

	begin();
	must("add vm v");
	add_rules("vm v in", 1, 300, 1);
	acl = vm_of(txn.root, "v")->slot[EPACL_IN].acl;
	for (i = 0; i < acl->n; i++) {
		ck_assert_int_lt(acl->rules[i]->counter -
					 acl->rules[i]->counters->cpu,
				 acl->rules[i]->counters->n);
		for (k = 0; k < i; k++)
			ck_assert_ptr_ne(acl->rules[i]->counter,
					 acl->rules[k]->counter);
	}
	commit();
}
END_TEST

/* ---- random lines, against nothing but themselves ---- */

/* A line of the ruleset, or a change or removal of what it made. */
static void random_line(char *line, size_t size)
{
	static const char *const verbs[] = { "--may-exist add", "add", "change",
					     "--if-exists remove" };
	static const char *const objects[] = {
		"vm %c",
		"vm %c service %c",
		"service %c vip 203.0.113.%d",
		"vnet %c prefix 10.%d.0.0/16",
		"nic %c e%c address 10.0.0.%d",
		"endpoint %c/%c tcp %d",
		"rule vm %c in %d permit any",
		"rule vm %c out %d deny any",
		"rule %c/%c %d permit any",
		"nic %c e%c",
		"endpoint %c/%c",
		"service %c",
		"vnet %c",
		"vnet %c peer %c",
		"nic %c e%c vnet %c",
		"nic %c e%c address 10.0.0.%d shared 10.0.1.%d vlan %d",
		"set %c 10.%d.0.0/16,11.%d.0.0/16",
		"set %c",
		"acl %c",
		"subnet %c/%c prefix 10.1.%d.0/24",
		"subnet %c/%c",
		"group %c precedence %d",
		"group %c",
		"member %c %c",
		"lbset %c tcp public 203.0.113.%d:%d",
		"lbset %c",
		"endpoint %c/%c tcp %d lbset %c",
		"rules vm %c in use %c",
		"rules group %c out use %c",
		"rules subnet %c/%c in use %c",
		"rules lbset %c use %c",
		"rules %c/%c use %c",
		"rules vm %c in inline",
		"rules lbset %c default deny",
		"rule acl %c %d permit set %c",
		"rule group %c in %d deny set %c secure",
		"rule subnet %c/%c out %d permit any secure reqid %d log",
		"rule lbset %c %d deny any",
	};
	const char *format = objects[rand() % (int)ARRAY_SIZE(objects)];
	size_t n;

	n = snprintf(line, size, "%s ", verbs[rand() % (int)ARRAY_SIZE(verbs)]);
	for (; *format && n < size - 8; format++) {
		if (format[0] != '%') {
			line[n++] = *format;
			continue;
		}
		format++;
		if (*format == 'c')
			line[n++] = 'a' + rand() % 3;
		else
			n += snprintf(line + n, size - n, "%d", 1 + rand() % 5);
	}
	line[n] = 0;
}

/*
 * Whatever a transaction does, its ruleset, done line by line upon an empty
 * policy, gives the same; and what was shown or committed stays.
 */
START_TEST(random_transactions)
{
	struct epacl_root *empty = epacl_root_alloc(&memory, 1), *shown;
	char line[128], *text, *again, *rest, *one, *was;
	struct epacl_txn copy;
	int i, k;

	srand(_i + 1);
	for (i = 0; i < 300; i++) {
		begin();
		was = ruleset(base, true);
		for (k = rand() % 40; k && !txn.error; k--) {
			random_line(line, sizeof(line));
			txn_do(&txn, line);
		}
		shown = epacl_txn_show(&txn);
		text = ruleset(shown, false);
		for (k = rand() % 10; k && !txn.error; k--) {
			random_line(line, sizeof(line));
			txn_do(&txn, line);
		}
		again = ruleset(shown, false);
		ck_assert_str_eq(text, again);
		free(again);
		again = ruleset(base, true);
		ck_assert_str_eq(was, again);
		free(again);
		free(was);

		ck_assert_int_eq(epacl_txn_init(&copy, &memory, empty), 0);
		for (rest = strdup(text), one = rest;
		     (was = strsep(&one, "\n"));)
			if (*was)
				ck_assert_msg(!txn_do(&copy, was), "%s: %s",
					      was, copy.why.text);
		free(rest);
		again = ruleset(copy.root, false);
		ck_assert_str_eq(text, again);
		free(again);
		free(text);
		epacl_txn_fini(&copy);

		epacl_root_put(shown);
		/* A failed one, too: it holds what it has done so far. */
		commit();
	}
	epacl_root_put(empty);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("all");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, no_memory);
	tcase_add_test(tcase, no_memory_to_rebase);
	tcase_add_test(tcase, no_memory_at_all);
	tcase_add_test(tcase, full_lists);
	tcase_add_test(tcase, scattered_rules);
	tcase_add_test(tcase, many_rules_on_many_vms);
	tcase_add_test(tcase, many_chosen_ports);
	tcase_add_test(tcase, counters_are_apart);
	tcase_add_loop_test(tcase, random_transactions, 0, 4);
	return run_tcase("stress", tcase);
}
