// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What takes frames round netfilter at the interface of a VM, as far as the
 * kernel tells: XDP, filters of tc, flowtables, hardware. What cannot be asked is
 * passed over.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <libmnl/libmnl.h>
#include <linux/bpf.h>
#include <linux/ethtool_netlink.h>
#include <linux/genetlink.h>
#include <linux/if_link.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <linux/tc_act/tc_mirred.h>

#include "bypass.h"
#include "kind.h"
#include "netlink.h"

/* A dump comes in datagrams of up to 32 KiB. */
#define ANSWER_ROOM 32768

/* Where a clsact queueing discipline has filters. */
#define PARENT_INGRESS TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS)
#define PARENT_EGRESS TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_EGRESS)

/* Younger than Debian's headers. */
#define ATTACH_TCX_INGRESS 46

/* Take one datagram of an answer. Return: more is to come. */
static bool take(const void *data, int len, __u32 seq, nl_reader reader,
		 void *arg)
{
	const struct nlmsghdr *nlh = data;

	for (; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len)) {
		if (nlh->nlmsg_seq != seq)
			continue;
		if (nlh->nlmsg_type < NLMSG_MIN_TYPE)
			return false;
		reader(nlh, arg);
	}
	return true;
}

/* Send @nlh and take each message of the answer. */
static void ask(struct mnl_socket *sock, struct nlmsghdr *nlh, nl_reader reader,
		void *arg)
{
	static char answer[ANSWER_ROOM];
	static __u32 seq;
	ssize_t n;

	nlh->nlmsg_flags |= NLM_F_REQUEST;
	if (!(nlh->nlmsg_flags & NLM_F_DUMP))
		nlh->nlmsg_flags |= NLM_F_ACK;
	nlh->nlmsg_seq = ++seq;
	if (mnl_socket_sendto(sock, nlh, nlh->nlmsg_len) < 0)
		return;
	do {
		n = mnl_socket_recvfrom(sock, answer, sizeof(answer));
	} while (n > 0 && take(answer, (int)n, seq, reader, arg));
}

static struct mnl_socket *open_socket(int bus)
{
	struct mnl_socket *sock = mnl_socket_open(bus);

	if (sock && mnl_socket_bind(sock, 0, MNL_SOCKET_AUTOPID) < 0) {
		mnl_socket_close(sock);
		sock = NULL;
	}
	return sock;
}

static const struct nlattr *attr_in(const struct nlattr *nest, int type)
{
	const struct nlattr *attr;

	if (!nest)
		return NULL;
	mnl_attr_for_each_nested(attr, nest)
		if (mnl_attr_get_type(attr) == type)
			return attr;
	return NULL;
}

static const struct nlattr *attr_of(const struct nlmsghdr *nlh, size_t header,
				    int type)
{
	const struct nlattr *attr;

	if (mnl_nlmsg_get_payload_len(nlh) < header)
		return NULL;
	mnl_attr_for_each(attr, nlh, (unsigned int)header)
		if (mnl_attr_get_type(attr) == type)
			return attr;
	return NULL;
}

/* --- filters of tc ---------------------------------------------------------------- */

static struct nlmsghdr *tc_request(void *buf, __u16 type, int ifindex,
				   __u32 parent)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct tcmsg *tc;

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_DUMP;
	tc = mnl_nlmsg_put_extra_header(nlh, sizeof(*tc));
	tc->tcm_family = AF_UNSPEC;
	tc->tcm_ifindex = ifindex;
	tc->tcm_parent = parent;
	return nlh;
}

/* Kinds of filters whose actions are read, and where those are. */
static const struct {
	const char *kind;
	int actions;
} filters[] = {
	{ "matchall", TCA_MATCHALL_ACT }, { "flower", TCA_FLOWER_ACT },
	{ "u32", TCA_U32_ACT },		  { "bpf", TCA_BPF_ACT },
	{ "basic", TCA_BASIC_ACT },	  { "fw", TCA_FW_ACT },
	{ "flow", TCA_FLOW_ACT },	  { "route", TCA_ROUTE4_ACT },
	{ "cgroup", TCA_CGROUP_ACT },
};

