// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transactions: what they do, who sees it, and when.
 */
#include <stdlib.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include "fixture.h"
#include "ruleset.h"
#include "snapshot.h"

/* ---- what is accepted ---- */

START_TEST(all_kinds)
{
	commit_everything();
	assert_lines(base, everything, EVERYTHING);
}
END_TEST

START_TEST(flush_empties)
{
	commit_everything();
	begin();
	must("flush");
	assert_lines(txn.root, NULL, 0);
	ck_assert_uint_eq(txn.root->generation, 1);
	must(everything[1]);
	commit();
	assert_lines(base, &everything[1], 1);
}
END_TEST

/* What @lines make of everything, but for the line @was, which turns @is. */
static void changes(const char *line, const char *was, const char *is)
{
	const char *lines[EVERYTHING];
	size_t i, n = 0;

	begin();
	must(line);
	for (i = 0; i < EVERYTHING; i++) {
		if (strcmp(everything[i], was))
			lines[n++] = everything[i];
		else if (is)
			lines[n++] = is;
	}
	assert_lines(txn.root, lines, n);
	epacl_txn_fini(&txn);
	assert_lines(base, everything, EVERYTHING);
}

START_TEST(change_one_attribute)
{
	commit_everything();
	changes("change limit rules-per-endpoint 65535", everything[0],
		"change limit rules-per-endpoint 65535");
	changes("change service web vip 2001:db8::12", everything[2],
		"add service web vip 2001:db8::12");
	changes("change vnet b prefix 10.3.255.0/16,10.2.9.9", everything[4],
		"add vnet b prefix 10.2.9.9,10.3.0.0/16");
	changes("change vnet a no peer", everything[5], NULL);
	changes("change vnet b peer-prefix 10.9.0.0/16", everything[4],
		"add vnet b prefix 10.2.0.0/16 peer 10.9.0.0/16");
	changes("change vm one no service", everything[7], "add vm one");
	changes("change vm two service web", everything[20],
		"add vm two service web quota 100");
	changes("change vm two quota 65535", everything[20],
		"add vm two quota 65535");
	changes("change vm two no quota", everything[20], "add vm two");
	changes("change vm one quota 1", everything[7],
		"add vm one service web quota 1");
	changes("change nic one dev vnet7 mac 52:54:00:00:00:01", everything[9],
		"add nic one dev vnet7 address 10.7.0.0/24 mac 52:54:00:00:00:01");
	changes("change nic one dev vnet0 no mac", everything[8],
		"add nic one dev vnet0 address 10.1.0.4,2001:db8:1::4 vnet a");
	changes("change nic one dev vnet0 address 10.1.0.0/24 no vnet",
		everything[8],
		"add nic one dev vnet0 address 10.1.0.0/24 mac 52:54:00:12:34:56");
	changes("change endpoint one/ping no code", everything[11],
		"add endpoint one/ping 1 type 8");
	changes("change endpoint one/ping no code no type", everything[11],
		"add endpoint one/ping 1");
	changes("change endpoint one/range port 53", everything[12],
		"add endpoint one/range 17 53 public 203.0.113.20:5000");
	changes("change endpoint one/ssh no address", everything[13],
		"add endpoint one/ssh 6 22 public 203.0.113.20:2222,203.0.113.21:22");
	changes("change endpoint one/ssh no public", everything[13],
		"add endpoint one/ssh 6 22 address 10.1.0.4");
	changes("change rules one/ssh no default", everything[14], NULL);
	changes("change rule one/ssh 100 deny no name", everything[15],
		"add rule one/ssh 100 deny 198.51.100.0/24");
	changes("change rule one/ssh 200 remote 10.1.2.3/8 proto 0",
		everything[16], "add rule one/ssh 200 deny 10.0.0.0/8 proto 0");
	changes("change rule vm one in 10 no rport lport 9-9,7", everything[17],
		"add rule vm one in 10 deny any proto 6 lport 9,7");
	changes("change rule vm one out 5 no code", everything[18],
		"add rule vm one out 5 permit 192.168.0.0/16 proto 1 type 3");
}
END_TEST

