// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is decided without a connection: headers, ethertype, tags, addresses,
 * and the traffic that no network works without.
 */
#include "decide.h"
#include "station.h"

/* IEEE 802.1D: frames that no bridge passes on. */
static bool is_bridge_control(const u8 *mac)
{
	return mac[0] == 0x01 && mac[1] == 0x80 && mac[2] == 0xc2 &&
	       mac[3] == 0x00 && mac[4] == 0x00 && (mac[5] & 0xf0) == 0x00;
}

static bool is_known_ethertype(u16 ethertype)
{
	return ethertype == ETH_P_IP || ethertype == ETH_P_IPV6 ||
	       ethertype == ETH_P_ARP;
}

static bool is_dhcp(const struct epacl_packet *p)
{
	return p->message == EPACL_MSG_DHCP_CLIENT ||
	       p->message == EPACL_MSG_DHCP_SERVER;
}

/* Neighbour discovery never crosses a router. */
bool epacl_packet_is_nd(const struct epacl_packet *p)
{
	return p->message >= EPACL_MSG_ROUTER_SOLICIT &&
	       p->message <= EPACL_MSG_NEIGH_ADVERT && p->hops == 255;
}

static bool has_vlan(const struct epacl_nic *nic, u16 vlan)
{
	u32 i;

	for (i = 0; i < nic->nvlans; i++)
		if (nic->vlans[i] == vlan)
			return true;
	return false;
}

/* A tag that only gives a priority is none. */
static bool is_tagged_for_others(const struct epacl_ask *ask)
{
	const struct epacl_packet *p = ask->packet;

	return p->has_vlan && p->vlan && !has_vlan(ask->nic->nic, p->vlan);
}

/* Steps 1 and 2 of both directions. */
static bool decide_headers(const struct epacl_ask *ask,
			   struct epacl_answer *answer)
{
	const struct epacl_packet *p = ask->packet;

	if (p->malformed)
		return epacl_answer(answer, false, EPACL_REASON_MALFORMED);
	/* Out, they are still to be assembled. */
	if (p->fragment && ask->direction == EPACL_IN &&
	    ask->flow->state == EPACL_FLOW_NONE)
		return epacl_answer(answer, false, EPACL_REASON_FRAGMENT);
	if (!is_known_ethertype(p->ethertype) || is_tagged_for_others(ask))
		return epacl_answer(answer, false, EPACL_REASON_ETHERTYPE);
	return false;
}

/* ---- addresses of the guest ---- */

/* The guest's MAC as a number: declared, or heard; 0: neither. */
static u64 nic_mac(const struct epacl_cnic *nic)
{
	if (nic->nic->has_mac)
		return epacl_mac_number(nic->nic->mac);
	return epacl_station_mac(nic->nic->station);
}

static bool is_eui64_of(const struct epacl_ip *ip, u64 mac)
{
	u8 m[ETH_ALEN];
	int i;

	if (!mac)
		return false;
	for (i = 0; i < ETH_ALEN; i++)
		m[i] = mac >> (8 * (ETH_ALEN - 1 - i));
	return ip->b[8] == (m[0] ^ 0x02) && ip->b[9] == m[1] &&
	       ip->b[10] == m[2] && ip->b[11] == 0xff && ip->b[12] == 0xfe &&
	       ip->b[13] == m[3] && ip->b[14] == m[4] && ip->b[15] == m[5];
}

/* fe80::/64, the only part of fe80::/10 that is used (RFC 4291, 2.5.6). */
static bool is_ipv6_link_local(const struct epacl_ip *ip)
{
	return ip->family == 6 && ip->w[0] == cpu_to_be32(0xfe800000) &&
	       !ip->w[1];
}

bool epacl_nic_has_link_local(const struct epacl_cnic *nic,
			      const struct epacl_ip *ip)
{
	if (!is_ipv6_link_local(ip))
		return false;
	return is_eui64_of(ip, nic_mac(nic)) ||
	       epacl_station_has_link_local(nic->nic->station, ip);
}

