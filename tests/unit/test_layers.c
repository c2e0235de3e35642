// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sections 2 to 5 by the letter: which layers are asked, in which order, and
 * what IPsec, load balancing, tags and shared addresses do to the verdict.
 */
#include <stdio.h>
#include <stdlib.h>
#include <check.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/jhash.h>
#include <linux/kernel.h>
#include <linux/math.h>
#include "explain.h"
#include "model_builder.h"
#include "ops.h"
#include "station.h"

/* ---- a policy from lines, and one question at a time ---- */

static struct twin_policy world;
static struct model model;

#define begin(lines) begin_n(lines, ARRAY_SIZE(lines))

static void begin_n(const char *const *lines, unsigned int n)
{
	int err = model_lines(&model, lines, n);

	ck_assert_msg(!err, "%s", err ? model.why.text : "");
	memset(&world, 0, sizeof(world));
	world.host[world.nhost++] = ip4(192, 0, 2, 1);
	model.twin = &world;
}

static void change(const char *line)
{
	int err = model_change(&model, &line, 1);

	ck_assert_msg(!err, "%s: %s", line, err ? model.why.text : "");
}

static void end(void)
{
	model_free(&model);
}

static struct epacl_tuple tuple(u8 proto, const char *src, u16 sport,
				const char *dst, u16 dport)
{
	struct epacl_tuple t = {
		.src = ip_parse(src),
		.dst = ip_parse(dst),
		.sport = sport,
		.dport = dport,
		.proto = proto,
	};

	return t;
}

/* How the packet is, and what is known of it; @answer is what was said. */
static struct epacl_security security;
static bool early, loose, from_host, routed, relayed;
static struct epacl_answer answer;

static void forget(void)
{
	security.n = 0;
	early = false;
	loose = false;
	from_host = false;
	routed = true;
	relayed = false;
}

static const struct epacl_cnic *nic_of(const char *dev)
{
	const struct epacl_cnic *nic = epacl_snapshot_dev(model.snap, dev);

	ck_assert_ptr_nonnull(nic);
	return nic;
}

static void judge(const char *dev, u8 direction, u8 state,
		  const struct epacl_tuple *addressed,
		  const struct epacl_tuple *accepted)
{
	struct epacl_flow flow = {
		.state = state,
		.loose = loose,
		.addressed = *addressed,
		.accepted = *accepted,
	};
	struct epacl_packet packet = {
		.ethertype = addressed->src.family == 4 ? ETH_P_IP : ETH_P_IPV6,
		.src = addressed->src,
		.dst = accepted->dst,
		.proto = addressed->proto,
		.has_ports = true,
		.sport = addressed->sport,
		.dport = accepted->dport,
		.hops = 64,
	};
	struct epacl_ask ask = {
		.snap = model.snap,
		.host = &model.host,
		.nic = nic_of(dev),
		.direction = direction,
		.packet = &packet,
		.flow = &flow,
		.routed = routed,
		.from_host = from_host,
		.security = &security,
		.early = early,
	};

	epacl_decide_flow(&ask, &answer);
}

static void judge_in(const char *dev, const char *src, const char *dst,
		     u16 dport)
{
	struct epacl_tuple t = tuple(IPPROTO_TCP, src, 4000, dst, dport);

	judge(dev, EPACL_IN, EPACL_FLOW_OPENER, &t, &t);
}

static void judge_out(const char *dev, const char *src, const char *dst,
		      u16 dport)
{
	struct epacl_tuple t = tuple(IPPROTO_TCP, src, 4000, dst, dport);

	judge(dev, EPACL_OUT, EPACL_FLOW_OPENER, &t, &t);
}

/* Through a VIP and port. */
static void judge_vip(const char *dev, const char *vip, u16 port,
		      const char *dst, u16 dport)
{
	struct epacl_tuple addressed = tuple(IPPROTO_TCP, "198.51.100.9", 4000,
					     vip, port);
	struct epacl_tuple accepted = tuple(IPPROTO_TCP, "198.51.100.9", 4000,
					    dst, dport);

	judge(dev, EPACL_IN, EPACL_FLOW_OPENER, &addressed, &accepted);
}

/* "vm one 5, group a -": who was asked, and the order of the rule that said it. */
static const char *trail_of(const struct epacl_answer *a)
{
	static const char *const kinds[] = {
		[EPACL_OWNER_ENDPOINT] = "endpoint",
		[EPACL_OWNER_VM] = "vm",
		[EPACL_OWNER_LBSET] = "lbset",
		[EPACL_OWNER_SUBNET] = "subnet",
		[EPACL_OWNER_GROUP] = "group",
	};
	static char text[2048];
	const struct epacl_layer *layer;
	size_t n = 0;
	u32 i;

	text[0] = 0;
	for (i = 0; i < a->nasked; i++) {
		layer = a->asked[i].layer;
		n += snprintf(text + n, sizeof(text) - n, "%s%s %s%s%s",
			      i ? ", " : "", kinds[layer->owner], layer->name,
			      layer->part ? "/" : "", layer->part ?: "");
		if (layer->use)
			n += snprintf(text + n, sizeof(text) - n, "(%s)",
				      layer->use);
		if (epacl_asked_rule(&a->asked[i]))
			n += snprintf(text + n, sizeof(text) - n, " %u",
				      epacl_asked_rule(&a->asked[i])->order);
	}
	return text;
}

static void said(const char *reason, const char *trail)
{
	ck_assert_str_eq(answer.deferred ? "deferred" :
					   reason_word(answer.reason),
			 reason);
	if (trail)
		ck_assert_str_eq(trail_of(&answer), trail);
}

/* ---- layers ---- */

