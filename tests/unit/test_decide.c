// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The verdict on packets of flows, on the link and on arrival, against the
 * twin; and cases that have one right answer.
 */
#include <stdio.h>
#include <stdlib.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/kernel.h>
#include "agree.h"
#include "ops.h"
#include "questions.h"
#include "run.h"
#include "station.h"

#define CASES_PER_POLICY 100

/* How often each answer was given, by direction: nothing may be missing. */
static unsigned long seen[EPACL_DIRECTIONS][EPACL_REASON_COUNT];

/* And how often there was none yet. */
static unsigned long deferred;

static void ck_assert_seen(u8 direction, u8 reason, unsigned long least)
{
	ck_assert_msg(seen[direction][reason] >= least,
		      "reason %s was seen only %lu times %s",
		      reason_word(reason), seen[direction][reason],
		      direction == EPACL_IN ? "in" : "out");
}

static void print_seen(void)
{
	unsigned int i;

	if (!getenv("TWIN_SEEN"))
		return;
	for (i = 0; i < EPACL_REASON_COUNT; i++)
		fprintf(stderr, "  %-14s in %7lu out %7lu\n", reason_word(i),
			seen[EPACL_IN][i], seen[EPACL_OUT][i]);
}

static void compare(const struct model *m, const struct twin_policy *p,
		    const struct twin_question *q,
		    const struct twin_answer *twin, bool twin_final,
		    const struct epacl_answer *answer, bool final, u64 seed,
		    unsigned long n)
{
	(void)m;
	if (twin_final == final && (!final || agree_answer(twin, answer))) {
		if (final && !twin->deferred)
			seen[q->direction][twin->reason]++;
		deferred += twin->deferred;
		return;
	}
	fprintf(stderr, "seed %#llx, case %lu\n", (unsigned long long)seed, n);
	print_question(p, q);
	fprintf(stderr, "final: twin %d module %d\n", twin_final, final);
	print_answers(twin, answer);
	ck_abort_msg("twin and module disagree");
}

/* ---- flows ---- */

START_TEST(test_flows)
{
	unsigned long cases = random_cases(200000), n = 0;
	u64 seed = random_begin(0xf10);
	static struct twin_policy p;
	struct epacl_answer answer;
	struct twin_answer twin;
	struct epacl_packet packet;
	struct epacl_flow flow;
	struct twin_question q;
	struct epacl_ask ask;
	struct model m;
	unsigned int i;

	memset(seen, 0, sizeof(seen));
	while (n < cases) {
		random_model(&m, &p);
		for (i = 0; i < CASES_PER_POLICY; i++, n++) {
			random_flow_question(&p, &q, &packet, &flow);
			ask = ask_of(&m, &q, NULL);
			twin_flow(&p, &q, &twin);
			epacl_decide_flow(&ask, &answer);
			compare(&m, &p, &q, &twin, true, &answer, true, seed,
				n);
		}
		model_free(&m);
	}
	print_seen();
	if (cases < 10000)
		return;
	ck_assert_uint_gt(deferred, cases / 200);
	for (i = EPACL_IN; i <= EPACL_OUT; i++) {
		ck_assert_seen(i, EPACL_REASON_IPSEC_REQUIRED, cases / 400);
		ck_assert_seen(i, EPACL_REASON_PERMIT, cases / 100);
		ck_assert_seen(i, EPACL_REASON_REPLY, cases / 100);
		ck_assert_seen(i, EPACL_REASON_ACL, cases / 100);
		ck_assert_seen(i, EPACL_REASON_NO_ENDPOINT, cases / 100);
		ck_assert_seen(i, EPACL_REASON_INVALID, cases / 200);
		ck_assert_seen(i, EPACL_REASON_FRAGMENT, cases / 2000);
	}
}
END_TEST

/* ---- the link ---- */

static void random_mac(const struct twin_policy *p, u8 *mac)
{
	static const u8 well_known[][ETH_ALEN] = {
		{ 0x01, 0x80, 0xc2, 0x00, 0x00, 0x00 },
		{ 0x01, 0x80, 0xc2, 0x00, 0x00, 0x0e },
		{ 0x01, 0x80, 0xc2, 0x00, 0x00, 0x10 },
		{ 0x01, 0x80, 0xc2, 0x00, 0x01, 0x00 },
		{ 0xff, 0xff, 0xff, 0xff, 0xff, 0xff },
		{ 0x01, 0x00, 0x5e, 0x00, 0x00, 0x01 },
		{ 0x52, 0x54, 0x00, 0x00, 0x00, 0x00 },
		{ 0x52, 0x54, 0x00, 0x00, 0x00, 0x02 },
		{ 0x52, 0x54, 0x00, 0x00, 0x00, 0x77 },
		{ 0x00, 0x00, 0x5e, 0x00, 0x01, 0x07 },
		{ 0x00, 0x00, 0x5e, 0x00, 0x02, 0x07 },
		{ 0x00, 0x00, 0x5e, 0x00, 0x03, 0x07 },
	};

	if (chance(10))
		memcpy(mac, p->host_mac, ETH_ALEN);
	else
		memcpy(mac, one_of(well_known), ETH_ALEN);
}