static bool is_own(const struct epacl_cnic *nic, const struct epacl_ip *ip)
{
	return epacl_cnic_owns(nic, ip) || epacl_nic_has_link_local(nic, ip);
}

/* ---- out ---- */

/* Those of virtual routers, VRRP and CARP (RFC 5798, 7.3). */
static bool is_virtual_router(const u8 *mac)
{
	static const u8 ipv4[] = { 0x00, 0x00, 0x5e, 0x00, 0x01 };
	static const u8 ipv6[] = { 0x00, 0x00, 0x5e, 0x00, 0x02 };

	return !memcmp(mac, ipv4, sizeof(ipv4)) ||
	       !memcmp(mac, ipv6, sizeof(ipv6));
}

/* What was heard first may have been declared since, by another nic. */
static bool is_declared_by_other(const struct epacl_ask *ask, u64 mac)
{
	return !ask->nic->nic->has_mac && epacl_snapshot_mac(ask->snap, mac);
}

static bool mac_is_own(const struct epacl_ask *ask, const u8 *mac)
{
	u64 own = nic_mac(ask->nic);

	if (ask->nic->nic->nshared && is_virtual_router(mac))
		return true;
	if (!own)
		return ask->host->learn_mac(ask, mac);
	return own == epacl_mac_number(mac) && !is_declared_by_other(ask, own);
}

/* An address within a prefix may be the host's, which is not the guest's. */
static bool address_is_own(const struct epacl_ask *ask,
			   const struct epacl_ip *ip)
{
	const struct epacl_nic *nic = ask->nic->nic;
	bool within = false;
	u32 i;

	if (epacl_ip_equal(&ask->nic->own, ip))
		return true;
	for (i = 0; i < nic->n; i++) {
		if (!epacl_prefix_holds(&nic->prefixes[i], ip))
			continue;
		if (epacl_prefix_is_plain(&nic->prefixes[i]))
			return true;
		within = true;
	}
	return within && !ask->host->owns_ip(ask->host, ip);
}

/* An address that the guest claims in ARP or ND, or sends from. */
static bool claim_is_own(const struct epacl_ask *ask, const struct epacl_ip *ip)
{
	if (address_is_own(ask, ip) || epacl_nic_has_link_local(ask->nic, ip))
		return true;
	return epacl_packet_is_nd(ask->packet) && is_ipv6_link_local(ip) &&
	       ask->host->learn_link_local(ask, ip);
}

/* What may be sent before one has an address. */
static bool may_be_unspecified(const struct epacl_ask *ask)
{
	const struct epacl_packet *p = ask->packet;

	switch (p->message) {
	case EPACL_MSG_ARP:
		return !p->arp_reply && address_is_own(ask, &p->dst);
	case EPACL_MSG_DHCP_CLIENT:
		return epacl_ip_is_broadcast(&p->dst);
	case EPACL_MSG_NEIGH_SOLICIT:
		return epacl_packet_is_nd(p) && claim_is_own(ask, &p->claim);
	case EPACL_MSG_ROUTER_SOLICIT:
		return epacl_packet_is_nd(p);
	case EPACL_MSG_GROUP_REPORT:
		return p->hops == 1;
	default:
		return false;
	}
}

static bool is_redirect(const struct epacl_packet *p)
{
	return p->message == EPACL_MSG_REDIRECT ||
	       (p->src.family == 4 && p->proto == 1 && p->error &&
		p->type == 5);
}

/* Neither is routed: a hop limit below 255 is somebody else's. */
static bool may_serve_routes(const struct epacl_ask *ask)
{
	const struct epacl_packet *p = ask->packet;

	if (!(ask->nic->nic->serves & EPACL_SERVES_RA))
		return false;
	return p->src.family == 4 ||
	       (p->hops == 255 && is_ipv6_link_local(&p->src));
}

