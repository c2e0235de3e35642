// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A server that answers with what it sees of its peer, and clients for it.
 *
 * usage: [NETNS=FILE] echo serve PORT[/tcp|/udp|/sctp]...
 *        echo tcp|udp|sctp ADDR PORT [MILLISECONDS [BYTES|give=BYTES]]
 *        echo hold ADDR PORT
 *
 * serve  Listens on IPv4 and IPv6 and writes "ready". A line of TCP or SCTP and
 *        a datagram of UDP are answered with "ADDR PORT BYTES": the peer's
 *        address and port, and how much came; a line or datagram that begins
 *        with "give N" with N bytes. Each line of its standard input is sent to
 *        every open TCP connection.
 * tcp    Asks once, with so many bytes or for so many, and writes the address
 *        that the server sees, or one of: timeout refused reset unreachable
 *        error. Exit status 0 if answered.
 * hold   Keeps a TCP connection: lines of standard input are sent, what
 *        comes is written. First "connected", at the end "closed".
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "netns.h"

#define SOCKETS 256
#define BUFFER 65536

static char buffer[BUFFER];

static void die(const char *what)
{
	perror(what);
	exit(2);
}

static void say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	fflush(stdout);
}

static int ip_protocol(const char *name)
{
	if (!strcmp(name, "udp"))
		return IPPROTO_UDP;
	return strcmp(name, "sctp") ? IPPROTO_TCP : IPPROTO_SCTP;
}

static int socket_type(int protocol)
{
	return protocol == IPPROTO_UDP ? SOCK_DGRAM : SOCK_STREAM;
}

/* ---- serve ---- */

enum role { ROLE_INPUT, ROLE_LISTEN, ROLE_UDP, ROLE_STREAM };

struct watch {
	enum role role;
	bool tcp;
};

static struct pollfd fds[SOCKETS];
static struct watch watches[SOCKETS];
static int count;

static void watch(int fd, enum role role, bool tcp)
{
	if (count == SOCKETS) {
		close(fd);
		return;
	}
	fds[count] = (struct pollfd){ .fd = fd, .events = POLLIN };
	watches[count++] = (struct watch){ .role = role, .tcp = tcp };
}

static void forget(int i)
{
	close(fds[i].fd);
	count--;
	fds[i] = fds[count];
	watches[i] = watches[count];
}

/*
 * The kernel stamps packets as long as anybody wants it, and patches its code for
 * that. Emulated processors have been seen to trip over the patch when each ping
 * switches it on and off: so the server keeps it on.
 */
static void keep_timestamps(int fd)
{
	int on = 1;

	setsockopt(fd, SOL_SOCKET, SO_TIMESTAMP, &on, sizeof(on));
}

/* PORT[/PROTOCOL] */
static void listen_at(const char *arg)
{
	/* Also as that of IPv4, which has its port where this one has it. */
	struct sockaddr_in6 at = { .sin6_family = AF_INET6 };
	const char *slash = strchr(arg, '/');
	int protocol = ip_protocol(slash ? slash + 1 : "tcp");
	int fd, on = 1, off = 0;

	fd = socket(AF_INET6, socket_type(protocol), protocol);
	if (fd < 0 && errno == EAFNOSUPPORT) {
		at.sin6_family = AF_INET;
		fd = socket(AF_INET, socket_type(protocol), protocol);
	}
	if (fd < 0)
		die(arg);
	at.sin6_port = htons((uint16_t)atoi(arg));
	keep_timestamps(fd);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
	if (bind(fd, (struct sockaddr *)&at, sizeof(at)))
		die(arg);
	if (protocol != IPPROTO_UDP && listen(fd, 64))
		die(arg);
	watch(fd, protocol == IPPROTO_UDP ? ROLE_UDP : ROLE_LISTEN,
	      protocol == IPPROTO_TCP);
}

static void write_answer(char *answer, size_t size,
			 const struct sockaddr_in6 *peer, size_t bytes)
{
	char addr[INET6_ADDRSTRLEN] = "";

	if (peer->sin6_family == AF_INET)
		inet_ntop(AF_INET,
			  &((const struct sockaddr_in *)peer)->sin_addr, addr,
			  sizeof(addr));
	else
		inet_ntop(AF_INET6, &peer->sin6_addr, addr, sizeof(addr));
	snprintf(answer, size, "%s %u %zu\n",
		 strncmp(addr, "::ffff:", 7) ? addr : addr + 7,
		 ntohs(peer->sin6_port), bytes);
}

/* The answer to what is in the buffer. Return: its length. */
static size_t answer(const struct sockaddr_in6 *peer, size_t bytes)
{
	size_t wanted = 0;

	buffer[bytes] = '\0';
	if (sscanf(buffer, "give %zu", &wanted) == 1 && wanted < BUFFER) {
		memset(buffer, 'x', wanted);
		return wanted;
	}
	write_answer(buffer, sizeof(buffer), peer, bytes);
	return strlen(buffer);
}

static void serve_datagram(int fd)
{
	struct sockaddr_in6 peer;
	socklen_t len = sizeof(peer);
	ssize_t got;

	got = recvfrom(fd, buffer, sizeof(buffer) - 1, 0,
		       (struct sockaddr *)&peer, &len);
	if (got >= 0)
		sendto(fd, buffer, answer(&peer, (size_t)got), 0,
		       (struct sockaddr *)&peer, len);
}

