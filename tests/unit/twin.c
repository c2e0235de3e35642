// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the document says, step by step; the numbers in the comments are those
 * of its sections. Nothing of the module is called from here.
 */
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/jhash.h>
#include <linux/string.h>
#include "twin.h"

/* ---- addresses ---- */

bool twin_same_ip(const struct epacl_ip *a, const struct epacl_ip *b)
{
	return a->family == b->family &&
	       !memcmp(a->b, b->b, a->family == 4 ? 4 : 16);
}

static bool bit(const struct epacl_ip *ip, unsigned int n)
{
	return ip->b[n / 8] & (0x80 >> n % 8);
}

bool twin_in_prefix(const struct epacl_prefix *prefix,
		    const struct epacl_ip *ip)
{
	unsigned int n;

	if (prefix->ip.family != ip->family)
		return false;
	for (n = 0; n < prefix->len; n++)
		if (bit(&prefix->ip, n) != bit(ip, n))
			return false;
	return true;
}

static bool is_plain(const struct epacl_prefix *prefix)
{
	return prefix->len == (prefix->ip.family == 4 ? 32 : 128);
}

static bool is_unspecified(const struct epacl_ip *ip)
{
	unsigned int i;

	for (i = 0; i < 16; i++)
		if (ip->b[i])
			return false;
	return true;
}

static bool is_multicast(const struct epacl_ip *ip)
{
	if (ip->family == 4)
		return ip->b[0] >= 224 && ip->b[0] <= 239;
	return ip->b[0] == 0xff;
}

static bool is_broadcast(const struct epacl_ip *ip)
{
	static const u8 ones[4] = { 255, 255, 255, 255 };

	return ip->family == 4 && !memcmp(ip->b, ones, 4);
}

static bool is_link_local(const struct epacl_ip *ip)
{
	if (ip->family == 4)
		return ip->b[0] == 169 && ip->b[1] == 254;
	return ip->b[0] == 0xfe && ip->b[1] >= 0x80 && ip->b[1] <= 0xbf;
}

/* fe80::/64, which is all that anybody uses of fe80::/10 (RFC 4291, 2.5.6). */
static bool is_fe80_64(const struct epacl_ip *ip)
{
	static const u8 net[8] = { 0xfe, 0x80 };

	return ip->family == 6 && !memcmp(ip->b, net, 8);
}

static bool is_interface_address(const struct epacl_ip *ip)
{
	static const u8 nobody[8];

	return is_fe80_64(ip) && memcmp(ip->b + 8, nobody, 8);
}

/* The last address of an IPv4 prefix that has one to spare. */
static bool is_broadcast_of(const struct epacl_prefix *prefix,
			    const struct epacl_ip *ip)
{
	unsigned int n;

	if (prefix->ip.family != 4 || prefix->len > 30 ||
	    !twin_in_prefix(prefix, ip))
		return false;
	for (n = prefix->len; n < 32; n++)
		if (!bit(ip, n))
			return false;
	return true;
}

bool twin_has_ports(unsigned int proto)
{
	return proto == IPPROTO_TCP || proto == IPPROTO_UDP ||
	       proto == IPPROTO_SCTP || proto == IPPROTO_DCCP ||
	       proto == IPPROTO_UDPLITE;
}

/* ---- objects ---- */

static const struct twin_at nowhere = { .vm = -1, .nic = -1 };

static const struct twin_nic *nic_at(const struct twin_policy *p,
				     struct twin_at at)
{
	return &p->vms[at.vm].nics[at.nic];
}

static bool same_at(struct twin_at a, struct twin_at b)
{
	return a.vm == b.vm && a.nic == b.nic;
}

/* Goes to the next nic of the policy. Return: false: there is none. */
static bool next_nic(const struct twin_policy *p, struct twin_at *at)
{
	if (at->vm >= 0 && ++at->nic < (int)p->vms[at->vm].nnics)
		return true;
	at->nic = 0;
	while (++at->vm < (int)p->nvms)
		if (p->vms[at->vm].nnics)
			return true;
	return false;
}

bool twin_is_host(const struct twin_policy *p, const struct epacl_ip *ip)
{
	unsigned int i;

	for (i = 0; i < p->nhost; i++)
		if (twin_same_ip(&p->host[i], ip))
			return true;
	return false;
}

bool twin_nic_owns(const struct twin_nic *nic, const struct epacl_ip *ip)
{
	unsigned int i;

	for (i = 0; i < nic->n; i++)
		if (twin_in_prefix(&nic->prefixes[i], ip))
			return true;
	return false;
}

/* As a plain address, which it shares with nobody. */
static bool nic_owns_plain(const struct twin_nic *nic,
			   const struct epacl_ip *ip)
{
	unsigned int i;

	for (i = 0; i < nic->n - nic->nshared; i++)
		if (is_plain(&nic->prefixes[i]) &&
		    twin_same_ip(&nic->prefixes[i].ip, ip))
			return true;
	return false;
}

static bool nic_shares(const struct twin_nic *nic, const struct epacl_ip *ip)
{
	unsigned int i;

	for (i = nic->n - nic->nshared; i < nic->n; i++)
		if (twin_same_ip(&nic->prefixes[i].ip, ip))
			return true;
	return false;
}

struct twin_at twin_nic_by_dev(const struct twin_policy *p, const char *dev)
{
	struct twin_at at = nowhere;

	while (next_nic(p, &at))
		if (!strcmp(nic_at(p, at)->dev, dev))
			return at;
	return nowhere;
}

bool twin_is_vip(const struct twin_policy *p, const struct epacl_ip *ip)
{
	const struct twin_endpoint *endpoint;
	unsigned int i, j, k;

	for (i = 0; i < p->nlbsets; i++)
		for (j = 0; j < p->lbsets[i].npublics; j++)
			if (twin_same_ip(&p->lbsets[i].publics[j].ip, ip))
				return true;
	for (i = 0; i < p->nservices; i++)
		for (j = 0; j < 2; j++)
			if (twin_same_ip(&p->services[i].vip[j], ip))
				return true;
	for (i = 0; i < p->nvms; i++)
		for (j = 0; j < p->vms[i].nendpoints; j++) {
			endpoint = &p->vms[i].endpoints[j];
			for (k = 0; k < endpoint->npublics; k++)
				if (twin_same_ip(&endpoint->publics[k].ip, ip))
					return true;
		}
	return false;
}

static bool vnet_own_holds(const struct twin_vnet *vnet,
			   const struct epacl_ip *ip)
{
	unsigned int i;

	for (i = 0; i < vnet->nprefixes; i++)
		if (twin_in_prefix(&vnet->prefixes[i], ip))
			return true;
	return false;
}

/* In the vnet or one of its peers; not transitive. */
static bool vnet_inside(const struct twin_policy *p, int vnet,
			const struct epacl_ip *ip)
{
	const struct twin_vnet *v = &p->vnets[vnet];
	unsigned int i;

	if (vnet_own_holds(v, ip))
		return true;
	for (i = 0; i < v->npeers; i++)
		if (twin_in_prefix(&v->peers[i], ip))
			return true;
	for (i = 0; i < v->npeer_vnets; i++)
		if (vnet_own_holds(&p->vnets[v->peer_vnets[i]], ip))
			return true;
	return false;
}

static bool has_uplink(const struct twin_vnet *vnet, const char *dev)
{
	unsigned int i;

	for (i = 0; dev && i < vnet->nuplinks; i++)
		if (!strcmp(vnet->uplinks[i], dev))
			return true;
	return false;
}

/* The address that a MAC gives: fe80::/64 and the modified EUI-64. */
static bool is_eui64_of(const struct epacl_ip *ip, const u8 *mac)
{
	const u8 want[16] = { 0xfe, 0x80,   0,		0,	0,	0,
			      0,    0,	    mac[0] ^ 2, mac[1], mac[2], 0xff,
			      0xfe, mac[3], mac[4],	mac[5] };

	return ip->family == 6 && !memcmp(ip->b, want, 16);
}

