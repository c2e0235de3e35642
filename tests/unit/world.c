// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The small world. Nothing of the module is called from here.
 */
#include <stdio.h>
#include <stdlib.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/kernel.h>
#include "world.h"

/* ---- random numbers ---- */

static u64 state = 1;

/* Taken in place of random numbers, as long as there are any. */
static const u8 *bytes;
static size_t nbytes;

static u64 environment(const char *name, u64 otherwise)
{
	const char *s = getenv(name);

	return s ? strtoull(s, NULL, 0) : otherwise;
}

u64 random_begin(u64 seed)
{
	seed = environment("TWIN_SEED", seed);
	state = seed * 0x9e3779b97f4a7c15ull | 1;
	return seed;
}

void random_bytes(const u8 *from, size_t n)
{
	bytes = from;
	nbytes = n;
	state = 1;
}

unsigned long random_cases(unsigned long cases)
{
	return environment("TWIN_CASES", cases);
}

/* As many bytes as numbers below @n need. */
static u32 taken(u32 n)
{
	u32 value = 0, left;

	for (left = n - 1; left && nbytes; left >>= 8, nbytes--)
		value = value << 8 | *bytes++;
	return value % n;
}

u32 below(u32 n)
{
	if (nbytes)
		return taken(n);
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (u32)(state * 0x2545f4914f6cdd1dull >> 33) % n;
}

bool chance(u32 percent)
{
	return below(100) < percent;
}

/* ---- addresses ---- */

struct epacl_ip ip4(u8 a, u8 b, u8 c, u8 d)
{
	struct epacl_ip ip = { .family = 4 };

	ip.b[0] = a;
	ip.b[1] = b;
	ip.b[2] = c;
	ip.b[3] = d;
	return ip;
}

struct epacl_ip ip6(u16 a, u16 b, u16 c, u16 d, u16 h)
{
	struct epacl_ip ip = { .family = 6 };
	const u16 words[4] = { a, b, c, d };
	int i;

	for (i = 0; i < 4; i++) {
		ip.b[2 * i] = words[i] >> 8;
		ip.b[2 * i + 1] = words[i];
	}
	ip.b[14] = h >> 8;
	ip.b[15] = h;
	return ip;
}

/* Host bits are cleared, one after the other. */
struct epacl_prefix prefix_of(struct epacl_ip ip, u8 len)
{
	struct epacl_prefix prefix = { .ip = ip, .len = len };
	unsigned int n;

	for (n = len; n < (ip.family == 4 ? 32 : 128); n++)
		prefix.ip.b[n / 8] &= ~(0x80 >> n % 8);
	return prefix;
}

u8 random_family(void)
{
	return chance(70) ? 4 : 6;
}

struct twin_at random_nic(const struct twin_policy *p)
{
	struct twin_at at;

	do {
		at.vm = below(p->nvms);
	} while (!p->vms[at.vm].nnics);
	at.nic = below(p->vms[at.vm].nnics);
	return at;
}

/* Somewhere in @prefix, near its beginning. */
static struct epacl_ip ip_within(const struct epacl_prefix *prefix)
{
	unsigned int bits = prefix->ip.family == 4 ? 32 : 128;
	struct epacl_ip ip = prefix->ip;
	unsigned int room = bits - prefix->len;
	u32 add = below(1u << (room < 3 ? room : 3));

	ip.b[bits / 8 - 1] |= add;
	return ip;
}

/* Of a nic, plain or within its prefix. */
static bool nic_ip(const struct twin_policy *p, u8 family, struct epacl_ip *ip)
{
	struct twin_at at = random_nic(p);
	const struct twin_nic *nic = &p->vms[at.vm].nics[at.nic];
	const struct epacl_prefix *prefix;

	if (!nic->n)
		return false;
	prefix = &nic->prefixes[below(nic->n)];
	*ip = ip_within(prefix);
	return ip->family == family;
}