/* That of the nic, as far as there is one. */
static void own_mac(const struct twin_policy *p, struct twin_at at, u8 *mac)
{
	const struct twin_nic *nic = &p->vms[at.vm].nics[at.nic];
	const u8 first[] = { 0x52, 0x54, 0, 0, 1, 2 * at.vm + at.nic };

	memcpy(mac,
	       nic->has_mac ? nic->mac :
	       nic->learned ? nic->learned_mac :
			      first,
	       ETH_ALEN);
}

static struct epacl_ip eui64(const u8 *mac)
{
	struct epacl_ip ip = ip6(0xfe80, 0, 0, 0, 0);

	memcpy(ip.b + 8, mac, 3);
	ip.b[8] ^= 2;
	ip.b[11] = 0xff;
	ip.b[12] = 0xfe;
	memcpy(ip.b + 13, mac + 3, 3);
	return ip;
}

/* Link-local addresses of many kinds, few enough to be learned by others. */
static struct epacl_ip random_link_local(const struct twin_policy *p)
{
	struct twin_at at = random_nic(p);
	u8 mac[ETH_ALEN];

	own_mac(p, at, mac);
	switch (below(6)) {
	case 0:
	case 1:
		return eui64(mac);
	case 2:
		return ip6(0xfe80, 0, 0, 0, 0x70 + below(6));
	case 3:
		return ip6(0xfe80, 0, 0, below(2), below(3));
	default:
		return ip6(0xfe80, 0, 0, 0, 0xa0 + below(30));
	}
}

/* An address that somebody may use on the link, or is used for many. */
static struct epacl_ip link_ip(const struct twin_policy *p, struct twin_at at,
			       u8 family)
{
	static const u8 none[16];
	struct epacl_ip ip;

	switch (below(8)) {
	case 0:
	case 1:
	case 2:
		ip = own_ip(p, at, family);
		return ip.family == family ? ip : random_ip(p, family);
	case 3:
		memset(&ip, 0, sizeof(ip));
		memcpy(ip.b, none, sizeof(none));
		ip.family = family;
		return ip;
	case 4:
		return family == 6 ? random_link_local(p) :
				     ip4(169, 254, 1, 1 + below(2));
	default:
		return random_ip(p, family);
	}
}

static struct epacl_ip link_dst(const struct twin_policy *p, struct twin_at at,
				u8 family)
{
	switch (below(8)) {
	case 0:
		return family == 4 ? ip4(255, 255, 255, 255) :
				     ip6(0xff02, 0, 0, 0, 1);
	case 1:
		return family == 4 ? ip4(224, 0, 0, 22) :
				     ip6(0xff02, 0, 0, 0, 0x16);
	case 2:
		return family == 4 ? ip4(10, 1 + below(3), 255, 255) :
				     ip6(0xff05, 0, 0, 0, 2);
	default:
		return link_ip(p, at, family);
	}
}

static const u8 servers6[16] = { 0xff, 2, [13] = 1, [15] = 2 };

static void make_arp(const struct twin_policy *p, struct twin_at at,
		     struct epacl_packet *packet)
{
	packet->ethertype = ETH_P_ARP;
	packet->message = EPACL_MSG_ARP;
	packet->arp_reply = chance(40);
	packet->src = link_ip(p, at, 4);
	packet->dst = chance(20) ? packet->src : link_ip(p, at, 4);
	packet->has_claim_mac = true;
}

static void make_nd(const struct twin_policy *p, struct twin_at at,
		    struct epacl_packet *packet)
{
	static const struct {
		u8 message, type;
	} kinds[] = {
		{ EPACL_MSG_ROUTER_SOLICIT, 133 },
		{ EPACL_MSG_ROUTER_ADVERT, 134 },
		{ EPACL_MSG_NEIGH_SOLICIT, 135 },
		{ EPACL_MSG_NEIGH_ADVERT, 136 },
		{ EPACL_MSG_NEIGH_SOLICIT, 135 },
		{ EPACL_MSG_NEIGH_ADVERT, 136 },
		{ EPACL_MSG_REDIRECT, 137 },
	};
	u32 i = below(ARRAY_SIZE(kinds));

	packet->ethertype = ETH_P_IPV6;
	packet->message = kinds[i].message;
	packet->proto = IPPROTO_ICMPV6;
	packet->has_type = true;
	packet->type = kinds[i].type;
	packet->hops = chance(85) ? 255 : 254;
	packet->src = chance(40) ? random_link_local(p) : link_ip(p, at, 6);
	packet->dst = link_dst(p, at, 6);
	if (packet->type == 135 || packet->type == 136) {
		packet->claim = chance(40) ? random_link_local(p) :
					     link_ip(p, at, 6);
		packet->has_claim = true;
	}
	packet->has_claim_mac = chance(60);
}

static void make_groups(const struct twin_policy *p, struct twin_at at,
			struct epacl_packet *packet)
{
	u8 family = random_family();
	bool query = chance(40);