/*
 * What only a router or a DHCP server of the segment sends, from a guest that
 * is not declared to be one.
 */
static bool is_servers(const struct epacl_ask *ask)
{
	const struct epacl_packet *p = ask->packet;

	if (p->message == EPACL_MSG_DHCP_SERVER)
		return !(ask->nic->nic->serves & EPACL_SERVES_DHCP);
	if (p->message == EPACL_MSG_ROUTER_ADVERT || is_redirect(p))
		return !may_serve_routes(ask);
	return false;
}

/* Who asks for an address without having one wants to have it. */
static const struct epacl_ip *claim_of(const struct epacl_packet *p)
{
	bool unspecified = epacl_ip_is_unspecified(&p->src);

	if (p->message == EPACL_MSG_NEIGH_ADVERT ||
	    (p->message == EPACL_MSG_NEIGH_SOLICIT && unspecified))
		return &p->claim;
	if (p->message == EPACL_MSG_ARP && unspecified)
		return &p->dst;
	return &p->src;
}

static bool is_shared(const struct epacl_nic *nic, const struct epacl_ip *ip)
{
	u32 i;

	for (i = nic->n - nic->nshared; i < nic->n; i++)
		if (epacl_ip_equal(&nic->prefixes[i].ip, ip))
			return true;
	return false;
}

/* The MAC that it says an address is behind: of a virtual router only shared. */
static bool claim_mac_is_own(const struct epacl_ask *ask)
{
	const struct epacl_packet *p = ask->packet;
	const struct epacl_nic *nic = ask->nic->nic;

	if (nic->nshared && is_virtual_router(p->claim_mac))
		return is_shared(nic, claim_of(p));
	return !memcmp(p->claim_mac, p->smac, ETH_ALEN);
}

/* Step 2: the source is the guest's, whatever the packet calls it. */
static bool source_is_own(const struct epacl_ask *ask)
{
	const struct epacl_packet *p = ask->packet;

	if (p->has_mac && !mac_is_own(ask, p->smac))
		return false;
	if (p->has_mac && p->has_claim_mac && !claim_mac_is_own(ask))
		return false;
	if (is_servers(ask))
		return false;
	if (epacl_ip_is_unspecified(&p->src))
		return may_be_unspecified(ask);
	if (p->message == EPACL_MSG_NEIGH_ADVERT && epacl_packet_is_nd(p) &&
	    !claim_is_own(ask, &p->claim))
		return false;
	return claim_is_own(ask, &p->src);
}

/* ff02::1:2, where DHCPv6 servers and relays listen. */
static bool is_all_dhcp_agents(const struct epacl_ip *ip)
{
	return ip->family == 6 && ip->w[0] == cpu_to_be32(0xff020000) &&
	       !ip->w[1] && !ip->w[2] && ip->w[3] == cpu_to_be32(0x00010002);
}

/* Neighbour discovery that the host would route is not for a neighbour. */
static bool stays_on_link(const struct epacl_ask *ask)
{
	const struct epacl_ip *dst = &ask->packet->dst;

	return epacl_ip_is_multicast(dst) || epacl_ip_is_link_local(dst) ||
	       ask->host->owns_ip(ask->host, dst) ||
	       (ask->nic->vnet && epacl_vnet_holds(ask->nic->vnet->vnet, dst));
}

bool epacl_is_discovery_beyond(const struct epacl_ask *ask)
{
	const struct epacl_packet *p = ask->packet;

	return p->dst.family == 6 &&
	       (epacl_packet_is_nd(p) || p->message == EPACL_MSG_REDIRECT) &&
	       !epacl_ip_is_multicast(&p->dst) &&
	       !epacl_ip_is_link_local(&p->dst) &&
	       !ask->host->owns_ip(ask->host, &p->dst);
}

