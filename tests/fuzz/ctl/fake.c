// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <ifaddrs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <libmnl/libmnl.h>

#include "fake.h"
#include "output.h"

/* What the linker calls in place of each, by --wrap. */
struct mnl_socket *__wrap_mnl_socket_open(int bus);
struct mnl_socket *__wrap_mnl_socket_open2(int bus, int flags);
int __wrap_mnl_socket_bind(struct mnl_socket *sock, unsigned int groups,
			   pid_t pid);
int __wrap_mnl_socket_close(struct mnl_socket *sock);
int __wrap_mnl_socket_get_fd(const struct mnl_socket *sock);
unsigned int __wrap_mnl_socket_get_portid(const struct mnl_socket *sock);
int __wrap_mnl_socket_setsockopt(const struct mnl_socket *sock, int type,
				 void *buf, socklen_t len);
ssize_t __wrap_mnl_socket_sendto(const struct mnl_socket *sock, const void *buf,
				 size_t len);
ssize_t __wrap_mnl_socket_recvfrom(const struct mnl_socket *sock, void *buf,
				   size_t size);
ssize_t __wrap_recv(int fd, void *buf, size_t size, int flags);
int __wrap_getifaddrs(struct ifaddrs **list);
FILE *__wrap_fopen(const char *name, const char *mode);
enum status __wrap_output_end(void);

/* --- sockets ------------------------------------------------------------------ */

#define PORT 4711

static const uint8_t *answers;
static size_t left;
static __u32 seq;
static char a_socket;

void fake_answers(const uint8_t *data, size_t size)
{
	answers = data;
	left = size;
}

struct mnl_socket *__wrap_mnl_socket_open(int bus)
{
	(void)bus;
	return (void *)&a_socket;
}

struct mnl_socket *__wrap_mnl_socket_open2(int bus, int flags)
{
	(void)flags;
	return __wrap_mnl_socket_open(bus);
}

int __wrap_mnl_socket_bind(struct mnl_socket *sock, unsigned int groups,
			   pid_t pid)
{
	(void)sock;
	(void)groups;
	(void)pid;
	return 0;
}

int __wrap_mnl_socket_close(struct mnl_socket *sock)
{
	(void)sock;
	return 0;
}

int __wrap_mnl_socket_get_fd(const struct mnl_socket *sock)
{
	(void)sock;
	return -1;
}

unsigned int __wrap_mnl_socket_get_portid(const struct mnl_socket *sock)
{
	(void)sock;
	return PORT;
}

int __wrap_mnl_socket_setsockopt(const struct mnl_socket *sock, int type,
				 void *buf, socklen_t len)
{
	(void)sock;
	(void)type;
	(void)buf;
	(void)len;
	return 0;
}

/* The number of the last message in it. Every byte of it was written. */
ssize_t __wrap_mnl_socket_sendto(const struct mnl_socket *sock, const void *buf,
				 size_t len)
{
	const struct nlmsghdr *nlh = buf;
	int n = (int)len;

	(void)sock;
	for (; mnl_nlmsg_ok(nlh, n); nlh = mnl_nlmsg_next(nlh, &n))
		seq = nlh->nlmsg_seq;
	return (ssize_t)len;
}

static void put_right(void *buf, size_t len)
{
	struct nlmsghdr *nlh = buf;
	int n = (int)len;

	for (; mnl_nlmsg_ok(nlh, n); nlh = mnl_nlmsg_next(nlh, &n)) {
		nlh->nlmsg_seq = seq;
		nlh->nlmsg_pid = PORT;
	}
}

ssize_t __wrap_mnl_socket_recvfrom(const struct mnl_socket *sock, void *buf,
				   size_t size)
{
	size_t len;

	(void)sock;
	if (left < 2) {
		errno = EAGAIN;
		return -1;
	}
	len = answers[0] | (size_t)answers[1] << 8;
	answers += 2;
	left -= 2;
	if (!len) {
		errno = EAGAIN;
		return -1;
	}
	len = len < left ? len : left;
	len = len < size ? len : size;
	memcpy(buf, answers, len);
	answers += len;
	left -= len;
	put_right(buf, len);
	return (ssize_t)len;
}

ssize_t __wrap_recv(int fd, void *buf, size_t size, int flags)
{
	(void)fd;
	(void)flags;
	return __wrap_mnl_socket_recvfrom(NULL, buf, size);
}

int __wrap_getifaddrs(struct ifaddrs **list)
{
	*list = NULL;
	errno = EPERM;
	return -1;
}

/* --- files --------------------------------------------------------------------- */

static const uint8_t *text;
static size_t text_size;

void fake_stdin(const uint8_t *data, size_t size)
{
	text = data;
	text_size = size;
}

static FILE *text_file(void)
{
	static char nothing[1];

	/* fmemopen() takes no file of no size: this one has been read. */
	FILE *f = text_size ? fmemopen((void *)text, text_size, "r") :
			      fmemopen(nothing, 1, "r");

	if (f && !text_size)
		fgetc(f);
	return f;
}

FILE *__wrap_fopen(const char *name, const char *mode)
{
	(void)name;
	(void)mode;
	return text_file();
}

enum status __wrap_output_end(void)
{
	return ferror(stdout) ? REFUSED : DONE;
}

void fake_run(int argc, char **argv)
{
	FILE *own = stdin;

	output = (struct output){ .json = false };
	seq = 0;
	stdin = text_file();
	aclctl_main(argc, argv);
	fclose(stdin);
	stdin = own;
}
