// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whose authority counts, and which namespace is meant, where a socket and the
 * one who sends on it are not from the same place.
 *
 * usage: lend from-root | to-root | across NETNS
 *
 * from-root	root opens the socket, nobody sends on it
 * to-root	nobody opens the socket, root sends on it
 * across	a socket of this namespace, after going to NETNS; then one of there
 *
 * Asks for EPACL_CMD_INFO. Writes the number of VMs, or the name of the error.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include "genl.h"

#define NOBODY 65534

static uint16_t family;

static void ask(int fd)
{
	static struct message m;
	char answer[8192] __attribute__((aligned(NLMSG_ALIGNTO)));
	const struct nlmsghdr *head = (const void *)answer;
	const struct nlmsgerr *error = NLMSG_DATA(head);
	const void *vms;
	uint32_t n = 0;

	begin_message(&m, family, EPACL_CMD_INFO);
	if (send(fd, &m, m.head.nlmsg_len, 0) < 0)
		die("send");
	if (recv(fd, answer, sizeof(answer), 0) < 0)
		die("recv");
	if (head->nlmsg_type == NLMSG_ERROR) {
		puts(strerrorname_np(-error->error));
		return;
	}
	vms = find(head, EPACL_A_VMS);
	if (vms)
		memcpy(&n, vms, sizeof(n));
	printf("%u\n", n);
}

static void become(uid_t uid)
{
	if (seteuid(uid))
		die("seteuid");
}

static void across(const char *netns)
{
	int before = open_socket(), fd = open(netns, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || setns(fd, CLONE_NEWNET))
		die(netns);
	ask(before);
	ask(open_socket());
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "";
	int fd;

	family = find_family(NULL);
	if (!strcmp(how, "across") && argc == 3) {
		across(argv[2]);
	} else if (!strcmp(how, "from-root")) {
		fd = open_socket();
		become(NOBODY);
		ask(fd);
	} else if (!strcmp(how, "to-root")) {
		become(NOBODY);
		fd = open_socket();
		become(0);
		ask(fd);
	} else {
		fputs("usage: lend from-root | to-root | across NETNS\n",
		      stderr);
		return 2;
	}
	return 0;
}