	packet->ethertype = family == 4 ? ETH_P_IP : ETH_P_IPV6;
	packet->message = query ? EPACL_MSG_GROUP_QUERY :
				  EPACL_MSG_GROUP_REPORT;
	packet->proto = family == 4 ? IPPROTO_IGMP : IPPROTO_ICMPV6;
	packet->has_type = true;
	packet->type = family == 4 ? (query ? 0x11 : 0x22) :
				     (query ? 130 : 143);
	packet->hops = chance(80) ? 1 : 64;
	packet->src = family == 6 && chance(60) ? random_link_local(p) :
						  link_ip(p, at, family);
	packet->dst = link_dst(p, at, family);
}

static void make_dhcp(const struct twin_policy *p, struct twin_at at,
		      struct epacl_packet *packet)
{
	u8 family = random_family();
	bool client = chance(60);
	u16 mine = family == 4 ? 68 : 546, theirs = family == 4 ? 67 : 547;

	packet->ethertype = family == 4 ? ETH_P_IP : ETH_P_IPV6;
	packet->message = client ? EPACL_MSG_DHCP_CLIENT :
				   EPACL_MSG_DHCP_SERVER;
	packet->proto = IPPROTO_UDP;
	packet->has_ports = true;
	packet->hops = 64;
	packet->sport = client ? mine : theirs;
	packet->dport = client ? theirs : mine;
	packet->src = family == 6 && chance(60) ? random_link_local(p) :
						  link_ip(p, at, family);
	/* For other groups see below. */
	if (family == 4 && chance(60)) {
		packet->dst = ip4(255, 255, 255, 255);
	} else if (family == 6 && chance(60)) {
		packet->dst = ip6(0, 0, 0, 0, 0);
		memcpy(packet->dst.b, servers6, 16);
	} else {
		packet->dst = link_ip(p, at, family);
	}
}

static void make_plain(const struct twin_policy *p, struct twin_at at,
		       struct epacl_packet *packet)
{
	u8 family = random_family();

	packet->ethertype = family == 4 ? ETH_P_IP : ETH_P_IPV6;
	packet->proto = random_proto(family);
	packet->hops = 64;
	packet->src = link_ip(p, at, family);
	packet->dst = link_dst(p, at, family);
	packet->has_ports = twin_has_ports(packet->proto);
	packet->sport = random_port();
	packet->dport = random_port();
	if (family == 4 && packet->proto == IPPROTO_ICMP && chance(30)) {
		packet->has_type = true;
		packet->type = chance(50) ? 5 : 3;
		packet->error = true;
	}
	packet->fragment = chance(10);
}

static void random_link_packet(const struct twin_policy *p, struct twin_at at,
			       struct epacl_packet *packet)
{
	static const u16 ethertypes[] = { 0x8100, 0x88a8, 0x88cc, 0x0000 };
	static const u8 vrrp[] = { 0x00, 0x00, 0x5e, 0x00, 0x01, 0x07 };

	memset(packet, 0, sizeof(*packet));
	switch (below(6)) {
	case 0:
		make_arp(p, at, packet);
		break;
	case 1:
		make_nd(p, at, packet);
		break;
	case 2:
		make_groups(p, at, packet);
		break;
	case 3:
		make_dhcp(p, at, packet);
		break;
	default:
		make_plain(p, at, packet);
		break;
	}
	packet->has_mac = chance(95);
	own_mac(p, at, packet->smac);
	if (chance(10))
		random_mac(p, packet->smac);
	if (p->vms[at.vm].nics[at.nic].nshared && chance(30))
		memcpy(packet->smac, vrrp, ETH_ALEN);
	random_mac(p, packet->dmac);
	if (packet->has_claim_mac) {
		memcpy(packet->claim_mac, packet->smac, ETH_ALEN);
		if (chance(10))
			random_mac(p, packet->claim_mac);
	}
	packet->has_vlan = chance(10);
	packet->vlan = packet->has_vlan && chance(60) ? 7 + below(2) : 0;
	if (chance(3) && packet->ethertype != ETH_P_ARP)
		packet->ethertype = one_of(ethertypes);
	if (chance(3))
		packet->malformed = true;
}

static void random_link_question(const struct twin_policy *p,
				 struct twin_question *q,
				 struct epacl_packet *packet,
				 struct epacl_flow *flow)
{
	memset(q, 0, sizeof(*q));
	memset(flow, 0, sizeof(*flow));
	q->at = random_nic(p);
	q->direction = below(EPACL_DIRECTIONS);
	q->packet = packet;
	q->flow = flow;
	q->sender = nowhere;
	random_link_packet(p, q->at, packet);
	if (chance(50))
		flow->state = below(4);
	if (q->direction == EPACL_OUT)
		return;
	q->routed = chance(30);
	q->from_host = chance(20);
	if (!q->routed && !q->from_host) {
		q->sender = chance(50) ? random_nic(p) : nowhere;
		q->sender_is_uplink = q->sender.vm < 0 && chance(50);
	}
}