static bool public_ip(const struct twin_policy *p, u8 family,
		      struct epacl_ip *ip)
{
	const struct twin_vm *vm = &p->vms[below(p->nvms)];
	const struct twin_endpoint *endpoint;

	if (!vm->nendpoints)
		return false;
	endpoint = &vm->endpoints[below(vm->nendpoints)];
	if (!endpoint->npublics)
		return false;
	*ip = endpoint->publics[below(endpoint->npublics)].ip;
	return ip->family == family;
}

static bool lbset_ip(const struct twin_policy *p, u8 family,
		     struct epacl_ip *ip)
{
	const struct twin_lbset *lbset;

	if (!p->nlbsets)
		return false;
	lbset = &p->lbsets[below(p->nlbsets)];
	*ip = lbset->publics[below(lbset->npublics)].ip;
	return ip->family == family;
}

static bool service_ip(const struct twin_policy *p, u8 family,
		       struct epacl_ip *ip)
{
	if (!p->nservices)
		return false;
	*ip = p->services[below(p->nservices)].vip[family == 6];
	return ip->family == family;
}

static bool host_ip(const struct twin_policy *p, u8 family, struct epacl_ip *ip)
{
	if (!p->nhost)
		return false;
	*ip = p->host[below(p->nhost)];
	return ip->family == family;
}

static struct epacl_ip world_ip(u8 family)
{
	if (family == 4)
		switch (below(5)) {
		case 0:
			return ip4(198, 51, 100, 1 + below(3));
		case 1:
			return ip4(192, 168, below(2), 1 + below(3));
		case 2:
			return ip4(10, 1 + below(3), 0, 200 + below(3));
		case 3:
			return ip4(10, 9, 0, 1 + below(12));
		default:
			return ip4(10, 1 + below(4), 0, 1 + below(12));
		}
	switch (below(3)) {
	case 0:
		return ip6(0x2001, 0xdb8, 0xf, 0, 1 + below(3));
	case 1:
		return ip6(0xfd00, 9, 0, 0, 1 + below(3));
	default:
		return ip6(0xfd00, 1 + below(4), 0, 0, 1 + below(12));
	}
}

struct epacl_ip random_ip(const struct twin_policy *p, u8 family)
{
	struct epacl_ip ip;
	bool found = false;

	switch (below(8)) {
	case 0:
	case 1:
	case 2:
		found = nic_ip(p, family, &ip);
		break;
	case 3:
		found = public_ip(p, family, &ip);
		break;
	case 4:
		found = chance(50) ? lbset_ip(p, family, &ip) :
				     public_ip(p, family, &ip);
		break;
	case 5:
		found = chance(50) ? service_ip(p, family, &ip) :
				     host_ip(p, family, &ip);
		break;
	}
	return found ? ip : world_ip(family);
}

u16 random_port(void)
{
	static const u16 ports[] = { 22, 80, 443, 1000, 1001, 1003, 5000 };

	return chance(2) ? (chance(50) ? 1 : 65535) : one_of(ports);
}

u8 random_proto(u8 family)
{
	static const u8 protos[] = { IPPROTO_TCP, IPPROTO_TCP,	IPPROTO_TCP,
				     IPPROTO_UDP, IPPROTO_SCTP, IPPROTO_ICMP,
				     IPPROTO_GRE };
	u8 proto = one_of(protos);

	return proto == IPPROTO_ICMP && family == 6 ? IPPROTO_ICMPV6 : proto;
}

/* ---- random policies ---- */

static struct epacl_prefix random_remote(void)
{
	static const u8 lens4[] = { 0,	7,  8,	14, 15, 16, 23,
				    24, 28, 30, 31, 32, 32 };
	static const u8 lens6[] = { 0, 15, 16, 31, 32, 63, 64, 127, 128, 128 };
	u8 family = random_family();
	struct epacl_ip ip = world_ip(family);

