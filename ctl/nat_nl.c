// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The netlink side of nf_tables, without anything about our table.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <libnftnl/common.h>
#include <libnftnl/gen.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>

#include "nat_nl.h"
#include "nat_table.h"

#define LOADING_TRIES 10
#define LOADING_PAUSE 20000 /* microseconds */

struct nat_nl {
	struct mnl_socket *sock;
	unsigned int portid;
	__u32 seq;
	char buf[128 * 1024]; /* the kernel's dumps come in 32 KiB at most */
};

struct nat_nl *nat_nl_open(void)
{
	struct nat_nl *nl = malloc(sizeof(*nl));
	int on = 1, err;

	if (!nl)
		return NULL;
	nl->seq = time(NULL);
	nl->sock = mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC);
	if (nl->sock && !mnl_socket_bind(nl->sock, 0, MNL_SOCKET_AUTOPID)) {
		nl->portid = mnl_socket_get_portid(nl->sock);
		/* Answers without the request, with a reason in words. */
		mnl_socket_setsockopt(nl->sock, NETLINK_CAP_ACK, &on,
				      sizeof(on));
		mnl_socket_setsockopt(nl->sock, NETLINK_EXT_ACK, &on,
				      sizeof(on));
		return nl;
	}
	err = errno;
	if (nl->sock)
		mnl_socket_close(nl->sock);
	free(nl);
	errno = err;
	return NULL;
}

void nat_nl_close(struct nat_nl *nl)
{
	if (!nl)
		return;
	mnl_socket_close(nl->sock);
	free(nl);
}

static int send_request(struct nat_nl *nl)
{
	const struct nlmsghdr *nlh = (const struct nlmsghdr *)nl->buf;

	if (mnl_socket_sendto(nl->sock, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	return 0;
}

static ssize_t receive(struct nat_nl *nl)
{
	ssize_t n;

	do {
		n = mnl_socket_recvfrom(nl->sock, nl->buf, sizeof(nl->buf));
	} while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

static int generation_cb(const struct nlmsghdr *nlh, void *data)
{
	struct nftnl_gen *gen = nftnl_gen_alloc();
	__u32 *generation = data;

	if (!gen)
		return MNL_CB_ERROR;
	if (!nftnl_gen_nlmsg_parse(nlh, gen))
		*generation = nftnl_gen_get_u32(gen, NFTNL_GEN_ID);
	nftnl_gen_free(gen);
	return MNL_CB_STOP;
}

static int read_generation(struct nat_nl *nl, __u32 *generation)
{
	ssize_t n;

	*generation = 0;
	nftnl_nlmsg_build_hdr(nl->buf, NFT_MSG_GETGEN, NFPROTO_UNSPEC, 0,
			      ++nl->seq);
	n = send_request(nl);
	if (n < 0)
		return n;
	n = receive(nl);
	if (n < 0)
		return n;
	if (mnl_cb_run(nl->buf, n, nl->seq, nl->portid, generation_cb,
		       generation) < 0)
		return -errno;
	return *generation ? 0 : -EPROTO;
}

/*
 * The first request since the system's start has the kernel load nf_tables. As
 * long as that is under way, or if it failed, nobody is there to answer.
 */
static bool nobody_there(int err)
{
	return err == -EINVAL || err == -ENOENT || err == -EAGAIN ||
	       err == -ECONNREFUSED;
}

int nat_nl_generation(struct nat_nl *nl, __u32 *generation)
{
	int i, err = read_generation(nl, generation);

	for (i = 0; i < LOADING_TRIES && nobody_there(err); i++) {
		usleep(LOADING_PAUSE);
		err = read_generation(nl, generation);
	}
	return nobody_there(err) ? -EOPNOTSUPP : err;
}

struct nlmsghdr *nat_nl_dump_begin(struct nat_nl *nl, __u16 type)
{
	return nftnl_nlmsg_build_hdr(nl->buf, type, NFPROTO_INET, NLM_F_DUMP,
				     ++nl->seq);
}

int nat_nl_dump(struct nat_nl *nl, mnl_cb_t cb, void *data)
{
	ssize_t n;
	int more;

	n = send_request(nl);
	if (n < 0)
		return n;
	do {
		n = receive(nl);
		if (n < 0)
			return n;
		more = mnl_cb_run(nl->buf, n, nl->seq, nl->portid, cb, data);
	} while (more > 0);
	return more < 0 ? -errno : 0;
}

/* Makes room behind what is there. Return: where, or NULL. */
static char *batch_room(struct nat_batch *b, size_t room)
{
	size_t cap = b->cap ? b->cap : 2 * room;
	char *buf;

	if (b->failed)
		return NULL;
	while (cap - b->len < room)
		cap *= 2;
	if (cap != b->cap) {
		buf = realloc(b->buf, cap);
		if (!buf) {
			b->failed = true;
			return NULL;
		}
		b->buf = buf;
		b->cap = cap;
	}
	return b->buf + b->len;
}

void nat_batch_init(struct nat_batch *b)
{
	struct nlmsghdr *nlh;
	char *at;

	memset(b, 0, sizeof(*b));
	at = batch_room(b, NAT_BATCH_ROOM);
	if (!at)
		return;
	nlh = nftnl_batch_begin(at, b->seq);
	mnl_attr_put_u32(nlh, NFNL_BATCH_GENID, 0);
	b->generation = nlh->nlmsg_len - sizeof(__u32);
	nat_batch_end(b, nlh);
}

void nat_batch_free(struct nat_batch *b)
{
	free(b->buf);
	b->buf = NULL;
}

struct nlmsghdr *nat_batch_begin(struct nat_batch *b, __u16 type, __u16 flags)
{
	char *at = batch_room(b, NAT_BATCH_ROOM + MNL_NLMSG_HDRLEN +
					 MNL_ALIGN(sizeof(struct nfgenmsg)));

	if (!at)
		return NULL;
	b->last = b->len;
	return nftnl_nlmsg_build_hdr(at, type, NFPROTO_INET, flags, ++b->seq);
}

void nat_batch_end(struct nat_batch *b, struct nlmsghdr *nlh)
{
	b->len += MNL_ALIGN(nlh->nlmsg_len);
}

/* A batch travels in one piece, whatever its size. */
static int make_room(struct nat_nl *nl, size_t len)
{
	int fd = mnl_socket_get_fd(nl->sock), size;

	if (len > INT_MAX / 2)
		return -EMSGSIZE;
	size = len + 64 * 1024;
	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	return 0;
}

/* Which of our messages an answer is about, in words. */
static const char *operation(const struct nat_batch *b, __u32 seq)
{
	const struct nlmsghdr *nlh = (const struct nlmsghdr *)b->buf;
	int len = b->len;

	for (; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len)) {
		if (nlh->nlmsg_seq != seq ||
		    NFNL_SUBSYS_ID(nlh->nlmsg_type) != NFNL_SUBSYS_NFTABLES)
			continue;
		switch (NFNL_MSG_TYPE(nlh->nlmsg_type)) {
		case NFT_MSG_NEWTABLE:
			return "the table";
		case NFT_MSG_DELTABLE:
			return "the old table's removal";
		case NFT_MSG_NEWCHAIN:
			return "a chain";
		case NFT_MSG_NEWSET:
			return "a set";
		case NFT_MSG_NEWSETELEM:
			return "elements of a set";
		case NFT_MSG_NEWRULE:
			return "a rule";
		}
	}
	return "the change";
}

static int text_cb(const struct nlattr *attr, void *data)
{
	const char **text = data;

	if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_MSG &&
	    mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) >= 0)
		*text = mnl_attr_get_str(attr);
	return MNL_CB_OK;
}