/* A VIP is not the host: behind it is another guest. */
static bool is_for_host(const struct epacl_ask *ask)
{
	const struct epacl_ip *dst = &ask->packet->dst;

	return ask->host->owns_ip(ask->host, dst) &&
	       !epacl_snapshot_is_vip(ask->snap, dst);
}

/* Step 3. */
static bool is_essential_out(const struct epacl_ask *ask)
{
	const struct epacl_packet *p = ask->packet;

	switch (p->message) {
	case EPACL_MSG_ARP:
		return true;
	case EPACL_MSG_ROUTER_SOLICIT:
	case EPACL_MSG_ROUTER_ADVERT:
	case EPACL_MSG_NEIGH_SOLICIT:
	case EPACL_MSG_NEIGH_ADVERT:
		return epacl_packet_is_nd(p) && stays_on_link(ask);
	case EPACL_MSG_REDIRECT:
		return stays_on_link(ask);
	case EPACL_MSG_GROUP_REPORT:
		return p->hops == 1 && epacl_ip_is_multicast(&p->dst);
	case EPACL_MSG_DHCP_CLIENT:
		return epacl_ip_is_broadcast(&p->dst) ||
		       is_all_dhcp_agents(&p->dst) || is_for_host(ask);
	default:
		return is_redirect(p) && stays_on_link(ask);
	}
}

static bool decide_out(const struct epacl_ask *ask, struct epacl_answer *answer)
{
	const struct epacl_packet *p = ask->packet;
	struct epacl_station *station = ask->nic->nic->station;

	if (decide_headers(ask, answer))
		return true;
	if (p->has_mac && is_bridge_control(p->dmac))
		return epacl_answer(answer, false, EPACL_REASON_ETHERTYPE);
	if (!source_is_own(ask))
		return epacl_answer(answer, false, EPACL_REASON_SPOOF);
	if (p->has_mac && !READ_ONCE(station->heard))
		WRITE_ONCE(station->heard, true);
	if (is_essential_out(ask))
		return epacl_answer(answer, true, EPACL_REASON_ESSENTIAL);
	return false;
}

/* ---- in ---- */

static bool is_neighbour(const struct epacl_cnic *nic,
			 const struct epacl_cnic *other)
{
	return nic->vnet ? epacl_cvnet_has_nic(nic->vnet, other) : !other->vnet;
}

/*
 * Nobody knows who sent what came over a chain of bridges. But a claim that
 * names the owner's MAC leads to the owner, whoever makes it.
 */
static bool names_mac_of(const struct epacl_packet *p,
			 const struct epacl_cnic *nic)
{
	const u8 *mac = p->has_claim_mac ? p->claim_mac : p->smac;

	return (p->has_claim_mac || p->has_mac) &&
	       nic_mac(nic) == epacl_mac_number(mac);
}

/*
 * Claims an address of another nic of this host, that is there, without being
 * that nic. The host itself may answer for others (proxy ARP, proxy ND).
 */
static bool claims_foreign(const struct epacl_ask *ask,
			   const struct epacl_ip *claim)
{
	const struct epacl_cnic *other;
	bool foreign = false;
	u32 cursor = 0;

	if (ask->from_host || epacl_ip_is_unspecified(claim))
		return false;
	while ((other = epacl_snapshot_nics(ask->snap, claim, &cursor))) {
		if (other == ask->sender ||
		    (ask->relayed && names_mac_of(ask->packet, other)))
			return false;
		if (READ_ONCE(other->nic->station->heard) &&
		    is_neighbour(ask->nic, other))
			foreign = true;
	}
	return foreign;
}

static bool is_for(const struct epacl_cnic *nic, const struct epacl_ip *dst)
{
	return is_own(nic, dst) || epacl_ip_is_multicast(dst) ||
	       epacl_ip_is_broadcast(dst);
}