/* Filters of one place that are being read. */
struct place_of_filters {
	struct bypass *bypass;
	struct detour detour;
};

static void add_detour(const struct place_of_filters *p, unsigned int to,
		       bool program)
{
	struct bypass *b = p->bypass;

	b->detours = grow(b->detours, b->n, &b->room, sizeof(*b->detours));
	b->detours[b->n] = p->detour;
	b->detours[b->n].to = to;
	b->detours[b->n++].program = program;
}

static void read_action(const struct place_of_filters *p,
			const struct nlattr *action)
{
	const char *kind = attr_text(attr_in(action, TCA_ACT_KIND));
	const struct nlattr *options = attr_in(action, TCA_ACT_OPTIONS);
	const struct tc_mirred *mirred;
	size_t n;

	if (!kind || strcmp(kind, "mirred"))
		return;
	mirred = attr_array(attr_in(options, TCA_MIRRED_PARMS), sizeof(*mirred),
			    &n);
	if (!n)
		return;
	add_detour(p,
		   mirred->eaction == TCA_EGRESS_REDIR ||
				   mirred->eaction == TCA_EGRESS_MIRROR ?
			   mirred->ifindex :
			   0,
		   false);
}

static void read_actions(const struct place_of_filters *p,
			 const struct nlattr *actions)
{
	const struct nlattr *action;

	if (!actions)
		return;
	mnl_attr_for_each_nested(action, actions) {
		read_action(p, action);
	}
}

static void read_filter(const struct nlmsghdr *nlh, void *arg)
{
	const struct place_of_filters *p = arg;
	const struct nlattr *options;
	const char *kind;
	size_t i;

	options = attr_of(nlh, sizeof(struct tcmsg), TCA_OPTIONS);
	kind = attr_text(attr_of(nlh, sizeof(struct tcmsg), TCA_KIND));
	if (!kind || !options)
		return;
	for (i = 0; i < ARRAY_SIZE(filters); i++)
		if (!strcmp(kind, filters[i].kind))
			read_actions(p, attr_in(options, filters[i].actions));
	if (!strcmp(kind, "bpf"))
		add_detour(p, 0, true);
}

/* Interfaces that have filters on arrival, or as frames leave. */
struct places {
	int *ifindex;
	size_t n;
	size_t room;
};

static void read_qdisc(const struct nlmsghdr *nlh, void *arg)
{
	const struct tcmsg *tc = mnl_nlmsg_get_payload(nlh);
	struct places *p = arg;
	const char *kind;

	kind = attr_text(attr_of(nlh, sizeof(*tc), TCA_KIND));
	if (!kind || (strcmp(kind, "clsact") && strcmp(kind, "ingress")))
		return;
	p->ifindex = grow(p->ifindex, p->n, &p->room, sizeof(*p->ifindex));
	p->ifindex[p->n++] = tc->tcm_ifindex;
}

static void read_filters(struct bypass *b, int ifindex, bool arriving)
{
	struct place_of_filters p = {
		.bypass = b,
		.detour = { .at = (unsigned int)ifindex, .arriving = arriving },
	};
	char request[256];

	ask(b->sock,
	    tc_request(request, RTM_GETTFILTER, ifindex,
		       arriving ? PARENT_INGRESS : PARENT_EGRESS),
	    read_filter, &p);
}

static void read_detours(struct bypass *b)
{
	struct places p = { 0 };
	char request[256];
	size_t i;

	ask(b->sock, tc_request(request, RTM_GETQDISC, 0, 0), read_qdisc, &p);
	for (i = 0; i < p.n; i++) {
		read_filters(b, p.ifindex[i], true);
		read_filters(b, p.ifindex[i], false);
	}
	free(p.ifindex);
}

/* --- flowtables -------------------------------------------------------------------- */

