// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The chains and rules of our table. Each rule stands for a statement of the
 * policy and looks its answer up in a set, so their number does not depend on
 * the policy's size, but for one chain of one rule for each group of sources and
 * for each set of members.
 */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <arpa/inet.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <libnftnl/udata.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_nat.h>
#include <linux/netfilter/nf_tables.h>

#include "nat_table.h"

#define ZONES_CHAIN "zones"

/**
 * struct builder - rules in the making
 * @t: receives them
 * @rule: the one that is being written
 * @family: 4, 6, or 0 for both
 * @failed: memory was missing at some point; everything after it does nothing
 */
struct builder {
	struct nat_table *t;
	struct nftnl_rule *rule;
	int family;
	bool failed;
};

/*
 * The register that holds byte @offset of a key or of data. The kernel reports
 * the first of four by its older name, so that name is used here, too.
 */
static __u32 reg(unsigned int offset)
{
	if (offset % NFT_REG_SIZE == 0)
		return NFT_REG_1 + offset / NFT_REG_SIZE;
	return NFT_REG32_00 + offset / NFT_REG32_SIZE;
}

static struct nftnl_expr *expr(struct builder *b, const char *name)
{
	struct nftnl_expr *e = b->failed ? NULL : nftnl_expr_alloc(name);

	if (e)
		nftnl_rule_add_expr(b->rule, e);
	else
		b->failed = true;
	return e;
}

static void compare(struct builder *b, __u32 op, const void *value,
		    unsigned int len)
{
	struct nftnl_expr *e = expr(b, "cmp");

	if (!e)
		return;
	nftnl_expr_set_u32(e, NFTNL_EXPR_CMP_SREG, NFT_REG_1);
	nftnl_expr_set_u32(e, NFTNL_EXPR_CMP_OP, op);
	if (nftnl_expr_set(e, NFTNL_EXPR_CMP_DATA, value, len))
		b->failed = true;
}

static void load_meta(struct builder *b, __u32 key, unsigned int offset)
{
	struct nftnl_expr *e = expr(b, "meta");

	if (!e)
		return;
	nftnl_expr_set_u32(e, NFTNL_EXPR_META_KEY, key);
	nftnl_expr_set_u32(e, NFTNL_EXPR_META_DREG, reg(offset));
}

static void load_payload(struct builder *b, __u32 base, unsigned int at,
			 unsigned int len, unsigned int offset)
{
	struct nftnl_expr *e = expr(b, "payload");

	if (!e)
		return;
	nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_BASE, base);
	nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_OFFSET, at);
	nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_LEN, len);
	nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_DREG, reg(offset));
}

static void load_source(struct builder *b, unsigned int offset)
{
	load_payload(b, NFT_PAYLOAD_NETWORK_HEADER,
		     b->family == 4 ? offsetof(struct iphdr, saddr) :
				      offsetof(struct ip6_hdr, ip6_src),
		     nat_addr_bytes(b->family), offset);
}

static void load_destination(struct builder *b, unsigned int offset)
{
	load_payload(b, NFT_PAYLOAD_NETWORK_HEADER,
		     b->family == 4 ? offsetof(struct iphdr, daddr) :
				      offsetof(struct ip6_hdr, ip6_dst),
		     nat_addr_bytes(b->family), offset);
}

/* The zone in which the opener's packets of the connection are looked up. */
static void load_zone(struct builder *b)
{
	struct nftnl_expr *e = expr(b, "ct");

	if (!e)
		return;
	nftnl_expr_set_u32(e, NFTNL_EXPR_CT_KEY, NFT_CT_ZONE);
	nftnl_expr_set_u32(e, NFTNL_EXPR_CT_DREG, reg(0));
	nftnl_expr_set_u8(e, NFTNL_EXPR_CT_DIR, IP_CT_DIR_ORIGINAL);
}

