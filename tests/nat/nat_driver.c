// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What tests/full/nat.sh is made of: installs and checks plans that it reads, has
 * the sets of random plans compared with a naive answer, and speaks TCP.
 *
 *   nat_driver install PLAN     nat_install(), 0 if it succeeds
 *   nat_driver check PLAN       nat_is_installed(): 0 yes, 1 no, 3 error
 *   nat_driver elements PLAN    prints the number of elements that it makes
 *   nat_driver unit [SEED]      TAP about plans and sets, without the kernel
 *   nat_driver serve PORT...    tells everybody who connects who they are
 *   nat_driver ask ADDR PORT [FROM]  prints what such a server answers, within
 *                               as many seconds as the environment's LIMIT: 10
 *
 * A plan is a file of lines; one may begin with "expect ERROR":
 *
 *   public PROTO ADDR PORT NPORTS TO TO_PORT
 *   member PROTO ADDR PORT TO TO_PORT
 *   source PREFIX VIP|- [PREFIX...]
 *   zone N                      sources behind it are of that zone
 */
#define _GNU_SOURCE /* strerrorname_np */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "../../ctl/nat_table.h"

#define MAX_WORDS 64

static void die(const char *what)
{
	fprintf(stderr, "nat_driver: %s\n", what);
	exit(3);
}

/* --- plans ------------------------------------------------------------ */

static struct epacl_u_prefix prefix(const char *text)
{
	struct epacl_u_prefix p = { .family = strchr(text, ':') ? 6 : 4 };
	char addr[64];
	char *slash;

	snprintf(addr, sizeof(addr), "%s", text);
	slash = strchr(addr, '/');
	if (slash)
		*slash++ = '\0';
	p.len = slash ? atoi(slash) : (p.family == 4 ? 32 : 128);
	if (inet_pton(p.family == 4 ? AF_INET : AF_INET6, addr, p.addr) != 1)
		die(text);
	return p;
}

static int add_public(struct nat_plan *plan, int proto, const char *addr,
		      int port, int nports, const char *to, int to_port)
{
	struct epacl_u_prefix a = prefix(addr), t = prefix(to);
	struct epacl_u_public pub = { .family = a.family, .port = port };

	memcpy(pub.addr, a.addr, sizeof(pub.addr));
	return nat_plan_add_public(plan, &pub, proto, nports, &t, to_port);
}

static int add_member(struct nat_plan *plan, int proto, const char *addr,
		      int port, const char *to, int to_port)
{
	struct epacl_u_prefix a = prefix(addr), t = prefix(to);
	struct epacl_u_public pub = { .family = a.family, .port = port };

	memcpy(pub.addr, a.addr, sizeof(pub.addr));
	return nat_plan_add_member(plan, &pub, proto, &t, to_port);
}

static int zone;

static int add_source(struct nat_plan *plan, const char *from, const char *vip,
		      char **inside, int n)
{
	struct epacl_u_prefix f = prefix(from), v, in[MAX_WORDS];
	bool has_vip = strcmp(vip, "-");
	int i;

	if (has_vip)
		v = prefix(vip);
	for (i = 0; i < n; i++)
		in[i] = prefix(inside[i]);
	return nat_plan_add_source(plan, zone, &f, has_vip ? &v : NULL, in, n);
}

static int add_words(struct nat_plan *plan, char **w, int n)
{
	if (n == 7 && !strcmp(w[0], "public"))
		return add_public(plan, atoi(w[1]), w[2], atoi(w[3]),
				  atoi(w[4]), w[5], atoi(w[6]));
	if (n == 6 && !strcmp(w[0], "member"))
		return add_member(plan, atoi(w[1]), w[2], atoi(w[3]), w[4],
				  atoi(w[5]));
	if (n == 2 && !strcmp(w[0], "zone")) {
		zone = atoi(w[1]);
		return 0;
	}
	if (n >= 3 && !strcmp(w[0], "source"))
		return add_source(plan, w[1], w[2], w + 3, n - 3);
	die("bad line in a plan");
	return 0;
}

static struct nat_plan *read_plan(const char *path)
{
	struct nat_plan *plan = nat_plan_new();
	FILE *f = fopen(path, "r");
	char line[4096], *w[MAX_WORDS];
	int n, err, skip;