static void read_flowtable(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *hook, *devs, *attr;
	struct flowtable_dev *dev;
	struct bypass *b = arg;

	hook = attr_of(nlh, sizeof(struct nfgenmsg), NFTA_FLOWTABLE_HOOK);
	devs = attr_in(hook, NFTA_FLOWTABLE_HOOK_DEVS);
	if (!devs)
		return;
	mnl_attr_for_each_nested(attr, devs) {
		if (!attr_text(attr))
			continue;
		b->flowtable_devs = grow(b->flowtable_devs, b->n_flowtable_devs,
					 &b->room_flowtable_devs, sizeof(*dev));
		dev = &b->flowtable_devs[b->n_flowtable_devs++];
		snprintf(dev->name, sizeof(dev->name), "%s", attr_text(attr));
	}
}

static void read_flowtables(struct bypass *b)
{
	char request[256];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(request);
	struct mnl_socket *sock = open_socket(NETLINK_NETFILTER);

	if (!sock)
		return;
	nlh->nlmsg_type = NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETFLOWTABLE;
	nlh->nlmsg_flags = NLM_F_DUMP;
	mnl_nlmsg_put_extra_header(nlh, sizeof(struct nfgenmsg));
	ask(sock, nlh, read_flowtable, b);
	mnl_socket_close(sock);
}

static bool is_in_flowtable(const struct bypass *b, const char *dev)
{
	size_t i;

	for (i = 0; i < b->n_flowtable_devs; i++)
		if (!strcmp(b->flowtable_devs[i].name, dev))
			return true;
	return false;
}

/* --- an interface ------------------------------------------------------------------ */

/* What rtnetlink says of it. */
struct link {
	unsigned int ifindex;
	bool xdp;
	bool switched;
};

static void read_link(const struct nlmsghdr *nlh, void *arg)
{
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(nlh);
	struct link *link = arg;
	const struct nlattr *xdp;

	xdp = attr_of(nlh, sizeof(*info), IFLA_XDP);
	link->switched = attr_of(nlh, sizeof(*info), IFLA_PHYS_SWITCH_ID);
	link->xdp = attr_number(attr_in(xdp, IFLA_XDP_ATTACHED)) !=
		    XDP_ATTACHED_NONE;
	if (mnl_nlmsg_get_payload_len(nlh) >= sizeof(*info))
		link->ifindex = (unsigned int)info->ifi_index;
}

static void ask_link(struct bypass *b, const char *dev, struct link *link)
{
	char request[256];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(request);

	nlh->nlmsg_type = RTM_GETLINK;
	mnl_nlmsg_put_extra_header(nlh, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(nlh, IFLA_IFNAME, dev);
	ask(b->sock, nlh, read_link, link);
}

/* Programs of tc that no queueing discipline has (tcx, Linux 6.6). */
static bool has_tcx(unsigned int ifindex)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.query.target_fd = ifindex;
	attr.query.attach_type = ATTACH_TCX_INGRESS;
	return !syscall(SYS_bpf, BPF_PROG_QUERY, &attr, sizeof(attr)) &&
	       attr.query.prog_cnt;
}

/* --- hardware ---------------------------------------------------------------------- */

static void read_family(const struct nlmsghdr *nlh, void *arg)
{
	unsigned short *family = arg;

	*family = (unsigned short)attr_number(
		attr_of(nlh, sizeof(struct genlmsghdr), CTRL_ATTR_FAMILY_ID));
}

static struct nlmsghdr *genl_request(void *buf, __u16 type, __u8 cmd)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct genlmsghdr *genl;

	nlh->nlmsg_type = type;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = 1;
	return nlh;
}

static void find_ethtool(struct bypass *b)
{
	char request[256];
	struct nlmsghdr *nlh = genl_request(request, GENL_ID_CTRL,
					    CTRL_CMD_GETFAMILY);

	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, ETHTOOL_GENL_NAME);
	ask(b->features, nlh, read_family, &b->family);
}

/* Of the features that are on, each is listed by name. */
static void read_features(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *active, *bits, *bit;
	bool *offloads = arg;
	const char *name;

	active = attr_of(nlh, sizeof(struct genlmsghdr),
			 ETHTOOL_A_FEATURES_ACTIVE);
	bits = attr_in(active, ETHTOOL_A_BITSET_BITS);
	if (!bits)
		return;
	mnl_attr_for_each_nested(bit, bits) {
		name = attr_text(attr_in(bit, ETHTOOL_A_BITSET_BIT_NAME));
		if (name && !strcmp(name, "hw-tc-offload"))
			*offloads = true;
	}
}