static const char *const layers[] = {
	"add vnet red prefix 10.1.0.0/16,fd00:1::/32 uplink eth1",
	"add subnet red/back prefix 10.1.1.0/24",
	"add group zulu",
	"add group alpha",
	"change group alpha precedence 2000",
	"add group first",
	"change group first precedence 1",
	"add group mike",
	"add vm one",
	"add nic one dev t0 address 10.1.1.4,10.1.2.4 vnet red mac 52:54:00:00:00:01",
	"add endpoint one/ssh tcp 22",
	"add member zulu one",
	"add member mike one",
	"add member first one",
	"add member alpha one",
};

START_TEST(test_order_of_layers)
{
	begin(layers);
	judge_in("t0", "198.51.100.9", "10.1.1.4", 22);
	said("permit",
	     "endpoint one/ssh, subnet red/back, group first, group mike, group zulu, group alpha, vm one");
	judge_in("t0", "10.1.7.7", "10.1.1.4", 22);
	said("permit",
	     "subnet red/back, group first, group mike, group zulu, group alpha, vm one");
	judge_out("t0", "10.1.1.4", "198.51.100.9", 22);
	said("permit",
	     "vm one, group first, group mike, group zulu, group alpha, subnet red/back");
	/* its other address is in no subnet */
	judge_in("t0", "10.1.7.7", "10.1.2.4", 22);
	said("permit",
	     "group first, group mike, group zulu, group alpha, vm one");
	end();
}
END_TEST

/* Every layer must permit, the first that denies decides. */
START_TEST(test_first_denial)
{
	begin(layers);
	change("add rule group zulu in 30 deny 198.51.100.0/24");
	judge_in("t0", "198.51.100.9", "10.1.1.4", 22);
	said("acl",
	     "endpoint one/ssh, subnet red/back, group first, group mike, group zulu 30");
	change("add rule subnet red/back in 20 deny any proto 6");
	judge_in("t0", "198.51.100.9", "10.1.1.4", 22);
	said("acl", "endpoint one/ssh, subnet red/back 20");
	change("change rules one/ssh default deny");
	judge_in("t0", "198.51.100.9", "10.1.1.4", 22);
	said("acl", "endpoint one/ssh");
	ck_assert(epacl_layer_denied(&answer));
	/* inbound rules say nothing of what goes out */
	judge_out("t0", "10.1.1.4", "198.51.100.9", 22);
	said("permit", NULL);
	change("add rule subnet red/back out 7 deny any");
	judge_out("t0", "10.1.1.4", "198.51.100.9", 22);
	said("acl",
	     "vm one, group first, group mike, group zulu, group alpha, subnet red/back 7");
	change("add rule vm one out 1 deny 198.51.100.9/32");
	judge_out("t0", "10.1.1.4", "198.51.100.9", 22);
	said("acl", "vm one 1");
	end();
}
END_TEST

START_TEST(test_named_list)
{
	begin(layers);
	change("add acl web");
	change("add rule acl web 10 permit any proto 6 lport 80");
	change("change rules group mike in use web");
	change("change rules one/ssh use web");
	judge_in("t0", "198.51.100.9", "10.1.1.4", 22);
	said("acl", "endpoint one/ssh(web)");
	judge_in("t0", "10.1.7.7", "10.1.2.4", 80);
	said("permit",
	     "group first, group mike(web) 10, group zulu, group alpha, vm one");
	/* one edit, every place that uses it */
	change("add rule acl web 5 deny 10.1.7.0/24");
	judge_in("t0", "10.1.7.7", "10.1.2.4", 80);
	said("acl", "group first, group mike(web) 5");
	change("add rule acl web 4 permit 198.51.100.0/24");
	judge_in("t0", "198.51.100.9", "10.1.1.4", 22);
	said("permit",
	     "endpoint one/ssh(web) 4, subnet red/back, group first, group mike(web) 4, group zulu, group alpha, vm one");
	end();
}
END_TEST

static const char *const subnets[] = {
	"add vnet red prefix 10.0.0.0/8,fd00::/16",
	"add vnet blue prefix 10.0.0.0/8",
	"add subnet red/wide prefix 10.1.0.0/16,fd00:1::/32",
	"add subnet red/mid prefix 10.1.2.0/23,10.9.0.0/16",
	"add subnet red/narrow prefix 10.1.2.128/25,fd00:1:0:1::/64",
	"add subnet red/host prefix 10.1.2.200/32",
	"add subnet blue/wide prefix 10.1.0.0/16",
	"add vm one",
	"add nic one dev t0 address 10.0.0.0/8,fd00::/16 vnet red mac 52:54:00:00:00:01",
	"add nic one dev t1 address 10.0.0.0/8 vnet blue mac 52:54:00:00:00:02",
	"add nic one dev t2 address 10.1.2.3 mac 52:54:00:00:00:03",
};

