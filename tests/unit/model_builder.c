// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One policy in two forms, and the small world that both are drawn from.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <linux/err.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/kernel.h>
#include "model_builder.h"
#include "ops.h"
#include "station.h"

/* ---- random numbers ---- */

static u64 state = 1;

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

unsigned long random_cases(unsigned long cases)
{
	return environment("TWIN_CASES", cases);
}

u32 below(u32 n)
{
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
	case 4:
		found = public_ip(p, family, &ip);
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
}

/* In no particular order. */
void random_list(struct twin_list *list, unsigned int most)
{
	unsigned int i, at;
	struct twin_rule other;

	memset(list, 0, sizeof(*list));
	list->deflt = chance(60) ? EPACL_DEFAULT_AUTO : below(3);
	list->n = below(most + 1);
	for (i = 0; i < list->n; i++)
		random_rule(&list->rules[i], 1 + i * 7 + below(7));
	for (i = 0; i < list->n; i++) {
		at = below(list->n);
		other = list->rules[i];
		list->rules[i] = list->rules[at];
		list->rules[at] = other;
	}
}

static void add_prefix(struct twin_nic *nic, struct epacl_ip ip, u8 len)
{
	if (nic->n < TWIN_PREFIXES)
		nic->prefixes[nic->n++] = prefix_of(ip, len);
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
		if (chance(20))
			endpoint->publics[k].port = endpoint->ports.lo;
	}
}

static void random_endpoint(struct twin_vm *vm, unsigned int number,
			    unsigned int i)
{
	struct twin_endpoint *endpoint = &vm->endpoints[i];
	const struct twin_nic *nic = &vm->nics[below(vm->nnics)];

	memset(endpoint, 0, sizeof(*endpoint));
	snprintf(endpoint->name, sizeof(endpoint->name), "e%u", i);
	random_list(&endpoint->list, chance(30) ? 0 : 5);
	endpoint->has_address = chance(25);
	if (endpoint->has_address)
		endpoint->address = ip_within(&nic->prefixes[below(nic->n)]);
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
		random_endpoint(vm, i, k);
	random_list(&vm->lists[EPACL_IN], chance(50) ? 0 : 5);
	random_list(&vm->lists[EPACL_OUT], chance(50) ? 0 : 5);
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

void random_model(struct model *m, struct twin_policy *p)
{
	unsigned int tries = 0;

	do {
		if (++tries > 1000) {
			print_policy(p);
			fprintf(stderr,
				"no policy is taken, the last for: %s\n",
				m->why.text);
			abort();
		}
		random_policy(p);
	} while (model_build(m, p));
}

/* ---- as lines ---- */

typedef int line_fn(void *arg, const char *line);

/* A line that is put together; what is done with it at its end. */
struct writer {
	line_fn *fn;
	void *arg;
	int err;
	size_t n;
	char line[1024];
};

static void __printf(2, 3) put(struct writer *w, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	w->n += vsnprintf(w->line + w->n, sizeof(w->line) - w->n, format, args);
	va_end(args);
}

static void end(struct writer *w)
{
	if (!w->err)
		w->err = w->fn(w->arg, w->line);
	w->n = 0;
}

static void put_ip(struct writer *w, const struct epacl_ip *ip)
{
	char text[EPACL_IP_TEXT];

	put(w, "%s", epacl_ip_text(ip, text));
}

static void put_prefixes(struct writer *w, const char *word,
			 const struct epacl_prefix *prefixes, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		put(w, "%s", i ? "," : word);
		put_ip(w, &prefixes[i].ip);
		put(w, "/%u", prefixes[i].len);
	}
}

static void put_ports(struct writer *w, const char *word,
		      const struct epacl_ports *ports, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		put(w, "%s%u-%u", i ? "," : word, ports[i].lo, ports[i].hi);
}

static void put_type(struct writer *w, bool has_type, u8 type, bool has_code,
		     u8 code)
{
	if (has_type)
		put(w, " type %u", type);
	if (has_code)
		put(w, "/%u", code);
}

static void write_rule(struct writer *w, const char *owner,
		       const struct twin_rule *rule)
{
	put(w, "add rule %s %u %s", owner, rule->order,
	    rule->permit ? "permit" : "deny");
	if (rule->any_remote)
		put(w, " any");
	else
		put_prefixes(w, " ", &rule->remote, 1);
	if (rule->proto != EPACL_PROTO_ANY)
		put(w, " proto %u", rule->proto);
	put_ports(w, " lport ", rule->lports, rule->nlports);
	put_ports(w, " rport ", rule->rports, rule->nrports);
	put_type(w, rule->has_type, rule->type, rule->has_code, rule->code);
	end(w);
}

