// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A command of the tool, for which the kernel runs out of memory.
 *
 * usage: faults [-c] [-n TIMES] BASE WORD...
 *
 * BASE is a file of commands that makes the policy to begin with, whatever was
 * there; the words are the command. It is run again and again, with the tool's
 * own code in this process. Each time one allocation fails, in one of the calls
 * by which the tool sends to the module or reads from it; the next time the next
 * one, until in each call each has failed once. With -c it is about the change
 * alone: no call fails that only reads, and addresses are not translated. With -n
 * TIMES times, each allocation failing by chance.
 *
 * Where the command says that it has failed, it says that memory was missing, and
 * the policy is as it was: the bytes of a dump, the generation, and which
 * interfaces are hooked. Where it does not, all is as if no allocation had
 * failed, its output too. Between the two is, and is said to be, a policy in force
 * whose addresses are not translated. At the end all memory comes back.
 *
 * Writes how often an allocation failed, and how often the command; exit status
 * 1, once it has been said, if something of this did not hold.
 */
#define _GNU_SOURCE
#include <linux/genetlink.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>

#include "aim.h"
#include "info.h"
#include "netlink.h"
#include "output.h"
#include "translate.h"

#define WORDS_MAX 64

/* The tool's main(), and what the linker calls in place of its sockets. */
int aclctl_main(int argc, char **argv);
enum status __wrap_output_end(void);
enum status __wrap_translate_prepare(struct translation *tr, struct txn *t);
enum status __real_translate_prepare(struct translation *tr, struct txn *t);
enum status __wrap_translate_finish(struct translation *tr, struct txn *t,
				    bool committed);
enum status __real_translate_finish(struct translation *tr, struct txn *t,
				    bool committed);
ssize_t __wrap_mnl_socket_sendto(const struct mnl_socket *sock, const void *buf,
				 size_t len);
ssize_t __wrap_mnl_socket_recvfrom(const struct mnl_socket *sock, void *buf,
				   size_t size);
ssize_t __real_mnl_socket_sendto(const struct mnl_socket *sock, const void *buf,
				 size_t len);
ssize_t __real_mnl_socket_recvfrom(const struct mnl_socket *sock, void *buf,
				   size_t size);

static const char *base;
static bool changes_only;
static struct nl nl;
static unsigned long faults, refusals;

/* ---- what fails ---- */

/* Is it the module that is spoken to? Not nftables, nor the core about us. */
static bool is_ours(int fd)
{
	socklen_t len = sizeof(int);
	int protocol = -1;

	getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &len);
	return protocol == NETLINK_GENERIC;
}

static bool may_fail(const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);

	return nlh->nlmsg_type != GENL_ID_CTRL &&
	       !(changes_only && genl->cmd == EPACL_CMD_GET);
}

ssize_t __wrap_mnl_socket_sendto(const struct mnl_socket *sock, const void *buf,
				 size_t len)
{
	bool aims = is_ours(mnl_socket_get_fd(sock)) && may_fail(buf);
	ssize_t n;

	if (aims)
		aim_before_call();
	n = __real_mnl_socket_sendto(sock, buf, len);
	if (aims)
		aim_after_call();
	return n;
}

/* A dump goes on while it is read; nothing else does. */
ssize_t __wrap_mnl_socket_recvfrom(const struct mnl_socket *sock, void *buf,
				   size_t size)
{
	bool aims = !changes_only && is_ours(mnl_socket_get_fd(sock));
	ssize_t n;

	if (aims)
		aim_before_call();
	n = __real_mnl_socket_recvfrom(sock, buf, size);
	if (aims)
		aim_after_call();
	return n;
}

/* ---- the tool ---- */

/* Its output is no file here that could be closed. */
enum status __wrap_output_end(void)
{
	return DONE;
}

enum status __wrap_translate_prepare(struct translation *tr, struct txn *t)
{
	if (!changes_only)
		return __real_translate_prepare(tr, t);
	memset(tr, 0, sizeof(*tr));
	return DONE;
}

enum status __wrap_translate_finish(struct translation *tr, struct txn *t,
				    bool committed)
{
	return changes_only ? DONE : __real_translate_finish(tr, t, committed);
}

/* @argv: behind the name; @text: what it wrote, to be freed. Return: its status. */
static int run_tool(char **argv, char **text)
{
	FILE *out = stdout, *diagnostics = stderr, *both;
	char *all[WORDS_MAX + 2] = { "aclctl" };
	size_t size;
	int status, n;

	for (n = 1; argv[n - 1] && n <= WORDS_MAX; n++)
		all[n] = argv[n - 1];
	both = open_memstream(text, &size);
	if (!both)
		err(2, "no memory here");
	stdout = stderr = both;
	output = (struct output){ .json = false };
	status = aclctl_main(n, all);
	fclose(both);
	stdout = out;
	stderr = diagnostics;
	return status;
}

/* ---- what there is ---- */

/**
 * struct state - of the policy
 * @generation: its number
 * @data: a dump of all of it, interfaces included, without the number
 * @len: bytes of @data
 */
struct state {
	unsigned long long generation;
	char *data;
	size_t len;
};

static struct info read_info(void)
{
	struct info info = { .generation = 0 };

	if (info_read(&nl, &info))
		errx(2, "the module does not answer");
	return info;
}

static void keep(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *attr;
	struct state *s = arg;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) == EPACL_A_GENERATION) {
			s->generation = mnl_attr_get_u64(attr);
			continue;
		}
		s->data = realloc(s->data, s->len + attr->nla_len);
		if (!s->data)
			err(2, "no memory here");
		memcpy(s->data + s->len, attr, attr->nla_len);
		s->len += attr->nla_len;
	}
}