START_TEST(remove_parts)
{
	commit_everything();
	changes("remove nic one dev vnet7", everything[9], NULL);
	changes("remove endpoint one/ping", everything[11], NULL);
	changes("remove rule one/ssh 200", everything[16], NULL);
	changes("remove rule vm one in 10", everything[17], NULL);
	changes("remove vm two", everything[20], NULL);
	changes("remove service front", everything[1], NULL);
}
END_TEST

START_TEST(remove_takes_parts_along)
{
	commit_everything();
	begin();
	must("remove vm one");
	must("remove vm two");
	must("remove service web");
	must("remove service front");
	must("change vnet a no peer");
	must("remove vnet b");
	must("remove vnet a");
	assert_lines(txn.root, everything, 1);
	epacl_txn_fini(&txn);
}
END_TEST

/* ---- limits ---- */

START_TEST(limit_of_an_endpoint)
{
	static const struct refusal one_too_many = {
		"add rule v/e 51 deny any",
		-ENOSPC,
		EPACL_RULE_A_OWNER,
		"endpoint 'v/e' has 50 rules, the limit is 50: raise it with 'change limit rules-per-endpoint N' (at most 65535)",
	};
	char line[64];
	int i;

	begin();
	must("add vm v");
	must("add endpoint v/e tcp 80");
	for (i = 1; i <= 50; i++) {
		snprintf(line, sizeof(line), "add rule v/e %d permit any", i);
		must(line);
		/* The VM's own list is not an endpoint's. */
		snprintf(line, sizeof(line), "add rule vm v in %d deny any", i);
		must(line);
	}
	must("add rule vm v in 51 deny any");
	must("--may-exist add rule v/e 50 permit any");
	commit();
	begin();
	must("change limit rules-per-endpoint 51");
	must("add rule v/e 51 deny any");
	/* What is there stays. */
	must("change limit rules-per-endpoint 3");
	must("change rule v/e 51 permit");
	ck_assert_uint_eq(endpoint_of(txn.root, "v", "e")->slot.acl->n, 51);
	epacl_txn_fini(&txn);
	begin();
	refused(&one_too_many);
	epacl_txn_fini(&txn);
}
END_TEST

/* ---- public ports ---- */

static u16 public_port(const char *vm, const char *name, u32 i)
{
	return endpoint_of(txn.root, vm, name)->publics[i].port;
}

START_TEST(chosen_ports)
{
	begin();
	must("add vm a");
	must("add nic a eth0 address 10.0.0.1");
	must("add vm b");
	must("add nic b eth1 address 10.0.0.2");
	must("add endpoint a/w tcp 1 public 203.0.113.1:49153");
	must("add endpoint a/x tcp 2 public 203.0.113.1");
	ck_assert_uint_eq(public_port("a", "x", 0), 49152);
	must("add endpoint b/y tcp 3 public 203.0.113.1,203.0.113.1");
	ck_assert_uint_eq(public_port("b", "y", 0), 49154);
	ck_assert_uint_eq(public_port("b", "y", 1), 49155);
	/* Other protocols and addresses have ports of their own. */
	must("add endpoint b/u udp 3 public 203.0.113.1,203.0.113.2");
	ck_assert_uint_eq(public_port("b", "u", 0), 49152);
	ck_assert_uint_eq(public_port("b", "u", 1), 49152);
	must("remove endpoint a/x");
	/* A range keeps its numbers, which are in the way of a choice. */
	must("add endpoint a/r tcp 49156-49165 public 203.0.113.1,203.0.113.9");
	ck_assert_uint_eq(public_port("a", "r", 0), 49156);
	ck_assert_uint_eq(public_port("a", "r", 1), 49156);
	must("add endpoint a/s tcp 10-19 public 203.0.113.1");
	ck_assert_uint_eq(public_port("a", "s", 0), 10);
	must("add endpoint a/z tcp 4 public 203.0.113.1");
	ck_assert_uint_eq(public_port("a", "z", 0), 49152);
	must("add endpoint a/zz tcp 5 public 203.0.113.1,203.0.113.1:49166");
	ck_assert_uint_eq(public_port("a", "zz", 0), 49166);
	ck_assert_uint_eq(public_port("a", "zz", 1), 49167);
	must("remove endpoint a/z");
	must("add endpoint a/again tcp 4 public 203.0.113.1");
	ck_assert_uint_eq(public_port("a", "again", 0), 49152);
	/* Its own are free for it. */
	must("change endpoint b/y public 203.0.113.1");
	ck_assert_uint_eq(public_port("b", "y", 0), 49154);
	/* One above which only a range that ends there is in the way. */
	must("add endpoint a/low tcp 49100-49153 public 203.0.113.8:49100");
	must("add endpoint a/high tcp 6 public 203.0.113.8");
	ck_assert_uint_eq(public_port("a", "high", 0), 49154);
	commit();
}
END_TEST

