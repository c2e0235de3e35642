// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Questions about packets.
 */
#include <stdio.h>
#include <stdlib.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/kernel.h>
#include "questions.h"
#include "station.h"

const struct twin_at nowhere = { .vm = -1, .nic = -1 };

struct epacl_ask ask_of(const struct model *m, const struct twin_question *q,
			const struct epacl_flow *none)
{
	struct epacl_ask ask = {
		.snap = m->snap,
		.host = &m->host,
		.nic = model_nic(m, q->at),
		.direction = q->direction,
		.packet = q->packet,
		.flow = q->flow ?: none,
		.routed = q->routed,
		.from_host = q->from_host,
		.sender = model_nic(m, q->sender),
		.sender_is_uplink = q->sender_is_uplink,
		.security = &q->security,
		.early = q->early,
	};

	return ask;
}

void print_question(const struct twin_policy *p, const struct twin_question *q)
{
	static const char *const states[] = { "none", "opener", "reply",
					      "invalid" };

	print_policy(p);
	fprintf(stderr, "%s %s, %s%s, %u states of IPsec%s, sender %s%s\n",
		q->direction == EPACL_IN ? "in to" : "out of",
		p->vms[q->at.vm].nics[q->at.nic].dev,
		q->routed ? "routed" : "bridged",
		q->from_host ? ", from the host" : "", q->security.n,
		q->early ? " or more" : "",
		q->sender.vm < 0 ? "unknown" :
				   p->vms[q->sender.vm].nics[q->sender.nic].dev,
		q->sender_is_uplink ? " (an uplink)" : "");
	print_packet(q->packet);
	if (!q->flow)
		return;
	fprintf(stderr, "flow: %s%s\n", states[q->flow->state],
		q->flow->loose ? ", loose" : "");
	print_tuple("  addressed", &q->flow->addressed);
	print_tuple("  accepted", &q->flow->accepted);
}

/* ---- flows ---- */

struct epacl_ip own_ip(const struct twin_policy *p, struct twin_at at,
		       u8 family)
{
	const struct twin_nic *nic = &p->vms[at.vm].nics[at.nic];
	unsigned int i, k;

	for (i = 0; i < 8; i++) {
		k = below(nic->n);
		if (nic->prefixes[k].ip.family == family)
			return nic->prefixes[k].ip;
	}
	return nic->prefixes[0].ip;
}

static u16 own_port(const struct twin_policy *p, struct twin_at at, u8 *proto)
{
	const struct twin_vm *vm = &p->vms[at.vm];
	const struct twin_endpoint *endpoint;

	if (!vm->nendpoints || chance(30))
		return random_port();
	endpoint = &vm->endpoints[below(vm->nendpoints)];
	if (endpoint->proto != EPACL_PROTO_ANY && chance(80))
		*proto = endpoint->proto;
	return endpoint->ports.lo + below(2);
}

/*
 * Through a VIP: mostly to where it leads now, but also to where it may have
 * led before. False: the policy has no VIP of the family.
 */
static bool through_vip(const struct twin_policy *p, struct twin_at at,
			struct epacl_flow *flow)
{
	const struct twin_vm *vm =
		&p->vms[chance(85) ? (u32)at.vm : below(p->nvms)];
	const struct twin_endpoint *endpoint;
	const struct twin_lbset *lbset;
	const struct epacl_public *public;
	u16 more;

	if (!vm->nendpoints)
		return false;
	endpoint = &vm->endpoints[below(vm->nendpoints)];
	lbset = &p->lbsets[endpoint->lbset];
	if (endpoint->npublics)
	public = &endpoint->publics[below(endpoint->npublics)];
	else if (endpoint->has_lbset) public =
		&lbset->publics[below(lbset->npublics)];
	else return false;
	if (public->ip.family != flow->accepted.dst.family)
		return false;
	more = below(endpoint->ports.hi - endpoint->ports.lo + 1);
	flow->accepted.proto = endpoint->proto;
	flow->accepted.dport = endpoint->ports.lo + more;
	if (endpoint->has_address && chance(80))
		flow->accepted.dst = endpoint->address;
	flow->addressed = flow->accepted;
	flow->addressed.dst = public->ip;
	flow->addressed.dport = public->port + more;
	if (chance(10))
		flow->addressed.dport++;
	if (chance(10))
		flow->accepted.dport++;
	return true;
}

