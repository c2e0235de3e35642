// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lists of rules with several dimensions, as ClassBench writes them, and what they
 * say of packets, with its trace if there is one, or with packets from the corners
 * of the rules. EPACL_CLASSBENCH and EPACL_CLASSBENCH_TRACE name files in place of
 * tests/data/classbench.txt; then the time of a look-up is told, too.
 *
 * A rule of ours names the remote alone. So the destination is the remote here, and
 * each source a VM of its own, with the rules that name it; and, for long lists,
 * one VM has all rules, whatever their source. The flags of TCP are left out.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <linux/kernel.h>
#include "rule_lists.h"
#include "run.h"

#define HEADERS_MAX 16384
#define ROUNDS 200

struct filter {
	struct epacl_prefix src;
	struct epacl_prefix dst;
	struct epacl_ports sports;
	struct epacl_ports dports;
	u8 proto;
	bool any_proto;
};

struct header {
	struct epacl_ip src;
	struct epacl_ip dst;
	u16 sport;
	u16 dport;
	u8 proto;
};

static struct filter filters[RULES_MAX];
static struct header headers[HEADERS_MAX];
static unsigned int nfilters, nheaders;

/* ---- reading ---- */

static FILE *open_file(const char *path)
{
	FILE *f = fopen(path, "r");

	ck_assert_msg(f, "%s cannot be read", path);
	return f;
}

static struct epacl_ip ip_of(u32 number)
{
	return ip4(number >> 24, number >> 16, number >> 8, number);
}

static void read_filters(const char *path)
{
	unsigned int s[5], d[5], sports[2], dports[2], proto, mask;
	FILE *f = open_file(path);
	struct filter *filter;

	while (fscanf(f,
		      " @%u.%u.%u.%u/%u %u.%u.%u.%u/%u %u : %u %u : %u %x/%x%*[^\n]",
		      &s[0], &s[1], &s[2], &s[3], &s[4], &d[0], &d[1], &d[2],
		      &d[3], &d[4], &sports[0], &sports[1], &dports[0],
		      &dports[1], &proto, &mask) == 16) {
		ck_assert_uint_lt(nfilters, RULES_MAX);
		filter = &filters[nfilters++];
		filter->src = prefix_of(ip4(s[0], s[1], s[2], s[3]), s[4]);
		filter->dst = prefix_of(ip4(d[0], d[1], d[2], d[3]), d[4]);
		filter->sports.lo = sports[0];
		filter->sports.hi = sports[1];
		filter->dports.lo = dports[0];
		filter->dports.hi = dports[1];
		filter->proto = proto;
		filter->any_proto = !mask;
	}
	ck_assert(feof(f));
	fclose(f);
}

static void read_trace(const char *path)
{
	unsigned int src, dst, sport, dport, proto;
	FILE *f = open_file(path);

	while (fscanf(f, "%u %u %u %u %u%*[^\n]", &src, &dst, &sport, &dport,
		      &proto) == 5) {
		ck_assert_uint_lt(nheaders, HEADERS_MAX);
		headers[nheaders++] = (struct header){ .src = ip_of(src),
						       .dst = ip_of(dst),
						       .sport = sport,
						       .dport = dport,
						       .proto = proto };
	}
	ck_assert(feof(f));
	fclose(f);
}

/* First or last of a prefix, or just beside. */
static struct epacl_ip corner_ip(const struct epacl_prefix *prefix)
{
	u32 first = (u32)prefix->ip.b[0] << 24 | prefix->ip.b[1] << 16 |
		    prefix->ip.b[2] << 8 | prefix->ip.b[3];
	u32 last = first | (u32)(0xffffffffULL >> prefix->len);

	return ip_of((below(2) ? first : last) + (below(8) ? 0 : below(3) - 1));
}

static u16 corner_port(const struct epacl_ports *ports)
{
	return (below(2) ? ports->lo : ports->hi) +
	       (below(8) ? 0 : below(3) - 1);
}

static void draw_headers(void)
{
	const struct filter *f;

	random_begin(0xc1a55);
	for (nheaders = 0; nheaders < HEADERS_MAX / 4; nheaders++) {
		f = &filters[below(nfilters)];
		headers[nheaders] = (struct header){
			/* Of few VMs. */
			.src = filters[below(nfilters)].src.ip,
			.dst = corner_ip(&f->dst),
			.sport = corner_port(&f->sports),
			.dport = corner_port(&f->dports),
			.proto = f->any_proto ? 17 : f->proto,
		};
		if (below(2))
			headers[nheaders].src = f->src.ip;
	}
}