	if (!f || !plan)
		die(path);
	while (fgets(line, sizeof(line), f)) {
		n = 0;
		for (w[n] = strtok(line, " \n"); w[n] && n < MAX_WORDS - 1;
		     w[n] = strtok(NULL, " \n"))
			n++;
		if (!n)
			continue;
		skip = strcmp(w[0], "expect") ? 0 : 2;
		err = add_words(plan, w + skip, n - skip);
		if (strcmp(skip ? w[1] : "0", strerrorname_np(-err)))
			die(strerrorname_np(-err));
	}
	fclose(f);
	return plan;
}

static size_t count(const struct nat_plan *plan)
{
	struct nat_table t;
	size_t n = 0, i;

	if (nat_table_build(&t, plan, NULL, 0))
		die("nat_table_build");
	for (i = 0; i < t.n_sets; i++)
		n += t.sets[i].n;
	nat_table_free(&t);
	return n;
}

static int with_plan(const char *verb, const char *path)
{
	struct nat_plan *plan = read_plan(path);
	char why[256] = "";
	int ret = 0;

	if (!strcmp(verb, "install")) {
		ret = nat_install(plan, why, sizeof(why));
		if (ret)
			printf("%s: %s\n", strerrorname_np(-ret), why);
		ret = !!ret;
	} else if (!strcmp(verb, "check")) {
		ret = nat_is_installed(plan, why, sizeof(why));
		if (ret != 1)
			printf("%s\n", why);
		ret = ret < 0 ? 3 : !ret;
	} else {
		printf("%zu\n", count(plan));
	}
	nat_plan_free(plan);
	return ret;
}

/* --- without the kernel ----------------------------------------------- */

static int tests, failures;

static void ok(bool good, const char *what)
{
	printf("%sok %d - %s\n", good ? "" : "not ", ++tests, what);
	failures += !good;
}

static int errors_of_public(struct nat_plan *p)
{
	int bad = 0;

	bad += add_public(p, 6, "192.0.2.1", 80, 1, "10.0.0.4", 8080) != 0;
	bad += add_public(p, 6, "192.0.2.1", 80, 1, "10.0.0.4", 8080) != 0;
	bad += add_public(p, 6, "192.0.2.1", 80, 1, "10.0.0.4", 81) != -EEXIST;
	bad += add_public(p, 6, "192.0.2.1", 80, 1, "10.0.0.5", 8080) !=
	       -EEXIST;
	bad += add_public(p, 17, "192.0.2.1", 80, 1, "10.0.0.5", 8080) != 0;
	bad += add_public(p, 6, "192.0.2.1", 80, 9, "10.0.0.5", 80) != 0;
	bad += add_public(p, 6, "192.0.2.1", 90, 9, "10.0.0.5", 91) != -EINVAL;
	bad += add_public(p, 6, "192.0.2.1", 0, 1, "10.0.0.5", 1) != -EINVAL;
	bad += add_public(p, 6, "192.0.2.1", 1, 0, "10.0.0.5", 1) != -EINVAL;
	bad += add_public(p, 6, "192.0.2.1", 1, 1, "10.0.0.5", 0) != -EINVAL;
	bad += add_public(p, 6, "192.0.2.1", 65535, 2, "10.0.0.5", 65535) !=
	       -EINVAL;
	bad += add_public(p, 6, "192.0.2.1", 65534, 2, "10.0.0.5", 65534) != 0;
	bad += add_public(p, 6, "192.0.2.1", 1, 1, "fd00::1", 1) != -EINVAL;
	bad += add_public(p, 6, "192.0.2.1", 1, 1, "10.0.0.0/24", 1) != -EINVAL;
	bad += add_public(p, 1, "192.0.2.1", 1, 1, "10.0.0.5", 1) !=
	       -EOPNOTSUPP;
	return bad;
}