static void write_list(struct writer *w, const char *owner,
		       const struct twin_list *list)
{
	static const char *const words[] = { "auto", "permit", "deny" };
	unsigned int i;

	for (i = 0; i < list->n; i++)
		write_rule(w, owner, &list->rules[i]);
	if (list->deflt != EPACL_DEFAULT_AUTO) {
		put(w, "change rules %s default %s", owner, words[list->deflt]);
		end(w);
	}
}

static void write_endpoint(struct writer *w, const struct twin_vm *vm,
			   const struct twin_endpoint *endpoint)
{
	char owner[2 * TWIN_NAME + 1];
	unsigned int i;

	put(w, "add endpoint %s/%s ", vm->name, endpoint->name);
	if (endpoint->proto == EPACL_PROTO_ANY)
		put(w, "any");
	else
		put(w, "%u", endpoint->proto);
	if (twin_has_ports(endpoint->proto))
		put_ports(w, " ", &endpoint->ports, 1);
	put_type(w, endpoint->has_type, endpoint->type, endpoint->has_code,
		 endpoint->code);
	if (endpoint->has_address) {
		put(w, " address ");
		put_ip(w, &endpoint->address);
	}
	for (i = 0; i < endpoint->npublics; i++) {
		put(w, "%s%s", i ? "," : " public ",
		    endpoint->publics[i].ip.family == 6 ? "[" : "");
		put_ip(w, &endpoint->publics[i].ip);
		put(w, "%s:%u", endpoint->publics[i].ip.family == 6 ? "]" : "",
		    endpoint->publics[i].port);
	}
	end(w);
	snprintf(owner, sizeof(owner), "%s/%s", vm->name, endpoint->name);
	write_list(w, owner, &endpoint->list);
}

static void write_nic(struct writer *w, const struct twin_policy *p,
		      const struct twin_vm *vm, const struct twin_nic *nic)
{
	put(w, "add nic %s dev %s", vm->name, nic->dev);
	put_prefixes(w, " address ", nic->prefixes, nic->n);
	if (nic->has_mac)
		put(w, " mac %02x:%02x:%02x:%02x:%02x:%02x", nic->mac[0],
		    nic->mac[1], nic->mac[2], nic->mac[3], nic->mac[4],
		    nic->mac[5]);
	if (nic->vnet >= 0)
		put(w, " vnet %s", p->vnets[nic->vnet].name);
	end(w);
}

static void write_vm(struct writer *w, const struct twin_policy *p,
		     const struct twin_vm *vm)
{
	char owner[TWIN_NAME + 8];
	unsigned int i;

	put(w, "add vm %s", vm->name);
	if (vm->service >= 0)
		put(w, " service %s", p->services[vm->service].name);
	end(w);
	for (i = 0; i < vm->nnics; i++)
		write_nic(w, p, vm, &vm->nics[i]);
	for (i = 0; i < vm->nendpoints; i++)
		write_endpoint(w, vm, &vm->endpoints[i]);
	for (i = 0; i < EPACL_DIRECTIONS; i++) {
		snprintf(owner, sizeof(owner), "vm %s %s", vm->name,
			 i == EPACL_IN ? "in" : "out");
		write_list(w, owner, &vm->lists[i]);
	}
}

static void write_vnet(struct writer *w, const struct twin_vnet *vnet)
{
	unsigned int i;

	put(w, "add vnet %s", vnet->name);
	put_prefixes(w, " prefix ", vnet->prefixes, vnet->nprefixes);
	put_prefixes(w, " peer ", vnet->peers, vnet->npeers);
	for (i = 0; i < vnet->nuplinks; i++)
		put(w, "%s%s", i ? "," : " uplink ", vnet->uplinks[i]);
	end(w);
}

static void write_policy(struct writer *w, const struct twin_policy *p)
{
	const struct twin_service *service;
	const struct twin_vnet *vnet;
	unsigned int i, k;

	for (i = 0; i < p->nservices; i++) {
		service = &p->services[i];
		put(w, "add service %s vip ", service->name);
		put_ip(w, &service->vip[0]);
		if (service->vip[1].family) {
			put(w, ",");
			put_ip(w, &service->vip[1]);
		}
		end(w);
	}
	for (i = 0; i < p->nvnets; i++)
		write_vnet(w, &p->vnets[i]);
	for (i = 0; i < p->nvnets; i++) {
		vnet = &p->vnets[i];
		if (!vnet->npeer_vnets)
			continue;
		put(w, "change vnet %s", vnet->name);
		for (k = 0; k < vnet->npeer_vnets; k++)
			put(w, "%s%s", k ? "," : " peer ",
			    p->vnets[vnet->peer_vnets[k]].name);
		end(w);
	}
	for (i = 0; i < p->nvms; i++)
		write_vm(w, p, &p->vms[i]);
}

