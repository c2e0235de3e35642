// SPDX-License-Identifier: GPL-2.0-only
/*
 * Judges a made-up packet with the code that judges real ones. What the kernel
 * does to a packet between its two judgements, translate it, is done here by
 * the same policy that the kernel's NAT is programmed from.
 */
#include <linux/errno.h>
#include "explain.h"
#include "guard.h"

/* A question on its way. */
struct journey {
	const struct epacl_snapshot *snap;
	const struct epacl_host *host;
	const struct epacl_question *question;
	struct epacl_explanation *out;
	const struct epacl_cnic *sender; /* NULL: no VM */
	const struct epacl_ctarget *target; /* NULL: nothing translates it */
	struct epacl_tuple addressed;
	struct epacl_tuple accepted;
};

static struct epacl_packet made_up(const struct epacl_tuple *t)
{
	struct epacl_packet p = {
		.ethertype = t->src.family == 4 ? ETH_P_IP : ETH_P_IPV6,
		.proto = t->proto,
		.hops = 64,
		.src = t->src,
		.dst = t->dst,
		.has_ports = epacl_proto_has_ports(t->proto),
		.sport = t->sport,
		.dport = t->dport,
		.has_type = t->proto == 1 || t->proto == 58,
		.type = t->type,
		.code = t->code,
		.syn = t->proto == 6,
	};

	p.message = epacl_packet_dhcp(&p);
	return p;
}

static struct epacl_leg *add_leg(struct journey *j,
				 const struct epacl_cnic *nic, u8 direction,
				 const struct epacl_tuple *tuple)
{
	struct epacl_leg *leg = &j->out->legs[j->out->nlegs++];

	leg->nic = nic;
	leg->vm = nic ? epacl_snapshot_vm_name(j->snap, nic) : NULL;
	leg->direction = direction;
	leg->tuple = *tuple;
	leg->answer.nasked = 0;
	leg->answer.logs = false;
	return leg;
}

/* ---- who sends ---- */

static int refuse_owners(const struct journey *j, const struct epacl_cnic *a,
			 const struct epacl_cnic *b, struct epacl_refusal *why)
{
	char text[EPACL_IP_TEXT];

	return epacl_refuse(
		why, -EINVAL, EPACL_EXPLAIN_A_SRC,
		"several nics could have the source address: say which with 'from'",
		"%s could be of %s (vm '%s') or of %s (vm '%s'): say which with 'from'",
		epacl_ip_text(&j->addressed.src, text), a->nic->dev,
		epacl_snapshot_vm_name(j->snap, a), b->nic->dev,
		epacl_snapshot_vm_name(j->snap, b));
}

/*
 * The nic that has the source, or else the one with a prefix around it. The
 * former come first; several of one kind need to be told apart.
 */
static int find_owner(struct journey *j, struct epacl_refusal *why)
{
	const struct epacl_ip *src = &j->addressed.src;
	const struct epacl_cnic *other;
	u32 cursor = 0;

	j->sender = epacl_snapshot_users(j->snap, src, &cursor);
	if (!j->sender)
		return 0;
	do {
		other = epacl_snapshot_users(j->snap, src, &cursor);
	} while (other == j->sender);
	if (!other || epacl_nic_has(j->sender->nic, src) !=
			      epacl_nic_has(other->nic, src))
		return 0;
	return refuse_owners(j, j->sender, other, why);
}

static int find_sender(struct journey *j, struct epacl_refusal *why)
{
	if (j->question->from_host)
		return 0;
	if (!*j->question->from)
		return find_owner(j, why);
	j->sender = epacl_snapshot_dev(j->snap, j->question->from);
	if (j->sender || j->host->has_dev(j->host, j->question->from))
		return 0;
	return epacl_refuse(why, -EINVAL, EPACL_EXPLAIN_A_FROM,
			    "there is no such interface",
			    "there is no interface '%s'", j->question->from);
}

/* ---- what NAT does ---- */

static const struct epacl_ip *
service_vip(const struct journey *j, const struct epacl_cnic *nic, u8 family)
{
	const struct epacl_vm *vm = epacl_snapshot_vm(j->snap, nic->vm)->vm;
	const struct epacl_service *service = epacl_service(
		epacl_pmap_find(&j->snap->root->services, vm->service));
	const struct epacl_ip *vip;

	if (!service)
		return NULL;
	vip = &service->vip[family == 6];
	return vip->family ? vip : NULL;
}

static bool is_inside(const struct epacl_cnic *nic, const struct epacl_ip *ip)
{
	return nic->vnet && epacl_cvnet_holds(nic->vnet, ip);
}

/* Source translation; @routed: the packet passes the host's routing. */
static void translate_source(struct journey *j, bool routed)
{
	const struct epacl_ip *dst = &j->accepted.dst;
	const struct epacl_ip *vip;
	bool inside;

	if (!j->sender || !routed)
		return;
	vip = service_vip(j, j->sender, dst->family);
	inside = is_inside(j->sender, dst);
	if (j->target && !vip && inside)
		vip = &j->addressed.dst;
	if (vip && (j->target || !inside))
		j->accepted.src = *vip;
}

static void translate_destination(struct journey *j)
{
	const struct epacl_cendpoint *endpoint;
	const struct epacl_cpublic *public;

	j->accepted = j->addressed;
	public = epacl_snapshot_public(j->snap, &j->addressed.dst,
				       j->addressed.proto, j->addressed.dport);
	j->target = public ? epacl_cpublic_target(public, &j->addressed.src) :
			     NULL;
	if (!j->target)
		return;
	j->accepted.dst = j->target->to;
	endpoint = epacl_snapshot_endpoint(j->snap, j->target);
	j->accepted.dport += endpoint->endpoint->ports.lo - public->ports.lo;
}

