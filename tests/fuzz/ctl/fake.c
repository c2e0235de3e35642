// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <ifaddrs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

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

/* There is no nftables: libnftnl ends the process where an answer is not right. */
struct mnl_socket *__wrap_mnl_socket_open(int bus)
{
	if (bus != NETLINK_NETFILTER)
		return (void *)&a_socket;
	errno = EPROTONOSUPPORT;
	return NULL;
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

/* The kernel's messages are as long as they say: libmnl takes that for granted. */
static void put_right(char *at, size_t n)
{
	struct nlmsghdr *nlh;
	size_t len;

	for (; n >= sizeof(*nlh); at += len, n -= len) {
		nlh = (void *)at;
		if (nlh->nlmsg_len < sizeof(*nlh) || nlh->nlmsg_len > n)
			nlh->nlmsg_len = (__u32)n;
		nlh->nlmsg_seq = seq;
		nlh->nlmsg_pid = PORT;
		len = MNL_ALIGN(nlh->nlmsg_len);
		len = len < n ? len : n;
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

/* --- standard input ------------------------------------------------------------ */

static FILE *own;

void fake_stdin(const uint8_t *data, size_t size)
{
	static char nothing[1];

	own = stdin;
	stdin = fmemopen(size ? (void *)data : nothing, size ? size : 1, "r");
	if (!stdin)
		abort();
	/* There are no files of no size: this one has been read. */
	if (!size)
		fgetc(stdin);
}

void fake_end(void)
{
	fclose(stdin);
	stdin = own;
}

/* --- the tool -------------------------------------------------------------------- */

enum status __wrap_output_end(void)
{
	return ferror(stdout) ? REFUSED : DONE;
}

void fake_run(int argc, char **argv)
{
	output = (struct output){ .json = false };
	seq = 0;
	aclctl_main(argc, argv);
}