/* "By the VM's address in the packet, longest prefix", within the nic's vnet. */
START_TEST(test_subnet)
{
	static const struct {
		const char *dev, *address, *trail;
	} cases[] = {
		{ "t0", "10.0.255.255", "vm one" },
		{ "t0", "10.1.0.0", "vm one, subnet red/wide" },
		{ "t0", "10.1.1.255", "vm one, subnet red/wide" },
		{ "t0", "10.1.2.0", "vm one, subnet red/mid" },
		{ "t0", "10.1.2.127", "vm one, subnet red/mid" },
		{ "t0", "10.1.2.128", "vm one, subnet red/narrow" },
		{ "t0", "10.1.2.199", "vm one, subnet red/narrow" },
		{ "t0", "10.1.2.200", "vm one, subnet red/host" },
		{ "t0", "10.1.2.201", "vm one, subnet red/narrow" },
		{ "t0", "10.1.2.255", "vm one, subnet red/narrow" },
		{ "t0", "10.1.3.0", "vm one, subnet red/mid" },
		{ "t0", "10.1.3.255", "vm one, subnet red/mid" },
		{ "t0", "10.1.4.0", "vm one, subnet red/wide" },
		{ "t0", "10.1.255.255", "vm one, subnet red/wide" },
		{ "t0", "10.2.0.0", "vm one" },
		{ "t0", "10.9.1.1", "vm one, subnet red/mid" },
		{ "t0", "fd00:1::1", "vm one, subnet red/wide" },
		{ "t0", "fd00:1:0:1::1", "vm one, subnet red/narrow" },
		{ "t0", "fd00:2::1", "vm one" },
		{ "t1", "10.1.2.200", "vm one, subnet blue/wide" },
		{ "t2", "10.1.2.3", "vm one" },
	};
	bool v4 = strchr(cases[_i].address, '.');

	begin(subnets);
	judge_out(cases[_i].dev, cases[_i].address,
		  v4 ? "198.51.100.9" : "2001:db8::9", 80);
	said("permit", cases[_i].trail);
	end();
}
END_TEST

/* A loose flow is held against both policies: the most that can be asked. */
START_TEST(test_loose_asks_all)
{
	char line[96];
	u32 i;

	begin(layers);
	for (i = 0; i < EPACL_GROUPS_MAX - 4; i++) {
		snprintf(line, sizeof(line), "add group more%u", i);
		change(line);
		snprintf(line, sizeof(line), "add member more%u one", i);
		change(line);
	}
	loose = true;
	judge_in("t0", "198.51.100.9", "10.1.1.4", 22);
	said("permit", NULL);
	ck_assert_uint_eq(answer.nasked, EPACL_LAYERS_MAX);
	change("add rule subnet red/back out 7 deny any");
	judge_in("t0", "198.51.100.9", "10.1.1.4", 22);
	said("acl", NULL);
	ck_assert_uint_eq(answer.nasked, EPACL_LAYERS_MAX);
	ck_assert_uint_eq(epacl_asked_rule(&answer.asked[answer.nasked - 1])
				  ->order,
			  7);
	/* from the VM: outbound first, then an endpoint is needed */
	change("remove rule subnet red/back out 7");
	judge_out("t0", "10.1.1.4", "198.51.100.9", 22);
	said("no-endpoint", NULL);
	ck_assert_uint_eq(answer.nasked, EPACL_GROUPS_MAX + 2);
	end();
}
END_TEST

/* A reply needs today's policy for the flow as it was opened, in every layer. */
START_TEST(test_reply)
{
	struct epacl_tuple out = tuple(IPPROTO_TCP, "10.1.1.4", 4000,
				       "198.51.100.9", 443);
	struct epacl_tuple in = tuple(IPPROTO_TCP, "10.1.7.7", 4000, "10.1.1.4",
				      80);

	begin(layers);
	judge("t0", EPACL_IN, EPACL_FLOW_REPLY, &out, &out);
	said("reply", NULL);
	change("add rule group mike out 9 deny any proto 6 rport 443");
	judge("t0", EPACL_IN, EPACL_FLOW_REPLY, &out, &out);
	said("acl", "vm one, group first, group mike 9");
	judge("t0", EPACL_OUT, EPACL_FLOW_REPLY, &in, &in);
	said("reply", NULL);
	change("add rule subnet red/back in 8 deny 10.1.7.0/24");
	judge("t0", EPACL_OUT, EPACL_FLOW_REPLY, &in, &in);
	said("acl", "subnet red/back 8");
	end();
}
END_TEST

/* ---- sets ---- */

START_TEST(test_set)
{
	begin(layers);
	change("add set office 198.51.100.0/25,2001:db8::/32");
	change("add rule one/ssh 10 permit set office");
	judge_in("t0", "198.51.100.9", "10.1.1.4", 22);
	said("permit", NULL);
	judge_in("t0", "198.51.100.129", "10.1.1.4", 22);
	said("acl", "endpoint one/ssh");
	/* replaced as a whole; the rules that name it are what they were */
	change("change set office 198.51.100.128/25");
	judge_in("t0", "198.51.100.9", "10.1.1.4", 22);
	said("acl", "endpoint one/ssh");
	judge_in("t0", "198.51.100.129", "10.1.1.4", 22);
	said("permit", NULL);
	change("add set aaa 0.0.0.0/0");
	judge_in("t0", "198.51.100.9", "10.1.1.4", 22);
	said("acl", "endpoint one/ssh");
	end();
}
END_TEST

/* ---- IPsec ---- */

START_TEST(test_secure_in)
{
	begin(layers);
	change("add rule group mike in 100 permit any proto 6 lport 5723 secure");
	judge_in("t0", "10.1.7.7", "10.1.2.4", 5723);
	said("ipsec-required", "group first, group mike");
	ck_assert(epacl_layer_denied(&answer));
	security.n = 1;
	judge_in("t0", "10.1.7.7", "10.1.2.4", 5723);
	said("permit", NULL);
	/* with IPsec it would not be permitted either */
	judge_in("t0", "10.1.7.7", "10.1.2.4", 5724);
	said("acl", "group first, group mike");
	security.n = 0;
	judge_in("t0", "10.1.7.7", "10.1.2.4", 5724);
	said("acl", "group first, group mike");
	/* another layer denies it, whatever protects it */
	change("add rule group first in 1 deny any");
	judge_in("t0", "10.1.7.7", "10.1.2.4", 5723);
	said("acl", "group first 1");
	end();
}
END_TEST