START_TEST(no_port_left)
{
	static const struct refusal none = {
		"add endpoint a/y tcp 2 public 203.0.113.1", -ENOSPC,
		EPACL_ENDPOINT_A_PUBLICS,
		"endpoint 'a/y': of public 203.0.113.1 no port from 49152 to 65535 is free"
	};

	begin();
	must("add vm a");
	must("add nic a eth0 address 10.0.0.1");
	must("add endpoint a/x tcp 49152-65534 public 203.0.113.1");
	ck_assert_uint_eq(public_port("a", "x", 0), 49152);
	commit();
	begin();
	must("add endpoint a/low tcp 2-3 public 203.0.113.1");
	ck_assert_uint_eq(public_port("a", "low", 0), 2);
	must("add endpoint a/last tcp 1 public 203.0.113.1");
	ck_assert_uint_eq(public_port("a", "last", 0), 65535);
	refused(&none);
	epacl_txn_fini(&txn);
}
END_TEST

/* ---- who sees what ---- */

START_TEST(shown_stays)
{
	struct epacl_root *shown;

	begin();
	must(everything[0]);
	must(everything[1]);
	shown = epacl_txn_show(&txn);
	assert_lines(shown, everything, 2);
	must("change limit rules-per-endpoint 9");
	must(everything[2]);
	assert_lines(shown, everything, 2);
	epacl_root_put(shown);
	epacl_txn_fini(&txn);

	commit_everything();
	begin();
	must("change vm two service web");
	must("change rule one/ssh 200 permit");
	shown = epacl_txn_show(&txn);
	must("change limit rules-per-endpoint 9");
	must("change rule one/ssh 200 deny");
	must("change vm two no service");
	must("remove nic one vnet7");
	must("remove endpoint one/all");
	must("add rule one/ssh 201 deny any");
	must("remove vm two");
	ck_assert_uint_eq(shown->rules_per_endpoint, 60);
	ck_assert_str_eq(vm_of(shown, "two")->service, "web");
	ck_assert_uint_eq(vm_of(shown, "one")->nnics, 2);
	ck_assert_ptr_nonnull(endpoint_of(shown, "one", "all"));
	ck_assert_uint_eq(endpoint_of(shown, "one", "ssh")->slot.acl->n, 2);
	ck_assert(endpoint_of(shown, "one", "ssh")->slot.acl->rules[1]->permit);
	epacl_root_put(shown);
	epacl_txn_fini(&txn);
	assert_lines(base, everything, EVERYTHING);
}
END_TEST

/* What outlives a change does, and the rest is shared as far as it can be. */
START_TEST(what_is_kept)
{
	const struct epacl_vm *was, *is;
	const struct epacl_endpoint *ssh, *then;

	commit_everything();
	was = vm_of(base, "one");
	ssh = endpoint_of(base, "one", "ssh");
	begin();
	must("change rule one/ssh 100 deny");
	must("change nic one vnet0 no mac");
	must("change endpoint one/ssh no public");
	is = vm_of(txn.root, "one");
	then = endpoint_of(txn.root, "one", "ssh");
	ck_assert_ptr_ne(was, is);
	ck_assert_ptr_eq(was->counters, is->counters);
	ck_assert_ptr_eq(was->nics[0]->station, is->nics[0]->station);
	ck_assert_ptr_eq(was->slot[EPACL_OUT].acl, is->slot[EPACL_OUT].acl);
	ck_assert_ptr_eq(endpoint_of(base, "one", "range")->slot.acl,
			 endpoint_of(txn.root, "one", "range")->slot.acl);
	ck_assert_ptr_ne(ssh->slot.acl, then->slot.acl);
	ck_assert_ptr_eq(ssh->slot.acl->rules[1], then->slot.acl->rules[1]);
	ck_assert_ptr_ne(ssh->slot.acl->rules[0], then->slot.acl->rules[0]);
	ck_assert_ptr_eq(ssh->slot.acl->rules[0]->counters,
			 then->slot.acl->rules[0]->counters);
	ck_assert_ptr_eq(ssh->slot.acl->rules[0]->counter,
			 then->slot.acl->rules[0]->counter);
	ck_assert_ptr_eq(vm_of(base, "two"), vm_of(txn.root, "two"));
	epacl_txn_fini(&txn);
}
END_TEST

