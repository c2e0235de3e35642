// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Requests to the module that are almost right.
 *
 * usage: nlfuzz SECONDS SEED
 *
 * A few sockets begin transactions, put operations with likely values into them,
 * commit, ask, and leave dumps half read; about half of the messages are damaged
 * on the way: bytes, lengths, types, flags, the order of things. Another socket
 * hears the events. What must hold all the time: every commit is one generation,
 * and the policy holds no more memory than it may. At the end writes how many
 * messages were sent, how many were acknowledged, and how many commits there
 * were; exit status 1, once it has been said, if something did not hold.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <net/if.h>
#include <stdbool.h>
#include <time.h>
#include "genl.h"

#define SOCKETS 4
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

struct requester {
	int fd;
	uint64_t cookie;
	unsigned int left; /* operations to come before the commit */
	bool clean; /* nothing of this transaction is damaged */
};

static struct requester requesters[SOCKETS];
static uint16_t family;
static struct message m;
static char answer[256 * 1024] __attribute__((aligned(NLMSG_ALIGNTO)));
static unsigned long sent, acknowledged, commits;
static uint64_t generation;
static bool failed;

/* ---- chance ---- */

static uint64_t state;

static uint32_t below(uint32_t n)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (uint32_t)(state * 0x2545f4914f6cdd1dull >> 33) % n;
}

static bool chance(uint32_t percent)
{
	return below(100) < percent;
}

#define one_of(array) ((array)[below(ARRAY_SIZE(array))])

/* ---- likely values ---- */

enum sort {
	NAME,
	DEV,
	TEXT,
	PREFIX,
	PREFIXES,
	RANGE,
	RANGES,
	PUBLICS,
	MAC,
	TAGS,
	FLAG,
	NUMBER8,
	NUMBER16,
	NUMBER32,
	OWNER,
};

struct field {
	uint8_t attr;
	uint8_t sort;
};

/* What names an object comes first. */
struct kind {
	uint8_t attr;
	uint8_t keys;
	struct field fields[12];
};