START_TEST(test_reqid)
{
	begin(layers);
	change("add rule vm one in 10 deny any secure reqid 7");
	change("add rule vm one in 20 permit any secure reqid 8");
	judge_in("t0", "10.1.7.7", "10.1.2.4", 80);
	said("ipsec-required", NULL);
	/* it is secure, but not as it should be: that is no lack of IPsec */
	security.n = 1;
	security.reqid[0] = 9;
	judge_in("t0", "10.1.7.7", "10.1.2.4", 80);
	said("acl", NULL);
	security.reqid[0] = 8;
	judge_in("t0", "10.1.7.7", "10.1.2.4", 80);
	said("permit", NULL);
	/* one of several states is enough */
	security.n = 2;
	security.reqid[1] = 7;
	judge_in("t0", "10.1.7.7", "10.1.2.4", 80);
	said("acl", NULL);
	/* nothing that anybody could have would be permitted */
	security.n = 0;
	change("add rule vm one in 5 deny any secure");
	judge_in("t0", "10.1.7.7", "10.1.2.4", 80);
	said("acl", NULL);
	end();
}
END_TEST

/* Replies use their own packet's protection. */
START_TEST(test_secure_reply)
{
	struct epacl_tuple in = tuple(IPPROTO_TCP, "10.1.7.7", 4000, "10.1.1.4",
				      5723);

	begin(layers);
	change("add rule subnet red/back in 100 permit any secure");
	judge("t0", EPACL_OUT, EPACL_FLOW_REPLY, &in, &in);
	said("ipsec-required", "subnet red/back");
	security.n = 1;
	judge("t0", EPACL_OUT, EPACL_FLOW_REPLY, &in, &in);
	said("reply", NULL);
	end();
}
END_TEST

/* Before IPsec is known, no list that asks for it can answer. */
START_TEST(test_deferral)
{
	begin(layers);
	early = true;
	judge_out("t0", "10.1.1.4", "198.51.100.9", 80);
	said("permit", NULL);
	change("add rule group mike out 100 permit any secure");
	ck_assert_uint_gt(model.snap->nsecure, 0);
	judge_out("t0", "10.1.1.4", "198.51.100.9", 80);
	said("deferred", "vm one, group first");
	ck_assert(!answer.permit && !epacl_layer_denied(&answer));
	early = false;
	judge_out("t0", "10.1.1.4", "198.51.100.9", 80);
	said("ipsec-required", "vm one, group first, group mike");
	/* an earlier layer that denies has decided */
	early = true;
	change("add rule vm one out 1 deny 198.51.100.9/32");
	judge_out("t0", "10.1.1.4", "198.51.100.9", 80);
	said("acl", "vm one 1");
	/* what asks in the other direction is no matter */
	change("remove rule group mike out 100");
	change("remove rule vm one out 1");
	change("add rule group mike in 100 permit any secure");
	judge_out("t0", "10.1.1.4", "198.51.100.9", 80);
	said("permit", NULL);
	end();
}
END_TEST

/* ---- lbsets ---- */

static const char *const balanced[] = {
	"add lbset web tcp public 203.0.113.10:80,[2001:db8::10]:80",
	"add vm one",
	"add nic one dev t0 address 10.1.0.4,fd00:1::4 mac 52:54:00:00:00:01",
	"add endpoint one/web tcp 8080 lbset web",
	"add endpoint one/web2 tcp 8081 lbset web",
	"add vm two",
	"add nic two dev t1 address 10.1.0.5,fd00:1::5 mac 52:54:00:00:00:02",
	"add endpoint two/web tcp 80 public 203.0.113.11:8000 lbset web",
	"add vm three",
	"add nic three dev t2 address 10.1.0.6,fd00:1::6 mac 52:54:00:00:00:03",
};

START_TEST(test_lbset)
{
	begin(balanced);
	judge_vip("t0", "203.0.113.10", 80, "10.1.0.4", 8080);
	said("permit", "lbset web, vm one");
	judge_vip("t0", "203.0.113.10", 80, "10.1.0.4", 8081);
	said("permit", "lbset web, vm one");
	judge_vip("t1", "203.0.113.10", 80, "10.1.0.5", 80);
	said("permit", "lbset web, vm two");
	judge_vip("t1", "203.0.113.11", 8000, "10.1.0.5", 80);
	said("permit", "lbset web, vm two");
	/* not to a port, or a VM, that is none of it */
	judge_vip("t1", "203.0.113.10", 80, "10.1.0.5", 8080);
	said("no-endpoint", "");
	judge_vip("t2", "203.0.113.10", 80, "10.1.0.6", 80);
	said("no-endpoint", "");
	/* reached from outside only through the VIP; by the host as it is */
	judge_in("t0", "198.51.100.9", "10.1.0.4", 8080);
	said("no-endpoint", "");
	from_host = true;
	judge_in("t0", "192.0.2.1", "10.1.0.4", 8080);
	said("permit", "lbset web, vm one");
	from_host = false;
	/* its list holds for every member, also for one that joins later */
	change("add rule lbset web 10 deny 198.51.100.0/24");
	judge_vip("t1", "203.0.113.10", 80, "10.1.0.5", 80);
	said("acl", "lbset web 10");
	change("add endpoint three/web tcp 80 lbset web");
	judge_vip("t2", "203.0.113.10", 80, "10.1.0.6", 80);
	said("acl", "lbset web 10");
	end();
}
END_TEST

static void explain(const char *src, const char *dst, u16 port, bool secure,
		    struct epacl_explanation *out)
{
	struct epacl_question q = {
		.tuple = tuple(IPPROTO_TCP, src, 4000, dst, port),
		.security.n = secure,
	};
	struct epacl_refusal why;