void flow_in(const struct twin_policy *p, struct twin_at at,
	     struct epacl_flow *flow)
{
	struct epacl_tuple *t = &flow->accepted;

	t->dst = own_ip(p, at, random_family());
	t->src = random_ip(p, t->dst.family);
	t->proto = random_proto(t->dst.family);
	t->dport = own_port(p, at, &t->proto);
	t->sport = random_port();
	complete_tuple(t);
	flow->addressed = *t;
	if (chance(40) && through_vip(p, at, flow)) {
		complete_tuple(&flow->accepted);
		complete_tuple(&flow->addressed);
	}
	/* Translated by somebody else, or by a policy of yesterday. */
	if (chance(5))
		flow->addressed.dst = random_ip(p, t->dst.family);
	/* Translated sources; but see below for who hides behind the host. */
	if (chance(20) && !twin_is_host(p, &t->src))
		flow->addressed.src = random_ip(p, t->dst.family);
	if (twin_has_ports(t->proto) && !t->sport)
		t->sport = flow->addressed.sport = 1;
}

/* The VM opened it. */
static void flow_out(const struct twin_policy *p, struct twin_at at,
		     struct epacl_flow *flow)
{
	struct epacl_tuple *t = &flow->addressed;
	u8 proto = IPPROTO_TCP;

	t->src = own_ip(p, at, random_family());
	t->dst = random_ip(p, t->src.family);
	t->proto = random_proto(t->src.family);
	t->sport = chance(50) ? random_port() : own_port(p, at, &proto);
	t->dport = random_port();
	complete_tuple(t);
	flow->accepted = *t;
	if (chance(20))
		flow->accepted.src = random_ip(p, t->src.family);
	if (chance(20))
		flow->accepted.dst = random_ip(p, t->src.family);
}

void packet_of(const struct epacl_tuple *t, bool back,
	       struct epacl_packet *packet)
{
	memset(packet, 0, sizeof(*packet));
	packet->ethertype = t->src.family == 4 ? ETH_P_IP : ETH_P_IPV6;
	packet->proto = t->proto;
	packet->hops = 64;
	packet->src = back ? t->dst : t->src;
	packet->dst = back ? t->src : t->dst;
	packet->sport = back ? t->dport : t->sport;
	packet->dport = back ? t->sport : t->dport;
	packet->has_ports = twin_has_ports(t->proto);
	packet->has_type = t->proto == IPPROTO_ICMP ||
			   t->proto == IPPROTO_ICMPV6;
	packet->type = t->type;
	packet->code = t->code;
}

/* An ICMP error about the flow, from somewhere on the way. */
static void make_error(const struct twin_policy *p, struct epacl_packet *packet)
{
	u8 family = packet->src.family;

	packet->src = random_ip(p, family);
	packet->proto = family == 4 ? IPPROTO_ICMP : IPPROTO_ICMPV6;
	packet->has_ports = false;
	packet->sport = 0;
	packet->dport = 0;
	packet->has_type = true;
	packet->type = family == 4 ? 3 : 1;
	packet->code = 1;
	packet->error = true;
}

/* None, one, or two nested ones. */
void random_security(struct epacl_security *security)
{
	unsigned int i;

	security->n = chance(70) ? 0 : 1 + below(2);
	for (i = 0; i < security->n; i++)
		security->reqid[i] = below(4);
}

void random_flow_question(const struct twin_policy *p, struct twin_question *q,
			  struct epacl_packet *packet, struct epacl_flow *flow)
{
	bool by_vm;