/* A link-local address that the guest is known to use: EUI-64, or learned. */
static bool uses_link_local(const struct twin_nic *nic,
			    const struct epacl_ip *ip)
{
	unsigned int i;

	if (nic->has_mac && is_eui64_of(ip, nic->mac))
		return true;
	if (!nic->has_mac && nic->learned && is_eui64_of(ip, nic->learned_mac))
		return true;
	for (i = 0; i < nic->nlearned; i++)
		if (twin_same_ip(&nic->learned_ip[i], ip))
			return true;
	return false;
}

/* A link-local address that is the nic's: also the listed ones. */
static bool nic_has_link_local(const struct twin_nic *nic,
			       const struct epacl_ip *ip)
{
	return is_link_local(ip) &&
	       (uses_link_local(nic, ip) || twin_nic_owns(nic, ip));
}

/* ---- section 2: what an ACL answers ---- */

static bool in_ranges(const struct epacl_ports *ranges, unsigned int n,
		      bool has_ports, u16 port)
{
	unsigned int i;

	if (!n)
		return true;
	if (!has_ports)
		return false;
	for (i = 0; i < n; i++)
		if (ranges[i].lo <= port && port <= ranges[i].hi)
			return true;
	return false;
}

static bool in_set(const struct twin_set *set, const struct epacl_ip *ip)
{
	unsigned int i;

	for (i = 0; i < set->n; i++)
		if (twin_in_prefix(&set->prefixes[i], ip))
			return true;
	return false;
}

/* Section 6, "secure": any state, or one of that reqid. */
static bool is_secured(const struct epacl_security *security, u32 reqid)
{
	unsigned int i;

	for (i = 0; i < security->n; i++)
		if (!reqid || security->reqid[i] == reqid)
			return true;
	return false;
}

bool twin_rule_matches(const struct twin_rule *rule,
		       const struct twin_view *view)
{
	if (rule->has_set) {
		if (!in_set(&view->sets[rule->set], &view->remote))
			return false;
	} else if (!rule->any_remote &&
		   !twin_in_prefix(&rule->remote, &view->remote)) {
		return false;
	}
	if (rule->secure && !is_secured(&view->security, rule->reqid))
		return false;
	if (rule->proto != EPACL_PROTO_ANY && rule->proto != view->proto)
		return false;
	if (!in_ranges(rule->lports, rule->nlports, view->has_ports,
		       view->lport))
		return false;
	if (!in_ranges(rule->rports, rule->nrports, view->has_ports,
		       view->rport))
		return false;
	if (rule->has_type && (!view->has_type || view->type != rule->type))
		return false;
	if (rule->has_code && (!view->has_type || view->code != rule->code))
		return false;
	return true;
}

const struct twin_rule *twin_first(const struct twin_rule *rules,
				   unsigned int n, const struct twin_view *view)
{
	const struct twin_rule *first = NULL;
	unsigned int i;

	for (i = 0; i < n; i++)
		if (twin_rule_matches(&rules[i], view) &&
		    (!first || rules[i].order < first->order))
			first = &rules[i];
	return first;
}

bool twin_default_permits(u8 deflt, const struct twin_rule *rules,
			  unsigned int n)
{
	unsigned int i;

	if (deflt == EPACL_DEFAULT_PERMIT)
		return true;
	if (deflt == EPACL_DEFAULT_DENY)
		return false;
	for (i = 0; i < n; i++)
		if (rules[i].permit)
			return false;
	return true;
}

/* ---- answers ---- */

static bool say(struct twin_answer *answer, bool permit, u8 reason)
{
	answer->permit = permit;
	answer->reason = reason;
	return true;
}

static bool list_permits(const struct twin_list *list,
			 const struct twin_view *view)
{
	const struct twin_rule *rule = twin_first(list->rules, list->n, view);

	return rule ? rule->permit :
		      twin_default_permits(list->deflt, list->rules, list->n);
}

/* 4.8: would it permit the packet if something protected it, whatever? */
static bool permits_if_secured(const struct twin_list *list,
			       const struct twin_view *view)
{
	struct twin_view secured = *view;
	unsigned int i;

	secured.security.n = 1;
	secured.security.reqid[0] = 0; /* which no rule can name */
	if (list_permits(list, &secured))
		return true;
	for (i = 0; i < list->n; i++) {
		secured.security.reqid[0] = list->rules[i].reqid;
		if (list_permits(list, &secured))
			return true;
	}
	return false;
}

static bool asks_for_ipsec(const struct twin_list *list)
{
	unsigned int i;

	for (i = 0; i < list->n; i++)
		if (list->rules[i].secure)
			return true;
	return false;
}

/* What stays the same from layer to layer of one question. */
struct asker {
	const struct twin_policy *p;
	struct twin_at at;
	const struct twin_view *view;
	bool early;
};

/*
 * One layer. One without rules is asked, too: its default answers. Return: true
 * if it permits; else @answer says why not.
 */
static bool ask_layer(const struct asker *q, const struct twin_list *own,
		      u8 owner, u8 direction, const char *name,
		      const char *part, struct twin_answer *answer)
{
	struct twin_asked *asked = &answer->asked[answer->nasked];
	const struct twin_list *list = own;
	const struct twin_rule *rule;

	if (own->has_use)
		list = &q->p->acls[own->use].list;
	if (q->early && asks_for_ipsec(list)) {
		answer->deferred = true;
		return false;
	}
	rule = twin_first(list->rules, list->n, q->view);
	asked->owner = owner;
	asked->direction = direction;
	asked->name = name;
	asked->part = part;
	asked->use = own->has_use ? q->p->acls[own->use].name : NULL;
	asked->permit = list_permits(list, q->view);
	asked->order = rule ? rule->order : 0;
	answer->nasked++;
	if (asked->permit)
		return true;
	if (!q->view->security.n && permits_if_secured(list, q->view))
		say(answer, false, EPACL_REASON_IPSEC_REQUIRED);
	else
		say(answer, false, EPACL_REASON_ACL);
	return false;
}

/* Of the nic's vnet, with the longest prefix around @local. */
static bool ask_subnet(const struct asker *q, u8 direction,
		       struct twin_answer *answer)
{
	const struct twin_subnet *subnet, *best = NULL;
	const struct twin_vnet *vnet;
	int longest = -1;
	unsigned int i, k;

	if (nic_at(q->p, q->at)->vnet < 0)
		return true;
	vnet = &q->p->vnets[nic_at(q->p, q->at)->vnet];
	for (i = 0; i < vnet->nsubnets; i++) {
		subnet = &vnet->subnets[i];
		for (k = 0; k < subnet->n; k++)
			if (twin_in_prefix(&subnet->prefixes[k],
					   &q->view->local) &&
			    subnet->prefixes[k].len > longest) {
				longest = subnet->prefixes[k].len;
				best = subnet;
			}
	}
	return !best ||
	       ask_layer(q, &best->lists[direction], EPACL_OWNER_SUBNET,
			 direction, vnet->name, best->name, answer);
}

/* Is group @a asked before group @b? */
static bool goes_before(const struct twin_group *a, const struct twin_group *b)
{
	if (a->precedence != b->precedence)
		return a->precedence < b->precedence;
	return strcmp(a->name, b->name) < 0;
}

static bool ask_groups(const struct asker *q, u8 direction,
		       struct twin_answer *answer)
{
	const struct twin_vm *vm = &q->p->vms[q->at.vm];
	bool asked[TWIN_GROUPS] = {};
	const struct twin_group *group;
	unsigned int i;
	int next;

	for (;;) {
		next = -1;
		for (i = 0; i < q->p->ngroups; i++)
			if (vm->in_group[i] && !asked[i] &&
			    (next < 0 || goes_before(&q->p->groups[i],
						     &q->p->groups[next])))
				next = i;
		if (next < 0)
			return true;
		asked[next] = true;
		group = &q->p->groups[next];
		if (!ask_layer(q, &group->lists[direction], EPACL_OWNER_GROUP,
			       direction, group->name, NULL, answer))
			return false;
	}
}

