// SPDX-License-Identifier: GPL-2.0-only
/*
 * The verdict on a packet of a flow, and why.
 *
 * A flow is judged by the policy for the side that opened it: what the opener
 * sends as a packet of its own, what comes back as a reply, which passes if
 * today's policy still permits the flow as it was opened.
 */
#include "closest.h"
#include "decide.h"
#include "station.h"

#define PROTO_ICMP 1
#define PROTO_ICMPV6 58

/* ---- what is judged ---- */

static struct epacl_tuple reversed(const struct epacl_tuple *t)
{
	struct epacl_tuple back = *t;

	back.src = t->dst;
	back.dst = t->src;
	back.sport = t->dport;
	back.dport = t->sport;
	return back;
}

struct epacl_tuple epacl_packet_tuple(const struct epacl_packet *p)
{
	struct epacl_tuple t = {
		.src = p->src,
		.dst = p->dst,
		.sport = p->sport,
		.dport = p->dport,
		.proto = p->proto,
		.type = p->type,
		.code = p->code,
	};

	return t;
}

/* @in: the VM is the destination, else the source. */
static struct epacl_key key_of(const struct epacl_ask *ask,
			       const struct epacl_tuple *t, bool in)
{
	struct epacl_key key = {
		.local = in ? &t->dst : &t->src,
		.remote = in ? &t->src : &t->dst,
		.lport = in ? t->dport : t->sport,
		.rport = in ? t->sport : t->dport,
		.proto = t->proto,
		.has_ports = epacl_proto_has_ports(t->proto),
		.has_type = t->proto == PROTO_ICMP || t->proto == PROTO_ICMPV6,
		.type = t->type,
		.code = t->code,
		.security = ask->security,
	};

	return key;
}

/* ---- layers ---- */

/* Whom a layer denies what it would permit if only IPsec protected it. */
static enum epacl_reason denial(const struct epacl_ask *ask,
				const struct epacl_layer *layer,
				const struct epacl_key *key)
{
	bool is_secure = ask->security && ask->security->n;

	if (layer->has_secure && !is_secure &&
	    epacl_classify_secured(layer->acl, ask->snap->sets, key))
		return EPACL_REASON_IPSEC_REQUIRED;
	return EPACL_REASON_ACL;
}

/* Return: true if @layer permits; else @answer says it, or is deferred. */
static bool ask_layer(const struct epacl_ask *ask,
		      const struct epacl_layer *layer,
		      const struct epacl_key *key, struct epacl_answer *answer)
{
	struct epacl_asked *asked;
	struct epacl_hit hit;

	if (ask->early && layer->has_secure) {
		epacl_answer(answer, false, EPACL_REASON_INVALID);
		answer->deferred = true;
		return false;
	}
	asked = &answer->asked[answer->nasked++];
	asked->layer = layer;
	asked->place = NULL;
	if (!epacl_classify(layer->table, ask->snap->sets, key, &hit)) {
		if (layer->permits)
			return true;
	} else {
		asked->place = hit.place;
		asked->counter = hit.counter;
		answer->logs |= hit.log;
		if (hit.permit)
			return true;
	}
	epacl_answer(answer, false, denial(ask, layer, key));
	return false;
}

/* The VM and its groups. */
static bool ask_vm(const struct epacl_ask *ask, u8 direction,
		   const struct epacl_key *key, struct epacl_answer *answer)
{
	const struct epacl_cvm *cvm = epacl_snapshot_vm(ask->snap,
							ask->nic->vm);
	const struct epacl_layer *layers = epacl_cvm_layers(cvm, direction);
	u32 i;

	for (i = 0; i < cvm->nlayers; i++)
		if (!ask_layer(ask, &layers[i], key, answer))
			return false;
	return true;
}

/* The subnet that the VM's address is in, if it is in one. */
static bool ask_subnet(const struct epacl_ask *ask, u8 direction,
		       const struct epacl_key *key, struct epacl_answer *answer)
{
	const struct epacl_csubnet *subnet;

	if (!ask->nic->vnet)
		return true;
	subnet = epacl_cvnet_subnet(ask->nic->vnet, key->local);
	return !subnet ||
	       ask_layer(ask, &subnet->layers[direction], key, answer);
}

/* ---- endpoints ---- */

