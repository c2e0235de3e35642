// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The sets of our table, and which entry of a plan is an element of which.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>
#include <libnftnl/rule.h>
#include <libnftnl/set.h>
#include <libnftnl/udata.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter/nf_tables.h>

#include "nat_table.h"

/* A field of a key or of data. The numbers of types are nft's, for good. */
enum field {
	FIELD_NONE,
	FIELD_ADDR,
	FIELD_PROTO,
	FIELD_PORT,
	FIELD_ZONE, /* host byte order, as the kernel has it in a register */
	FIELD_NUMBER, /* likewise */
	FIELD_VERDICT, /* alone, and only as data: takes no place */
};

#define NFT_TYPE_INTEGER 4
#define NFT_TYPE_IPV4 7
#define NFT_TYPE_IPV6 8
#define NFT_TYPE_PROTO 12
#define NFT_TYPE_PORT 13
#define NFT_TYPE_BITS 6
#define NFT_HOST_ENDIAN 1
#define NFT_BIG_ENDIAN 2
#define FIELDS_MAX 3

static const struct set_kind {
	const char *name[2];
	__u32 flags;
	enum field key[FIELDS_MAX];
	enum field data[FIELDS_MAX];
} kinds[NAT_SET_KINDS] = {
	[NAT_SET_PUBLICS] = {
		.name = { "publics4", "publics6" },
		.flags = NFT_SET_MAP,
		.key = { FIELD_ADDR, FIELD_PROTO, FIELD_PORT },
		.data = { FIELD_ADDR, FIELD_PORT },
	},
	[NAT_SET_RANGES] = {
		.name = { "ranges4", "ranges6" },
		.flags = NFT_SET_MAP | NFT_SET_INTERVAL | NFT_SET_CONCAT,
		.key = { FIELD_ADDR, FIELD_PROTO, FIELD_PORT },
		.data = { FIELD_ADDR },
	},
	[NAT_SET_LBSETS] = {
		.name = { "lbsets4", "lbsets6" },
		.flags = NFT_SET_MAP,
		.key = { FIELD_ADDR, FIELD_PROTO, FIELD_PORT },
		.data = { FIELD_VERDICT },
	},
	[NAT_SET_VIPS] = {
		.name = { "vips4", "vips6" },
		.key = { FIELD_ADDR },
	},
	[NAT_SET_SOURCES] = {
		.name = { "sources4", "sources6" },
		.flags = NFT_SET_MAP | NFT_SET_INTERVAL,
		.key = { FIELD_ADDR },
		.data = { FIELD_ADDR },
	},
	[NAT_SET_GROUPS] = {
		.name = { "groups4", "groups6" },
		.flags = NFT_SET_MAP | NFT_SET_INTERVAL,
		.key = { FIELD_ADDR },
		.data = { FIELD_VERDICT },
	},
	[NAT_SET_ZONES] = {
		.name = { "zones4", "zones6" },
		.key = { FIELD_ZONE },
	},
	[NAT_SET_ZONE_SOURCES] = {
		.name = { "zone-sources4", "zone-sources6" },
		.flags = NFT_SET_MAP | NFT_SET_INTERVAL | NFT_SET_CONCAT,
		.key = { FIELD_ZONE, FIELD_ADDR },
		.data = { FIELD_ADDR },
	},
	[NAT_SET_ZONE_GROUPS] = {
		.name = { "zone-groups4", "zone-groups6" },
		.flags = NFT_SET_MAP | NFT_SET_INTERVAL | NFT_SET_CONCAT,
		.key = { FIELD_ZONE, FIELD_ADDR },
		.data = { FIELD_VERDICT },
	},
	[NAT_SET_INSIDE] = {
		.name = { "inside4", "inside6" },
		.flags = NFT_SET_INTERVAL,
		.key = { FIELD_ADDR },
	},
	[NAT_SET_MEMBERS] = {
		.name = { "members4", "members6" },
		.flags = NFT_SET_MAP,
		.key = { FIELD_NUMBER },
		.data = { FIELD_ADDR, FIELD_PORT },
	},
};

/*
 * One before dstnat and srcnat: the first translation counts, and at the same
 * priority that would be the one that was registered first, say, a masquerade
 * of the virtual network's for guests that have an address of their own here.
 */
const struct nat_hook nat_hooks[NAT_HOOKS] = {
	{ "prerouting", NF_INET_PRE_ROUTING, NF_IP_PRI_NAT_DST - 1 },
	{ "output", NF_INET_LOCAL_OUT, NF_IP_PRI_NAT_DST - 1 },
	{ "postrouting", NF_INET_POST_ROUTING, NF_IP_PRI_NAT_SRC - 1 },
};