static bool ask_vm(const struct asker *q, u8 direction,
		   struct twin_answer *answer)
{
	const struct twin_vm *vm = &q->p->vms[q->at.vm];

	return ask_layer(q, &vm->lists[direction], EPACL_OWNER_VM, direction,
			 vm->name, NULL, answer);
}

/* That of the lbset holds for every member. */
static bool ask_endpoint(const struct asker *q, int number,
			 struct twin_answer *answer)
{
	const struct twin_vm *vm = &q->p->vms[q->at.vm];
	const struct twin_endpoint *endpoint = &vm->endpoints[number];
	const struct twin_lbset *lbset = &q->p->lbsets[endpoint->lbset];

	if (endpoint->has_lbset)
		return ask_layer(q, &lbset->list, EPACL_OWNER_LBSET, EPACL_IN,
				 lbset->name, NULL, answer);
	return ask_layer(q, &endpoint->list, EPACL_OWNER_ENDPOINT, EPACL_IN,
			 vm->name, endpoint->name, answer);
}

/* ---- section 4.6 to 4.8: in to a VM ---- */

/* How a packet came to be at a VM, as far as 4.6 and 4.7 ask. */
struct origin {
	bool host; /* the host itself is the opener */
	bool own; /* and from an address of its own */
	bool near; /* link-local, of a nic or uplink of the vnet */
	bool through; /* a VIP */
	int translated; /* by this endpoint; -1: by none of this VM */
};

static bool is_inside(const struct twin_policy *p, const struct twin_nic *nic,
		      const struct twin_view *view, const struct origin *origin)
{
	if (nic->vnet < 0 || origin->host || origin->through)
		return false;
	/* An address of the host is the host's, whoever hides behind it. */
	if (twin_is_host(p, &view->remote))
		return false;
	if (is_link_local(&view->remote) && origin->near)
		return true;
	return vnet_inside(p, nic->vnet, &view->remote);
}

/* 0: not for it; else the higher the more specific. */
static int endpoint_fits(const struct twin_endpoint *endpoint,
			 const struct twin_view *view)
{
	u8 type;

	if (endpoint->has_address &&
	    !twin_same_ip(&endpoint->address, &view->local))
		return 0;
	if (endpoint->proto == EPACL_PROTO_ANY)
		return 1;
	if (endpoint->proto != view->proto)
		return 0;
	if (twin_has_ports(endpoint->proto)) {
		if (!view->has_ports || view->lport < endpoint->ports.lo ||
		    view->lport > endpoint->ports.hi)
			return 0;
		return endpoint->ports.lo == endpoint->ports.hi ? 4 : 3;
	}
	if (endpoint->proto != IPPROTO_ICMP &&
	    endpoint->proto != IPPROTO_ICMPV6)
		return 2;
	type = endpoint->proto == IPPROTO_ICMP ? 8 : 128;
	if (endpoint->has_type)
		type = endpoint->type;
	if (!view->has_type || view->type != type)
		return 0;
	return endpoint->has_code && endpoint->code != view->code ? 0 : 2;
}

/* The endpoint that decides; -1: none. */
static int choose_endpoint(const struct twin_vm *vm,
			   const struct twin_view *view,
			   const struct origin *origin)
{
	int best = -1, fit = 0, score;
	unsigned int i;

	if (origin->through) {
		/* "After a translation, the one that translated." */
		if (origin->translated < 0 ||
		    !endpoint_fits(&vm->endpoints[origin->translated], view))
			return -1;
		return origin->translated;
	}
	for (i = 0; i < vm->nendpoints; i++) {
		score = endpoint_fits(&vm->endpoints[i], view);
		if (score <= fit)
			continue;
		fit = score;
		best = i;
	}
	/* Reached from outside only through its public address. */
	if (best >= 0 && !origin->own &&
	    (vm->endpoints[best].npublics || vm->endpoints[best].has_lbset))
		return -1;
	return best;
}

/* Return: true if all permit; else @answer says why not. */
static bool policy_in(const struct asker *q, const struct origin *origin,
		      struct twin_answer *answer)
{
	int endpoint;

	if (!is_inside(q->p, nic_at(q->p, q->at), q->view, origin)) {
		endpoint = choose_endpoint(&q->p->vms[q->at.vm], q->view,
					   origin);
		if (endpoint < 0) {
			say(answer, false, EPACL_REASON_NO_ENDPOINT);
			return false;
		}
		if (!ask_endpoint(q, endpoint, answer))
			return false;
	}
	return ask_subnet(q, EPACL_IN, answer) &&
	       ask_groups(q, EPACL_IN, answer) && ask_vm(q, EPACL_IN, answer);
}

/* ---- section 5.6: out of a VM ---- */

static bool policy_out(const struct asker *q, struct twin_answer *answer)
{
	return ask_vm(q, EPACL_OUT, answer) &&
	       ask_groups(q, EPACL_OUT, answer) &&
	       ask_subnet(q, EPACL_OUT, answer);
}

/* ---- section 3: which flow, which direction ---- */

static struct twin_view view_of(const struct twin_policy *p,
				const struct epacl_tuple *tuple,
				bool remote_is_src,
				const struct epacl_security *security)
{
	struct twin_view view = {
		.sets = p->sets,
		.security = *security,
		.local = remote_is_src ? tuple->dst : tuple->src,
		.remote = remote_is_src ? tuple->src : tuple->dst,
		.lport = remote_is_src ? tuple->dport : tuple->sport,
		.rport = remote_is_src ? tuple->sport : tuple->dport,
		.proto = tuple->proto,
		.has_ports = twin_has_ports(tuple->proto),
		.type = tuple->type,
		.code = tuple->code,
	};

	view.has_type = tuple->proto == IPPROTO_ICMP ||
			tuple->proto == IPPROTO_ICMPV6;
	return view;
}

/* Where what is addressed to a public address of @family goes. */
static struct epacl_ip target_of(const struct twin_vm *vm,
				 const struct twin_endpoint *endpoint,
				 u8 family)
{
	const struct twin_nic *first = &vm->nics[0];
	unsigned int i;

	if (endpoint->has_address)
		return endpoint->address;
	for (i = 0; i < first->n - first->nshared; i++)
		if (is_plain(&first->prefixes[i]) &&
		    !is_link_local(&first->prefixes[i].ip) &&
		    first->prefixes[i].ip.family == family)
			return first->prefixes[i].ip;
	return (struct epacl_ip){ 0 };
}

/* Is it public @k, of its own, that @tuple addresses? Then @to is the port. */
static bool addresses_public(const struct twin_endpoint *endpoint,
			     unsigned int k, const struct epacl_tuple *tuple,
			     u16 *to)
{
	const struct epacl_public *public = &endpoint->publics[k];
	int more = tuple->dport - public->port;

	if (endpoint->proto != tuple->proto ||
	    !twin_same_ip(&public->ip, &tuple->dst) || more < 0 ||
	    more > endpoint->ports.hi - endpoint->ports.lo)
		return false;
	*to = endpoint->ports.lo + more;
	return true;
}

static bool addresses_lbset(const struct twin_lbset *lbset,
			    const struct epacl_tuple *tuple)
{
	unsigned int k;

	for (k = 0; k < lbset->npublics; k++)
		if (lbset->proto == tuple->proto &&
		    twin_same_ip(&lbset->publics[k].ip, &tuple->dst) &&
		    lbset->publics[k].port == tuple->dport)
			return true;
	return false;
}

/* Does (VIP, protocol, port) name this endpoint? Then @to is where it leads. */
static bool names_endpoint(const struct twin_policy *p,
			   const struct twin_vm *vm,
			   const struct twin_endpoint *endpoint,
			   const struct epacl_tuple *tuple,
			   struct epacl_tuple *to)
{
	bool named = endpoint->has_lbset &&
		     addresses_lbset(&p->lbsets[endpoint->lbset], tuple);
	u16 port = endpoint->ports.lo;
	unsigned int k;