	if (chance(15))
		ip = family == 4 ? ip4(203, 0, 113, 10 * below(4)) :
				   ip6(0x2001, 0xdb8, 0xa, 0, 10);
	return prefix_of(ip, family == 4 ? one_of(lens4) : one_of(lens6));
}

static struct epacl_ports random_range(void)
{
	struct epacl_ports range = { .lo = random_port() };

	range.hi = range.lo;
	if (chance(20))
		range.hi = 65535;
	else if (chance(40))
		range.hi = range.lo + below(65536 - range.lo < 4 ? 1 : 4);
	if (chance(5))
		range.lo = 0;
	return range;
}

/* The tool takes no range twice. Return: how many of @n are left. */
static unsigned int without_twice(const struct epacl_ports *ranges,
				  unsigned int n)
{
	unsigned int i, k;

	for (i = 0; i < n; i++)
		for (k = 0; k < i; k++)
			if (ranges[i].lo == ranges[k].lo &&
			    ranges[i].hi == ranges[k].hi)
				return i;
	return n;
}

void random_rule(struct twin_rule *rule, u16 order)
{
	unsigned int i;

	memset(rule, 0, sizeof(*rule));
	rule->order = order;
	rule->permit = chance(60);
	rule->any_remote = chance(40);
	if (!rule->any_remote)
		rule->remote = random_remote();
	rule->proto = chance(50) ? EPACL_PROTO_ANY :
				   random_proto(random_family());
	if (rule->proto == IPPROTO_ICMP || rule->proto == IPPROTO_ICMPV6) {
		rule->has_type = chance(60);
		rule->has_code = rule->has_type && chance(40);
		if (rule->has_type)
			rule->type = rule->proto == IPPROTO_ICMP ?
					     8 + 5 * below(2) :
					     128 + below(2);
		if (rule->has_code)
			rule->code = below(2);
		return;
	}
	if (rule->proto != EPACL_PROTO_ANY && !twin_has_ports(rule->proto))
		return;
	if (chance(50))
		rule->nlports = 1 + below(TWIN_RANGES);
	if (chance(15))
		rule->nrports = 1 + below(TWIN_RANGES);
	for (i = 0; i < TWIN_RANGES; i++) {
		rule->lports[i] = random_range();
		rule->rports[i] = random_range();
	}
	rule->nlports = without_twice(rule->lports, rule->nlports);
	rule->nrports = without_twice(rule->rports, rule->nrports);
}

/* What only a policy around it gives a rule. */
static void random_rule_of(const struct twin_policy *p, struct twin_rule *rule,
			   u16 order)
{
	random_rule(rule, order);
	if (p->nsets && chance(25)) {
		rule->has_set = true;
		rule->set = below(p->nsets);
		rule->any_remote = false;
	}
	rule->secure = chance(12);
	if (rule->secure && chance(60))
		rule->reqid = 1 + below(3);
}

/* In no particular order. */
static void random_list(const struct twin_policy *p, struct twin_list *list,
			unsigned int most)
{
	unsigned int i, at;
	struct twin_rule other;

	memset(list, 0, sizeof(*list));
	list->deflt = chance(60) ? EPACL_DEFAULT_AUTO : below(3);
	list->n = below(most + 1);
	for (i = 0; i < list->n; i++)
		random_rule_of(p, &list->rules[i], 1 + i * 7 + below(7));
	for (i = 0; i < list->n; i++) {
		at = below(list->n);
		other = list->rules[i];
		list->rules[i] = list->rules[at];
		list->rules[at] = other;
	}
}

/* What an owner has: its own list, which may give way to a named one. */
static void random_slot(const struct twin_policy *p, struct twin_list *list,
			unsigned int most)
{
	random_list(p, list, most);
	list->has_use = p->nacls && chance(20);
	if (list->has_use)
		list->use = below(p->nacls);
}

