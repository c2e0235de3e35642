// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Plans: sets of entries in an array, with a hash table over what an entry is
 * about (not over what it says), so that contradictions are found as they come.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "nat_plan.h"

/**
 * struct item - an entry in its plan
 * @entry: the entry
 * @n_inside: for a NAT_FROM entry, how many NAT_INSIDE entries it has
 */
struct item {
	struct nat_entry entry;
	__u32 n_inside;
};

/**
 * struct nat_plan - a set of entries
 * @items: array of @n, in the order of their arrival
 * @n_changes: how many of them change an address: NAT_PUBLIC, NAT_MEMBER, NAT_VIP
 * @index: open hash table of @n_index places, a power of two, never full;
 *	a place holds 0 or 1 + the number of an item
 */
struct nat_plan {
	struct item *items;
	size_t n;
	size_t n_changes;
	size_t cap;
	__u32 *index;
	size_t n_index;
};

struct nat_plan *nat_plan_new(void)
{
	return calloc(1, sizeof(struct nat_plan));
}

void nat_plan_free(struct nat_plan *plan)
{
	if (!plan)
		return;
	free(plan->items);
	free(plan->index);
	free(plan);
}

/* Two entries about the same thing in one plan would contradict each other. */
static struct nat_entry subject(const struct nat_entry *e)
{
	struct nat_entry s = *e;

	if (e->kind == NAT_MEMBER)
		return s;
	s.nports = 0;
	s.to_port = 0;
	if (e->kind != NAT_INSIDE) {
		s.blen = 0;
		memset(s.b, 0, sizeof(s.b));
	}
	return s;
}

/* FNV-1a. */
static size_t hash(const struct nat_entry *s)
{
	const __u8 *p = (const __u8 *)s;
	__u64 h = 0xcbf29ce484222325ULL;
	size_t i;

	for (i = 0; i < sizeof(*s); i++)
		h = (h ^ p[i]) * 0x100000001b3ULL;
	return h ^ h >> 32;
}

/* The place of @s in the index: that of its like, or the empty one for it. */
static __u32 *place(const struct nat_plan *plan, const struct nat_entry *s)
{
	size_t i = hash(s) & (plan->n_index - 1);
	struct nat_entry other;

	for (; plan->index[i]; i = (i + 1) & (plan->n_index - 1)) {
		other = subject(&plan->items[plan->index[i] - 1].entry);
		if (!memcmp(&other, s, sizeof(other)))
			break;
	}
	return &plan->index[i];
}

static struct item *find(const struct nat_plan *plan, const struct nat_entry *e)
{
	const struct nat_entry s = subject(e);
	__u32 at;

	if (!plan->n)
		return NULL;
	at = *place(plan, &s);
	return at ? &plan->items[at - 1] : NULL;
}

static bool holds(const struct nat_plan *plan, const struct nat_entry *e)
{
	const struct item *item = find(plan, e);

	return item && !memcmp(&item->entry, e, sizeof(*e));
}

static int grow(struct nat_plan *plan)
{
	size_t cap = plan->cap ? plan->cap * 2 : 32, i;
	struct nat_entry s;
	struct item *items;
	__u32 *index;

	if (cap >= 1U << 31)
		return -ENOMEM;
	items = reallocarray(plan->items, cap, sizeof(*items));
	if (!items)
		return -ENOMEM;
	plan->items = items;
	index = calloc(cap * 2, sizeof(*index));
	if (!index)
		return -ENOMEM;
	free(plan->index);
	plan->index = index;
	plan->n_index = cap * 2;
	plan->cap = cap;
	for (i = 0; i < plan->n; i++) {
		s = subject(&items[i].entry);
		*place(plan, &s) = i + 1;
	}
	return 0;
}

static struct nat_entry from_of(const struct nat_entry *e)
{
	struct nat_entry from = {
		.kind = NAT_FROM,
		.family = e->family,
		.alen = e->alen,
		.zone = e->zone,
	};

	memcpy(from.a, e->a, sizeof(from.a));
	return from;
}