/* A policy that is loaded anew knows its guests; another VM is another guest. */
START_TEST(stations_of_a_reload)
{
	const struct epacl_nic *was;

	commit_everything();
	was = vm_of(base, "one")->nics[0];
	begin();
	must("flush");
	must("add vm one");
	must("add vm two");
	must("add nic one dev vnet0 address 10.0.0.1");
	must("add nic two dev vnet7 address 10.0.0.2");
	ck_assert_ptr_eq(vm_of(txn.root, "one")->nics[0]->station,
			 was->station);
	ck_assert_ptr_ne(vm_of(txn.root, "two")->nics[0]->station,
			 vm_of(base, "one")->nics[1]->station);
	epacl_txn_fini(&txn);
}
END_TEST

/* Whom compile may blame. */
START_TEST(indices)
{
	struct epacl_root *shown;
	struct epacl_vm *one;

	commit_everything();
	ck_assert(!base->epoch_min ||
		  epacl_root_made(base, &vm_of(base, "one")->obj));
	begin();
	ck_assert(!epacl_root_made(txn.root, &vm_of(txn.root, "one")->obj));
	must("change vm two service web");
	must("add rule vm one in 99 permit any");
	one = vm_of(txn.root, "one");
	ck_assert(epacl_root_made(txn.root, &one->obj));
	/* A rule is no change to the VM. */
	ck_assert_uint_eq(one->obj.op, 0);
	ck_assert_uint_eq(epacl_root_nic_op(txn.root, one->nics[0]), 0);
	must("change nic one vnet7 address 10.7.0.0/25");
	ck_assert_uint_eq(one->obj.op, 3);
	ck_assert_uint_eq(epacl_root_nic_op(txn.root, one->nics[0]), 0);
	ck_assert_uint_eq(epacl_root_nic_op(txn.root, one->nics[1]), 3);
	shown = epacl_txn_show(&txn);
	must("add endpoint one/new tcp 99");
	one = vm_of(txn.root, "one");
	ck_assert(epacl_root_made(txn.root, &one->obj));
	ck_assert(epacl_root_made(txn.root, &vm_of(txn.root, "two")->obj));
	ck_assert_uint_eq(vm_of(txn.root, "two")->obj.op, 1);
	ck_assert_uint_eq(one->obj.op, 4);
	ck_assert_uint_eq(epacl_root_nic_op(txn.root, one->nics[1]), 3);
	ck_assert_uint_eq(epacl_vm_endpoint(one, "new")->op, 4);
	ck_assert_uint_eq(epacl_vm_endpoint(one, "ssh")->op, 0);
	epacl_root_put(shown);
	epacl_txn_fini(&txn);
}
END_TEST

START_TEST(lists_of_owners)
{
	struct epacl_owner owner = { .kind = EPACL_OWNER_VM,
				     .direction = EPACL_OUT,
				     .name = "one" };

	commit_everything();
	ck_assert_ptr_eq(epacl_root_acl(base, &owner),
			 vm_of(base, "one")->slot[EPACL_OUT].acl);
	owner.direction = EPACL_DIRECTIONS;
	ck_assert_ptr_null(epacl_root_acl(base, &owner));
	owner.direction = EPACL_IN;
	owner.kind = EPACL_OWNER_ENDPOINT;
	strcpy(owner.part, "ssh");
	ck_assert_ptr_eq(epacl_root_acl(base, &owner),
			 endpoint_of(base, "one", "ssh")->slot.acl);
	strcpy(owner.part, "nix");
	ck_assert_ptr_null(epacl_root_acl(base, &owner));
	strcpy(owner.name, "nix");
	ck_assert_ptr_null(epacl_root_acl(base, &owner));
}
END_TEST

