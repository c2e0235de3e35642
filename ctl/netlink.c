// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/genetlink.h>

#include "kind.h"
#include "netlink.h"

/* More than the largest object, with room for many small ones. */
#define RECEIVE_SIZE (256 * 1024)

/* A batch that fails is answered message by message. */
#define SOCKET_BUFFER (4 * 1024 * 1024)

/* No errno is larger. */
#define MAX_ERRNO 4095

static char received[RECEIVE_SIZE];

/* --- refusals --------------------------------------------------------------- */

/* Keep the text and the index that came with a refusal, @skip bytes behind. */
static void read_fault(struct nl *nl, const struct nlmsghdr *nlh,
		       unsigned int skip)
{
	const struct nlattr *attr;

	memset(&nl->fault, 0, sizeof(nl->fault));
	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS) ||
	    skip > mnl_nlmsg_get_payload_len(nlh))
		return;
	mnl_attr_for_each(attr, nlh, skip) {
		switch (mnl_attr_get_type(attr)) {
		case NLMSGERR_ATTR_MSG:
			if (attr_text(attr))
				snprintf(nl->fault.text, sizeof(nl->fault.text),
					 "%s", attr_text(attr));
			break;
		case NLMSGERR_ATTR_COOKIE:
			if (mnl_attr_get_payload_len(attr) == sizeof(__u32))
				nl->fault.index = mnl_attr_get_u32(attr);
			break;
		}
	}
}

/* What the kernel gives as an error, if it is one. */
static int checked(int error)
{
	return error > 0 || error < -MAX_ERRNO ? -EBADMSG : error;
}

/* An acknowledgement's error: 0 or negative. */
static int read_error(struct nl *nl, const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *e = mnl_nlmsg_get_payload(nlh);
	unsigned int skip = sizeof(*e);

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*e))
		return -EBADMSG;
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
		skip += e->msg.nlmsg_len - sizeof(struct nlmsghdr);
	if (e->error)
		read_fault(nl, nlh, skip);
	return checked(e->error);
}

/* The end of a dump: 0, or the negative error that ended it. */
static int read_done(struct nl *nl, const struct nlmsghdr *nlh)
{
	const int *error = mnl_nlmsg_get_payload(nlh);

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*error))
		return 0;
	if (*error)
		read_fault(nl, nlh, sizeof(*error));
	return checked(*error);
}

/**
 * nl_refused - say why the kernel refused
 * @fault: what came with it
 * @at: what it refused
 * @err: the negative errno
 *
 * Return: REFUSED.
 */
enum status nl_refused(const struct nl_fault *fault, const struct place *at,
		       int err)
{
	if (err == -EPERM)
		say(at,
		    "not permitted: needs CAP_NET_ADMIN in the user namespace that owns this network namespace");
	else if (fault->text[0])
		say(at, "%s", fault->text);
	else
		say(at, "refused by the kernel: %s", strerror(-err));
	return REFUSED;
}

/* --- messages --------------------------------------------------------------- */

/**
 * nl_header - begin a message
 * @nl: the socket
 * @buf: where
 * @cmd: EPACL_CMD_*
 * @flags: besides NLM_F_REQUEST
 * @txn: the transaction that it is for; 0: none
 *
 * Return: the message.
 */
struct nlmsghdr *nl_header(struct nl *nl, void *buf, enum epacl_cmd cmd,
			   __u16 flags, __u64 txn)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct genlmsghdr *genl;

	nlh->nlmsg_type = nl->family;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	nlh->nlmsg_seq = ++nl->seq;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = (__u8)cmd;
	genl->version = EPACL_GENL_VERSION;
	if (txn)
		mnl_attr_put_u64(nlh, EPACL_A_TXN, txn);
	return nlh;
}

/* Begin a message in the socket's own buffer. */
struct nlmsghdr *nl_start(struct nl *nl, enum epacl_cmd cmd, __u16 flags,
			  __u64 txn)
{
	return nl_header(nl, nl->out, cmd, flags, txn);
}

void nl_append(struct nlmsghdr *nlh, const void *attrs, size_t len)
{
	if (len)
		memcpy(mnl_nlmsg_get_payload_tail(nlh), attrs, len);
	nlh->nlmsg_len += (__u32)MNL_ALIGN(len);
}

void nl_parse(const struct nlmsghdr *nlh, struct nl_attrs *attrs)
{
	const struct nlattr *attr;
	unsigned int type;

	memset(attrs, 0, sizeof(*attrs));
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		type = mnl_attr_get_type(attr);
		if (type <= EPACL_A_MAX && !attrs->tb[type])
			attrs->tb[type] = attr;
	}
}

