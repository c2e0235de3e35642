// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Threads that begin, end and drop transactions of the same sockets at once.
 *
 * usage: race MILLISECONDS
 *
 * Each socket is shared by several threads, which send on it whatever comes to
 * their mind about the newest transaction that any of them has heard of; now
 * and then one of them closes it and puts a fresh one in its place. At the end
 * writes how many requests were made, and how many transactions had begun.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/epacl.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define SOCKETS 2
#define THREADS 4 /* of each socket */

struct shared {
	int fd;
	_Atomic uint64_t cookie;
};

static struct shared sockets[SOCKETS];
static uint16_t family;
static atomic_bool stop;
static atomic_ulong requests, begun;

static void die(const char *what)
{
	perror(what);
	exit(2);
}

static int open_socket(void)
{
	struct sockaddr_nl self = { .nl_family = AF_NETLINK };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);

	if (fd < 0 || bind(fd, (struct sockaddr *)&self, sizeof(self)))
		die("netlink socket");
	return fd;
}

/* ---- messages ---- */

struct message {
	struct nlmsghdr head;
	struct genlmsghdr genl;
	char attrs[64];
};

static void begin_message(struct message *m, uint16_t type, uint8_t command)
{
	memset(m, 0, sizeof(*m));
	m->head.nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN);
	m->head.nlmsg_type = type;
	m->head.nlmsg_flags = NLM_F_REQUEST;
	m->genl.cmd = command;
	m->genl.version = 1;
}

static void put(struct message *m, uint16_t type, const void *data, size_t len)
{
	struct nlattr *attr = (void *)((char *)m + m->head.nlmsg_len);

	attr->nla_type = type;
	attr->nla_len = (uint16_t)(NLA_HDRLEN + len);
	memcpy((char *)attr + NLA_HDRLEN, data, len);
	m->head.nlmsg_len += (uint32_t)NLA_ALIGN(attr->nla_len);
}

/* The first attribute of a kind in an answer; NULL: none. */
static const void *find(const struct nlmsghdr *head, uint16_t type)
{
	const char *at = (const char *)head + NLMSG_LENGTH(GENL_HDRLEN);
	const char *end = (const char *)head + head->nlmsg_len;

	while (end - at >= NLA_HDRLEN) {
		const struct nlattr *attr = (const void *)at;

		if (attr->nla_len < NLA_HDRLEN || attr->nla_len > end - at)
			return NULL;
		if ((attr->nla_type & NLA_TYPE_MASK) == type)
			return at + NLA_HDRLEN;
		at += NLA_ALIGN(attr->nla_len);
	}
	return NULL;
}

static void find_family(void)
{
	char answer[8192] __attribute__((aligned(NLMSG_ALIGNTO)));
	const struct nlmsghdr *head = (const void *)answer;
	int fd = open_socket();
	struct message m;
	const void *id;
	ssize_t got;

	begin_message(&m, GENL_ID_CTRL, CTRL_CMD_GETFAMILY);
	put(&m, CTRL_ATTR_FAMILY_NAME, EPACL_GENL_NAME,
	    sizeof(EPACL_GENL_NAME));
	if (send(fd, &m, m.head.nlmsg_len, 0) < 0)
		die("send");
	got = recv(fd, answer, sizeof(answer), 0);
	id = got >= (ssize_t)NLMSG_LENGTH(GENL_HDRLEN) &&
			     head->nlmsg_type == GENL_ID_CTRL ?
		     find(head, CTRL_ATTR_FAMILY_ID) :
		     NULL;
	if (!id) {
		fputs("race: the module does not answer\n", stderr);
		exit(2);
	}
	memcpy(&family, id, sizeof(family));
	close(fd);
}

/* ---- what the threads do ---- */

static void hear(struct shared *s)
{
	char answer[8192] __attribute__((aligned(NLMSG_ALIGNTO)));
	const struct nlmsghdr *head = (const void *)answer;
	const void *cookie;
	uint64_t number;

	while (recv(s->fd, answer, sizeof(answer), MSG_DONTWAIT) > 0) {
		cookie = head->nlmsg_type == family ? find(head, EPACL_A_TXN) :
						      NULL;
		if (!cookie)
			continue;
		memcpy(&number, cookie, sizeof(number));
		atomic_store(&s->cookie, number);
		atomic_fetch_add(&begun, 1);
	}
}

static void ask(struct shared *s, uint8_t command)
{
	uint64_t cookie = atomic_load(&s->cookie);
	struct message m;

	begin_message(&m, family, command);
	if (command != EPACL_CMD_BEGIN)
		put(&m, EPACL_A_TXN, &cookie, sizeof(cookie));
	send(s->fd, &m, m.head.nlmsg_len, 0);
	atomic_fetch_add(&requests, 1);
}

/* In place of the shared one, which others may be sending on. */
static void replace(struct shared *s)
{
	int fd = open_socket();

	if (dup3(fd, s->fd, O_CLOEXEC) < 0)
		die("dup3");
	close(fd);
}

static void *thread(void *arg)
{
	/* FLUSH is an operation that needs nothing else. */
	static const uint8_t commands[] = {
		EPACL_CMD_BEGIN,  EPACL_CMD_BEGIN, EPACL_CMD_ABORT,
		EPACL_CMD_ABORT,  EPACL_CMD_FLUSH, EPACL_CMD_COMMIT,
		EPACL_CMD_STATUS, EPACL_CMD_ADD,
	};
	struct shared *s = arg;
	unsigned int seed = (unsigned int)(uintptr_t)&seed;

	while (!stop) {
		ask(s,
		    commands[(unsigned int)rand_r(&seed) % sizeof(commands)]);
		hear(s);
		if (rand_r(&seed) % 64 == 0)
			replace(s);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t threads[SOCKETS * THREADS];
	long ms = argc == 2 ? atol(argv[1]) : 0;
	struct timespec time = { .tv_sec = ms / 1000,
				 .tv_nsec = ms % 1000 * 1000000 };
	int i;

	if (ms <= 0) {
		fputs("usage: race MILLISECONDS\n", stderr);
		return 2;
	}
	find_family();
	for (i = 0; i < SOCKETS; i++)
		sockets[i].fd = open_socket();
	for (i = 0; i < SOCKETS * THREADS; i++)
		if (pthread_create(&threads[i], NULL, thread,
				   &sockets[i % SOCKETS]))
			die("pthread_create");
	nanosleep(&time, NULL);
	stop = true;
	for (i = 0; i < SOCKETS * THREADS; i++)
		pthread_join(threads[i], NULL);
	printf("%lu %lu\n", requests, begun);
	return 0;
}