START_TEST(test_link)
{
	unsigned long cases = random_cases(200000), n = 0;
	u64 seed = random_begin(0x117);
	static struct twin_policy p;
	struct epacl_answer answer;
	struct twin_answer twin;
	struct epacl_packet packet;
	struct epacl_flow flow;
	struct twin_question q;
	bool final, twin_final;
	struct epacl_ask ask;
	struct model m;
	unsigned int i;

	memset(seen, 0, sizeof(seen));
	while (n < cases) {
		random_model(&m, &p);
		for (i = 0; i < CASES_PER_POLICY; i++, n++) {
			random_link_question(&p, &q, &packet, &flow);
			ask = ask_of(&m, &q, NULL);
			twin_final = twin_link(&p, &q, &twin);
			final = epacl_decide_link(&ask, &answer);
			compare(&m, &p, &q, &twin, twin_final, &answer, final,
				seed, n);
			if (twin_final && twin.reason == EPACL_REASON_SPOOF)
				learn_from_spoof(&m, &p, q.at);
			if (same_stations(&m, &p))
				continue;
			fprintf(stderr, "seed %#llx, case %lu\n",
				(unsigned long long)seed, n);
			print_question(&p, &q);
			ck_abort_msg("twin and module have heard differently");
		}
		model_free(&m);
	}
	print_seen();
	if (cases < 10000)
		return;
	for (i = EPACL_IN; i <= EPACL_OUT; i++) {
		ck_assert_seen(i, EPACL_REASON_ESSENTIAL, cases / 100);
		ck_assert_seen(i, EPACL_REASON_ETHERTYPE, cases / 100);
		ck_assert_seen(i, EPACL_REASON_MALFORMED, cases / 200);
		ck_assert_seen(i, EPACL_REASON_SPOOF, cases / 400);
	}
	ck_assert_seen(EPACL_IN, EPACL_REASON_DESTINATION, cases / 20);
	ck_assert_seen(EPACL_IN, EPACL_REASON_FRAGMENT, cases / 200);
}
END_TEST

/* ---- arrival ---- */

/* Who was heard, at random, in the twin as in the module. */
static void hear(const struct model *m, struct twin_policy *p)
{
	struct twin_nic *nic;
	struct twin_at at;

	for (at.vm = 0; at.vm < (int)p->nvms; at.vm++)
		for (at.nic = 0; at.nic < (int)p->vms[at.vm].nnics; at.nic++) {
			nic = &p->vms[at.vm].nics[at.nic];
			nic->heard = chance(50);
			model_nic(m, at)->nic->station->heard = nic->heard;
		}
}

START_TEST(test_arrival)
{
	static const char *const devs[] = { "eth0", "eth1", "eth2", "br9" };
	static const char *const bridges[] = { "br0", "br9", "eth2" };
	unsigned long cases = random_cases(200000), n = 0, spoofs = 0;
	u64 seed = random_begin(0xa77);
	static struct twin_policy p;
	struct epacl_arrival arrival;
	const struct epacl_cnic *nic;
	struct twin_arrival at;
	struct epacl_tuple t;
	struct epacl_packet packet;
	struct twin_at victim;
	struct model m;
	unsigned int i;

	while (n < cases) {
		random_model(&m, &p);
		hear(&m, &p);
		for (i = 0; i < CASES_PER_POLICY; i++, n++) {
			struct epacl_flow flow = {};

			flow_in(&p, random_nic(&p), &flow);
			t = flow.addressed;
			packet_of(&t, false, &packet);
			at.sender = chance(30) ? random_nic(&p) : nowhere;
			at.dev = at.sender.vm < 0 ? one_of(devs) :
						    p.vms[at.sender.vm]
							    .nics[at.sender.nic]
							    .dev;
			at.bridge = chance(40) ? one_of(bridges) : NULL;
			at.all_heard = chance(10);
			arrival.dev = at.dev;
			arrival.bridge = at.bridge;
			arrival.sender = model_nic(&m, at.sender);
			arrival.all_heard = at.all_heard;
			victim = twin_arrives(&p, &t, &at);
			nic = epacl_decide_arrival(m.snap, &m.host, &packet,
						   &arrival);
			spoofs += victim.vm >= 0;
			if ((victim.vm >= 0) == !!nic)
				continue;
			fprintf(stderr,
				"seed %#llx, case %lu: at %s, bridge %s\n",
				(unsigned long long)seed, n, at.dev,
				at.bridge ?: "none");
			print_policy(&p);
			print_packet(&packet);
			ck_abort_msg("forged: twin %s, module %s",
				     victim.vm < 0 ? "no" :
						     p.vms[victim.vm].name,
				     nic ? epacl_snapshot_vm_name(m.snap, nic) :
					   "no");
		}
		model_free(&m);
	}
	if (cases >= 10000)
		ck_assert_uint_gt(spoofs, cases / 20);
}
END_TEST

/* ---- before connection tracking ---- */

/* The nic that owns @ip, plain or not; vm -1: none, or several. */
static struct twin_at only_owner(const struct twin_policy *p,
				 const struct epacl_ip *ip)
{
	struct twin_at at, owner = nowhere;

	for (at.vm = 0; at.vm < (int)p->nvms; at.vm++)
		for (at.nic = 0; at.nic < (int)p->vms[at.vm].nnics; at.nic++) {
			if (!twin_nic_owns(&p->vms[at.vm].nics[at.nic], ip))
				continue;
			if (owner.vm >= 0)
				return nowhere;
			owner = at;
		}
	return owner;
}