/* ---- the host ---- */

static const struct model *model_of(const struct epacl_host *host)
{
	return container_of(host, const struct model, host);
}

static bool host_owns_ip(const struct epacl_host *host,
			 const struct epacl_ip *ip)
{
	const struct twin_policy *p = model_of(host)->twin;

	return p && twin_is_host(p, ip);
}

/* Does a nic other than that of @ask use @number as its MAC? */
static bool mac_is_used(const struct epacl_ask *ask, u64 number)
{
	const struct epacl_cnic *nic;
	u32 i;

	for (i = 0; i < ask->snap->nnics; i++) {
		nic = &ask->snap->nics[i];
		if (nic != ask->nic &&
		    number == (nic->nic->has_mac ?
				       epacl_mac_number(nic->nic->mac) :
				       epacl_station_mac(nic->nic->station)))
			return true;
	}
	return false;
}

static bool host_learn_mac(const struct epacl_ask *ask, const u8 *mac)
{
	const struct twin_policy *p = model_of(ask->host)->twin;
	u64 number = epacl_mac_number(mac);

	if (mac[0] & 1 || !number || mac_is_used(ask, number) ||
	    (p && !memcmp(p->host_mac, mac, ETH_ALEN)))
		return false;
	return epacl_station_learn_mac(ask->nic->nic->station, number);
}

static bool host_learn_link_local(const struct epacl_ask *ask,
				  const struct epacl_ip *ip)
{
	u32 cursor = 0, i;

	if (ask->host->owns_ip(ask->host, ip) ||
	    epacl_snapshot_nics(ask->snap, ip, &cursor))
		return false;
	for (i = 0; i < ask->snap->nnics; i++)
		if (&ask->snap->nics[i] != ask->nic &&
		    epacl_nic_has_link_local(&ask->snap->nics[i], ip))
			return false;
	return epacl_station_learn_link_local(ask->nic->nic->station, ip);
}

static int bridge_of(const struct model *m, const struct epacl_cnic *nic)
{
	struct twin_at at = { .vm = -1 };

	if (m->twin)
		at = twin_nic_by_dev(m->twin, nic->nic->dev);
	return at.vm < 0 ? 0 : m->twin->vms[at.vm].nics[at.nic].bridge;
}

/* Every name but one is an interface. */
static bool host_has_dev(const struct epacl_host *host, const char *name)
{
	(void)host;
	return strcmp(name, "nowhere0");
}

static bool host_same_bridge(const struct epacl_host *host,
			     const struct epacl_cnic *a,
			     const struct epacl_cnic *b)
{
	const struct model *m = model_of(host);

	return bridge_of(m, a) && bridge_of(m, a) == bridge_of(m, b);
}

/* ---- building ---- */

static int do_line(void *arg, const char *line)
{
	return txn_do(arg, line);
}

/* Compiles what @txn has made; on success it is what @m has. */
static int take(struct model *m, struct epacl_txn *txn, int err)
{
	struct epacl_snapshot *snap;

	m->why = txn->why;
	if (!err) {
		snap = epacl_compile(&m->memory, txn->root, &m->why);
		if (IS_ERR(snap))
			err = PTR_ERR(snap);
	}
	if (!err) {
		epacl_snapshot_free(m->snap);
		m->snap = snap;
		epacl_root_get(txn->root);
		epacl_root_put(m->root);
		m->root = txn->root;
	}
	epacl_txn_fini(txn);
	return err;
}

static void init(struct model *m)
{
	memset(m, 0, sizeof(*m));
	m->memory.max = 1 << 30;
	m->host.owns_ip = host_owns_ip;
	m->host.learn_mac = host_learn_mac;
	m->host.learn_link_local = host_learn_link_local;
	m->host.same_bridge = host_same_bridge;
	m->host.has_dev = host_has_dev;
	m->root = epacl_root_alloc(&m->memory, 0);
	if (!m->root)
		abort();
}

static void begin(struct model *m, struct epacl_txn *txn)
{
	if (epacl_txn_init(txn, &m->memory, m->root))
		abort();
}

