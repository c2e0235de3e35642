// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A rule list as the twin has it and as the module compiles it, and questions
 * to both.
 */
#include <stdio.h>
#include <stdlib.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/kernel.h>
#include "rule_lists.h"

struct rule_lists list;

static void must(bool right)
{
	if (!right)
		abort();
}

/* ---- sets that rules name: one of each family, one of both, an empty one ---- */

static struct twin_set twin_sets[LIST_SETS] = {
	{ .name = "four", .n = 2 },
	{ .name = "six", .n = 2 },
	{ .name = "both", .n = 2 },
	{ .name = "empty" },
};

static struct epacl_set sets[LIST_SETS];
static struct epacl_pmap set_map;
const struct epacl_set_table *list_sets[LIST_SETS + 1];

static void release_nothing(struct epacl_obj *obj)
{
	(void)obj;
}

static void build_sets(void)
{
	static const struct epacl_packed none;
	unsigned int i;

	twin_sets[0].prefixes[0] = prefix_of(ip4(10, 1, 0, 0), 24);
	twin_sets[0].prefixes[1] = prefix_of(ip4(198, 51, 100, 0), 25);
	twin_sets[1].prefixes[0] = prefix_of(ip6(0x2001, 0xdb8, 0, 0, 0), 32);
	twin_sets[1].prefixes[1] = prefix_of(ip6(0xfd00, 1, 0, 0, 0), 32);
	twin_sets[2].prefixes[0] = prefix_of(ip4(0, 0, 0, 0), 0);
	twin_sets[2].prefixes[1] = prefix_of(ip6(0xfd00, 0, 0, 0, 0), 16);
	for (i = 0; i < LIST_SETS; i++) {
		epacl_obj_init(&sets[i].obj, twin_sets[i].name,
			       release_nothing);
		sets[i].id = i + 1;
		must(!epacl_packed_merge(&list.memory, &sets[i].packed, &none,
					 twin_sets[i].prefixes,
					 twin_sets[i].n));
		must(!epacl_set_table_build(&list.memory, &sets[i]));
		list_sets[i + 1] = sets[i].table;
		must(!epacl_pmap_set(&set_map, &sets[i].obj, EPACL_GFP));
	}
}

static void drop_sets(void)
{
	unsigned int i;

	epacl_pmap_drop(&set_map);
	for (i = 0; i < LIST_SETS; i++) {
		epacl_set_table_free(sets[i].table);
		epacl_packed_free(&sets[i].packed);
	}
}

static void convert(struct epacl_rule *rule, const struct twin_rule *twin)
{
	struct epacl_ports *ports = rule->match.ports;
	unsigned int i;

	rule->order = twin->order;
	rule->permit = twin->permit;
	rule->match.remote = twin->remote;
	if (twin->any_remote || twin->has_set)
		memset(&rule->match.remote, 0, sizeof(rule->match.remote));
	rule->match.has_set = twin->has_set;
	rule->match.secure = twin->secure;
	rule->match.reqid = twin->reqid;
	rule->match.proto = twin->proto;
	rule->match.has_type = twin->has_type;
	rule->match.has_code = twin->has_code;
	rule->match.type = twin->type;
	rule->match.code = twin->code;
	rule->match.nlports = twin->nlports;
	rule->match.nrports = twin->nrports;
	for (i = 0; i < twin->nlports; i++)
		*ports++ = twin->lports[i];
	for (i = 0; i < twin->nrports; i++)
		*ports++ = twin->rports[i];
	if (twin->has_set)
		strcpy((char *)ports, twin_sets[twin->set].name);
}

/* @list.twin is in ascending order here, as the module keeps its rules. */
void list_build(void)
{
	unsigned int i;

	memset(&list.acl, 0, sizeof(list.acl));
	memset(list.rules, 0, sizeof(list.rules));
	list.memory.max = 1 << 24;
	build_sets();
	list.acl.n = list.n;
	list.acl.deflt = list.deflt;
	list.acl.rules = list.pointers;
	for (i = 0; i < list.n; i++) {
		list.pointers[i] = &list.rules[i].rule;
		convert(list.pointers[i], &list.twin[i]);
		list.acl.npermit += list.pointers[i]->permit;
		list.acl.nsecure += list.pointers[i]->match.secure;
	}
	must(!epacl_table_build(&list.memory, &list.acl, &set_map));
}

void list_drop(void)
{
	epacl_table_free(list.acl.table);
	drop_sets();
	must(!atomic64_read(&list.memory.used));
}

static void print_list(void)
{
	const struct twin_rule *r;
	char text[EPACL_IP_TEXT];
	unsigned int i, k;

	for (i = 0; i < list.n; i++) {
		r = &list.twin[i];
		fprintf(stderr, "  %u %s %s proto %u", r->order,
			r->permit ? "permit" : "deny",
			r->any_remote ? "any" :
					epacl_ip_text(&r->remote.ip, text),
			r->proto);
		if (!r->any_remote)
			fprintf(stderr, " (/%u)", r->remote.len);
		for (k = 0; k < r->nlports; k++)
			fprintf(stderr, " lport %u-%u", r->lports[k].lo,
				r->lports[k].hi);
		for (k = 0; k < r->nrports; k++)
			fprintf(stderr, " rport %u-%u", r->rports[k].lo,
				r->rports[k].hi);
		if (r->has_type)
			fprintf(stderr, " type %u", r->type);
		if (r->has_code)
			fprintf(stderr, "/%u", r->code);
		fprintf(stderr, "%s%s%s reqid %u\n", r->has_set ? " set " : "",
			r->has_set ? twin_sets[r->set].name : "",
			r->secure ? " secure" : "", r->reqid);
	}
}