/* Return: 0, -EEXIST if the plan says otherwise already, or -ENOMEM. */
static int insert(struct nat_plan *plan, const struct nat_entry *e)
{
	struct item *item = find(plan, e);
	struct nat_entry s;
	int err;

	if (item)
		return memcmp(&item->entry, e, sizeof(*e)) ? -EEXIST : 0;
	if (plan->n == plan->cap) {
		err = grow(plan);
		if (err)
			return err;
	}
	plan->items[plan->n] = (struct item){ .entry = *e };
	s = subject(e);
	*place(plan, &s) = ++plan->n;
	plan->n_changes += e->kind == NAT_PUBLIC || e->kind == NAT_MEMBER ||
			   e->kind == NAT_VIP;
	if (e->kind == NAT_INSIDE) {
		s = from_of(e);
		item = find(plan, &s);
		if (item)
			item->n_inside++;
	}
	return 0;
}

/* Return: whether @p is a prefix of @family (0: either) and within bounds. */
static bool valid(const struct epacl_u_prefix *p, int family)
{
	if (p->family != 4 && p->family != 6)
		return false;
	if (family && p->family != family)
		return false;
	return p->len <= nat_addr_bytes(p->family) * 8;
}

static bool plain(const struct epacl_u_prefix *p, int family)
{
	return valid(p, family) && p->len == nat_addr_bytes(p->family) * 8;
}

/* Copies the first @len bits of @from, the rest becomes zero. */
static void mask(__u8 to[16], const __u8 from[16], unsigned int len)
{
	memset(to, 0, 16);
	memcpy(to, from, len / 8);
	if (len % 8)
		to[len / 8] = from[len / 8] & (0xff00 >> len % 8);
}

static bool has_ports(__u8 proto)
{
	switch (proto) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_DCCP:
	case IPPROTO_SCTP:
		return true;
	}
	return false;
}

/* @e, all but its addresses, from @pub to @to. */
static int insert_between(struct nat_plan *plan, struct nat_entry *e,
			  const struct epacl_u_public *pub,
			  const struct epacl_u_prefix *to)
{
	if (!plain(to, pub->family))
		return -EINVAL;
	e->alen = to->len;
	e->blen = to->len;
	mask(e->a, pub->addr, e->alen);
	mask(e->b, to->addr, e->blen);
	return insert(plan, e);
}

/**
 * nat_plan_add_public - traffic for a public address goes to an endpoint
 * @plan: receives the entry
 * @pub: public address and first port, 1 to 65535
 * @proto: TCP, UDP, UDP-Lite, DCCP or SCTP
 * @nports: 1, or the length of a range, which must not go beyond 65535
 * @to: plain address of the guest, of the family of @pub
 * @to_port: port there; for a range that of @pub
 *
 * A single port wins over a range that holds it. Ranges that overlap one
 * another are found by nat_install().
 *
 * Return: 0, also if the plan has that entry; -EEXIST if it sends the same
 * address, protocol and port elsewhere (the first is kept); -EOPNOTSUPP for
 * another protocol; -EINVAL if a value is not as above; -ENOMEM.
 */
int nat_plan_add_public(struct nat_plan *plan, const struct epacl_u_public *pub,
			__u8 proto, __u16 nports,
			const struct epacl_u_prefix *to, __u16 to_port)
{
	struct nat_entry e = {
		.kind = NAT_PUBLIC,
		.family = pub->family,
		.proto = proto,
		.range = nports > 1,
		.port = pub->port,
		.nports = nports,
		.to_port = to_port,
	};

	if (!has_ports(proto))
		return -EOPNOTSUPP;
	if (!pub->port || !nports || pub->port + nports > 65536 || !to_port)
		return -EINVAL;
	if (e.range && to_port != pub->port)
		return -EINVAL;
	return insert_between(plan, &e, pub, to);
}

/**
 * nat_plan_add_member - some of the traffic for a public address goes to one of
 * several endpoints
 * @plan: receives the entry
 * @pub: public address and port, 1 to 65535
 * @proto: TCP, UDP, UDP-Lite, DCCP or SCTP
 * @to: plain address of the guest, of the family of @pub
 * @to_port: port there
 *
 * Return: 0, also if the plan has that entry; -EOPNOTSUPP for another protocol;
 * -EINVAL if a value is not as above; -ENOMEM.
 */
