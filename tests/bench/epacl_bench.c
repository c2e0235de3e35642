// SPDX-License-Identifier: GPL-2.0-only
/*
 * Times what hangs on netfilter's hooks.
 *
 * The trace, a file of records, becomes packets that look as they do when they
 * have come to the hook in question, connection included. Then, as often as it
 * is asked, the module calls the hooks for each of them and says how long that
 * took, and how many verdicts were others than the record wants.
 *
 *   insmod epacl_bench.ko trace=FILE [established=1 | fresh=1] [burst=32]
 *   echo "post 100" > /sys/module/epacl_bench/parameters/run
 *   cat /sys/module/epacl_bench/parameters/run
 *
 * Nothing of this is part of epacl: it times every filter in the same way.
 */
#include <linux/etherdevice.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/kernel_read_file.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/netfilter_netdev.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <linux/vmalloc.h>
#include <linux/xarray.h>
#include <net/ip.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_core.h>
#include <net/route.h>

MODULE_DESCRIPTION("Cost of netfilter hooks");
MODULE_LICENSE("GPL");

/*
 * One packet: UDP, or a SYN of TCP. Interfaces are b0, b1 and so on; all but
 * ports and addresses is in the byte order of the machine.
 */
struct record {
	u8 family; /* 4 or 6 */
	u8 permit; /* what a filter has to say */
	u8 proto; /* 6 or 17 */
	u8 pad;
	__be16 sport;
	__be16 dport;
	u32 in;
	u32 out;
	u8 src[16];
	u8 dst[16];
};

struct packet {
	struct sk_buff *skb;
	struct net_device *in;
	struct net_device *out;
	struct dst_entry *dst; /* of the table of routes */
	u8 pf;
	bool permit;
};

/* Header and payload. */
#define TRANSPORT 40
#define HEADROOM 64

static char *trace = "";
module_param(trace, charp, 0444);
MODULE_PARM_DESC(trace, "file of the packets' records");

static bool established;
module_param(established, bool, 0444);
MODULE_PARM_DESC(established, "packets of connections that were answered");

static bool fresh;
module_param(fresh, bool, 0444);
MODULE_PARM_DESC(fresh, "packets without a connection yet, without a route");

static unsigned int burst = 32;
module_param(burst, uint, 0444);
MODULE_PARM_DESC(burst, "packets that are brought into the cache, then timed");

static struct packet *packets;
static u32 npackets;

/* ---- making packets ---- */

static u8 *write_ip4(u8 *at, const struct record *r, u16 len)
{
	struct iphdr *ip = (struct iphdr *)at;

	*ip = (struct iphdr){
		.version = 4,
		.ihl = 5,
		.tot_len = htons(sizeof(*ip) + len),
		.ttl = 63,
		.protocol = r->proto,
	};
	memcpy(&ip->saddr, r->src, 4);
	memcpy(&ip->daddr, r->dst, 4);
	ip_send_check(ip);
	return at + sizeof(*ip);
}

static u8 *write_ip6(u8 *at, const struct record *r, u16 len)
{
	struct ipv6hdr *ip = (struct ipv6hdr *)at;

	*ip = (struct ipv6hdr){
		.version = 6,
		.payload_len = htons(len),
		.nexthdr = r->proto,
		.hop_limit = 63,
	};
	memcpy(&ip->saddr, r->src, 16);
	memcpy(&ip->daddr, r->dst, 16);
	return at + sizeof(*ip);
}

static void write_transport(u8 *at, const struct record *r)
{
	if (r->proto == IPPROTO_TCP)
		*(struct tcphdr *)at = (struct tcphdr){
			.source = r->sport,
			.dest = r->dport,
			.doff = sizeof(struct tcphdr) / 4,
			.syn = 1,
			.window = htons(65535),
		};
	else
		*(struct udphdr *)at = (struct udphdr){
			.source = r->sport,
			.dest = r->dport,
			.len = htons(TRANSPORT),
		};
}

/* The frame as a guest sends it: its MAC tells the number of its interface. */
static void write_ether(struct ethhdr *eth, const struct record *r)
{
	*eth = (struct ethhdr){
		.h_dest = { 0x02, 0xff },
		.h_source = { 0x02, 0, 0, r->in >> 16, r->in >> 8, r->in },
		.h_proto = htons(r->family == 4 ? ETH_P_IP : ETH_P_IPV6),
	};
}

