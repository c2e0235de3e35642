// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sets, named lists, subnets, groups and lbsets: what transactions do with them,
 * what they refuse, and in which words.
 */
#include <stdlib.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include "classify.h"
#include "effective.h"
#include "fixture.h"
#include "ruleset.h"
#include "snapshot.h"

/* Something of each, in the form in which ruleset() gives it back. */
static const char *const lines[] = {
	"change limit rules-per-endpoint 3",
	"add set branches 10.9.0.0/16,192.0.2.0/24,2001:db8:7::/48",
	"add set none",
	"add acl common",
	"change rules acl common default deny",
	"add rule acl common 10 permit set branches proto 6 lport 5723 "
	"secure reqid 7 log",
	"add rule acl common 20 permit any secure name \"any computer\"",
	"add acl two",
	"add vnet a prefix 10.1.0.0/16,2001:db8:1::/48",
	"add subnet a/back prefix 10.1.1.0/24,2001:db8:1:1::/64",
	"change rules subnet a/back in default deny",
	"add rule subnet a/back in 5 permit 10.1.0.0/16",
	"change rules subnet a/back out use common",
	"add subnet a/front prefix 10.1.2.0/24",
	"add vnet b prefix 10.1.0.0/16",
	"add group g",
	"add rule group g in 100 deny set branches log",
	"change rules group g out use two",
	"add group h precedence 0",
	"add lbset web 6 public 203.0.113.30:443,[2001:db8::30]:443",
	"change rules lbset web use common",
	"add vm v1",
	"add nic v1 dev eth1 address 10.1.1.4,2001:db8:1:1::4 vnet a "
	"shared 10.1.1.254 vlan 5,100 serves dhcp,ra",
	"add endpoint v1/https 6 8443 lbset web",
	"add endpoint v1/ssh 6 22 public 203.0.113.20:22",
	"add rule v1/ssh 10 permit 198.51.100.0/24",
	"change rules v1/ssh use two",
	"add member g v1",
	"add member h v1",
	"add vm v2",
	"add nic v2 dev eth2 address 10.1.2.5,2001:db8:1:2::5 vnet a "
	"shared 10.1.1.254",
	"add endpoint v2/https 6 443 lbset web",
	"change rules vm v2 in default permit",
	"change rules vm v2 out use common",
	"add vm v3",
	"add nic v3 dev eth3 address 10.1.1.4 vnet b",
};

#define LINES ARRAY_SIZE(lines)

static void commit_lines(void)
{
	size_t i;

	begin();
	for (i = 0; i < LINES; i++)
		must(lines[i]);
	commit();
}

START_TEST(all_kinds)
{
	commit_lines();
	assert_lines(base, lines, LINES);
	begin();
	must("flush");
	assert_lines(txn.root, NULL, 0);
	epacl_txn_fini(&txn);
	assert_lines(base, lines, LINES);
}
END_TEST

/* What one operation makes of @lines. */
static const struct {
	const char *line;
	const char *was; /* how a line of them begins */
	const char *is; /* what it turns; NULL: it is gone */
} changes[] = {
	{ "change set none 10.0.0.1,10.0.0.0/8,10.9.9.9/8", "add set none",
	  "add set none 10.0.0.0/8,10.0.0.1" },
	{ "change set branches 10.9.0.0/16", "add set branches",
	  "add set branches 10.9.0.0/16" },
	{ "change set branches more 192.0.2.0/24,10.10.0.0/16",
	  "add set branches",
	  "add set branches 10.9.0.0/16,10.10.0.0/16,192.0.2.0/24,"
	  "2001:db8:7::/48" },
	{ "remove set none", "add set none", NULL },
	{ "change rules acl common no default", "change rules acl common",
	  NULL },
	{ "change rule acl common 10 no secure", "add rule acl common 10",
	  "add rule acl common 10 permit set branches proto 6 lport 5723 log" },
	{ "change rule acl common 10 no reqid no log", "add rule acl common 10",
	  "add rule acl common 10 permit set branches proto 6 lport 5723 "
	  "secure" },
	{ "change rule acl common 10 remote 10.0.0.0/8",
	  "add rule acl common 10",
	  "add rule acl common 10 permit 10.0.0.0/8 proto 6 lport 5723 "
	  "secure reqid 7 log" },
	{ "change rule acl common 10 no set", "add rule acl common 10",
	  "add rule acl common 10 permit any proto 6 lport 5723 "
	  "secure reqid 7 log" },
	{ "change rule acl common 20 set none reqid 9 log",
	  "add rule acl common 20",
	  "add rule acl common 20 permit set none secure reqid 9 "
	  "name \"any computer\" log" },
	{ "change rule subnet a/back in 5 set none",
	  "add rule subnet a/back in 5",
	  "add rule subnet a/back in 5 permit set none" },
	{ "remove rule acl common 20", "add rule acl common 20", NULL },
	{ "change subnet a/front prefix 10.1.1.9,10.1.1.0/25",
	  "add subnet a/front",
	  "add subnet a/front prefix 10.1.1.0/25,10.1.1.9" },
	{ "remove subnet a/front", "add subnet a/front", NULL },
	{ "change vnet a prefix 10.1.0.0/17,2001:db8::/32", "add vnet a",
	  "add vnet a prefix 10.1.0.0/17,2001:db8::/32" },
	{ "change group g precedence 1", "add group g",
	  "add group g precedence 1" },
	{ "change group h no precedence", "add group h", "add group h" },
	{ "change rules group g out inline", "change rules group g out", NULL },
	{ "change rules group g out use common", "change rules group g out",
	  "change rules group g out use common" },
	{ "remove member g v1", "add member g", NULL },
	{ "change lbset web public 203.0.113.31:80", "add lbset web",
	  "add lbset web 6 public 203.0.113.31:80" },
	{ "change nic v1 eth1 no shared no vlan no serves", "add nic v1",
	  "add nic v1 dev eth1 address 10.1.1.4,2001:db8:1:1::4 vnet a" },
	{ "change nic v1 eth1 shared 10.1.1.1,10.1.1.2 vlan 7,6 serves ra",
	  "add nic v1",
	  "add nic v1 dev eth1 address 10.1.1.4,2001:db8:1:1::4 vnet a "
	  "shared 10.1.1.1,10.1.1.2 vlan 6,7 serves ra" },
	{ "change nic v1 eth1 address 10.1.1.5,2001:db8:1:1::5", "add nic v1",
	  "add nic v1 dev eth1 address 10.1.1.5,2001:db8:1:1::5 vnet a "
	  "shared 10.1.1.254 vlan 5,100 serves dhcp,ra" },
	{ "change endpoint v1/https no lbset", "add endpoint v1/https",
	  "add endpoint v1/https 6 8443" },
	{ "change endpoint v1/https port 444", "add endpoint v1/https",
	  "add endpoint v1/https 6 444 lbset web" },
	{ "change endpoint v1/ssh port 23", "add endpoint v1/ssh",
	  "add endpoint v1/ssh 6 23 public 203.0.113.20:22" },
	{ "change rules v1/ssh inline", "change rules v1/ssh", NULL },
	{ "change rules vm v2 out inline", "change rules vm v2 out", NULL },
};

