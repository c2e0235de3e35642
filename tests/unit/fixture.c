// SPDX-License-Identifier: GPL-2.0-only
/*
 * A policy in force and a transaction, for tests of the policy.
 */
#include <stdlib.h>
#include <check.h>
#include <linux/kernel.h>
#include <shim.h>
#include "fixture.h"
#include "ruleset.h"

struct epacl_memory memory;
struct epacl_root *base;
struct epacl_txn txn;

const char *const everything[] = {
	"change limit rules-per-endpoint 60",
	"add service front vip 203.0.113.10",
	"add service web vip 203.0.113.11,2001:db8::11",
	"add vnet a prefix 10.1.0.0/16,2001:db8:1::/48 "
	"peer 172.16.0.0/12,192.168.0.0/16 uplink eth1,wg0",
	"add vnet b prefix 10.2.0.0/16",
	"change vnet a peer b",
	"change vnet b peer a",
	"add vm one service web",
	"add nic one dev vnet0 address 10.1.0.4,2001:db8:1::4 "
	"mac 52:54:00:12:34:56 vnet a",
	"add nic one dev vnet7 address 10.7.0.0/24",
	"add endpoint one/all any",
	"add endpoint one/ping 1 type 8/0",
	"add endpoint one/range 17 5000-5009 public 203.0.113.20:5000",
	"add endpoint one/ssh 6 22 address 10.1.0.4 "
	"public 203.0.113.20:2222,203.0.113.21:22",
	"change rules one/ssh default deny",
	"add rule one/ssh 100 permit 198.51.100.0/24 name \"front ends\"",
	"add rule one/ssh 200 deny any",
	"add rule vm one in 10 deny any proto 6 lport 25,110-143 rport 1-1023",
	"add rule vm one out 5 permit 192.168.0.0/16 proto 1 type 3/4",
	"add rule vm one out 6 deny 2001:db8::/32 proto 47",
	"add vm two quota 100",
};

_Static_assert(ARRAY_SIZE(everything) == EVERYTHING, "EVERYTHING");

void begin(void)
{
	ck_assert_int_eq(epacl_txn_init(&txn, &memory, base), 0);
}

void must(const char *line)
{
	int err = txn_do(&txn, line);

	ck_assert_msg(!err, "%s: %d: %s", line, err, txn.why.text);
}

void commit(void)
{
	epacl_root_get(txn.root);
	epacl_root_put(base);
	base = txn.root;
	epacl_txn_fini(&txn);
}

void commit_everything(void)
{
	size_t i;

	begin();
	for (i = 0; i < EVERYTHING; i++)
		must(everything[i]);
	commit();
}

void assert_lines(const struct epacl_root *root, const char *const *lines,
		  size_t n)
{
	char *text = ruleset(root, false), *rest = text, *line;
	size_t i;

	for (i = 0; i < n; i++) {
		line = strsep(&rest, "\n");
		ck_assert_str_eq(line, lines[i]);
	}
	ck_assert_str_eq(rest, "");
	free(text);
}

struct epacl_vm *vm_of(const struct epacl_root *root, const char *name)
{
	return epacl_vm(epacl_pmap_find(&root->vms, name));
}

struct epacl_endpoint *endpoint_of(const struct epacl_root *root,
				   const char *vm, const char *name)
{
	return epacl_vm_endpoint(vm_of(root, vm), name);
}

void set_up(void)
{
	memory.max = 1ull << 40;
	base = epacl_root_alloc(&memory, 1);
	ck_assert_ptr_nonnull(base);
}

void tear_down(void)
{
	epacl_root_put(base);
	ck_assert_int_eq(atomic64_read(&memory.used), 0);
	ck_assert_int_eq(shim_live(), 0);
}

void refused(const struct refusal *r)
{
	u32 index = txn.nops + 1;
	int err = txn_do(&txn, r->line);

	ck_assert_msg(err == r->err, "%s: %d instead of %d: %s", r->line, err,
		      r->err, txn.why.text);
	ck_assert_msg(strstr(txn.why.text, r->says), "%s: says '%s'", r->line,
		      txn.why.text);
	ck_assert_msg(txn.why.attr == r->attr, "%s: attribute %u: %s", r->line,
		      txn.why.attr, txn.why.text);
	ck_assert_uint_eq(txn.why.op, index);
	ck_assert_int_eq(txn.error, err);
	ck_assert_ptr_nonnull(txn.why.brief);
	/* It was the last one. */
	ck_assert_int_eq(txn_do(&txn, "add vm late"), -ECANCELED);
	ck_assert_uint_eq(txn.why.op, index);
}

int run_tcase(const char *name, TCase *tcase)
{
	Suite *suite = suite_create(name);

	tcase_set_timeout(tcase, 120);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
