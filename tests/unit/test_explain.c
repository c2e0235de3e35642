// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What explain says, against the twin: random questions about random policies,
 * and questions that have one right answer.
 */
#include <stdio.h>
#include <stdlib.h>
#include <check.h>
#include <linux/errno.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/kernel.h>
#include "agree.h"
#include "ops.h"
#include "station.h"

#define QUESTIONS_PER_POLICY 50

/* ---- random questions ---- */

/* What the endpoints of @ip's VM, or its VIPs, are asked for. */
static u16 likely_port(const struct twin_policy *p)
{
	const struct twin_vm *vm = &p->vms[below(p->nvms)];
	const struct twin_endpoint *endpoint;

	if (!vm->nendpoints || chance(30))
		return random_port();
	endpoint = &vm->endpoints[below(vm->nendpoints)];
	if (endpoint->npublics && chance(70))
		return endpoint->publics[below(endpoint->npublics)].port +
		       below(endpoint->ports.hi - endpoint->ports.lo + 1);
	return endpoint->ports.lo + below(2);
}

/* A VIP with what it is for; false: the policy has none. */
static bool aim_at_public(const struct twin_policy *p, struct epacl_tuple *t)
{
	const struct twin_vm *vm = &p->vms[below(p->nvms)];
	const struct twin_endpoint *endpoint;
	const struct epacl_public *public;

	if (!vm->nendpoints)
		return false;
	endpoint = &vm->endpoints[below(vm->nendpoints)];
	if (!endpoint->npublics)
		return false;
	public = &endpoint->publics[below(endpoint->npublics)];
	t->proto = endpoint->proto;
	t->dst = public->ip;
	t->dport = public->port +
		   below(endpoint->ports.hi - endpoint->ports.lo + 1);
	return true;
}

/* An endpoint by the address and the port of the VM itself. */
static bool aim_at_endpoint(const struct twin_policy *p, struct epacl_tuple *t)
{
	const struct twin_vm *vm = &p->vms[below(p->nvms)];
	const struct twin_nic *nic = &vm->nics[below(vm->nnics)];
	const struct twin_endpoint *endpoint;

	if (!vm->nendpoints)
		return false;
	endpoint = &vm->endpoints[below(vm->nendpoints)];
	if (endpoint->proto == EPACL_PROTO_ANY)
		return false;
	t->proto = endpoint->proto;
	t->dst = nic->prefixes[below(nic->n)].ip;
	t->dport = endpoint->ports.lo;
	return true;
}

static void random_tuple(const struct twin_policy *p, struct epacl_tuple *t)
{
	u8 family = random_family();

	memset(t, 0, sizeof(*t));
	if (!(chance(35) && aim_at_public(p, t)) &&
	    !(chance(35) && aim_at_endpoint(p, t))) {
		t->proto = random_proto(family);
		t->dst = random_ip(p, family);
		t->dport = likely_port(p);
	}
	t->src = random_ip(p, t->dst.family);
	t->sport = random_port();
	if (!twin_has_ports(t->proto)) {
		t->sport = 0;
		t->dport = 0;
	}
	if (t->proto == IPPROTO_ICMP)
		t->type = chance(70) ? 8 : 13;
	if (t->proto == IPPROTO_ICMPV6)
		t->type = 128;
	if (t->proto == IPPROTO_ICMP || t->proto == IPPROTO_ICMPV6)
		t->code = chance(80) ? 0 : 1;
}

static void random_from(const struct twin_policy *p, struct epacl_question *q)
{
	static const char *const devs[] = { "eth0", "eth1", "eth2", "br9" };
	const struct twin_nic *nic;
	struct twin_at at;
	unsigned int i;

	switch (below(8)) {
	case 0: /* a nic, with whatever source */
		at = random_nic(p);
		memcpy(q->from, p->vms[at.vm].nics[at.nic].dev, TWIN_NAME);
		return;
	case 1:
	case 2: /* a nic, with a source of its own */
		at = random_nic(p);
		nic = &p->vms[at.vm].nics[at.nic];
		memcpy(q->from, nic->dev, TWIN_NAME);
		for (i = 0; i < nic->n; i++)
			if (nic->prefixes[i].ip.family == q->tuple.dst.family)
				q->tuple.src = nic->prefixes[i].ip;
		return;
	case 3:
	case 4:
		snprintf(q->from, sizeof(q->from), "%s", one_of(devs));
		return;
	case 5: /* the host, with an address of its own */
		for (i = 0; i < p->nhost; i++)
			if (p->host[i].family == q->tuple.dst.family) {
				q->tuple.src = p->host[i];
				q->from_host = true;
			}
		return;
	default:
		return;
	}
}

/* What was asked, so that it is seen that nothing is asked for nothing. */
static struct {
	unsigned long questions, permit, no_vm, refused;
	unsigned long reasons[EPACL_REASON_COUNT];
	unsigned long second_leg, endpoint_layer, by_rule;
} seen;

