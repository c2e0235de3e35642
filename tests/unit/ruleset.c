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
	fprintf(f, "add nic %s dev %s", vm, nic->dev);
	list_prefixes(f, " address ", nic->prefixes, nic->n);
	if (nic->has_mac)
		fprintf(f, " mac %02x:%02x:%02x:%02x:%02x:%02x", nic->mac[0],
			nic->mac[1], nic->mac[2], nic->mac[3], nic->mac[4],
			nic->mac[5]);
	if (nic->vnet[0])
		fprintf(f, " vnet %s", nic->vnet);
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
	if (rule->text)
		fprintf(f, " name \"%s\"", rule->text);
	if (counters)
		fprintf(f, " # %p %u", (void *)rule->counters, rule->counter);
	fprintf(f, "\n");
}

static void acl(FILE *f, const char *owner, const struct epacl_acl *acl,
		bool counters)
{
	static const char *const defaults[] = { "auto", "permit", "deny" };
	u32 i, npermit = 0;

	if (acl->deflt != EPACL_DEFAULT_AUTO)
		fprintf(f, "change rules %s default %s\n", owner,
			defaults[acl->deflt]);
	for (i = 0; i < acl->n; i++) {
		rule(f, owner, acl->rules[i], counters);
		npermit += acl->rules[i]->permit;
	}
	if (npermit != acl->npermit)
		fprintf(f, "npermit of %s is wrong\n", owner);
}

static void endpoint(FILE *f, const char *vm, const struct epacl_endpoint *e,
		     bool counters)
{
	char text[EPACL_IP_TEXT], owner[2 * sizeof(e->name) + 1];
	u32 i;

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
	for (i = 0; i < e->npublics; i++)
		fprintf(f,
			e->publics[i].ip.family == 4 ? "%s%s:%u" : "%s[%s]:%u",
			i ? "," : " public ",
			epacl_ip_text(&e->publics[i].ip, text),
			e->publics[i].port);
	fprintf(f, "\n");
	acl(f, owner, e->acl, counters);
}

static void vm(FILE *f, const struct epacl_vm *vm, bool counters)
{
	const char *name = vm->obj.name;
	char owner[sizeof(vm->obj.name) + 8];
	u32 i;

	fprintf(f, "add vm %s", name);
	if (vm->service[0])
		fprintf(f, " service %s", vm->service);
	fprintf(f, "\n");
	for (i = 0; i < vm->nnics; i++)
		nic(f, name, vm->nics[i]);
	for (i = 0; i < vm->nendpoints; i++)
		endpoint(f, name, vm->endpoints[i], counters);
	for (i = 0; i < EPACL_DIRECTIONS; i++) {
		snprintf(owner, sizeof(owner), "vm %s %s", name,
			 i == EPACL_IN ? "in" : "out");
		acl(f, owner, vm->acl[i], counters);
	}
}

char *ruleset(const struct epacl_root *root, bool counters)
{
	struct epacl_obj *obj;
	size_t size;
	char *text;
	FILE *f;

	f = open_memstream(&text, &size);
	if (!f)
		abort();
	if (root->rules_per_endpoint != EPACL_RULES_DEFAULT)
		fprintf(f, "change limit rules-per-endpoint %u\n",
			root->rules_per_endpoint);
	epacl_pmap_for_each(&root->services, obj)
		service(f, epacl_service(obj));
	epacl_pmap_for_each(&root->vnets, obj)
		vnet(f, epacl_vnet(obj));
	epacl_pmap_for_each(&root->vnets, obj)
		peer_vnets(f, epacl_vnet(obj));
	epacl_pmap_for_each(&root->vms, obj)
		vm(f, epacl_vm(obj), counters);
	fclose(f);
	return text;
}