START_TEST(change_one)
{
	const char *wanted[LINES];
	const char *was = changes[_i].was;
	size_t i, n = 0;

	commit_lines();
	begin();
	must(changes[_i].line);
	for (i = 0; i < LINES; i++) {
		if (strncmp(lines[i], was, strlen(was)))
			wanted[n++] = lines[i];
		else if (changes[_i].is)
			wanted[n++] = changes[_i].is;
	}
	assert_lines(txn.root, wanted, n);
	epacl_txn_fini(&txn);
	assert_lines(base, lines, LINES);
}
END_TEST

/* ---- what is refused ---- */

static const struct refusal refusals[] = {
	/* names */
	{ "add set 1a", -EINVAL, EPACL_SET_A_NAME,
	  "'1a' is no name for a set" },
	{ "add acl _", -EINVAL, EPACL_ACL_A_NAME, "no name for an acl" },
	{ "add group -", -EINVAL, EPACL_GROUP_A_NAME, "no name for a group" },
	{ "add lbset 9 tcp public 203.0.113.9:1", -EINVAL, EPACL_LBSET_A_NAME,
	  "no name for an lbset" },
	{ "add subnet a/.x prefix 10.1.0.0/24", -EINVAL, EPACL_SUBNET_A_NAME,
	  "no name for a subnet" },
	/* there already, or not */
	{ "add set none 10.0.0.0/8", -EEXIST, 0, "set 'none' exists already" },
	{ "add acl two", -EEXIST, 0, "acl 'two' exists already" },
	{ "add subnet a/back prefix 10.1.9.0/24", -EEXIST, 0,
	  "subnet 'a/back' exists already" },
	{ "add group g", -EEXIST, 0, "group 'g' exists already" },
	{ "add lbset web tcp public 203.0.113.9:1", -EEXIST, 0,
	  "lbset 'web' exists already" },
	{ "add member g v1", -EEXIST, 0,
	  "member 'v1' of group 'g' exists already" },
	{ "change set nix 10.0.0.0/8", -ENOENT, EPACL_SET_A_NAME,
	  "there is no set 'nix'" },
	{ "change group nix precedence 1", -ENOENT, EPACL_GROUP_A_NAME,
	  "there is no group 'nix'" },
	{ "change lbset nix tcp", -ENOENT, EPACL_LBSET_A_NAME,
	  "there is no lbset 'nix'" },
	{ "change subnet nix/x prefix 10.1.0.0/24", -ENOENT,
	  EPACL_SUBNET_A_VNET, "there is no vnet 'nix'" },
	{ "change subnet a/nix prefix 10.1.0.0/24", -ENOENT,
	  EPACL_SUBNET_A_NAME, "there is no subnet 'a/nix'" },
	{ "remove set nix", -ENOENT, EPACL_SET_A_NAME, "no set 'nix'" },
	{ "remove acl nix", -ENOENT, EPACL_ACL_A_NAME, "no acl 'nix'" },
	{ "remove group nix", -ENOENT, EPACL_GROUP_A_NAME, "no group 'nix'" },
	{ "remove lbset nix", -ENOENT, EPACL_LBSET_A_NAME, "no lbset 'nix'" },
	{ "remove subnet a/nix", -ENOENT, EPACL_SUBNET_A_NAME,
	  "no subnet 'a/nix'" },
	{ "remove subnet nix/x", -ENOENT, EPACL_SUBNET_A_VNET,
	  "there is no vnet 'nix'" },
	{ "remove member g v2", -ENOENT, EPACL_MEMBER_A_GROUP,
	  "there is no member 'v2' of group 'g'" },
	{ "remove member g nix", -ENOENT, EPACL_MEMBER_A_VM, "no member" },
	/* references */
	{ "add member nix v1", -ENOENT, EPACL_MEMBER_A_GROUP,
	  "there is no group 'nix'" },
	{ "add member g nix", -ENOENT, EPACL_MEMBER_A_VM,
	  "there is no vm 'nix'" },
	{ "add subnet nix/x prefix 10.1.0.0/24", -ENOENT, EPACL_SUBNET_A_VNET,
	  "there is no vnet 'nix'" },
	{ "add rule vm v1 in 1 permit set nix", -ENOENT, EPACL_RULE_A_SET,
	  "there is no set 'nix'" },
	{ "add rule group nix in 1 permit any", -ENOENT, EPACL_RULE_A_OWNER,
	  "there is no group 'nix'" },
	{ "add rule subnet a/nix in 1 permit any", -ENOENT, EPACL_RULE_A_OWNER,
	  "there is no subnet 'a/nix'" },
	{ "add rule subnet nix/x in 1 permit any", -ENOENT, EPACL_RULE_A_OWNER,
	  "there is no vnet 'nix'" },
	{ "add rule lbset nix 1 permit any", -ENOENT, EPACL_RULE_A_OWNER,
	  "there is no lbset 'nix'" },
	{ "add rule acl nix 1 permit any", -ENOENT, EPACL_RULE_A_OWNER,
	  "there is no acl 'nix'" },
	{ "remove rule acl common 9", -ENOENT, EPACL_RULE_A_ORDER,
	  "there is no rule 9 of acl 'common'" },
	{ "change rules vm v1 in use nix", -ENOENT, EPACL_RULES_A_USE,
	  "there is no acl 'nix'" },
	{ "add endpoint v3/x tcp 1 lbset nix", -ENOENT, EPACL_ENDPOINT_A_LBSET,
	  "there is no lbset 'nix'" },
	/* in use */
	{ "remove set branches", -EBUSY, EPACL_SET_A_NAME,
	  "set 'branches' is used by rule 10 of acl 'common'" },
	{ "remove acl two", -EBUSY, EPACL_ACL_A_NAME,
	  "acl 'two' is used by group 'g' out" },
	{ "remove acl common", -EBUSY, EPACL_ACL_A_NAME,
	  "acl 'common' is used by subnet 'a/back' out" },
	{ "remove lbset web", -EBUSY, EPACL_LBSET_A_NAME,
	  "lbset 'web' has the member 'v1/https'" },
	{ "remove vnet a", -EBUSY, EPACL_VNET_A_NAME, "used by nic eth1" },
	/* another list is in the place */
	{ "add rule v1/ssh 20 permit any", -EBUSY, EPACL_RULE_A_OWNER,
	  "rules of endpoint 'v1/ssh' are those of acl 'two': change that one by its name" },
	{ "change rule v1/ssh 10 deny", -EBUSY, EPACL_RULE_A_OWNER,
	  "those of acl 'two'" },
	{ "remove rule v1/ssh 10", -EBUSY, EPACL_RULE_A_OWNER,
	  "those of acl 'two'" },
	{ "change rules v1/ssh default deny", -EBUSY, EPACL_RULES_A_DEFAULT,
	  "those of acl 'two'" },
	{ "change rules v1/ssh use common default deny", -EBUSY,
	  EPACL_RULES_A_DEFAULT, "those of acl 'two'" },
	{ "add rule group g out 1 permit any", -EBUSY, EPACL_RULE_A_OWNER,
	  "rules of group 'g' out are those of acl 'two'" },
	{ "add rule subnet a/back out 1 permit any", -EBUSY, EPACL_RULE_A_OWNER,
	  "rules of subnet 'a/back' out are those of acl 'common'" },
	{ "add rule vm v2 out 1 permit any", -EBUSY, EPACL_RULE_A_OWNER,
	  "rules of vm 'v2' out are those of acl 'common'" },
	{ "add rule lbset web 1 permit any", -EBUSY, EPACL_RULE_A_OWNER,
	  "rules of lbset 'web' are those of acl 'common'" },
	{ "add rule v1/https 1 permit any", -EBUSY, EPACL_RULE_A_OWNER,
	  "rules of endpoint 'v1/https' are those of lbset 'web'" },
	{ "change rules v1/https default deny", -EBUSY, EPACL_RULES_A_DEFAULT,
	  "those of lbset 'web'" },
	{ "change rules v1/https use two", -EBUSY, EPACL_RULES_A_USE,
	  "those of lbset 'web'" },
	{ "change rules acl two use common", -EINVAL, EPACL_RULES_A_USE,
	  "acl 'two' cannot use another list" },
	{ "change rules acl two inline", -EINVAL, EPACL_RULES_A_USE,
	  "acl 'two' cannot use another list" },
	/* shape */
	{ "change rules v1/ssh", -EINVAL, 0, "nothing to change" },
	{ "change acl two", -EINVAL, 0, "does not go with 'acl'" },
	{ "change member g v1", -EINVAL, 0, "does not go with 'member'" },
	{ "add lbset x tcp", -EINVAL, EPACL_LBSET_A_PUBLICS, "'public'" },
	{ "add lbset x public 203.0.113.9:1", -EINVAL, EPACL_LBSET_A_PROTO,
	  "'proto'" },
	{ "add subnet a/x", -EINVAL, EPACL_SUBNET_A_PREFIXES, "'prefix'" },
	{ "change subnet a/back no prefix", -EINVAL, EPACL_SUBNET_A_PREFIXES,
	  "not taken away" },
	{ "remove set none 10.0.0.0/8", -EINVAL, EPACL_SET_A_PREFIXES,
	  "does not say which set" },
	/* subnets */
	{ "add subnet a/x prefix 10.2.0.0/24", -EINVAL, EPACL_SUBNET_A_PREFIXES,
	  "prefix 10.2.0.0/24 of subnet 'a/x' is in no prefix of vnet 'a'" },
	{ "add subnet a/x prefix 10.0.0.0/8", -EINVAL, EPACL_SUBNET_A_PREFIXES,
	  "in no prefix of vnet 'a'" },
	{ "add subnet a/x prefix 10.1.3.0/24,10.1.2.0/24", -EINVAL,
	  EPACL_SUBNET_A_PREFIXES,
	  "prefix 10.1.2.0/24 is of subnet 'a/front' and of subnet 'a/x'" },
	{ "add subnet a/x prefix 10.1.3.0/24,10.1.3.9/24", -EINVAL,
	  EPACL_SUBNET_A_PREFIXES, "10.1.3.0/24 stands twice" },
	{ "change subnet a/front prefix 10.1.1.0/24", -EINVAL,
	  EPACL_SUBNET_A_PREFIXES,
	  "prefix 10.1.1.0/24 is of subnet 'a/back' and of subnet 'a/front'" },
	{ "change vnet a prefix 10.1.0.0/24,2001:db8:1::/48", -EINVAL,
	  EPACL_VNET_A_PREFIXES,
	  "prefix 10.1.1.0/24 of subnet 'a/back' is in no prefix of vnet 'a'" },
	/* sets */
	{ "add set x 10.0.0.0/33", -EINVAL, EPACL_SET_A_PREFIXES, "no prefix" },
	{ "add set x more 10.0.0.0/8", -EINVAL, EPACL_SET_A_MORE,
	  "come by change" },
	{ "change set none more", -EINVAL, EPACL_SET_A_MORE, "none are given" },
	/* lbsets */
	{ "add lbset x 47 public 203.0.113.9:1", -EINVAL, EPACL_LBSET_A_PROTO,
	  "lbset 'x' takes a protocol with ports, 47 has none" },
	{ "add lbset x any public 203.0.113.9:1", -EINVAL, EPACL_LBSET_A_PROTO,
	  "has none" },
	{ "add lbset x tcp public 203.0.113.9", -EINVAL, EPACL_LBSET_A_PUBLICS,
	  "public 203.0.113.9 of lbset 'x' takes a port" },
	{ "add lbset x tcp public 203.0.113.9:1,203.0.113.8:1", -EINVAL,
	  EPACL_LBSET_A_PUBLICS, "one public address of each family" },
	{ "add lbset x tcp public 203.0.113.9:1,203.0.113.8:1,203.0.113.7:1",
	  -EINVAL, EPACL_LBSET_A_PUBLICS, "at most 2" },
	{ "add lbset x tcp public 224.0.0.1:1", -EINVAL, EPACL_LBSET_A_PUBLICS,
	  "multicast" },
	{ "change lbset web udp", -EINVAL, EPACL_LBSET_A_PROTO,
	  "endpoint 'v1/https' is of protocol 6, lbset 'web' of protocol 17" },
	/* members of lbsets */
	{ "add endpoint v3/x udp 1 lbset web", -EINVAL, EPACL_ENDPOINT_A_LBSET,
	  "endpoint 'v3/x' is of protocol 17, lbset 'web' of protocol 6" },
	{ "add endpoint v2/x tcp 1-2 lbset web", -EINVAL,
	  EPACL_ENDPOINT_A_LBSET,
	  "endpoint 'v2/x' has ports 1-2: a member of lbset 'web' has one" },
	{ "change endpoint v1/https port 8443-8444", -EINVAL,
	  EPACL_ENDPOINT_A_LBSET, "has ports 8443-8444" },
	{ "change endpoint v1/https udp", -EINVAL, EPACL_ENDPOINT_A_LBSET,
	  "of protocol 17" },
	{ "add endpoint v3/x tcp 1 lbset web", -EINVAL, EPACL_ENDPOINT_A_LBSET,
	  "public 2001:db8::30 of lbset 'web' cannot be translated: the first nic of endpoint 'v3/x' has no plain IPv6 address" },
	{ "change endpoint v1/https address 10.1.1.4", -EINVAL,
	  EPACL_ENDPOINT_A_LBSET, "the 'address' of endpoint 'v1/https'" },
	{ "change endpoint v1/ssh no public lbset web", -EBUSY,
	  EPACL_ENDPOINT_A_LBSET,
	  "endpoint 'v1/ssh' uses acl 'two': as a member of lbset 'web' it can have no list of its own" },
	/* nics */
	{ "change nic v3 eth3 shared 10.1.0.0/24", -EINVAL, EPACL_NIC_A_SHARED,
	  "shared 10.1.0.0/24 is a prefix" },
	{ "change nic v3 eth3 shared 10.1.1.4", -EINVAL, EPACL_NIC_A_SHARED,
	  "10.1.1.4 stands twice" },
	{ "change nic v3 eth3 shared 224.0.0.18", -EINVAL, EPACL_NIC_A_SHARED,
	  "shared 224.0.0.18 is a multicast address" },
	{ "change nic v3 eth3 vlan 0", -EINVAL, EPACL_NIC_A_VLANS,
	  "vlan 0: it takes 1 to 4094" },
	{ "change nic v3 eth3 vlan 1,4095", -EINVAL, EPACL_NIC_A_VLANS,
	  "vlan 4095" },
	{ "change nic v3 eth3 vlan 7,3,7", -EINVAL, EPACL_NIC_A_VLANS,
	  "vlan 7 stands twice" },
	{ "change nic v3 eth3 serves 4", -EINVAL, EPACL_NIC_A_SERVES,
	  "'serves' takes dhcp and ra" },
	{ "add endpoint v1/shared tcp 1 address 10.1.1.254 "
	  "public 203.0.113.9:1",
	  -EINVAL, EPACL_ENDPOINT_A_PUBLICS, "the endpoint's 'address'" },
	/* rules */
	{ "add rule vm v1 in 1 permit 10.0.0.0/8 set none", -EINVAL,
	  EPACL_RULE_A_SET, "a prefix or a set, not both" },
	{ "add rule vm v1 in 1 permit any reqid 7", -EINVAL, EPACL_RULE_A_REQID,
	  "takes secure" },
	{ "add rule vm v1 in 1 permit any secure reqid 0", -EINVAL,
	  EPACL_RULE_A_REQID, "reqid 0: it takes 1" },
	{ "change rule subnet a/back in 5 reqid 1", -EINVAL, EPACL_RULE_A_REQID,
	  "takes secure" },
};