const struct epacl_rule *list_classify(const struct epacl_key *key)
{
	const struct epacl_rule *rule;
	struct epacl_hit hit;

	if (!epacl_classify(list.acl.table, list_sets, key, &hit)) {
		if (hit.place)
			abort();
		return NULL;
	}
	rule = *hit.place;
	if (hit.permit != rule->permit || hit.log != rule->log ||
	    hit.counter != rule->counter)
		abort();
	return rule;
}

unsigned long list_matches, list_secured_only;

static bool list_permits(const struct epacl_key *key)
{
	const struct epacl_rule *rule = list_classify(key);

	return rule ? rule->permit : epacl_acl_default_permits(&list.acl);
}

/* With the state that no rule names, and with each that one does. */
static bool naive_secured(struct epacl_key key)
{
	struct epacl_security security = { .n = 1 };
	unsigned int i;

	key.security = &security;
	if (list_permits(&key))
		return true;
	for (i = 0; i < list.n; i++) {
		security.reqid[0] = list.twin[i].reqid;
		if (list_permits(&key))
			return true;
	}
	return false;
}

static bool secured_agrees(const struct epacl_key *key)
{
	bool twin = naive_secured(*key);

	list_secured_only += twin && !list_permits(key);
	if (epacl_classify_secured(&list.acl, list_sets, key) == twin)
		return true;
	print_list();
	fprintf(stderr, "if it were secured, the twin says %s\n",
		twin ? "permit" : "deny");
	return false;
}

bool list_agrees(const struct epacl_key *key)
{
	struct twin_view view = {
		.remote = *key->remote,
		.proto = key->proto,
		.has_ports = key->has_ports,
		.has_type = key->has_type,
		.lport = key->lport,
		.rport = key->rport,
		.type = key->type,
		.code = key->code,
		.sets = twin_sets,
		.security = key->security ? *key->security :
					    (struct epacl_security){ .n = 0 },
	};
	const struct twin_rule *twin = twin_first(list.twin, list.n, &view);
	const struct epacl_rule *rule = list_classify(key);
	char text[EPACL_IP_TEXT];

	if (!view.security.n && !secured_agrees(key))
		return false;
	list_matches += !!twin;
	if ((twin ? twin->order : 0) == (rule ? rule->order : 0) &&
	    twin_default_permits(list.deflt, list.twin, list.n) ==
		    epacl_acl_default_permits(&list.acl))
		return true;
	print_list();
	fprintf(stderr, "remote %s proto %u ports %d %u %u type %d %u/%u\n",
		epacl_ip_text(key->remote, text), key->proto, key->has_ports,
		key->lport, key->rport, key->has_type, key->type, key->code);
	fprintf(stderr, "twin has rule %d, module %d\n", twin ? twin->order : 0,
		rule ? rule->order : 0);
	return false;
}

/* Beside @ip: one up, one down, one bit away. */
static struct epacl_ip near(struct epacl_ip ip)
{
	unsigned int last = ip.family == 4 ? 3 : 15;

	switch (below(4)) {
	case 0:
		ip.b[last]++;
		break;
	case 1:
		ip.b[last]--;
		break;
	case 2:
		ip.b[below(last + 1)] ^= 1 << below(8);
		break;
	}
	return ip;
}

/* Nothing, said in two ways, or some states. */
static const struct epacl_security *random_security(void)
{
	static struct epacl_security security;
	unsigned int i;

	if (chance(30))
		return NULL;
	security.n = chance(40) ? 0 : 1 + below(EPACL_SECURITY_MAX);
	for (i = 0; i < security.n; i++)
		security.reqid[i] = below(5);
	return &security;
}

/* A set in the place of an address, and IPsec. */
void list_dress(struct twin_rule *rule)
{
	rule->has_set = chance(20);
	rule->set = below(LIST_SETS);
	if (rule->has_set)
		rule->any_remote = false;
	rule->secure = chance(40);
	if (rule->secure && chance(70))
		rule->reqid = 1 + below(3);
}

/* At the edges of what the rules name, or just beside. */
void list_random_key(struct epacl_key *key)
{
	const struct twin_rule *rule = &list.twin[below(list.n ?: 1)];
	static const struct twin_policy nobody = { .nvms = 1,
						   .vms[0].nnics = 1 };
	static struct epacl_ip local, remote;

	memset(key, 0, sizeof(*key));
	key->local = &local;
	key->remote = &remote;
	key->security = random_security();
	if (!list.n || rule->any_remote || rule->has_set || chance(20))
		remote = random_ip(&nobody, random_family());
	else
		remote = near(rule->remote.ip);
	local = ip4(10, 1, 0, 4);
	key->proto = list.n && rule->proto != EPACL_PROTO_ANY && chance(80) ?
			     rule->proto :
			     random_proto(remote.family);
	/* A fragment without a connection has none, whatever its protocol. */
	key->has_ports = twin_has_ports(key->proto) && chance(95);
	key->lport = random_port();
	key->rport = random_port();
	if (list.n && rule->nlports && chance(70))
		key->lport = (chance(50) ? rule->lports[0].lo :
					   rule->lports[0].hi) +
			     below(3) - 1;
	if (list.n && rule->nrports && chance(70))
		key->rport = (chance(50) ? rule->rports[0].lo :
					   rule->rports[0].hi) +
			     below(3) - 1;
	key->has_type = (key->proto == IPPROTO_ICMP ||
			 key->proto == IPPROTO_ICMPV6) &&
			chance(95);
	key->type = chance(50) ? 8 : 128 + below(2);
	if (list.n && rule->has_type && chance(70))
		key->type = rule->type;
	key->code = below(2);
}