void nat_why(char *why, size_t whylen, const char *format, ...)
{
	va_list args;

	if (!why || !whylen)
		return;
	va_start(args, format);
	vsnprintf(why, whylen, format, args);
	va_end(args);
}

static unsigned int field_len(enum field field, int family)
{
	switch (field) {
	case FIELD_ADDR:
		return nat_addr_bytes(family);
	case FIELD_PROTO:
		return 1;
	case FIELD_PORT:
	case FIELD_ZONE:
		return 2;
	case FIELD_NUMBER:
		return 4;
	case FIELD_VERDICT:
	case FIELD_NONE:
		break;
	}
	return 0;
}

static unsigned int field_type(enum field field, int family)
{
	switch (field) {
	case FIELD_ADDR:
		return family == 4 ? NFT_TYPE_IPV4 : NFT_TYPE_IPV6;
	case FIELD_PROTO:
		return NFT_TYPE_PROTO;
	case FIELD_PORT:
		return NFT_TYPE_PORT;
	case FIELD_ZONE:
	case FIELD_NUMBER:
		return NFT_TYPE_INTEGER;
	case FIELD_VERDICT:
	case FIELD_NONE:
		break;
	}
	return 0;
}

/* Every field begins at a register of four bytes. */
static unsigned int fields_len(const enum field *field, int family)
{
	unsigned int len = 0, i;

	for (i = 0; i < FIELDS_MAX; i++)
		len += (field_len(field[i], family) + 3) / 4 * 4;
	return len;
}

static __u32 fields_type(const enum field *field, int family)
{
	__u32 type = 0;
	unsigned int i;

	for (i = 0; i < FIELDS_MAX && field[i]; i++)
		type = type << NFT_TYPE_BITS | field_type(field[i], family);
	return type;
}

unsigned int nat_set_key_len(const struct nat_set *set)
{
	return fields_len(kinds[set->kind].key, set->family);
}

unsigned int nat_set_data_len(const struct nat_set *set)
{
	return fields_len(kinds[set->kind].data, set->family);
}

__u32 nat_set_flags(const struct nat_set *set)
{
	return kinds[set->kind].flags;
}

bool nat_set_has_verdicts(const struct nat_set *set)
{
	return kinds[set->kind].data[0] == FIELD_VERDICT;
}

/* nft's word for the byte order of a key or of data. */
static __u32 byte_order(const enum field *field)
{
	if (field[0] == FIELD_NUMBER || (field[0] == FIELD_ZONE && !field[1]))
		return NFT_HOST_ENDIAN;
	return field[1] || field[0] == FIELD_VERDICT ? 0 : NFT_BIG_ENDIAN;
}

/* What nft keeps beside a set in order to print it. */
static int describe(struct nftnl_set *s, const struct set_kind *kind)
{
	struct nftnl_udata_buf *buf = nftnl_udata_buf_alloc(64);
	int err = 0;

	if (!buf)
		return -1;
	if (!nftnl_udata_put_u32(buf, NFTNL_UDATA_SET_KEYBYTEORDER,
				 byte_order(kind->key)) ||
	    !nftnl_udata_put_u32(buf, NFTNL_UDATA_SET_DATABYTEORDER,
				 byte_order(kind->data)) ||
	    nftnl_set_set_data(s, NFTNL_SET_USERDATA, nftnl_udata_buf_data(buf),
			       nftnl_udata_buf_len(buf)))
		err = -1;
	nftnl_udata_buf_free(buf);
	return err;
}

struct nftnl_set *nat_set_nftnl(const struct nat_set *set, __u32 id)
{
	const struct set_kind *kind = &kinds[set->kind];
	struct nftnl_set *s = nftnl_set_alloc();
	__u8 lens[FIELDS_MAX];
	unsigned int i;

	if (!s)
		return NULL;
	nftnl_set_set_u32(s, NFTNL_SET_FAMILY, NFPROTO_INET);
	nftnl_set_set_u32(s, NFTNL_SET_ID, id);
	nftnl_set_set_u32(s, NFTNL_SET_FLAGS, kind->flags);
	nftnl_set_set_u32(s, NFTNL_SET_KEY_LEN, nat_set_key_len(set));
	nftnl_set_set_u32(s, NFTNL_SET_KEY_TYPE,
			  fields_type(kind->key, set->family));
	if (nat_set_has_verdicts(set)) {
		nftnl_set_set_u32(s, NFTNL_SET_DATA_TYPE, NFT_DATA_VERDICT);
	} else if (kind->flags & NFT_SET_MAP) {
		nftnl_set_set_u32(s, NFTNL_SET_DATA_LEN, nat_set_data_len(set));
		nftnl_set_set_u32(s, NFTNL_SET_DATA_TYPE,
				  fields_type(kind->data, set->family));
	}
	for (i = 0; i < FIELDS_MAX && kind->key[i]; i++)
		lens[i] = field_len(kind->key[i], set->family);
	if (nftnl_set_set_str(s, NFTNL_SET_TABLE, NAT_TABLE) ||
	    nftnl_set_set_str(s, NFTNL_SET_NAME, set->name) ||
	    ((kind->flags & NFT_SET_CONCAT) &&
	     nftnl_set_set_data(s, NFTNL_SET_DESC_CONCAT, lens, i)) ||
	    describe(s, kind)) {
		nftnl_set_free(s);
		return NULL;
	}
	return s;
}