START_TEST(refuses)
{
	commit_lines();
	begin();
	must("change rules vm v3 in default deny");
	refused(&refusals[_i]);
	epacl_txn_fini(&txn);
	assert_lines(base, lines, LINES);
}
END_TEST

/* An owner that the words of a test cannot name. */
START_TEST(no_owner)
{
	static const struct epacl_owner owners[] = {
		{ .kind = EPACL_OWNER_UNSPEC, .name = "v1" },
		{ .kind = EPACL_OWNER_MAX + 1, .name = "v1" },
		{ .kind = EPACL_OWNER_ACL, .direction = 1, .name = "two" },
		{ .kind = EPACL_OWNER_ACL, .name = "two", .part = "x" },
		{ .kind = EPACL_OWNER_GROUP, .direction = 2, .name = "g" },
		{ .kind = EPACL_OWNER_LBSET, .direction = 1, .name = "web" },
	};
	struct epacl_op *op;
	size_t i;

	commit_lines();
	for (i = 0; i < ARRAY_SIZE(owners); i++) {
		begin();
		op = op_parse(&memory, "add rule acl two 1 permit any");
		op->rule.owner = owners[i];
		ck_assert_int_eq(epacl_txn_do(&txn, op), -EINVAL);
		ck_assert_str_eq(txn.why.brief, "not the owner of a rule list");
		epacl_txn_fini(&txn);
		ck_assert_ptr_null(epacl_root_acl(base, &owners[i]));
	}
}
END_TEST