/* --- requests --------------------------------------------------------------- */

/*
 * Take one datagram of an answer. Return: 1 if more is to come, 0 or a negative
 * errno at its end.
 */
static int take_answer(struct nl *nl, __u32 seq, int len, bool *torn,
		       nl_reader reader, void *arg)
{
	const struct nlmsghdr *nlh = (const void *)received;

	for (; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len)) {
		if (nlh->nlmsg_seq != seq)
			continue;
		if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
			*torn = true;
		if (nlh->nlmsg_type == NLMSG_ERROR)
			return read_error(nl, nlh);
		if (nlh->nlmsg_type == NLMSG_DONE)
			return read_done(nl, nlh);
		if (reader && nlh->nlmsg_type >= NLMSG_MIN_TYPE)
			reader(nlh, arg);
	}
	return 1;
}

/*
 * Read one datagram of an answer. @lost: the kernel had no memory for something
 * that it had to say; whatever else it had to say is there, and nothing is waited
 * for. Return: its bytes, or a negative errno.
 */
static int receive(struct nl *nl, bool lost)
{
	int fd = mnl_socket_get_fd(nl->sock);
	ssize_t len;

	do {
		if (lost)
			len = recv(fd, received, sizeof(received),
				   MSG_DONTWAIT);
		else
			len = mnl_socket_recvfrom(nl->sock, received,
						  sizeof(received));
	} while (len < 0 && errno == EINTR);
	return len < 0 ? -errno : (int)len;
}

/**
 * nl_run - send a request and read its answer
 * @nl: the socket
 * @nlh: the request; unless it is a dump, it is acknowledged
 * @reader: takes each message of the answer, or NULL
 * @arg: for @reader
 *
 * Return: 0, or a negative errno; -EAGAIN for a dump that was torn; -ENOBUFS where
 * a part of the answer is missing, of which @reader may have had the rest.
 */
int nl_run(struct nl *nl, struct nlmsghdr *nlh, nl_reader reader, void *arg)
{
	bool is_dump = (nlh->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;
	bool torn = false, lost = false;
	int ret = 1, len;

	memset(&nl->fault, 0, sizeof(nl->fault));
	if (!is_dump)
		nlh->nlmsg_flags |= NLM_F_ACK;
	if (mnl_socket_sendto(nl->sock, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	while (ret > 0) {
		len = receive(nl, lost);
		if (len == -ENOBUFS && !is_dump && !lost) {
			lost = true;
			continue;
		}
		if (len < 0)
			return lost ? -ENOBUFS : len;
		ret = take_answer(nl, nlh->nlmsg_seq, len, &torn, reader, arg);
	}
	return ret ? ret : torn ? -EAGAIN : 0;
}

/* Note the first refusal in a datagram of answers, and whether @last is in it. */
static void take_acks(struct nl *nl, int len, __u32 last, int *err, __u32 *bad,
		      bool *complete)
{
	const struct nlmsghdr *nlh = (const void *)received;
	int ret;

	for (; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len)) {
		if (nlh->nlmsg_type != NLMSG_ERROR)
			continue;
		if (nlh->nlmsg_seq == last)
			*complete = true;
		if (*err)
			continue;
		ret = read_error(nl, nlh);
		if (ret) {
			*err = ret;
			*bad = nlh->nlmsg_seq;
		}
	}
}

/**
 * nl_run_batch - send several operations at once
 * @nl: the socket
 * @data: the messages; the last one asks for an acknowledgement
 * @len: their bytes
 * @last: number of the last one
 * @bad: receives the number of the first that was refused
 *
 * The kernel works through them before the send returns: all answers are there
 * then, and nothing has to be waited for.
 *
 * Return: 0, or a negative errno.
 */
int nl_run_batch(struct nl *nl, void *data, size_t len, __u32 last, __u32 *bad)
{
	int fd = mnl_socket_get_fd(nl->sock);
	bool complete = false, lost = false;
	int err = 0;
	ssize_t n;

	*bad = 0;
	memset(&nl->fault, 0, sizeof(nl->fault));
	if (mnl_socket_sendto(nl->sock, data, len) < 0)
		return -errno;
	for (;;) {
		n = recv(fd, received, sizeof(received), MSG_DONTWAIT);
		if (n >= 0)
			take_acks(nl, (int)n, last, &err, bad, &complete);
		else if (errno == EAGAIN)
			break;
		else if (errno == ENOBUFS)
			lost = true;
		else if (errno != EINTR)
			return -errno;
	}
	/* The refusal of an earlier one, of which this is a consequence. */
	if (lost && err == -ECANCELED) {
		memset(&nl->fault, 0, sizeof(nl->fault));
		*bad = 0;
		err = -ENOBUFS;
	}
	return err ? err : complete ? 0 : -ENOBUFS;
}

/* --- the family ------------------------------------------------------------- */

struct family {
	__u16 id;
	__u32 version;
	__u32 group;
};

static void read_groups(const struct nlattr *groups, struct family *f)
{
	const struct nlattr *group, *attr;
	const char *name;
	__u32 id;

	mnl_attr_for_each_nested(group, groups) {
		name = NULL;
		id = 0;
		mnl_attr_for_each_nested(attr, group) {
			if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GRP_NAME)
				name = attr_text(attr);
			if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GRP_ID)
				id = (__u32)attr_number(attr);
		}
		if (name && !strcmp(name, EPACL_MCGRP_EVENTS))
			f->group = id;
	}
}