	for (k = 0; k < endpoint->npublics; k++)
		named |= addresses_public(endpoint, k, tuple, &port);
	if (!named)
		return false;
	*to = *tuple;
	to->dst = target_of(vm, endpoint, tuple->dst.family);
	to->dport = port;
	return true;
}

/* The kernel's hash of the source chooses among @n. */
static unsigned int chosen(const struct epacl_ip *src, unsigned int n)
{
	u32 hash = jhash(src->b, src->family == 4 ? 4 : 16, EPACL_LBSET_SEED);

	return (u64)hash * n >> 32;
}

/*
 * Where (VIP, protocol, port) leads: the VM, and the address there. VMs and
 * endpoints are here in the order of their names. Several are named by the VIP
 * of an lbset only.
 */
static bool translate(const struct twin_policy *p,
		      const struct epacl_tuple *tuple,
		      struct epacl_tuple *accepted, int *to_vm, int *by)
{
	struct twin_at named[TWIN_VMS * TWIN_ENDPOINTS];
	struct epacl_tuple to[TWIN_VMS * TWIN_ENDPOINTS];
	const struct twin_vm *vm;
	unsigned int i, j, n = 0;

	for (i = 0; i < p->nvms; i++) {
		vm = &p->vms[i];
		for (j = 0; j < vm->nendpoints; j++)
			if (names_endpoint(p, vm, &vm->endpoints[j], tuple,
					   &to[n])) {
				named[n].vm = i;
				named[n++].nic = j; /* the endpoint */
			}
	}
	if (!n)
		return false;
	i = chosen(&tuple->src, n);
	*accepted = to[i];
	*to_vm = named[i].vm;
	*by = named[i].nic;
	return true;
}

/*
 * The endpoint of VM @vm that (VIP, protocol, port) names now, if it also still
 * leads to where the flow went; -1: none.
 */
static int named_endpoint(const struct twin_policy *p, int vm,
			  const struct epacl_tuple *addressed,
			  const struct epacl_tuple *accepted)
{
	const struct twin_vm *of = &p->vms[vm];
	struct epacl_tuple to;
	unsigned int i;

	for (i = 0; i < of->nendpoints; i++)
		if (names_endpoint(p, of, &of->endpoints[i], addressed, &to) &&
		    twin_same_ip(&to.dst, &accepted->dst) &&
		    to.dport == accepted->dport)
			return i;
	return -1;
}

/*
 * 4.6: a link-local address whose sender is a nic or an uplink of the vnet. Who
 * sent what is being replied to is not known any more; it is believed to have
 * been one of them where that is possible at all.
 */
static bool is_near(const struct twin_policy *p,
		    const struct twin_question *question,
		    const struct epacl_ip *remote)
{
	int vnet = nic_at(p, question->at)->vnet;
	struct twin_at at = nowhere;

	if (vnet < 0 || question->routed)
		return false;
	if (question->direction == EPACL_IN && question->sender.vm >= 0)
		return nic_at(p, question->sender)->vnet == vnet;
	if (question->direction == EPACL_IN)
		return question->sender_is_uplink;
	if (p->vnets[vnet].nuplinks)
		return true;
	while (next_nic(p, &at))
		if (nic_at(p, at)->vnet == vnet &&
		    (twin_nic_owns(nic_at(p, at), remote) ||
		     nic_has_link_local(nic_at(p, at), remote)))
			return true;
	return false;
}

/* Over the link of the guest itself, and not from the host. */
static bool comes_from_beside(const struct twin_question *question)
{
	return question->direction == EPACL_IN && !question->from_host &&
	       !question->routed;
}

/* What a flow that came in looked like, and where it came from. */
static struct origin origin_of(const struct twin_policy *p,
			       const struct twin_question *question,
			       const struct epacl_tuple *addressed,
			       const struct epacl_tuple *accepted)
{
	struct origin origin = { .translated = -1 };

	origin.host = twin_is_host(p, &addressed->src) &&
		      !comes_from_beside(question);
	origin.through = !twin_same_ip(&addressed->dst, &accepted->dst) ||
			 addressed->dport != accepted->dport ||
			 twin_is_vip(p, &addressed->dst);
	if (origin.through)
		origin.translated = named_endpoint(p, question->at.vm,
						   addressed, accepted);
	/* An error that it sends is one of the flow that it is about; fragments
	 * that it makes of others' packets are theirs. */
	origin.host |= question->direction == EPACL_IN && question->from_host &&
		       !question->packet->error && !question->packet->fragment;
	origin.own = origin.host && twin_is_host(p, &addressed->src);
	origin.near = is_near(p, question, &accepted->src);
	return origin;
}

static struct asker asker_of(const struct twin_policy *p,
			     const struct twin_question *question,
			     const struct twin_view *view)
{
	struct asker q = {
		.p = p,
		.at = question->at,
		.view = view,
		.early = question->early,
	};

	return q;
}

/* Somebody opened it towards the VM: as @addressed, and it saw @accepted. */
static bool opened_in(const struct twin_policy *p,
		      const struct twin_question *question,
		      const struct epacl_tuple *addressed,
		      const struct epacl_tuple *accepted,
		      struct twin_answer *answer)
{
	struct origin origin = origin_of(p, question, addressed, accepted);
	struct twin_view view = view_of(p, accepted, true, &question->security);
	struct asker q = asker_of(p, question, &view);

	return policy_in(&q, &origin, answer);
}

/* The VM opened it, towards what it addressed. */
static bool opened_out(const struct twin_policy *p,
		       const struct twin_question *question,
		       const struct epacl_tuple *addressed,
		       struct twin_answer *answer)
{
	struct twin_view view = view_of(p, addressed, false,
					&question->security);
	struct asker q = asker_of(p, question, &view);

	return policy_out(&q, answer);
}

static struct epacl_tuple reversed(const struct epacl_tuple *tuple)
{
	struct epacl_tuple other = *tuple;

	other.src = tuple->dst;
	other.dst = tuple->src;
	other.sport = tuple->dport;
	other.dport = tuple->sport;
	return other;
}

/*
 * Nobody knows who opened it: both policies must permit, each as if the flow
 * had been opened its way. Which is asked first the document leaves open: that
 * of the side that the entry takes for the opener.
 */
static bool opened_either_way(const struct twin_policy *p,
			      const struct twin_question *question, bool by_vm,
			      struct twin_answer *answer)
{
	const struct epacl_flow *flow = question->flow;
	struct epacl_tuple other;

	if (by_vm) {
		other = reversed(&flow->addressed);
		return opened_out(p, question, &flow->addressed, answer) &&
		       opened_in(p, question, &other, &other, answer);
	}
	other = reversed(&flow->accepted);
	return opened_in(p, question, &flow->addressed, &flow->accepted,
			 answer) &&
	       opened_out(p, question, &other, answer);
}

static void flow_of_connection(const struct twin_policy *p,
			       const struct twin_question *question,
			       struct twin_answer *answer)
{
	const struct epacl_flow *flow = question->flow;
	bool reply = flow->state == EPACL_FLOW_REPLY;
	bool by_vm = (question->direction == EPACL_OUT) != reply;
	const struct epacl_ip *mine = by_vm ? &flow->addressed.src :
					      &flow->accepted.dst;
	const struct twin_nic *nic = nic_at(p, question->at);
	bool fine;