int nat_plan_add_member(struct nat_plan *plan, const struct epacl_u_public *pub,
			__u8 proto, const struct epacl_u_prefix *to,
			__u16 to_port)
{
	struct nat_entry e = {
		.kind = NAT_MEMBER,
		.family = pub->family,
		.proto = proto,
		.port = pub->port,
		.nports = 1,
		.to_port = to_port,
	};

	if (!has_ports(proto))
		return -EOPNOTSUPP;
	if (!pub->port || !to_port)
		return -EINVAL;
	return insert_between(plan, &e, pub, to);
}

static struct nat_entry inside_of(const struct nat_entry *from,
				  const struct epacl_u_prefix *inside)
{
	struct nat_entry e = *from;

	e.kind = NAT_INSIDE;
	e.blen = inside->len;
	mask(e.b, inside->addr, inside->len);
	return e;
}

/*
 * The plan knows @from. Return: 0 if it knows it with the same vip (an entry,
 * or NULL) and the same prefixes inside, else -EEXIST; or -ENOMEM.
 */
static int same_source(const struct nat_plan *plan,
		       const struct nat_entry *from,
		       const struct nat_entry *vip,
		       const struct epacl_u_prefix *inside, size_t n_inside)
{
	const struct nat_entry *known = nat_plan_vip(plan, from);
	struct nat_plan *given;
	struct nat_entry e;
	int err = 0;
	size_t i;

	if (!vip != !known || (vip && memcmp(vip, known, sizeof(*vip))))
		return -EEXIST;
	given = nat_plan_new();
	if (!given)
		return -ENOMEM;
	for (i = 0; i < n_inside && !err; i++) {
		e = inside_of(from, &inside[i]);
		err = holds(plan, &e) ? insert(given, &e) : -EEXIST;
	}
	if (!err && given->n != find(plan, from)->n_inside)
		err = -EEXIST;
	nat_plan_free(given);
	return err;
}

/**
 * nat_plan_add_source - what a guest sends outside leaves by its service
 * @plan: receives the entries
 * @from: what the guest uses as its source
 * @vip: plain address that it leaves as, of the same family; NULL if the VM
 *	has no service, or that has none of this family
 * @inside: prefixes of the nic's vnet and its peers, of the same family;
 *	towards them the source stays, unless a public address was addressed
 * @n_inside: their number
 *
 * Prefixes may contain one another: the most specific one speaks for an
 * address, in all respects. What a source leaves as and each prefix that is
 * inside are entries of their own: in an intersection, a source whose vip
 * changes is left untranslated, and one whose vnet grows keeps all else.
 *
 * Return: 0, also if the plan has the very same; -EEXIST if it has the same
 * @from with another @vip or other prefixes @inside (two bridges with the same
 * addresses: translation goes by address and cannot tell them apart; the first
 * is kept); -EINVAL if a value is not as above; -ENOMEM, after which the plan
 * may hold a part of it.
 */
int nat_plan_add_source(struct nat_plan *plan, __u16 zone,
			const struct epacl_u_prefix *from,
			const struct epacl_u_prefix *vip,
			const struct epacl_u_prefix *inside, size_t n_inside)
{
	struct nat_entry source = { .kind = NAT_FROM }, leaves, e;
	size_t i;
	int err;

	if (!valid(from, 0) || (vip && !plain(vip, from->family)))
		return -EINVAL;
	for (i = 0; i < n_inside; i++)
		if (!valid(&inside[i], from->family))
			return -EINVAL;
	source.family = from->family;
	source.alen = from->len;
	source.zone = zone;
	mask(source.a, from->addr, from->len);
	leaves = source;
	leaves.kind = NAT_VIP;
	if (vip) {
		leaves.blen = vip->len;
		mask(leaves.b, vip->addr, vip->len);
	}
	if (find(plan, &source))
		return same_source(plan, &source, vip ? &leaves : NULL, inside,
				   n_inside);
	err = insert(plan, &source);
	if (!err && vip)
		err = insert(plan, &leaves);
	for (i = 0; i < n_inside && !err; i++) {
		e = inside_of(&source, &inside[i]);
		err = insert(plan, &e);
	}
	return err;
}