/* What the opener of the connection addressed, before all translation. */
static void load_addressed(struct builder *b)
{
	struct nftnl_expr *e = expr(b, "ct");

	if (!e)
		return;
	nftnl_expr_set_u32(e, NFTNL_EXPR_CT_KEY,
			   b->family == 4 ? NFT_CT_DST_IP : NFT_CT_DST_IP6);
	nftnl_expr_set_u32(e, NFTNL_EXPR_CT_DREG, reg(0));
	nftnl_expr_set_u8(e, NFTNL_EXPR_CT_DIR, IP_CT_DIR_ORIGINAL);
}

/* Goes on if the key that begins in the first register is in the set. */
static void lookup_in(struct builder *b, const struct nat_set *set)
{
	struct nftnl_expr *e = expr(b, "lookup");

	if (!e)
		return;
	nftnl_expr_set_u32(e, NFTNL_EXPR_LOOKUP_SREG, reg(0));
	nftnl_expr_set_u32(e, NFTNL_EXPR_LOOKUP_FLAGS, 0);
	if (nat_set_has_verdicts(set))
		nftnl_expr_set_u32(e, NFTNL_EXPR_LOOKUP_DREG, NFT_REG_VERDICT);
	else if (nat_set_flags(set) & NFT_SET_MAP)
		nftnl_expr_set_u32(e, NFTNL_EXPR_LOOKUP_DREG, reg(0));
	if (nftnl_expr_set_str(e, NFTNL_EXPR_LOOKUP_SET, set->name))
		b->failed = true;
}

static void lookup(struct builder *b, enum nat_set_kind kind)
{
	lookup_in(b, nat_table_set(b->t, kind, b->family));
}

/* Ends with the address in the first register, and the port behind it. */
static void translate(struct builder *b, __u32 type, bool port)
{
	struct nftnl_expr *e = expr(b, "nat");
	__u32 flags = NF_NAT_RANGE_MAP_IPS, at;

	if (!e)
		return;
	nftnl_expr_set_u32(e, NFTNL_EXPR_NAT_TYPE, type);
	nftnl_expr_set_u32(e, NFTNL_EXPR_NAT_FAMILY,
			   b->family == 4 ? NFPROTO_IPV4 : NFPROTO_IPV6);
	nftnl_expr_set_u32(e, NFTNL_EXPR_NAT_REG_ADDR_MIN, reg(0));
	nftnl_expr_set_u32(e, NFTNL_EXPR_NAT_REG_ADDR_MAX, reg(0));
	if (port) {
		at = reg(nat_addr_bytes(b->family));
		nftnl_expr_set_u32(e, NFTNL_EXPR_NAT_REG_PROTO_MIN, at);
		nftnl_expr_set_u32(e, NFTNL_EXPR_NAT_REG_PROTO_MAX, at);
		flags |= NF_NAT_RANGE_PROTO_SPECIFIED;
	}
	nftnl_expr_set_u32(e, NFTNL_EXPR_NAT_FLAGS, flags);
}

/* @chain: for NFT_GOTO, else NULL */
static void verdict(struct builder *b, int code, const char *chain)
{
	struct nftnl_expr *e = expr(b, "immediate");

	if (!e)
		return;
	nftnl_expr_set_u32(e, NFTNL_EXPR_IMM_DREG, NFT_REG_VERDICT);
	nftnl_expr_set_u32(e, NFTNL_EXPR_IMM_VERDICT, code);
	if (chain && nftnl_expr_set_str(e, NFTNL_EXPR_IMM_CHAIN, chain))
		b->failed = true;
}