static void random_slots(const struct twin_policy *p, struct twin_list *lists)
{
	random_slot(p, &lists[EPACL_IN], chance(50) ? 0 : 5);
	random_slot(p, &lists[EPACL_OUT], chance(50) ? 0 : 5);
}

/* ---- sets, named lists, groups, lbsets ---- */

static void random_sets(struct twin_policy *p)
{
	struct twin_set *set;
	unsigned int i, k;

	p->nsets = below(TWIN_SETS + 1);
	for (i = 0; i < p->nsets; i++) {
		set = &p->sets[i];
		snprintf(set->name, TWIN_NAME, "set%u", i);
		set->n = below(TWIN_SET_PREFIXES + 1);
		for (k = 0; k < set->n; k++)
			set->prefixes[k] = random_remote();
	}
}

static void random_acls(struct twin_policy *p)
{
	unsigned int i, n = below(TWIN_ACLS + 1);

	for (i = 0; i < n; i++) {
		snprintf(p->acls[i].name, TWIN_NAME, "acl%u", i);
		random_list(p, &p->acls[i].list, 6);
	}
	p->nacls = n;
}

/* Their names say something else than their numbers. */
static void random_groups(struct twin_policy *p)
{
	static const char *const names[TWIN_GROUPS] = { "mid", "early", "zoo" };
	static const u16 precedences[] = { 1000, 1000, 1000, 0, 7, 65535 };
	unsigned int i;

	p->ngroups = below(TWIN_GROUPS + 1);
	for (i = 0; i < p->ngroups; i++) {
		snprintf(p->groups[i].name, TWIN_NAME, "%s", names[i]);
		p->groups[i].precedence = one_of(precedences);
		random_slots(p, p->groups[i].lists);
	}
}

static void random_lbsets(struct twin_policy *p)
{
	struct twin_lbset *lbset;
	unsigned int i;

	p->nlbsets = below(TWIN_LBSETS + 1);
	for (i = 0; i < p->nlbsets; i++) {
		lbset = &p->lbsets[i];
		snprintf(lbset->name, TWIN_NAME, "lb%u", i);
		lbset->proto = chance(70) ? IPPROTO_TCP : IPPROTO_UDP;
		if (chance(80))
			lbset->publics[lbset->npublics++].ip =
				ip4(203, 0, 113, 10 * (1 + below(4)));
		if (!lbset->npublics || chance(30))
			lbset->publics[lbset->npublics++].ip = ip6(0x2001,
								   0xdb8, 0xa,
								   0, 10);
		lbset->publics[0].port = 1500 + i;
		lbset->publics[1].port = chance(50) ? 1500 + i : 80;
		random_slot(p, &lbset->list, chance(40) ? 0 : 5);
	}
}

/* ---- nics, endpoints, VMs ---- */

static void add_prefix(struct twin_nic *nic, struct epacl_ip ip, u8 len)
{
	if (nic->n < TWIN_PREFIXES)
		nic->prefixes[nic->n++] = prefix_of(ip, len);
}

static void add_shared(struct twin_nic *nic, u8 number)
{
	unsigned int n = nic->n;

	if (chance(70))
		add_prefix(nic, ip4(10, number, 0, 60 + below(2)), 32);
	else
		add_prefix(nic, ip6(0xfd00, number, 0, 0, 60), 128);
	nic->nshared += nic->n - n;
}

/* The number of a network in 10.N.0.0/16 and fd00:N::/64. */
static u8 vnet_number(int vnet)
{
	return vnet < 0 ? 9 : vnet == 3 ? 1 : 1 + vnet;
}

