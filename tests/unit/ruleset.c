// SPDX-License-Identifier: GPL-2.0-only
/*
 * A policy as text, so that tests can compare policies.
 */
#include <stdio.h>
#include <stdlib.h>
#include "ruleset.h"

static void list_prefixes(FILE *f, const char *word,
			  const struct epacl_prefix *prefixes, u32 n)
{
	char text[EPACL_IP_TEXT];
	u32 i;

	for (i = 0; i < n; i++)
		fprintf(f, "%s%s", i ? "," : word,
			epacl_prefix_text(&prefixes[i], text));
}

static void list_names(FILE *f, const char *word,
		       const struct epacl_name *names, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++)
		fprintf(f, "%s%s", i ? "," : word, names[i].s);
}

static void list_ports(FILE *f, const char *word,
		       const struct epacl_ports *ports, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++) {
		fprintf(f, "%s%u", i ? "," : word, ports[i].lo);
		if (ports[i].hi != ports[i].lo)
			fprintf(f, "-%u", ports[i].hi);
	}
}

static void service(FILE *f, const struct epacl_service *service)
{
	char text[EPACL_IP_TEXT];
	const char *word = " vip ";
	int i;

	fprintf(f, "add service %s", service->obj.name);
	for (i = 0; i < 2; i++) {
		if (!service->vip[i].family)
			continue;
		fprintf(f, "%s%s", word, epacl_ip_text(&service->vip[i], text));
		word = ",";
	}
	fprintf(f, "\n");
}

static void list_publics(FILE *f, const struct epacl_public *publics, u32 n)
{
	char text[EPACL_IP_TEXT];
	u32 i;

	for (i = 0; i < n; i++)
		fprintf(f, publics[i].ip.family == 4 ? "%s%s:%u" : "%s[%s]:%u",
			i ? "," : " public ",
			epacl_ip_text(&publics[i].ip, text), publics[i].port);
}

static void guard(FILE *f, const struct epacl_guard *guard, bool counters)
{
	fprintf(f, "add guard %s%s", guard->obj.name,
		guard->force ? " force" : "");
	if (counters)
		fprintf(f, " # %p", (void *)guard->counters);
	fprintf(f, "\n");
}

static void set(FILE *f, const struct epacl_set *set)
{
	char text[EPACL_IP_TEXT];
	struct epacl_prefix prefix;
	u32 i;

	fprintf(f, "add set %s", set->obj.name);
	for (i = 0; i < epacl_packed_count(&set->packed); i++) {
		epacl_packed_get(&set->packed, i, &prefix);
		fprintf(f, "%s%s", i ? "," : " ",
			epacl_prefix_text(&prefix, text));
	}
	fprintf(f, "\n");
}

static void vnet(FILE *f, const struct epacl_vnet *vnet)
{
	fprintf(f, "add vnet %s", vnet->obj.name);
	list_prefixes(f, " prefix ", vnet->prefixes, vnet->nprefixes);
	list_prefixes(f, " peer ", vnet->peers, vnet->npeers);
	list_names(f, " uplink ", vnet->uplinks, vnet->nuplinks);
	fprintf(f, "\n");
}

/* Peers may name one another: they come when all vnets are there. */
static void peer_vnets(FILE *f, const struct epacl_vnet *vnet)
{
	if (!vnet->npeer_vnets)
		return;
	fprintf(f, "change vnet %s", vnet->obj.name);
	list_names(f, " peer ", vnet->peer_vnets, vnet->npeer_vnets);
	fprintf(f, "\n");
}

static void nic(FILE *f, const char *vm, const struct epacl_nic *nic)
{
	u32 i;

	fprintf(f, "add nic %s dev %s", vm, nic->dev);
	list_prefixes(f, " address ", nic->prefixes, nic->n - nic->nshared);
	if (nic->has_mac)
		fprintf(f, " mac %02x:%02x:%02x:%02x:%02x:%02x", nic->mac[0],
			nic->mac[1], nic->mac[2], nic->mac[3], nic->mac[4],
			nic->mac[5]);
	if (nic->vnet[0])
		fprintf(f, " vnet %s", nic->vnet);
	list_prefixes(f, " shared ", nic->prefixes + nic->n - nic->nshared,
		      nic->nshared);
	for (i = 0; i < nic->nvlans; i++)
		fprintf(f, "%s%u", i ? "," : " vlan ", nic->vlans[i]);
	if (nic->serves)
		fprintf(f, " serves%s%s",
			nic->serves & EPACL_SERVES_DHCP ? " dhcp" : "",
			nic->serves & EPACL_SERVES_RA ?
				(nic->serves & EPACL_SERVES_DHCP ? ",ra" :
								   " ra") :
				"");
	fprintf(f, "\n");
}

