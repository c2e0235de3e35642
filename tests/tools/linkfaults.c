// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What becomes of an interface that comes while the kernel runs out of memory.
 *
 * usage: linkfaults add NAME | rename NEW | move NAME NETNS | enslave NAME BRIDGE
 *
 * add		an interface of that name
 * rename	one that is down gets that name
 * move		one comes from a namespace, of the name that it has there
 * enslave	one becomes a port of a bridge
 *
 * One allocation fails after the other, as in faults.c. However it ends: where the
 * request fails the interface is not there, and it can be set up only if the
 * module has it hooked; one that came unhooked is hooked by the next commit,
 * whatever that is about. The name is that of a nic of the VM "a".
 *
 * Writes how often an allocation failed, how often the request, and how often
 * the interface came unhooked; exit status 1, once it has been said, if something
 * of this did not hold.
 */
#define _GNU_SOURCE
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>

#include "aim.h"
#include "genl.h"

#define VM "a"
#define SPARE "t-spare" /* what it is called before it gets its name */

static uint16_t family;
static int module; /* socket of the module's family */
static int here, there; /* sockets of rtnetlink, there: of NETNS */
static unsigned long faults, refusals, unhooked;

/* ---- the module ---- */

/* Sends a request. Return: what comes first, until the next. */
static const struct nlmsghdr *ask(const struct message *m)
{
	static char answer[8192] __attribute__((aligned(NLMSG_ALIGNTO)));

	if (send(module, m, m->head.nlmsg_len, 0) < 0 ||
	    recv(module, answer, sizeof(answer), 0) < 0)
		die("the module");
	return (const void *)answer;
}

/* What else has come, an end of a dump or an acknowledgement. */
static void skip_rest(void)
{
	char rest[8192];

	while (recv(module, rest, sizeof(rest), MSG_DONTWAIT) > 0)
		;
}

static struct nlattr *nest_start(struct message *m, uint16_t type)
{
	return put(m, type | NLA_F_NESTED, NULL, 0);
}

static void nest_end(struct message *m, struct nlattr *nest)
{
	nest->nla_len = (uint16_t)((char *)m + m->head.nlmsg_len -
				   (char *)nest);
}

/* Number of the interface that the module has hooked as this nic; 0: none. */
static uint32_t hooked_as(const char *dev)
{
	static struct message m;
	const struct nlattr *nest;
	const char *nic;
	const void *at;
	uint32_t index;

	begin_message(&m, family, EPACL_CMD_GET);
	m.head.nlmsg_flags |= NLM_F_DUMP;
	nest = nest_start(&m, EPACL_A_NIC);
	put(&m, EPACL_NIC_A_VM, VM, sizeof(VM));
	put(&m, EPACL_NIC_A_DEV, dev, strlen(dev) + 1);
	nest_end(&m, (struct nlattr *)nest);
	nic = find(ask(&m), EPACL_A_NIC);
	if (!nic)
		errx(2, "vm " VM " has no nic '%s'", dev);
	nest = (const void *)(nic - NLA_HDRLEN);
	at = find_between(nic, (const char *)nest + nest->nla_len,
			  EPACL_NIC_A_IFINDEX);
	if (!at)
		errx(2, "the nic has no interface, not even none");
	memcpy(&index, at, sizeof(index));
	skip_rest();
	return index;
}

static void expect(const struct nlmsghdr *head)
{
	const struct nlmsgerr *error = NLMSG_DATA(head);

	if (head->nlmsg_type == NLMSG_ERROR && error->error)
		errx(2, "the module: %s", strerror(-error->error));
	skip_rest();
}

