// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Real packets between namespaces: random policies upon real interfaces, and for
 * each random packet what the twin says becomes of it. Whether and where it
 * arrives, with which addresses and ports, and what is counted, must be so.
 *
 * usage: twin-packets SEED POLICIES PACKETS DIR ACLCTL
 *
 * In the namespace of the host, as tests/twin/packets.sh has made it. Frames are
 * made here down to the MAC addresses: no guest answers, and nobody asks for
 * anybody's address. What the host sends is routed by it. Says what is other
 * than expected, and at last "PACKETS packets: N other than expected".
 */
#include <stdio.h>
#include <stdlib.h>
#include <stdarg.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/kernel.h>
#include "wire.h"
#include "world.h"

/* Interfaces of guests are the first places; then those beyond the host. */
#define GUESTS (TWIN_VMS * TWIN_NICS)
#define BEYOND 3 /* eth0, eth1, eth2 */
#define PLACES (GUESTS + BEYOND)
#define HOST (-1) /* the host itself, as a place */
#define NOWHERE (-2)

#define PACKETS_MAX 1000
#define NO_VM TWIN_VMS /* counts of what concerns none */

struct count {
	unsigned long n[TWIN_VMS + 1][EPACL_DIRECTIONS][EPACL_REASON_COUNT];
};

/* A packet, what is expected of it, and what became of it. */
struct item {
	struct twin_made_up question;
	struct twin_explanation answer;
	int from;
	int expected; /* place; NOWHERE: it is dropped */
	int arrived;
	struct epacl_tuple as; /* with which addresses and ports */
};

static struct twin_policy policy;
static struct item items[PACKETS_MAX];
static unsigned int nitems;
static const char *dir, *aclctl;
static unsigned long wrong;

/* ---- commands ---- */

static void __printf(1, 2) run(const char *format, ...)
{
	char line[4096];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (system(line)) {
		fprintf(stderr, "failed: %s\n", line);
		exit(2);
	}
}

static FILE *file(const char *name)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	if (!f) {
		perror(path);
		exit(2);
	}
	return f;
}

/* ---- places ---- */

static int guest_of(const struct twin_nic *nic)
{
	return atoi(nic->dev + 4);
}

static const struct twin_nic *nic_of(struct twin_at at)
{
	return &policy.vms[at.vm].nics[at.nic];
}

/* The MAC addresses that packets.sh gives. */
static void mac_of(u8 *mac, u8 net, u8 number)
{
	const u8 of[] = { 0x02, 0, 0, 0, net, number };

	memcpy(mac, of, sizeof(of));
}

static void guest_mac(u8 *mac, int guest)
{
	const u8 of[] = { 0x52, 0x54, 0, 0, 0, guest };

	memcpy(mac, of, sizeof(of));
}

static void open_places(void)
{
	char netns[64];
	int i;

	for (i = 0; i < PLACES; i++) {
		snprintf(netns, sizeof(netns), "/run/netns/t-%s%d",
			 i < GUESTS ? "g" : "eth", i < GUESTS ? i : i - GUESTS);
		wire_open(netns, "e");
	}
}

static const char *place_text(int place, char text[16])
{
	if (place == HOST)
		return "the host";
	if (place == NOWHERE)
		return "nowhere";
	snprintf(text, 16, "%s%d", place < GUESTS ? "vnet" : "eth",
		 place < GUESTS ? place : place - GUESTS);
	return text;
}

/* ---- the policy, and what it is put upon ---- */

static bool has_plain4(const struct twin_nic *nic)
{
	unsigned int i;

	for (i = 0; i < nic->n; i++)
		if (nic->prefixes[i].ip.family == 4 &&
		    nic->prefixes[i].len == 32)
			return true;
	return false;
}

/*
 * What several may have nobody can send to, and a nic without an IPv4 address
 * cannot make itself heard by ARP.
 */
static bool is_real(const struct twin_policy *p)
{
	unsigned int i, k;

	if (p->nvnets > 3)
		return false;
	for (i = 0; i < p->nvms; i++)
		for (k = 0; k < p->vms[i].nnics; k++)
			if (p->vms[i].nics[k].nshared ||
			    !has_plain4(&p->vms[i].nics[k]))
				return false;
	return true;
}

/* Nothing else is drawn by chance: 1 of some 40 will do. */
static void draw_policy(void)
{
	do {
		random_policy(&policy);
	} while (!is_real(&policy) || !policy_is_valid(&policy));
}

static int write_line(void *arg, const char *line)
{
	fprintf(arg, "%s\n", line);
	return 0;
}