static void rule(FILE *f, const char *owner, const struct epacl_rule *rule,
		 bool counters)
{
	const struct epacl_match *m = &rule->match;

	fprintf(f, "add rule %s %u %s", owner, rule->order,
		rule->permit ? "permit" : "deny");
	if (m->remote.ip.family)
		list_prefixes(f, " ", &m->remote, 1);
	else if (m->has_set)
		fprintf(f, " set %s", epacl_match_set(m));
	else
		fprintf(f, " any");
	if (m->proto != EPACL_PROTO_ANY)
		fprintf(f, " proto %u", m->proto);
	list_ports(f, " lport ", m->ports, m->nlports);
	list_ports(f, " rport ", m->ports + m->nlports, m->nrports);
	if (m->has_type)
		fprintf(f, " type %u", m->type);
	if (m->has_code)
		fprintf(f, "/%u", m->code);
	if (m->secure)
		fprintf(f, " secure");
	if (m->reqid)
		fprintf(f, " reqid %u", m->reqid);
	if (rule->has_text)
		fprintf(f, " name \"%s\"", epacl_rule_text(rule));
	if (rule->log)
		fprintf(f, " log");
	if (counters)
		fprintf(f, " # %p %td", (void *)rule->counters,
			rule->counter - rule->counters->cpu);
	fprintf(f, "\n");
}

static void acl(FILE *f, const char *owner, const struct epacl_acl *acl,
		bool counters)
{
	static const char *const defaults[] = { "auto", "permit", "deny" };
	u32 i, npermit = 0, nsecure = 0;

	if (acl->deflt != EPACL_DEFAULT_AUTO)
		fprintf(f, "change rules %s default %s\n", owner,
			defaults[acl->deflt]);
	for (i = 0; i < acl->n; i++) {
		rule(f, owner, acl->rules[i], counters);
		npermit += acl->rules[i]->permit;
		nsecure += acl->rules[i]->match.secure;
	}
	if (npermit != acl->npermit)
		fprintf(f, "npermit of %s is wrong\n", owner);
	if (nsecure != acl->nsecure)
		fprintf(f, "nsecure of %s is wrong\n", owner);
}

static void slot(FILE *f, const char *owner, const struct epacl_slot *slot,
		 bool counters)
{
	acl(f, owner, slot->acl, counters);
	if (slot->use[0])
		fprintf(f, "change rules %s use %s\n", owner, slot->use);
}

/* Those of a @kind that has one for each direction. */
static void slots(FILE *f, const char *kind, const char *name, const char *part,
		  const struct epacl_slot *slots, bool counters)
{
	char owner[2 * EPACL_NAME_MAX + 16];
	int i;

	for (i = 0; i < EPACL_DIRECTIONS; i++) {
		snprintf(owner, sizeof(owner), "%s %s%s%s %s", kind, name,
			 part ? "/" : "", part ? part : "",
			 i == EPACL_IN ? "in" : "out");
		slot(f, owner, &slots[i], counters);
	}
}

static void named(FILE *f, const struct epacl_named *named, bool counters)
{
	char owner[EPACL_NAME_MAX + 8];

	fprintf(f, "add acl %s\n", named->obj.name);
	snprintf(owner, sizeof(owner), "acl %s", named->obj.name);
	acl(f, owner, named->acl, counters);
}

static void subnets(FILE *f, const struct epacl_vnet *vnet, bool counters)
{
	const struct epacl_subnet *subnet;
	u32 i;

	for (i = 0; i < vnet->nsubnets; i++) {
		subnet = vnet->subnets[i];
		fprintf(f, "add subnet %s/%s", vnet->obj.name, subnet->name);
		list_prefixes(f, " prefix ", subnet->prefixes, subnet->n);
		fprintf(f, "\n");
		slots(f, "subnet", vnet->obj.name, subnet->name, subnet->slot,
		      counters);
	}
}

