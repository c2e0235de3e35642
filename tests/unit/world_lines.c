// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Policies of the twin as the lines that an operator would type, and what else
 * people read.
 */
#include <stdarg.h>
#include <stdio.h>
#include <linux/kernel.h>
#include "station.h"
#include "world.h"

/* A line that is put together; what is done with it at its end. */
struct writer {
	const struct twin_policy *p;
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
	if (rule->has_set)
		put(w, " set %s", w->p->sets[rule->set].name);
	else if (rule->any_remote)
		put(w, " any");
	else
		put_prefixes(w, " ", &rule->remote, 1);
	if (rule->proto != EPACL_PROTO_ANY)
		put(w, " proto %u", rule->proto);
	put_ports(w, " lport ", rule->lports, rule->nlports);
	put_ports(w, " rport ", rule->rports, rule->nrports);
	put_type(w, rule->has_type, rule->type, rule->has_code, rule->code);
	if (rule->secure)
		put(w, " secure");
	if (rule->reqid)
		put(w, " reqid %u", rule->reqid);
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
	if (list->has_use) {
		put(w, "change rules %s use %s", owner,
		    w->p->acls[list->use].name);
		end(w);
	}
}

/* @owner: without its direction */
static void write_lists(struct writer *w, const char *owner,
			const struct twin_list *lists)
{
	char directed[4 * TWIN_NAME];
	unsigned int i;

	for (i = 0; i < EPACL_DIRECTIONS; i++) {
		snprintf(directed, sizeof(directed), "%s %s", owner,
			 i == EPACL_IN ? "in" : "out");
		write_list(w, directed, &lists[i]);
	}
}

static void put_publics(struct writer *w, const struct epacl_public *publics,
			unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		put(w, "%s%s", i ? "," : " public ",
		    publics[i].ip.family == 6 ? "[" : "");
		put_ip(w, &publics[i].ip);
		put(w, "%s:%u", publics[i].ip.family == 6 ? "]" : "",
		    publics[i].port);
	}
}

static void write_endpoint(struct writer *w, const struct twin_vm *vm,
			   const struct twin_endpoint *endpoint)
{
	char owner[2 * TWIN_NAME + 1];

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
	put_publics(w, endpoint->publics, endpoint->npublics);
	if (endpoint->has_lbset)
		put(w, " lbset %s", w->p->lbsets[endpoint->lbset].name);
	end(w);
	snprintf(owner, sizeof(owner), "%s/%s", vm->name, endpoint->name);
	write_list(w, owner, &endpoint->list);
}

static void write_nic(struct writer *w, const struct twin_vm *vm,
		      const struct twin_nic *nic)
{
	unsigned int i, n = nic->n - nic->nshared;

	put(w, "add nic %s dev %s", vm->name, nic->dev);
	put_prefixes(w, " address ", nic->prefixes, n);
	for (i = n; i < nic->n; i++) {
		put(w, i > n ? "," : " shared ");
		put_ip(w, &nic->prefixes[i].ip);
	}
	for (i = 0; i < nic->nvlans; i++)
		put(w, "%s%u", i ? "," : " vlan ", nic->vlans[i]);
	if (nic->serves_dhcp || nic->serves_ra)
		put(w, " serves %s%s%s", nic->serves_dhcp ? "dhcp" : "",
		    nic->serves_dhcp && nic->serves_ra ? "," : "",
		    nic->serves_ra ? "ra" : "");
	if (nic->has_mac)
		put(w, " mac %02x:%02x:%02x:%02x:%02x:%02x", nic->mac[0],
		    nic->mac[1], nic->mac[2], nic->mac[3], nic->mac[4],
		    nic->mac[5]);
	if (nic->vnet >= 0)
		put(w, " vnet %s", w->p->vnets[nic->vnet].name);
	end(w);
}