static struct sk_buff *make_skb(const struct record *r)
{
	u16 ip_len = r->family == 4 ? sizeof(struct iphdr) :
				      sizeof(struct ipv6hdr);
	struct sk_buff *skb;
	u8 *at;

	skb = alloc_skb(HEADROOM + ETH_HLEN + ip_len + TRANSPORT, GFP_KERNEL);
	if (!skb)
		return NULL;
	skb_reserve(skb, HEADROOM);
	skb_reset_mac_header(skb);
	write_ether(skb_put(skb, ETH_HLEN), r);
	skb_pull(skb, ETH_HLEN);
	skb_reset_network_header(skb);
	at = skb_put_zero(skb, ip_len + TRANSPORT);
	at = r->family == 4 ? write_ip4(at, r, TRANSPORT) :
			      write_ip6(at, r, TRANSPORT);
	write_transport(at, r);
	skb_set_transport_header(skb, ip_len);
	skb_reset_mac_len(skb);
	skb->protocol = htons(r->family == 4 ? ETH_P_IP : ETH_P_IPV6);
	skb->pkt_type = PACKET_HOST;
	skb->ip_summed = CHECKSUM_UNNECESSARY;
	return skb;
}

/*
 * Gives the packet its connection. One that is to be permitted gets an entry
 * that is in the table, so that the confirmation at the end of POST_ROUTING has
 * nothing to do; one that is to be refused never comes that far.
 */
static int track(struct packet *p)
{
	struct nf_hook_state state = {
		.hook = NF_INET_PRE_ROUTING,
		.pf = p->pf,
		.in = p->in,
		.net = dev_net(p->in),
	};
	enum ip_conntrack_info ctinfo;
	struct nf_conn *ct;

	if (nf_conntrack_in(p->skb, &state) != NF_ACCEPT)
		return -EINVAL;
	ct = nf_ct_get(p->skb, &ctinfo);
	if (!ct)
		return -EINVAL;
	if (!p->permit && !established)
		return 0;
	if (nf_conntrack_confirm(p->skb) != NF_ACCEPT)
		return -EEXIST;
	ct = nf_ct_get(p->skb, &ctinfo);
	WRITE_ONCE(ct->timeout, nfct_time_stamp + INT_MAX / 2);
	if (established) {
		set_bit(IPS_SEEN_REPLY_BIT, &ct->status);
		set_bit(IPS_ASSURED_BIT, &ct->status);
		nf_ct_set(p->skb, ct, IP_CT_ESTABLISHED);
	}
	return 0;
}

static struct net_device *interface(u32 number)
{
	char name[IFNAMSIZ];

	snprintf(name, sizeof(name), "b%u", number);
	return dev_get_by_name(&init_net, name);
}

/* By the interface's index, one for each. */
static DEFINE_XARRAY(routes);

static int route(struct packet *p)
{
	struct rtable *rt = xa_load(&routes, p->out->ifindex);
	int err;

	if (!rt) {
		rt = rt_dst_alloc(p->out, 0, RTN_UNICAST, true);
		if (!rt)
			return -ENOMEM;
		err = xa_err(
			xa_store(&routes, p->out->ifindex, rt, GFP_KERNEL));
		if (err) {
			dst_release(&rt->dst);
			return err;
		}
	}
	p->dst = &rt->dst;
	return 0;
}

static void drop_routes(void)
{
	unsigned long ifindex;
	struct rtable *rt;

	xa_for_each(&routes, ifindex, rt)
		dst_release(&rt->dst);
	xa_destroy(&routes);
}

static void forget(struct sk_buff *skb)
{
	enum ip_conntrack_info ctinfo;
	struct nf_conn *ct = nf_ct_get(skb, &ctinfo);

	if (ct && nf_ct_is_confirmed(ct))
		nf_ct_kill(ct);
}

static void drop_packet(struct packet *p)
{
	if (p->skb) {
		forget(p->skb);
		refcount_set(&p->skb->users, 1);
		kfree_skb(p->skb);
	}
	dev_put(p->in);
	dev_put(p->out);
}

static int make_packet(struct packet *p, const struct record *r)
{
	int err;

	p->pf = r->family == 4 ? NFPROTO_IPV4 : NFPROTO_IPV6;
	p->permit = r->permit;
	p->in = interface(r->in);
	p->out = interface(r->out);
	if (!p->in || !p->out)
		return -ENODEV;
	p->skb = make_skb(r);
	if (!p->skb)
		return -ENOMEM;
	p->skb->dev = p->in;
	p->skb->skb_iif = p->in->ifindex;
	err = route(p);
	if (err || fresh)
		return err;
	skb_dst_set(p->skb, dst_clone(p->dst));
	local_bh_disable();
	rcu_read_lock();
	err = track(p);
	rcu_read_unlock();
	local_bh_enable();
	return err;
}