/* A commit about something else. */
static void commit(void)
{
	const uint32_t rules = EPACL_RULES_DEFAULT;
	static struct message m;
	struct nlattr *nest;
	const void *txn;
	uint64_t cookie;

	begin_message(&m, family, EPACL_CMD_BEGIN);
	txn = find(ask(&m), EPACL_A_TXN);
	if (!txn)
		errx(2, "no transaction begins");
	memcpy(&cookie, txn, sizeof(cookie));

	begin_message(&m, family, EPACL_CMD_CHANGE);
	m.head.nlmsg_flags |= NLM_F_ACK;
	put(&m, EPACL_A_TXN, &cookie, sizeof(cookie));
	nest = nest_start(&m, EPACL_A_LIMITS);
	put(&m, EPACL_LIMITS_A_RULES_PER_ENDPOINT, &rules, sizeof(rules));
	nest_end(&m, nest);
	expect(ask(&m));

	begin_message(&m, family, EPACL_CMD_COMMIT);
	put(&m, EPACL_A_TXN, &cookie, sizeof(cookie));
	expect(ask(&m));
}

/* ---- interfaces ---- */

/* A message of rtnetlink about an interface. */
struct link_message {
	struct nlmsghdr head;
	struct ifinfomsg info;
	char attrs[256];
};

static void put_attr(struct link_message *m, uint16_t type, const void *data,
		     size_t len)
{
	struct nlattr *attr = (void *)((char *)m + m->head.nlmsg_len);

	attr->nla_type = type;
	attr->nla_len = (uint16_t)(NLA_HDRLEN + len);
	if (len)
		memcpy(attr + 1, data, len);
	m->head.nlmsg_len += (uint32_t)NLA_ALIGN(attr->nla_len);
}

static void about_link(struct link_message *m, uint16_t type, const char *name)
{
	memset(m, 0, sizeof(*m));
	m->head.nlmsg_len = NLMSG_LENGTH(sizeof(m->info));
	m->head.nlmsg_type = type;
	m->head.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	put_attr(m, IFLA_IFNAME, name, strlen(name) + 1);
}

/* Return: 0, or an errno; ENOBUFS: it may have been done. */
static int run(int fd, const struct link_message *m)
{
	char answer[8192] __attribute__((aligned(NLMSG_ALIGNTO)));
	const struct nlmsghdr *head = (const void *)answer;
	const struct nlmsgerr *error = NLMSG_DATA(head);
	ssize_t n;

	aim_before_call();
	n = send(fd, m, m->head.nlmsg_len, 0);
	aim_after_call();
	if (n < 0 || recv(fd, answer, sizeof(answer), 0) < 0)
		return errno;
	return head->nlmsg_type == NLMSG_ERROR ? -error->error : EBADMSG;
}

static int add(int fd, const char *name)
{
	static const char kind[] = "dummy";
	struct nlattr *info;
	struct link_message m;

	about_link(&m, RTM_NEWLINK, name);
	m.head.nlmsg_flags |= NLM_F_CREATE | NLM_F_EXCL;
	info = (void *)((char *)&m + m.head.nlmsg_len);
	put_attr(&m, IFLA_LINKINFO | NLA_F_NESTED, NULL, 0);
	put_attr(&m, IFLA_INFO_KIND, kind, sizeof(kind));
	info->nla_len = (uint16_t)((char *)&m + m.head.nlmsg_len -
				   (char *)info);
	return run(fd, &m);
}

static int delete (int fd, const char *name)
{
	struct link_message m;

	about_link(&m, RTM_DELLINK, name);
	return run(fd, &m);
}

static int set_up(const char *name)
{
	struct link_message m;

	about_link(&m, RTM_NEWLINK, name);
	m.info.ifi_flags = m.info.ifi_change = IFF_UP;
	return run(here, &m);
}

static int rename_to(const char *name)
{
	struct link_message m;

	about_link(&m, RTM_NEWLINK, name);
	m.info.ifi_index = (int)if_nametoindex(SPARE);
	return run(here, &m);
}

static int move(const char *name)
{
	static int netns = -1;
	struct link_message m;
	uint32_t fd;

	if (netns < 0)
		netns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	fd = (uint32_t)netns;
	about_link(&m, RTM_NEWLINK, name);
	put_attr(&m, IFLA_NET_NS_FD, &fd, sizeof(fd));
	return run(there, &m);
}

static int enslave(const char *name, const char *bridge)
{
	uint32_t index = if_nametoindex(bridge);
	struct link_message m;

	about_link(&m, RTM_NEWLINK, name);
	put_attr(&m, IFLA_MASTER, &index, sizeof(index));
	return run(here, &m);
}