static void note(const struct twin_explanation *x)
{
	const struct twin_leg *last;
	unsigned int i;

	seen.questions++;
	seen.refused += x->refused;
	if (x->refused || !x->nlegs) {
		seen.no_vm += !x->refused;
		return;
	}
	last = &x->legs[x->nlegs - 1];
	seen.permit += x->permit;
	seen.reasons[last->answer.reason]++;
	seen.second_leg += x->nlegs == 2;
	for (i = 0; i < last->answer.nasked; i++) {
		seen.endpoint_layer += last->answer.asked[i].endpoint >= 0;
		seen.by_rule += last->answer.asked[i].order > 0;
	}
}

static void print_question(const struct epacl_question *q)
{
	print_tuple("question", &q->tuple);
	fprintf(stderr, "  from '%s'%s\n", q->from,
		q->from_host ? ", by the host" : "");
}

static void ask(const struct model *m, const struct twin_policy *p, u64 seed)
{
	struct twin_explanation twin;
	struct epacl_question q = {};
	struct epacl_explanation out;
	struct epacl_refusal why;
	int err;

	random_tuple(p, &q.tuple);
	random_from(p, &q);
	twin_explain(p, &q, &twin);
	err = epacl_explain(m->snap, &m->host, &q, &out, &why);
	note(&twin);
	if (agree_explanation(p, &twin, err, &out))
		return;
	fprintf(stderr, "seed %#llx, question %lu\n", (unsigned long long)seed,
		seen.questions);
	print_policy(p);
	print_question(&q);
	print_explanations(p, &twin, err, &out);
	ck_abort_msg("twin and module disagree");
}

START_TEST(test_random)
{
	unsigned long cases = random_cases(120000);
	u64 seed = random_begin(0xac1);
	static struct twin_policy p;
	struct model m;
	unsigned int i;

	memset(&seen, 0, sizeof(seen));
	while (seen.questions < cases) {
		random_model(&m, &p);
		for (i = 0; i < QUESTIONS_PER_POLICY; i++)
			ask(&m, &p, seed);
		model_free(&m);
	}
	if (getenv("TWIN_SEEN")) {
		fprintf(stderr,
			"%lu questions: %lu permit, %lu no VM, %lu refused, %lu with two legs, %lu endpoint layers, %lu rules\n",
			seen.questions, seen.permit, seen.no_vm, seen.refused,
			seen.second_leg, seen.endpoint_layer, seen.by_rule);
		for (i = 0; i < EPACL_REASON_COUNT; i++)
			fprintf(stderr, "  %s %lu\n", reason_word(i),
				seen.reasons[i]);
	}
	/* A generator that no longer meets anything tests nothing. */
	if (cases >= 10000) {
		ck_assert_uint_gt(seen.reasons[EPACL_REASON_PERMIT],
				  cases / 20);
		ck_assert_uint_gt(seen.reasons[EPACL_REASON_ACL], cases / 50);
		ck_assert_uint_gt(seen.reasons[EPACL_REASON_SPOOF], cases / 50);
		ck_assert_uint_gt(seen.reasons[EPACL_REASON_NO_ENDPOINT],
				  cases / 50);
		ck_assert_uint_gt(seen.second_leg, cases / 50);
		ck_assert_uint_gt(seen.by_rule, cases / 50);
	}
}
END_TEST

/* ---- by the letter ---- */

static struct twin_policy world;
static struct model model;

static void set_up(const char *const *lines, unsigned int n)
{
	int err = model_lines(&model, lines, n);

	ck_assert_msg(!err, "%s", err ? model.why.text : "");
	memset(&world, 0, sizeof(world));
	world.host[world.nhost++] = ip4(192, 0, 2, 1);
	model.twin = &world;
}

static void tear_down(void)
{
	model_free(&model);
}

static struct epacl_explanation answer;

/* Return: as epacl_explain(). */
static int explain(u8 proto, const char *src, u16 sport, const char *dst,
		   u16 dport, const char *from)
{
	struct epacl_question q = {
		.tuple = {
			.src = ip_parse(src),
			.dst = ip_parse(dst),
			.sport = sport,
			.dport = dport,
			.proto = proto,
		},
	};
	struct epacl_refusal why;

	if (from && !strcmp(from, "host"))
		q.from_host = true;
	else if (from)
		snprintf(q.from, sizeof(q.from), "%s", from);
	return epacl_explain(model.snap, &model.host, &q, &answer, &why);
}

static const struct epacl_leg *last_leg(void)
{
	ck_assert_uint_gt(answer.nlegs, 0);
	return &answer.legs[answer.nlegs - 1];
}

#define ck_assert_reason(word) \
	ck_assert_str_eq(reason_word(last_leg()->answer.reason), word)