static void write_vm(struct writer *w, const struct twin_vm *vm)
{
	char owner[TWIN_NAME + 8];
	unsigned int i;

	put(w, "add vm %s", vm->name);
	if (vm->service >= 0)
		put(w, " service %s", w->p->services[vm->service].name);
	end(w);
	for (i = 0; i < vm->nnics; i++)
		write_nic(w, vm, &vm->nics[i]);
	for (i = 0; i < vm->nendpoints; i++)
		write_endpoint(w, vm, &vm->endpoints[i]);
	for (i = 0; i < w->p->ngroups; i++)
		if (vm->in_group[i]) {
			put(w, "add member %s %s", w->p->groups[i].name,
			    vm->name);
			end(w);
		}
	snprintf(owner, sizeof(owner), "vm %s", vm->name);
	write_lists(w, owner, vm->lists);
}

static void write_subnet(struct writer *w, const struct twin_vnet *vnet,
			 const struct twin_subnet *subnet)
{
	char owner[2 * TWIN_NAME + 8];

	put(w, "add subnet %s/%s", vnet->name, subnet->name);
	put_prefixes(w, " prefix ", subnet->prefixes, subnet->n);
	end(w);
	snprintf(owner, sizeof(owner), "subnet %s/%s", vnet->name,
		 subnet->name);
	write_lists(w, owner, subnet->lists);
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
	for (i = 0; i < vnet->nsubnets; i++)
		write_subnet(w, vnet, &vnet->subnets[i]);
}

static void write_set(struct writer *w, const struct twin_set *set)
{
	put(w, "add set %s", set->name);
	put_prefixes(w, " ", set->prefixes, set->n);
	end(w);
}

static void write_acl(struct writer *w, const struct twin_acl *acl)
{
	char owner[TWIN_NAME + 8];

	put(w, "add acl %s", acl->name);
	end(w);
	snprintf(owner, sizeof(owner), "acl %s", acl->name);
	write_list(w, owner, &acl->list);
}

static void write_group(struct writer *w, const struct twin_group *group)
{
	char owner[TWIN_NAME + 8];

	put(w, "add group %s", group->name);
	if (group->precedence != EPACL_PRECEDENCE_DEFAULT)
		put(w, " precedence %u", group->precedence);
	end(w);
	snprintf(owner, sizeof(owner), "group %s", group->name);
	write_lists(w, owner, group->lists);
}

static void write_lbset(struct writer *w, const struct twin_lbset *lbset)
{
	char owner[TWIN_NAME + 8];

	put(w, "add lbset %s %u", lbset->name, lbset->proto);
	put_publics(w, lbset->publics, lbset->npublics);
	end(w);
	snprintf(owner, sizeof(owner), "lbset %s", lbset->name);
	write_list(w, owner, &lbset->list);
}

/* What others name. */
static void write_shared(struct writer *w, const struct twin_policy *p)
{
	unsigned int i;

	for (i = 0; i < p->nsets; i++)
		write_set(w, &p->sets[i]);
	for (i = 0; i < p->nacls; i++)
		write_acl(w, &p->acls[i]);
	for (i = 0; i < p->ngroups; i++)
		write_group(w, &p->groups[i]);
	for (i = 0; i < p->nlbsets; i++)
		write_lbset(w, &p->lbsets[i]);
}

static void write_policy(struct writer *w, const struct twin_policy *p)
{
	const struct twin_service *service;
	const struct twin_vnet *vnet;
	unsigned int i, k;

	write_shared(w, p);
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
		/* It takes the place of all peers. */
		if (vnet->npeers)
			put_prefixes(w, ",", vnet->peers, vnet->npeers);
		end(w);
	}
	for (i = 0; i < p->nvms; i++)
		write_vm(w, &p->vms[i]);
}

int policy_lines(const struct twin_policy *p, line_fn *fn, void *arg)
{
	struct writer w = { .p = p, .fn = fn, .arg = arg };

	write_policy(&w, p);
	return w.err;
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
	char text[EPACL_IP_TEXT];
	const struct twin_nic *nic;
	unsigned int i, k, n;

	policy_lines(p, print_line, NULL);
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