/* Goes on if the connection's destination was translated from a VIP of ours. */
static void through_vip(struct builder *b)
{
	const __u32 dnat = IPS_DST_NAT, zero = 0;
	struct nftnl_expr *e = expr(b, "ct");

	if (!e)
		return;
	nftnl_expr_set_u32(e, NFTNL_EXPR_CT_KEY, NFT_CT_STATUS);
	nftnl_expr_set_u32(e, NFTNL_EXPR_CT_DREG, reg(0));
	e = expr(b, "bitwise");
	if (!e)
		return;
	nftnl_expr_set_u32(e, NFTNL_EXPR_BITWISE_SREG, reg(0));
	nftnl_expr_set_u32(e, NFTNL_EXPR_BITWISE_DREG, reg(0));
	nftnl_expr_set_u32(e, NFTNL_EXPR_BITWISE_OP, NFT_BITWISE_BOOL);
	nftnl_expr_set_u32(e, NFTNL_EXPR_BITWISE_LEN, sizeof(dnat));
	if (nftnl_expr_set(e, NFTNL_EXPR_BITWISE_MASK, &dnat, sizeof(dnat)) ||
	    nftnl_expr_set(e, NFTNL_EXPR_BITWISE_XOR, &zero, sizeof(zero)))
		b->failed = true;
	compare(b, NFT_CMP_NEQ, &zero, sizeof(zero));
	load_addressed(b);
	lookup(b, NAT_SET_VIPS);
}

/* Which sets tell about a source: those of the default zone, or of others. */
struct about {
	bool zoned;
	enum nat_set_kind sources;
	enum nat_set_kind groups;
};

static const struct about default_zone = { false, NAT_SET_SOURCES,
					   NAT_SET_GROUPS },
			  other_zones = { true, NAT_SET_ZONE_SOURCES,
					  NAT_SET_ZONE_GROUPS };

/* Loads what sources are looked up by. */
static void load_sender(struct builder *b, const struct about *about)
{
	if (about->zoned)
		load_zone(b);
	load_source(b, about->zoned ? NFT_REG32_SIZE : 0);
}

/* Asks the source's group. Goes on unless the destination is inside for it. */
static void ask_group(struct builder *b, const struct about *about)
{
	load_sender(b, about);
	lookup(b, about->groups);
}

/* The number of a member, below @n, from the hash of the source. */
static void choose_member(struct builder *b, size_t n)
{
	struct nftnl_expr *e;

	load_source(b, 0);
	e = expr(b, "hash");
	if (!e)
		return;
	nftnl_expr_set_u32(e, NFTNL_EXPR_HASH_SREG, reg(0));
	nftnl_expr_set_u32(e, NFTNL_EXPR_HASH_DREG, reg(0));
	nftnl_expr_set_u32(e, NFTNL_EXPR_HASH_LEN, nat_addr_bytes(b->family));
	nftnl_expr_set_u32(e, NFTNL_EXPR_HASH_MODULUS, (__u32)n);
	nftnl_expr_set_u32(e, NFTNL_EXPR_HASH_SEED, EPACL_LBSET_SEED);
	nftnl_expr_set_u32(e, NFTNL_EXPR_HASH_TYPE, NFT_HASH_JENKINS);
}

static int set_comment(struct nftnl_rule *rule, const char *comment)
{
	struct nftnl_udata_buf *buf;
	int err = -1;

	buf = nftnl_udata_buf_alloc(NFTNL_UDATA_COMMENT_MAXLEN + 2);
	if (!buf)
		return -1;
	if (nftnl_udata_put_strz(buf, NFTNL_UDATA_RULE_COMMENT, comment))
		err = nftnl_rule_set_data(rule, NFTNL_RULE_USERDATA,
					  nftnl_udata_buf_data(buf),
					  nftnl_udata_buf_len(buf));
	nftnl_udata_buf_free(buf);
	return err;
}

/* Begins a chain; all rules until the next one are its. */
static void begin_chain(struct builder *b, const char *name,
			const struct nat_hook *hook)
{
	struct nat_table *t = b->t;
	struct nat_chain *chains, *chain;

	chains = nat_grow(t->chains, t->n_chains, sizeof(*chains));
	if (!chains) {
		b->failed = true;
		return;
	}
	t->chains = chains;
	chain = &chains[t->n_chains++];
	memset(chain, 0, sizeof(*chain));
	snprintf(chain->name, sizeof(chain->name), "%s", name);
	chain->hook = hook;
	chain->first = t->n_rules;
}