/* What a client beside a DHCP server asks, before it knows where that is. */
static bool is_for_dhcp_server(const struct epacl_ask *ask)
{
	const struct epacl_packet *p = ask->packet;

	return ask->nic->nic->serves & EPACL_SERVES_DHCP && !ask->routed &&
	       (epacl_ip_is_broadcast(&p->dst) ||
		is_all_dhcp_agents(&p->dst)) &&
	       (epacl_ip_is_unspecified(&p->src) ||
		epacl_ip_is_link_local(&p->src));
}

/* Step 3; what is essential only for the right nic is not for another. */
static bool is_essential_in(const struct epacl_ask *ask)
{
	const struct epacl_packet *p = ask->packet;

	switch (p->message) {
	case EPACL_MSG_ARP:
		return is_own(ask->nic, &p->dst) ||
		       epacl_ip_equal(&p->src, &p->dst);
	case EPACL_MSG_ROUTER_ADVERT:
		return epacl_packet_is_nd(p) && is_ipv6_link_local(&p->src) &&
		       is_for(ask->nic, &p->dst);
	case EPACL_MSG_ROUTER_SOLICIT:
	case EPACL_MSG_NEIGH_SOLICIT:
	case EPACL_MSG_NEIGH_ADVERT:
		return epacl_packet_is_nd(p) && is_for(ask->nic, &p->dst);
	case EPACL_MSG_GROUP_QUERY:
		return p->hops == 1 && !ask->routed &&
		       is_for(ask->nic, &p->dst);
	case EPACL_MSG_DHCP_SERVER:
		return (ask->from_host || !ask->routed) &&
		       is_for(ask->nic, &p->dst);
	case EPACL_MSG_DHCP_CLIENT:
		return is_for_dhcp_server(ask);
	default:
		return false;
	}
}

/* The last address of @prefix, which an address of the nic is in. */
static bool is_broadcast_around(const struct epacl_nic *nic,
				const struct epacl_prefix *prefix,
				const struct epacl_ip *dst)
{
	u32 i;

	if (!epacl_prefix_broadcast_is(prefix, dst))
		return false;
	for (i = 0; i < nic->n; i++)
		if (epacl_prefix_holds(prefix, &nic->prefixes[i].ip))
			return true;
	return false;
}

/* Of a prefix of the nic's vnet, or of a subnet there. */
static bool is_directed_broadcast(const struct epacl_cnic *nic,
				  const struct epacl_ip *dst)
{
	const struct epacl_csubnet *subnet;
	const struct epacl_vnet *vnet;
	u32 i;

	if (!nic->vnet || dst->family != 4)
		return false;
	vnet = nic->vnet->vnet;
	for (i = 0; i < vnet->nprefixes; i++)
		if (is_broadcast_around(nic->nic, &vnet->prefixes[i], dst))
			return true;
	subnet = epacl_cvnet_subnet(nic->vnet, dst);
	for (; subnet; subnet = subnet->around)
		if (is_broadcast_around(nic->nic, &subnet->prefix, dst))
			return true;
	return false;
}

static bool decide_in(const struct epacl_ask *ask, struct epacl_answer *answer)
{
	const struct epacl_packet *p = ask->packet;

	if (decide_headers(ask, answer))
		return true;
	if (is_essential_in(ask)) {
		if (!is_dhcp(p) && claims_foreign(ask, claim_of(p)))
			return epacl_answer(answer, false, EPACL_REASON_SPOOF);
		return epacl_answer(answer, true, EPACL_REASON_ESSENTIAL);
	}
	if (p->ethertype == ETH_P_ARP ||
	    (!is_for(ask->nic, &p->dst) &&
	     !is_directed_broadcast(ask->nic, &p->dst)))
		return epacl_answer(answer, false, EPACL_REASON_DESTINATION);
	return false;
}

bool epacl_decide_link(const struct epacl_ask *ask, struct epacl_answer *answer)
{
	answer->nasked = 0;
	answer->logs = false;
	if (ask->direction == EPACL_OUT)
		return decide_out(ask, answer);
	return decide_in(ask, answer);
}