START_TEST(may_exist)
{
	static const struct {
		const char *line;
		const char *differs; /* NULL: equal */
	} tries[] = {
		{ "add set branches 192.0.2.0/24,10.9.7.7/16,2001:db8:7::/48",
		  NULL },
		{ "add set branches 192.0.2.0/24", "'prefix'" },
		{ "add set none", NULL },
		{ "add acl common", NULL },
		{ "add subnet a/back prefix 2001:db8:1:1::/64,10.1.1.0/24",
		  NULL },
		{ "add subnet a/back prefix 10.1.1.0/24", "'prefix'" },
		{ "add group g", NULL },
		{ "add group h", "'precedence'" },
		{ "add member g v1", NULL },
		{ "add lbset web tcp public [2001:db8::30]:443,203.0.113.30:443",
		  NULL },
		{ "add lbset web tcp public 203.0.113.30:443", "'public'" },
		{ "add lbset web udp public 203.0.113.30:443", "'proto'" },
		{ "add endpoint v1/https tcp 8443 lbset web", NULL },
		{ "add endpoint v1/https tcp 8443", "'lbset'" },
		{ "add nic v2 eth2 address 10.1.2.5,2001:db8:1:2::5 vnet a",
		  "'shared'" },
		{ "add nic v1 eth1 address 10.1.1.4,2001:db8:1:1::4 vnet a "
		  "shared 10.1.1.254 vlan 100,5 serves ra,dhcp",
		  NULL },
		{ "add nic v1 eth1 address 10.1.1.4,2001:db8:1:1::4 vnet a "
		  "shared 10.1.1.254 vlan 100 serves ra,dhcp",
		  "'vlan'" },
		{ "add nic v1 eth1 address 10.1.1.4,2001:db8:1:1::4 vnet a "
		  "shared 10.1.1.254 vlan 100,5 serves ra",
		  "'serves'" },
		{ "add rule acl common 20 permit any secure "
		  "name \"any computer\"",
		  NULL },
		{ "add rule acl common 20 permit any name \"any computer\"",
		  "'secure'" },
		{ "add rule acl common 20 permit any secure reqid 1 "
		  "name \"any computer\"",
		  "'reqid'" },
		{ "add rule acl common 20 permit set none secure "
		  "name \"any computer\"",
		  "'set'" },
		{ "add rule acl common 20 permit any secure log "
		  "name \"any computer\"",
		  "'log'" },
		/* Also of a list that another is in the place of. */
		{ "add rule v1/ssh 10 permit 198.51.100.0/24", NULL },
	};
	char line[256];
	size_t i;
	int err;

	commit_lines();
	for (i = 0; i < ARRAY_SIZE(tries); i++) {
		begin();
		snprintf(line, sizeof(line), "--may-exist %s", tries[i].line);
		err = txn_do(&txn, line);
		ck_assert_msg(err == (tries[i].differs ? -EEXIST : 0),
			      "%s: %d: %s", line, err, txn.why.text);
		if (err)
			ck_assert_msg(strstr(txn.why.text, tries[i].differs),
				      "%s: %s", line, txn.why.text);
		assert_lines(txn.root, lines, LINES);
		epacl_txn_fini(&txn);
	}
}
END_TEST

START_TEST(if_exists)
{
	static const char *const removals[] = {
		"set x",
		"acl x",
		"subnet x/y",
		"group x",
		"member x y",
		"lbset x",
		"rule acl x 1",
		"rule lbset x 1",
		"rule group x in 1",
		"rule subnet x/y in 1",
	};
	char line[64];
	size_t i;

	begin();
	for (i = 0; i < ARRAY_SIZE(removals); i++) {
		snprintf(line, sizeof(line), "--if-exists remove %s",
			 removals[i]);
		must(line);
	}
	must("add vnet x prefix 10.0.0.0/8");
	must("--if-exists remove subnet x/y");
	must("--if-exists remove rule subnet x/y in 1");
	must("remove vnet x");
	assert_lines(txn.root, NULL, 0);
	epacl_txn_fini(&txn);
}
END_TEST