	/* "Forged ICMP errors": about a flow that is not the guest's. */
	if (question->packet->error && question->direction == EPACL_OUT &&
	    !twin_nic_owns(nic, mine) && !nic_has_link_local(nic, mine)) {
		say(answer, false, EPACL_REASON_INVALID);
		return;
	}
	/* An answer of the host's that the host does not send. */
	if (reply && question->direction == EPACL_IN &&
	    !question->packet->error && !question->from_host &&
	    twin_is_host(p, &flow->accepted.dst)) {
		say(answer, false, EPACL_REASON_INVALID);
		return;
	}
	if (flow->loose)
		fine = opened_either_way(p, question, by_vm, answer);
	else if (by_vm)
		fine = opened_out(p, question, &flow->addressed, answer);
	else
		fine = opened_in(p, question, &flow->addressed, &flow->accepted,
				 answer);
	if (fine)
		say(answer, true,
		    reply ? EPACL_REASON_REPLY : EPACL_REASON_PERMIT);
}

struct epacl_tuple twin_tuple(const struct epacl_packet *packet)
{
	struct epacl_tuple tuple = {
		.src = packet->src,
		.dst = packet->dst,
		.sport = packet->sport,
		.dport = packet->dport,
		.proto = packet->proto,
		.type = packet->type,
		.code = packet->code,
	};

	return tuple;
}

void twin_flow(const struct twin_policy *p,
	       const struct twin_question *question, struct twin_answer *answer)
{
	const struct epacl_packet *packet = question->packet;
	const struct epacl_flow *flow = question->flow;
	struct epacl_tuple tuple = twin_tuple(packet);
	bool fine;

	memset(answer, 0, sizeof(*answer));
	if (flow && flow->state == EPACL_FLOW_INVALID) {
		say(answer, false, EPACL_REASON_INVALID);
		return;
	}
	if (flow && flow->state != EPACL_FLOW_NONE) {
		flow_of_connection(p, question, answer);
		return;
	}
	if (packet->fragment) {
		say(answer, false, EPACL_REASON_FRAGMENT);
		return;
	}
	if (packet->error) { /* quotes nothing tracked */
		say(answer, false, EPACL_REASON_INVALID);
		return;
	}
	if (question->direction == EPACL_OUT)
		fine = opened_out(p, question, &tuple, answer);
	else
		fine = opened_in(p, question, &tuple, &tuple, answer);
	if (fine)
		say(answer, true, EPACL_REASON_PERMIT);
}

/* ---- sections 4.1 to 4.4 ---- */

static bool is_ip(const struct epacl_packet *packet)
{
	return packet->ethertype == ETH_P_IP || packet->ethertype == ETH_P_IPV6;
}

static bool bad_ethertype(const struct twin_nic *nic,
			  const struct epacl_packet *packet)
{
	unsigned int i;

	if (!is_ip(packet) && packet->ethertype != ETH_P_ARP)
		return true;
	if (!packet->has_vlan || !packet->vlan)
		return false;
	for (i = 0; i < nic->nvlans; i++)
		if (nic->vlans[i] == packet->vlan)
			return false;
	return true;
}

static bool is_peer_vnet(const struct twin_vnet *vnet, int other)
{
	unsigned int i;

	for (i = 0; i < vnet->npeer_vnets; i++)
		if (vnet->peer_vnets[i] == other)
			return true;
	return false;
}

/* Is a nic of vnet @of inside for one of vnet @vnet? Less than 0: none. */
static bool are_neighbours(const struct twin_policy *p, int vnet, int of)
{
	return vnet == of ||
	       (vnet >= 0 && of >= 0 && is_peer_vnet(&p->vnets[vnet], of));
}

/*
 * Does @ip belong, as a plain address, to a nic of this host that has been
 * heard and that did not send the packet? "Another nic" is other than the
 * sender: a claim to the receiver's own address is no better. Only nics of the
 * same vnet and its peers are compared: another tenant may have the same
 * addresses. The host may answer for others (proxy ARP, proxy ND).
 */
static bool claims_other(const struct twin_policy *p,
			 const struct twin_question *question,
			 const struct epacl_ip *ip)
{
	struct twin_at at = nowhere;
	bool claims = false;

	if (question->from_host || is_unspecified(ip))
		return false;
	while (next_nic(p, &at)) {
		if (!nic_owns_plain(nic_at(p, at), ip))
			continue;
		if (same_at(at, question->sender))
			return false;
		if (nic_at(p, at)->heard &&
		    are_neighbours(p, nic_at(p, question->at)->vnet,
				   nic_at(p, at)->vnet))
			claims = true;
	}
	return claims;
}

static bool is_for_nic_or_all(const struct twin_nic *nic,
			      const struct epacl_ip *dst)
{
	return twin_nic_owns(nic, dst) || nic_has_link_local(nic, dst) ||
	       is_multicast(dst) || is_broadcast(dst);
}

/* The directed broadcast of a prefix around an address of @nic. */
static bool is_broadcast_around(const struct twin_nic *nic,
				const struct epacl_prefix *prefixes,
				unsigned int n, const struct epacl_ip *dst)
{
	unsigned int i, k;

	for (i = 0; i < n; i++)
		for (k = 0; k < nic->n; k++)
			if (is_broadcast_of(&prefixes[i], dst) &&
			    twin_in_prefix(&prefixes[i], &nic->prefixes[k].ip))
				return true;
	return false;
}

static bool is_for_nic(const struct twin_policy *p, const struct twin_nic *nic,
		       const struct epacl_ip *dst)
{
	const struct twin_vnet *vnet;
	unsigned int i;

	if (is_for_nic_or_all(nic, dst))
		return true;
	if (nic->vnet < 0)
		return false;
	vnet = &p->vnets[nic->vnet];
	if (is_broadcast_around(nic, vnet->prefixes, vnet->nprefixes, dst))
		return true;
	for (i = 0; i < vnet->nsubnets; i++)
		if (is_broadcast_around(nic, vnet->subnets[i].prefixes,
					vnet->subnets[i].n, dst))
			return true;
	return false;
}

static bool is_dhcp_servers(const struct epacl_ip *ip)
{
	static const u8 servers[16] = { 0xff, 2, [13] = 1, [15] = 2 };

	if (ip->family == 4)
		return is_broadcast(ip);
	return !memcmp(ip->b, servers, 16);
}

/* A request of a client beside it, for a guest that is the DHCP server. */
static bool is_request_of_neighbour(const struct epacl_packet *packet)
{
	return is_dhcp_servers(&packet->dst) &&
	       (is_unspecified(&packet->src) || is_link_local(&packet->src));
}

/*
 * 4.3, neighbour discovery and what is like it; without ARP. What floods in for
 * somebody else is not essential here (4.4).
 */
static bool essential_in(const struct twin_policy *p,
			 const struct twin_question *question)
{
	const struct twin_nic *nic = nic_at(p, question->at);
	const struct epacl_packet *packet = question->packet;
	bool mine = is_for_nic_or_all(nic, &packet->dst);

	switch (packet->message) {
	case EPACL_MSG_NEIGH_SOLICIT:
	case EPACL_MSG_NEIGH_ADVERT:
	case EPACL_MSG_ROUTER_SOLICIT:
		return mine && packet->hops == 255;
	case EPACL_MSG_ROUTER_ADVERT:
		return mine && packet->hops == 255 && is_fe80_64(&packet->src);
	case EPACL_MSG_GROUP_QUERY:
		return mine && packet->hops == 1 && !question->routed;
	case EPACL_MSG_DHCP_SERVER:
		return mine && (question->from_host || !question->routed);
	case EPACL_MSG_DHCP_CLIENT:
		return nic->serves_dhcp && !question->routed &&
		       is_request_of_neighbour(packet);
	default:
		return false;
	}
}

/* What it tells others to believe: the target of an advertisement, or who asks. */
static const struct epacl_ip *claim_of(const struct epacl_packet *packet)
{
	if (packet->message == EPACL_MSG_NEIGH_ADVERT)
		return &packet->claim;
	/* Detection of duplicates claims what it asks for. */
	if (packet->message == EPACL_MSG_NEIGH_SOLICIT &&
	    is_unspecified(&packet->src))
		return &packet->claim;
	if (packet->message == EPACL_MSG_ARP && is_unspecified(&packet->src))
		return &packet->dst;
	return &packet->src;
}

