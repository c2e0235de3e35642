// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which rule of a list matches a packet first?
 *
 * The rules of a list, in order, reduced to what is compared: one masked
 * comparison of the remote address and the protocol rejects nearly every rule
 * that does not match without leaving the table.
 */
#include <linux/errno.h>
#include <linux/overflow.h>
#include "classify.h"

/**
 * struct epacl_entry - one rule as it is compared
 * @addr: remote address, masked
 * @mask: of it; all zero matches any address of @family
 * @family: 0: either
 * @proto: EPACL_PROTO_ANY: any
 * @rest: ports or an ICMP type are compared too
 * @rule: where they stand, and the answer
 */
struct epacl_entry {
	u64 addr[2];
	u64 mask[2];
	u8 family;
	bool rest;
	u16 proto;
	const struct epacl_rule *rule;
};

struct epacl_table {
	u32 n;
	struct epacl_entry entries[];
};

static void entry_init(struct epacl_entry *entry, const struct epacl_rule *rule)
{
	const struct epacl_match *match = &rule->match;
	struct epacl_prefix ones = { .len = match->remote.len };

	memset(ones.ip.b, 0xff, sizeof(ones.ip.b));
	epacl_prefix_mask(&ones);

	entry->addr[0] = match->remote.ip.q[0];
	entry->addr[1] = match->remote.ip.q[1];
	entry->mask[0] = ones.ip.q[0];
	entry->mask[1] = ones.ip.q[1];
	entry->family = match->remote.ip.family;
	entry->proto = match->proto;
	entry->rest = match->nlports || match->nrports || match->has_type;
	entry->rule = rule;
}

int epacl_table_build(struct epacl_memory *memory, struct epacl_acl *acl)
{
	struct epacl_table *table;
	u32 i;

	table = epacl_alloc(memory, struct_size(table, entries, acl->n));
	if (!table)
		return -ENOMEM;
	table->n = acl->n;
	for (i = 0; i < acl->n; i++)
		entry_init(&table->entries[i], acl->rules[i]);
	acl->table = table;
	return 0;
}

void epacl_table_free(struct epacl_table *table)
{
	epacl_free(table);
}

/* No ranges: any port, and protocols without ports. */
static bool ports_match(const struct epacl_ports *ports, u8 n,
			const struct epacl_key *key, u16 port)
{
	u8 i;

	if (!n)
		return true;
	if (!key->has_ports)
		return false;
	for (i = 0; i < n; i++)
		if (epacl_ports_hold(&ports[i], port))
			return true;
	return false;
}

static bool rest_matches(const struct epacl_match *match,
			 const struct epacl_key *key)
{
	if (match->has_type && (!key->has_type || key->type != match->type))
		return false;
	if (match->has_code && key->code != match->code)
		return false;
	return ports_match(match->ports, match->nlports, key, key->lport) &&
	       ports_match(match->ports + match->nlports, match->nrports, key,
			   key->rport);
}

static bool entry_matches(const struct epacl_entry *entry,
			  const struct epacl_key *key)
{
	const struct epacl_ip *remote = &key->remote;

	if (((remote->q[0] & entry->mask[0]) ^ entry->addr[0]) |
	    ((remote->q[1] & entry->mask[1]) ^ entry->addr[1]))
		return false;
	if (entry->family && entry->family != remote->family)
		return false;
	if (entry->proto != EPACL_PROTO_ANY && entry->proto != key->proto)
		return false;
	return !entry->rest || rest_matches(&entry->rule->match, key);
}

const struct epacl_rule *epacl_classify(const struct epacl_acl *acl,
					const struct epacl_key *key)
{
	const struct epacl_table *table = acl->table;
	u32 i;

	for (i = 0; i < table->n; i++)
		if (entry_matches(&table->entries[i], key))
			return table->entries[i].rule;
	return NULL;
}