/* Where the host sends what is for @nic. */
static void dev_of(const struct twin_nic *nic, char dev[TWIN_NAME])
{
	if (nic->bridge)
		snprintf(dev, TWIN_NAME, "bridge%d", nic->bridge);
	else
		snprintf(dev, TWIN_NAME, "%s", nic->dev);
}

static void write_routes(FILE *f, const struct twin_nic *nic, u8 family)
{
	char text[EPACL_IP_TEXT], dev[TWIN_NAME];
	const struct epacl_prefix *prefix;
	unsigned int i;

	dev_of(nic, dev);
	for (i = 0; i < nic->n; i++) {
		prefix = &nic->prefixes[i];
		if (prefix->ip.family != family || prefix->ip.b[0] == 0xfe)
			continue;
		fprintf(f,
			"route replace %s/%u via %s%d dev %s onlink proto 99\n",
			epacl_ip_text(&prefix->ip, text), prefix->len,
			family == 4 ? "192.0.3." : "fe80::99:",
			1 + guest_of(nic), dev);
	}
}

static void wire_up(u8 family)
{
	const struct twin_nic *nic;
	unsigned int i, k;
	FILE *f = file("ip");

	fprintf(f, "route flush proto 99\n");
	for (i = 0; i < policy.nvms; i++)
		for (k = 0; k < policy.vms[i].nnics; k++) {
			nic = &policy.vms[i].nics[k];
			if (family == 4 && nic->bridge)
				fprintf(f, "link set %s master bridge%d\n",
					nic->dev, nic->bridge);
			else if (family == 4)
				fprintf(f, "link set %s nomaster\n", nic->dev);
			write_routes(f, nic, family);
		}
	fclose(f);
	run("ip -%u -batch %s/ip", family, dir);
}

/* Every guest is heard, so that arrival knows it, as explain does. */
static void announce(void)
{
	const struct twin_nic *nic;
	unsigned int i, k, n;
	u8 mac[6];

	for (i = 0; i < policy.nvms; i++)
		for (k = 0; k < policy.vms[i].nnics; k++) {
			nic = &policy.vms[i].nics[k];
			guest_mac(mac, guest_of(nic));
			for (n = 0; n < nic->n; n++)
				if (nic->prefixes[n].ip.family == 4 &&
				    nic->prefixes[n].len == 32)
					wire_announce(guest_of(nic), mac,
						      nic->prefixes[n].ip.b);
		}
}

static void load_policy(void)
{
	FILE *f = file("policy");

	fprintf(f, "flush\n");
	policy_lines(&policy, write_line, f);
	fclose(f);
	wire_up(4);
	wire_up(6);
	run("%s -f %s/policy > %s/out 2>&1 || { cat %s/out; false; }", aclctl,
	    dir, dir, dir);
	announce();
	run("conntrack -F > %s/out 2>&1", dir);
}

/* ---- packets ---- */

/* The nic that has @ip, on the bridge of @nic too; -1: none. */
static int neighbour(const struct twin_nic *nic, const struct epacl_ip *ip)
{
	const struct twin_nic *other;
	unsigned int i, k;

	for (i = 0; nic->bridge && i < policy.nvms; i++)
		for (k = 0; k < policy.vms[i].nnics; k++) {
			other = &policy.vms[i].nics[k];
			if (other->bridge == nic->bridge &&
			    twin_nic_owns(other, ip))
				return guest_of(other);
		}
	return -1;
}

/* Where the question says that it comes from; NOWHERE: no such place. */
static int place_of(struct twin_made_up *q)
{
	struct twin_at at = { .vm = -1 };

	if (q->from_host)
		return HOST;
	if (q->from[0])
		at = twin_nic_by_dev(&policy, q->from);
	if (at.vm >= 0)
		return guest_of(nic_of(at));
	if (!strncmp(q->from, "eth", 3))
		return GUESTS + atoi(q->from + 3);
	if (q->from[0])
		return NOWHERE;
	snprintf(q->from, sizeof(q->from), "eth%u", below(2));
	return GUESTS + atoi(q->from + 3);
}

static bool is_group_or_link_local(const struct epacl_ip *ip)
{
	return ip->family == 6 ? ip->b[0] >= 0xfe : ip->b[0] >= 224;
}

/*
 * Address translation goes by the source: one that is forged beyond the host,
 * and that nothing says cannot come from there, is translated too. And with it
 * nobody opens a flow to elsewhere, which is no VM's affair, nor explain's.
 */