/* ---- what goes along ---- */

START_TEST(parts_go_along)
{
	commit_lines();
	begin();
	must("remove group g");
	ck_assert_uint_eq(vm_of(txn.root, "v1")->ngroups, 1);
	ck_assert_str_eq(vm_of(txn.root, "v1")->groups[0].s, "h");
	ck_assert_uint_eq(vm_of(base, "v1")->ngroups, 2);
	must("remove vm v1");
	must("remove vm v2");
	must("remove lbset web");
	must("remove vnet a");
	must("remove group h");
	/* What a vnet, a group and an lbset used is free. */
	must("remove acl two");
	must("remove acl common");
	must("remove set branches");
	epacl_txn_fini(&txn);
	assert_lines(base, lines, LINES);
}
END_TEST

/* ---- limits ---- */

static void add_rules(const char *owner, int n)
{
	char line[96];
	int i;

	for (i = 1; i <= n; i++) {
		snprintf(line, sizeof(line), "add rule %s %d permit any", owner,
			 i);
		must(line);
	}
}

START_TEST(limit_of_named_lists)
{
	static const struct refusal more[] = {
		{ "add rule lbset l 3 permit any", -ENOSPC, EPACL_RULE_A_OWNER,
		  "lbset 'l' has 2 rules, the limit is 2: raise it with 'change limit rules-per-endpoint N' (at most 65535)" },
		{ "add rule acl short 3 permit any", -ENOSPC,
		  EPACL_RULE_A_OWNER,
		  "acl 'short' has 2 rules and serves endpoint 'v/e', the limit is 2" },
		{ "change rules v/e use long", -ENOSPC, EPACL_RULES_A_USE,
		  "acl 'long' has 5 rules and serves endpoint 'v/e', the limit is 2" },
		{ "change rules lbset l use long", -ENOSPC, EPACL_RULES_A_USE,
		  "acl 'long' has 5 rules and serves lbset 'l', the limit is 2" },
		{ "add rule acl long 6 permit any", -ENOSPC, EPACL_RULE_A_OWNER,
		  "acl 'long' has 5 rules and serves endpoint 'v/f'" },
	};
	size_t i;

	begin();
	must("add vm v");
	must("add endpoint v/e tcp 1");
	must("add endpoint v/f tcp 2");
	must("add lbset l tcp public 203.0.113.1:1");
	must("add acl long");
	must("add acl short");
	must("add group g");
	add_rules("lbset l", 2);
	add_rules("acl short", 2);
	must("change rules v/e use short");
	must("change rules vm v in use long");
	must("change rules group g out use long");
	must("change rules v/f use long");
	add_rules("acl long", 4);
	/* Whoever uses it without a limit does not matter. */
	must("change rules v/f inline");
	must("change limit rules-per-endpoint 2");
	must("add rule acl long 5 permit any");
	commit();
	for (i = 0; i < ARRAY_SIZE(more); i++) {
		begin();
		if (i == ARRAY_SIZE(more) - 1) {
			/* Added to without, and then with such a user. */
			must("add rule acl long 7 permit any");
			must("remove rule acl long 7");
			must("change limit rules-per-endpoint 5");
			must("change rules v/f use long");
		}
		refused(&more[i]);
		epacl_txn_fini(&txn);
	}
}
END_TEST

START_TEST(eight_groups)
{
	static const struct refusal ninth = {
		"add member g9 v", -ENOSPC, EPACL_MEMBER_A_VM,
		"vm 'v' is a member of 8 groups already: group 'g9' would be one too many"
	};
	char line[64];
	int i;

	begin();
	must("add vm v");
	for (i = 9; i >= 1; i--) {
		snprintf(line, sizeof(line), "add group g%d", i);
		must(line);
	}
	for (i = 8; i >= 1; i--) {
		snprintf(line, sizeof(line), "add member g%d v", i);
		must(line);
	}
	for (i = 0; i < 8; i++)
		ck_assert_int_eq(vm_of(txn.root, "v")->groups[i].s[1], '1' + i);
	must("remove member g4 v");
	must("add member g9 v");
	must("remove group g9");
	must("add group g9");
	must("add member g4 v");
	refused(&ninth);
	epacl_txn_fini(&txn);
}
END_TEST

START_TEST(many_subnets)
{
	static const struct refusal one_more = {
		"add subnet v/more prefix 10.99.0.0/16", -ENOSPC,
		EPACL_SUBNET_A_VNET, "vnet 'v' has 1024 subnets already"
	};
	char line[96];
	int i;

	begin();
	must("add vnet v prefix 10.0.0.0/8");
	for (i = 0; i < EPACL_SUBNETS_MAX; i++) {
		snprintf(line, sizeof(line),
			 "add subnet v/s%d prefix 10.%d.%d.0/24", i, i / 256,
			 i % 256);
		must(line);
	}
	refused(&one_more);
	epacl_txn_fini(&txn);
}
END_TEST

START_TEST(many_members)
{
	struct epacl_snapshot *snap;
	struct epacl_refusal why = { .op = 0 };
	char line[96];
	int i;

	begin();
	must("add lbset l tcp public 203.0.113.1:1");
	must("add vm v");
	must("add nic v e address 10.0.0.1");
	for (i = 1; i <= EPACL_MEMBERS_MAX; i++) {
		snprintf(line, sizeof(line),
			 "add endpoint v/e%d tcp %d lbset l", i, i);
		must(line);
	}
	commit();
	snap = epacl_compile(&memory, base, &why);
	ck_assert_msg(!IS_ERR(snap), "%s", why.text);
	epacl_snapshot_free(snap);
	begin();
	must("add vm w");
	must("add endpoint v/more tcp 9999 lbset l");
	must("add vm x");
	snap = epacl_compile(&memory, txn.root, &why);
	ck_assert_int_eq(PTR_ERR(snap), -ENOSPC);
	ck_assert_str_eq(why.text,
			 "lbset 'l' has 1025 members: it takes at most 1024");
	ck_assert_uint_eq(why.op, 2);
	epacl_txn_fini(&txn);
}
END_TEST

/* ---- sets ---- */

static struct epacl_set *set_of(const struct epacl_root *root, const char *name)
{
	return epacl_set(epacl_pmap_find(&root->sets, name));
}