/* A packet from outside, mostly a SYN, and how it would reach the nic. */
static void random_early_question(const struct twin_policy *p,
				  struct twin_question *q,
				  struct epacl_packet *packet,
				  struct epacl_flow *flow)
{
	struct epacl_tuple *t = &flow->accepted;

	memset(q, 0, sizeof(*q));
	memset(flow, 0, sizeof(*flow));
	flow_in(p, random_nic(p), flow);
	flow->state = EPACL_FLOW_OPENER;
	flow->addressed.proto = IPPROTO_TCP;
	flow->addressed.type = 0;
	flow->addressed.code = 0;
	*t = flow->addressed;
	packet_of(t, false, packet);
	packet->syn = chance(90);
	packet->malformed = chance(3);
	packet->fragment = chance(3);
	packet->has_vlan = chance(5);
	packet->vlan = packet->has_vlan ? 7 : 0;
	q->direction = EPACL_IN;
	q->packet = packet;
	q->flow = flow;
	q->sender = nowhere;
	q->at = only_owner(p, &t->dst);
	random_security(&q->security);
	q->routed = chance(60);
	q->sender_is_uplink = !q->routed && chance(50);
}

/* What the full path says to the same packet, if it refuses it by policy. */
static bool twin_refuses(struct twin_policy *p, const struct twin_question *q,
			 struct twin_answer *answer)
{
	if (q->at.vm < 0 || twin_link(p, q, answer))
		return false;
	twin_flow(p, q, answer);
	return !answer->permit &&
	       (answer->reason == EPACL_REASON_ACL ||
		answer->reason == EPACL_REASON_NO_ENDPOINT ||
		answer->reason == EPACL_REASON_IPSEC_REQUIRED);
}

/*
 * What is refused early is refused later, for the same reason and by the same
 * rules; and what goes on is not a SYN that is refused later.
 */
START_TEST(test_early)
{
	unsigned long cases = random_cases(200000), n = 0, passed = 0;
	u64 seed = random_begin(0xea2);
	static const struct epacl_arrival arrival = { .dev = "eth0" };
	static struct twin_policy p;
	const struct epacl_cnic *nic;
	struct epacl_packet packet;
	struct epacl_answer answer;
	struct epacl_flow flow, expected;
	struct twin_answer twin;
	struct twin_question q;
	struct epacl_ask ask;
	bool refused, late, spoof;
	struct model m;
	unsigned int i;

	memset(seen, 0, sizeof(seen));
	while (n < cases) {
		random_model(&m, &p);
		hear(&m, &p);
		for (i = 0; i < CASES_PER_POLICY; i++, n++) {
			random_early_question(&p, &q, &packet, &flow);
			late = twin_refuses(&p, &q, &twin);
			nic = epacl_early_nic(m.snap, &packet);
			ck_assert(!nic || agree_nic(&p, q.at, nic));
			ck_assert(!nic || (packet.syn && !packet.malformed &&
					   !packet.fragment &&
					   !twin_is_vip(&p, &packet.dst)));
			refused = false;
			if (nic) {
				ask = ask_of(&m, &q, &expected);
				ask.flow = &expected;
				refused = epacl_decide_early(&ask, &arrival,
							     &expected,
							     &answer);
			}
			/* A nic's own address, from where it is not. */
			spoof = epacl_decide_opener(m.snap, &m.host, &packet,
						    &arrival);
			if (refused && late && !spoof &&
			    agree_answer(&twin, &answer)) {
				seen[EPACL_IN][twin.reason]++;
				continue;
			}
			if (!refused && (!late || !nic || spoof)) {
				passed++;
				continue;
			}
			fprintf(stderr, "seed %#llx, case %lu\n",
				(unsigned long long)seed, n);
			print_question(&p, &q);
			print_answers(&twin, &answer);
			ck_abort_msg("early %d, late %d", refused, late);
		}
		model_free(&m);
	}
	print_seen();
	if (cases < 10000)
		return;
	ck_assert_uint_gt(passed, cases / 10);
	ck_assert_seen(EPACL_IN, EPACL_REASON_ACL, cases / 100);
	ck_assert_seen(EPACL_IN, EPACL_REASON_NO_ENDPOINT, cases / 20);
	ck_assert_seen(EPACL_IN, EPACL_REASON_IPSEC_REQUIRED, cases / 1000);
}
END_TEST

/* ---- by the letter ---- */

/* The host of the cases below, which has no VMs but those of the lines. */
static struct twin_policy world;
static struct model model;

static void set_up(const char *const *lines, unsigned int n)
{
	int err = model_lines(&model, lines, n);

	ck_assert_msg(!err, "%s", err ? model.why.text : "");
	memset(&world, 0, sizeof(world));
	world.host[world.nhost++] = ip4(192, 0, 2, 1);
	world.host[world.nhost++] = ip4(10, 1, 0, 1);
	model.twin = &world;
}

static void tear_down(void)
{
	model_free(&model);
}