static const struct kind kinds[] = {
	{ EPACL_A_LIMITS,
	  0,
	  { { EPACL_LIMITS_A_RULES_PER_ENDPOINT, NUMBER32 } } },
	{ EPACL_A_SERVICE,
	  1,
	  { { EPACL_SERVICE_A_NAME, NAME },
	    { EPACL_SERVICE_A_VIPS, PREFIXES } } },
	{ EPACL_A_VNET,
	  1,
	  { { EPACL_VNET_A_NAME, NAME },
	    { EPACL_VNET_A_PREFIXES, PREFIXES },
	    { EPACL_VNET_A_PEER_PREFIXES, PREFIXES },
	    { EPACL_VNET_A_PEER_VNET, NAME },
	    { EPACL_VNET_A_UPLINK, DEV } } },
	{ EPACL_A_SUBNET,
	  2,
	  { { EPACL_SUBNET_A_VNET, NAME },
	    { EPACL_SUBNET_A_NAME, NAME },
	    { EPACL_SUBNET_A_PREFIXES, PREFIXES } } },
	{ EPACL_A_GROUP,
	  1,
	  { { EPACL_GROUP_A_NAME, NAME },
	    { EPACL_GROUP_A_PRECEDENCE, NUMBER16 } } },
	{ EPACL_A_MEMBER,
	  2,
	  { { EPACL_MEMBER_A_GROUP, NAME }, { EPACL_MEMBER_A_VM, NAME } } },
	{ EPACL_A_ACL, 1, { { EPACL_ACL_A_NAME, NAME } } },
	{ EPACL_A_LBSET,
	  1,
	  { { EPACL_LBSET_A_NAME, NAME },
	    { EPACL_LBSET_A_PROTO, NUMBER16 },
	    { EPACL_LBSET_A_PUBLICS, PUBLICS } } },
	{ EPACL_A_SET,
	  1,
	  { { EPACL_SET_A_NAME, NAME },
	    { EPACL_SET_A_PREFIXES, PREFIXES },
	    { EPACL_SET_A_MORE, FLAG } } },
	{ EPACL_A_VM,
	  1,
	  { { EPACL_VM_A_NAME, NAME },
	    { EPACL_VM_A_SERVICE, NAME },
	    { EPACL_VM_A_QUOTA, NUMBER32 } } },
	{ EPACL_A_NIC,
	  2,
	  { { EPACL_NIC_A_VM, NAME },
	    { EPACL_NIC_A_DEV, DEV },
	    { EPACL_NIC_A_ADDRESSES, PREFIXES },
	    { EPACL_NIC_A_MAC, MAC },
	    { EPACL_NIC_A_VNET, NAME },
	    { EPACL_NIC_A_SHARED, PREFIXES },
	    { EPACL_NIC_A_VLANS, TAGS },
	    { EPACL_NIC_A_SERVES, NUMBER32 } } },
	{ EPACL_A_ENDPOINT,
	  2,
	  { { EPACL_ENDPOINT_A_VM, NAME },
	    { EPACL_ENDPOINT_A_NAME, NAME },
	    { EPACL_ENDPOINT_A_PROTO, NUMBER16 },
	    { EPACL_ENDPOINT_A_PORTS, RANGE },
	    { EPACL_ENDPOINT_A_TYPE, NUMBER8 },
	    { EPACL_ENDPOINT_A_CODE, NUMBER8 },
	    { EPACL_ENDPOINT_A_ADDRESS, PREFIX },
	    { EPACL_ENDPOINT_A_PUBLICS, PUBLICS },
	    { EPACL_ENDPOINT_A_LBSET, NAME } } },
	{ EPACL_A_RULES,
	  1,
	  { { EPACL_RULES_A_OWNER, OWNER },
	    { EPACL_RULES_A_DEFAULT, NUMBER8 },
	    { EPACL_RULES_A_USE, NAME } } },
	{ EPACL_A_RULE,
	  2,
	  { { EPACL_RULE_A_OWNER, OWNER },
	    { EPACL_RULE_A_ORDER, NUMBER16 },
	    { EPACL_RULE_A_ACTION, NUMBER8 },
	    { EPACL_RULE_A_REMOTE, PREFIX },
	    { EPACL_RULE_A_PROTO, NUMBER16 },
	    { EPACL_RULE_A_LPORTS, RANGES },
	    { EPACL_RULE_A_RPORTS, RANGES },
	    { EPACL_RULE_A_TEXT, TEXT },
	    { EPACL_RULE_A_SET, NAME },
	    { EPACL_RULE_A_SECURE, FLAG },
	    { EPACL_RULE_A_REQID, NUMBER32 },
	    { EPACL_RULE_A_LOG, FLAG } } },
	{ EPACL_A_GUARD,
	  1,
	  { { EPACL_GUARD_A_PATTERN, DEV }, { EPACL_GUARD_A_FORCE, FLAG } } },
	{ EPACL_A_REASONS, 1, { { EPACL_REASONS_A_VM, NAME } } },
	{ EPACL_A_EFFECTIVE,
	  1,
	  { { EPACL_EFFECTIVE_A_VM, NAME },
	    { EPACL_EFFECTIVE_A_DIRECTION, NUMBER8 } } },
	{ EPACL_A_EXPLAIN,
	  5,
	  { { EPACL_EXPLAIN_A_PROTO, NUMBER16 },
	    { EPACL_EXPLAIN_A_SRC, PREFIX },
	    { EPACL_EXPLAIN_A_SPORT, NUMBER16 },
	    { EPACL_EXPLAIN_A_DST, PREFIX },
	    { EPACL_EXPLAIN_A_DPORT, NUMBER16 },
	    { EPACL_EXPLAIN_A_FROM, DEV },
	    { EPACL_EXPLAIN_A_FROM_HOST, FLAG },
	    { EPACL_EXPLAIN_A_SECURE, FLAG },
	    { EPACL_EXPLAIN_A_REQID, NUMBER32 } } },
};

static struct epacl_u_prefix prefix(void)
{
	struct epacl_u_prefix p = { .family = chance(70) ? 4 : 6 };