static bool offloads_tc(struct bypass *b, const char *dev)
{
	char request[256];
	bool offloads = false;
	struct nlmsghdr *nlh;
	struct nlattr *nest;

	if (!b->family)
		return false;
	nlh = genl_request(request, b->family, ETHTOOL_MSG_FEATURES_GET);
	nest = mnl_attr_nest_start(nlh, ETHTOOL_A_FEATURES_HEADER);
	mnl_attr_put_strz(nlh, ETHTOOL_A_HEADER_DEV_NAME, dev);
	mnl_attr_nest_end(nlh, nest);
	ask(b->features, nlh, read_features, &offloads);
	return offloads;
}

/* --- all of it --------------------------------------------------------------------- */

static void add_way(struct buf *text, const char *way)
{
	buf_add(text, "%s%s", text->len ? "; " : "", way);
}

static const struct detour *find_detour(const struct bypass *b,
					unsigned int ifindex, bool program)
{
	size_t i;

	for (i = 0; i < b->n; i++)
		if (b->detours[i].at == ifindex && b->detours[i].arriving &&
		    b->detours[i].program == program)
			return &b->detours[i];
	return NULL;
}

/* Filters elsewhere that send frames to it; the first of several is named. */
static void add_senders(const struct bypass *b, unsigned int ifindex,
			struct buf *text)
{
	char name[IF_NAMESIZE];
	size_t i;

	for (i = 0; i < b->n; i++) {
		if (b->detours[i].to != ifindex ||
		    !if_indextoname(b->detours[i].at, name))
			continue;
		buf_add(text, "%stc at %s sends frames to it",
			text->len ? "; " : "", name);
		return;
	}
}

/* What concerns all interfaces is asked once. */
static void open_once(struct bypass *b)
{
	if (b->opened)
		return;
	b->opened = true;
	b->sock = open_socket(NETLINK_ROUTE);
	b->features = open_socket(NETLINK_GENERIC);
	/* The question alone would load it. */
	if (!access("/sys/module/nf_tables", F_OK))
		read_flowtables(b);
	if (b->sock)
		read_detours(b);
	if (b->features)
		find_ethtool(b);
}

void bypass_close(struct bypass *b)
{
	if (b->sock)
		mnl_socket_close(b->sock);
	if (b->features)
		mnl_socket_close(b->features);
	free(b->flowtable_devs);
	free(b->detours);
}

/**
 * bypass_find - what takes frames round netfilter at an interface
 * @b: what is known
 * @dev: name of the interface
 * @text: receives it, in words
 *
 * Return: false: nothing that the kernel tells of.
 */
bool bypass_find(struct bypass *b, const char *dev, struct buf *text)
{
	struct link link = { 0 };

	open_once(b);
	if (b->sock)
		ask_link(b, dev, &link);
	if (!link.ifindex)
		return false;
	if (link.xdp)
		add_way(text, "an XDP program has its frames first");
	if (find_detour(b, link.ifindex, true) || has_tcx(link.ifindex))
		add_way(text, "a program of tc has its frames first");
	if (find_detour(b, link.ifindex, false))
		add_way(text, "tc sends its frames elsewhere");
	add_senders(b, link.ifindex, text);
	if (is_in_flowtable(b, dev))
		add_way(text, "it is in a flowtable");
	if (link.switched)
		add_way(text, "it is a port of a switch in hardware");
	if (offloads_tc(b, dev))
		add_way(text, "hw-tc-offload is on");
	return text->len;
}

/**
 * bypass_warn - say so
 * @b: what is known
 * @at: where the interface was typed, or NULL
 * @dev: name of the interface
 */
void bypass_warn(struct bypass *b, const struct place *at, const char *dev)
{
	struct buf text = { 0 };

	if (bypass_find(b, dev, &text))
		say(at, "warning: not all frames of %s may be judged: %s", dev,
		    text.s);
	buf_free(&text);
}
