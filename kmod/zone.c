// SPDX-License-Identifier: GPL-2.0-only
/*
 * Connection tracking zones of bridges, VRFs and routed interfaces.
 */
#include <linux/if_bridge.h>
#include <linux/if_vlan.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <net/l3mdev.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_zones.h>
#include "wiring.h"
#include "zone.h"

/* ---- looking up ---- */

static int compare_key(const struct epacl_zone *zone, int ifindex, u16 vid)
{
	if (zone->ifindex != ifindex)
		return zone->ifindex < ifindex ? -1 : 1;
	return (int)zone->vid - vid;
}

static struct epacl_zone *find(struct epacl_zones *zones, int ifindex, u16 vid)
{
	u32 lo = 0, hi = zones->n, mid;
	int order;

	while (lo < hi) {
		mid = (lo + hi) / 2;
		order = compare_key(&zones->at[mid], ifindex, vid);
		if (!order)
			return &zones->at[mid];
		if (order < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

const struct epacl_zone *epacl_zone_inner(struct epacl_net *en,
					  struct net_device *dev)
{
	struct epacl_zones *zones = rcu_dereference(en->zones);
	struct net_device *bridge;
	struct epacl_zone *zone;

	if (!zones)
		return NULL;
	bridge = epacl_bridge_of(dev);
	zone = bridge ? find(zones, bridge->ifindex, 0) : NULL;
	return zone && zone->outer ? zone : NULL;
}

struct net_device *epacl_zone_outer(struct epacl_net *en,
				    struct net_device *dev)
{
	const struct epacl_zone *zone = epacl_zone_inner(en, dev);

	return zone ? dev_get_by_index_rcu(en->net, zone->outer) : NULL;
}

/* ---- packets ---- */

static const struct epacl_zone *domain_of_frame(struct epacl_net *en,
						struct epacl_zones *zones,
						struct sk_buff *skb,
						struct net_device *in, bool *up)
{
	struct net_device *bridge = epacl_bridge_of(in);
	const struct epacl_zone *zone;

	/* What is not IP would keep the template for ever. */
	if (!bridge || (skb->protocol != htons(ETH_P_IP) &&
			skb->protocol != htons(ETH_P_IPV6)))
		return NULL;
	*up = epacl_is_for_host(en, skb, in);
	zone = find(zones, bridge->ifindex, 0);
	if (zone && zone->outer)
		return zone;
	return find(zones, bridge->ifindex, epacl_bridge_vlan(skb, bridge, in));
}

static const struct epacl_zone *domain_of_packet(struct epacl_net *en,
						 struct epacl_zones *zones,
						 const struct net_device *dev)
{
	int vrf = l3mdev_master_ifindex_rcu(dev);
	struct epacl_port *port;
	u16 vlan;

	if (vrf)
		return find(zones, vrf, 0);
	port = epacl_port_of(en, dev, &vlan);
	return find(zones, port ? port->dev->ifindex : dev->ifindex, 0);
}

static bool is_known(const struct epacl_zones *zones, u16 number)
{
	u32 i;

	for (i = 0; i < zones->n; i++)
		if (zones->at[i].number == number)
			return true;
	return false;
}

bool epacl_zone_opened_at(struct epacl_net *en, struct sk_buff *skb,
			  struct net_device *dev, u16 number)
{
	struct epacl_zones *zones = rcu_dereference(en->zones);
	const struct epacl_zone *zone;
	bool up;

	if (!zones)
		return true;
	zone = epacl_bridge_of(dev) ?
		       domain_of_frame(en, zones, skb, dev, &up) :
		       domain_of_packet(en, zones, dev);
	/* Others may have zones of their own where we have none. */
	if (!zone)
		return !is_known(zones, number);
	return number == zone->number ||
	       (zone->up && number == nf_ct_zone(zone->up)->id);
}

bool epacl_zone_attach(struct epacl_net *en, struct sk_buff *skb,
		       const struct nf_hook_state *state)
{
	struct epacl_zones *zones = rcu_dereference(en->zones);
	struct net_device *dev = state->in ?: state->out;
	const struct epacl_zone *zone;
	struct nf_conn *template;
	bool up = true;

	/* Tracked already, on the bridge, or never to be. */
	if (!zones || skb->_nfct)
		return true;
	zone = state->pf == NFPROTO_BRIDGE ?
		       domain_of_frame(en, zones, skb, dev, &up) :
		       domain_of_packet(en, zones, dev);
	if (!zone)
		return true;
	template = up ? zone->up : zone->across;
	if (!template)
		return false;
	nf_conntrack_get(&template->ct_general);
	nf_ct_set(skb, template, IP_CT_NEW);
	return true;
}

/* ---- finding the domains ---- */

/* Bridges whose way out is remembered: there are few, with many ports each. */
#define SEEN 8

/* What outer_of() says of @bridge. */
struct seen {
	struct net_device *bridge;
	struct net_device *outer;
	struct net_device *toward;
};

/**
 * struct builder - domains while they are being found, in two passes
 * @en: namespace
 * @seen: bridges, in turn
 * @nseen: how many so far
 * @n: found so far, some of them several times
 * @zones: where the second pass puts them; NULL: the first one counts
 * @ignored: where the first pass puts them
 */
struct builder {
	struct epacl_net *en;
	struct seen seen[SEEN];
	u32 nseen;
	u32 n;
	struct epacl_zones *zones;
	struct epacl_zone ignored;
};

static struct epacl_zone *add(struct builder *b, int ifindex, u16 vid,
			      u16 number)
{
	struct epacl_zone *zone = &b->ignored;

	if (b->zones)
		zone = &b->zones->at[b->n];
	b->n++;
	zone->ifindex = ifindex;
	zone->vid = vid;
	zone->number = number;
	return zone;
}

static int vrf_of(const struct net_device *dev)
{
	return l3mdev_master_ifindex_rcu(dev);
}

/* The VRF in which the host routes VLAN @vid of @bridge. */
static int vrf_of_bridge(struct net_device *bridge, u16 vid)
{
	struct net_device *vlan = NULL;

	if (vid)
		vlan = __vlan_find_dev_deep_rcu(bridge, htons(ETH_P_8021Q),
						vid);
	return vrf_of(vlan ?: bridge);
}

static void add_bridge(struct builder *b, struct net_device *bridge, u16 vid,
		       u16 number)
{
	int vrf = vrf_of_bridge(bridge, vid);
	struct epacl_zone *zone;

	if (!number)
		return;
	zone = add(b, bridge->ifindex, vid, number);
	zone->vrf = vrf;
	if (vrf)
		add(b, vrf, 0, number);
}

static u16 pvid_of(const struct net_device *bridge,
		   const struct net_device *dev)
{
	u16 vid;

	if (!br_vlan_enabled(bridge) || br_vlan_get_pvid_rcu(dev, &vid))
		return 0;
	return vid;
}

/*
 * The bridge beyond @bridge, whose only port that is no nic's is a veth to it.
 * Two bridges that stand like this to each other: the older one is beyond.
 * @toward: the port of the bridge beyond.
 */
static struct net_device *way_out(struct epacl_net *en,
				  struct net_device *bridge,
				  struct net_device **toward)
{
	struct net_device *dev, *uplink = NULL;
	struct list_head *iter;
	u16 vlan;

	netdev_for_each_lower_dev(bridge, dev, iter)
	{
		if (epacl_port_of(en, dev, &vlan))
			continue;
		if (uplink)
			return NULL;
		uplink = dev;
	}
	*toward = uplink ? epacl_far_end(uplink) : NULL;
	return *toward ? epacl_bridge_of(*toward) : NULL;
}

static struct net_device *outer_of(struct epacl_net *en,
				   struct net_device *bridge,
				   struct net_device **toward)
{
	struct net_device *outer = way_out(en, bridge, toward), *ignored;

	if (!outer || outer == bridge)
		return NULL;
	if (outer->ifindex > bridge->ifindex &&
	    way_out(en, outer, &ignored) == bridge)
		return NULL;
	return outer;
}

/* Looked up once for all ports of a bridge: it is a walk over them. */
static const struct seen *see(struct builder *b, struct net_device *bridge)
{
	struct seen *seen;
	u32 i;

	for (i = 0; i < SEEN; i++)
		if (b->seen[i].bridge == bridge)
			return &b->seen[i];
	seen = &b->seen[b->nseen++ % SEEN];
	seen->bridge = bridge;
	seen->outer = outer_of(b->en, bridge, &seen->toward);
	return seen;
}

/* A port of a bridge, or of one that stands before another. */
static void add_bridged(struct builder *b, const struct epacl_cnic *nic,
			struct net_device *dev, struct net_device *bridge,
			u16 number)
{
	const struct seen *seen = see(b, bridge);
	struct epacl_zone *zone;
	u32 i;

	if (seen->outer) {
		zone = add(b, bridge->ifindex, 0, EPACL_ZONE_INNER);
		zone->outer = seen->outer->ifindex;
		zone->outer_vid = pvid_of(seen->outer, seen->toward);
		add_bridge(b, seen->outer, zone->outer_vid, number);
		return;
	}
	add_bridge(b, bridge, pvid_of(bridge, dev), number);
	for (i = 0; br_vlan_enabled(bridge) && i < nic->nic->nvlans; i++)
		add_bridge(b, bridge, nic->nic->vlans[i], number);
}

static void add_carrier(struct builder *b, const struct epacl_cnic *nic,
			const struct epacl_port *port, struct net_device *dev)
{
	u16 number = nic->vnet ? nic->vnet->zone : 0;
	struct net_device *bridge = epacl_bridge_of(dev);

	if (bridge)
		add_bridged(b, nic, dev, bridge, number);
	else if (!number)
		return;
	else if (vrf_of(dev))
		add(b, vrf_of(dev), 0, number);
	else
		add(b, port->dev->ifindex, 0, number);
}

/* The interface itself, and VLANs on top of it. */
static void add_port(struct builder *b, const struct epacl_port *port,
		     const struct epacl_snapshot *snap)
{
	const struct epacl_cnic *nic;
	struct net_device *upper;
	struct list_head *iter;

	nic = epacl_snapshot_dev(snap, port->dev->name);
	if (!nic)
		return;
	add_carrier(b, nic, port, port->dev);
	netdev_for_each_upper_dev_rcu(port->dev, upper, iter)
		if (is_vlan_dev(upper))
			add_carrier(b, nic, port, upper);
}

/* ---- putting them in order ---- */

static int compare(const void *a, const void *b)
{
	const struct epacl_zone *za = a, *zb = b;
	int order = compare_key(za, zb->ifindex, zb->vid);

	return order ? order : (int)za->number - zb->number;
}

/* Of one domain, the lowest number stays. */
static void unite(struct epacl_zones *zones)
{
	u32 i, n = 0;

	sort(zones->at, zones->n, sizeof(*zones->at), compare, NULL);
	for (i = 0; i < zones->n; i++)
		if (!n || compare_key(&zones->at[n - 1], zones->at[i].ifindex,
				      zones->at[i].vid))
			zones->at[n++] = zones->at[i];
	zones->n = n;
}

static bool is_taken(const struct epacl_zones *zones, u16 number)
{
	u32 i;

	for (i = 0; i < zones->n; i++)
		if (zones->at[i].outer && zones->at[i].number == number)
			return true;
	return false;
}

/* A number that stays the same as long as the bridge is there. */
static u16 inner_number(const struct epacl_zones *zones, int ifindex)
{
	u16 number = 0;
	u32 i;

	/* Behind the last one comes the first, not the default zone. */
	for (i = 0; i < EPACL_ZONE_INNER; i++) {
		number = (ifindex + i) | EPACL_ZONE_INNER;
		if (!is_taken(zones, number))
			break;
	}
	return number;
}

static void number_inner(struct epacl_zones *zones)
{
	struct epacl_zone *zone, *outer;
	u32 i;

	for (i = 0; i < zones->n; i++) {
		zone = &zones->at[i];
		if (!zone->outer)
			continue;
		zone->number = inner_number(zones, zone->ifindex);
		outer = find(zones, zone->outer, zone->outer_vid);
		if (!outer)
			continue;
		zone->outer_across = outer->number;
		if (outer->vrf)
			zone->outer_up = find(zones, outer->vrf, 0)->number;
	}
}

static struct nf_conn *template_of(struct net *net, u16 number, u8 dir)
{
	struct nf_conntrack_zone zone;
	struct nf_conn *template;

	nf_ct_zone_init(&zone, number, dir, 0);
	template = nf_ct_tmpl_alloc(net, &zone, GFP_KERNEL);
	/* Nothing shall try to confirm it where tracking passes it over. */
	if (template)
		__set_bit(IPS_CONFIRMED_BIT, &template->status);
	return template;
}

/* Return: false: no memory for one that is needed. */
static bool make_templates(struct net *net, struct epacl_zones *zones,
			   struct epacl_zone *zone)
{
	struct net_device *dev = __dev_get_by_index(net, zone->ifindex);
	u16 up = zone->number;
	bool bridge = dev && netif_is_bridge_master(dev);
	u8 dir = NF_CT_ZONE_DIR_ORIG;

	if (bridge)
		zone->across = template_of(net, zone->number,
					   NF_CT_DEFAULT_ZONE_DIR);
	if (zone->vrf)
		up = find(zones, zone->vrf, 0)->number;
	if (zone->vrf || zone->outer || (dev && netif_is_l3_master(dev)))
		dir = NF_CT_DEFAULT_ZONE_DIR;
	zone->up = template_of(net, up, dir);
	return zone->up && (zone->across || !bridge);
}

static void free_zones(struct epacl_zones *zones)
{
	u32 i;

	for (i = 0; zones && i < zones->n; i++) {
		if (zones->at[i].across)
			nf_ct_put(zones->at[i].across);
		if (zones->at[i].up)
			nf_ct_put(zones->at[i].up);
	}
	kvfree(zones);
}

static void free_rcu_zones(struct rcu_head *rcu)
{
	free_zones(container_of(rcu, struct epacl_zones, rcu));
}

static void replace(struct epacl_net *en, struct epacl_zones *zones)
{
	struct epacl_zones *old = rtnl_dereference(en->zones);

	rcu_assign_pointer(en->zones, zones);
	if (old)
		call_rcu(&old->rcu, free_rcu_zones);
}

/* The same domains, in the same zones? */
static bool are_equal(const struct epacl_zones *a, const struct epacl_zones *b)
{
	const struct epacl_zone *za, *zb;
	u32 i;

	if (!a || !b || a->n != b->n)
		return a == b;
	for (i = 0; i < a->n; i++) {
		za = &a->at[i];
		zb = &b->at[i];
		if (compare(za, zb) || za->vrf != zb->vrf ||
		    za->outer != zb->outer || za->outer_vid != zb->outer_vid ||
		    za->outer_across != zb->outer_across ||
		    za->outer_up != zb->outer_up)
			return false;
	}
	return true;
}

static void add_ports(struct builder *b, const struct epacl_snapshot *snap)
{
	struct epacl_port *port;
	unsigned long ifindex;

	b->n = 0;
	rcu_read_lock();
	xa_for_each(&b->en->ports, ifindex, port)
		add_port(b, port, snap);
	rcu_read_unlock();
}

/* Return: the domains, NULL for none, or an ERR_PTR. */
static struct epacl_zones *
find_domains(struct epacl_net *en, const struct epacl_snapshot *snap, gfp_t gfp)
{
	struct builder b = { .en = en };

	add_ports(&b, snap);
	if (!b.n)
		return NULL;
	b.zones = kvzalloc(struct_size(b.zones, at, b.n), gfp);
	if (!b.zones)
		return ERR_PTR(-ENOMEM);
	add_ports(&b, snap);
	b.zones->n = b.n;
	unite(b.zones);
	number_inner(b.zones);
	return b.zones;
}

static int renew(struct epacl_net *en, const struct epacl_snapshot *snap,
		 gfp_t gfp)
{
	struct epacl_zones *old = rtnl_dereference(en->zones), *zones;
	u32 i;

	zones = find_domains(en, snap, gfp);
	if (IS_ERR(zones))
		return PTR_ERR(zones);
	if (are_equal(old, zones) && (!old || old->complete)) {
		kvfree(zones);
		return 0;
	}
	if (zones)
		zones->complete = true;
	for (i = 0; zones && i < zones->n; i++)
		if (!make_templates(en->net, zones, &zones->at[i]))
			zones->complete = false;
	if (zones && !(gfp & __GFP_NOFAIL) && !zones->complete) {
		free_zones(zones);
		return -ENOMEM;
	}
	replace(en, zones);
	return 0;
}

bool epacl_zones_are_complete(struct epacl_net *en)
{
	const struct epacl_zones *zones = rtnl_dereference(en->zones);

	ASSERT_RTNL();
	return !zones || zones->complete;
}

int epacl_zones_renew(struct epacl_net *en, const struct epacl_snapshot *snap)
{
	ASSERT_RTNL();
	return renew(en, snap, GFP_KERNEL_ACCOUNT);
}

void epacl_zones_follow(struct epacl_net *en)
{
	ASSERT_RTNL();
	renew(en, rtnl_dereference(en->snapshot), GFP_KERNEL | __GFP_NOFAIL);
}

void epacl_zones_forget(struct epacl_net *en)
{
	ASSERT_RTNL();
	replace(en, NULL);
}