/* What is of DHCP claims nothing about who has its source. */
static bool essential_or_spoof(const struct twin_policy *p,
			       const struct twin_question *question,
			       struct twin_answer *answer)
{
	const struct epacl_packet *packet = question->packet;
	const struct epacl_ip *claim = claim_of(packet);

	if (packet->message != EPACL_MSG_DHCP_SERVER &&
	    packet->message != EPACL_MSG_DHCP_CLIENT &&
	    claims_other(p, question, claim))
		return say(answer, false, EPACL_REASON_SPOOF);
	return say(answer, true, EPACL_REASON_ESSENTIAL);
}

static bool link_in(const struct twin_policy *p,
		    const struct twin_question *question,
		    struct twin_answer *answer)
{
	const struct twin_nic *nic = nic_at(p, question->at);
	const struct epacl_packet *packet = question->packet;
	bool connection = question->flow &&
			  question->flow->state != EPACL_FLOW_NONE;

	if (packet->fragment && !connection)
		return say(answer, false, EPACL_REASON_FRAGMENT);
	if (bad_ethertype(nic, packet))
		return say(answer, false, EPACL_REASON_ETHERTYPE);
	if (packet->ethertype == ETH_P_ARP) {
		if (!twin_nic_owns(nic, &packet->dst) &&
		    !twin_same_ip(&packet->src, &packet->dst))
			return say(answer, false, EPACL_REASON_DESTINATION);
		return essential_or_spoof(p, question, answer);
	}
	if (essential_in(p, question))
		return essential_or_spoof(p, question, answer);
	if (!is_for_nic(p, nic, &packet->dst))
		return say(answer, false, EPACL_REASON_DESTINATION);
	return false;
}

/* ---- sections 5.1 to 5.3 ---- */

/* A group's, or none at all: nobody's own. */
static bool is_nobodys_mac(const u8 *mac)
{
	static const u8 none[ETH_ALEN];

	return mac[0] & 1 || !memcmp(mac, none, ETH_ALEN);
}

/* 00:00:5e:00:01:xx and 00:00:5e:00:02:xx (RFC 5798, 7.3). */
static bool is_vrrp_mac(const u8 *mac)
{
	static const u8 begin[4] = { 0x00, 0x00, 0x5e, 0x00 };

	return !memcmp(mac, begin, 4) && (mac[4] == 1 || mac[4] == 2);
}

/* The MAC of a nic other than @at, or of the host. */
static bool mac_is_taken(const struct twin_policy *p, struct twin_at mine,
			 const u8 *mac)
{
	struct twin_at at = nowhere;
	const struct twin_nic *nic;

	if (!memcmp(p->host_mac, mac, ETH_ALEN))
		return true;
	while (next_nic(p, &at)) {
		nic = nic_at(p, at);
		if (same_at(at, mine))
			continue;
		if ((nic->has_mac && !memcmp(nic->mac, mac, ETH_ALEN)) ||
		    (!nic->has_mac && nic->learned &&
		     !memcmp(nic->learned_mac, mac, ETH_ALEN)))
			return true;
	}
	return false;
}

static bool mac_is_own(const struct twin_policy *p, struct twin_at at,
		       struct twin_nic *nic, const u8 *mac)
{
	if (nic->nshared && is_vrrp_mac(mac))
		return true;
	if (nic->has_mac)
		return !memcmp(nic->mac, mac, ETH_ALEN);
	if (nic->learned)
		return !memcmp(nic->learned_mac, mac, ETH_ALEN);
	if (is_nobodys_mac(mac) || mac_is_taken(p, at, mac))
		return false;
	nic->learned = true;
	memcpy(nic->learned_mac, mac, ETH_ALEN);
	return true;
}

static bool link_local_is_taken(const struct twin_policy *p,
				struct twin_at mine, const struct epacl_ip *ip)
{
	struct twin_at at = nowhere;

	if (twin_is_host(p, ip))
		return true;
	while (next_nic(p, &at))
		if (!same_at(at, mine) && (nic_owns_plain(nic_at(p, at), ip) ||
					   uses_link_local(nic_at(p, at), ip)))
			return true;
	return false;
}

/* With another hop limit it is none: nobody takes it (RFC 4861). */
static bool is_discovery(const struct epacl_packet *packet)
{
	return packet->hops == 255 &&
	       (packet->message == EPACL_MSG_NEIGH_SOLICIT ||
		packet->message == EPACL_MSG_NEIGH_ADVERT ||
		packet->message == EPACL_MSG_ROUTER_SOLICIT ||
		packet->message == EPACL_MSG_ROUTER_ADVERT);
}

/* An address that the nic may use, or, link-local, may begin to use. */
static bool address_is_own(const struct twin_policy *p, struct twin_at at,
			   struct twin_nic *nic,
			   const struct epacl_packet *packet,
			   const struct epacl_ip *ip)
{
	if (twin_nic_owns(nic, ip) || nic_has_link_local(nic, ip))
		return true;
	if (!is_interface_address(ip) || !is_discovery(packet) ||
	    nic->nlearned == 2 || link_local_is_taken(p, at, ip))
		return false;
	nic->learned_ip[nic->nlearned++] = *ip;
	return true;
}

/*
 * What ARP and ND tell others to send frames to: to where the frame comes from;
 * for a shared address also to a VRRP MAC.
 */
static bool claim_mac_is_own(const struct twin_nic *nic,
			     const struct epacl_packet *packet)
{
	const struct epacl_ip *claim = claim_of(packet);

	if (is_vrrp_mac(packet->claim_mac) && nic->nshared)
		return nic_shares(nic, claim);
	return !memcmp(packet->claim_mac, packet->smac, ETH_ALEN);
}

static bool is_redirect(const struct epacl_packet *packet)
{
	return packet->message == EPACL_MSG_REDIRECT ||
	       (packet->src.family == 4 && packet->proto == IPPROTO_ICMP &&
		packet->has_type && packet->type == 5);
}

/* What only a nic that is declared to may be for its segment. */
static bool serves_what_it_may_not(const struct twin_nic *nic,
				   const struct epacl_packet *packet)
{
	if (packet->message == EPACL_MSG_DHCP_SERVER)
		return !nic->serves_dhcp;
	if (packet->message == EPACL_MSG_ROUTER_ADVERT)
		return !nic->serves_ra || packet->hops != 255 ||
		       !is_fe80_64(&packet->src);
	if (!is_redirect(packet))
		return false;
	return !nic->serves_ra ||
	       (packet->src.family == 6 &&
		(packet->hops != 255 || !is_fe80_64(&packet->src)));
}

/* What an unspecified source is good for. */
static bool unspecified_is_fine(const struct twin_policy *p, struct twin_at at,
				struct twin_nic *nic,
				const struct epacl_packet *packet)
{
	switch (packet->message) {
	case EPACL_MSG_ARP: /* a probe for its own address */
		return !packet->arp_reply && twin_nic_owns(nic, &packet->dst);
	case EPACL_MSG_DHCP_CLIENT: /* DHCPv6 has a link-local one */
		return is_broadcast(&packet->dst);
	case EPACL_MSG_NEIGH_SOLICIT: /* of its own address */
		return is_discovery(packet) &&
		       address_is_own(p, at, nic, packet, &packet->claim);
	case EPACL_MSG_ROUTER_SOLICIT:
		return is_discovery(packet);
	case EPACL_MSG_GROUP_REPORT: /* IGMP too: RFC 3376, 4.2.13 */
		return packet->hops == 1;
	default:
		return false;
	}
}