static bool serve_stream(int fd)
{
	struct sockaddr_in6 peer;
	socklen_t len = sizeof(peer);
	ssize_t got = recv(fd, buffer, sizeof(buffer) - 1, 0);

	if (got <= 0 || getpeername(fd, (struct sockaddr *)&peer, &len))
		return false;
	return send(fd, buffer, answer(&peer, (size_t)got), MSG_NOSIGNAL) >= 0;
}

/* Return: whether there may be more. */
static bool push_input(int fd)
{
	ssize_t got = read(fd, buffer, sizeof(buffer));
	int i;

	if (got <= 0)
		return false;
	for (i = 0; i < count; i++)
		if (watches[i].role == ROLE_STREAM && watches[i].tcp)
			send(fds[i].fd, buffer, (size_t)got, MSG_NOSIGNAL);
	return true;
}

static void serve_one(int i)
{
	int fd = fds[i].fd, client;

	switch (watches[i].role) {
	case ROLE_LISTEN:
		client = accept(fd, NULL, NULL);
		if (client >= 0)
			watch(client, ROLE_STREAM, watches[i].tcp);
		break;
	case ROLE_UDP:
		serve_datagram(fd);
		break;
	case ROLE_STREAM:
		if (!serve_stream(fd))
			forget(i);
		break;
	case ROLE_INPUT:
		if (!push_input(fd))
			forget(i);
		break;
	}
}

static _Noreturn void serve(int argc, char **argv)
{
	int i;

	for (i = 0; i < argc; i++)
		listen_at(argv[i]);
	watch(0, ROLE_INPUT, false);
	say("ready");
	for (;;) {
		if (poll(fds, (nfds_t)count, -1) < 0)
			die("poll");
		for (i = count - 1; i >= 0; i--)
			if (fds[i].revents)
				serve_one(i);
	}
}

/* ---- clients ---- */

static const char *word_of(int error)
{
	switch (error) {
	case EINPROGRESS:
	case EAGAIN:
	case ETIMEDOUT:
		return "timeout";
	case ECONNREFUSED:
		return "refused";
	case ECONNRESET:
	case EPIPE:
		return "reset";
	case EHOSTUNREACH:
	case ENETUNREACH:
	case EACCES:
	case EPERM:
		return "unreachable";
	default:
		return "error";
	}
}

static int give_up(int error)
{
	say("%s", word_of(error));
	return 1;
}

static int connect_to(const char *protocol, const char *host, const char *port,
		      int milliseconds)
{
	struct timeval limit = {
		.tv_sec = milliseconds / 1000,
		.tv_usec = milliseconds % 1000 * 1000,
	};
	struct sockaddr_in6 to6 = { .sin6_family = AF_INET6 };
	struct sockaddr_in to4 = { .sin_family = AF_INET };
	struct sockaddr *to = (struct sockaddr *)&to4;
	int number = ip_protocol(protocol), fd;
	socklen_t len = sizeof(to4);

	to4.sin_port = to6.sin6_port = htons((uint16_t)atoi(port));
	if (inet_pton(AF_INET, host, &to4.sin_addr) != 1) {
		to = (struct sockaddr *)&to6;
		len = sizeof(to6);
		if (inet_pton(AF_INET6, host, &to6.sin6_addr) != 1) {
			fprintf(stderr, "echo: bad address %s\n", host);
			exit(2);
		}
	}
	fd = socket(to->sa_family, socket_type(number), number);
	if (fd < 0)
		die(protocol);
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	if (connect(fd, to, len)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static int ask(int argc, char **argv)
{
	int milliseconds = argc > 3 ? atoi(argv[3]) : 5000;
	const char *what = argc > 4 ? argv[4] : "6";
	size_t bytes = (size_t)atoi(what);
	ssize_t got;
	int fd;

	fd = connect_to(argv[0], argv[1], argv[2], milliseconds);
	if (fd < 0)
		return give_up(errno);
	if (!strncmp(what, "give=", 5)) {
		bytes = (size_t)sprintf(buffer, "give %d\n", atoi(what + 5));
	} else {
		memset(buffer, 'q', bytes);
		buffer[bytes - 1] = '\n';
	}
	if (send(fd, buffer, bytes, MSG_NOSIGNAL) < 0)
		return give_up(errno);
	got = recv(fd, buffer, sizeof(buffer) - 1, 0);
	if (got < 0)
		return give_up(errno);
	if (!got)
		return give_up(ECONNRESET);
	buffer[got] = '\0';
	buffer[strcspn(buffer, " \n")] = '\0';
	say("%s", buffer);
	return 0;
}

static bool copy(int from, int to)
{
	ssize_t got = read(from, buffer, sizeof(buffer));

	return got > 0 && write(to, buffer, (size_t)got) == got;
}

static int hold(char **argv)
{
	struct pollfd both[] = { { .fd = 0, .events = POLLIN },
				 { .events = POLLIN } };

	both[1].fd = connect_to("tcp", argv[0], argv[1], 10000);
	if (both[1].fd < 0)
		return give_up(errno);
	say("connected");
	while (poll(both, 2, -1) > 0) {
		if (both[0].revents && !copy(0, both[1].fd))
			both[0].fd = -1;
		if (both[1].revents && !copy(both[1].fd, 1))
			break;
	}
	say("closed");
	return 0;
}

int main(int argc, char **argv)
{
	enter_netns();
	if (argc > 2 && !strcmp(argv[1], "serve"))
		serve(argc - 2, argv + 2);
	if (argc == 4 && !strcmp(argv[1], "hold"))
		return hold(argv + 2);
	if (argc > 3 && argc < 7)
		return ask(argc - 1, argv + 1);
	fputs("usage: see the beginning of echo.c\n", stderr);
	return 2;
}