	p.len = p.family == 4 ? 32 : 128;
	if (p.family == 4) {
		p.addr[0] = 10;
		p.addr[1] = (uint8_t)below(3);
		p.addr[3] = (uint8_t)below(6);
	} else {
		p.addr[0] = 0xfd;
		p.addr[15] = (uint8_t)below(6);
	}
	if (chance(50))
		p.len = (uint8_t)(8 * below(1 + p.len / 8));
	return p;
}

static struct epacl_u_ports range(void)
{
	uint16_t lo = (uint16_t)(1 + below(100));

	return (struct epacl_u_ports){ lo, (uint16_t)(lo + below(3)) };
}

static uint32_t number(void)
{
	static const uint32_t telling[] = {
		0, 1, 2, 6, 17, 58, 100, 256, 65535
	};

	return chance(80) ? one_of(telling) : below(1u << below(31));
}

static void put_prefixes(uint8_t attr)
{
	static struct epacl_u_prefix list[EPACL_SET_CHUNK];
	uint32_t n = chance(95) ? 1 + below(3) : 1 + below(EPACL_SET_CHUNK), i;

	for (i = 0; i < n; i++)
		list[i] = prefix();
	put(&m, attr, list, n * sizeof(*list));
}

static void put_ranges(uint8_t attr)
{
	struct epacl_u_ports list[EPACL_PORTS_MAX + 1];
	uint32_t n = chance(95) ? 1 + below(2) : 1 + below(ARRAY_SIZE(list)), i;

	for (i = 0; i < n; i++)
		list[i] = range();
	put(&m, attr, list, n * sizeof(*list));
}

static void put_publics(uint8_t attr)
{
	struct epacl_u_public list[3];
	uint32_t n = 1 + below(ARRAY_SIZE(list)), i;

	memset(list, 0, sizeof(list));
	for (i = 0; i < n; i++) {
		list[i].family = 4;
		list[i].port = (uint16_t)(chance(80) ? 1 + below(100) : 0);
		list[i].addr[0] = 203;
		list[i].addr[2] = 113;
		list[i].addr[3] = (uint8_t)below(4);
	}
	put(&m, attr, list, n * sizeof(*list));
}

static void put_string(uint8_t attr, const char *s)
{
	put(&m, attr, s, strlen(s) + 1);
}

static void put_name(uint8_t attr)
{
	static const char *const names[] = { "a", "b", "c", "d" };

	put_string(attr, one_of(names));
}

static struct nlattr *nest_start(uint8_t attr)
{
	return put(&m, attr | NLA_F_NESTED, NULL, 0);
}

static void nest_end(struct nlattr *nest)
{
	nest->nla_len = (uint16_t)((char *)&m + m.head.nlmsg_len -
				   (char *)nest);
}

static void put_owner(uint8_t attr)
{
	struct nlattr *nest = nest_start(attr);
	uint8_t kind = (uint8_t)(1 + below(EPACL_OWNER_MAX));
	uint8_t direction = (uint8_t)below(EPACL_DIRECTIONS);

	put(&m, EPACL_OWNER_A_KIND, &kind, sizeof(kind));
	put_name(EPACL_OWNER_A_NAME);
	if (kind == EPACL_OWNER_ENDPOINT || kind == EPACL_OWNER_SUBNET)
		put_name(EPACL_OWNER_A_PART);
	if (kind == EPACL_OWNER_VM || kind == EPACL_OWNER_SUBNET ||
	    kind == EPACL_OWNER_GROUP)
		put(&m, EPACL_OWNER_A_DIRECTION, &direction, sizeof(direction));
	nest_end(nest);
}