static bool is_translated_forgery(const struct item *item)
{
	const struct twin_leg *leg = &item->answer.legs[0];
	const struct epacl_ip *src = &item->question.tuple.src;
	unsigned int i, k;

	if ((item->from >= 0 && item->from < GUESTS) ||
	    (item->answer.nlegs && leg->answer.reason == EPACL_REASON_SPOOF))
		return false;
	for (i = 0; i < policy.nvms; i++)
		for (k = 0; k < policy.vms[i].nnics; k++)
			if (twin_nic_owns(&policy.vms[i].nics[k], src))
				return true;
	return false;
}

/* One that can be sent, and is like no other. */
static bool draw_item(struct item *item, unsigned int number)
{
	struct twin_made_up *q = &item->question;
	struct epacl_tuple *t = &q->tuple;

	random_made_up(&policy, q);
	q->secure = false;
	q->reqid = 0;
	item->from = place_of(q);
	if (item->from == NOWHERE || is_group_or_link_local(&t->src) ||
	    is_group_or_link_local(&t->dst) || twin_is_host(&policy, &t->dst))
		return false;
	if (t->proto == (t->src.family == 4 ? IPPROTO_ICMPV6 : IPPROTO_ICMP))
		return false;
	if (t->proto == IPPROTO_ICMP || t->proto == IPPROTO_ICMPV6) {
		t->type = t->proto == IPPROTO_ICMP ? 8 : 128;
		t->code = 0;
	} else if (t->proto != IPPROTO_TCP && t->proto != IPPROTO_UDP) {
		return false;
	} else {
		t->sport = 20000 + number % 40000;
	}
	/* A guest does not ask the network for itself. */
	if (item->from >= 0 && item->from < GUESTS &&
	    twin_nic_owns(nic_of(twin_nic_by_dev(&policy, q->from)), &t->dst))
		return false;
	twin_explain(&policy, q, &item->answer);
	return !item->answer.refused && !is_translated_forgery(item);
}

/* Where the host's routes lead, if no nic has it. */
static int way_out(const struct epacl_ip *ip)
{
	bool inside = ip->family == 4 ? ip->b[0] == 10 || (ip->b[0] == 192 &&
							   ip->b[1] == 168) :
					ip->b[0] == 0xfd;

	return GUESTS + inside;
}

/* Is the packet judged only where it is known whether IPsec protects it? */
static bool is_late(const struct item *item)
{
	const struct twin_leg *leg = &item->answer.legs[0];
	const struct epacl_tuple *t = &leg->tuple;
	struct epacl_packet packet = {
		.src = t->src,
		.dst = t->dst,
		.proto = t->proto,
		.sport = t->sport,
		.dport = t->dport,
		.has_ports = twin_has_ports(t->proto),
		.has_type = !twin_has_ports(t->proto),
		.type = t->type,
		.code = t->code,
	};
	struct twin_question q = {
		.at = leg->at,
		.direction = EPACL_OUT,
		.packet = &packet,
		.early = true,
	};
	struct twin_answer answer;

	if (leg->direction != EPACL_OUT ||
	    leg->answer.reason == EPACL_REASON_SPOOF)
		return false;
	twin_flow(&policy, &q, &answer);
	return answer.deferred;
}

/*
 * "An earlier place may only refuse (and count that)": what nothing translates
 * ends before anybody asks whether its sender may have sent it.
 */
static void refuse_early(struct item *item)
{
	struct twin_explanation *x = &item->answer;
	struct twin_made_up from_outside = item->question;
	struct twin_explanation beyond;

	if (!x->nlegs || !is_late(item))
		return;
	snprintf(from_outside.from, sizeof(from_outside.from), "eth0");
	twin_explain(&policy, &from_outside, &beyond);
	if (!beyond.nlegs || beyond.legs[0].at.vm >= 0)
		return;
	x->nlegs = 1;
	x->legs[0] = beyond.legs[0];
}

static void expect(struct item *item)
{
	const struct twin_explanation *x = &item->answer;
	const struct twin_leg *last;

	item->arrived = NOWHERE;
	refuse_early(item);
	last = &x->legs[x->nlegs ? x->nlegs - 1 : 0];
	if (!x->permit)
		item->expected = NOWHERE;
	else if (x->nlegs && last->direction == EPACL_IN)
		item->expected = guest_of(nic_of(last->at));
	else
		item->expected = way_out(&item->question.tuple.dst);
}

static void draw_items(unsigned int n, unsigned int number)
{
	for (nitems = 0; nitems < n;)
		if (draw_item(&items[nitems], number + nitems))
			expect(&items[nitems++]);
}