static struct state read_state(void)
{
	struct state s = { .generation = 0 };

	if (nl_run(&nl, nl_start(&nl, EPACL_CMD_GET, NLM_F_DUMP, 0), keep, &s))
		errx(2, "the policy cannot be read");
	return s;
}

static void free_state(struct state *s)
{
	free(s->data);
}

static bool is_equal(const struct state *a, const struct state *b)
{
	return a->generation == b->generation && a->len == b->len &&
	       !memcmp(a->data, b->data, a->len);
}

static void restore(void)
{
	char *argv[] = { "-f", (char *)base, NULL }, *text;

	if (run_tool(argv, &text))
		errx(2, "%s", text);
	free(text);
}

/* Memory goes with a grace period: waits until it is @wanted, or stays as it is. */
static unsigned long long settled_memory(unsigned long long wanted)
{
	const struct timespec pause = { .tv_nsec = 20000000 };
	unsigned long long memory = 0, last;
	int still = 0, i;

	for (i = 0; i < 500 && still < 25 && (!wanted || memory != wanted);
	     i++) {
		last = memory;
		memory = read_info().memory;
		still = memory == last ? still + 1 : 0;
		nanosleep(&pause, NULL);
	}
	return memory;
}

/* ---- a command ---- */

/**
 * struct trial - a command, and what comes of it
 * @argv: its words
 * @before: the state that it finds
 * @after: the state that it makes if nothing fails
 * @text: what it writes then
 * @calls: that it makes then
 */
struct trial {
	char **argv;
	struct state before;
	struct state after;
	char *text;
	unsigned int calls;
};

static bool tells_of_memory(const char *text)
{
	return strstr(text, "memory") || strstr(text, "buffer space") ||
	       strstr(text, "error -12");
}

/* What is wrong with what came of it; NULL: nothing. */
static const char *judge(const struct trial *t, int status, const char *text,
			 const struct state *now)
{
	if (!status && !is_equal(now, &t->after))
		return "it says that it is done, and it is not";
	if (!status && strcmp(text, t->text))
		return "it does not say what it should";
	if (status &&
	    !is_equal(now, strstr(text, "the filter is in force") ? &t->after :
								    &t->before))
		return "it says that it has failed, but something has changed";
	if (status && !tells_of_memory(text))
		return "it does not say that memory was missing";
	return NULL;
}

static void show(const struct trial *t, int status, const char *text,
		 const struct state *now)
{
	char *argv[] = { "list", "ruleset", NULL }, *list;

	printf("exit status %d, and it says: %s\n", status, text);
	printf("generation %llu, %zu bytes; before %llu, %zu bytes\n",
	       now->generation, now->len, t->before.generation, t->before.len);
	run_tool(argv, &list);
	printf("%s", list);
	exit(1);
}

/* The policy to begin with, if @now is another. A generation comes but once. */
static void begin_again(struct trial *t, const struct state *now)
{
	unsigned long long steps = t->after.generation - t->before.generation;

	if (now->generation == t->before.generation)
		return;
	restore();
	t->before.generation = read_info().generation;
	t->after.generation = t->before.generation + steps;
}

/* Return: whether the allocation has failed that was to fail. */
static bool try_it(struct trial *t, unsigned int call, unsigned int nth)
{
	struct state now;
	const char *what;
	char *text;
	bool hit;
	int status;

	aim_at(call, nth);
	status = run_tool(t->argv, &text);
	hit = nth ? aim.hit : status;
	aim_at(0, 0);
	now = read_state();
	what = judge(t, status, text, &now);
	if (!hit && status)
		what = "it fails, although memory is there";
	if (what) {
		printf("call %u, allocation %u: %s\n", call, nth, what);
		show(t, status, text, &now);
	}
	faults += hit;
	refusals += status != 0;
	begin_again(t, &now);
	free_state(&now);
	free(text);
	return hit;
}

/* Without any failure, to know what is right. */
static void rehearse(struct trial *t)
{
	t->before = read_state();
	aim_at(0, 0);
	if (run_tool(t->argv, &t->text))
		errx(2, "%s", t->text);
	t->calls = aim.calls;
	t->after = read_state();
	begin_again(t, &t->after);
}

static void each_in_turn(struct trial *t)
{
	unsigned int call, nth;

	for (call = 1; call <= t->calls; call++) {
		for (nth = 1; try_it(t, call, nth); nth++)
			if (nth == AIM_NTH_MAX)
				errx(2, "call %u has no end", call);
	}
}

static void by_chance(struct trial *t, long times)
{
	while (times--)
		try_it(t, 1, 0);
}

int main(int argc, char **argv)
{
	unsigned long long memory, left;
	struct trial t = { .argv = NULL };
	long times = 0;
	int opt;

	while ((opt = getopt(argc, argv, "+cn:")) > 0) {
		if (opt == 'c')
			changes_only = true;
		else if (opt == 'n')
			times = atol(optarg);
		else
			return 2;
	}
	if (argc - optind < 2)
		errx(2, "usage: faults [-c] [-n TIMES] BASE WORD...");
	base = argv[optind];
	t.argv = argv + optind + 1;
	aim_init();
	if (nl_open(&nl))
		return 2;
	restore();
	memory = settled_memory(0);
	rehearse(&t);
	if (times)
		by_chance(&t, times);
	else
		each_in_turn(&t);
	restore();
	left = settled_memory(memory);
	printf("%lu faults %lu refusals\n", faults, refusals);
	if (left == memory)
		return 0;
	printf("memory: %llu bytes, not %llu\n", left, memory);
	return 1;
}