int model_build(struct model *m, const struct twin_policy *p)
{
	struct epacl_txn txn;
	struct writer w = { .fn = do_line, .arg = &txn };
	int err;

	init(m);
	m->twin = p;
	begin(m, &txn);
	write_policy(&w, p);
	err = take(m, &txn, w.err);
	if (err)
		model_free(m);
	return err;
}

int model_change(struct model *m, const char *const *lines, unsigned int n)
{
	struct epacl_txn txn;
	unsigned int i;
	int err = 0;

	begin(m, &txn);
	for (i = 0; i < n && !err; i++)
		err = txn_do(&txn, lines[i]);
	return take(m, &txn, err);
}

int model_lines(struct model *m, const char *const *lines, unsigned int n)
{
	int err;

	init(m);
	err = model_change(m, lines, n);
	if (err)
		model_free(m);
	return err;
}

void model_free(struct model *m)
{
	epacl_snapshot_free(m->snap);
	epacl_root_put(m->root);
	m->snap = NULL;
	m->root = NULL;
	if (atomic64_read(&m->memory.used)) {
		fprintf(stderr, "%lld bytes are still accounted for\n",
			(long long)atomic64_read(&m->memory.used));
		abort();
	}
}

const struct epacl_cnic *model_nic(const struct model *m, struct twin_at at)
{
	if (at.vm < 0)
		return NULL;
	return epacl_snapshot_dev(m->snap,
				  m->twin->vms[at.vm].nics[at.nic].dev);
}

/* ---- for people ---- */

static int print_line(void *arg, const char *line)
{
	(void)arg;
	fprintf(stderr, "  %s\n", line);
	return 0;
}

void print_policy(const struct twin_policy *p)
{
	struct writer w = { .fn = print_line };
	char text[EPACL_IP_TEXT];
	const struct twin_nic *nic;
	unsigned int i, k, n;

	write_policy(&w, p);
	for (i = 0; i < p->nhost; i++)
		fprintf(stderr, "  # the host has %s\n",
			epacl_ip_text(&p->host[i], text));
	for (i = 0; i < p->nvms; i++)
		for (k = 0; k < p->vms[i].nnics; k++) {
			nic = &p->vms[i].nics[k];
			fprintf(stderr, "  # %s: bridge %d%s%s", nic->dev,
				nic->bridge, nic->heard ? ", heard" : "",
				nic->learned ? ", MAC learned" : "");
			for (n = 0; n < nic->nlearned; n++)
				fprintf(stderr, ", %s",
					epacl_ip_text(&nic->learned_ip[n],
						      text));
			fprintf(stderr, "\n");
		}
}

void print_tuple(const char *what, const struct epacl_tuple *tuple)
{
	char src[EPACL_IP_TEXT], dst[EPACL_IP_TEXT];

	fprintf(stderr, "%s: proto %u %s:%u > %s:%u type %u/%u\n", what,
		tuple->proto, epacl_ip_text(&tuple->src, src), tuple->sport,
		epacl_ip_text(&tuple->dst, dst), tuple->dport, tuple->type,
		tuple->code);
}

void print_packet(const struct epacl_packet *packet)
{
	char src[EPACL_IP_TEXT], dst[EPACL_IP_TEXT], claim[EPACL_IP_TEXT];

	fprintf(stderr,
		"packet: ethertype %04x vlan %d/%u malformed %d fragment %d/%d\n"
		"  proto %u %s:%u > %s:%u type %u/%u hops %u error %d\n"
		"  message %u reply %d claim %d %s, MAC %d %012llx\n"
		"  MACs %d %012llx > %012llx\n",
		packet->ethertype, packet->has_vlan, packet->vlan,
		packet->malformed, packet->fragment, packet->later_fragment,
		packet->proto, epacl_ip_text(&packet->src, src), packet->sport,
		epacl_ip_text(&packet->dst, dst), packet->dport, packet->type,
		packet->code, packet->hops, packet->error, packet->message,
		packet->arp_reply, packet->has_claim,
		epacl_ip_text(&packet->claim, claim), packet->has_claim_mac,
		(unsigned long long)epacl_mac_number(packet->claim_mac),
		packet->has_mac,
		(unsigned long long)epacl_mac_number(packet->smac),
		(unsigned long long)epacl_mac_number(packet->dmac));
}

const char *reason_word(u8 reason)
{
	static const char *const words[] = {
#define WORD(symbol, word) word,
		EPACL_REASONS(WORD)
#undef WORD
	};

	return reason < ARRAY_SIZE(words) ? words[reason] : "?";
}