/* Chunks in any order, with what is there already, against all at once. */
START_TEST(chunks)
{
	enum { ALL = 3000, CHUNK = 64 };
	struct epacl_set *set;
	struct epacl_op *op;
	struct epacl_prefix *p, prefix;
	bool there[ALL] = { false };
	u32 i, k, n = 0;

	srand(7);
	begin();
	must("add set s");
	for (i = 0; i < 200; i++) {
		op = op_parse(&memory, "change set s more");
		op->set |= BIT(EPACL_SET_A_PREFIXES);
		p = epacl_alloc(&memory, CHUNK * sizeof(*p));
		op->prefix_set.prefixes.p = p;
		op->prefix_set.prefixes.n = CHUNK;
		for (k = 0; k < CHUNK; k++) {
			u32 r = rand() % ALL;

			p[k] = prefix_parse("10.0.0.0/24");
			p[k].ip.b[1] = r >> 8;
			p[k].ip.b[2] = r;
			n += !there[r];
			there[r] = true;
		}
		ck_assert_int_eq(epacl_txn_do(&txn, op), 0);
		set = set_of(txn.root, "s");
		ck_assert_uint_eq(epacl_packed_count(&set->packed), n);
		if (i == 100)
			commit();
		if (i == 100)
			begin();
	}
	for (i = 0, k = 0; i < ALL; i++) {
		if (!there[i])
			continue;
		epacl_packed_get(&set->packed, k++, &prefix);
		ck_assert_uint_eq(prefix.ip.b[1] << 8 | prefix.ip.b[2], i);
	}
	ck_assert_uint_eq(k, epacl_packed_count(&set->packed));
	ck_assert_uint_lt(epacl_packed_count(&set_of(base, "s")->packed), k);
	epacl_txn_fini(&txn);
}
END_TEST

/* Of every four one of IPv6, longer than /64; of the others some in others. */
static struct epacl_prefix member(u32 i)
{
	struct epacl_prefix p = prefix_parse(i % 4 ? "10.0.0.0" : "fd00::/65");

	if (i % 16 == 1)
		p.len = 28;
	p.ip.b[1] = i >> 16;
	p.ip.b[2] = i >> 8;
	p.ip.b[3] = i;
	return p;
}

/* In chunks, as they come from the tool. */
static void add_members(u32 n)
{
	struct epacl_prefix *p;
	struct epacl_op *op;
	u32 i, k, part;

	for (i = 0; i < n; i += part) {
		part = min_t(u32, n - i, EPACL_SET_CHUNK);
		op = op_parse(&memory,
			      i ? "change set s more" : "change set s");
		op->set |= BIT(EPACL_SET_A_PREFIXES);
		p = epacl_alloc(&memory, part * sizeof(*p));
		op->prefix_set.prefixes.p = p;
		op->prefix_set.prefixes.n = part;
		for (k = 0; k < part; k++)
			p[k] = member(i + k);
		ck_assert_int_eq(epacl_txn_do(&txn, op), 0);
	}
	commit();
	ck_assert_int_eq(epacl_set_table_build(&memory, set_of(base, "s")), 0);
}

START_TEST(large_set)
{
	enum { MANY = 50000 };
	struct epacl_prefix last = member(MANY - 1);
	s64 without, used;

	begin();
	must("add set s");
	commit();
	without = atomic64_read(&memory.used);
	begin();
	add_members(MANY);
	used = atomic64_read(&memory.used) - without;
	ck_assert_int_le(used, 16 * MANY);
	ck_assert(epacl_set_table_holds(set_of(base, "s")->table, &last.ip));
	/* What has made room leaves nothing behind. */
	begin();
	add_members(MANY);
	ck_assert_int_eq(atomic64_read(&memory.used) - without, used);
}
END_TEST

START_TEST(ids_and_zones)
{
	const struct epacl_root *root;

	begin();
	must("add set a");
	must("add set b");
	must("add set c");
	must("add vnet a prefix 10.0.0.0/8");
	must("add vnet b prefix 11.0.0.0/8");
	must("add vnet c prefix 10.1.0.0/16,12.0.0.0/8");
	commit();
	ck_assert_uint_eq(set_of(base, "a")->id, 1);
	ck_assert_uint_eq(set_of(base, "c")->id, 3);
	ck_assert_uint_eq(epacl_vnet(epacl_pmap_find(&base->vnets, "c"))->zone,
			  3);
	/* Who is there in the end is who was there. */
	begin();
	must("remove set b");
	must("add set d");
	must("flush");
	must("add vnet new prefix 10.0.0.0/8");
	must("add vnet c prefix 10.0.0.0/8");
	must("change vnet c prefix 13.0.0.0/8");
	must("add vnet a prefix 10.0.0.0/8");
	must("add set e");
	must("add set b 10.0.0.0/8");
	must("change set b 11.0.0.0/8");
	must("change set b more 12.0.0.0/8");
	root = txn.root;
	ck_assert_uint_eq(set_of(root, "b")->id, 2);
	ck_assert_uint_eq(set_of(root, "e")->id, 4);
	ck_assert_uint_eq(epacl_vnet(epacl_pmap_find(&root->vnets, "new"))->zone,
			  4);
	ck_assert_uint_eq(epacl_vnet(epacl_pmap_find(&root->vnets, "c"))->zone,
			  3);
	ck_assert_uint_eq(epacl_vnet(epacl_pmap_find(&root->vnets, "a"))->zone,
			  1);
	commit();
	/* What is free in the base is free. */
	begin();
	must("add vnet d prefix 14.0.0.0/8");
	ck_assert_uint_eq(epacl_vnet(epacl_pmap_find(&txn.root->vnets, "d"))
				  ->zone,
			  2);
	epacl_txn_fini(&txn);
}
END_TEST

/* As many as there can be, and then others, with what their base leaves. */
START_TEST(all_numbers)
{
	static const struct refusal one_more = {
		"add vnet more prefix 10.0.0.0/8", -ENOSPC, 0,
		"there are 32767 vnets already"
	};
	char line[64];
	int i;

	begin();
	for (i = 1; i <= EPACL_VNETS_MAX; i++) {
		snprintf(line, sizeof(line), "add vnet v%d prefix 10.0.0.0/8",
			 i);
		must(line);
	}
	commit();
	begin();
	must("remove vnet v77");
	must("add vnet other prefix 10.0.0.0/8");
	ck_assert_uint_eq(epacl_vnet(epacl_pmap_find(&txn.root->vnets, "other"))
				  ->zone,
			  77);
	refused(&one_more);
	epacl_txn_fini(&txn);
}
END_TEST

START_TEST(overlaps)
{
	static const char *const vnets[] = {
		"add vnet a prefix 10.0.0.0/8,10.5.0.0/16",
		"add vnet b prefix 9.0.0.0/8,10.9.0.0/16",
		"add vnet c prefix 10.0.0.0/7",
		"add vnet d prefix 12.0.0.0/8,2001:db8::/32",
		"add vnet e prefix 13.0.0.0/8,2001:db9::/32",
	};
	size_t i;

	begin();
	for (i = 0; i < ARRAY_SIZE(vnets); i++)
		must(vnets[i]);
#define OVERLAPS(name)                                                   \
	epacl_vnet_overlaps(txn.root,                                    \
			    epacl_vnet(epacl_pmap_find(&txn.root->vnets, \
						       (name))))
	ck_assert(OVERLAPS("a") && OVERLAPS("b") && OVERLAPS("c"));
	ck_assert(!OVERLAPS("d") && !OVERLAPS("e"));
	must("change vnet e prefix 13.0.0.0/8,2001:db8:1::/48");
	ck_assert(OVERLAPS("d") && OVERLAPS("e"));
	epacl_txn_fini(&txn);
}
END_TEST