/* Return: a rule at the end of the last chain, or NULL. */
static struct nftnl_rule *add_rule(struct nat_table *t)
{
	struct nftnl_rule *rule = nftnl_rule_alloc(), **rules;

	if (!rule)
		return NULL;
	rules = nat_grow(t->rules, t->n_rules, sizeof(*rules));
	if (!rules) {
		nftnl_rule_free(rule);
		return NULL;
	}
	t->rules = rules;
	t->rules[t->n_rules++] = rule;
	t->chains[t->n_chains - 1].n_rules++;
	return rule;
}

/* Begins a rule; @family 0 stands for both. */
static void begin(struct builder *b, int family, const char *comment)
{
	const __u8 nfproto = family == 4 ? NFPROTO_IPV4 : NFPROTO_IPV6;
	const struct nat_table *t = b->t;

	b->family = family;
	b->rule = b->failed ? NULL : add_rule(b->t);
	if (!b->rule) {
		b->failed = true;
		return;
	}
	nftnl_rule_set_u32(b->rule, NFTNL_RULE_FAMILY, NFPROTO_INET);
	if (nftnl_rule_set_str(b->rule, NFTNL_RULE_TABLE, NAT_TABLE) ||
	    nftnl_rule_set_str(b->rule, NFTNL_RULE_CHAIN,
			       t->chains[t->n_chains - 1].name) ||
	    set_comment(b->rule, comment))
		b->failed = true;
	if (!family)
		return;
	load_meta(b, NFT_META_NFPROTO, 0);
	compare(b, NFT_CMP_EQ, &nfproto, sizeof(nfproto));
}

static const char *inside_chain(int family)
{
	return family == 4 ? "inside4" : "inside6";
}

static bool have(struct nat_table *t, enum nat_set_kind kind, int family)
{
	return nat_table_set(t, kind, family)->n;
}

static const char *const destination_comments[] = {
	[NAT_SET_PUBLICS] = "public address and port of an endpoint",
	[NAT_SET_RANGES] = "public range of ports, which keeps its numbers",
	[NAT_SET_LBSETS] = "public address and port of several endpoints",
};

static void destination(struct builder *b, int family, enum nat_set_kind kind)
{
	unsigned int addr = nat_addr_bytes(family);

	if (!have(b->t, kind, family))
		return;
	begin(b, family, destination_comments[kind]);
	load_destination(b, 0);
	load_meta(b, NFT_META_L4PROTO, addr);
	load_payload(b, NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2, addr + 4);
	lookup(b, kind);
	if (kind != NAT_SET_LBSETS)
		translate(b, NFT_NAT_DNAT, kind == NAT_SET_PUBLICS);
}

/* What was addressed to a VIP leaves by one, even if it stays inside. */
static void source_through_vip(struct builder *b, int family,
			       const struct about *about)
{
	if (!have(b->t, NAT_SET_VIPS, family))
		return;
	if (have(b->t, about->sources, family)) {
		begin(b, family,
		      "addressed to a VIP: leaves by that of its service");
		through_vip(b);
		load_sender(b, about);
		lookup(b, about->sources);
		translate(b, NFT_NAT_SNAT, false);
	}
	if (have(b->t, about->groups, family)) {
		begin(b, family, "has no service: as its group says");
		through_vip(b);
		ask_group(b, about);
	}
}

/*
 * A frame that br_netfilter shows on its way over a bridge has no input
 * interface here; nor has what the host sends, which is no guest's.
 */
static void not_routed(struct builder *b)
{
	const __u32 none = 0;

	begin(b, 0, "not routed: keeps its source");
	load_meta(b, NFT_META_IIF, 0);
	compare(b, NFT_CMP_EQ, &none, sizeof(none));
	verdict(b, NFT_RETURN, NULL);
}