	ck_assert_int_eq(epacl_explain(model.snap, &model.host, &q, out, &why),
			 0);
}

/* The member is the one that the kernel's hash of the source names. */
START_TEST(test_lbset_choice)
{
	static const struct {
		const char *vm;
		u16 port;
	} members[] = { { "one", 8080 }, { "one", 8081 }, { "two", 80 } };
	unsigned int i, member, seen = 0, n;
	struct epacl_explanation e;
	char src[64];
	struct epacl_ip ip;

	begin(balanced);
	for (i = 0; i < 64; i++) {
		snprintf(src, sizeof(src),
			 i % 2 ? "198.51.100.%u" : "2001:db8:1::%u", i + 1);
		ip = ip_parse(src);
		n = i % 2 ? 4 : 16;
		member = reciprocal_scale(jhash(ip.b, n, EPACL_LBSET_SEED), 3);
		explain(src, i % 2 ? "203.0.113.10" : "2001:db8::10", 80, false,
			&e);
		ck_assert(e.permit);
		ck_assert_uint_eq(e.nlegs, 1);
		ck_assert_str_eq(e.legs[0].vm, members[member].vm);
		ck_assert_uint_eq(e.legs[0].tuple.dport, members[member].port);
		ck_assert_str_eq(trail_of(&e.legs[0].answer),
				 member < 2 ? "lbset web, vm one" :
					      "lbset web, vm two");
		seen |= 1 << member;
	}
	ck_assert_uint_eq(seen, 7);
	end();
}
END_TEST

/* Its VIP is ours, whether or not there is anybody behind it. */
START_TEST(test_lbset_empty)
{
	struct epacl_explanation e;

	begin(balanced);
	change("remove endpoint one/web");
	change("remove endpoint one/web2");
	change("remove endpoint two/web");
	explain("198.51.100.9", "203.0.113.10", 80, false, &e);
	ck_assert(!e.permit);
	ck_assert_ptr_null(e.legs[0].nic);
	ck_assert_str_eq(reason_word(e.legs[0].answer.reason), "no-endpoint");
	end();
}
END_TEST

START_TEST(test_explain_secure)
{
	struct epacl_explanation e;

	begin(balanced);
	change("add rule lbset web 10 permit any secure");
	change("add rule vm three out 10 permit any secure");
	explain("198.51.100.9", "203.0.113.10", 80, false, &e);
	ck_assert(!e.permit);
	ck_assert_str_eq(reason_word(e.legs[0].answer.reason),
			 "ipsec-required");
	explain("198.51.100.9", "203.0.113.10", 80, true, &e);
	ck_assert(e.permit);
	explain("10.1.0.6", "203.0.113.10", 80, false, &e);
	ck_assert(!e.permit);
	ck_assert_uint_eq(e.nlegs, 1);
	ck_assert_str_eq(reason_word(e.legs[0].answer.reason),
			 "ipsec-required");
	explain("10.1.0.6", "203.0.113.10", 80, true, &e);
	ck_assert(e.permit);
	ck_assert_uint_eq(e.nlegs, 2);
	end();
}
END_TEST

/* ---- the link ---- */

static const char *const linked[] = {
	"add vnet red prefix 10.1.0.0/16",
	"add subnet red/a prefix 10.1.2.0/24",
	"add vm one",
	"add nic one dev t0 address 10.1.0.4 vnet red mac 52:54:00:00:00:01",
	"add vm two",
	"add nic two dev t1 address 10.1.2.5 shared 10.1.2.100 vlan 7,9 serves dhcp,ra mac 52:54:00:00:00:02 vnet red",
	"add vm three",
	"add nic three dev t2 address 10.1.2.6 shared 10.1.2.100 mac 52:54:00:00:00:03 vnet red",
};

static const u8 mac_two[ETH_ALEN] = { 0x52, 0x54, 0, 0, 0, 2 };
static const u8 mac_vrrp[ETH_ALEN] = { 0, 0, 0x5e, 0, 1, 17 };
static const u8 mac_vrrp6[ETH_ALEN] = { 0, 0, 0x5e, 0, 2, 17 };
static const u8 mac_near[ETH_ALEN] = { 0, 0, 0x5e, 0, 3, 17 };

static struct epacl_packet packet_of(u8 proto, const char *src, const char *dst)
{
	struct epacl_packet p = {
		.src = ip_parse(src),
		.dst = ip_parse(dst),
		.proto = proto,
		.has_ports = proto == IPPROTO_UDP || proto == IPPROTO_TCP,
		.hops = 64,
	};

	p.ethertype = p.src.family == 4 ? ETH_P_IP : ETH_P_IPV6;
	return p;
}

/* Return: the reason, or "goes on". */
static const char *on_link(const char *dev, u8 direction,
			   const struct epacl_packet *packet)
{
	struct epacl_flow none = { .state = EPACL_FLOW_NONE };
	struct epacl_ask ask = {
		.snap = model.snap,
		.host = &model.host,
		.nic = nic_of(dev),
		.direction = direction,
		.packet = packet,
		.flow = &none,
		.routed = routed,
		.from_host = from_host,
		.relayed = relayed,
	};

	if (!epacl_decide_link(&ask, &answer))
		return "goes on";
	return reason_word(answer.reason);
}