static void send_item(struct item *item, unsigned int number)
{
	const struct epacl_tuple *t = &item->question.tuple;
	struct wire_packet packet = {
		.family = t->src.family,
		.proto = t->proto,
		.sport = t->sport,
		.dport = t->dport,
		.type = t->type,
		.code = t->code,
		.number = number,
	};
	const struct twin_nic *nic;
	u8 smac[6], dmac[6];
	int to;

	memcpy(packet.src, t->src.b, 16);
	memcpy(packet.dst, t->dst.b, 16);
	if (item->from == HOST) {
		if (!wire_send_routed(&packet))
			perror("the host cannot send");
		return;
	}
	if (item->from >= GUESTS) {
		mac_of(smac, 4, item->from - GUESTS);
		mac_of(dmac, 3, item->from - GUESTS);
		wire_send(item->from, smac, dmac, &packet);
		return;
	}
	nic = nic_of(twin_nic_by_dev(&policy, item->question.from));
	to = neighbour(nic, &t->dst);
	guest_mac(smac, item->from);
	if (to >= 0)
		guest_mac(dmac, to);
	else if (nic->bridge)
		mac_of(dmac, 2, nic->bridge);
	else
		mac_of(dmac, 1, item->from);
	wire_send(item->from, smac, dmac, &packet);
}

/* ---- what became of them ---- */

static void catch_all(unsigned int number)
{
	struct wire_packet packet;
	struct item *item;
	int place;

	while (wire_catch(&place, &packet)) {
		if (packet.number < number || packet.number >= number + nitems)
			continue;
		item = &items[packet.number - number];
		item->arrived = place;
		memset(&item->as, 0, sizeof(item->as));
		item->as.src.family = packet.family;
		item->as.dst.family = packet.family;
		memcpy(item->as.src.b, packet.src, 16);
		memcpy(item->as.dst.b, packet.dst, 16);
		item->as.proto = packet.proto;
		item->as.sport = packet.sport;
		item->as.dport = packet.dport;
		item->as.type = packet.type;
		item->as.code = packet.code;
	}
}

static bool same_tuple(const struct epacl_tuple *a, const struct epacl_tuple *b)
{
	return twin_same_ip(&a->src, &b->src) &&
	       twin_same_ip(&a->dst, &b->dst) && a->dport == b->dport &&
	       (a->sport == b->sport || !twin_has_ports(a->proto)) &&
	       a->proto == b->proto;
}

static bool as_expected(const struct item *item)
{
	const struct twin_explanation *x = &item->answer;

	if (item->arrived != item->expected)
		return false;
	/* What is translated on the way out of here the twin does not say. */
	if (item->arrived == NOWHERE || item->arrived >= GUESTS)
		return true;
	return same_tuple(&x->legs[x->nlegs - 1].tuple, &item->as);
}

static void print_item(const struct item *item)
{
	char from[16], expected[16], arrived[16];
	const struct twin_leg *leg;
	unsigned int i;

	printf("from %s to be at %s, is at %s\n", place_text(item->from, from),
	       place_text(item->expected, expected),
	       place_text(item->arrived, arrived));
	fflush(stdout);
	print_tuple("  sent", &item->question.tuple);
	for (i = 0; i < item->answer.nlegs; i++) {
		leg = &item->answer.legs[i];
		print_tuple("  judged", &leg->tuple);
		fprintf(stderr, "    %s %s: %s\n",
			leg->direction == EPACL_IN ? "in to" : "out of",
			leg->at.vm < 0 ? "no VM" : policy.vms[leg->at.vm].name,
			reason_word(leg->answer.reason));
	}
	if (item->arrived != NOWHERE)
		print_tuple("  arrived", &item->as);
}

/* ---- counters ---- */

static int vm_number(const char *object)
{
	const char *at = strstr(object, "\"vm\":\"");
	unsigned int i;
	size_t len;

	for (i = 0; at && i < policy.nvms; i++) {
		len = strlen(policy.vms[i].name);
		if (!strncmp(at + 6, policy.vms[i].name, len) &&
		    at[6 + len] == '"')
			return i;
	}
	return NO_VM;
}

static u8 reason_number(const char *object)
{
	const char *at = strstr(object, "\"reason\":\"");
	size_t len;
	u8 i;

	for (i = 0; at && i < EPACL_REASON_COUNT; i++) {
		len = strlen(reason_word(i));
		if (!strncmp(at + 10, reason_word(i), len) &&
		    at[10 + len] == '"')
			return i;
	}
	fprintf(stderr, "what reason is this? %s\n", object);
	exit(2);
}