int nat_set_add(struct nat_set *set, const struct nat_elem *elem)
{
	size_t cap = set->cap ? set->cap * 2 : 16;
	struct nat_elem *elems;

	if (set->n == set->cap) {
		elems = reallocarray(set->elems, cap, sizeof(*elems));
		if (!elems)
			return -ENOMEM;
		set->elems = elems;
		set->cap = cap;
	}
	set->elems[set->n++] = *elem;
	return 0;
}

/* Where an interval ends and the next begins, the end comes first. */
static int compare(const void *va, const void *vb)
{
	const struct nat_elem *a = va, *b = vb;
	int d = memcmp(a->key, b->key, sizeof(a->key));

	if (!d)
		d = b->is_end - a->is_end;
	return d ? d : memcmp(a, b, sizeof(*a));
}

void nat_set_sort(struct nat_set *set)
{
	if (set->n)
		qsort(set->elems, set->n, sizeof(*set->elems), compare);
}

void nat_set_free(struct nat_set *set)
{
	free(set->elems);
	set->elems = NULL;
	set->n = 0;
	set->cap = 0;
}

void *nat_grow(void *array, size_t n, size_t size)
{
	if (n & (n - 1))
		return array;
	return reallocarray(array, n ? n * 2 : 1, size);
}

struct nat_set *nat_table_add_set(struct nat_table *t, enum nat_set_kind kind,
				  int family)
{
	struct nat_set *sets, *set;

	sets = nat_grow(t->sets, t->n_sets, sizeof(*sets));
	if (!sets)
		return NULL;
	t->sets = sets;
	set = &sets[t->n_sets++];
	memset(set, 0, sizeof(*set));
	set->kind = kind;
	set->family = family;
	snprintf(set->name, sizeof(set->name), "%s-%u",
		 kinds[kind].name[family == 6],
		 t->numbered[kind][family == 6]++);
	return set;
}

static int add_fixed_sets(struct nat_table *t)
{
	struct nat_set *set;
	size_t i;

	/* The next power of two, for nat_grow(). */
	t->sets = calloc(32, sizeof(*t->sets));
	if (!t->sets)
		return -ENOMEM;
	t->n_sets = NAT_FIXED_SETS;
	for (i = 0; i < t->n_sets; i++) {
		set = &t->sets[i];
		set->kind = i / 2;
		set->family = i % 2 ? 6 : 4;
		snprintf(set->name, sizeof(set->name), "%s",
			 kinds[i / 2].name[i % 2]);
	}
	return 0;
}

/* Return: the place behind the field. */
static __u8 *put(__u8 *to, const void *value, enum field field, int family)
{
	unsigned int len = field_len(field, family);

	memcpy(to, value, len);
	return to + (len + 3) / 4 * 4;
}

static void put_public(__u8 *key, const struct nat_entry *e, unsigned int port)
{
	__u16 net = htons(port);

	key = put(key, e->a, FIELD_ADDR, e->family);
	key = put(key, &e->proto, FIELD_PROTO, e->family);
	put(key, &net, FIELD_PORT, e->family);
}

static int add_vip(struct nat_table *t, const struct nat_entry *e)
{
	struct nat_elem vip = { .is_end = 0 };

	put(vip.key, e->a, FIELD_ADDR, e->family);
	return nat_set_add(nat_table_set(t, NAT_SET_VIPS, e->family), &vip);
}

/* Where an entry sends to: an address, and unless it keeps its number a port. */
static void put_target(__u8 *data, const struct nat_entry *e)
{
	__u16 net = htons(e->to_port);

	data = put(data, e->b, FIELD_ADDR, e->family);
	if (!e->range)
		put(data, &net, FIELD_PORT, e->family);
}

static int add_public(struct nat_table *t, const struct nat_entry *e)
{
	enum nat_set_kind kind = e->range ? NAT_SET_RANGES : NAT_SET_PUBLICS;
	struct nat_elem elem = { .is_end = 0 };
	int err;

	put_public(elem.key, e, e->port);
	put_target(elem.data, e);
	if (e->range)
		put_public(elem.end, e, e->port + e->nports - 1);
	err = nat_set_add(nat_table_set(t, kind, e->family), &elem);
	return err ? err : add_vip(t, e);
}