/* @i: unique among nics. */
static void random_nic_of(struct twin_policy *p, struct twin_nic *nic, int i)
{
	u8 number, host = 4 + i;

	memset(nic, 0, sizeof(*nic));
	snprintf(nic->dev, sizeof(nic->dev), "vnet%d", i);
	nic->vnet = chance(80) ? (int)below(p->nvnets) : -1;
	nic->bridge = below(3);
	nic->has_mac = chance(60);
	if (nic->has_mac) {
		const u8 mac[] = { 0x52, 0x54, 0, 0, 0, i };

		memcpy(nic->mac, mac, sizeof(mac));
	}
	number = vnet_number(nic->vnet);
	/* Another tenant has the same ones. */
	if (nic->vnet == 3 && chance(40))
		host = 4 + below(6);
	/* Without a vnet, but with an address of one. */
	if (nic->vnet < 0 && chance(30))
		number = 1 + below(3);
	if (chance(90))
		add_prefix(nic, ip4(10, number, 0, host), 32);
	if (chance(50))
		add_prefix(nic, ip6(0xfd00, number, 0, 0, host), 128);
	if (chance(15))
		add_prefix(nic, ip4(10, number, 0, 32 + host), 32);
	if (chance(20))
		add_prefix(nic,
			   chance(50) ? ip4(10, number, 1, 16 * i) :
					ip4(192, 168, 1, 16 * i),
			   28);
	if (chance(10))
		add_prefix(nic, ip6(0xfd00, number, 0, 1 + i, 0), 64);
	if (chance(5))
		add_prefix(nic, ip6(0xfe80, 0, 0, 0, 0x70 + i), 128);
	if (!nic->n)
		add_prefix(nic, ip4(10, number, 0, host), 32);
	if (chance(20))
		add_shared(nic, number);
	if (chance(15))
		nic->vlans[nic->nvlans++] = 7 + below(2);
	nic->serves_dhcp = chance(15);
	nic->serves_ra = chance(15);
}

static void random_ports(struct twin_endpoint *endpoint, unsigned int i)
{
	static const u16 ports[] = { 22, 80, 443, 1001, 5000, 1003 };

	endpoint->ports.lo = ports[i];
	endpoint->ports.hi = ports[i];
	if (chance(25)) {
		endpoint->ports.lo = chance(50) ? 1000 : 22;
		endpoint->ports.hi = endpoint->ports.lo + 3 + below(60);
	}
}

static struct epacl_ip random_vip(void)
{
	if (chance(75))
		return ip4(203, 0, 113, 10 * (1 + below(3)));
	return ip6(0x2001, 0xdb8, 0xa, 0, 10 * (1 + below(2)));
}

static void random_publics(struct twin_endpoint *endpoint, unsigned int vm,
			   unsigned int i)
{
	unsigned int k;

	endpoint->npublics = chance(50) ? 1 + chance(20) : 0;
	for (k = 0; k < endpoint->npublics; k++) {
		endpoint->publics[k].ip = random_vip();
		endpoint->publics[k].port = 2000 + 1000 * vm + 100 * i +
					    below(2);
		if (chance(20) || endpoint->ports.hi != endpoint->ports.lo)
			endpoint->publics[k].port = endpoint->ports.lo;
	}
}

/* A member of an lbset: of its protocol, one port, no list of its own. */
static void random_lb_member(const struct twin_policy *p,
			     struct twin_endpoint *endpoint, unsigned int i)
{
	static const u16 ports[] = { 22, 80, 443, 1001, 5000, 1003 };

	memset(&endpoint->list, 0, sizeof(endpoint->list));
	endpoint->has_lbset = true;
	endpoint->lbset = below(p->nlbsets);
	endpoint->proto = p->lbsets[endpoint->lbset].proto;
	endpoint->ports.lo = ports[i];
	endpoint->ports.hi = ports[i];
}