struct nat_plan *nat_plan_intersect(const struct nat_plan *a,
				    const struct nat_plan *b)
{
	struct nat_plan *both = nat_plan_new();
	size_t i;

	for (i = 0; both && i < a->n; i++) {
		if (!holds(b, &a->items[i].entry) ||
		    !insert(both, &a->items[i].entry))
			continue;
		nat_plan_free(both);
		return NULL;
	}
	return both;
}

bool nat_plan_covers(const struct nat_plan *a, const struct nat_plan *b)
{
	size_t i;

	for (i = 0; i < b->n; i++)
		if (!holds(a, &b->items[i].entry))
			return false;
	return true;
}

/* The next member from number @i on; @plan->n if there is none. */
static size_t next_member(const struct nat_plan *plan, size_t i)
{
	while (i < plan->n && plan->items[i].entry.kind != NAT_MEMBER)
		i++;
	return i;
}

/* Whose number a member has depends on those before it. */
static bool same_members(const struct nat_plan *a, const struct nat_plan *b)
{
	size_t i = next_member(a, 0), j = next_member(b, 0);

	while (i < a->n && j < b->n) {
		if (memcmp(&a->items[i].entry, &b->items[j].entry,
			   sizeof(a->items[i].entry)))
			return false;
		i = next_member(a, i + 1);
		j = next_member(b, j + 1);
	}
	return i == a->n && j == b->n;
}

bool nat_plan_equal(const struct nat_plan *a, const struct nat_plan *b)
{
	return a->n == b->n && nat_plan_covers(a, b) && same_members(a, b);
}

/**
 * nat_plan_empty - whether a plan translates nothing
 * @plan: plan
 *
 * A host whose guests have neither public addresses nor services gets no table,
 * hence no NAT in its kernel, although their sources are entries.
 *
 * Return: true if it has no public address, no member and no vip.
 */
bool nat_plan_empty(const struct nat_plan *plan)
{
	return !plan->n_changes;
}

const struct nat_entry *nat_plan_vip(const struct nat_plan *plan,
				     const struct nat_entry *from)
{
	struct nat_entry e = *from;
	const struct item *item;

	e.kind = NAT_VIP;
	item = find(plan, &e);
	return item ? &item->entry : NULL;
}

/* Where they are equal so far, those of one plan are in the order they came. */
static int compare_members(const struct nat_entry *a, const struct nat_entry *b)
{
	return a < b ? -1 : a > b;
}

static int compare(const void *va, const void *vb)
{
	const struct nat_entry *a = *(const struct nat_entry *const *)va;
	const struct nat_entry *b = *(const struct nat_entry *const *)vb;
	int d = a->zone - b->zone;

	if (!d)
		d = a->proto - b->proto;
	if (!d)
		d = memcmp(a->a, b->a, sizeof(a->a));
	if (!d)
		d = a->alen - b->alen;
	if (!d)
		d = a->port - b->port;
	if (!d && a->kind == NAT_MEMBER)
		return compare_members(a, b);
	if (!d)
		d = memcmp(a->b, b->b, sizeof(a->b));
	return d ? d : a->blen - b->blen;
}

struct nat_entry *nat_plan_select(const struct nat_plan *plan,
				  enum nat_kind kind, int family, size_t *n)
{
	const struct nat_entry **at = calloc(plan->n + 1, sizeof(*at));
	struct nat_entry *found = calloc(plan->n + 1, sizeof(*found));
	const struct nat_entry *e;
	size_t i;

	*n = 0;
	for (i = 0; at && i < plan->n; i++) {
		e = &plan->items[i].entry;
		if (e->kind == kind && e->family == family)
			at[(*n)++] = e;
	}
	if (at)
		qsort(at, *n, sizeof(*at), compare);
	for (i = 0; at && found && i < *n; i++)
		found[i] = *at[i];
	if (!at) {
		free(found);
		found = NULL;
	}
	free(at);
	return found;
}