/* The tool's JSON: flat objects. */
static void read_counts(struct count *c)
{
	char line[1 << 16], *object;
	const char *packets;
	bool out;
	FILE *f;

	memset(c, 0, sizeof(*c));
	snprintf(line, sizeof(line), "%s -j list reasons", aclctl);
	f = popen(line, "r");
	line[f ? fread(line, 1, sizeof(line) - 1, f) : 0] = 0;
	if (!f || pclose(f)) {
		fprintf(stderr, "the counters cannot be read\n");
		exit(2);
	}
	for (object = strtok(line, "{"); object; object = strtok(NULL, "{")) {
		packets = strstr(object, "\"packets\":");
		if (!packets)
			continue;
		out = strstr(object, "\"direction\":\"out\"");
		c->n[vm_number(object)][out ? EPACL_OUT : EPACL_IN]
		    [reason_number(object)] = strtoul(packets + 10, NULL, 10);
	}
}

/* What the packets that were sent should have added. */
static void add_expected(struct count *c)
{
	const struct twin_leg *leg;
	unsigned int i, k;

	for (i = 0; i < nitems; i++)
		for (k = 0; k < items[i].answer.nlegs; k++) {
			leg = &items[i].answer.legs[k];
			c->n[leg->at.vm < 0 ? NO_VM : leg->at.vm]
			    [leg->direction][leg->answer.reason]++;
		}
}

/* Those that should have been counted so. */
static void print_counted(unsigned int vm, u8 direction, u8 reason)
{
	const struct twin_leg *leg;
	unsigned int i, k;

	for (i = 0; i < nitems; i++)
		for (k = 0; k < items[i].answer.nlegs; k++) {
			leg = &items[i].answer.legs[k];
			if ((int)vm == (leg->at.vm < 0 ? NO_VM : leg->at.vm) &&
			    direction == leg->direction &&
			    reason == leg->answer.reason)
				print_item(&items[i]);
		}
}

/* Return: how many packets were not counted as they should. */
static unsigned long compare_counts(const struct count *want,
				    const struct count *have)
{
	unsigned long bad = 0, a, b;
	unsigned int vm, d, r;

	for (vm = 0; vm <= NO_VM; vm++)
		for (d = 0; d < EPACL_DIRECTIONS; d++)
			for (r = 0; r < EPACL_REASON_COUNT; r++) {
				a = want->n[vm][d][r];
				b = have->n[vm][d][r];
				if (a == b || r == EPACL_REASON_ESSENTIAL)
					continue;
				printf("%s %s %s: %+ld\n",
				       vm == NO_VM ? "no VM" :
						     policy.vms[vm].name,
				       d == EPACL_IN ? "in" : "out",
				       reason_word(r), (long)(b - a));
				if (a > b)
					print_counted(vm, d, r);
				bad += a > b ? a - b : b - a;
			}
	return bad;
}

/* ---- a policy ---- */

static void one_policy(unsigned long n, unsigned int packets,
		       unsigned int number)
{
	struct count want, have;
	unsigned long bad = 0;
	unsigned int i;

	draw_policy();
	load_policy();
	draw_items(packets, number);
	read_counts(&want);
	add_expected(&want);
	for (i = 0; i < nitems; i++)
		send_item(&items[i], number + i);
	catch_all(number);
	read_counts(&have);
	for (i = 0; i < nitems; i++)
		if (!as_expected(&items[i])) {
			print_item(&items[i]);
			bad++;
		}
	bad += compare_counts(&want, &have);
	if (bad) {
		printf("policy %lu: %lu\n", n, bad);
		fflush(stdout);
		print_policy(&policy);
	}
	wrong += bad;
}

int main(int argc, char **argv)
{
	unsigned long policies, i;
	unsigned int packets;

	if (argc != 6) {
		fputs("usage: twin-packets SEED POLICIES PACKETS DIR ACLCTL\n",
		      stderr);
		return 2;
	}
	random_begin(strtoull(argv[1], NULL, 0));
	policies = strtoul(argv[2], NULL, 0);
	packets = strtoul(argv[3], NULL, 0);
	if (packets > PACKETS_MAX)
		packets = PACKETS_MAX;
	dir = argv[4];
	aclctl = argv[5];
	open_places();
	for (i = 0; i < policies; i++)
		one_policy(i, packets, 1 + i * packets);
	printf("%lu packets: %lu other than expected\n", policies * packets,
	       wrong);
	return wrong ? 1 : 0;
}