static const struct epacl_cnic *nic_of(const char *dev)
{
	const struct epacl_cnic *nic = epacl_snapshot_dev(model.snap, dev);

	ck_assert_ptr_nonnull(nic);
	return nic;
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

/* The opener's packet of a flow in to the nic of @dev. */
static u8 judge_in(const char *dev, const struct epacl_tuple *addressed,
		   const struct epacl_tuple *accepted, u8 state, bool from_host)
{
	struct epacl_flow flow = {
		.state = state,
		.addressed = *addressed,
		.accepted = *accepted,
	};
	struct epacl_packet packet;
	struct epacl_ask ask = {
		.snap = model.snap,
		.host = &model.host,
		.nic = nic_of(dev),
		.direction = state == EPACL_FLOW_REPLY ? EPACL_OUT : EPACL_IN,
		.packet = &packet,
		.flow = &flow,
		.routed = !from_host,
		.from_host = from_host,
	};
	struct epacl_answer answer;

	packet_of(accepted, state == EPACL_FLOW_REPLY, &packet);
	epacl_decide_flow(&ask, &answer);
	return answer.reason;
}

#define ck_assert_reason(reason, word) \
	ck_assert_str_eq(reason_word(reason), word)

static const char *const one_vm[] = {
	"add vnet red prefix 10.1.0.0/16 uplink eth1",
	"add vm one",
	"add nic one dev t0 address 10.1.0.4 vnet red mac 52:54:00:00:00:01",
	"add endpoint one/web tcp 80 public 203.0.113.20:443",
	"add endpoint one/ssh tcp 22",
};

/* Section 4: malformed and fragment (1) come before ethertype and tag (2). */
START_TEST(test_order_of_steps)
{
	struct epacl_flow none = {};
	struct epacl_packet packet;
	struct epacl_tuple t = tuple(6, "198.51.100.9", 1, "10.1.0.4", 22);
	struct epacl_ask ask = {
		.host = &model.host,
		.direction = _i,
		.packet = &packet,
		.flow = &none,
	};
	struct epacl_answer answer;

	set_up(one_vm, ARRAY_SIZE(one_vm));
	ask.snap = model.snap;
	ask.nic = nic_of("t0");
	packet_of(&t, _i == EPACL_OUT, &packet);
	packet.has_vlan = true;
	packet.vlan = 7;
	packet.malformed = true;
	ck_assert(epacl_decide_link(&ask, &answer));
	ck_assert_reason(answer.reason, "malformed");
	packet.malformed = false;
	packet.fragment = true;
	ck_assert(epacl_decide_link(&ask, &answer));
	ck_assert_reason(answer.reason,
			 _i == EPACL_IN ? "fragment" : "ethertype");
	packet.fragment = false;
	ck_assert(epacl_decide_link(&ask, &answer));
	ck_assert_reason(answer.reason, "ethertype");
	tear_down();
}
END_TEST

/* "A flow through a VIP needs that VIP and port still to name the endpoint." */
START_TEST(test_vip_taken_away)
{
	static const char *const changes[] = {
		"change endpoint one/web no public",
		"change endpoint one/web public 203.0.113.20:444",
		"change endpoint one/web public 203.0.113.21:443",
		"remove endpoint one/web",
	};
	struct epacl_tuple addressed = tuple(6, "198.51.100.9", 4000,
					     "203.0.113.20", 443);
	struct epacl_tuple accepted = tuple(6, "198.51.100.9", 4000, "10.1.0.4",
					    80);

	set_up(one_vm, ARRAY_SIZE(one_vm));
	ck_assert_reason(judge_in("t0", &addressed, &accepted,
				  EPACL_FLOW_OPENER, false),
			 "permit");
	ck_assert_reason(judge_in("t0", &addressed, &accepted, EPACL_FLOW_REPLY,
				  false),
			 "reply");
	ck_assert_int_eq(model_change(&model, &changes[_i], 1), 0);
	ck_assert_reason(judge_in("t0", &addressed, &accepted,
				  EPACL_FLOW_OPENER, false),
			 "no-endpoint");
	ck_assert_reason(judge_in("t0", &addressed, &accepted, EPACL_FLOW_REPLY,
				  false),
			 "no-endpoint");
	tear_down();
}
END_TEST

/*
 * "The host was the opener if the opener's source is an address of the host
 * now": not somebody whom the host masquerades, who may no more use the private
 * port of an endpoint with a public one than others.
 */
START_TEST(test_masqueraded_is_not_the_host)
{
	struct epacl_tuple other = tuple(6, "172.17.0.2", 1, "10.1.0.4", 80);
	struct epacl_tuple host = tuple(6, "192.0.2.1", 1, "10.1.0.4", 80);

	set_up(one_vm, ARRAY_SIZE(one_vm));
	ck_assert_reason(judge_in("t0", &host, &host, EPACL_FLOW_OPENER, false),
			 "permit");
	ck_assert_reason(judge_in("t0", &other, &other, EPACL_FLOW_OPENER,
				  false),
			 "no-endpoint");
	ck_assert_reason(judge_in("t0", &other, &host, EPACL_FLOW_OPENER,
				  false),
			 "no-endpoint");
	ck_assert_reason(judge_in("t0", &other, &host, EPACL_FLOW_REPLY, false),
			 "no-endpoint");
	/* nor he for whom the host opens a connection, as a proxy does */
	ck_assert_reason(judge_in("t0", &other, &other, EPACL_FLOW_OPENER,
				  true),
			 "no-endpoint");
	/* and the host whose source somebody translates is still the host */
	ck_assert_reason(judge_in("t0", &host, &other, EPACL_FLOW_OPENER,
				  false),
			 "permit");
	tear_down();
}
END_TEST

/*
 * An address of the host within the vnet is not inside, whoever is behind it:
 * on arrival the one whom it masquerades was seen with another source.
 */
START_TEST(test_masqueraded_is_outside)
{
	struct epacl_tuple other = tuple(6, "172.17.0.2", 1, "10.1.0.4", 25);
	struct epacl_tuple host = tuple(6, "10.1.0.1", 1, "10.1.0.4", 25);

	set_up(one_vm, ARRAY_SIZE(one_vm));
	ck_assert_reason(judge_in("t0", &other, &host, EPACL_FLOW_OPENER,
				  false),
			 "no-endpoint");
	ck_assert_reason(judge_in("t0", &other, &host, EPACL_FLOW_REPLY, false),
			 "no-endpoint");
	tear_down();
}
END_TEST

/* Whatever its address the host is outside: 10.1.0.1, or one it made up. */
START_TEST(test_host_is_outside)
{
	struct epacl_tuple own = tuple(6, "10.1.0.1", 1, "10.1.0.4", 25);
	struct epacl_tuple forged = tuple(6, "10.1.0.77", 1, "10.1.0.4", 25);
	u8 state = _i ? EPACL_FLOW_OPENER : EPACL_FLOW_NONE;

	set_up(one_vm, ARRAY_SIZE(one_vm));
	ck_assert_reason(judge_in("t0", &own, &own, state, true),
			 "no-endpoint");
	ck_assert_reason(judge_in("t0", &forged, &forged, state, false),
			 "permit");
	ck_assert_reason(judge_in("t0", &forged, &forged, state, true),
			 "no-endpoint");
	tear_down();
}
END_TEST

/*
 * "Essential packets are not judged on arrival": what has the ports or the type
 * of one but is never permitted as one in to a VM is judged, or it gets in with
 * a forged inside source where no endpoint is.
 */
START_TEST(test_arrival_of_the_unessential)
{
	static const struct {
		const char *what;
		u8 message, proto, hops;
		u16 sport, dport;
		bool judged;
	} kinds[] = {
		{ "plain", EPACL_MSG_NONE, 17, 64, 1, 2, true },
		{ "DHCP request", EPACL_MSG_DHCP_CLIENT, 17, 64, 68, 67, true },
		{ "IGMP report", EPACL_MSG_GROUP_REPORT, 2, 64, 0, 0, true },
		{ "IGMP query from afar", EPACL_MSG_GROUP_QUERY, 2, 64, 0, 0,
		  true },
		{ "DHCP answer", EPACL_MSG_DHCP_SERVER, 17, 64, 67, 68, false },
		{ "IGMP query", EPACL_MSG_GROUP_QUERY, 2, 1, 0, 0, false },
	};
	struct epacl_tuple t = tuple(kinds[_i].proto, "10.1.0.77",
				     kinds[_i].sport, "10.1.0.4",
				     kinds[_i].dport);
	struct epacl_arrival at = { .dev = "eth0", .bridge = "br0" };
	const struct epacl_cnic *victim;
	struct epacl_packet packet;

	set_up(one_vm, ARRAY_SIZE(one_vm));
	packet_of(&t, false, &packet);
	packet.message = kinds[_i].message;
	packet.hops = kinds[_i].hops;
	victim = epacl_decide_arrival(model.snap, &model.host, &packet, &at);
	ck_assert_msg(!!victim == kinds[_i].judged, "%s", kinds[_i].what);
	at.dev = "eth1";
	ck_assert_ptr_null(
		epacl_decide_arrival(model.snap, &model.host, &packet, &at));
	tear_down();
}
END_TEST

/*
 * What is malformed is dropped, but its fragments may be assembled to a packet
 * that is not: a forged source is one all the same.
 */
START_TEST(test_arrival_of_the_malformed)
{
	struct epacl_tuple t = tuple(6, "10.1.0.77", 1, "10.1.0.4", 80);
	struct epacl_arrival at = { .dev = "eth0" };
	struct epacl_packet packet;

	set_up(one_vm, ARRAY_SIZE(one_vm));
	packet_of(&t, false, &packet);
	packet.malformed = true;
	ck_assert_ptr_nonnull(
		epacl_decide_arrival(model.snap, &model.host, &packet, &at));
	memset(&packet.src, 0, sizeof(packet.src));
	ck_assert_ptr_null(
		epacl_decide_arrival(model.snap, &model.host, &packet, &at));
	tear_down();
}
END_TEST

/* An error about a flow that is not the guest's, by whomever it was opened. */
START_TEST(test_foreign_error)
{
	struct epacl_tuple others = tuple(17, "10.1.0.5", 1, "198.51.100.9",
					  53);
	struct epacl_tuple own = tuple(17, "10.1.0.4", 1, "198.51.100.9", 53);
	struct epacl_flow flow = { .state = EPACL_FLOW_REPLY };
	struct epacl_packet packet;
	struct epacl_ask ask = {
		.host = &model.host,
		.direction = EPACL_OUT,
		.packet = &packet,
		.flow = &flow,
	};
	struct epacl_answer answer;

	set_up(one_vm, ARRAY_SIZE(one_vm));
	ask.snap = model.snap;
	ask.nic = nic_of("t0");
	packet_of(&own, false, &packet);
	packet.error = true;
	flow.addressed = others;
	flow.accepted = others;
	epacl_decide_flow(&ask, &answer);
	ck_assert_reason(answer.reason, "invalid");
	flow.state = EPACL_FLOW_OPENER;
	flow.addressed = own;
	flow.accepted = own;
	epacl_decide_flow(&ask, &answer);
	ck_assert_reason(answer.reason, "permit");
	tear_down();
}
END_TEST

/* 5.3: requests of DHCP to broadcast, ff02::1:2 or the host, and no others. */
START_TEST(test_dhcp_groups)
{
	static const struct {
		const char *src, *dst;
		bool essential;
	} cases[] = {
		{ "10.1.0.4", "255.255.255.255", true },
		{ "10.1.0.4", "192.0.2.1", true },
		{ "10.1.0.4", "198.51.100.1", false },
		{ "10.1.0.4", "224.0.0.12", false },
		{ "10.1.0.4", "239.1.2.3", false },
		{ "fe80::5054:ff:fe00:1", "ff02::1:2", true },
		{ "fe80::5054:ff:fe00:1", "ff02::1", false },
		{ "fe80::5054:ff:fe00:1", "ff0e::1:3", false },
	};
	bool v4 = strchr(cases[_i].src, '.');
	struct epacl_tuple t = tuple(17, cases[_i].src, v4 ? 68 : 546,
				     cases[_i].dst, v4 ? 67 : 547);
	struct epacl_flow none = {};
	struct epacl_packet packet;
	struct epacl_ask ask = {
		.host = &model.host,
		.direction = EPACL_OUT,
		.packet = &packet,
		.flow = &none,
	};
	struct epacl_answer answer;
	bool final;

	set_up(one_vm, ARRAY_SIZE(one_vm));
	ask.snap = model.snap;
	ask.nic = nic_of("t0");
	packet_of(&t, false, &packet);
	packet.message = EPACL_MSG_DHCP_CLIENT;
	final = epacl_decide_link(&ask, &answer);
	ck_assert_msg(final == cases[_i].essential, "to %s: %s", cases[_i].dst,
		      final ? reason_word(answer.reason) : "ordinary");
	tear_down();
}
END_TEST

/*
 * "The host's own addresses are never spoof, except as the source of a packet
 * from a VM": also of one whose prefix happens to hold them, as others take
 * what has such a source for the host's.
 */
START_TEST(test_guest_as_the_host)
{
	static const char *const router[] = {
		"add vm two",
		"add nic two dev t1 address 0.0.0.0/0",
	};
	struct epacl_tuple t = tuple(6, "192.0.2.1", 1, "10.1.0.4", 80);
	struct epacl_flow none = {};
	struct epacl_packet packet;
	struct epacl_ask ask = {
		.host = &model.host,
		.direction = EPACL_OUT,
		.packet = &packet,
		.flow = &none,
	};
	struct epacl_answer answer;

	set_up(one_vm, ARRAY_SIZE(one_vm));
	ck_assert_int_eq(model_change(&model, router, 2), 0);
	ask.snap = model.snap;
	ask.nic = nic_of("t1");
	packet_of(&t, false, &packet);
	ck_assert(epacl_decide_link(&ask, &answer));
	ck_assert_reason(answer.reason, "spoof");
	packet.src = ip4(198, 51, 100, 9);
	ck_assert(!epacl_decide_link(&ask, &answer));
	tear_down();
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("decide");
	TCase *random = tcase_create("random");
	TCase *letter = tcase_create("letter");

	tcase_set_timeout(random, 600);
	tcase_add_test(random, test_flows);
	tcase_add_test(random, test_link);
	tcase_add_test(random, test_arrival);
	tcase_add_test(random, test_early);
	suite_add_tcase(s, random);
	tcase_add_loop_test(letter, test_order_of_steps, 0, 2);
	tcase_add_loop_test(letter, test_vip_taken_away, 0, 4);
	tcase_add_test(letter, test_masqueraded_is_not_the_host);
	tcase_add_test(letter, test_masqueraded_is_outside);
	tcase_add_loop_test(letter, test_host_is_outside, 0, 2);
	tcase_add_loop_test(letter, test_arrival_of_the_unessential, 0, 6);
	tcase_add_test(letter, test_arrival_of_the_malformed);
	tcase_add_test(letter, test_foreign_error);
	tcase_add_loop_test(letter, test_dhcp_groups, 0, 8);
	tcase_add_test(letter, test_guest_as_the_host);
	suite_add_tcase(s, letter);
	return s;
}

int main(void)
{
	return run_suite(suite());
}