/* ---- who sees what ---- */

static struct epacl_acl *list_of(const struct epacl_root *root, u8 kind,
				 const char *name, const char *part,
				 u8 direction)
{
	struct epacl_owner owner = { .kind = kind, .direction = direction };

	snprintf(owner.name, sizeof(owner.name), "%s", name);
	snprintf(owner.part, sizeof(owner.part), "%s", part);
	return epacl_root_acl(root, &owner);
}

START_TEST(what_is_kept)
{
	struct epacl_acl *was, *is;

	commit_lines();
	begin();
	must("change rule acl common 10 deny");
	must("change group g precedence 5");
	must("add rule group g in 200 deny any");
	must("change subnet a/front prefix 10.1.3.0/24");
	must("change vnet a uplink eth9");
	must("change lbset web public 203.0.113.30:444");
	was = list_of(base, EPACL_OWNER_ACL, "common", "", EPACL_IN);
	is = list_of(txn.root, EPACL_OWNER_ACL, "common", "", EPACL_IN);
	ck_assert_ptr_ne(was, is);
	ck_assert_ptr_eq(was->rules[1], is->rules[1]);
	ck_assert_ptr_eq(was->rules[0]->counters, is->rules[0]->counters);
	ck_assert_ptr_eq(was->rules[0]->counter, is->rules[0]->counter);
	was = list_of(base, EPACL_OWNER_GROUP, "g", "", EPACL_IN);
	is = list_of(txn.root, EPACL_OWNER_GROUP, "g", "", EPACL_IN);
	ck_assert_ptr_eq(was->rules[0], is->rules[0]);
	ck_assert_ptr_eq(list_of(base, EPACL_OWNER_GROUP, "g", "", EPACL_OUT),
			 list_of(txn.root, EPACL_OWNER_GROUP, "g", "",
				 EPACL_OUT));
	ck_assert_ptr_eq(list_of(base, EPACL_OWNER_SUBNET, "a", "back",
				 EPACL_IN),
			 list_of(txn.root, EPACL_OWNER_SUBNET, "a", "back",
				 EPACL_IN));
	ck_assert_ptr_eq(list_of(base, EPACL_OWNER_LBSET, "web", "", EPACL_IN),
			 list_of(txn.root, EPACL_OWNER_LBSET, "web", "",
				 EPACL_IN));
	ck_assert_ptr_eq(epacl_pmap_find(&base->sets, "branches"),
			 epacl_pmap_find(&txn.root->sets, "branches"));
	epacl_txn_fini(&txn);
	assert_lines(base, lines, LINES);
}
END_TEST

START_TEST(shown_stays)
{
	static const char *const upheaval[] = {
		"change set branches more 1.0.0.0/8",
		"change set none 1.0.0.0/8",
		"add rule acl common 1 deny any",
		"change rules acl two default deny",
		"change rules subnet a/back in no default",
		"remove rule subnet a/back in 5",
		"add subnet a/new prefix 10.1.7.0/24",
		"remove subnet a/front",
		"change rules group g out inline",
		"add rule group g out 7 deny any",
		"remove group h",
		"change rules lbset web inline",
		"add rule lbset web 7 deny any",
		"change endpoint v1/https no lbset",
		"change nic v1 eth1 no shared",
		"add member g v2",
		"add rule vm v2 in 7 permit set none",
		"remove vm v3",
	};
	struct epacl_root *shown;
	char *before, *after;
	size_t i;

	commit_lines();
	begin();
	for (i = 0; i < ARRAY_SIZE(upheaval); i++) {
		shown = epacl_txn_show(&txn);
		before = ruleset(shown, true);
		must(upheaval[i]);
		after = ruleset(shown, true);
		ck_assert_str_eq(before, after);
		free(before);
		free(after);
		epacl_root_put(shown);
	}
	epacl_txn_fini(&txn);
	assert_lines(base, lines, LINES);
}
END_TEST

START_TEST(indices)
{
	struct epacl_vnet *vnet;
	struct epacl_obj *obj;

	commit_lines();
	begin();
	must("add rule subnet a/back in 9 deny any");
	must("change subnet a/front prefix 10.1.9.0/24");
	must("change rules lbset web inline");
	must("add rule lbset web 9 deny any");
	vnet = epacl_vnet(epacl_pmap_find(&txn.root->vnets, "a"));
	ck_assert(epacl_root_made(txn.root, &vnet->obj));
	ck_assert_uint_eq(vnet->obj.op, 0);
	ck_assert_uint_eq(epacl_vnet_subnet(vnet, "back")->op, 0);
	ck_assert_uint_eq(epacl_vnet_subnet(vnet, "front")->op, 2);
	obj = epacl_pmap_find(&txn.root->lbsets, "web");
	ck_assert_uint_eq(obj->op, 0);
	must("change lbset web public 203.0.113.30:444");
	obj = epacl_pmap_find(&txn.root->lbsets, "web");
	ck_assert_uint_eq(obj->op, 5);
	epacl_root_put(epacl_txn_show(&txn));
	must("add rule lbset web 10 deny any");
	must("change vnet a uplink eth9");
	vnet = epacl_vnet(epacl_pmap_find(&txn.root->vnets, "a"));
	ck_assert_uint_eq(vnet->obj.op, 7);
	ck_assert_uint_eq(epacl_vnet_subnet(vnet, "front")->op, 2);
	obj = epacl_pmap_find(&txn.root->lbsets, "web");
	ck_assert_uint_eq(obj->op, 5);
	epacl_txn_fini(&txn);
}
END_TEST

/* What was compiled of a list or a set does not outlive a change of it. */
START_TEST(tables_follow)
{
	struct epacl_snapshot *snap;
	struct epacl_refusal why;
	struct epacl_set *set;

	commit_lines();
	begin();
	must("add set own 10.0.0.0/8");
	snap = epacl_compile(&memory, txn.root, &why);
	ck_assert_msg(!IS_ERR(snap), "%s", why.text);
	epacl_snapshot_free(snap);
	set = set_of(txn.root, "own");
	ck_assert_ptr_nonnull(set->table);
	must("change set own more 11.0.0.0/8");
	ck_assert_ptr_eq(set, set_of(txn.root, "own"));
	ck_assert_ptr_null(set->table);
	ck_assert_ptr_nonnull(set_of(txn.root, "branches")->table);
	must("change set branches more 11.0.0.0/8");
	ck_assert_ptr_null(set_of(txn.root, "branches")->table);
	ck_assert_ptr_nonnull(set_of(base, "branches")->table);
	must("add rule acl common 1 deny any");
	ck_assert_ptr_null(
		list_of(txn.root, EPACL_OWNER_ACL, "common", "", 0)->table);
	ck_assert_ptr_nonnull(
		list_of(base, EPACL_OWNER_ACL, "common", "", 0)->table);
	epacl_txn_fini(&txn);
}
END_TEST