	memset(q, 0, sizeof(*q));
	memset(flow, 0, sizeof(*flow));
	q->at = random_nic(p);
	q->direction = below(EPACL_DIRECTIONS);
	q->packet = packet;
	q->flow = flow;
	q->sender = nowhere;
	flow->state = chance(45) ? EPACL_FLOW_OPENER :
		      chance(60) ? EPACL_FLOW_REPLY :
		      chance(80) ? EPACL_FLOW_NONE :
				   EPACL_FLOW_INVALID;
	flow->loose = chance(25);
	by_vm = (q->direction == EPACL_OUT) !=
		(flow->state == EPACL_FLOW_REPLY);
	if (by_vm)
		flow_out(p, q->at, flow);
	else
		flow_in(p, q->at, flow);
	/* Untracked: as it is on the wire, and nothing is translated. */
	if (flow->state == EPACL_FLOW_NONE)
		flow->addressed = flow->accepted;
	packet_of(q->direction == EPACL_IN ? &flow->accepted : &flow->addressed,
		  flow->state == EPACL_FLOW_REPLY, packet);
	if (chance(10))
		make_error(p, packet);
	if (chance(5)) {
		packet->fragment = true;
		packet->later_fragment = chance(50);
		packet->has_ports = false;
	}
	random_security(&q->security);
	q->early = q->direction == EPACL_OUT && !q->security.n && chance(20);
	q->routed = chance(60);
	if (q->direction == EPACL_IN && !q->routed) {
		q->sender = chance(50) ? random_nic(p) : nowhere;
		if (q->sender.vm == q->at.vm)
			q->sender = nowhere;
		q->sender_is_uplink = q->sender.vm < 0 && chance(50);
	}
	q->from_host = q->direction == EPACL_IN && !by_vm &&
		       (twin_is_host(p, &flow->addressed.src) ||
			(packet->error && chance(50)));
}

/* ---- what was heard ---- */

static bool same_station(const struct twin_nic *nic,
			 const struct epacl_station *station)
{
	unsigned int i, n = 0;

	if (nic->heard != station->heard ||
	    nic->learned != (epacl_station_mac(station) != 0))
		return false;
	for (i = 0; i < EPACL_STATION_LINK_LOCALS; i++)
		n += atomic64_read(&station->link_local[i]) != 0;
	for (i = 0; i < nic->nlearned; i++)
		if (!epacl_station_has_link_local(station, &nic->learned_ip[i]))
			return false;
	return n == nic->nlearned;
}

bool same_stations(const struct model *m, const struct twin_policy *p)
{
	const struct epacl_station *station;
	const struct twin_nic *nic;
	struct twin_at at;

	for (at.vm = 0; at.vm < (int)p->nvms; at.vm++)
		for (at.nic = 0; at.nic < (int)p->vms[at.vm].nnics; at.nic++) {
			nic = &p->vms[at.vm].nics[at.nic];
			station = model_nic(m, at)->nic->station;
			if (same_station(nic, station))
				continue;
			fprintf(stderr,
				"%s: module has heard %d, MAC %012llx, %llx %llx\n",
				nic->dev, station->heard,
				(unsigned long long)epacl_station_mac(station),
				(unsigned long long)atomic64_read(
					&station->link_local[0]),
				(unsigned long long)atomic64_read(
					&station->link_local[1]));
			return false;
		}
	return true;
}

void learn_from_spoof(const struct model *m, struct twin_policy *p,
		      struct twin_at at)
{
	struct twin_nic *nic = &p->vms[at.vm].nics[at.nic];
	const struct epacl_station *station = model_nic(m, at)->nic->station;
	unsigned int i, k;
	u64 id;

	nic->nlearned = 0;
	for (i = 0; i < EPACL_STATION_LINK_LOCALS; i++) {
		id = atomic64_read(&station->link_local[i]);
		if (!id)
			continue;
		nic->learned_ip[nic->nlearned] = ip6(0xfe80, 0, 0, 0, 0);
		for (k = 0; k < 8; k++)
			nic->learned_ip[nic->nlearned].b[8 + k] = id >>
								  (56 - 8 * k);
		nic->nlearned++;
	}
}