START_TEST(test_vlan)
{
	static const struct {
		const char *dev, *src;
		u16 vlan;
		const char *says;
	} cases[] = {
		{ "t0", "10.1.0.4", 0, "goes on" },
		{ "t0", "10.1.0.4", 7, "ethertype" },
		{ "t1", "10.1.2.5", 0, "goes on" },
		{ "t1", "10.1.2.5", 7, "goes on" },
		{ "t1", "10.1.2.5", 8, "ethertype" },
		{ "t1", "10.1.2.5", 9, "goes on" },
		/* judged by what is inside */
		{ "t1", "10.1.2.77", 7, "spoof" },
	};
	struct epacl_packet out = packet_of(IPPROTO_TCP, cases[_i].src,
					    "198.51.100.9");
	struct epacl_packet in = packet_of(IPPROTO_TCP, "198.51.100.9",
					   cases[_i].src);

	begin(linked);
	out.has_vlan = true;
	out.vlan = cases[_i].vlan;
	in.has_vlan = true;
	in.vlan = cases[_i].vlan;
	ck_assert_str_eq(on_link(cases[_i].dev, EPACL_OUT, &out),
			 cases[_i].says);
	ck_assert_str_eq(on_link(cases[_i].dev, EPACL_IN, &in),
			 strcmp(cases[_i].says, "spoof") ? cases[_i].says :
							   "destination");
	in.ethertype = ETH_P_8021Q;
	ck_assert_str_eq(on_link(cases[_i].dev, EPACL_IN, &in), "ethertype");
	end();
}
END_TEST

/* Only a nic that is declared to serve is a server of its segment. */
START_TEST(test_serves_dhcp)
{
	struct epacl_packet offer = packet_of(IPPROTO_UDP, "10.1.2.5",
					      "255.255.255.255");
	struct epacl_packet ask = packet_of(IPPROTO_UDP, "0.0.0.0",
					    "255.255.255.255");
	struct epacl_packet ask6 = packet_of(IPPROTO_UDP, "fe80::77",
					     "ff02::1:2");

	begin(linked);
	offer.message = EPACL_MSG_DHCP_SERVER;
	ask.message = EPACL_MSG_DHCP_CLIENT;
	ask6.message = EPACL_MSG_DHCP_CLIENT;
	/* an ordinary packet of its */
	ck_assert_str_eq(on_link("t1", EPACL_OUT, &offer), "goes on");
	offer.src = ip4(10, 1, 2, 6);
	ck_assert_str_eq(on_link("t2", EPACL_OUT, &offer), "spoof");
	routed = false;
	ck_assert_str_eq(on_link("t1", EPACL_IN, &ask), "essential");
	ck_assert_str_eq(on_link("t1", EPACL_IN, &ask6), "essential");
	ck_assert_str_eq(on_link("t2", EPACL_IN, &ask), "goes on");
	/* from beyond the link, or from somebody with an address: no */
	ask.src = ip4(10, 1, 0, 4);
	ck_assert_str_eq(on_link("t1", EPACL_IN, &ask), "goes on");
	routed = true;
	ck_assert_str_eq(on_link("t1", EPACL_IN, &ask6), "goes on");
	end();
}
END_TEST

START_TEST(test_serves_ra)
{
	/* EUI-64 of the MACs of t1 and t2 */
	struct epacl_packet advert = packet_of(IPPROTO_ICMPV6,
					       "fe80::5054:ff:fe00:2",
					       "ff02::1");
	struct epacl_packet redirect = packet_of(IPPROTO_ICMP, "10.1.2.5",
						 "10.1.0.4");

	begin(linked);
	advert.message = EPACL_MSG_ROUTER_ADVERT;
	advert.hops = 255;
	ck_assert_str_eq(on_link("t1", EPACL_OUT, &advert), "essential");
	advert.hops = 254;
	ck_assert_str_eq(on_link("t1", EPACL_OUT, &advert), "spoof");
	advert.message = EPACL_MSG_REDIRECT;
	ck_assert_str_eq(on_link("t1", EPACL_OUT, &advert), "spoof");
	advert.hops = 255;
	ck_assert_str_eq(on_link("t1", EPACL_OUT, &advert), "essential");
	/* what the host would route is for no neighbour */
	advert.dst = ip6(0x2001, 0xdb8, 0, 0, 1);
	ck_assert_str_eq(on_link("t1", EPACL_OUT, &advert), "goes on");
	redirect.has_type = true;
	redirect.type = 5;
	redirect.error = true;
	ck_assert_str_eq(on_link("t1", EPACL_OUT, &redirect), "essential");
	redirect.src = ip4(10, 1, 2, 6);
	ck_assert_str_eq(on_link("t2", EPACL_OUT, &redirect), "spoof");
	advert.src = ip_parse("fe80::5054:ff:fe00:3");
	advert.message = EPACL_MSG_ROUTER_ADVERT;
	advert.dst = ip_parse("ff02::1");
	ck_assert_str_eq(on_link("t2", EPACL_OUT, &advert), "spoof");
	end();
}
END_TEST

/* An ARP reply of t1 for @claim, from @smac, that says it is at @claim_mac. */
static const char *arp(const char *claim, const u8 *smac, const u8 *claim_mac)
{
	struct epacl_packet p = packet_of(0, claim, "10.1.0.4");

	p.ethertype = ETH_P_ARP;
	p.message = EPACL_MSG_ARP;
	p.arp_reply = true;
	p.has_mac = true;
	p.has_claim_mac = true;
	memcpy(p.smac, smac, ETH_ALEN);
	memcpy(p.claim_mac, claim_mac, ETH_ALEN);
	return on_link("t1", EPACL_OUT, &p);
}