static void source(struct builder *b, int family, const struct about *about)
{
	if (!have(b->t, about->sources, family))
		return;
	if (have(b->t, about->groups, family)) {
		begin(b, family, "stays inside, or comes back");
		ask_group(b, about);
	}
	begin(b, family, "leaves by the VIP of its service");
	load_sender(b, about);
	lookup(b, about->sources);
	translate(b, NFT_NAT_SNAT, false);
}

/* Where the groups send what is inside; it does not come back. */
static void inside(struct builder *b, int family)
{
	if (!have(b->t, NAT_SET_GROUPS, family) &&
	    !have(b->t, NAT_SET_ZONE_GROUPS, family))
		return;
	begin_chain(b, inside_chain(family), NULL);
	if (have(b->t, NAT_SET_VIPS, family)) {
		begin(b, family, "leaves by the VIP that it addressed");
		through_vip(b);
		load_addressed(b);
		translate(b, NFT_NAT_SNAT, false);
	}
	begin(b, family, "keeps its source");
	verdict(b, NF_ACCEPT, NULL);
}

static void group(struct builder *b, const struct nat_set *set)
{
	begin_chain(b, set->name, NULL);
	begin(b, set->family, "inside for this group");
	load_destination(b, 0);
	lookup_in(b, set);
	verdict(b, NFT_GOTO, inside_chain(set->family));
}

/* Where LBSETS send; what a member is chosen for is translated. */
static void members(struct builder *b, const struct nat_set *set)
{
	begin_chain(b, set->name, NULL);
	begin(b, set->family, "the member that the source hashes to");
	choose_member(b, set->n);
	lookup_in(b, set);
	translate(b, NFT_NAT_DNAT, true);
}

static void destinations(struct builder *b)
{
	int family;

	for (family = 4; family <= 6; family += 2) {
		destination(b, family, NAT_SET_PUBLICS);
		destination(b, family, NAT_SET_RANGES);
		destination(b, family, NAT_SET_LBSETS);
	}
}

/* All that is said of sources. */
static void sources(struct builder *b, const struct about *about)
{
	source_through_vip(b, 4, about);
	source_through_vip(b, 6, about);
	not_routed(b);
	source(b, 4, about);
	source(b, 6, about);
}

/* In other zones an address may be that of another guest. */
static void to_other_zones(struct builder *b, int family)
{
	if (!have(b->t, NAT_SET_ZONES, family))
		return;
	begin(b, family, "of a vnet whose addresses others have, too");
	load_zone(b);
	lookup(b, NAT_SET_ZONES);
	verdict(b, NFT_GOTO, ZONES_CHAIN);
}

static void other_zones_chain(struct builder *b)
{
	if (!have(b->t, NAT_SET_ZONES, 4) && !have(b->t, NAT_SET_ZONES, 6))
		return;
	begin_chain(b, ZONES_CHAIN, NULL);
	sources(b, &other_zones);
}

int nat_rules_build(struct nat_table *t)
{
	struct builder b = { .t = t };
	size_t i;

	for (i = 0; i < NAT_HOOKS; i++) {
		begin_chain(&b, nat_hooks[i].name, &nat_hooks[i]);
		if (nat_hooks[i].hook != NF_INET_POST_ROUTING)
			destinations(&b);
	}
	/* The last of the hooks. */
	to_other_zones(&b, 4);
	to_other_zones(&b, 6);
	sources(&b, &default_zone);
	other_zones_chain(&b);
	inside(&b, 4);
	inside(&b, 6);
	for (i = NAT_FIXED_SETS; i < t->n_sets; i++) {
		if (t->sets[i].kind == NAT_SET_INSIDE)
			group(&b, &t->sets[i]);
		else
			members(&b, &t->sets[i]);
	}
	return b.failed ? -ENOMEM : 0;
}