static void put_field(const struct field *f)
{
	static const char *const devs[] = { "vnet0", "vnet1", "vnet2",
					    "lo",    "none0", "vnet*" };
	static const char *const texts[] = { "a rule", "", "\xff\xfe",
					     "one\ntwo" };
	const struct epacl_u_prefix p = prefix();
	const struct epacl_u_ports r = range();
	const uint8_t mac[6] = { 2, 0, 0, 0, 0, (uint8_t)below(4) };
	const uint16_t tags[2] = { (uint16_t)below(9), (uint16_t)below(4200) };
	uint32_t n = number();
	uint16_t n16 = (uint16_t)n;
	uint8_t n8 = (uint8_t)n;

	switch (f->sort) {
	case NAME:
		put_name(f->attr);
		break;
	case DEV:
		put_string(f->attr, one_of(devs));
		break;
	case TEXT:
		put_string(f->attr, one_of(texts));
		break;
	case PREFIX:
		put(&m, f->attr, &p, sizeof(p));
		break;
	case PREFIXES:
		put_prefixes(f->attr);
		break;
	case RANGE:
		put(&m, f->attr, &r, sizeof(r));
		break;
	case RANGES:
		put_ranges(f->attr);
		break;
	case PUBLICS:
		put_publics(f->attr);
		break;
	case MAC:
		put(&m, f->attr, mac, sizeof(mac));
		break;
	case TAGS:
		put(&m, f->attr, tags, sizeof(*tags) * (1 + below(2)));
		break;
	case FLAG:
		put(&m, f->attr, NULL, 0);
		break;
	case NUMBER8:
		put(&m, f->attr, &n8, sizeof(n8));
		break;
	case NUMBER16:
		put(&m, f->attr, &n16, sizeof(n16));
		break;
	case NUMBER32:
		put(&m, f->attr, &n, sizeof(n));
		break;
	case OWNER:
		put_owner(f->attr);
		break;
	}
}

/* An object: what names it, and some or all of the rest. */
static void put_object(const struct kind *k, uint32_t percent)
{
	struct nlattr *nest = nest_start(k->attr);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(k->fields) && k->fields[i].attr; i++)
		if (i < k->keys || chance(percent))
			put_field(&k->fields[i]);
	nest_end(nest);
}

/* ---- damage ---- */

static uint32_t attrs_len(void)
{
	return m.head.nlmsg_len - (uint32_t)NLMSG_LENGTH(GENL_HDRLEN);
}

static void damage_header(void)
{
	switch (below(6)) {
	case 0:
		m.genl.cmd = (uint8_t)below(EPACL_CMD_MAX + 3);
		break;
	case 1:
		m.genl.version = (uint8_t)below(4);
		break;
	case 2:
		m.genl.reserved = (uint16_t)below(3);
		break;
	case 3:
		m.head.nlmsg_flags ^= (uint16_t)(1u << below(12));
		break;
	case 4:
		m.head.nlmsg_len -= below(m.head.nlmsg_len);
		break;
	case 5:
		m.head.nlmsg_len += below(64);
		break;
	}
}

/* At some attribute, or what looks like one. */
static void damage_attr(void)
{
	struct nlattr *attr;
	uint32_t at;

	if (attrs_len() < NLA_HDRLEN)
		return;
	at = below(attrs_len() / NLA_HDRLEN) * NLA_HDRLEN;
	attr = (void *)(m.attrs + at);
	switch (below(5)) {
	case 0:
		attr->nla_len = (uint16_t)below(chance(50) ? 40 : 65536);
		break;
	case 1:
		attr->nla_type ^= NLA_F_NESTED;
		break;
	case 2:
		attr->nla_type |= NLA_F_NET_BYTEORDER;
		break;
	case 3:
		attr->nla_type = (uint16_t)below(chance(80) ? EPACL_A_MAX + 3 :
							      65536);
		break;
	case 4:
		attr->nla_len += (uint16_t)(chance(50) ? 1 : -1);
		break;
	}
}

static void damage(void)
{
	uint32_t n = 1 + below(3), len;

	while (n--) {
		len = attrs_len();
		if (len > MESSAGE_ROOM / 2)
			return;
		switch (below(5)) {
		case 0:
			damage_header();
			return;
		case 1:
		case 2:
			damage_attr();
			break;
		case 3:
			if (len)
				m.attrs[below(len)] ^= (char)(1 << below(8));
			break;
		case 4: /* all of it twice, or another object besides */
			if (chance(50)) {
				memcpy(m.attrs + len, m.attrs, len);
				m.head.nlmsg_len += len;
			} else {
				put_object(&one_of(kinds), 50);
			}
			break;
		}
	}
}

/* ---- answers ---- */