/* What was compiled of a list does not outlive a change of it. */
START_TEST(tables_follow)
{
	struct epacl_refusal why;
	struct epacl_snapshot *snap;
	struct epacl_acl *acl;

	commit_everything();
	snap = epacl_compile(&memory, base, &why);
	ck_assert_msg(!IS_ERR(snap), "%s", why.text);
	ck_assert_ptr_nonnull(endpoint_of(base, "one", "ssh")->slot.acl->table);
	begin();
	must("add rule one/ssh 300 deny any");
	acl = endpoint_of(txn.root, "one", "ssh")->slot.acl;
	ck_assert_ptr_null(acl->table);
	ck_assert_ptr_nonnull(
		vm_of(txn.root, "one")->slot[EPACL_IN].acl->table);
	epacl_snapshot_free(snap);
	snap = epacl_compile(&memory, txn.root, &why);
	ck_assert(!IS_ERR(snap));
	ck_assert_ptr_nonnull(acl->table);
	must("change rules one/ssh default permit");
	ck_assert_ptr_eq(acl, endpoint_of(txn.root, "one", "ssh")->slot.acl);
	ck_assert_ptr_null(acl->table);
	epacl_snapshot_free(snap);
	epacl_txn_fini(&txn);
}
END_TEST

/* ---- rebase ---- */

START_TEST(rebase)
{
	struct epacl_txn other;
	char *text;

	begin();
	must("add vm a");
	must("add nic a eth0 address 10.0.0.1");
	commit();

	begin();
	ck_assert_int_eq(epacl_txn_init(&other, &memory, base), 0);
	must("add endpoint a/x tcp 1 public 203.0.113.1,203.0.113.1");
	must("add rule a/x 1 permit any");
	ck_assert_int_eq(txn_do(&other,
				"add endpoint a/y tcp 2 public 203.0.113.1"),
			 0);
	ck_assert_int_eq(txn_do(&other, "add rule a/y 1 permit any"), 0);
	commit();
	base->generation = 2;

	ck_assert_int_eq(epacl_txn_rebase(&other, base), 0);
	ck_assert_uint_eq(other.nops, 2);
	ck_assert_uint_eq(other.root->generation, 2);
	text = ruleset(other.root, false);
	ck_assert_str_eq(
		text,
		"add vm a\n"
		"add nic a dev eth0 address 10.0.0.1\n"
		"add endpoint a/x 6 1 public 203.0.113.1:49152,203.0.113.1:49153\n"
		"add rule a/x 1 permit any\n"
		"add endpoint a/y 6 2 public 203.0.113.1:49154\n"
		"add rule a/y 1 permit any\n");
	free(text);
	ck_assert_uint_eq(endpoint_of(other.root, "a", "y")->op, 1);
	ck_assert_uint_eq(endpoint_of(other.root, "a", "x")->op, 0);
	epacl_txn_fini(&other);
}
END_TEST

START_TEST(rebase_refused)
{
	struct epacl_txn other;

	ck_assert_int_eq(epacl_txn_init(&other, &memory, base), 0);
	ck_assert_int_eq(txn_do(&other, "add vm b"), 0);
	ck_assert_int_eq(txn_do(&other, "add vm a"), 0);
	begin();
	must("add vm a");
	commit();
	ck_assert_int_eq(epacl_txn_rebase(&other, base), -EEXIST);
	ck_assert_int_eq(other.error, -EEXIST);
	ck_assert_uint_eq(other.why.op, 2);
	ck_assert_str_eq(other.why.text, "vm 'a' exists already");
	ck_assert_int_eq(epacl_txn_rebase(&other, base), -ECANCELED);
	epacl_txn_fini(&other);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("all");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, all_kinds);
	tcase_add_test(tcase, flush_empties);
	tcase_add_test(tcase, change_one_attribute);
	tcase_add_test(tcase, remove_parts);
	tcase_add_test(tcase, remove_takes_parts_along);
	tcase_add_test(tcase, limit_of_an_endpoint);
	tcase_add_test(tcase, chosen_ports);
	tcase_add_test(tcase, no_port_left);
	tcase_add_test(tcase, shown_stays);
	tcase_add_test(tcase, what_is_kept);
	tcase_add_test(tcase, stations_of_a_reload);
	tcase_add_test(tcase, indices);
	tcase_add_test(tcase, lists_of_owners);
	tcase_add_test(tcase, tables_follow);
	tcase_add_test(tcase, rebase);
	tcase_add_test(tcase, rebase_refused);
	return run_tcase("policy", tcase);
}