static void setup(void)
{
	const char *rules = getenv("EPACL_CLASSBENCH");
	const char *trace = getenv("EPACL_CLASSBENCH_TRACE");

	nfilters = nheaders = 0;
	read_filters(rules ?: "tests/data/classbench.txt");
	ck_assert_uint_gt(nfilters, 100);
	if (trace)
		read_trace(trace);
	else
		draw_headers();
	ck_assert_uint_gt(nheaders, 1000);
}

/* ---- as lists of ours ---- */

static void add(unsigned int i)
{
	const struct filter *f = &filters[i];

	list.twin[list.n++] = (struct twin_rule){
		.order = i + 1,
		.permit = i & 1,
		.any_remote = !f->dst.len,
		.remote = f->dst,
		.proto = f->any_proto ? EPACL_PROTO_ANY : f->proto,
		.nlports = f->sports.lo || f->sports.hi != 65535,
		.lports = { f->sports },
		.nrports = f->dports.lo || f->dports.hi != 65535,
		.rports = { f->dports },
	};
}

static void build(const struct epacl_ip *src)
{
	unsigned int i;

	list.n = 0;
	list.deflt = EPACL_DEFAULT_AUTO;
	for (i = 0; i < nfilters; i++)
		if (!src || epacl_prefix_holds(&filters[i].src, src))
			add(i);
	list_build();
}

static struct epacl_key key_of(const struct header *h)
{
	return (struct epacl_key){
		.proto = h->proto,
		.has_ports = twin_has_ports(h->proto),
		.local = &h->src,
		.remote = &h->dst,
		.lport = h->sport,
		.rport = h->dport,
	};
}

/* Of the lines themselves, all five dimensions. Return: 0: none. */
static unsigned int first_line(const struct header *h)
{
	const struct filter *f;
	unsigned int i;

	for (i = 0; i < nfilters; i++) {
		f = &filters[i];
		if (epacl_prefix_holds(&f->src, &h->src) &&
		    epacl_prefix_holds(&f->dst, &h->dst) &&
		    epacl_ports_hold(&f->sports, h->sport) &&
		    epacl_ports_hold(&f->dports, h->dport) &&
		    (f->any_proto || f->proto == h->proto))
			return i + 1;
	}
	return 0;
}

static bool is_first_of_its_source(unsigned int i)
{
	unsigned int k;

	for (k = 0; k < i; k++)
		if (epacl_ip_equal(&headers[k].src, &headers[i].src))
			return false;
	return true;
}

START_TEST(test_each_source)
{
	const struct epacl_rule *rule;
	unsigned int i, k, hits = 0;
	struct epacl_key key;

	for (i = 0; i < nheaders; i++) {
		if (!is_first_of_its_source(i))
			continue;
		build(&headers[i].src);
		for (k = i; k < nheaders; k++) {
			if (!epacl_ip_equal(&headers[k].src, &headers[i].src))
				continue;
			key = key_of(&headers[k]);
			rule = list_classify(&key);
			hits += !!rule;
			ck_assert_uint_eq(rule ? rule->order : 0,
					  first_line(&headers[k]));
		}
		list_drop();
	}
	ck_assert_uint_gt(hits, nheaders / 3);
}
END_TEST

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static void tell_time(void)
{
	double began = seconds();
	unsigned int i, round;
	struct epacl_key key;

	for (round = 0; round < ROUNDS; round++)
		for (i = 0; i < nheaders; i++) {
			key = key_of(&headers[i]);
			list_classify(&key);
		}
	printf("%u rules, %u packets: %.1f ns each\n", nfilters, nheaders,
	       (seconds() - began) * 1e9 / ROUNDS / nheaders);
}

START_TEST(test_all_rules)
{
	struct epacl_key key;
	unsigned int i;

	build(NULL);
	for (i = 0; i < nheaders; i++) {
		key = key_of(&headers[i]);
		ck_assert_msg(list_agrees(&key), "packet %u", i);
	}
	if (getenv("EPACL_CLASSBENCH"))
		tell_time();
	list_drop();
}
END_TEST

int main(void)
{
	Suite *s = suite_create("classbench");
	TCase *all = tcase_create("all");

	tcase_add_checked_fixture(all, setup, NULL);
	tcase_set_timeout(all, 300);
	tcase_add_test(all, test_each_source);
	tcase_add_test(all, test_all_rules);
	suite_add_tcase(s, all);
	return run_suite(s);
}