static int errors_of_source(struct nat_plan *p)
{
	char *in[] = { "10.0.0.0/8", "10.1.0.0/16", "fd00::/8" };
	char *twice[] = { "10.1.2.3/16", "10.9.9.9/8", "10.0.0.0/8" };
	int bad = 0;

	bad += add_source(p, "10.0.0.4", "192.0.2.1", in, 2) != 0;
	bad += add_source(p, "10.0.0.4", "192.0.2.1", twice, 3) != 0;
	bad += add_source(p, "10.0.0.4", "192.0.2.2", in, 2) != -EEXIST;
	bad += add_source(p, "10.0.0.4", "-", in, 2) != -EEXIST;
	bad += add_source(p, "10.0.0.4", "192.0.2.1", in, 1) != -EEXIST;
	bad += add_source(p, "10.0.0.5", "192.0.2.1", in, 3) != -EINVAL;
	bad += add_source(p, "10.0.0.5", "fd00::1", in, 1) != -EINVAL;
	bad += add_source(p, "10.0.0.5", "192.0.2.0/24", in, 1) != -EINVAL;
	bad += add_source(p, "10.0.0.5/33", "-", in, 0) != -EINVAL;
	bad += add_source(p, "10.0.0.77/24", "-", in, 0) != 0;
	bad += add_source(p, "10.0.0.0/24", "-", in, 0) != 0;
	return bad;
}

static void test_entries(void)
{
	struct nat_plan *a = nat_plan_new(), *b = nat_plan_new(), *both;
	char *in[] = { "10.0.0.0/8", "11.0.0.0/8" };

	ok(nat_plan_empty(a) && nat_plan_equal(a, b), "a new plan is empty");
	add_source(a, "10.0.0.4", "-", in, 2);
	ok(nat_plan_empty(a), "sources alone translate nothing");
	ok(!errors_of_public(a), "public addresses: what is refused, and how");
	nat_plan_free(a);
	a = nat_plan_new();
	ok(!errors_of_source(a), "sources: what is refused, and how");
	nat_plan_free(a);

	a = nat_plan_new();
	add_public(a, 6, "192.0.2.1", 80, 1, "10.0.0.4", 80);
	add_source(a, "10.0.0.4", "192.0.2.1", in, 2);
	add_public(b, 6, "192.0.2.1", 80, 1, "10.0.0.5", 80);
	add_source(b, "10.0.0.4", "192.0.2.1", in, 1);
	both = nat_plan_intersect(a, b);
	ok(nat_plan_covers(a, both) && nat_plan_covers(b, both) &&
		   !nat_plan_covers(both, a) && !nat_plan_covers(both, b) &&
		   !nat_plan_equal(a, b),
	   "the intersection is in both");
	nat_plan_free(a);
	a = nat_plan_new();
	add_source(a, "10.0.0.4", "192.0.2.1", in, 1);
	ok(nat_plan_equal(a, both), "and it is all that is");
	nat_plan_free(a);
	nat_plan_free(b);
	nat_plan_free(both);
}

static void test_members(void)
{
	struct nat_plan *a = nat_plan_new(), *b = nat_plan_new(), *both;
	const struct nat_set *set;
	struct nat_table t;

	ok(!add_member(a, 6, "192.0.2.1", 80, "10.0.0.4", 80) &&
		   !add_member(a, 6, "192.0.2.1", 80, "10.0.0.4", 80) &&
		   add_member(a, 1, "192.0.2.1", 80, "10.0.0.4", 80) ==
			   -EOPNOTSUPP &&
		   add_member(a, 6, "192.0.2.1", 80, "fd00::4", 80) ==
			   -EINVAL &&
		   !nat_plan_empty(a),
	   "members: what is refused, and how");
	ok(!nat_table_build(&t, a, NULL, 0) && t.n_sets == NAT_FIXED_SETS &&
		   nat_table_set(&t, NAT_SET_PUBLICS, 4)->n == 1,
	   "one member is an endpoint like any other");
	nat_table_free(&t);
	add_member(a, 6, "192.0.2.1", 80, "10.0.0.3", 8080);
	ok(!nat_table_build(&t, a, NULL, 0) && t.n_sets == NAT_FIXED_SETS + 1 &&
		   nat_table_set(&t, NAT_SET_LBSETS, 4)->n == 1,
	   "two have a set of their own");
	set = &t.sets[NAT_FIXED_SETS];
	ok(set->n == 2 && set->elems[0].data[3] == 4 &&
		   set->elems[1].data[3] == 3,
	   "where they are in the order in which they came");
	nat_table_free(&t);
	add_member(b, 6, "192.0.2.1", 80, "10.0.0.3", 8080);
	add_member(b, 6, "192.0.2.1", 80, "10.0.0.4", 80);
	ok(nat_plan_covers(a, b) && nat_plan_covers(b, a) &&
		   !nat_plan_equal(a, b),
	   "another order takes nothing away, and is another plan");
	add_member(b, 6, "192.0.2.1", 80, "10.0.0.5", 80);
	both = nat_plan_intersect(a, b);
	ok(nat_plan_equal(a, both), "of members, those remain that both have");
	nat_plan_free(a);
	nat_plan_free(b);
	nat_plan_free(both);
}