/* The @n members of one public address and port. */
static int add_members(struct nat_table *t, const struct nat_entry *e, size_t n)
{
	struct nat_set *set = nat_table_add_set(t, NAT_SET_MEMBERS, e->family);
	struct nat_elem lbset = { .is_end = 0 };
	__u32 i;
	int err = 0;

	if (!set)
		return -ENOMEM;
	for (i = 0; i < n && !err; i++) {
		struct nat_elem member = { .is_end = 0 };

		put(member.key, &i, FIELD_NUMBER, e->family);
		put_target(member.data, &e[i]);
		err = nat_set_add(set, &member);
	}
	put_public(lbset.key, e, e->port);
	memcpy(lbset.data, set->name, strlen(set->name));
	if (!err)
		err = nat_set_add(nat_table_set(t, NAT_SET_LBSETS, e->family),
				  &lbset);
	return err ? err : add_vip(t, e);
}

static bool same_public(const struct nat_entry *a, const struct nat_entry *b)
{
	return a->proto == b->proto && a->port == b->port &&
	       !memcmp(a->a, b->a, sizeof(a->a));
}

/* One member alone is an endpoint like any other. */
static int build_members(struct nat_table *t, const struct nat_plan *plan,
			 int family)
{
	struct nat_entry *e;
	size_t i, j, n;
	int err = 0;

	e = nat_plan_select(plan, NAT_MEMBER, family, &n);
	if (!e)
		return -ENOMEM;
	for (i = 0; i < n && !err; i = j) {
		for (j = i + 1; j < n && same_public(&e[i], &e[j]);)
			j++;
		err = j - i == 1 ? add_public(t, &e[i]) :
				   add_members(t, &e[i], j - i);
	}
	free(e);
	return err;
}

/* Of sorted elements, one of each remains. */
static void unique(struct nat_set *set)
{
	size_t i, n = 0;

	for (i = 0; i < set->n; i++)
		if (!n || memcmp(&set->elems[n - 1], &set->elems[i],
				 sizeof(*set->elems)))
			set->elems[n++] = set->elems[i];
	set->n = n;
}

/* Return: -EINVAL and a sentence if the range @b overlaps @a before it. */
static int disjoint(const struct nat_entry *a, const struct nat_entry *b,
		    char *why, size_t whylen)
{
	char addr[INET6_ADDRSTRLEN];

	if (a->proto != b->proto || memcmp(a->a, b->a, sizeof(a->a)) ||
	    b->port >= a->port + a->nports)
		return 0;
	inet_ntop(a->family == 4 ? AF_INET : AF_INET6, a->a, addr,
		  sizeof(addr));
	nat_why(why, whylen,
		"public ports %u-%u and %u-%u of %s, protocol %u, overlap",
		a->port, a->port + a->nports - 1, b->port,
		b->port + b->nports - 1, addr, a->proto);
	return -EINVAL;
}

static int build_publics(struct nat_table *t, const struct nat_plan *plan,
			 int family, char *why, size_t whylen)
{
	const struct nat_entry *range = NULL;
	struct nat_entry *e;
	size_t i, n;
	int err = 0;

	e = nat_plan_select(plan, NAT_PUBLIC, family, &n);
	if (!e)
		return -ENOMEM;
	for (i = 0; i < n && !err; i++) {
		if (e[i].range) {
			if (range)
				err = disjoint(range, &e[i], why, whylen);
			range = &e[i];
		}
		if (!err)
			err = add_public(t, &e[i]);
	}
	free(e);
	return err;
}

int nat_table_build(struct nat_table *t, const struct nat_plan *plan, char *why,
		    size_t whylen)
{
	int family, err;
	size_t i;

	memset(t, 0, sizeof(*t));
	err = add_fixed_sets(t);
	for (family = 4; family <= 6 && !err; family += 2) {
		err = build_publics(t, plan, family, why, whylen);
		if (!err)
			err = build_members(t, plan, family);
		if (!err)
			err = nat_sources_build(t, plan, family);
	}
	for (i = 0; i < t->n_sets && !err; i++)
		nat_set_sort(&t->sets[i]);
	if (!err) {
		unique(nat_table_set(t, NAT_SET_VIPS, 4));
		unique(nat_table_set(t, NAT_SET_VIPS, 6));
		err = nat_rules_build(t);
	}
	if (err == -ENOMEM)
		nat_why(why, whylen, "out of memory");
	return err;
}

void nat_table_free(struct nat_table *t)
{
	size_t i;

	for (i = 0; i < t->n_rules; i++)
		nftnl_rule_free(t->rules[i]);
	for (i = 0; i < t->n_sets; i++)
		nat_set_free(&t->sets[i]);
	free(t->rules);
	free(t->chains);
	free(t->sets);
	memset(t, 0, sizeof(*t));
}