/* Where the targets of @public within @vm begin: they go by its number. */
static u32 first_target(const struct epacl_cpublic *public, u32 vm)
{
	u32 lo = 0, hi = public->ntargets, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (public->targets[mid].vm < vm)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* The endpoint that translated, if it still does so to here. */
static const struct epacl_cendpoint *
translated_endpoint(const struct epacl_ask *ask,
		    const struct epacl_tuple *addressed,
		    const struct epacl_key *key)
{
	const struct epacl_cendpoint *endpoint;
	const struct epacl_cpublic *public;
	const struct epacl_ctarget *target;
	u32 vm = ask->nic->vm, i;
	u16 port;

	public = epacl_snapshot_public(ask->snap, &addressed->dst,
				       addressed->proto, addressed->dport);
	if (!public)
		return NULL;
	for (i = first_target(public, vm); i < public->ntargets; i++) {
		target = &public->targets[i];
		if (target->vm != vm)
			break;
		endpoint = epacl_snapshot_endpoint(ask->snap, target);
		port = endpoint->endpoint->ports.lo + addressed->dport -
		       public->ports.lo;
		if (port == key->lport &&
		    epacl_ip_equal(&target->to, key->local))
			return endpoint;
	}
	return NULL;
}

/*
 * Addressed to a VIP, or to what was one when the flow was opened. A
 * destination that somebody else translates names no endpoint either.
 */
static bool is_translated(const struct epacl_ask *ask,
			  const struct epacl_tuple *addressed,
			  const struct epacl_tuple *accepted)
{
	return !epacl_ip_equal(&addressed->dst, &accepted->dst) ||
	       addressed->dport != accepted->dport ||
	       epacl_snapshot_is_vip(ask->snap, &addressed->dst);
}

/* ---- origin ---- */

/*
 * A link-local address says nothing of where it comes from: inside is one that
 * a nic of the vnet uses, or that came in at an uplink of it.
 */
static bool link_local_is_inside(const struct epacl_ask *ask,
				 const struct epacl_ip *remote)
{
	const struct epacl_cnic *nic;
	u32 i;

	if (ask->routed)
		return false;
	if (ask->direction == EPACL_IN)
		return ask->sender ? ask->sender->vnet == ask->nic->vnet :
				     ask->sender_is_uplink;
	if (ask->nic->vnet->vnet->nuplinks)
		return true;
	for (i = 0; i < ask->snap->nnics; i++) {
		nic = &ask->snap->nics[i];
		if (nic->vnet == ask->nic->vnet &&
		    (epacl_cnic_owns(nic, remote) ||
		     epacl_nic_has_link_local(nic, remote)))
			return true;
	}
	return false;
}

/* The host opened the flow, from an address of its own. */
static bool is_of_hosts_address(const struct epacl_ask *ask,
				const struct epacl_tuple *addressed)
{
	/* What came over the guest's own link is somebody else's. */
	if (ask->direction == EPACL_IN && !ask->from_host && !ask->routed &&
	    !ask->relayed)
		return false;
	return ask->host->owns_ip(ask->host, &addressed->src);
}

/*
 * The host itself opened the flow. An error that it sends about a flow of
 * others is one of their packets, and so may be a fragment that it makes.
 */
static bool is_hosts(const struct epacl_ask *ask,
		     const struct epacl_tuple *addressed)
{
	if (ask->from_host && !ask->packet->error && !ask->packet->fragment)
		return true;
	return is_of_hosts_address(ask, addressed);
}

/*
 * Step 6. Whom the host masquerades behind an address of its own was seen with
 * another on arrival, so nothing vouches for this one.
 */
static bool is_inside(const struct epacl_ask *ask,
		      const struct epacl_ip *remote)
{
	bool inside;

	if (!ask->nic->vnet)
		return false;
	inside = epacl_ip_is_link_local(remote) ?
			 link_local_is_inside(ask, remote) :
			 epacl_cvnet_holds(ask->nic->vnet, remote);
	return inside && !ask->host->owns_ip(ask->host, remote);
}

/*
 * Step 7, outside. What is public is reached through its public address, but by
 * the host: not by those for whom it opens connections, as a proxy does.
 */
static const struct epacl_cendpoint *
find_endpoint(const struct epacl_ask *ask, const struct epacl_tuple *addressed,
	      const struct epacl_key *key)
{
	const struct epacl_cendpoint *endpoint;

	endpoint = epacl_cvm_closest(epacl_snapshot_vm(ask->snap, ask->nic->vm),
				     key);
	if (endpoint && endpoint->is_public &&
	    !is_of_hosts_address(ask, addressed))
		return NULL;
	return endpoint;
}

/* ---- the two policies of a VM ---- */

/* Steps 6 and 7 of traffic in: from outside only through an endpoint. */
static bool ask_endpoint(const struct epacl_ask *ask,
			 const struct epacl_tuple *accepted,
			 const struct epacl_tuple *addressed,
			 const struct epacl_key *key,
			 struct epacl_answer *answer)
{
	const struct epacl_cendpoint *endpoint;
	bool translated = is_translated(ask, addressed, accepted);

	if (!translated && is_inside(ask, key->remote) &&
	    !is_hosts(ask, addressed))
		return true;
	endpoint = translated ? translated_endpoint(ask, addressed, key) :
				find_endpoint(ask, addressed, key);
	if (endpoint)
		return ask_layer(ask, &endpoint->layer, key, answer);
	epacl_answer(answer, false, EPACL_REASON_NO_ENDPOINT);
	return false;
}

/*
 * Steps 6 to 8 of traffic in: @accepted is what the VM sees, @addressed what
 * its opener sent.
 */
static bool policy_in(const struct epacl_ask *ask,
		      const struct epacl_tuple *accepted,
		      const struct epacl_tuple *addressed,
		      struct epacl_answer *answer)
{
	struct epacl_key key = key_of(ask, accepted, true);

	return ask_endpoint(ask, accepted, addressed, &key, answer) &&
	       ask_subnet(ask, EPACL_IN, &key, answer) &&
	       ask_vm(ask, EPACL_IN, &key, answer);
}

/* Step 6 of traffic out: @addressed is what the VM sent. */
static bool policy_out(const struct epacl_ask *ask,
		       const struct epacl_tuple *addressed,
		       struct epacl_answer *answer)
{
	struct epacl_key key = key_of(ask, addressed, false);

	return ask_vm(ask, EPACL_OUT, &key, answer) &&
	       ask_subnet(ask, EPACL_OUT, &key, answer);
}

/* ---- flows ---- */

/* The remote opened: the inbound policy, and if that is not certain both. */
static bool opened_by_remote(const struct epacl_ask *ask,
			     const struct epacl_tuple *addressed,
			     const struct epacl_tuple *accepted, bool loose,
			     struct epacl_answer *answer)
{
	struct epacl_tuple back;

	if (!policy_in(ask, accepted, addressed, answer))
		return false;
	if (!loose)
		return true;
	back = reversed(accepted);
	return policy_out(ask, &back, answer);
}

/* The VM opened: the outbound policy, and if that is not certain both. */
static bool opened_by_vm(const struct epacl_ask *ask,
			 const struct epacl_tuple *addressed, bool loose,
			 struct epacl_answer *answer)
{
	struct epacl_tuple back;

	if (!policy_out(ask, addressed, answer))
		return false;
	if (!loose)
		return true;
	back = reversed(addressed);
	return policy_in(ask, &back, &back, answer);
}

/* Without an entry in the connection table. */
static bool decide_untracked(const struct epacl_ask *ask,
			     struct epacl_answer *answer)
{
	struct epacl_tuple t = epacl_packet_tuple(ask->packet);

	if (ask->packet->fragment) {
		epacl_answer(answer, false, EPACL_REASON_FRAGMENT);
		return false;
	}
	if (ask->packet->error) {
		epacl_answer(answer, false, EPACL_REASON_INVALID);
		return false;
	}
	return ask->direction == EPACL_IN ?
		       opened_by_remote(ask, &t, &t, false, answer) :
		       opened_by_vm(ask, &t, false, answer);
}

/* A guest reports errors about flows of its own, not about those of others. */
static bool is_foreign_error(const struct epacl_ask *ask, bool opener)
{
	const struct epacl_ip *local = opener ? &ask->flow->addressed.src :
						&ask->flow->accepted.dst;

	return ask->packet->error && ask->direction == EPACL_OUT &&
	       !epacl_cnic_owns(ask->nic, local) &&
	       !epacl_nic_has_link_local(ask->nic, local);
}

/*
 * The host itself answers, and not somebody beside it on the link: who opened
 * the flow in the guest's name may wait for the answer.
 */
static bool is_forged_answer(const struct epacl_ask *ask, bool opener)
{
	return ask->direction == EPACL_IN && !opener && !ask->packet->error &&
	       !ask->from_host && !ask->relayed &&
	       ask->host->owns_ip(ask->host, &ask->flow->accepted.dst);
}

static bool decide_tracked(const struct epacl_ask *ask,
			   struct epacl_answer *answer)
{
	const struct epacl_flow *flow = ask->flow;
	bool opener = flow->state == EPACL_FLOW_OPENER;

	if (is_foreign_error(ask, opener) || is_forged_answer(ask, opener)) {
		epacl_answer(answer, false, EPACL_REASON_INVALID);
		return false;
	}

	/* The opener's packets come in, or replies go out. */
	if (opener == (ask->direction == EPACL_IN))
		return opened_by_remote(ask, &flow->addressed, &flow->accepted,
					flow->loose, answer);
	return opened_by_vm(ask, &flow->addressed, flow->loose, answer);
}

void epacl_decide_flow(const struct epacl_ask *ask, struct epacl_answer *answer)
{
	const struct epacl_flow *flow = ask->flow;
	bool permit;

	answer->nasked = 0;
	answer->logs = false;
	answer->deferred = false;
	switch (flow->state) {
	case EPACL_FLOW_NONE:
		permit = decide_untracked(ask, answer);
		break;
	case EPACL_FLOW_OPENER:
	case EPACL_FLOW_REPLY:
		permit = decide_tracked(ask, answer);
		break;
	default:
		epacl_answer(answer, false, EPACL_REASON_INVALID);
		return;
	}
	if (permit)
		epacl_answer(answer, true,
			     flow->state == EPACL_FLOW_REPLY ?
				     EPACL_REASON_REPLY :
				     EPACL_REASON_PERMIT);
}
