/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages of the module's family, as small as they can be.
 */
#ifndef _TESTS_TOOLS_GENL_H
#define _TESTS_TOOLS_GENL_H

#include <linux/epacl.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* More than one attribute can hold. */
#define MESSAGE_ROOM (80 * 1024)

struct message {
	struct nlmsghdr head;
	struct genlmsghdr genl;
	char attrs[MESSAGE_ROOM];
};

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

static void begin_message(struct message *m, uint16_t type, uint8_t command)
{
	memset(&m->head, 0, sizeof(m->head));
	memset(&m->genl, 0, sizeof(m->genl));
	m->head.nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN);
	m->head.nlmsg_type = type;
	m->head.nlmsg_flags = NLM_F_REQUEST;
	m->genl.cmd = command;
	m->genl.version = 1;
}

static struct nlattr *put(struct message *m, uint16_t type, const void *data,
			  size_t len)
{
	struct nlattr *attr = (void *)((char *)m + m->head.nlmsg_len);

	attr->nla_type = type;
	attr->nla_len = (uint16_t)(NLA_HDRLEN + len);
	memset((char *)attr + NLA_HDRLEN, 0, NLA_ALIGN(len));
	if (len)
		memcpy((char *)attr + NLA_HDRLEN, data, len);
	m->head.nlmsg_len += (uint32_t)NLA_ALIGN(attr->nla_len);
	return attr;
}

/* The first attribute of a kind between @at and @end; NULL: none. */
static const void *find_between(const char *at, const char *end, uint16_t type)
{
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

/* The same in an answer. */
static const void *find(const struct nlmsghdr *head, uint16_t type)
{
	const char *at = (const char *)head;

	return find_between(at + NLMSG_LENGTH(GENL_HDRLEN),
			    at + head->nlmsg_len, type);
}

/* The first group of the family that @head tells of; 0: it has none. */
static inline uint32_t first_group(const struct nlmsghdr *head)
{
	const char *groups = find(head, CTRL_ATTR_MCAST_GROUPS), *at;
	const struct nlattr *attr;
	uint32_t id = 0;
	int i;

	if (!groups)
		return 0;
	/* One nest, and in it name and number. */
	at = groups + NLA_HDRLEN;
	for (i = 0; i < 2; i++) {
		attr = (const void *)at;
		if (attr->nla_type == CTRL_ATTR_MCAST_GRP_ID)
			memcpy(&id, at + NLA_HDRLEN, sizeof(id));
		at += NLA_ALIGN(attr->nla_len);
	}
	return id;
}

/* Number of the family; @group: receives that of its group, unless NULL. */
static uint16_t find_family(uint32_t *group)
{
	char answer[8192] __attribute__((aligned(NLMSG_ALIGNTO)));
	const struct nlmsghdr *head = (const void *)answer;
	static struct message m;
	int fd = open_socket();
	uint16_t family;
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
		fputs("the module does not answer\n", stderr);
		exit(2);
	}
	memcpy(&family, id, sizeof(family));
	if (group)
		*group = first_group(head);
	close(fd);
	return family;
}

#endif /* _TESTS_TOOLS_GENL_H */