START_TEST(rebase)
{
	struct epacl_txn other;
	struct epacl_set *set;
	char *text;

	begin();
	must("add vnet a prefix 10.0.0.0/8");
	must("add set s 10.0.0.0/8");
	must("add acl n");
	must("add vm v");
	must("add group g");
	commit();

	begin();
	ck_assert_int_eq(epacl_txn_init(&other, &memory, base), 0);
	must("add subnet a/x prefix 10.1.0.0/16");
	must("change set s more 11.0.0.0/8");
	must("add rule acl n 1 permit set s");
	must("add member g v");
	must("add vnet b prefix 11.0.0.0/8");
	must("add set t");
#define OTHER(line) \
	ck_assert_msg(!txn_do(&other, (line)), "%s: %s", (line), other.why.text)
	OTHER("add subnet a/y prefix 10.2.0.0/16");
	OTHER("change set s more 12.0.0.0/8");
	OTHER("add rule acl n 2 permit set s");
	OTHER("change rules group g in use n");
	OTHER("add vnet c prefix 10.0.0.0/8");
	OTHER("add set u");
	commit();
	ck_assert_int_eq(epacl_txn_rebase(&other, base), 0);
	text = ruleset(other.root, false);
	ck_assert_str_eq(text, "add set s 10.0.0.0/8,11.0.0.0/8,12.0.0.0/8\n"
			       "add set t\n"
			       "add set u\n"
			       "add acl n\n"
			       "add rule acl n 1 permit set s\n"
			       "add rule acl n 2 permit set s\n"
			       "add vnet a prefix 10.0.0.0/8\n"
			       "add subnet a/x prefix 10.1.0.0/16\n"
			       "add subnet a/y prefix 10.2.0.0/16\n"
			       "add vnet b prefix 11.0.0.0/8\n"
			       "add vnet c prefix 10.0.0.0/8\n"
			       "add group g\n"
			       "change rules group g in use n\n"
			       "add vm v\n"
			       "add member g v\n");
	free(text);
	set = set_of(other.root, "u");
	ck_assert_uint_eq(set->id, 3);
	ck_assert_uint_eq(epacl_vnet(epacl_pmap_find(&other.root->vnets, "c"))
				  ->zone,
			  3);
	epacl_txn_fini(&other);
}
END_TEST

START_TEST(rebase_refused)
{
	struct epacl_txn other;

	begin();
	must("add acl three");
	must("add vm v");
	commit();
	ck_assert_int_eq(epacl_txn_init(&other, &memory, base), 0);
	OTHER("remove acl three");
	begin();
	must("change rules vm v in use three");
	commit();
	ck_assert_int_eq(epacl_txn_rebase(&other, base), -EBUSY);
	ck_assert_str_eq(other.why.text, "acl 'three' is used by vm 'v' in");
	ck_assert_uint_eq(other.why.op, 1);
	epacl_txn_fini(&other);
}
END_TEST

/* ---- public ports ---- */

START_TEST(chosen_ports)
{
	begin();
	must("add vm v");
	must("add nic v e address 10.0.0.1");
	must("add lbset l tcp public 203.0.113.1:49152");
	must("add endpoint v/a tcp 1 public 203.0.113.1");
	ck_assert_uint_eq(endpoint_of(txn.root, "v", "a")->publics[0].port,
			  49153);
	must("add lbset m tcp public 203.0.113.1:49154");
	must("add lbset n udp public 203.0.113.1:49155");
	must("add endpoint v/b tcp 2 public 203.0.113.1");
	ck_assert_uint_eq(endpoint_of(txn.root, "v", "b")->publics[0].port,
			  49155);
	epacl_txn_fini(&txn);
}
END_TEST

/* ---- which layers apply ---- */

static void assert_effective(const char *vm, u32 directions,
			     const char *const *wanted, u32 nwanted)
{
	struct epacl_effective *list;
	char line[128], prefix[EPACL_IP_TEXT];
	u32 n, i;

	list = epacl_effective(&memory, base, vm_of(base, vm), directions, &n);
	for (i = 0; i < n; i++) {
		const struct epacl_layer *l = &list[i].layer;

		snprintf(line, sizeof(line), "%u%s %s%s%s%s%s%s%s%s", l->owner,
			 l->direction == EPACL_IN ? "in" : "out", l->name,
			 l->part ? "/" : "", l->part ? l->part : "",
			 l->use ? " use " : "", l->use ? l->use : "",
			 list[i].endpoint ? " of " : "",
			 list[i].endpoint ? list[i].endpoint : "",
			 list[i].group ? " g" : "");
		if (list[i].prefix.ip.family)
			snprintf(line + strlen(line),
				 sizeof(line) - strlen(line), " %s",
				 epacl_prefix_text(&list[i].prefix, prefix));
		ck_assert_uint_lt(i, nwanted);
		ck_assert_str_eq(line, wanted[i]);
	}
	ck_assert_uint_eq(n, nwanted);
	epacl_free(list);
}

START_TEST(effective)
{
	static const char *const v1[] = {
		"3in web use common of https",
		"1in v1/ssh use two of ssh",
		"5in a/back 2001:db8:1:1::/64",
		"5in a/back 10.1.1.0/24",
		"6in h g",
		"6in g g",
		"2in v1",
		"2out v1",
		"6out h g",
		"6out g use two g",
		"5out a/back use common 2001:db8:1:1::/64",
		"5out a/back use common 10.1.1.0/24",
	};
	static const char *const v3[] = { "2in v3" };

	commit_lines();
	assert_effective("v1", BIT(EPACL_IN) | BIT(EPACL_OUT), v1,
			 ARRAY_SIZE(v1));
	assert_effective("v1", BIT(EPACL_OUT), &v1[7], 5);
	assert_effective("v3", BIT(EPACL_IN), v3, ARRAY_SIZE(v3));
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("all");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, all_kinds);
	tcase_add_loop_test(tcase, change_one, 0, ARRAY_SIZE(changes));
	tcase_add_loop_test(tcase, refuses, 0, ARRAY_SIZE(refusals));
	tcase_add_test(tcase, no_owner);
	tcase_add_test(tcase, may_exist);
	tcase_add_test(tcase, if_exists);
	tcase_add_test(tcase, parts_go_along);
	tcase_add_test(tcase, limit_of_named_lists);
	tcase_add_test(tcase, eight_groups);
	tcase_add_test(tcase, many_subnets);
	tcase_add_test(tcase, many_members);
	tcase_add_test(tcase, chunks);
	tcase_add_test(tcase, large_set);
	tcase_add_test(tcase, ids_and_zones);
	tcase_add_test(tcase, all_numbers);
	tcase_add_test(tcase, overlaps);
	tcase_add_test(tcase, what_is_kept);
	tcase_add_test(tcase, shown_stays);
	tcase_add_test(tcase, indices);
	tcase_add_test(tcase, tables_follow);
	tcase_add_test(tcase, rebase);
	tcase_add_test(tcase, rebase_refused);
	tcase_add_test(tcase, chosen_ports);
	tcase_add_test(tcase, effective);
	return run_tcase("kinds", tcase);
}
