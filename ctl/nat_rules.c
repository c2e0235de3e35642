// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The rules of our table. Each stands for a statement of the policy and looks
 * its answer up in a set, so their number does not depend on the policy's size.
 */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
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
	load_payload(b, NFT_PAYLOAD_NETWORK_HEADER, b->family == 4 ?
		     offsetof(struct iphdr, saddr) :
		     offsetof(struct ip6_hdr, ip6_src),
		     nat_addr_bytes(b->family), offset);
}

static void load_destination(struct builder *b, unsigned int offset)
{
	load_payload(b, NFT_PAYLOAD_NETWORK_HEADER, b->family == 4 ?
		     offsetof(struct iphdr, daddr) :
		     offsetof(struct ip6_hdr, ip6_dst),
		     nat_addr_bytes(b->family), offset);
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
static void lookup(struct builder *b, enum nat_set_kind kind)
{
	const struct nat_set *set = nat_table_set(b->t, kind, b->family);
	struct nftnl_expr *e = expr(b, "lookup");

	if (!e)
		return;
	nftnl_expr_set_u32(e, NFTNL_EXPR_LOOKUP_SREG, reg(0));
	nftnl_expr_set_u32(e, NFTNL_EXPR_LOOKUP_FLAGS, 0);
	if (nat_set_flags(set) & NFT_SET_MAP)
		nftnl_expr_set_u32(e, NFTNL_EXPR_LOOKUP_DREG, reg(0));
	if (nftnl_expr_set_str(e, NFTNL_EXPR_LOOKUP_SET, nat_set_name(set)))
		b->failed = true;
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

static void leave_chain(struct builder *b)
{
	struct nftnl_expr *e = expr(b, "immediate");

	if (!e)
		return;
	nftnl_expr_set_u32(e, NFTNL_EXPR_IMM_DREG, NFT_REG_VERDICT);
	nftnl_expr_set_u32(e, NFTNL_EXPR_IMM_VERDICT, NFT_RETURN);
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

/* Goes on if the destination, as translated, is inside for the source. */
static void stays_inside(struct builder *b)
{
	load_source(b, 0);
	load_destination(b, nat_addr_bytes(b->family));
	lookup(b, NAT_SET_INSIDE);
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

/* Begins a rule of @chain; @family 0 stands for both. */
static void begin(struct builder *b, const char *chain, int family,
		  const char *comment)
{
	const __u8 nfproto = family == 4 ? NFPROTO_IPV4 : NFPROTO_IPV6;

	b->family = family;
	b->rule = b->failed ? NULL : nftnl_rule_alloc();
	if (!b->rule) {
		b->failed = true;
		return;
	}
	b->t->rules[b->t->n_rules++] = b->rule;
	nftnl_rule_set_u32(b->rule, NFTNL_RULE_FAMILY, NFPROTO_INET);
	if (nftnl_rule_set_str(b->rule, NFTNL_RULE_TABLE, NAT_TABLE) ||
	    nftnl_rule_set_str(b->rule, NFTNL_RULE_CHAIN, chain) ||
	    set_comment(b->rule, comment))
		b->failed = true;
	if (!family)
		return;
	load_meta(b, NFT_META_NFPROTO, 0);
	compare(b, NFT_CMP_EQ, &nfproto, sizeof(nfproto));
}

static bool have(struct nat_table *t, enum nat_set_kind kind, int family)
{
	return nat_table_set(t, kind, family)->n;
}

static void destination(struct builder *b, const char *chain, int family,
			enum nat_set_kind kind)
{
	unsigned int addr = nat_addr_bytes(family);

	if (!have(b->t, kind, family))
		return;
	begin(b, chain, family, kind == NAT_SET_PUBLICS ?
	      "public address and port of an endpoint" :
	      "public range of ports, which keeps its numbers");
	load_destination(b, 0);
	load_meta(b, NFT_META_L4PROTO, addr);
	load_payload(b, NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2, addr + 4);
	lookup(b, kind);
	translate(b, NFT_NAT_DNAT, kind == NAT_SET_PUBLICS);
}

/* What was addressed to a VIP leaves by one, even if it stays inside. */
static void source_through_vip(struct builder *b, int family)
{
	if (!have(b->t, NAT_SET_VIPS, family))
		return;
	if (have(b->t, NAT_SET_SOURCES, family)) {
		begin(b, "postrouting", family,
		      "addressed to a VIP: leaves by that of its service");
		through_vip(b);
		load_source(b, 0);
		lookup(b, NAT_SET_SOURCES);
		translate(b, NFT_NAT_SNAT, false);
	}
	if (have(b->t, NAT_SET_INSIDE, family)) {
		begin(b, "postrouting", family,
		      "has no service: leaves by the VIP that it addressed");
		through_vip(b);
		stays_inside(b);
		load_addressed(b);
		translate(b, NFT_NAT_SNAT, false);
	}
}

/*
 * A frame that br_netfilter shows on its way over a bridge has no input
 * interface here; nor has what the host sends, which is no guest's.
 */
static void not_routed(struct builder *b)
{
	const __u32 none = 0;

	begin(b, "postrouting", 0, "not routed: keeps its source");
	load_meta(b, NFT_META_IIF, 0);
	compare(b, NFT_CMP_EQ, &none, sizeof(none));
	leave_chain(b);
}

static void source(struct builder *b, int family)
{
	if (!have(b->t, NAT_SET_SOURCES, family))
		return;
	if (have(b->t, NAT_SET_INSIDE, family)) {
		begin(b, "postrouting", family, "stays inside");
		stays_inside(b);
		leave_chain(b);
	}
	begin(b, "postrouting", family, "leaves by the VIP of its service");
	load_source(b, 0);
	lookup(b, NAT_SET_SOURCES);
	translate(b, NFT_NAT_SNAT, false);
}

int nat_rules_build(struct nat_table *t)
{
	static const char * const chains[] = { "prerouting", "output" };
	struct builder b = { .t = t };
	unsigned int i;
	int family;

	for (i = 0; i < 2; i++) {
		for (family = 4; family <= 6; family += 2) {
			destination(&b, chains[i], family, NAT_SET_PUBLICS);
			destination(&b, chains[i], family, NAT_SET_RANGES);
		}
	}
	source_through_vip(&b, 4);
	source_through_vip(&b, 6);
	not_routed(&b);
	source(&b, 4);
	source(&b, 6);
	return b.failed ? -ENOMEM : 0;
}