/* The rule that decided last; 0: a default did. */
static unsigned int last_order(void)
{
	const struct epacl_answer *a = &last_leg()->answer;

	ck_assert_uint_gt(a->nasked, 0);
	return a->asked[a->nasked - 1].rule ?
		       a->asked[a->nasked - 1].rule->order :
		       0;
}

/* The example of the document, as far as it goes without groups and subnets. */
static const char *const example[] = {
	"add service canis-testvms vip 203.0.113.10",
	"add vnet testvirtualnetwork prefix 10.1.0.0/16",
	"add vm canis-testvm1 service canis-testvms",
	"add nic canis-testvm1 dev vnet0 address 10.1.0.4 "
	"vnet testvirtualnetwork",
	"add vnet waltervirtualnetwork prefix 10.2.0.0/16 "
	"peer 192.168.0.0/16 uplink wg0",
	"add nic canis-testvm1 dev vnet7 address 10.7.0.4 "
	"mac 52:54:00:12:34:56",
	"add vm sql12-01",
	"add nic sql12-01 dev vnet2 address 10.2.1.4 "
	"vnet waltervirtualnetwork",
	"add endpoint sql12-01/mssql tcp 1433 public 203.0.113.20:14333",
	"add rule sql12-01/mssql 100 permit 203.0.113.10/32 name \"front ends\"",
	"add rule vm sql12-01 out 100 permit 192.168.0.0/16 proto tcp",
};

START_TEST(test_example)
{
	set_up(example, ARRAY_SIZE(example));

	/* from outside: the list permits the front ends only */
	ck_assert_int_eq(explain(6, "198.51.100.9", 40000, "203.0.113.20",
				 14333, NULL),
			 0);
	ck_assert(!answer.permit);
	ck_assert_uint_eq(answer.nlegs, 1);
	ck_assert_reason("acl");
	ck_assert_uint_eq(last_order(), 0);

	/* a front end: it comes with the VIP of its service */
	ck_assert_int_eq(explain(6, "10.1.0.4", 40000, "203.0.113.20", 14333,
				 NULL),
			 0);
	ck_assert(answer.permit);
	ck_assert_uint_eq(answer.nlegs, 2);
	ck_assert_uint_eq(last_leg()->answer.asked[0].rule->order, 100);
	ck_assert_uint_eq(last_leg()->tuple.src.b[0], 203);
	ck_assert_uint_eq(last_leg()->tuple.src.b[3], 10);
	ck_assert_uint_eq(last_leg()->tuple.dport, 1433);

	/* the private port is not for the outside */
	ck_assert_int_eq(explain(6, "198.51.100.9", 1, "10.2.1.4", 1433, NULL),
			 0);
	ck_assert_reason("no-endpoint");
	/* but for on-premises, behind the VPN, nothing is closed */
	ck_assert_int_eq(explain(6, "192.168.3.3", 1, "10.2.1.4", 5723, NULL),
			 0);
	ck_assert(answer.permit);
	/* which comes in at the VPN and nowhere else */
	ck_assert_int_eq(explain(6, "192.168.3.3", 1, "10.2.1.4", 5723, "eth0"),
			 0);
	ck_assert_reason("spoof");

	/* out to on-premises only, the own vnet included */
	ck_assert_int_eq(explain(6, "10.2.1.4", 1, "192.168.3.3", 80, NULL), 0);
	ck_assert(answer.permit);
	ck_assert_uint_eq(last_order(), 100);
	ck_assert_int_eq(explain(6, "10.2.1.4", 1, "10.2.1.5", 80, NULL), 0);
	ck_assert_reason("acl");
	ck_assert_uint_eq(last_order(), 0);

	/* a VIP that nothing translates: one leg, of no VM */
	ck_assert_int_eq(explain(6, "198.51.100.9", 1, "203.0.113.10", 22,
				 NULL),
			 0);
	ck_assert_uint_eq(answer.nlegs, 1);
	ck_assert_ptr_null(last_leg()->nic);
	ck_assert_reason("no-endpoint");
	ck_assert_int_eq(explain(1, "198.51.100.9", 0, "203.0.113.20", 0,
				 "host"),
			 0);
	ck_assert_reason("no-endpoint");

	/* and what concerns no VM */
	ck_assert_int_eq(explain(6, "198.51.100.9", 1, "198.51.100.10", 22,
				 NULL),
			 0);
	ck_assert(answer.permit);
	ck_assert_uint_eq(answer.nlegs, 0);
	tear_down();
}
END_TEST