static int open_rtnl(void)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	struct sockaddr_nl self = { .nl_family = AF_NETLINK };

	if (fd < 0 || bind(fd, (struct sockaddr *)&self, sizeof(self)))
		die("rtnetlink");
	return fd;
}

/* A socket of another namespace. */
static int open_rtnl_of(const char *netns)
{
	int own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), other, fd;
	char path[128];

	snprintf(path, sizeof(path), "/run/netns/%s", netns);
	other = open(path, O_RDONLY | O_CLOEXEC);
	if (other < 0 || setns(other, CLONE_NEWNET))
		die(path);
	fd = open_rtnl();
	if (setns(own, CLONE_NEWNET))
		die("back");
	close(other);
	close(own);
	return fd;
}

/* ---- what is asked for ---- */

static const char *verb, *name, *other;

static bool is(const char *word)
{
	return !strcmp(verb, word);
}

/* What there must be before. */
static void prepare(void)
{
	int error = 0;

	if (is("rename"))
		error = add(here, SPARE);
	else if (is("move"))
		error = add(there, name);
	else if (is("enslave"))
		error = add(here, name);
	if (error)
		errx(2, "an interface to begin with: %s", strerror(error));
}

static int act(void)
{
	if (is("add"))
		return add(here, name);
	if (is("rename"))
		return rename_to(name);
	if (is("move"))
		return move(name);
	return enslave(name, other);
}

/* Whatever there is. */
static void undo(void)
{
	if (if_nametoindex(name))
		delete (here, name);
	else if (is("rename"))
		delete (here, SPARE);
	else if (is("move"))
		delete (there, name);
}

/* ---- what comes of it ---- */

static void complain(const char *what, int error)
{
	printf("allocation %lu: %s: %s\n", faults, what, strerror(error));
	undo();
	exit(1);
}

static void judge_unhooked(uint32_t index)
{
	int error = set_up(name);

	unhooked++;
	if (error != EBUSY)
		complain("set up, and not hooked", error);
	commit();
	if (hooked_as(name) != index)
		complain("not even a commit hooks it", 0);
}

/* Not everything in the kernel says ENOMEM where it is meant. */
static void judge(bool hit, int error)
{
	uint32_t index = if_nametoindex(name);

	if (error && !hit)
		complain("refused, although memory is there", error);
	/* It may be done, and the answer alone be lost. */
	if (error && error != ENOBUFS && index && !is("enslave"))
		complain("refused, and there", error);
	if (!error && !index)
		complain("done, and not there", error);
	if (!index)
		return;
	if (hooked_as(name) != index)
		judge_unhooked(index);
	error = set_up(name);
	if (error)
		complain("cannot be set up", error);
}

/* How many there are. */
static unsigned int count(void)
{
	int error;

	prepare();
	aim_at(1, AIM_NTH_MAX);
	error = act();
	if (error)
		errx(2, "%s", strerror(error));
	undo();
	return AIM_NTH_MAX - aim.more;
}

/*
 * Return: false: the name cannot be had any more. That happens once a rename has
 * failed in the middle: a link of that name stays in /sys/class/net.
 */
static bool try_it(unsigned int nth)
{
	bool hit;
	int error;

	prepare();
	aim_at(1, nth);
	error = act();
	hit = aim.hit;
	aim_at(0, 0);
	if (is("rename") && error == EEXIST) {
		undo();
		return false;
	}
	faults += hit;
	refusals += error != 0;
	judge(hit, error);
	undo();
	return true;
}

int main(int argc, char **argv)
{
	unsigned int nth;

	if (argc < 3)
		errx(2,
		     "usage: linkfaults add|rename|move|enslave NAME [NETNS|BRIDGE]");
	verb = argv[1];
	name = argv[2];
	other = argv[3];
	aim_init();
	family = find_family(NULL);
	module = open_socket();
	here = open_rtnl();
	if (is("move"))
		there = open_rtnl_of(other);
	/* The last ones first: those are where the module hears of it. */
	for (nth = count(); nth && try_it(nth); nth--)
		;
	printf("%lu faults %lu refusals %lu unhooked\n", faults, refusals,
	       unhooked);
	return 0;
}