/* ---- who receives ---- */

/* Of several nics with the address: the translated VM's, else the sender's. */
static const struct epacl_cnic *find_receiver(const struct journey *j)
{
	const struct epacl_cnic *nic, *first = NULL;
	u32 cursor = 0;

	while ((nic = epacl_snapshot_users(j->snap, &j->accepted.dst,
					   &cursor))) {
		if (j->target ? nic->vm == j->target->vm :
				j->sender && nic->vnet == j->sender->vnet)
			return nic;
		if (!first)
			first = nic;
	}
	return first;
}

/*
 * Where it arrives. Without a word on that, and a receiver with a vnet, at the
 * first uplink of the vnet; that a source from outside could come there too is
 * no matter, as only sources inside are held against it.
 */
static struct epacl_arrival arrival_of(const struct journey *j,
				       const struct epacl_cnic *receiver)
{
	struct epacl_arrival at = {
		.dev = j->question->from,
		.sender = j->sender,
		.all_heard = true,
	};
	const struct epacl_vnet *vnet;

	vnet = receiver && receiver->vnet ? receiver->vnet->vnet : NULL;
	if (!*at.dev && vnet && vnet->nuplinks)
		at.dev = vnet->uplinks[0].s;
	return at;
}

static bool is_forged(const struct journey *j,
		      const struct epacl_cnic *receiver)
{
	struct epacl_arrival at = arrival_of(j, receiver);
	struct epacl_packet packet = made_up(&j->addressed);

	if (j->question->from_host)
		return false;
	return epacl_decide_arrival(j->snap, j->host, &packet, &at);
}

/* ---- the legs ---- */

/* Out of the source VM. Return: true if it goes on. */
static bool leave(struct journey *j)
{
	struct epacl_flow flow = {
		.state = EPACL_FLOW_OPENER,
		.addressed = j->addressed,
		.accepted = j->addressed,
	};
	struct epacl_packet packet = made_up(&j->addressed);
	struct epacl_ask ask = {
		.snap = j->snap,
		.host = j->host,
		.nic = j->sender,
		.direction = EPACL_OUT,
		.packet = &packet,
		.flow = &flow,
		.security = &j->question->security,
	};
	struct epacl_leg *leg;

	leg = add_leg(j, j->sender, EPACL_OUT, &j->addressed);
	if (!epacl_decide_link(&ask, &leg->answer)) {
		if (is_forged(j, NULL))
			epacl_answer(&leg->answer, false, EPACL_REASON_SPOOF);
		else
			epacl_decide_flow(&ask, &leg->answer);
	}
	return leg->answer.permit;
}

/* At a VIP that nothing translates. */
static bool end_at_vip(struct journey *j)
{
	struct epacl_leg *leg;

	leg = add_leg(j, NULL, EPACL_IN, &j->addressed);
	epacl_answer(&leg->answer, false, EPACL_REASON_NO_ENDPOINT);
	return false;
}

/* Does it arrive where a guard lets nothing pass? */
static bool is_guarded(const struct journey *j)
{
	return !j->sender && *j->question->from &&
	       epacl_guard_of(j->snap->root, j->question->from);
}

/* Out of an interface that is no VM's. */
static bool end_at_guard(struct journey *j)
{
	struct epacl_leg *leg;

	leg = add_leg(j, NULL, EPACL_OUT, &j->addressed);
	epacl_answer(&leg->answer, false, EPACL_REASON_GUARD);
	return false;
}

/* In to the destination VM. */
static bool enter(struct journey *j, const struct epacl_cnic *receiver)
{
	struct epacl_flow flow = { .state = EPACL_FLOW_OPENER };
	struct epacl_packet packet;
	struct epacl_ask ask = {
		.snap = j->snap,
		.host = j->host,
		.nic = receiver,
		.direction = EPACL_IN,
		.packet = &packet,
		.flow = &flow,
		.from_host = j->question->from_host,
		.sender = j->sender,
		.security = &j->question->security,
	};
	struct epacl_leg *leg;

	ask.routed = !ask.from_host &&
		     (j->target || !j->sender ||
		      !j->host->same_bridge(j->host, j->sender, receiver));
	translate_source(j, ask.routed);
	flow.addressed = j->addressed;
	flow.accepted = j->accepted;
	packet = made_up(&j->accepted);

	leg = add_leg(j, receiver, EPACL_IN, &j->accepted);
	if (!j->sender && is_forged(j, receiver))
		epacl_answer(&leg->answer, false, EPACL_REASON_SPOOF);
	else if (!epacl_decide_link(&ask, &leg->answer))
		epacl_decide_flow(&ask, &leg->answer);
	return leg->answer.permit;
}

int epacl_explain(const struct epacl_snapshot *snap,
		  const struct epacl_host *host,
		  const struct epacl_question *question,
		  struct epacl_explanation *out, struct epacl_refusal *why)
{
	struct journey j = {
		.snap = snap,
		.host = host,
		.question = question,
		.out = out,
		.addressed = question->tuple,
	};
	const struct epacl_cnic *receiver;
	int err;

	out->nlegs = 0;
	out->permit = true;
	err = find_sender(&j, why);
	if (err)
		return err;
	if (is_guarded(&j)) {
		out->permit = end_at_guard(&j);
		return 0;
	}
	translate_destination(&j);
	if (j.sender && !leave(&j)) {
		out->permit = false;
		return 0;
	}
	if (!j.target && epacl_snapshot_is_vip(snap, &j.addressed.dst)) {
		out->permit = end_at_vip(&j);
		return 0;
	}
	receiver = find_receiver(&j);
	if (receiver)
		out->permit = enter(&j, receiver);
	return 0;
}