static void random_endpoint(const struct twin_policy *p, struct twin_vm *vm,
			    unsigned int number, unsigned int i)
{
	struct twin_endpoint *endpoint = &vm->endpoints[i];
	const struct twin_nic *nic = &vm->nics[below(vm->nnics)];

	memset(endpoint, 0, sizeof(*endpoint));
	snprintf(endpoint->name, sizeof(endpoint->name), "e%u", i);
	random_slot(p, &endpoint->list, chance(30) ? 0 : 5);
	endpoint->has_address = chance(25);
	if (endpoint->has_address)
		endpoint->address = ip_within(&nic->prefixes[below(nic->n)]);
	if (p->nlbsets && chance(25)) {
		random_lb_member(p, endpoint, i);
		if (chance(20))
			random_publics(endpoint, number, i);
		return;
	}
	if (chance(8)) {
		endpoint->proto = EPACL_PROTO_ANY;
		return;
	}
	endpoint->proto = random_proto(random_family());
	if (endpoint->proto == IPPROTO_ICMP ||
	    endpoint->proto == IPPROTO_ICMPV6) {
		endpoint->has_type = chance(50);
		if (endpoint->has_type)
			endpoint->type = endpoint->proto == IPPROTO_ICMP ?
						 8 + 5 * below(2) :
						 128;
		endpoint->has_code = endpoint->has_type && chance(30);
		if (endpoint->has_code)
			endpoint->code = below(2);
		return;
	}
	if (!twin_has_ports(endpoint->proto))
		return;
	random_ports(endpoint, i);
	random_publics(endpoint, number, i);
}

static void random_vm(struct twin_policy *p, unsigned int i)
{
	struct twin_vm *vm = &p->vms[i];
	unsigned int k;

	memset(vm, 0, sizeof(*vm));
	snprintf(vm->name, sizeof(vm->name), "vm%u", i);
	vm->service = p->nservices && chance(60) ? (int)below(p->nservices) :
						   -1;
	vm->nnics = 1 + chance(30);
	for (k = 0; k < vm->nnics; k++)
		random_nic_of(p, &vm->nics[k], 2 * i + k);
	vm->nendpoints = below(TWIN_ENDPOINTS + 1);
	for (k = 0; k < vm->nendpoints; k++)
		random_endpoint(p, vm, i, k);
	for (k = 0; k < p->ngroups; k++)
		vm->in_group[k] = chance(40);
	random_slots(p, vm->lists);
}

/* @n: number of the vnet's network; nested ones are fine, equal ones not. */
static void random_subnets(struct twin_policy *p, struct twin_vnet *vnet, u8 n)
{
	const struct epacl_prefix prefixes[] = {
		prefix_of(ip4(10, n, 0, 0), 16),
		prefix_of(ip4(10, n, 0, 0), 24),
		prefix_of(ip4(10, n, 0, 0), 29),
		prefix_of(ip4(10, n, 0, 8), 30),
		prefix_of(ip4(10, n, 1, 0), 25),
		prefix_of(ip6(0xfd00, n, 0, 0, 0), 64),
		prefix_of(ip6(0xfd00, n, 0, 0, 0), 125),
		prefix_of(ip6(0xfd00, n, 0, 6, 0), 64),
	};
	unsigned int at = below(ARRAY_SIZE(prefixes)), i;
	struct twin_subnet *subnet;

	vnet->nsubnets = below(TWIN_SUBNETS + 1);
	for (i = 0; i < vnet->nsubnets; i++) {
		subnet = &vnet->subnets[i];
		snprintf(subnet->name, TWIN_NAME, "sub%u", i);
		subnet->n = 1 + chance(60);
		subnet->prefixes[0] = prefixes[at++ % ARRAY_SIZE(prefixes)];
		subnet->prefixes[1] = prefixes[at++ % ARRAY_SIZE(prefixes)];
		random_slots(p, subnet->lists);
	}
}

