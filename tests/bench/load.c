// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * usage: load crr|rr|udp|gap SERVER CLIENT ADDRESS PORT MS
 *
 * Traffic from one network namespace to ADDRESS and PORT in another, both named as
 * ip netns names them. Both ends are in this process, so that on one processor a
 * packet is there when the call that sends it is over, and nothing waits. Writes
 * how many a second:
 *   crr  TCP connections, each with a request and an answer of a byte
 *   rr   such requests and answers on one connection
 *   udp  datagrams of 18 bytes
 * or, for gap, microseconds: the longest time from one datagram's arrival to that
 * of the next, and the median; one is sent every half millisecond, by a process
 * that is served before all others.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BATCH 32
#define DATAGRAM 18
#define INTERVAL_NS 500000
#define WAIT_MS 1000

static const char *server, *client;
static struct sockaddr_in to = { .sin_family = AF_INET };
static double limit; /* seconds */

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

/* A socket stays in the namespace in which it was made. */
static int socket_in(const char *ns, int type)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", ns);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		err(2, "%s", path);
	close(fd);
	fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
	if (fd < 0)
		err(2, "socket");
	return fd;
}

static int serve(int type)
{
	int fd = socket_in(server, type), on = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&to, sizeof(to)))
		err(2, "bind");
	if (type == SOCK_STREAM && listen(fd, 128))
		err(2, "listen");
	return fd;
}

/* ---- TCP ---- */

/* Return: the server's end. */
static int connect_both(int listener, int fd)
{
	int accepted, on = 1;

	if (connect(fd, (struct sockaddr *)&to, sizeof(to)))
		err(1, "connect");
	accepted = accept(listener, NULL, NULL);
	if (accepted < 0)
		err(1, "accept");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	setsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	return accepted;
}

static void say(int from, int at)
{
	char byte = 'x';

	if (write(from, &byte, 1) != 1 || read(at, &byte, 1) != 1)
		err(1, "a byte");
}

static double request_response(void)
{
	int listener = serve(SOCK_STREAM), fd = socket_in(client, SOCK_STREAM);
	int accepted = connect_both(listener, fd);
	double began = now();
	unsigned long n;

	for (n = 0; now() - began < limit; n++) {
		say(fd, accepted);
		say(accepted, fd);
	}
	return n / (now() - began);
}

/* Closed by a reset, or there would soon be no free port. */
static void connection(int listener)
{
	const struct linger reset = { .l_onoff = 1 };
	int fd, accepted;

	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		err(1, "socket");
	accepted = connect_both(listener, fd);
	say(fd, accepted);
	say(accepted, fd);
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	close(fd);
	close(accepted);
}

static double connect_request_response(void)
{
	int listener = serve(SOCK_STREAM);
	unsigned long n;
	double began;

	/* From here on this process is there. */
	close(socket_in(client, SOCK_STREAM));
	began = now();
	for (n = 0; now() - began < limit; n++)
		connection(listener);
	return n / (now() - began);
}

/* ---- UDP ---- */

static void fill(struct mmsghdr *messages, struct iovec *pieces, char *room)
{
	unsigned int i;

	memset(messages, 0, BATCH * sizeof(*messages));
	for (i = 0; i < BATCH; i++) {
		pieces[i] = (struct iovec){ room + i * DATAGRAM, DATAGRAM };
		messages[i].msg_hdr.msg_iov = &pieces[i];
		messages[i].msg_hdr.msg_iovlen = 1;
	}
}

static int datagrams_to(void)
{
	int fd = socket_in(client, SOCK_DGRAM);

	if (connect(fd, (struct sockaddr *)&to, sizeof(to)))
		err(1, "connect");
	return fd;
}

static double datagrams(void)
{
	int at = serve(SOCK_DGRAM), fd = datagrams_to(), got;
	static char room[BATCH * DATAGRAM];
	struct mmsghdr messages[BATCH];
	struct iovec pieces[BATCH];
	unsigned long n = 0;
	double began = now();

	while (now() - began < limit) {
		fill(messages, pieces, room);
		if (sendmmsg(fd, messages, BATCH, 0) != BATCH)
			err(1, "sendmmsg");
		got = recvmmsg(at, messages, BATCH, MSG_DONTWAIT, NULL);
		n += got > 0 ? got : 0;
	}
	return n / (now() - began);
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void gap(void)
{
	const struct timespec interval = { .tv_nsec = INTERVAL_NS };
	const struct sched_param first = { .sched_priority = 50 };
	size_t most = limit * 1e9 / INTERVAL_NS + 1, n = 0;
	int at = serve(SOCK_DGRAM), fd = datagrams_to();
	double began = now(), last = began, *gaps;
	struct pollfd waiting = { .fd = at, .events = POLLIN };
	char byte = 'x';

	gaps = calloc(most, sizeof(*gaps));
	if (!gaps || sched_setscheduler(0, SCHED_FIFO, &first))
		err(2, "sched_setscheduler");
	for (; n < most && now() - began < limit; n++) {
		nanosleep(&interval, NULL);
		if (write(fd, &byte, 1) != 1 ||
		    poll(&waiting, 1, WAIT_MS) != 1 || read(at, &byte, 1) != 1)
			errx(1, "a datagram was lost");
		gaps[n] = now() - last;
		last += gaps[n];
	}
	qsort(gaps, n, sizeof(*gaps), ascending);
	printf("%.0f %.0f\n", gaps[n - 1] * 1e6, gaps[n / 2] * 1e6);
	free(gaps);
}

static const struct {
	const char *name;
	double (*run)(void);
} modes[] = {
	{ "crr", connect_request_response },
	{ "rr", request_response },
	{ "udp", datagrams },
};

int main(int argc, char **argv)
{
	unsigned int i;

	if (argc != 7 || inet_pton(AF_INET, argv[4], &to.sin_addr) != 1)
		errx(2,
		     "usage: load crr|rr|udp|gap SERVER CLIENT ADDRESS PORT MS");
	server = argv[2];
	client = argv[3];
	to.sin_port = htons(atoi(argv[5]));
	limit = atoi(argv[6]) / 1e3;
	if (!strcmp(argv[1], "gap")) {
		gap();
		return 0;
	}
	for (i = 0; i < sizeof(modes) / sizeof(*modes); i++)
		if (!strcmp(argv[1], modes[i].name)) {
			printf("%.0f\n", modes[i].run());
			return 0;
		}
	errx(2, "no such traffic: %s", argv[1]);
}