static bool source_is_own(const struct twin_policy *p, struct twin_at at,
			  struct twin_nic *nic,
			  const struct epacl_packet *packet)
{
	if (packet->has_mac && !mac_is_own(p, at, nic, packet->smac))
		return false;
	if (packet->has_mac && packet->has_claim_mac &&
	    !claim_mac_is_own(nic, packet))
		return false;
	if (serves_what_it_may_not(nic, packet))
		return false;
	if (is_unspecified(&packet->src))
		return unspecified_is_fine(p, at, nic, packet);
	if (packet->message == EPACL_MSG_NEIGH_ADVERT && is_discovery(packet) &&
	    !address_is_own(p, at, nic, packet, &packet->claim))
		return false;
	/* "Never spoof, except as the source of a packet from a VM." */
	return address_is_own(p, at, nic, packet, &packet->src) &&
	       !twin_is_host(p, &packet->src);
}

/* To a neighbour, not to where the host would route it. */
static bool is_on_link(const struct twin_policy *p, const struct twin_nic *nic,
		       const struct epacl_ip *dst)
{
	return is_multicast(dst) || is_link_local(dst) ||
	       twin_is_host(p, dst) ||
	       (nic->vnet >= 0 && vnet_own_holds(&p->vnets[nic->vnet], dst));
}

static bool essential_out(const struct twin_policy *p,
			  const struct twin_nic *nic,
			  const struct epacl_packet *packet)
{
	switch (packet->message) {
	case EPACL_MSG_ARP:
		return true;
	case EPACL_MSG_NEIGH_SOLICIT:
	case EPACL_MSG_NEIGH_ADVERT:
	case EPACL_MSG_ROUTER_SOLICIT:
		return is_discovery(packet) && is_on_link(p, nic, &packet->dst);
	case EPACL_MSG_GROUP_REPORT: /* what crosses a router is none */
		return packet->hops == 1 && is_multicast(&packet->dst);
	case EPACL_MSG_DHCP_CLIENT: /* a VIP is that of a guest */
		return is_dhcp_servers(&packet->dst) ||
		       (twin_is_host(p, &packet->dst) &&
			!twin_is_vip(p, &packet->dst));
	case EPACL_MSG_ROUTER_ADVERT:
		return is_on_link(p, nic, &packet->dst);
	default:
		return is_redirect(packet) && is_on_link(p, nic, &packet->dst);
	}
}

static bool link_out(struct twin_policy *p,
		     const struct twin_question *question,
		     struct twin_answer *answer)
{
	static const u8 control[5] = { 0x01, 0x80, 0xc2, 0, 0 };
	struct twin_nic *nic = &p->vms[question->at.vm].nics[question->at.nic];
	const struct epacl_packet *packet = question->packet;

	if (bad_ethertype(nic, packet))
		return say(answer, false, EPACL_REASON_ETHERTYPE);
	if (packet->has_mac && !memcmp(packet->dmac, control, 5) &&
	    packet->dmac[5] < 0x10)
		return say(answer, false, EPACL_REASON_ETHERTYPE);
	if (!source_is_own(p, question->at, nic, packet))
		return say(answer, false, EPACL_REASON_SPOOF);
	if (packet->has_mac) /* else it is only made up */
		nic->heard = true;
	if (essential_out(p, nic, packet))
		return say(answer, true, EPACL_REASON_ESSENTIAL);
	return false;
}

bool twin_link(struct twin_policy *p, const struct twin_question *question,
	       struct twin_answer *answer)
{
	memset(answer, 0, sizeof(*answer));
	if (question->packet->malformed)
		return say(answer, false, EPACL_REASON_MALFORMED);
	if (question->direction == EPACL_OUT)
		return link_out(p, question, answer);
	return link_in(p, question, answer);
}

/* ---- section 6 ---- */

/*
 * How well @nic fits as the owner of @ip: 0: not; else the longer the better, and
 * best who does not share it.
 */
static int owner_fit(const struct twin_nic *nic, const struct epacl_ip *ip)
{
	unsigned int i;
	int fit = 0;

	if (nic_owns_plain(nic, ip))
		return 500;

	for (i = 0; i < nic->n; i++)
		if (twin_in_prefix(&nic->prefixes[i], ip) &&
		    nic->prefixes[i].len + 1 > fit)
			fit = nic->prefixes[i].len + 1;
	return fit;
}

/*
 * The nic that a packet reaches, by VIP:port or by address: the VM of the VIP;
 * else one of the sender's own vnet; else the one with the longest prefix.
 */
static struct twin_at find_destination(const struct twin_policy *p,
				       const struct epacl_tuple *tuple,
				       struct twin_at from,
				       struct epacl_tuple *accepted, int *by)
{
	struct twin_at at = nowhere, best = nowhere;
	int vm = -1, fit, most = 0;
	bool first;

	*accepted = *tuple;
	*by = -1;
	translate(p, tuple, accepted, &vm, by);
	while (next_nic(p, &at)) {
		fit = owner_fit(nic_at(p, at), &accepted->dst);
		if (*by >= 0)
			first = at.vm == vm;
		else
			first = from.vm >= 0 &&
				nic_at(p, at)->vnet == nic_at(p, from)->vnet;
		if (fit && first)
			fit += 1000;
		if (fit <= most)
			continue;
		most = fit;
		best = at;
	}
	return best;
}

/* Did it arrive where inside traffic of @vnet with source @src may? */
static bool came_from_inside(const struct twin_policy *p, int vnet,
			     const struct epacl_ip *src,
			     const struct twin_arrival *at)
{
	const struct twin_vnet *v = &p->vnets[vnet];
	const struct twin_vnet *peer;
	unsigned int i;
	int of;

	if (at->sender.vm >= 0) {
		of = nic_at(p, at->sender)->vnet;
		return of == vnet || is_peer_vnet(v, of);
	}
	if (has_uplink(v, at->dev) || has_uplink(v, at->bridge))
		return true;
	for (i = 0; i < v->npeer_vnets; i++) {
		peer = &p->vnets[v->peer_vnets[i]];
		if (vnet_own_holds(peer, src) &&
		    (has_uplink(peer, at->dev) || has_uplink(peer, at->bridge)))
			return true;
	}
	return false;
}

/*
 * A plain address of a nic of this host that has been heard; of the vnet or a
 * peer, as another tenant may have the same one.
 */
static bool is_heard_here(const struct twin_policy *p, int vnet,
			  const struct epacl_ip *ip, bool all)
{
	struct twin_at at = nowhere;
	const struct twin_nic *nic;

	while (next_nic(p, &at)) {
		nic = nic_at(p, at);
		if (nic->vnet < 0 ||
		    (nic->vnet != vnet &&
		     !is_peer_vnet(&p->vnets[vnet], nic->vnet)))
			continue;
		if ((all || nic->heard) && nic_owns_plain(nic, ip))
			return true;
	}
	return false;
}

/* Would it be forged if the nic at @to was meant? */
static bool is_forged(const struct twin_policy *p, struct twin_at to,
		      const struct epacl_ip *src, const struct twin_arrival *at)
{
	int vnet = nic_at(p, to)->vnet;

	if (vnet < 0 || !vnet_inside(p, vnet, src))
		return false;
	if (!came_from_inside(p, vnet, src, at))
		return true;
	return at->sender.vm < 0 && is_heard_here(p, vnet, src, at->all_heard);
}

/*
 * Where several nics have the address nobody knows which is meant; except by a
 * VIP, which leads to the first of its VM that does.
 */
struct twin_at twin_arrives(const struct twin_policy *p,
			    const struct epacl_tuple *tuple,
			    const struct twin_arrival *at)
{
	struct twin_at to = nowhere, victim = nowhere;
	struct epacl_tuple accepted = *tuple;
	int by = -1, vm = -1;

	if (at->sender.vm < 0 && twin_is_host(p, &tuple->src))
		return nowhere;
	translate(p, tuple, &accepted, &vm, &by);
	while (next_nic(p, &to)) {
		if (!twin_nic_owns(nic_at(p, to), &accepted.dst))
			continue;
		if (by >= 0 ? to.vm != vm : same_at(to, at->sender))
			continue;
		if (!is_forged(p, to, &tuple->src, at))
			return nowhere;
		victim = to;
		if (by >= 0)
			break;
	}
	return victim;
}