static void random_vnet(struct twin_policy *p, unsigned int i)
{
	static const char *const uplinks[] = { "eth1", "eth2", "br9" };
	struct twin_vnet *vnet = &p->vnets[i];
	unsigned int k, n = vnet_number(i);

	memset(vnet, 0, sizeof(*vnet));
	snprintf(vnet->name, sizeof(vnet->name), "net%u", i);
	vnet->prefixes[vnet->nprefixes++] = prefix_of(ip4(10, n, 0, 0), 16);
	vnet->prefixes[vnet->nprefixes++] = prefix_of(ip6(0xfd00, n, 0, 0, 0),
						      chance(50) ? 48 : 32);
	/* fd00:N::/32 is right for every N, /48 too: both hold fd00:N::. */
	if (chance(40))
		vnet->peers[vnet->npeers++] = prefix_of(ip4(192, 168, 1, 0),
							chance(50) ? 16 : 24);
	if (chance(20))
		vnet->peers[vnet->npeers++] = prefix_of(ip6(0x2001, 0xdb8, 0xf,
							    0, 0),
							64);
	for (k = 0; k < p->nvnets; k++)
		if (k != i && chance(30) && vnet->npeer_vnets < 2)
			vnet->peer_vnets[vnet->npeer_vnets++] = k;
	for (k = 0; k < ARRAY_SIZE(uplinks); k++)
		if (chance(40) && vnet->nuplinks < 2)
			snprintf(vnet->uplinks[vnet->nuplinks++], TWIN_NAME,
				 "%s", uplinks[k]);
	random_subnets(p, vnet, n);
}

void random_policy(struct twin_policy *p)
{
	const u8 mac[] = { 0x02, 0, 0, 0, 0, 0xee };
	unsigned int i;

	memset(p, 0, sizeof(*p));
	memcpy(p->host_mac, mac, sizeof(mac));
	p->host[p->nhost++] = ip4(192, 0, 2, 1);
	p->host[p->nhost++] = ip4(10, 1, 0, 1);
	p->host[p->nhost++] = ip6(0xfd00, 2, 0, 0, 1);
	random_sets(p);
	random_acls(p);
	random_groups(p);
	random_lbsets(p);
	p->nservices = below(TWIN_SERVICES + 1);
	for (i = 0; i < p->nservices; i++) {
		snprintf(p->services[i].name, TWIN_NAME, "svc%u", i);
		p->services[i].vip[0] = ip4(203, 0, 113, 10 + 10 * i);
		if (chance(50))
			p->services[i].vip[1] = ip6(0x2001, 0xdb8, 0xa, 0,
						    10 + 10 * i);
	}
	p->nvnets = 1 + below(TWIN_VNETS);
	for (i = 0; i < p->nvnets; i++)
		random_vnet(p, i);
	p->nvms = 2 + below(TWIN_VMS - 1);
	for (i = 0; i < p->nvms; i++)
		random_vm(p, i);
}

/* ---- random questions ---- */

/* What the endpoints of @ip's VM, or its VIPs, are asked for. */
static u16 likely_port(const struct twin_policy *p)
{
	const struct twin_vm *vm = &p->vms[below(p->nvms)];
	const struct twin_endpoint *endpoint;

	if (!vm->nendpoints || chance(30))
		return random_port();
	endpoint = &vm->endpoints[below(vm->nendpoints)];
	if (endpoint->npublics && chance(70))
		return endpoint->publics[below(endpoint->npublics)].port +
		       below(endpoint->ports.hi - endpoint->ports.lo + 1);
	return endpoint->ports.lo + below(2);
}

/* A VIP with what it is for; false: the policy has none. */
static bool aim_at_public(const struct twin_policy *p, struct epacl_tuple *t)
{
	const struct twin_vm *vm = &p->vms[below(p->nvms)];
	const struct twin_endpoint *endpoint;
	const struct epacl_public *public;

	if (!vm->nendpoints)
		return false;
	endpoint = &vm->endpoints[below(vm->nendpoints)];
	if (!endpoint->npublics)
		return false;
	public = &endpoint->publics[below(endpoint->npublics)];
	t->proto = endpoint->proto;
	t->dst = public->ip;
	t->dport = public->port +
		   below(endpoint->ports.hi - endpoint->ports.lo + 1);
	return true;
}

