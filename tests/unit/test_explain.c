// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What explain says, against the twin: random questions about random policies,
 * and questions that have one right answer.
 */
#include <stdio.h>
#include <stdlib.h>
#include <linux/errno.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/kernel.h>
#include "agree.h"
#include "ops.h"
#include "run.h"
#include "station.h"

#define QUESTIONS_PER_POLICY 50

/* ---- random questions ---- */

/* What was asked, so that it is seen that nothing is asked for nothing. */
static struct {
	unsigned long questions, permit, no_vm, refused;
	unsigned long reasons[EPACL_REASON_COUNT];
	unsigned long layers[EPACL_OWNER_MAX + 1];
	unsigned long second_leg, named, by_rule;
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
		seen.layers[last->answer.asked[i].owner]++;
		seen.named += !!last->answer.asked[i].use;
		seen.by_rule += last->answer.asked[i].order > 0;
	}
}

static void print_question(const struct twin_made_up *q)
{
	print_tuple("question", &q->tuple);
	fprintf(stderr, "  from '%s'%s%s reqid %u\n", q->from,
		q->from_host ? ", by the host" : "",
		q->secure ? ", secure" : "", q->reqid);
}

/* The question of the twin, as the module takes it. */
static struct epacl_question question_of(const struct twin_made_up *q)
{
	struct epacl_question question = {
		.tuple = q->tuple,
		.from_host = q->from_host,
	};

	memcpy(question.from, q->from, sizeof(question.from));
	if (q->secure) {
		question.security.n = 1;
		question.security.reqid[0] = q->reqid;
	}
	return question;
}

static void ask(const struct model *m, const struct twin_policy *p, u64 seed)
{
	struct twin_explanation twin;
	struct twin_made_up q;
	struct epacl_question question;
	struct epacl_explanation out;
	struct epacl_refusal why;
	int err;

	random_made_up(p, &q);
	twin_explain(p, &q, &twin);
	question = question_of(&q);
	err = epacl_explain(m->snap, &m->host, &question, &out, &why);
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
	unsigned long cases = random_cases(200000);
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
			"%lu questions: %lu permit, %lu no VM, %lu refused, %lu with two legs, %lu named lists, %lu rules\n",
			seen.questions, seen.permit, seen.no_vm, seen.refused,
			seen.second_leg, seen.named, seen.by_rule);
		for (i = 0; i <= EPACL_OWNER_MAX; i++)
			fprintf(stderr, "  layers of kind %u: %lu\n", i,
				seen.layers[i]);
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
		ck_assert_uint_gt(seen.reasons[EPACL_REASON_IPSEC_REQUIRED],
				  cases / 500);
		ck_assert_uint_gt(seen.layers[EPACL_OWNER_ENDPOINT],
				  cases / 50);
		ck_assert_uint_gt(seen.layers[EPACL_OWNER_LBSET], cases / 50);
		ck_assert_uint_gt(seen.layers[EPACL_OWNER_SUBNET], cases / 50);
		ck_assert_uint_gt(seen.layers[EPACL_OWNER_GROUP], cases / 50);
		ck_assert_uint_gt(seen.layers[EPACL_OWNER_VM], cases / 50);
		ck_assert_uint_gt(seen.named, cases / 50);
		ck_assert_uint_gt(seen.second_leg, cases / 50);
		ck_assert_uint_gt(seen.by_rule, cases / 50);
	}
}
END_TEST

/* What is refused, and what is not: chance makes both. */
START_TEST(test_refused)
{
	unsigned long cases = random_cases(5000), n, refused = 0;
	static struct twin_policy p;
	struct model m;
	bool valid;
	int err;

	random_begin(0xbad);
	for (n = 0; n < cases; n++) {
		random_policy(&p);
		valid = policy_is_valid(&p);
		err = model_build(&m, &p);
		refused += !valid;
		if (valid == !err) {
			if (!err)
				model_free(&m);
			continue;
		}
		print_policy(&p);
		ck_abort_msg("policy %lu is %s, but: %s", n,
			     valid ? "valid" : "not",
			     err ? m.why.text : "it was taken");
	}
	if (cases >= 1000)
		ck_assert_uint_gt(refused, cases / 10);
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
	return epacl_asked_rule(&a->asked[a->nasked - 1]) ?
		       epacl_asked_rule(&a->asked[a->nasked - 1])->order :
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
	ck_assert_uint_eq(epacl_asked_rule(&last_leg()->answer.asked[0])->order,
			  100);
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

/*
 * The VIP of an lbset leads to the member that the source hashes to, and to no
 * other: an inside source that is forged for that one is spoof, whatever it
 * would be for the rest.
 */
START_TEST(test_forged_for_the_member)
{
	static const char *const lines[] = {
		"add vnet red prefix 10.1.0.0/16",
		"add vnet blue prefix 10.2.0.0/16",
		"add lbset lb tcp public 203.0.113.10:80",
		"add vm one",
		"add nic one dev t0 address 10.2.0.4 vnet blue",
		"add endpoint one/web tcp 22 lbset lb",
		"add vm two",
		"add nic two dev t1 address 10.1.0.6 vnet red",
		"add endpoint two/web tcp 80 lbset lb",
	};
	unsigned int i, red = 0;
	char src[32];

	set_up(lines, ARRAY_SIZE(lines));
	for (i = 60; i < 80; i++) {
		snprintf(src, sizeof(src), "10.1.0.%u", i);
		ck_assert_int_eq(explain(6, src, 1, "203.0.113.10", 80, "eth0"),
				 0);
		if (!strcmp(last_leg()->nic->nic->dev, "t1")) {
			ck_assert_reason("spoof");
			red++;
		} else {
			ck_assert_reason("permit");
		}
	}
	ck_assert_uint_gt(red, 0);
	ck_assert_uint_lt(red, 20);
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

/* Where a guard lets nothing pass: one leg, of no VM. */
START_TEST(test_guarded)
{
	static const char *const lines[] = {
		"add guard t*",
		"add vm one",
		"add nic one dev t0 address 10.1.0.4",
		"add endpoint one/web tcp 80",
	};

	set_up(lines, ARRAY_SIZE(lines));
	ck_assert_int_eq(explain(6, "10.1.0.4", 1, "198.51.100.9", 80, "t0"),
			 0);
	ck_assert_reason("permit");
	ck_assert_int_eq(explain(6, "198.51.100.9", 1, "10.1.0.4", 80, "eth0"),
			 0);
	ck_assert_reason("permit");
	ck_assert_int_eq(explain(6, "198.51.100.9", 1, "10.1.0.4", 80, "t1"),
			 0);
	ck_assert(!answer.permit);
	ck_assert_uint_eq(answer.nlegs, 1);
	ck_assert_ptr_null(last_leg()->nic);
	ck_assert_uint_eq(last_leg()->direction, EPACL_OUT);
	ck_assert_reason("guard");
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
	tcase_add_test(random, test_refused);
	suite_add_tcase(s, random);
	tcase_add_test(letter, test_example);
	tcase_add_test(letter, test_leaves_no_trace);
	tcase_add_test(letter, test_no_uplink);
	tcase_add_loop_test(letter, test_several_owners, 0, 2);
	tcase_add_test(letter, test_forged_for_the_member);
	tcase_add_test(letter, test_dhcp);
	tcase_add_test(letter, test_host);
	tcase_add_test(letter, test_guarded);
	suite_add_tcase(s, letter);
	return s;
}

int main(void)
{
	return run_suite(suite());
}