/*
 * The source as the destination sees it. "In the same vnet" includes peers, as
 * it does in the rules that translate.
 */
static struct epacl_ip translated_source(const struct twin_policy *p,
					 struct twin_at from, struct twin_at to,
					 const struct epacl_tuple *tuple,
					 const struct epacl_ip *dst)
{
	const struct twin_nic *nic = nic_at(p, from);
	int service = p->vms[from.vm].service;
	const struct epacl_ip *vip = NULL;
	bool through = !twin_same_ip(dst, &tuple->dst);

	if (service >= 0)
		vip = &p->services[service].vip[tuple->src.family == 6];
	if (vip && !vip->family) /* "no service for it" */
		vip = NULL;
	if (through) {
		if (vip)
			return *vip;
		if (nic->vnet >= 0 && vnet_inside(p, nic->vnet, dst))
			return tuple->dst;
		return tuple->src;
	}
	/* What stays on a bridge is not routed, and so not translated. */
	if (nic->bridge && nic->bridge == nic_at(p, to)->bridge)
		return tuple->src;
	if (vip && (nic->vnet < 0 || !vnet_inside(p, nic->vnet, dst)))
		return *vip;
	return tuple->src;
}

/* ---- explain ---- */

static struct twin_leg *add_leg(struct twin_explanation *out, struct twin_at at,
				u8 direction, const struct epacl_tuple *tuple)
{
	struct twin_leg *leg = &out->legs[out->nlegs++];

	memset(leg, 0, sizeof(*leg));
	leg->at = at;
	leg->direction = direction;
	leg->tuple = *tuple;
	return leg;
}

/*
 * Without "from": which nic sends it? One that has the plain address, before
 * those with a prefix around it. Return: false: several could.
 */
static bool guess_sender(const struct twin_policy *p,
			 const struct epacl_ip *src, struct twin_at *from)
{
	struct twin_at at = nowhere, plain = nowhere, prefix = nowhere;
	unsigned int plains = 0, prefixes = 0;

	while (next_nic(p, &at)) {
		if (nic_owns_plain(nic_at(p, at), src)) {
			plain = at;
			plains++;
		} else if (twin_nic_owns(nic_at(p, at), src)) {
			prefix = at;
			prefixes++;
		}
	}
	*from = plains ? plain : prefix;
	return plains ? plains == 1 : prefixes <= 1;
}

static void packet_of(const struct epacl_tuple *tuple,
		      struct epacl_packet *packet)
{
	memset(packet, 0, sizeof(*packet));
	packet->ethertype = tuple->src.family == 4 ? ETH_P_IP : ETH_P_IPV6;
	packet->src = tuple->src;
	packet->dst = tuple->dst;
	packet->proto = tuple->proto;
	packet->sport = tuple->sport;
	packet->dport = tuple->dport;
	packet->type = tuple->type;
	packet->code = tuple->code;
	packet->has_ports = twin_has_ports(tuple->proto);
	packet->has_type = tuple->proto == IPPROTO_ICMP ||
			   tuple->proto == IPPROTO_ICMPV6;
}

static struct epacl_security security_of(const struct twin_made_up *question)
{
	struct epacl_security security = { 0 };

	if (question->secure) {
		security.n = 1;
		security.reqid[0] = question->reqid;
	}
	return security;
}

/* The first leg. Return: whether it goes on. */
static bool explain_out(const struct twin_policy *p,
			const struct twin_made_up *question,
			struct twin_at from, const struct twin_arrival *arrival,
			struct twin_explanation *out)
{
	const struct epacl_tuple *tuple = &question->tuple;
	struct twin_leg *leg = add_leg(out, from, EPACL_OUT, tuple);
	struct epacl_security security = security_of(question);
	struct twin_view view = view_of(p, tuple, false, &security);
	struct asker q = { .p = p, .at = from, .view = &view };
	struct twin_nic nic = *nic_at(p, from);
	struct epacl_packet packet;

	packet_of(tuple, &packet);
	if (!source_is_own(p, from, &nic, &packet) ||
	    twin_arrives(p, tuple, arrival).vm >= 0)
		say(&leg->answer, false, EPACL_REASON_SPOOF);
	else if (policy_out(&q, &leg->answer))
		say(&leg->answer, true, EPACL_REASON_PERMIT);
	return leg->answer.permit;
}

/* Two nics of one bridge, and of one vnet. */
static bool are_on_one_link(const struct twin_nic *a, const struct twin_nic *b)
{
	return a->bridge && a->bridge == b->bridge && a->vnet == b->vnet;
}

/* The policy of the nic that it reaches. */
static void explain_policy_in(const struct twin_policy *p,
			      const struct twin_made_up *question,
			      struct twin_at from, int by, struct twin_leg *leg)
{
	struct epacl_security security = security_of(question);
	struct twin_view view = view_of(p, &leg->tuple, true, &security);
	struct asker q = { .p = p, .at = leg->at, .view = &view };
	struct origin origin = { .translated = by, .through = by >= 0 };

	origin.host = question->from_host ||
		      (from.vm < 0 && twin_is_host(p, &question->tuple.src));
	origin.own = origin.host && twin_is_host(p, &question->tuple.src);
	origin.near = from.vm >= 0 && !origin.through &&
		      are_on_one_link(nic_at(p, from), nic_at(p, leg->at));
	if (policy_in(&q, &origin, &leg->answer))
		say(&leg->answer, true, EPACL_REASON_PERMIT);
}

static void explain_in(const struct twin_policy *p,
		       const struct twin_made_up *question, struct twin_at from,
		       const struct twin_arrival *arrival,
		       struct twin_explanation *out)
{
	const struct epacl_tuple *tuple = &question->tuple;
	struct epacl_tuple accepted;
	struct twin_leg *leg;
	struct twin_at to;
	int by;

	to = find_destination(p, tuple, from, &accepted, &by);
	if (to.vm < 0) {
		if (!twin_is_vip(p, &tuple->dst))
			return;
		leg = add_leg(out, nowhere, EPACL_IN, tuple);
		say(&leg->answer, false, EPACL_REASON_NO_ENDPOINT);
		return;
	}
	if (from.vm >= 0)
		accepted.src = translated_source(p, from, to, tuple,
						 &accepted.dst);
	leg = add_leg(out, to, EPACL_IN, &accepted);
	if (!question->from_host && from.vm < 0 &&
	    twin_arrives(p, tuple, arrival).vm >= 0)
		say(&leg->answer, false, EPACL_REASON_SPOOF);
	else
		explain_policy_in(p, question, from, by, leg);
}

void twin_explain(const struct twin_policy *p,
		  const struct twin_made_up *question,
		  struct twin_explanation *out)
{
	struct twin_arrival arrival = { .sender = nowhere, .all_heard = true };
	struct twin_at from = nowhere, to;
	struct epacl_tuple accepted;
	int by, vnet;

	memset(out, 0, sizeof(*out));
	if (question->from[0]) {
		from = twin_nic_by_dev(p, question->from);
		arrival.dev = question->from;
	} else if (!question->from_host) {
		if (!guess_sender(p, &question->tuple.src, &from)) {
			out->refused = true;
			return;
		}
		/* Else inside: the first uplink of the destination's vnet. */
		to = find_destination(p, &question->tuple, from, &accepted,
				      &by);
		vnet = to.vm < 0 ? -1 : nic_at(p, to)->vnet;
		if (vnet >= 0 && vnet_inside(p, vnet, &question->tuple.src) &&
		    p->vnets[vnet].nuplinks)
			arrival.dev = p->vnets[vnet].uplinks[0];
	}
	arrival.sender = from;
	if (from.vm < 0 || explain_out(p, question, from, &arrival, out))
		explain_in(p, question, from, &arrival, out);
	out->permit = !out->nlegs || out->legs[out->nlegs - 1].answer.permit;
}