static void read_family(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *attr;
	struct family *f = arg;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		switch (mnl_attr_get_type(attr)) {
		case CTRL_ATTR_FAMILY_ID:
			f->id = (__u16)attr_number(attr);
			break;
		case CTRL_ATTR_VERSION:
			f->version = (__u32)attr_number(attr);
			break;
		case CTRL_ATTR_MCAST_GROUPS:
			read_groups(attr, f);
			break;
		}
	}
}

static int find_family(struct nl *nl, struct family *f)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(nl->out);
	struct genlmsghdr *genl;

	nlh->nlmsg_type = GENL_ID_CTRL;
	nlh->nlmsg_flags = NLM_F_REQUEST;
	nlh->nlmsg_seq = ++nl->seq;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = CTRL_CMD_GETFAMILY;
	genl->version = 1;
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, EPACL_GENL_NAME);
	return nl_run(nl, nlh, read_family, f);
}

static int open_socket(struct nl *nl)
{
	int on = 1, size = SOCKET_BUFFER;
	int fd;

	nl->sock = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!nl->sock || mnl_socket_bind(nl->sock, 0, MNL_SOCKET_AUTOPID) < 0)
		return -errno;
	fd = mnl_socket_get_fd(nl->sock);
	/* Without these it works too, but says less. */
	mnl_socket_setsockopt(nl->sock, NETLINK_EXT_ACK, &on, sizeof(on));
	mnl_socket_setsockopt(nl->sock, NETLINK_CAP_ACK, &on, sizeof(on));
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	return 0;
}

/**
 * nl_open - reach the module
 * @nl: receives the socket
 *
 * Return: DONE, or UNREACHABLE once it has been said why.
 */
enum status nl_open(struct nl *nl)
{
	struct family f = { 0 };
	int err;

	memset(nl, 0, sizeof(*nl));
	err = open_socket(nl);
	if (!err)
		err = find_family(nl, &f);
	if (err == -ENOENT) {
		say(NULL,
		    "the kernel module is not loaded: modprobe epacl, once make modules_install has installed it");
		return UNREACHABLE;
	}
	if (err) {
		say(NULL, "cannot reach the kernel module: %s", strerror(-err));
		return UNREACHABLE;
	}
	if (f.version != EPACL_GENL_VERSION) {
		say(NULL,
		    "the kernel module speaks version %u of the protocol, this tool version %u: reload it with modprobe epacl, or install the tool that belongs to it",
		    f.version, EPACL_GENL_VERSION);
		return UNREACHABLE;
	}
	nl->family = f.id;
	nl->group = f.group;
	return DONE;
}

void nl_close(struct nl *nl)
{
	if (nl->sock)
		mnl_socket_close(nl->sock);
	nl->sock = NULL;
}

/**
 * nl_listen - join the group of events
 * @nl: the socket
 *
 * Return: 0, or a negative errno.
 */
int nl_listen(struct nl *nl)
{
	if (mnl_socket_setsockopt(nl->sock, NETLINK_ADD_MEMBERSHIP, &nl->group,
				  sizeof(nl->group)) < 0)
		return -errno;
	return 0;
}

/**
 * nl_wait - read the next events
 * @nl: the socket
 * @reader: takes each
 * @arg: for @reader
 *
 * Return: 0, or a negative errno; -ENOBUFS where events were lost.
 */
int nl_wait(struct nl *nl, nl_reader reader, void *arg)
{
	const struct nlmsghdr *nlh = (const void *)received;
	ssize_t n;
	int len;

	n = mnl_socket_recvfrom(nl->sock, received, sizeof(received));
	if (n < 0)
		return -errno;
	len = (int)n;
	for (; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len))
		if (nlh->nlmsg_type == nl->family)
			reader(nlh, arg);
	return 0;
}