/* A question is no sign of life. */
START_TEST(test_leaves_no_trace)
{
	const struct epacl_station *station;

	set_up(example, ARRAY_SIZE(example));
	station = epacl_snapshot_dev(model.snap, "vnet0")->nic->station;
	ck_assert_int_eq(explain(6, "10.1.0.4", 1, "203.0.113.20", 14333,
				 "vnet0"),
			 0);
	ck_assert_int_eq(explain(58, "fe80::1", 0, "ff02::1", 0, "vnet0"), 0);
	ck_assert(!station->heard);
	ck_assert_uint_eq(epacl_station_mac(station), 0);
	ck_assert_uint_eq(atomic64_read(&station->link_local[0]), 0);
	tear_down();
}
END_TEST

/*
 * Without a word on where it comes from a source inside comes in at the first
 * uplink; where there is none, from outside: what really came would be spoof.
 */
START_TEST(test_no_uplink)
{
	static const char *const lines[] = {
		"add vnet red prefix 10.1.0.0/16",
		"add vm one",
		"add nic one dev t0 address 10.1.0.4 vnet red",
	};
	static const char *const uplink[] = { "change vnet red uplink eth1" };

	set_up(lines, ARRAY_SIZE(lines));
	ck_assert_int_eq(explain(6, "10.1.0.77", 1, "10.1.0.4", 80, "eth0"), 0);
	ck_assert_reason("spoof");
	ck_assert_int_eq(explain(6, "10.1.0.77", 1, "10.1.0.4", 80, NULL), 0);
	ck_assert_reason("spoof");
	ck_assert_int_eq(model_change(&model, uplink, 1), 0);
	ck_assert_int_eq(explain(6, "10.1.0.77", 1, "10.1.0.4", 80, NULL), 0);
	ck_assert_reason("permit");
	tear_down();
}
END_TEST

/* "An address that several nics could own needs from." */
START_TEST(test_several_owners)
{
	static const char *const lines[] = {
		"add vnet red prefix 10.1.0.0/16",
		"add vnet pink prefix 10.1.0.0/16",
		"add vm one",
		"add vm two",
		"add nic one dev t0 address 10.1.0.4,172.16.0.0/16 vnet red",
		"add nic two dev t1 address 10.1.0.4,172.16.1.0/24 vnet pink",
	};
	static const char *const srcs[] = { "10.1.0.4", "172.16.1.7" };

	set_up(lines, ARRAY_SIZE(lines));
	ck_assert_int_eq(explain(6, srcs[_i], 1, "198.51.100.9", 80, NULL),
			 -EINVAL);
	ck_assert_int_eq(explain(6, srcs[_i], 1, "198.51.100.9", 80, "t1"), 0);
	ck_assert(answer.permit);
	ck_assert_str_eq(last_leg()->nic->nic->dev, "t1");
	ck_assert_int_eq(explain(6, "172.16.2.7", 1, "198.51.100.9", 80, NULL),
			 0);
	ck_assert_str_eq(last_leg()->nic->nic->dev, "t0");
	ck_assert_int_eq(explain(6, srcs[_i], 1, "198.51.100.9", 80,
				 "nowhere0"),
			 -EINVAL);
	tear_down();
}
END_TEST

/* What every guest sends first is permitted, and explain says so. */
START_TEST(test_dhcp)
{
	set_up(example, ARRAY_SIZE(example));
	ck_assert_int_eq(explain(17, "0.0.0.0", 68, "255.255.255.255", 67,
				 "vnet0"),
			 0);
	ck_assert_reason("essential");
	ck_assert_int_eq(explain(17, "0.0.0.0", 68, "255.255.255.255", 53,
				 "vnet0"),
			 0);
	ck_assert_reason("spoof");
	tear_down();
}
END_TEST

/* The host is outside whatever its address, but may use the private port. */
START_TEST(test_host)
{
	set_up(example, ARRAY_SIZE(example));
	ck_assert_int_eq(explain(6, "192.0.2.1", 1, "10.2.1.4", 1433, "host"),
			 0);
	ck_assert_reason("acl");
	ck_assert_int_eq(explain(6, "192.0.2.1", 1, "10.2.1.4", 5723, "host"),
			 0);
	ck_assert_reason("no-endpoint");
	ck_assert_int_eq(explain(6, "10.2.1.77", 1, "10.2.1.4", 5723, "host"),
			 0);
	ck_assert_reason("no-endpoint");
	tear_down();
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("explain");
	TCase *random = tcase_create("random");
	TCase *letter = tcase_create("letter");

	tcase_set_timeout(random, 600);
	tcase_add_test(random, test_random);
	suite_add_tcase(s, random);
	tcase_add_test(letter, test_example);
	tcase_add_test(letter, test_leaves_no_trace);
	tcase_add_test(letter, test_no_uplink);
	tcase_add_loop_test(letter, test_several_owners, 0, 2);
	tcase_add_test(letter, test_dhcp);
	tcase_add_test(letter, test_host);
	suite_add_tcase(s, letter);
	return s;
}

int main(void)
{
	SRunner *runner = srunner_create(suite());
	int failed;

	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