static void test_overlap(void)
{
	struct nat_plan *p = nat_plan_new();
	struct nat_table t;
	char why[200] = "";
	int err;

	add_public(p, 6, "192.0.2.1", 80, 10, "10.0.0.4", 80);
	add_public(p, 17, "192.0.2.1", 81, 10, "10.0.0.4", 81);
	add_public(p, 6, "192.0.2.1", 90, 10, "10.0.0.5", 90);
	err = nat_table_build(&t, p, why, sizeof(why));
	nat_table_free(&t);
	ok(!err, "ranges side by side");
	add_public(p, 6, "192.0.2.1", 89, 2, "10.0.0.5", 89);
	err = nat_table_build(&t, p, why, sizeof(why));
	nat_table_free(&t);
	ok(err == -EINVAL && strstr(why, "80-89 and 89-90 of 192.0.2.1"),
	   "ranges that overlap are refused by name");
	nat_plan_free(p);
}

#define SOURCES 12
#define INSIDES 4

/* The same as the plan's sources, for the naive answer. */
struct naive {
	int family, n, zone;
	struct epacl_u_prefix from[SOURCES], vip[SOURCES];
	struct epacl_u_prefix in[SOURCES][INSIDES];
	bool has_vip[SOURCES];
	int n_in[SOURCES];
};

/* An address near the edges of the space, so that prefixes meet. */
static void any_addr(__u8 *a, int bytes)
{
	static const __u8 edge[] = { 0x00, 0x7f, 0x80, 0xff };
	int i;

	for (i = 0; i < bytes; i++)
		a[i] = i && rand() % 8 ? a[i - 1] : edge[rand() % 4];
}

static struct epacl_u_prefix any_prefix(int family, bool plain)
{
	int bits = family == 4 ? 32 : 128;
	struct epacl_u_prefix p = { .family = family, .len = bits };
	int i;

	any_addr(p.addr, bits / 8);
	if (!plain)
		p.len = rand() % 3 ? bits - rand() % 4 : rand() % (bits + 1);
	for (i = p.len; i < bits; i++)
		p.addr[i / 8] &= ~(0x80 >> i % 8);
	return p;
}

static bool in_prefix(const __u8 *a, const struct epacl_u_prefix *p)
{
	int i;

	for (i = 0; i < p->len; i++)
		if ((a[i / 8] ^ p->addr[i / 8]) & 0x80 >> i % 8)
			return false;
	return true;
}

static int speaker(const struct naive *v, const __u8 *a)
{
	int i, best = -1;

	for (i = 0; i < v->n; i++)
		if (in_prefix(a, &v->from[i]) &&
		    (best < 0 || v->from[i].len > v->from[best].len))
			best = i;
	return best;
}

static bool naive_inside(const struct naive *v, const __u8 *s, const __u8 *d)
{
	int who = speaker(v, s), i;

	for (i = 0; who >= 0 && i < v->n_in[who]; i++)
		if (in_prefix(d, &v->in[who][i]))
			return true;
	return false;
}

static const __u8 *naive_vip(const struct naive *v, const __u8 *s)
{
	int who = speaker(v, s);

	return who >= 0 && v->has_vip[who] ? v->vip[who].addr : NULL;
}

/* As the kernel: the last element at or below the address decides. */
static const __u8 *set_find(const struct nat_set *set, const __u8 *a, int bytes)
{
	const struct nat_elem *last = NULL;
	size_t i;

	for (i = 0; i < set->n; i++)
		if (memcmp(set->elems[i].key, a, bytes) <= 0)
			last = &set->elems[i];
	return last && !last->is_end ? last->data : NULL;
}

