// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the kernel's connection tracking says of a packet, in our words.
 */
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_core.h>
#include <net/netfilter/nf_conntrack_tuple.h>
#include <net/netfilter/nf_conntrack_zones.h>
#include "flow.h"

static bool is_icmp(u8 proto)
{
	return proto == IPPROTO_ICMP || proto == IPPROTO_ICMPV6;
}

static void set_tuple(struct epacl_tuple *to,
		      const struct nf_conntrack_tuple *from)
{
	u8 family = from->src.l3num == NFPROTO_IPV4 ? 4 : 6;
	u8 proto = from->dst.protonum;
	bool ports = epacl_proto_has_ports(proto);
	bool icmp = is_icmp(proto);

	epacl_ip_set(&to->src, family, &from->src.u3);
	epacl_ip_set(&to->dst, family, &from->dst.u3);
	to->proto = proto;
	to->sport = ports ? ntohs(from->src.u.all) : 0;
	to->dport = ports ? ntohs(from->dst.u.all) : 0;
	to->type = icmp ? from->dst.u.icmp.type : 0;
	to->code = icmp ? from->dst.u.icmp.code : 0;
}

/*
 * What the other side received is what it answers, turned round. Return: false:
 * nothing answers a message of this type.
 */
static bool set_accepted(struct epacl_tuple *to, const struct nf_conn *ct)
{
	const struct nf_conntrack_tuple *answer =
		&ct->tuplehash[IP_CT_DIR_REPLY].tuple;
	struct nf_conntrack_tuple received;

	if (is_icmp(answer->dst.protonum)) {
		if (!nf_ct_invert_tuple(&received, answer))
			return false;
		set_tuple(to, &received);
		return true;
	}
	set_tuple(to, answer);
	swap(to->src, to->dst);
	swap(to->sport, to->dport);
	return true;
}

/*
 * Connection tracking marks an entry that it picked up in the middle of a
 * connection by being liberal with the windows of both sides. A flowtable does
 * the same to what it offloads, which then is judged as strictly.
 */
static bool is_loose(const struct nf_conn *ct)
{
	return nf_ct_protonum(ct) == IPPROTO_TCP &&
	       (READ_ONCE(ct->proto.tcp.seen[0].flags) &
		READ_ONCE(ct->proto.tcp.seen[1].flags) &
		IP_CT_TCP_FLAG_BE_LIBERAL);
}

void epacl_flow_read(struct epacl_flow *flow, const struct sk_buff *skb)
{
	enum ip_conntrack_info ctinfo;
	const struct nf_conn *ct;

	ct = nf_ct_get(skb, &ctinfo);
	if (!ct) {
		flow->state = ctinfo == IP_CT_UNTRACKED ? EPACL_FLOW_NONE :
							  EPACL_FLOW_INVALID;
		return;
	}
	if (nf_ct_is_template(ct) || !set_accepted(&flow->accepted, ct)) {
		flow->state = EPACL_FLOW_INVALID;
		return;
	}
	flow->state = CTINFO2DIR(ctinfo) == IP_CT_DIR_ORIGINAL ?
			      EPACL_FLOW_OPENER :
			      EPACL_FLOW_REPLY;
	flow->loose = is_loose(ct);
	flow->zone = nf_ct_zone(ct)->id;
	set_tuple(&flow->addressed, &ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple);
}

/* Entry in which @answer is what comes back. Return: a reference, or NULL. */
static struct nf_conn *find_answered(struct net *net, u16 number,
				     const struct nf_conntrack_tuple *answer)
{
	struct nf_conntrack_tuple_hash *h;
	struct nf_conntrack_zone zone;
	struct nf_conn *ct;

	nf_ct_zone_init(&zone, number, NF_CT_DEFAULT_ZONE_DIR, 0);
	h = nf_conntrack_find_get(net, &zone, answer);
	if (!h)
		return NULL;
	ct = nf_ct_tuplehash_to_ctrack(h);
	if (NF_CT_DIRECTION(h) == IP_CT_DIR_REPLY)
		return ct;
	nf_ct_put(ct);
	return NULL;
}

/* The entry of the same flow beyond an inner bridge: routed, or bridged. */
static struct nf_conn *find_outer(const struct nf_conn *ct,
				  const struct epacl_zone *inner)
{
	const struct nf_conntrack_tuple *answer =
		&ct->tuplehash[IP_CT_DIR_REPLY].tuple;
	struct nf_conn *outer;

	outer = find_answered(nf_ct_net(ct), inner->outer_up, answer);
	if (!outer && inner->outer_across != inner->outer_up)
		outer = find_answered(nf_ct_net(ct), inner->outer_across,
				      answer);
	return outer;
}

void epacl_flow_beyond(struct epacl_flow *flow, const struct sk_buff *skb,
		       const struct epacl_zone *inner)
{
	enum ip_conntrack_info ctinfo;
	struct nf_conn *ct, *outer;

	if (flow->state != EPACL_FLOW_OPENER && flow->state != EPACL_FLOW_REPLY)
		return;
	ct = nf_ct_get(skb, &ctinfo);
	outer = find_outer(ct, inner);
	if (!outer)
		return;
	set_tuple(&flow->addressed,
		  &outer->tuplehash[IP_CT_DIR_ORIGINAL].tuple);
	nf_ct_put(outer);
}

static void kill_unanswered(struct nf_conn *ct)
{
	if (nf_ct_is_confirmed(ct) && !nf_ct_is_template(ct) &&
	    !test_bit(IPS_SEEN_REPLY_BIT, &ct->status))
		nf_ct_kill(ct);
}

void epacl_flow_forget(const struct sk_buff *skb,
		       const struct epacl_zone *inner)
{
	enum ip_conntrack_info ctinfo;
	struct nf_conn *ct = nf_ct_get(skb, &ctinfo), *outer;

	if (!ct || CTINFO2DIR(ctinfo) != IP_CT_DIR_ORIGINAL)
		return;
	outer = inner ? find_outer(ct, inner) : NULL;
	if (outer) {
		kill_unanswered(outer);
		nf_ct_put(outer);
	}
	kill_unanswered(ct);
}