START_TEST(test_virtual_router)
{
	struct epacl_packet p = packet_of(IPPROTO_TCP, "10.1.2.100",
					  "198.51.100.9");

	begin(linked);
	/* a shared address is one of the nic's own */
	ck_assert_str_eq(on_link("t1", EPACL_OUT, &p), "goes on");
	ck_assert_str_eq(on_link("t2", EPACL_OUT, &p), "goes on");
	ck_assert_str_eq(on_link("t0", EPACL_OUT, &p), "spoof");
	p.has_mac = true;
	memcpy(p.smac, mac_vrrp, ETH_ALEN);
	ck_assert_str_eq(on_link("t1", EPACL_OUT, &p), "goes on");
	memcpy(p.smac, mac_near, ETH_ALEN);
	ck_assert_str_eq(on_link("t1", EPACL_OUT, &p), "spoof");
	p.src = ip4(10, 1, 0, 4);
	memcpy(p.smac, mac_vrrp, ETH_ALEN);
	ck_assert_str_eq(on_link("t0", EPACL_OUT, &p), "spoof");
	ck_assert_str_eq(arp("10.1.2.100", mac_two, mac_two), "essential");
	ck_assert_str_eq(arp("10.1.2.100", mac_two, mac_vrrp), "essential");
	ck_assert_str_eq(arp("10.1.2.100", mac_vrrp, mac_vrrp), "essential");
	ck_assert_str_eq(arp("10.1.2.100", mac_vrrp6, mac_vrrp6), "essential");
	/* what is its alone is behind its own MAC */
	ck_assert_str_eq(arp("10.1.2.5", mac_two, mac_two), "essential");
	ck_assert_str_eq(arp("10.1.2.5", mac_two, mac_vrrp), "spoof");
	ck_assert_str_eq(arp("10.1.2.5", mac_vrrp, mac_vrrp), "spoof");
	ck_assert_str_eq(arp("10.1.2.6", mac_two, mac_two), "spoof");
	end();
}
END_TEST

/* The MAC of a virtual router is not learned: the other may have it next. */
START_TEST(test_virtual_mac_is_not_learned)
{
	struct epacl_packet p = packet_of(IPPROTO_TCP, "10.1.2.100",
					  "198.51.100.9");

	begin(linked);
	change("change nic two dev t1 no mac");
	p.has_mac = true;
	memcpy(p.smac, mac_vrrp, ETH_ALEN);
	ck_assert_str_eq(on_link("t1", EPACL_OUT, &p), "goes on");
	memcpy(p.smac, mac_two, ETH_ALEN);
	ck_assert_str_eq(on_link("t1", EPACL_OUT, &p), "goes on");
	end();
}
END_TEST

/* "Heard" and "claimed" concern plain, unshared addresses. */
START_TEST(test_claims)
{
	struct epacl_packet p = packet_of(0, "10.1.2.100", "10.1.2.6");

	begin(linked);
	p.ethertype = ETH_P_ARP;
	p.message = EPACL_MSG_ARP;
	nic_of("t1")->nic->station->heard = true;
	routed = false;
	ck_assert_str_eq(on_link("t2", EPACL_IN, &p), "essential");
	p.src = ip4(10, 1, 2, 5);
	ck_assert_str_eq(on_link("t2", EPACL_IN, &p), "spoof");
	/* over a chain of bridges it may be the owner: who has its MAC is */
	relayed = true;
	p.has_mac = true;
	p.has_claim_mac = true;
	memcpy(p.smac, mac_two, ETH_ALEN);
	memcpy(p.claim_mac, mac_two, ETH_ALEN);
	ck_assert_str_eq(on_link("t2", EPACL_IN, &p), "essential");
	memcpy(p.claim_mac, mac_near, ETH_ALEN);
	ck_assert_str_eq(on_link("t2", EPACL_IN, &p), "spoof");
	p.has_claim_mac = false;
	ck_assert_str_eq(on_link("t2", EPACL_IN, &p), "essential");
	memcpy(p.smac, mac_near, ETH_ALEN);
	ck_assert_str_eq(on_link("t2", EPACL_IN, &p), "spoof");
	end();
}
END_TEST

/* 4.4: directed broadcasts of the vnet's prefixes and the subnets' around it. */
START_TEST(test_directed_broadcast)
{
	static const struct {
		const char *dev, *dst;
		bool taken;
	} cases[] = {
		{ "t0", "10.1.255.255", true },
		{ "t1", "10.1.255.255", true },
		{ "t1", "10.1.2.255", true },
		{ "t0", "10.1.2.255", false },
		{ "t1", "10.1.2.254", false },
		{ "t1", "10.1.3.255", false },
		{ "t1", "10.1.2.100", true },
		{ "t0", "10.1.2.100", false },
		{ "t0", "255.255.255.255", true },
	};
	struct epacl_packet p = packet_of(IPPROTO_UDP, "10.1.7.7",
					  cases[_i].dst);

	begin(linked);
	ck_assert_str_eq(on_link(cases[_i].dev, EPACL_IN, &p),
			 cases[_i].taken ? "goes on" : "destination");
	end();
}
END_TEST

/* ---- on arrival ---- */

/* Who shares an address is not the one from whom alone it may come. */
START_TEST(test_arrival_of_the_shared)
{
	struct epacl_packet p = packet_of(IPPROTO_TCP, "10.1.2.100",
					  "10.1.0.4");
	struct epacl_arrival at = { .dev = "eth1" };

	begin(linked);
	change("change vnet red uplink eth1");
	nic_of("t1")->nic->station->heard = true;
	ck_assert_ptr_null(
		epacl_decide_arrival(model.snap, &model.host, &p, &at));
	p.src = ip4(10, 1, 2, 5);
	ck_assert_ptr_nonnull(
		epacl_decide_arrival(model.snap, &model.host, &p, &at));
	/* to it: whoever has it calls what comes elsewhere forged */
	p.src = ip4(10, 1, 7, 7);
	p.dst = ip4(10, 1, 2, 100);
	ck_assert_ptr_null(
		epacl_decide_arrival(model.snap, &model.host, &p, &at));
	at.dev = "eth0";
	ck_assert_ptr_nonnull(
		epacl_decide_arrival(model.snap, &model.host, &p, &at));
	end();
}
END_TEST