/* An endpoint by the address and the port of the VM itself. */
static bool aim_at_endpoint(const struct twin_policy *p, struct epacl_tuple *t)
{
	const struct twin_vm *vm = &p->vms[below(p->nvms)];
	const struct twin_nic *nic = &vm->nics[below(vm->nnics)];
	const struct twin_endpoint *endpoint;

	if (!vm->nendpoints)
		return false;
	endpoint = &vm->endpoints[below(vm->nendpoints)];
	if (endpoint->proto == EPACL_PROTO_ANY)
		return false;
	t->proto = endpoint->proto;
	t->dst = nic->prefixes[below(nic->n)].ip;
	t->dport = endpoint->ports.lo;
	return true;
}

static bool aim_at_lbset(const struct twin_policy *p, struct epacl_tuple *t)
{
	const struct twin_lbset *lbset;
	const struct epacl_public *public;

	if (!p->nlbsets)
		return false;
	lbset = &p->lbsets[below(p->nlbsets)];
	public = &lbset->publics[below(lbset->npublics)];
	t->proto = lbset->proto;
	t->dst = public->ip;
	t->dport = public->port;
	return true;
}

void complete_tuple(struct epacl_tuple *t)
{
	if (!twin_has_ports(t->proto)) {
		t->sport = 0;
		t->dport = 0;
	}
	if (t->proto == IPPROTO_ICMP)
		t->type = chance(70) ? 8 : 13;
	if (t->proto == IPPROTO_ICMPV6)
		t->type = 128;
	if (t->proto == IPPROTO_ICMP || t->proto == IPPROTO_ICMPV6)
		t->code = chance(80) ? 0 : 1;
}

static void random_tuple(const struct twin_policy *p, struct epacl_tuple *t)
{
	u8 family = random_family();

	memset(t, 0, sizeof(*t));
	if (!(chance(25) && aim_at_public(p, t)) &&
	    !(chance(20) && aim_at_lbset(p, t)) &&
	    !(chance(35) && aim_at_endpoint(p, t))) {
		t->proto = random_proto(family);
		t->dst = random_ip(p, family);
		t->dport = likely_port(p);
	}
	t->src = random_ip(p, t->dst.family);
	t->sport = random_port();
	complete_tuple(t);
}

static void random_from(const struct twin_policy *p, struct twin_made_up *q)
{
	static const char *const devs[] = { "eth0", "eth1", "eth2", "br9" };
	const struct twin_nic *nic;
	struct twin_at at;
	unsigned int i;

	switch (below(8)) {
	case 0: /* a nic, with whatever source */
		at = random_nic(p);
		memcpy(q->from, p->vms[at.vm].nics[at.nic].dev, TWIN_NAME);
		return;
	case 1:
	case 2: /* a nic, with a source of its own */
		at = random_nic(p);
		nic = &p->vms[at.vm].nics[at.nic];
		memcpy(q->from, nic->dev, TWIN_NAME);
		for (i = 0; i < nic->n; i++)
			if (nic->prefixes[i].ip.family == q->tuple.dst.family)
				q->tuple.src = nic->prefixes[i].ip;
		return;
	case 3:
	case 4:
		snprintf(q->from, sizeof(q->from), "%s", one_of(devs));
		return;
	case 5: /* the host, with an address of its own */
		for (i = 0; i < p->nhost; i++)
			if (p->host[i].family == q->tuple.dst.family) {
				q->tuple.src = p->host[i];
				q->from_host = true;
			}
		return;
	default:
		return;
	}
}

void random_made_up(const struct twin_policy *p, struct twin_made_up *q)
{
	memset(q, 0, sizeof(*q));
	random_tuple(p, &q->tuple);
	random_from(p, q);
	q->secure = chance(25);
	if (q->secure && chance(70))
		q->reqid = 1 + below(4);
}
