// SPDX-License-Identifier: GPL-2.0-only
/*
 * What transactions refuse, and in which words.
 */
#include <linux/kernel.h>
#include "fixture.h"

static const struct refusal refusals[] = {
	/* names */
	{ "add vm 1a", -EINVAL, EPACL_VM_A_NAME, "'1a' is no name for a vm" },
	{ "add vm a/b", -EINVAL, EPACL_VM_A_NAME, "is no name" },
	{ "add vm \xc3\xa4", -EINVAL, EPACL_VM_A_NAME, "'...' is no name" },
	{ "add vm \"\"", -EINVAL, EPACL_VM_A_NAME, "is no name" },
	{ "add service _a vip 203.0.113.9", -EINVAL, EPACL_SERVICE_A_NAME,
	  "is no name" },
	{ "add vnet -a prefix 10.0.0.0/8", -EINVAL, EPACL_VNET_A_NAME,
	  "is no name" },
	{ "add endpoint one/.x tcp 1", -EINVAL, EPACL_ENDPOINT_A_NAME,
	  "is no name" },
	/* interfaces */
	{ "add nic two lo address 10.0.0.1", -EINVAL, EPACL_NIC_A_DEV, "'lo'" },
	{ "add nic two a/b address 10.0.0.1", -EINVAL, EPACL_NIC_A_DEV,
	  "no name of an interface" },
	{ "add nic two a:b address 10.0.0.1", -EINVAL, EPACL_NIC_A_DEV,
	  "no name of an interface" },
	{ "add nic two .. address 10.0.0.1", -EINVAL, EPACL_NIC_A_DEV,
	  "no name of an interface" },
	{ "add nic two \"a b\" address 10.0.0.1", -EINVAL, EPACL_NIC_A_DEV,
	  "no name of an interface" },
	{ "change vnet a uplink e1234567890123456", -EINVAL,
	  EPACL_VNET_A_UPLINK, "no name of an interface" },
	{ "change vnet a uplink eth0,eth0", -EINVAL, EPACL_VNET_A_UPLINK,
	  "uplink 'eth0' stands twice" },
	/* references */
	{ "add vm x service nix", -ENOENT, EPACL_VM_A_SERVICE,
	  "there is no service 'nix'" },
	{ "change vm one service nix", -ENOENT, EPACL_VM_A_SERVICE,
	  "there is no service 'nix'" },
	{ "add nic nix eth0 address 10.0.0.1", -ENOENT, EPACL_NIC_A_VM,
	  "there is no vm 'nix'" },
	{ "add nic two eth0 address 10.0.0.1 vnet nix", -ENOENT,
	  EPACL_NIC_A_VNET, "there is no vnet 'nix'" },
	{ "add endpoint nix/a tcp 1", -ENOENT, EPACL_ENDPOINT_A_VM,
	  "there is no vm 'nix'" },
	{ "add rule vm nix in 1 permit any", -ENOENT, EPACL_RULE_A_OWNER,
	  "there is no vm 'nix'" },
	{ "add rule one/nix 1 permit any", -ENOENT, EPACL_RULE_A_OWNER,
	  "there is no endpoint 'one/nix'" },
	{ "change vnet a peer nix", -ENOENT, EPACL_VNET_A_PEER_VNET,
	  "there is no vnet 'nix'" },
	{ "change vnet a peer a", -EINVAL, EPACL_VNET_A_PEER_VNET,
	  "its own peer" },
	/* there already, or not */
	{ "add vm one", -EEXIST, 0, "vm 'one' exists already" },
	{ "--may-exist add vm one service web quota 9", -EEXIST,
	  EPACL_VM_A_QUOTA, "vm 'one' exists already and differs in 'quota'" },
	{ "add vm x quota 0", -EINVAL, EPACL_VM_A_QUOTA,
	  "the quota of vm 'x' is 1 to 65535, not 0" },
	{ "change vm one quota 65536", -EINVAL, EPACL_VM_A_QUOTA,
	  "the quota of vm 'one' is 1 to 65535, not 65536" },
	{ "add service web vip 203.0.113.9", -EEXIST, 0,
	  "service 'web' exists already" },
	{ "add vnet a prefix 10.0.0.0/8", -EEXIST, 0, "vnet 'a' exists" },
	{ "add nic one vnet0 address 10.0.0.1", -EEXIST, 0,
	  "nic 'vnet0' of vm 'one' exists already" },
	{ "add endpoint one/ssh tcp 1", -EEXIST, 0,
	  "endpoint 'one/ssh' exists already" },
	{ "add rule one/ssh 100 deny any", -EEXIST, 0,
	  "rule 100 of endpoint 'one/ssh' exists already" },
	{ "change vm nix no service", -ENOENT, EPACL_VM_A_NAME, "no vm 'nix'" },
	{ "change service nix vip 203.0.113.9", -ENOENT, EPACL_SERVICE_A_NAME,
	  "no service 'nix'" },
	{ "change vnet nix no uplink", -ENOENT, EPACL_VNET_A_NAME, "no vnet" },
	{ "change nic one nix no mac", -ENOENT, EPACL_NIC_A_DEV,
	  "there is no nic 'nix' of vm 'one'" },
	{ "change endpoint one/nix no public", -ENOENT, EPACL_ENDPOINT_A_NAME,
	  "there is no endpoint 'one/nix'" },
	{ "change rule vm one in 11 deny", -ENOENT, EPACL_RULE_A_ORDER,
	  "there is no rule 11 of vm 'one' in" },
	{ "change rules one/nix default deny", -ENOENT, EPACL_RULES_A_OWNER,
	  "there is no endpoint 'one/nix'" },
	{ "remove vm nix", -ENOENT, EPACL_VM_A_NAME, "no vm 'nix'" },
	{ "remove service nix", -ENOENT, EPACL_SERVICE_A_NAME, "no service" },
	{ "remove vnet nix", -ENOENT, EPACL_VNET_A_NAME, "no vnet" },
	{ "remove nic one nix", -ENOENT, EPACL_NIC_A_DEV, "no nic" },
	{ "remove endpoint one/nix", -ENOENT, EPACL_ENDPOINT_A_NAME,
	  "no endpoint" },
	{ "remove rule vm one out 1", -ENOENT, EPACL_RULE_A_ORDER,
	  "there is no rule 1 of vm 'one' out" },
	/* in use */
	{ "remove service web", -EBUSY, EPACL_SERVICE_A_NAME,
	  "service 'web' is used by vm 'one'" },
	{ "remove vnet b", -EBUSY, EPACL_VNET_A_NAME,
	  "vnet 'b' is a peer of vnet 'a'" },
	{ "remove nic one vnet0", -EBUSY, 0,
	  "address 10.1.0.4 is used by endpoint 'one/ssh'" },
	{ "change nic one vnet0 address 10.1.0.5", -EBUSY,
	  EPACL_NIC_A_ADDRESSES, "used by endpoint 'one/ssh'" },
	/* shape */
	{ "change vm one", -EINVAL, 0, "nothing to change" },
	{ "change vm one no service service web", -EINVAL, EPACL_VM_A_SERVICE,
	  "given and taken away" },
	{ "change vnet a no prefix", -EINVAL, EPACL_VNET_A_PREFIXES,
	  "'prefix' of the vnet can be changed, but not taken away" },
	{ "change nic one vnet0 no address", -EINVAL, EPACL_NIC_A_ADDRESSES,
	  "not taken away" },
	{ "add vnet x", -EINVAL, EPACL_VNET_A_PREFIXES,
	  "'prefix' of the vnet is missing" },
	{ "add service x", -EINVAL, EPACL_SERVICE_A_VIPS, "is missing" },
	{ "add nic two eth0", -EINVAL, EPACL_NIC_A_ADDRESSES, "is missing" },
	{ "add endpoint one/x", -EINVAL, EPACL_ENDPOINT_A_PROTO, "is missing" },
	{ "add rule vm one in 1", -EINVAL, EPACL_RULE_A_ACTION, "is missing" },
	{ "remove vm two service web", -EINVAL, EPACL_VM_A_SERVICE,
	  "does not say which" },
	{ "add vm x no service", -EINVAL, 0, "only change" },
	{ "--may-exist remove vm two", -EINVAL, 0, "may-exist goes with add" },
	{ "--if-exists add vm x", -EINVAL, 0, "if-exists with remove" },
	{ "add rules vm one in default deny", -EINVAL, 0,
	  "does not go with 'rule list'" },
	{ "remove limit", -EINVAL, 0, "does not go with 'limit'" },
	/* limits and defaults */
	{ "change limit rules-per-endpoint 0", -EINVAL,
	  EPACL_LIMITS_A_RULES_PER_ENDPOINT, "1 to 65535" },
	{ "change limit rules-per-endpoint 65536", -EINVAL,
	  EPACL_LIMITS_A_RULES_PER_ENDPOINT, "not 65536" },
	{ "change rules vm one in default 3", -EINVAL, EPACL_RULES_A_DEFAULT,
	  "auto, permit or deny" },
	/* services */
	{ "add service x vip 224.0.0.1", -EINVAL, EPACL_SERVICE_A_VIPS,
	  "vip 224.0.0.1 is a multicast address" },
	{ "add service x vip 0.0.0.0", -EINVAL, EPACL_SERVICE_A_VIPS,
	  "unspecified" },
	{ "add service x vip 127.3.2.1", -EINVAL, EPACL_SERVICE_A_VIPS,
	  "loopback" },
	{ "add service x vip ::1", -EINVAL, EPACL_SERVICE_A_VIPS, "loopback" },
	{ "add service x vip 255.255.255.255", -EINVAL, EPACL_SERVICE_A_VIPS,
	  "broadcast" },
	{ "add service x vip 203.0.113.0/24", -EINVAL, EPACL_SERVICE_A_VIPS,
	  "plain address" },
	{ "add service x vip 203.0.113.1,203.0.113.2", -EINVAL,
	  EPACL_SERVICE_A_VIPS, "one vip of each family" },
	{ "add service x vip 203.0.113.1,203.0.113.2,203.0.113.3", -EINVAL,
	  EPACL_SERVICE_A_VIPS, "at most 2" },
	/* vnets */
	{ "add vnet x prefix 10.0.0.0/33", -EINVAL, EPACL_VNET_A_PREFIXES,
	  "no prefix" },
	{ "add vnet x prefix 10.0.0.0/8,10.1.2.3/8", -EINVAL,
	  EPACL_VNET_A_PREFIXES, "10.0.0.0/8 stands twice" },
	{ "add vnet x prefix 10.0.0.0/8 peer 10.0.0.0/8,11.0.0.0/8,10.3.0.0/16",
	  -EINVAL, EPACL_VNET_A_PEER_PREFIXES,
	  "peers 10.0.0.0/8 and 10.3.0.0/16 overlap" },
	{ "change vnet a peer b,b", -EINVAL, EPACL_VNET_A_PEER_VNET,
	  "peer 'b' stands twice" },
	/* nics */
	{ "add nic two eth0 address 10.0.0.1,10.0.0.1", -EINVAL,
	  EPACL_NIC_A_ADDRESSES, "10.0.0.1 stands twice" },
	{ "add nic two eth0 address ff02::1", -EINVAL, EPACL_NIC_A_ADDRESSES,
	  "multicast" },
	{ "add nic two eth0 address 0.0.0.0", -EINVAL, EPACL_NIC_A_ADDRESSES,
	  "unspecified" },
	{ "add nic two eth0 address 127.0.0.0/8", -EINVAL,
	  EPACL_NIC_A_ADDRESSES, "loopback" },
	{ "add nic two eth0 address 10.0.0.1 mac 01:00:5e:00:00:01", -EINVAL,
	  EPACL_NIC_A_MAC, "01:00:5e:00:00:01 is a group address" },
	{ "add nic two eth0 address 10.0.0.1 mac 0:0:0:0:0:0", -EINVAL,
	  EPACL_NIC_A_MAC, "a nic needs a unicast MAC" },
	/* endpoints */
	{ "add endpoint one/x 257", -EINVAL, EPACL_ENDPOINT_A_PROTO,
	  "0 to 255" },
	{ "add endpoint one/x tcp", -EINVAL, EPACL_ENDPOINT_A_PORTS,
	  "takes a port" },
	{ "add endpoint one/x tcp 0", -EINVAL, EPACL_ENDPOINT_A_PORTS, "port" },
	{ "add endpoint one/x tcp 0-5", -EINVAL, EPACL_ENDPOINT_A_PORTS,
	  "0-5 is no range" },
	{ "add endpoint one/x tcp 9-8", -EINVAL, EPACL_ENDPOINT_A_PORTS,
	  "9-8 is no range" },
	{ "add endpoint one/x 47 5", -EINVAL, EPACL_ENDPOINT_A_PORTS,
	  "its protocol has none" },
	{ "add endpoint one/x 47 0", -EINVAL, EPACL_ENDPOINT_A_PORTS,
	  "its protocol has none" },
	{ "add endpoint one/x tcp 5 type 3", -EINVAL, EPACL_ENDPOINT_A_TYPE,
	  "icmp or icmpv6" },
	{ "add endpoint one/x icmp code 3", -EINVAL, EPACL_ENDPOINT_A_CODE,
	  "takes a type" },
	{ "change endpoint one/ping no type", -EINVAL, EPACL_ENDPOINT_A_CODE,
	  "takes a type" },
	{ "add endpoint one/x any public 203.0.113.9:1", -EINVAL,
	  EPACL_ENDPOINT_A_PUBLICS, "no ports" },
	{ "add endpoint one/x icmpv6 public 203.0.113.9", -EINVAL,
	  EPACL_ENDPOINT_A_PUBLICS, "no ports" },
	{ "add endpoint one/x tcp 10-19 public 203.0.113.9:11", -EINVAL,
	  EPACL_ENDPOINT_A_PUBLICS,
	  "public 203.0.113.9 port 11 of endpoint 'one/x': a range of ports keeps its numbers, so it is 10 or left out" },
	{ "add endpoint one/x tcp 10-19 public 203.0.113.8,203.0.113.9:9",
	  -EINVAL, EPACL_ENDPOINT_A_PUBLICS, "203.0.113.9 port 9" },
	{ "change endpoint one/range port 4999-5009", -EINVAL,
	  EPACL_ENDPOINT_A_PUBLICS, "so it is 4999 or left out" },
	{ "change endpoint one/range public 203.0.113.20:5001", -EINVAL,
	  EPACL_ENDPOINT_A_PUBLICS, "so it is 5000 or left out" },
	{ "change endpoint one/ssh port 22-23", -EINVAL,
	  EPACL_ENDPOINT_A_PUBLICS, "203.0.113.20 port 2222" },
	{ "add endpoint one/x tcp 1 public 203.0.113.9:1,203.0.113.9:1",
	  -EINVAL, EPACL_ENDPOINT_A_PUBLICS, "stands twice" },
	{ "add endpoint one/x tcp 1-9 public 203.0.113.9:1,203.0.113.9:1",
	  -EINVAL, EPACL_ENDPOINT_A_PUBLICS, "stands twice" },
	{ "add endpoint one/x tcp 1-9 public 203.0.113.9,203.0.113.9", -EINVAL,
	  EPACL_ENDPOINT_A_PUBLICS, "stands twice" },
	{ "add endpoint one/x tcp 1 public 224.1.1.1:1", -EINVAL,
	  EPACL_ENDPOINT_A_PUBLICS, "multicast" },
	{ "add endpoint one/x tcp 1 address 10.1.0.9", -EINVAL,
	  EPACL_ENDPOINT_A_ADDRESS,
	  "address 10.1.0.9 of endpoint 'one/x' is of no nic of vm 'one'" },
	{ "add endpoint two/x tcp 1 address 10.1.0.9", -EINVAL,
	  EPACL_ENDPOINT_A_ADDRESS, "of no nic" },
	{ "change endpoint one/ssh public [2001:db8::9]:22", -EINVAL,
	  EPACL_ENDPOINT_A_PUBLICS, "the endpoint's 'address'" },
	/* endpoints that overlap */
	{ "add endpoint one/x tcp 22", -EADDRINUSE, EPACL_ENDPOINT_A_PORTS,
	  "endpoint 'one/x' takes packets that endpoint 'one/ssh' takes" },
	{ "add endpoint one/x tcp 22 address 10.1.0.4", -EADDRINUSE,
	  EPACL_ENDPOINT_A_PORTS, "'one/ssh'" },
	{ "add endpoint one/x udp 5009-5010", -EADDRINUSE,
	  EPACL_ENDPOINT_A_PORTS, "'one/range'" },
	{ "add endpoint one/x icmp", -EADDRINUSE, EPACL_ENDPOINT_A_TYPE,
	  "'one/ping'" },
	{ "add endpoint one/x any", -EADDRINUSE, EPACL_ENDPOINT_A_PROTO,
	  "'one/all'" },
	/* rules */
	{ "add rule vm one in 0 permit any", -EINVAL, EPACL_RULE_A_ORDER,
	  "1 to 65535" },
	{ "add rule vm one in 1 permit any proto 256", -EINVAL,
	  EPACL_RULE_A_PROTO, "0 to 255" },
	{ "add rule vm one in 1 permit any type 3", -EINVAL, EPACL_RULE_A_TYPE,
	  "icmp or icmpv6" },
	{ "add rule vm one in 1 permit any proto tcp type 3", -EINVAL,
	  EPACL_RULE_A_TYPE, "icmp or icmpv6" },
	{ "add rule vm one in 1 permit any proto icmp code 3", -EINVAL,
	  EPACL_RULE_A_CODE, "takes a type" },
	{ "change rule vm one out 5 no proto", -EINVAL, EPACL_RULE_A_TYPE,
	  "icmp or icmpv6" },
	{ "add rule vm one in 1 permit any proto icmp lport 80", -EINVAL,
	  EPACL_RULE_A_LPORTS,
	  "'lport' does not go with protocol icmp, which has no ports" },
	{ "add rule vm one in 1 permit any proto 47 lport 1", -EINVAL,
	  EPACL_RULE_A_LPORTS, "no ports" },
	{ "change rule vm one in 10 proto 47 no lport", -EINVAL,
	  EPACL_RULE_A_RPORTS, "no ports" },
	{ "add rule vm one in 1 permit any rport 1,9-8", -EINVAL,
	  EPACL_RULE_A_RPORTS, "9-8 ends before it begins" },
	{ "add rule vm one in 1 permit 10.0.0.0/33", -EINVAL,
	  EPACL_RULE_A_REMOTE, "no prefix" },
	{ "add rule vm one in 1 permit any name \"a\tb\"", -EINVAL,
	  EPACL_RULE_A_TEXT, "at byte 2" },
	{ "add rule vm one in 1 permit any name \"\xc3\"", -EINVAL,
	  EPACL_RULE_A_TEXT, "at byte 1" },
	{ "add rule vm one in 1 permit any name \"\xc0\x80\"", -EINVAL,
	  EPACL_RULE_A_TEXT, "at byte 1" },
	{ "add rule vm one in 1 permit any name \"\xc2\x9b\"", -EINVAL,
	  EPACL_RULE_A_TEXT, "at byte 1" },
	{ "add rule vm one in 1 permit any name \"\"", -EINVAL,
	  EPACL_RULE_A_TEXT, "empty" },
};