/* The same for sources of a zone. */
static const __u8 *zone_find(const struct nat_set *set, __u16 of, const __u8 *a,
			     int bytes)
{
	const struct nat_elem *e;
	size_t i;

	for (i = 0; i < set->n; i++) {
		e = &set->elems[i];
		if (!memcmp(e->key, &of, sizeof(of)) &&
		    memcmp(e->key + 4, a, bytes) <= 0 &&
		    memcmp(e->end + 4, a, bytes) >= 0)
			return e->data;
	}
	return NULL;
}

static const __u8 *source_find(struct nat_table *t, const struct naive *v,
			       const __u8 *a, enum nat_set_kind kind,
			       enum nat_set_kind zoned)
{
	int bytes = nat_addr_bytes(v->family);

	if (v->zone)
		return zone_find(nat_table_set(t, zoned, v->family), v->zone, a,
				 bytes);
	return set_find(nat_table_set(t, kind, v->family), a, bytes);
}

/* Return: whether the group of @s has @d inside. */
static bool table_inside(struct nat_table *t, const struct naive *v,
			 const __u8 *s, const __u8 *d)
{
	int bytes = nat_addr_bytes(v->family);
	const __u8 *chain;
	size_t i;

	chain = source_find(t, v, s, NAT_SET_GROUPS, NAT_SET_ZONE_GROUPS);
	if (!chain)
		return false;
	for (i = NAT_FIXED_SETS; i < t->n_sets; i++)
		if (!strcmp(t->sets[i].name, (const char *)chain))
			return set_find(&t->sets[i], d, bytes);
	die("an address belongs to a group that is not there");
	return false;
}

/* Sources of zone @of. */
static void any_sources(struct naive *v, struct nat_plan *plan, __u16 of)
{
	int i, j;

	memset(v, 0, sizeof(*v));
	v->family = rand() % 2 ? 4 : 6;
	v->zone = of;
	while (v->n < SOURCES) {
		i = v->n;
		v->from[i] = any_prefix(v->family, false);
		v->has_vip[i] = rand() % 3;
		v->vip[i] = v->has_vip[i] && i && rand() % 2 ?
				    v->vip[i - 1] :
				    any_prefix(v->family, true);
		v->vip[i].family = v->family;
		v->n_in[i] = rand() % (INSIDES + 1);
		for (j = 0; j < v->n_in[i]; j++)
			v->in[i][j] = i && v->n_in[i - 1] > j && rand() % 2 ?
					      v->in[i - 1][j] :
					      any_prefix(v->family, false);
		if (!nat_plan_add_source(plan, v->zone, &v->from[i],
					 v->has_vip[i] ? &v->vip[i] : NULL,
					 v->in[i], v->n_in[i]))
			v->n++;
		else if (rand() % 50 == 0)
			break;
	}
}

/* Does any of its sources have a VIP? Without one, nothing asks the groups. */
static bool has_sources(struct nat_table *t, const struct naive *v)
{
	return nat_table_set(t,
			     v->zone ? NAT_SET_ZONE_SOURCES : NAT_SET_SOURCES,
			     v->family)
		->n;
}

static int compare_once(struct naive *v, struct nat_table *t)
{
	int i, bad = 0, bytes = nat_addr_bytes(v->family);
	const __u8 *got, *want;
	__u8 s[16] = { 0 }, d[16] = { 0 };

	for (i = 0; i < 400; i++) {
		any_addr(s, bytes);
		any_addr(d, bytes);
		got = source_find(t, v, s, NAT_SET_SOURCES,
				  NAT_SET_ZONE_SOURCES);
		want = naive_vip(v, s);
		if (!got != !want || (got && memcmp(got, want, bytes)))
			bad++;
		if (has_sources(t, v) &&
		    table_inside(t, v, s, d) != naive_inside(v, s, d))
			bad++;
	}
	return bad;
}