static void explain(const struct nat_batch *b, const struct nlmsghdr *nlh,
		    char *why, size_t whylen)
{
	const struct nlmsgerr *e = mnl_nlmsg_get_payload(nlh);
	const char *text = NULL;

	if (nlh->nlmsg_flags & NLM_F_ACK_TLVS &&
	    nlh->nlmsg_flags & NLM_F_CAPPED)
		mnl_attr_parse(nlh, sizeof(*e), text_cb, &text);
	nat_why(why, whylen, "nftables refuses %s: %s%s%s",
		operation(b, e->msg.nlmsg_seq), strerror(-e->error),
		text ? ": " : "", text ? text : "");
}

/*
 * The kernel has answered before the sending returned. Return: 0 if the last
 * message was acknowledged and none refused, else the first refusal.
 */
static int batch_result(const struct nat_batch *b, struct nat_nl *nl, char *why,
			size_t whylen)
{
	int fd = mnl_socket_get_fd(nl->sock), err = 0, len;
	const struct nlmsghdr *nlh;
	const struct nlmsgerr *e;
	bool done = false;

	for (;;) {
		len = recv(fd, nl->buf, sizeof(nl->buf), MSG_DONTWAIT);
		if (len < 0 && errno == EINTR)
			continue;
		if (len <= 0)
			break;
		nlh = (const struct nlmsghdr *)nl->buf;
		for (; mnl_nlmsg_ok(nlh, len);
		     nlh = mnl_nlmsg_next(nlh, &len)) {
			e = mnl_nlmsg_get_payload(nlh);
			if (nlh->nlmsg_type != NLMSG_ERROR || err)
				continue;
			err = e->error;
			if (err)
				explain(b, nlh, why, whylen);
			else if (e->msg.nlmsg_seq == b->seq)
				done = true;
		}
	}
	if (err || done)
		return err;
	nat_why(why, whylen, "nftables does not answer");
	return -EPROTO;
}

int nat_batch_send(struct nat_batch *b, struct nat_nl *nl, __u32 generation,
		   char *why, size_t whylen)
{
	char *at = batch_room(b, NAT_BATCH_ROOM);
	struct nlmsghdr *last;
	int err;

	if (!at) {
		nat_why(why, whylen, "out of memory");
		return -ENOMEM;
	}
	generation = htonl(generation);
	memcpy(b->buf + b->generation, &generation, sizeof(generation));
	last = (struct nlmsghdr *)(b->buf + b->last);
	last->nlmsg_flags |= NLM_F_ACK;
	at = b->buf + b->len;
	nat_batch_end(b, nftnl_batch_end(at, b->seq + 1));
	err = make_room(nl, b->len);
	if (!err && mnl_socket_sendto(nl->sock, b->buf, b->len) < 0)
		err = -errno;
	if (err) {
		nat_why(why, whylen, "cannot send %zu bytes to nftables: %s",
			b->len, strerror(-err));
		return err;
	}
	return batch_result(b, nl, why, whylen);
}