static void drop_packets(void)
{
	u32 i;

	for (i = 0; i < npackets; i++)
		drop_packet(&packets[i]);
	kvfree(packets);
	drop_routes();
}

static int make_packets(const struct record *r, u32 n)
{
	int err;

	packets = kvcalloc(n, sizeof(*packets), GFP_KERNEL);
	if (!packets)
		return -ENOMEM;
	while (npackets < n) {
		err = make_packet(&packets[npackets], &r[npackets]);
		npackets++;
		if (err) {
			pr_err("epacl_bench: packet %u: error %d\n",
			       npackets - 1, err);
			drop_packets();
			return err;
		}
		cond_resched();
	}
	return 0;
}

/* ---- the hooks ---- */

typedef bool (*crossing)(const struct packet *p);

/* Return: it was let through. */
static bool cross_post(const struct packet *p)
{
	return nf_hook(p->pf, NF_INET_POST_ROUTING, dev_net(p->out), NULL,
		       p->skb, p->in, p->out, NULL) == 1;
}

static bool cross_pre(const struct packet *p)
{
	return nf_hook(p->pf, NF_INET_PRE_ROUTING, dev_net(p->in), NULL, p->skb,
		       p->in, NULL, NULL) == 1;
}

static bool cross_ingress(const struct packet *p)
{
	return !nf_hook_ingress_active(p->skb) || nf_hook_ingress(p->skb) == 1;
}

static bool cross_egress(const struct packet *p)
{
	bool through;
	int rc;

	if (!nf_hook_egress_active())
		return true;
	__skb_push(p->skb, ETH_HLEN);
	through = nf_hook_egress(p->skb, &rc, p->out);
	__skb_pull(p->skb, ETH_HLEN);
	return through;
}

static bool cross_forward(const struct packet *p)
{
	return nf_hook(p->pf, NF_INET_FORWARD, dev_net(p->in), NULL, p->skb,
		       p->in, p->out, NULL) == 1;
}

/* What a packet from one interface to another comes through. */
static bool cross_all(const struct packet *p)
{
	struct sk_buff *skb = p->skb;

	skb->dev = p->in;
	if (!cross_ingress(p) || !cross_pre(p) || !cross_forward(p))
		return false;
	skb->dev = p->out;
	return cross_post(p) && cross_egress(p);
}

/* By the host's table, where that is what the packet finds there. */
static bool is_routed(const struct packet *p)
{
	const struct iphdr *ip = ip_hdr(p->skb);

	if (p->pf == NFPROTO_IPV4)
		return !ip_route_input_noref(p->skb, ip->daddr, ip->saddr,
					     ip->tos, p->in) &&
		       skb_dst(p->skb)->dev == p->out;
	skb_dst_set_noref(p->skb, p->dst);
	return true;
}

/*
 * What is to be refused, from its arrival on: wherever that happens, and what has
 * been made for it until then is taken back.
 */
static bool cross_refused(const struct packet *p)
{
	struct sk_buff *skb = p->skb;
	bool through;

	skb->dev = p->in;
	through = cross_pre(p) && is_routed(p);
	skb->dev = p->out;
	through = through && cross_post(p);
	nf_reset_ct(skb);
	skb_dst_drop(skb);
	return through;
}

/* ---- the clock ---- */

/* The clock of User-mode Linux has a resolution of 256 ns. */
static u64 ticks(void)
{
#ifdef CONFIG_X86_64
	u32 low, high;

	asm volatile("lfence; rdtsc" : "=a"(low), "=d"(high)::"memory");
	return (u64)high << 32 | low;
#else
	return ktime_get_ns();
#endif
}

/* ---- timing ---- */

static void touch(const void *p, size_t size)
{
	size_t at;

	for (at = 0; at < size; at += SMP_CACHE_BYTES)
		READ_ONCE(*((const u8 *)p + at));
}

/*
 * What others have looked at by then is in the cache: packet, connection, route.
 * And a reference for the one that a refusal drops.
 */
static void warm(const struct packet *p)
{
	struct sk_buff *skb = p->skb;

	refcount_set(&skb->users, 2);
	skb->dev = p->out;
	touch(skb, sizeof(*skb));
	touch(skb->data, skb_headlen(skb));
	if (skb_nfct(skb))
		touch(skb_nfct(skb), sizeof(struct nf_conn));
	READ_ONCE(p->dst->dev->mtu);
}