static void test_random(unsigned int seed)
{
	struct naive v, other;
	struct nat_plan *plan;
	struct nat_table t;
	int i, bad = 0;
	char what[80];

	srand(seed);
	for (i = 0; i < 3000; i++) {
		plan = nat_plan_new();
		any_sources(&v, plan, 0);
		any_sources(&other, plan, 1 + rand() % 3);
		if (nat_table_build(&t, plan, NULL, 0))
			bad++;
		else
			bad += compare_once(&v, &t) + compare_once(&other, &t);
		nat_table_free(&t);
		nat_plan_free(plan);
	}
	snprintf(what, sizeof(what),
		 "3000 random plans answer like a naive one, seed %u", seed);
	ok(!bad, what);
}

static int unit(unsigned int seed)
{
	test_entries();
	test_members();
	test_overlap();
	test_random(seed);
	printf("1..%d\n", tests);
	return !!failures;
}

/* --- TCP -------------------------------------------------------------- */

static void answer(int listener)
{
	struct sockaddr_in6 peer, self;
	socklen_t len = sizeof(peer);
	char addr[INET6_ADDRSTRLEN], text[100];
	int fd = accept(listener, (struct sockaddr *)&peer, &len);

	if (fd < 0)
		return;
	len = sizeof(self);
	getsockname(fd, (struct sockaddr *)&self, &len);
	inet_ntop(AF_INET6, &peer.sin6_addr, addr, sizeof(addr));
	len = snprintf(text, sizeof(text), "%s to %u\n",
		       strncmp(addr, "::ffff:", 7) ? addr : addr + 7,
		       ntohs(self.sin6_port));
	if (write(fd, text, len) < 0)
		perror("write");
	close(fd);
}

static int serve(char **ports, int n)
{
	struct sockaddr_in6 any = { .sin6_family = AF_INET6 };
	struct pollfd p[MAX_WORDS];
	int i, on = 1;

	for (i = 0; i < n && i < MAX_WORDS; i++) {
		p[i].fd = socket(AF_INET6, SOCK_STREAM, 0);
		p[i].events = POLLIN;
		any.sin6_port = htons(atoi(ports[i]));
		setsockopt(p[i].fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
		if (bind(p[i].fd, (struct sockaddr *)&any, sizeof(any)) ||
		    listen(p[i].fd, 16))
			die(strerror(errno));
	}
	printf("ready\n");
	fflush(stdout);
	while (poll(p, n, -1) > 0)
		for (i = 0; i < n; i++)
			if (p[i].revents)
				answer(p[i].fd);
	return 1;
}

static struct addrinfo *resolve(const char *addr, const char *port)
{
	struct addrinfo hints = {
		.ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_STREAM,
	}, *ai;

	if (getaddrinfo(addr, port, &hints, &ai))
		die(addr);
	return ai;
}

/* @from: address to use as the source, or NULL */
static int ask(const char *addr, const char *port, const char *from)
{
	struct addrinfo *ai = resolve(addr, port), *self;
	const char *seconds = getenv("LIMIT");
	struct timeval limit = { .tv_sec = seconds ? atoi(seconds) : 10 };
	char text[100];
	ssize_t n;
	int fd;

	fd = socket(ai->ai_family, SOCK_STREAM, 0);
	if (from) {
		self = resolve(from, "0");
		if (bind(fd, self->ai_addr, self->ai_addrlen))
			die(strerror(errno));
		freeaddrinfo(self);
	}
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	n = connect(fd, ai->ai_addr, ai->ai_addrlen);
	if (!n)
		n = read(fd, text, sizeof(text));
	if (n > 0)
		printf("%.*s", (int)n, text);
	else
		printf("%s\n", n ? strerror(errno) : "nothing");
	freeaddrinfo(ai);
	close(fd);
	return n <= 0;
}

int main(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";

	if (!strcmp(verb, "unit"))
		return unit(argc > 2 ? atoi(argv[2]) : time(NULL));
	if (!strcmp(verb, "serve") && argc > 2)
		return serve(argv + 2, argc - 2);
	if (!strcmp(verb, "ask") && (argc == 4 || argc == 5))
		return ask(argv[2], argv[3], argc == 5 ? argv[4] : NULL);
	if (argc == 3 && (!strcmp(verb, "install") || !strcmp(verb, "check") ||
			  !strcmp(verb, "elements")))
		return with_plan(verb, argv[2]);
	die("see the head of the source for what can be asked");
}