static void not_so(const char *what, uint64_t is, uint64_t wanted)
{
	printf("%s: %llu, not %llu\n", what, (unsigned long long)is,
	       (unsigned long long)wanted);
	failed = true;
}

static uint64_t number_in(const struct nlmsghdr *head, uint16_t type)
{
	const void *at = find(head, type);
	uint64_t n = 0;

	if (at)
		memcpy(&n, at, sizeof(n));
	return n;
}

/* What has come so far, @most datagrams of it. */
static void hear(struct requester *r, unsigned int most)
{
	const struct nlmsghdr *head;
	const struct nlmsgerr *error;
	ssize_t n;

	while (most-- &&
	       (n = recv(r->fd, answer, sizeof(answer), MSG_DONTWAIT)) != -1) {
		head = (const void *)answer;
		for (; NLMSG_OK(head, n); head = NLMSG_NEXT(head, n)) {
			error = NLMSG_DATA(head);
			if (head->nlmsg_type == NLMSG_ERROR)
				acknowledged += !error->error;
			else if (head->nlmsg_type == family &&
				 number_in(head, EPACL_A_TXN))
				r->cookie = number_in(head, EPACL_A_TXN);
		}
	}
}

/* Every commit is a generation, and none is left out. */
static void hear_events(int fd)
{
	const struct nlmsghdr *head = (const void *)answer;

	while (recv(fd, answer, sizeof(answer), MSG_DONTWAIT) > 0) {
		if (head->nlmsg_type != family)
			continue;
		commits++;
		generation++;
		if (number_in(head, EPACL_A_GENERATION) == generation)
			continue;
		not_so("generation of an event",
		       number_in(head, EPACL_A_GENERATION), generation);
		generation = number_in(head, EPACL_A_GENERATION);
	}
}

/* What the module says of itself, on a socket that does nothing else. */
static void check_info(int fd, bool first)
{
	const struct nlmsghdr *head = (const void *)answer;
	uint64_t memory, max;
	ssize_t n;

	begin_message(&m, family, EPACL_CMD_INFO);
	if (send(fd, &m, m.head.nlmsg_len, 0) < 0)
		die("send");
	n = recv(fd, answer, sizeof(answer), 0);
	if (n < (ssize_t)NLMSG_LENGTH(GENL_HDRLEN) ||
	    head->nlmsg_type != family) {
		not_so("answers to INFO", 0, 1);
		return;
	}
	memory = number_in(head, EPACL_A_MEMORY);
	max = number_in(head, EPACL_A_MEMORY_MAX);
	if (memory > max)
		not_so("memory", memory, max);
	if (first)
		generation = number_in(head, EPACL_A_GENERATION);
	else if (number_in(head, EPACL_A_GENERATION) != generation)
		not_so("generation", number_in(head, EPACL_A_GENERATION),
		       generation);
}

/* ---- requests ---- */

static void send_message(struct requester *r, uint32_t damaged)
{
	size_t len;

	if (chance(90))
		m.head.nlmsg_flags |= NLM_F_ACK;
	if (chance(damaged))
		damage();
	/* What the header says may be more than there is, or less. */
	len = m.head.nlmsg_len < sizeof(m) ? m.head.nlmsg_len : sizeof(m);
	if (len < sizeof(m.head))
		len = sizeof(m.head);
	send(r->fd, &m, len, 0);
	sent++;
}

static void put_cookie(struct requester *r)
{
	uint64_t cookie = chance(98) ? r->cookie : below(2);

	put(&m, EPACL_A_TXN, &cookie, sizeof(cookie));
}

static void begin(struct requester *r)
{
	begin_message(&m, family, EPACL_CMD_BEGIN);
	if (chance(5))
		put(&m, EPACL_A_GENERATION, &generation, sizeof(generation));
	r->clean = chance(60);
	r->left = 1 + below(4);
	send_message(r, r->clean ? 0 : 10);
}