/* ---- zones ---- */

START_TEST(test_zones)
{
	static const char *const lines[] = {
		"add vnet a prefix 10.1.0.0/16",
		"add vnet b prefix 10.2.0.0/16,10.1.4.0/24",
		"add vnet c prefix 10.3.0.0/16,fd00::/16",
		"add vnet d prefix fd00:1::/32,10.9.0.0/16",
		"add vnet e prefix 10.9.0.0/16,10.9.1.0/24",
		"add vnet f prefix 10.10.0.0/16,10.10.1.0/24",
	};
	static const char zoned[] = "abcde";
	const struct epacl_cvnet *cvnet;
	u32 i, k;

	begin(lines);
	ck_assert_uint_eq(model.snap->nzones, 5);
	for (i = 0; i < model.snap->nvnets; i++) {
		cvnet = &model.snap->vnets[i];
		ck_assert(!!cvnet->zone ==
			  !!strchr(zoned, cvnet->vnet->obj.name[0]));
		ck_assert(!!cvnet->zone ==
			  epacl_vnet_overlaps(model.root, cvnet->vnet));
		for (k = 0; k < i && cvnet->zone; k++)
			ck_assert_uint_ne(cvnet->zone,
					  model.snap->vnets[k].zone);
	}
	change("remove vnet b");
	ck_assert_uint_eq(model.snap->nzones, 3);
	end();
}
END_TEST

/* ---- what two objects may not both claim ---- */

START_TEST(test_conflicts)
{
	static const struct {
		const char *line, *says;
	} cases[] = {
		{ "add endpoint three/x tcp 9 public 203.0.113.10:80",
		  "203.0.113.10 port 80 is of endpoint 'three/x' and of lbset 'web'" },
		{ "add endpoint three/x tcp 70-90 public 203.0.113.10:70",
		  "203.0.113.10 port 80 is of lbset 'web' and of endpoint 'three/x'" },
		{ "add lbset other tcp public 203.0.113.10:80",
		  "203.0.113.10 port 80 is of lbset 'other' and of lbset 'web'" },
		{ "add lbset other tcp public 203.0.113.11:8000",
		  "203.0.113.11 port 8000 is of endpoint 'two/web' and of lbset 'other'" },
		{ "add nic three dev t9 address 203.0.113.10",
		  "public address of lbset 'web' and an address of vm 'three'" },
		{ "add nic three dev t9 address 10.9.9.9 shared 203.0.113.10",
		  "public address of lbset 'web' and an address of vm 'three'" },
		{ "add nic three dev t9 address 10.9.9.9 shared 10.1.0.4",
		  "address 10.1.0.4 is of vm 'one' (dev t0) and of vm 'three' (dev t9)" },
		{ "change nic one dev t0 address 10.1.0.4",
		  "lbset 'web' has a public IPv6 address, but its member 'one/web' no plain IPv6 address" },
	};
	const char *line = cases[_i].line;

	begin(balanced);
	ck_assert_int_ne(model_change(&model, &line, 1), 0);
	ck_assert_msg(strstr(model.why.text, cases[_i].says), "%s",
		      model.why.text);
	ck_assert_uint_eq(model.why.op, 1);
	end();
}
END_TEST

/* The same port of another protocol, and shared by all who have it: no conflict. */
START_TEST(test_no_conflict)
{
	begin(balanced);
	change("add endpoint three/x udp 9 public 203.0.113.10:80");
	change("add nic three dev t8 address 10.9.9.8 shared 10.9.9.100");
	change("add nic two dev t9 address 10.9.9.9 shared 10.9.9.100");
	end();
}
END_TEST

static void add_layers(TCase *tcase)
{
	tcase_add_test(tcase, test_order_of_layers);
	tcase_add_test(tcase, test_first_denial);
	tcase_add_test(tcase, test_named_list);
	tcase_add_loop_test(tcase, test_subnet, 0, 21);
	tcase_add_test(tcase, test_loose_asks_all);
	tcase_add_test(tcase, test_reply);
	tcase_add_test(tcase, test_set);
	tcase_add_test(tcase, test_secure_in);
	tcase_add_test(tcase, test_reqid);
	tcase_add_test(tcase, test_secure_reply);
	tcase_add_test(tcase, test_deferral);
}

static void add_lbsets(TCase *tcase)
{
	tcase_add_test(tcase, test_lbset);
	tcase_add_test(tcase, test_lbset_choice);
	tcase_add_test(tcase, test_lbset_empty);
	tcase_add_test(tcase, test_explain_secure);
	tcase_add_test(tcase, test_zones);
	tcase_add_loop_test(tcase, test_conflicts, 0, 8);
	tcase_add_test(tcase, test_no_conflict);
}

static void add_link(TCase *tcase)
{
	tcase_add_loop_test(tcase, test_vlan, 0, 7);
	tcase_add_test(tcase, test_serves_dhcp);
	tcase_add_test(tcase, test_serves_ra);
	tcase_add_test(tcase, test_virtual_router);
	tcase_add_test(tcase, test_virtual_mac_is_not_learned);
	tcase_add_test(tcase, test_claims);
	tcase_add_loop_test(tcase, test_directed_broadcast, 0, 9);
	tcase_add_test(tcase, test_arrival_of_the_shared);
}

int main(void)
{
	Suite *suite = suite_create("layers");
	TCase *tcase = tcase_create("layers");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tcase, forget, NULL);
	add_layers(tcase);
	add_lbsets(tcase);
	add_link(tcase);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
