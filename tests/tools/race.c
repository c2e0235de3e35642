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
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <time.h>
#include "genl.h"

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
	static _Thread_local struct message m;

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
	family = find_family(NULL);
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