START_TEST(refuses)
{
	commit_everything();
	begin();
	must("change vm two service front");
	refused(&refusals[_i]);
	epacl_txn_fini(&txn);
	assert_lines(base, everything, EVERYTHING);
}
END_TEST

/* ---- addresses in sentences ---- */

static const struct {
	u16 group[8];
	const char *text;
} texts[] = {
	{ { 0 }, "::" },
	{ { [7] = 1 }, "::1" },
	{ { 0x2001, 0xdb8 }, "2001:db8::" },
	{ { 0x2001, 0xdb8, 0, 0, 0, 0, 0, 0xa0b }, "2001:db8::a0b" },
	{ { 0x2001, 0xdb8, 0, 1, 1, 1, 1, 1 }, "2001:db8:0:1:1:1:1:1" },
	{ { 0x2001, 0, 0, 1, 0, 0, 0, 1 }, "2001:0:0:1::1" },
	{ { 0x2001, 0xdb8, 0, 0, 1, 0, 0, 1 }, "2001:db8::1:0:0:1" },
	{ { 0, 0, 1, 2, 3, 4, 5, 6 }, "::1:2:3:4:5:6" },
	{ { 1, 2, 3, 4, 5, 6, 0, 0 }, "1:2:3:4:5:6::" },
	{ { 0, 2, 3, 4, 5, 6, 7, 0 }, "0:2:3:4:5:6:7:0" },
	{ { 0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff },
	  "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
};

/* RFC 5952. */
START_TEST(addresses)
{
	struct epacl_ip ip = { .family = 6 };
	char text[EPACL_IP_TEXT];
	u32 i;

	for (i = 0; i < 8; i++) {
		ip.b[2 * i] = texts[_i].group[i] >> 8;
		ip.b[2 * i + 1] = texts[_i].group[i] & 0xff;
	}
	ck_assert_str_eq(epacl_ip_text(&ip, text), texts[_i].text);
}
END_TEST

START_TEST(public_of_a_family_that_the_first_nic_lacks)
{
	static const struct refusal no_ipv6 = {
		"add endpoint a/y tcp 2 public 2001:db8::9",
		-EINVAL,
		EPACL_ENDPOINT_A_PUBLICS,
		"the first nic of vm 'a'",
	};

	begin();
	must("add vm a");
	/* It may still get one. */
	must("add endpoint a/x tcp 1 public 2001:db8::9");
	must("add nic a eth0 address 10.0.0.1");
	must("add nic a eth1 address 2001:db8:1::1");
	refused(&no_ipv6);
	epacl_txn_fini(&txn);
}
END_TEST

START_TEST(fine_side_by_side)
{
	commit_everything();
	begin();
	must("add endpoint one/in-range udp 5005");
	must("add endpoint one/other udp 22");
	must("add endpoint one/elsewhere tcp 22 address 10.7.0.9");
	must("add endpoint one/unreachable icmp type 8/1");
	must("add endpoint one/six icmpv6");
	must("add endpoint one/gre 47");
	epacl_txn_fini(&txn);
}
END_TEST

/* Elements for the lists of an operation. */
static void prefix_at(void *p, u32 i)
{
	char text[32];

	snprintf(text, sizeof(text), "10.%u.%u.0/24", i / 250, i % 250);
	((struct epacl_prefix *)p)[i] = prefix_parse(text);
}

static void plain_at(void *p, u32 i)
{
	prefix_at(p, i);
	((struct epacl_prefix *)p)[i].ip.b[3] = 9;
	((struct epacl_prefix *)p)[i].len = 32;
}

static void vlan_at(void *p, u32 i)
{
	((u16 *)p)[i] = i + 1;
}

static void name_at(void *p, u32 i)
{
	struct epacl_name *name = (struct epacl_name *)p + i;

	snprintf(name->s, sizeof(name->s), "e%u", i);
}

static void ports_at(void *p, u32 i)
{
	((struct epacl_ports *)p)[i].hi = i;
}

#define LIST(member) offsetof(struct epacl_op, member)

/* Lists as long as they may be, and one longer. */
static const struct {
	const char *line;
	size_t list;
	size_t size;
	void (*at)(void *p, u32 i);
	u32 max;
} lists[] = {
	{ "add vnet x prefix 10.0.0.0/8", LIST(vnet.prefixes),
	  sizeof(struct epacl_prefix), prefix_at, EPACL_PREFIXES_MAX },
	{ "add vnet x prefix 10.0.0.0/8 peer 11.0.0.0/8", LIST(vnet.peers),
	  sizeof(struct epacl_prefix), prefix_at, EPACL_PREFIXES_MAX },
	{ "add vnet x prefix 10.0.0.0/8 uplink e", LIST(vnet.uplinks),
	  sizeof(struct epacl_name), name_at, EPACL_UPLINKS_MAX },
	{ "add nic v eth0 address 10.0.0.1", LIST(nic.prefixes),
	  sizeof(struct epacl_prefix), prefix_at, EPACL_PREFIXES_MAX },
	{ "add nic v eth0 address 10.0.0.1 shared 10.0.0.2", LIST(nic.shared),
	  sizeof(struct epacl_prefix), plain_at, EPACL_PREFIXES_MAX - 1 },
	{ "add nic v eth0 address 10.0.0.1 vlan 1", LIST(nic.vlans),
	  sizeof(u16), vlan_at, EPACL_VLANS_MAX },
	{ "add subnet n/x prefix 10.0.0.0/24", LIST(subnet.prefixes),
	  sizeof(struct epacl_prefix), prefix_at, EPACL_PREFIXES_MAX },
	{ "add rule vm v in 1 permit any lport 1", LIST(rule.lports),
	  sizeof(struct epacl_ports), ports_at, EPACL_PORTS_MAX },
	{ "add rule vm v in 1 permit any rport 1", LIST(rule.rports),
	  sizeof(struct epacl_ports), ports_at, EPACL_PORTS_MAX },
};

static int do_long(int i, u32 n)
{
	struct epacl_op *op = op_parse(&memory, lists[i].line);
	struct epacl_list *list = (void *)((char *)op + lists[i].list);
	u32 k;

	epacl_free(list->p);
	list->p = epacl_alloc(&memory, n * lists[i].size);
	list->n = n;
	for (k = 0; k < n; k++)
		lists[i].at(list->p, k);
	return epacl_txn_do(&txn, op);
}

START_TEST(long_lists)
{
	begin();
	must("add vm v");
	must("add vnet n prefix 10.0.0.0/8");
	ck_assert_int_eq(do_long(_i, lists[_i].max), 0);
	epacl_txn_fini(&txn);
	begin();
	must("add vm v");
	must("add vnet n prefix 10.0.0.0/8");
	ck_assert_int_eq(do_long(_i, lists[_i].max + 1), -EINVAL);
	ck_assert_ptr_nonnull(strstr(txn.why.text, "at most"));
	epacl_txn_fini(&txn);
}
END_TEST

/* ---- may-exist, if-exists ---- */

START_TEST(may_exist)
{
	static const struct {
		const char *line;
		const char *differs; /* NULL: equal */
	} tries[] = {
		{ "add service web vip 2001:db8::11,203.0.113.11", NULL },
		{ "add service web vip 203.0.113.11", "'vip'" },
		{ "add vnet b prefix 10.2.3.4/16 peer a", NULL },
		{ "add vnet b prefix 10.2.3.4/16", "'peer'" },
		{ "add vnet b prefix 10.2.3.4/17 peer a", "'prefix'" },
		{ "add vm one service web", NULL },
		{ "add vm one", "'service'" },
		{ "add vm two service web", "'service'" },
		{ "add nic one vnet7 address 10.7.0.9/24", NULL },
		{ "add nic one vnet7 address 10.7.0.9", "'address'" },
		{ "add nic one vnet7 address 10.7.0.9/24 vnet a", "'vnet'" },
		{ "add nic one vnet7 address 10.7.0.9/24 mac 2:0:0:0:0:1",
		  "'mac'" },
		{ "add endpoint one/ping icmp type 8/0", NULL },
		{ "add endpoint one/ping icmp type 8", "'code'" },
		{ "add endpoint one/ping icmp", "'type'" },
		{ "add endpoint one/ping icmpv6 type 8/0", "'proto'" },
		{ "add endpoint one/ssh tcp 22 address 10.1.0.4 "
		  "public 203.0.113.21:22,203.0.113.20",
		  NULL },
		{ "add endpoint one/ssh tcp 22 address 10.1.0.4 "
		  "public 203.0.113.21,203.0.113.21",
		  "'public'" },
		{ "add endpoint one/ssh tcp 22 address 10.1.0.4 "
		  "public 203.0.113.21",
		  "'public'" },
		{ "add endpoint one/ssh tcp 22 "
		  "public 203.0.113.21,203.0.113.20",
		  "'address'" },
		{ "add endpoint one/ssh tcp 23", "'port'" },
		{ "add rule one/ssh 100 permit 198.51.100.7/24 "
		  "name \"front ends\"",
		  NULL },
		{ "add rule one/ssh 100 deny 198.51.100.7/24 "
		  "name \"front ends\"",
		  "'permit or deny'" },
		{ "add rule one/ssh 100 permit 198.51.100.7/24", "'name'" },
		{ "add rule one/ssh 100 permit any name \"front ends\"",
		  "'remote'" },
		{ "add rule one/ssh 200 deny any proto tcp", "'proto'" },
		{ "add rule vm one in 10 deny any proto 6 lport 25,110-143 "
		  "rport 1-1023",
		  NULL },
		{ "add rule vm one in 10 deny any proto 6 lport 25,110-143",
		  "'rport'" },
		{ "add rule vm one in 10 deny any proto 6 lport 110-143,25 "
		  "rport 1-1023",
		  "'lport'" },
		{ "add rule vm one out 5 permit 192.168.0.0/16 proto 1 type 3",
		  "'code'" },
	};
	char line[256];
	size_t i;
	int err;

	commit_everything();
	for (i = 0; i < ARRAY_SIZE(tries); i++) {
		begin();
		snprintf(line, sizeof(line), "--may-exist %s", tries[i].line);
		err = txn_do(&txn, line);
		ck_assert_msg(err == (tries[i].differs ? -EEXIST : 0),
			      "%s: %d: %s", line, err, txn.why.text);
		if (err)
			ck_assert_msg(strstr(txn.why.text, tries[i].differs),
				      "%s: %s", line, txn.why.text);
		assert_lines(txn.root, everything, EVERYTHING);
		epacl_txn_fini(&txn);
	}
}
END_TEST

START_TEST(if_exists)
{
	begin();
	must("--if-exists remove vm x");
	must("--if-exists remove service x");
	must("--if-exists remove vnet x");
	must("--if-exists remove nic x eth0");
	must("--if-exists remove endpoint x/y");
	must("--if-exists remove rule x/y 1");
	must("--if-exists remove rule vm x in 1");
	must("add vm x");
	must("--if-exists remove nic x eth0");
	must("--if-exists remove endpoint x/y");
	must("--if-exists remove rule x/y 1");
	must("--if-exists remove rule vm x in 1");
	must("--if-exists remove vm x");
	assert_lines(txn.root, NULL, 0);
	epacl_txn_fini(&txn);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("all");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_loop_test(tcase, addresses, 0, ARRAY_SIZE(texts));
	tcase_add_loop_test(tcase, refuses, 0, ARRAY_SIZE(refusals));
	tcase_add_test(tcase, public_of_a_family_that_the_first_nic_lacks);
	tcase_add_test(tcase, fine_side_by_side);
	tcase_add_loop_test(tcase, long_lists, 0, ARRAY_SIZE(lists));
	tcase_add_test(tcase, may_exist);
	tcase_add_test(tcase, if_exists);
	return run_tcase("refusals", tcase);
}