static void operate(struct requester *r)
{
	static const uint8_t commands[] = {
		EPACL_CMD_ADD,	  EPACL_CMD_ADD,    EPACL_CMD_ADD,
		EPACL_CMD_CHANGE, EPACL_CMD_CHANGE, EPACL_CMD_REMOVE,
	};
	const struct kind *k = &kinds[below(ARRAY_SIZE(kinds) - 3)];
	uint8_t command = below(500) ? one_of(commands) : EPACL_CMD_FLUSH;
	uint32_t flags = command == EPACL_CMD_REMOVE ? EPACL_F_IF_EXISTS :
						       EPACL_F_MAY_EXIST;
	uint32_t clear = 1u << below(16);

	begin_message(&m, family, command);
	put_cookie(r);
	if (command == EPACL_CMD_CHANGE && chance(15))
		put(&m, EPACL_A_CLEAR, &clear, sizeof(clear));
	else if (command != EPACL_CMD_CHANGE && chance(60))
		put(&m, EPACL_A_FLAGS, &flags, sizeof(flags));
	if (command != EPACL_CMD_FLUSH)
		put_object(k, command == EPACL_CMD_REMOVE ? 0 : 45);
	send_message(r, r->clean ? 0 : 40);
}

static void end(struct requester *r)
{
	static const uint8_t commands[] = { EPACL_CMD_COMMIT, EPACL_CMD_COMMIT,
					    EPACL_CMD_COMMIT, EPACL_CMD_COMMIT,
					    EPACL_CMD_ABORT };
	uint32_t dry_run = EPACL_F_DRY_RUN;

	begin_message(&m, family, one_of(commands));
	put_cookie(r);
	if (m.genl.cmd == EPACL_CMD_COMMIT && chance(10))
		put(&m, EPACL_A_FLAGS, &dry_run, sizeof(dry_run));
	send_message(r, r->clean ? 0 : 10);
	if (chance(50)) {
		begin_message(&m, family, EPACL_CMD_STATUS);
		put_cookie(r);
		send_message(r, 10);
	}
	r->cookie = 0;
}

/* Reads, of the policy in force or of the transaction's. */
static void ask(struct requester *r)
{
	bool dump = chance(70);

	begin_message(&m, family, dump ? EPACL_CMD_GET : EPACL_CMD_EXPLAIN);
	if (dump)
		m.head.nlmsg_flags |= NLM_F_DUMP;
	if (r->cookie && chance(50))
		put_cookie(r);
	if (!dump)
		put_object(&kinds[ARRAY_SIZE(kinds) - 1], 30);
	else if (chance(80))
		put_object(&one_of(kinds), 0);
	send_message(r, 40);
}

/* A fresh socket; what the old one had begun, and not read, goes with it. */
static void replace(struct requester *r)
{
	close(r->fd);
	memset(r, 0, sizeof(*r));
	r->fd = open_socket();
}

static void step(struct requester *r)
{
	if (chance(2))
		replace(r);
	else if (chance(15))
		ask(r);
	else if (!r->cookie)
		begin(r);
	else if (r->left && r->left--)
		operate(r);
	else
		end(r);
	/* A dump that is not read to its end waits, or goes with its socket. */
	hear(r, chance(90) ? 1000 : 1);
}

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

int main(int argc, char **argv)
{
	long seconds = argc == 3 ? atol(argv[1]) : 0;
	int events, info, i;
	uint32_t group;
	uint64_t until;

	if (seconds <= 0) {
		fputs("usage: nlfuzz SECONDS SEED\n", stderr);
		return 2;
	}
	state = strtoull(argv[2], NULL, 0) * 0x9e3779b97f4a7c15ull | 1;
	family = find_family(&group);
	events = open_socket();
	info = open_socket();
	if (setsockopt(events, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group,
		       sizeof(group)))
		die("joining the group");
	for (i = 0; i < SOCKETS; i++)
		requesters[i].fd = open_socket();
	check_info(info, true);
	until = now() + (uint64_t)seconds * 1000;
	while (!failed && now() < until) {
		step(&requesters[below(SOCKETS)]);
		hear_events(events);
		if (chance(2))
			check_info(info, false);
	}
	check_info(info, false);
	printf("%lu sent %lu acknowledged %lu commits\n", sent, acknowledged,
	       commits);
	return failed;
}