struct outcome {
	u32 wrong;
	u32 first_wrong;
};

/* Packets from @i to @end. Return: ticks. */
static u64 go_burst(crossing cross, u32 i, u32 end, struct outcome *o)
{
	u64 began;
	u32 at;

	for (at = i; at < end; at++)
		warm(&packets[at]);
	began = ticks();
	for (at = i; at < end; at++) {
		if (cross(&packets[at]) == packets[at].permit)
			continue;
		if (!o->wrong++)
			o->first_wrong = at;
	}
	return ticks() - began;
}

/* All packets once. @best: of each burst, the best so far. */
static void go_round(crossing cross, u64 *best, struct outcome *o)
{
	u32 i, end;
	u64 took;

	for (i = 0; i < npackets; i = end) {
		end = min(i + burst, npackets);
		local_bh_disable();
		rcu_read_lock();
		took = go_burst(cross, i, end, o);
		rcu_read_unlock();
		local_bh_enable();
		*best = min(*best, took);
		best++;
	}
}

static const struct {
	const char *name;
	crossing cross;
} places[] = {
	{ "post", cross_post },	      { "all", cross_all },
	{ "ingress", cross_ingress }, { "pre", cross_pre },
	{ "egress", cross_egress },   { "refused", cross_refused },
};

static char result[128] = "never run\n";

static void report(const struct outcome *o, const u64 *best, u32 bursts,
		   u64 passed_ticks, u64 passed_ns)
{
	u64 sum = 0;
	u32 i;

	for (i = 0; i < bursts; i++)
		sum += best[i];
	snprintf(result, sizeof(result),
		 "packets %u wrong %u first %u ns %llu\n", npackets, o->wrong,
		 o->first_wrong,
		 mul_u64_u64_div_u64(sum, passed_ns, passed_ticks));
}

static int run(crossing cross, u32 rounds)
{
	u32 bursts = DIV_ROUND_UP(npackets, burst), i;
	u64 *best = kvmalloc_array(bursts, sizeof(*best), GFP_KERNEL);
	u64 began = ticks(), began_ns = ktime_get_ns();
	struct outcome o;

	if (!best)
		return -ENOMEM;
	memset(best, 0xff, bursts * sizeof(*best));
	for (i = 0; i < rounds && !fatal_signal_pending(current); i++) {
		o = (struct outcome){};
		go_round(cross, best, &o);
		cond_resched();
	}
	report(&o, best, bursts, ticks() - began, ktime_get_ns() - began_ns);
	kvfree(best);
	return 0;
}

static int run_set(const char *value, const struct kernel_param *kp)
{
	char name[16];
	u32 rounds, i;

	if (sscanf(value, "%15s %u", name, &rounds) != 2 || !rounds)
		return -EINVAL;
	for (i = 0; i < ARRAY_SIZE(places); i++)
		if (!strcmp(places[i].name, name))
			return run(places[i].cross, rounds);
	return -EINVAL;
}

static int run_get(char *buffer, const struct kernel_param *kp)
{
	return sysfs_emit(buffer, "%s", result);
}

static const struct kernel_param_ops run_ops = {
	.set = run_set,
	.get = run_get,
};
module_param_cb(run, &run_ops, NULL, 0600);
MODULE_PARM_DESC(run, "PLACE ROUNDS; reads as what came of it");

/* ---- the module ---- */

static int load_trace(void)
{
	void *records = NULL;
	ssize_t size;
	int err;

	/* It is none of what there are names for; some module wants one. */
	size = kernel_read_file_from_path(trace, 0, &records, INT_MAX, NULL,
					  READING_POLICY);
	if (size < 0)
		return size;
	err = size % sizeof(struct record) ?
		      -EINVAL :
		      make_packets(records, size / sizeof(struct record));
	vfree(records);
	return err;
}

static int __init bench_init(void)
{
	int err;

	if (!burst)
		return -EINVAL;
	err = nf_ct_netns_get(&init_net, NFPROTO_INET);
	if (err)
		return err;
	err = load_trace();
	if (err)
		nf_ct_netns_put(&init_net, NFPROTO_INET);
	return err;
}

static void __exit bench_exit(void)
{
	drop_packets();
	nf_ct_netns_put(&init_net, NFPROTO_INET);
}

module_init(bench_init);
module_exit(bench_exit);