static void group(FILE *f, const struct epacl_group *group, bool counters)
{
	fprintf(f, "add group %s", group->obj.name);
	if (group->precedence != EPACL_PRECEDENCE_DEFAULT)
		fprintf(f, " precedence %u", group->precedence);
	fprintf(f, "\n");
	slots(f, "group", group->obj.name, NULL, group->slot, counters);
}

static void lbset(FILE *f, const struct epacl_lbset *lbset, bool counters)
{
	char owner[EPACL_NAME_MAX + 8];

	fprintf(f, "add lbset %s %u", lbset->obj.name, lbset->proto);
	list_publics(f, lbset->publics, lbset->npublics);
	fprintf(f, "\n");
	snprintf(owner, sizeof(owner), "lbset %s", lbset->obj.name);
	slot(f, owner, &lbset->slot, counters);
}

static void endpoint(FILE *f, const char *vm, const struct epacl_endpoint *e,
		     bool counters)
{
	char text[EPACL_IP_TEXT], owner[2 * sizeof(e->name) + 1];

	snprintf(owner, sizeof(owner), "%s/%s", vm, e->name);
	fprintf(f, "add endpoint %s ", owner);
	if (e->proto == EPACL_PROTO_ANY)
		fprintf(f, "any");
	else
		fprintf(f, "%u", e->proto);
	if (e->ports.lo)
		list_ports(f, " ", &e->ports, 1);
	if (e->has_type)
		fprintf(f, " type %u", e->type);
	if (e->has_code)
		fprintf(f, "/%u", e->code);
	if (e->address.family)
		fprintf(f, " address %s", epacl_ip_text(&e->address, text));
	list_publics(f, e->publics, e->npublics);
	if (e->lbset[0])
		fprintf(f, " lbset %s", e->lbset);
	fprintf(f, "\n");
	slot(f, owner, &e->slot, counters);
}

static void vm(FILE *f, const struct epacl_vm *vm, bool counters)
{
	const char *name = vm->obj.name;
	u32 i;

	fprintf(f, "add vm %s", name);
	if (vm->service[0])
		fprintf(f, " service %s", vm->service);
	if (vm->quota)
		fprintf(f, " quota %u", vm->quota);
	fprintf(f, "\n");
	for (i = 0; i < vm->nnics; i++)
		nic(f, name, vm->nics[i]);
	for (i = 0; i < vm->nendpoints; i++)
		endpoint(f, name, vm->endpoints[i], counters);
	slots(f, "vm", name, NULL, vm->slot, counters);
	for (i = 0; i < vm->ngroups; i++)
		fprintf(f, "add member %s %s\n", vm->groups[i].s, name);
}

static void objects(FILE *f, const struct epacl_root *root, bool counters)
{
	struct epacl_obj *obj;

	epacl_pmap_for_each(&root->guards, obj)
		guard(f, epacl_guard(obj), counters);
	epacl_pmap_for_each(&root->sets, obj)
		set(f, epacl_set(obj));
	epacl_pmap_for_each(&root->acls, obj)
		named(f, epacl_named(obj), counters);
	epacl_pmap_for_each(&root->services, obj)
		service(f, epacl_service(obj));
	epacl_pmap_for_each(&root->vnets, obj) {
		vnet(f, epacl_vnet(obj));
		subnets(f, epacl_vnet(obj), counters);
	}
	epacl_pmap_for_each(&root->vnets, obj)
		peer_vnets(f, epacl_vnet(obj));
	epacl_pmap_for_each(&root->groups, obj)
		group(f, epacl_group(obj), counters);
	epacl_pmap_for_each(&root->lbsets, obj)
		lbset(f, epacl_lbset(obj), counters);
	epacl_pmap_for_each(&root->vms, obj)
		vm(f, epacl_vm(obj), counters);
}

char *ruleset(const struct epacl_root *root, bool counters)
{
	size_t size;
	char *text;
	FILE *f;

	f = open_memstream(&text, &size);
	if (!f)
		abort();
	if (root->rules_per_endpoint != EPACL_RULES_DEFAULT)
		fprintf(f, "change limit rules-per-endpoint %u\n",
			root->rules_per_endpoint);
	objects(f, root, counters);
	fclose(f);
	return text;
}
