// SPDX-License-Identifier: GPL-2.0-only
/*
 * Operations for tests, written as the operator types them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <linux/kernel.h>
#include "ops.h"

/* <arpa/inet.h> and the kernel's byte order do not go together. */
int inet_pton(int family, const char *s, void *to);
#define INET 2
#define INET6 10

#define WORDS_MAX 64

/* What is left of a line. */
struct words {
	struct epacl_memory *memory;
	char line[4096];
	char *word[WORDS_MAX + 1];
	int at;
};

static void __attribute__((noreturn)) bad(const char *what, const char *s)
{
	fprintf(stderr, "test line: %s: '%s'\n", what, s ? s : "(end)");
	abort();
}

static void split(struct words *w, const char *line)
{
	char *s = w->line;
	int n = 0;

	snprintf(w->line, sizeof(w->line), "%s", line);
	for (;;) {
		s += strspn(s, " ");
		if (!*s)
			break;
		if (n == WORDS_MAX)
			bad("too long", line);
		if (*s == '"') {
			w->word[n++] = ++s;
			s = strchr(s, '"');
		} else {
			w->word[n++] = s;
			s += strcspn(s, " ");
		}
		if (!s)
			bad("quote", line);
		if (*s)
			*s++ = 0;
	}
	w->word[n] = NULL;
}

static char *next(struct words *w)
{
	if (!w->word[w->at])
		bad("word is missing after", w->at ? w->word[w->at - 1] : "");
	return w->word[w->at++];
}

/* Takes the next word if it is @word. */
static bool is(struct words *w, const char *word)
{
	if (!w->word[w->at] || strcmp(w->word[w->at], word))
		return false;
	w->at++;
	return true;
}

/* Takes "WORD" or "no WORD", and notes which in @op. */
static bool has(struct words *w, struct epacl_op *op, const char *word,
		int attr)
{
	const char *no = w->word[w->at];

	if (no && !strcmp(no, "no") && w->word[w->at + 1] &&
	    !strcmp(w->word[w->at + 1], word)) {
		w->at += 2;
		op->clear |= BIT(attr);
		return false;
	}
	if (!is(w, word))
		return false;
	op->set |= BIT(attr);
	return true;
}

static void copy(char *to, size_t size, const char *from)
{
	snprintf(to, size, "%s", from);
}

struct epacl_ip ip_parse(const char *s)
{
	struct epacl_ip ip = { .family = strchr(s, ':') ? 6 : 4 };

	if (inet_pton(ip.family == 4 ? INET : INET6, s, ip.b) != 1)
		bad("address", s);
	return ip;
}

struct epacl_prefix prefix_parse(const char *s)
{
	struct epacl_prefix prefix;
	char text[64], *slash;

	copy(text, sizeof(text), s);
	slash = strchr(text, '/');
	if (slash)
		*slash++ = 0;
	prefix.ip = ip_parse(text);
	prefix.len = slash ? atoi(slash) : epacl_family_bits(prefix.ip.family);
	return prefix;
}

/* Room for one more element of a list. */
static void *one_more(struct words *w, struct epacl_list *list, size_t size)
{
	void *p = epacl_alloc(w->memory, (list->n + 1) * size);

	if (!p)
		abort();
	if (list->n)
		memcpy(p, list->p, list->n * size);
	epacl_free(list->p);
	list->p = p;
	return (char *)p + list->n++ * size;
}

static char *element(char **rest)
{
	char *s = strsep(rest, ",");

	return s && *s ? s : NULL;
}

static void prefixes(struct words *w, struct epacl_list *list)
{
	char *rest = next(w), *s;
	struct epacl_prefix *to;

	while ((s = element(&rest))) {
		to = one_more(w, list, sizeof(*to));
		*to = prefix_parse(s);
	}
}

static void names(struct words *w, struct epacl_list *list)
{
	char *rest = next(w), *s;
	struct epacl_name *to;

	while ((s = element(&rest))) {
		to = one_more(w, list, sizeof(*to));
		copy(to->s, sizeof(to->s), s);
	}
}

static struct epacl_ports ports_parse(const char *s)
{
	const char *dash = strchr(s, '-');
	struct epacl_ports ports = { .lo = atoi(s) };

	ports.hi = dash ? atoi(dash + 1) : ports.lo;
	return ports;
}

static void ports(struct words *w, struct epacl_list *list)
{
	char *rest = next(w), *s;
	struct epacl_ports *to;

	while ((s = element(&rest))) {
		to = one_more(w, list, sizeof(*to));
		*to = ports_parse(s);
	}
}

static struct epacl_public public_parse(char *s)
{
	struct epacl_public public = { .port = 0 };
	char *end;

	if (*s == '[') {
		end = strchr(++s, ']');
		if (!end || end[1] != ':')
			bad("public", s);
		*end = 0;
		public.port = atoi(end + 2);
	} else if (strchr(s, '.')) {
		end = strchr(s, ':');
		if (end)
			*end = 0;
		public.port = end ? atoi(end + 1) : 0;
	}
	public.ip = ip_parse(s);
	return public;
}

static void publics(struct words *w, struct epacl_list *list)
{
	char *rest = next(w), *s;
	struct epacl_public *to;

	while ((s = element(&rest))) {
		to = one_more(w, list, sizeof(*to));
		*to = public_parse(s);
	}
}

static u16 proto_parse(const char *s)
{
	static const struct {
		const char *name;
		u16 proto;
	} protos[] = {
		{ "icmp", 1 },	    { "tcp", 6 },
		{ "udp", 17 },	    { "dccp", 33 },
		{ "icmpv6", 58 },   { "sctp", 132 },
		{ "udplite", 136 }, { "any", EPACL_PROTO_ANY },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(protos); i++)
		if (!strcmp(s, protos[i].name))
			return protos[i].proto;
	return atoi(s);
}

/* "T" or "T/C" */
static void type(struct words *w, struct epacl_op *op, int attr, u8 *t, u8 *c)
{
	const char *s = next(w), *slash = strchr(s, '/');

	*t = atoi(s);
	if (!slash)
		return;
	*c = atoi(slash + 1);
	op->set |= BIT(attr);
}

static void guard(struct words *w, struct epacl_op *op)
{
	op->kind = EPACL_A_GUARD;
	copy(op->guard.pattern, sizeof(op->guard.pattern), next(w));
	op->set |= BIT(EPACL_GUARD_A_PATTERN);
	has(w, op, "force", EPACL_GUARD_A_FORCE);
}

static void service(struct words *w, struct epacl_op *op)
{
	op->kind = EPACL_A_SERVICE;
	copy(op->service.name, sizeof(op->service.name), next(w));
	op->set |= BIT(EPACL_SERVICE_A_NAME);
	if (has(w, op, "vip", EPACL_SERVICE_A_VIPS))
		prefixes(w, &op->service.vips);
}

static void peers(struct words *w, struct epacl_op *op)
{
	char *rest = next(w), *s;
	struct epacl_prefix *prefix;
	struct epacl_name *name;

	while ((s = element(&rest))) {
		if (strchr(s, '.') || strchr(s, ':')) {
			prefix = one_more(w, &op->vnet.peers, sizeof(*prefix));
			*prefix = prefix_parse(s);
			op->set |= BIT(EPACL_VNET_A_PEER_PREFIXES);
			continue;
		}
		name = one_more(w, &op->vnet.peer_vnets, sizeof(*name));
		copy(name->s, sizeof(name->s), s);
		op->set |= BIT(EPACL_VNET_A_PEER_VNET);
	}
}

static void vnet(struct words *w, struct epacl_op *op)
{
	op->kind = EPACL_A_VNET;
	copy(op->vnet.name, sizeof(op->vnet.name), next(w));
	op->set |= BIT(EPACL_VNET_A_NAME);
	while (w->word[w->at]) {
		int at = w->at;

		if (has(w, op, "prefix", EPACL_VNET_A_PREFIXES))
			prefixes(w, &op->vnet.prefixes);
		if (is(w, "peer"))
			peers(w, op);
		if (has(w, op, "peer", EPACL_VNET_A_PEER_VNET))
			abort();
		if (has(w, op, "peer-prefix", EPACL_VNET_A_PEER_PREFIXES))
			prefixes(w, &op->vnet.peers);
		if (has(w, op, "uplink", EPACL_VNET_A_UPLINK))
			names(w, &op->vnet.uplinks);
		if (w->at == at)
			bad("vnet", w->word[at]);
	}
}

/* "WHOLE/PART" */
static void part(const char *s, char *name, char *part_name)
{
	const char *slash = strchr(s, '/');

	if (!slash)
		bad("NAME/PART", s);
	snprintf(name, EPACL_NAME_MAX + 1, "%.*s", (int)(slash - s), s);
	copy(part_name, EPACL_NAME_MAX + 1, slash + 1);
}

static void subnet(struct words *w, struct epacl_op *op)
{
	op->kind = EPACL_A_SUBNET;
	part(next(w), op->subnet.vnet, op->subnet.name);
	op->set |= BIT(EPACL_SUBNET_A_VNET) | BIT(EPACL_SUBNET_A_NAME);
	if (has(w, op, "prefix", EPACL_SUBNET_A_PREFIXES))
		prefixes(w, &op->subnet.prefixes);
}

static void group(struct words *w, struct epacl_op *op)
{
	op->kind = EPACL_A_GROUP;
	copy(op->group.name, sizeof(op->group.name), next(w));
	op->set |= BIT(EPACL_GROUP_A_NAME);
	if (has(w, op, "precedence", EPACL_GROUP_A_PRECEDENCE))
		op->group.precedence = atoi(next(w));
}

static void member(struct words *w, struct epacl_op *op)
{
	op->kind = EPACL_A_MEMBER;
	copy(op->member.group, sizeof(op->member.group), next(w));
	copy(op->member.vm, sizeof(op->member.vm), next(w));
	op->set |= BIT(EPACL_MEMBER_A_GROUP) | BIT(EPACL_MEMBER_A_VM);
}

static void acl(struct words *w, struct epacl_op *op)
{
	op->kind = EPACL_A_ACL;
	copy(op->acl.name, sizeof(op->acl.name), next(w));
	op->set |= BIT(EPACL_ACL_A_NAME);
}

static void lbset(struct words *w, struct epacl_op *op)
{
	op->kind = EPACL_A_LBSET;
	copy(op->lbset.name, sizeof(op->lbset.name), next(w));
	op->set |= BIT(EPACL_LBSET_A_NAME);
	while (w->word[w->at]) {
		if (has(w, op, "public", EPACL_LBSET_A_PUBLICS)) {
			publics(w, &op->lbset.publics);
			continue;
		}
		op->lbset.proto = proto_parse(next(w));
		op->set |= BIT(EPACL_LBSET_A_PROTO);
	}
}

/* Prefixes in a list or several, and "more". */
static void set(struct words *w, struct epacl_op *op)
{
	op->kind = EPACL_A_SET;
	copy(op->prefix_set.name, sizeof(op->prefix_set.name), next(w));
	op->set |= BIT(EPACL_SET_A_NAME);
	while (w->word[w->at]) {
		if (has(w, op, "more", EPACL_SET_A_MORE))
			continue;
		prefixes(w, &op->prefix_set.prefixes);
		op->set |= BIT(EPACL_SET_A_PREFIXES);
	}
}

static void vm(struct words *w, struct epacl_op *op)
{
	op->kind = EPACL_A_VM;
	copy(op->vm.name, sizeof(op->vm.name), next(w));
	op->set |= BIT(EPACL_VM_A_NAME);
	while (w->word[w->at]) {
		int at = w->at;

		if (has(w, op, "service", EPACL_VM_A_SERVICE))
			copy(op->vm.service, sizeof(op->vm.service), next(w));
		if (has(w, op, "quota", EPACL_VM_A_QUOTA))
			op->vm.quota = strtoul(next(w), NULL, 0);
		if (w->at == at)
			bad("vm", w->word[at]);
	}
}

static void mac(struct words *w, u8 *to)
{
	unsigned int b[6];
	const char *s = next(w);
	int i;

	if (sscanf(s, "%x:%x:%x:%x:%x:%x", &b[0], &b[1], &b[2], &b[3], &b[4],
		   &b[5]) != 6)
		bad("mac", s);
	for (i = 0; i < 6; i++)
		to[i] = b[i];
}

static void vlans(struct words *w, struct epacl_list *list)
{
	char *rest = next(w), *s;
	u16 *to;

	while ((s = element(&rest))) {
		to = one_more(w, list, sizeof(*to));
		*to = atoi(s);
	}
}

static u32 serves_parse(char *rest)
{
	u32 serves = 0;
	char *s;

	while ((s = element(&rest))) {
		if (!strcmp(s, "dhcp"))
			serves |= EPACL_SERVES_DHCP;
		else if (!strcmp(s, "ra"))
			serves |= EPACL_SERVES_RA;
		else
			serves |= strtoul(s, NULL, 0);
	}
	return serves;
}

static void nic(struct words *w, struct epacl_op *op)
{
	op->kind = EPACL_A_NIC;
	copy(op->nic.vm, sizeof(op->nic.vm), next(w));
	is(w, "dev");
	copy(op->nic.dev, sizeof(op->nic.dev), next(w));
	op->set |= BIT(EPACL_NIC_A_VM) | BIT(EPACL_NIC_A_DEV);
	while (w->word[w->at]) {
		int at = w->at;

		if (has(w, op, "address", EPACL_NIC_A_ADDRESSES))
			prefixes(w, &op->nic.prefixes);
		if (has(w, op, "mac", EPACL_NIC_A_MAC))
			mac(w, op->nic.mac);
		if (has(w, op, "vnet", EPACL_NIC_A_VNET))
			copy(op->nic.vnet, sizeof(op->nic.vnet), next(w));
		if (has(w, op, "shared", EPACL_NIC_A_SHARED))
			prefixes(w, &op->nic.shared);
		if (has(w, op, "vlan", EPACL_NIC_A_VLANS))
			vlans(w, &op->nic.vlans);
		if (has(w, op, "serves", EPACL_NIC_A_SERVES))
			op->nic.serves = serves_parse(next(w));
		if (w->at == at)
			bad("nic", w->word[at]);
	}
}

static void endpoint(struct words *w, struct epacl_op *op)
{
	op->kind = EPACL_A_ENDPOINT;
	part(next(w), op->endpoint.vm, op->endpoint.name);
	op->set |= BIT(EPACL_ENDPOINT_A_VM) | BIT(EPACL_ENDPOINT_A_NAME);
	while (w->word[w->at]) {
		int at = w->at;

		if (has(w, op, "type", EPACL_ENDPOINT_A_TYPE))
			type(w, op, EPACL_ENDPOINT_A_CODE, &op->endpoint.type,
			     &op->endpoint.code);
		if (has(w, op, "code", EPACL_ENDPOINT_A_CODE))
			op->endpoint.code = atoi(next(w));
		if (has(w, op, "address", EPACL_ENDPOINT_A_ADDRESS))
			op->endpoint.address = ip_parse(next(w));
		if (has(w, op, "public", EPACL_ENDPOINT_A_PUBLICS))
			publics(w, &op->endpoint.publics);
		if (has(w, op, "port", EPACL_ENDPOINT_A_PORTS))
			op->endpoint.ports = ports_parse(next(w));
		if (has(w, op, "lbset", EPACL_ENDPOINT_A_LBSET))
			copy(op->endpoint.lbset, sizeof(op->endpoint.lbset),
			     next(w));
		if (w->at != at)
			continue;
		if (!(op->set & BIT(EPACL_ENDPOINT_A_PROTO))) {
			op->endpoint.proto = proto_parse(next(w));
			op->set |= BIT(EPACL_ENDPOINT_A_PROTO);
		} else {
			op->endpoint.ports = ports_parse(next(w));
			op->set |= BIT(EPACL_ENDPOINT_A_PORTS);
		}
	}
}

static void owner(struct words *w, struct epacl_owner *to)
{
	static const struct {
		const char *word;
		u8 kind;
		bool directed;
	} kinds[] = {
		{ "vm", EPACL_OWNER_VM, true },
		{ "lbset", EPACL_OWNER_LBSET, false },
		{ "acl", EPACL_OWNER_ACL, false },
		{ "subnet", EPACL_OWNER_SUBNET, true },
		{ "group", EPACL_OWNER_GROUP, true },
		{ "endpoint", EPACL_OWNER_ENDPOINT, false },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kinds) - 1; i++)
		if (is(w, kinds[i].word))
			break;
	to->kind = kinds[i].kind;
	if (to->kind == EPACL_OWNER_SUBNET || to->kind == EPACL_OWNER_ENDPOINT)
		part(next(w), to->name, to->part);
	else
		copy(to->name, sizeof(to->name), next(w));
	if (kinds[i].directed)
		to->direction = strcmp(next(w), "in") ? EPACL_OUT : EPACL_IN;
}

static void rules(struct words *w, struct epacl_op *op)
{
	op->kind = EPACL_A_RULES;
	owner(w, &op->rules.owner);
	op->set |= BIT(EPACL_RULES_A_OWNER);
	if (has(w, op, "use", EPACL_RULES_A_USE))
		copy(op->rules.use, sizeof(op->rules.use), next(w));
	if (is(w, "inline"))
		op->clear |= BIT(EPACL_RULES_A_USE);
	if (!has(w, op, "default", EPACL_RULES_A_DEFAULT))
		return;
	if (is(w, "permit"))
		op->rules.deflt = EPACL_DEFAULT_PERMIT;
	else if (is(w, "deny"))
		op->rules.deflt = EPACL_DEFAULT_DENY;
	else if (!is(w, "auto"))
		op->rules.deflt = atoi(next(w));
}

static void rule_words(struct words *w, struct epacl_op *op)
{
	if (has(w, op, "proto", EPACL_RULE_A_PROTO))
		op->rule.proto = proto_parse(next(w));
	if (has(w, op, "lport", EPACL_RULE_A_LPORTS))
		ports(w, &op->rule.lports);
	if (has(w, op, "rport", EPACL_RULE_A_RPORTS))
		ports(w, &op->rule.rports);
	if (has(w, op, "type", EPACL_RULE_A_TYPE))
		type(w, op, EPACL_RULE_A_CODE, &op->rule.type, &op->rule.code);
	if (has(w, op, "code", EPACL_RULE_A_CODE))
		op->rule.code = atoi(next(w));
	if (has(w, op, "name", EPACL_RULE_A_TEXT))
		copy(op->rule.text, sizeof(op->rule.text), next(w));
	if (has(w, op, "remote", EPACL_RULE_A_REMOTE))
		op->rule.remote = prefix_parse(next(w));
	if (has(w, op, "set", EPACL_RULE_A_SET))
		copy(op->rule.set, sizeof(op->rule.set), next(w));
	has(w, op, "secure", EPACL_RULE_A_SECURE);
	if (has(w, op, "reqid", EPACL_RULE_A_REQID))
		op->rule.reqid = strtoul(next(w), NULL, 0);
	has(w, op, "log", EPACL_RULE_A_LOG);
}

static void rule(struct words *w, struct epacl_op *op)
{
	op->kind = EPACL_A_RULE;
	owner(w, &op->rule.owner);
	op->rule.order = atoi(next(w));
	op->set |= BIT(EPACL_RULE_A_OWNER) | BIT(EPACL_RULE_A_ORDER);
	op->rule.permit = has(w, op, "permit", EPACL_RULE_A_ACTION);
	if (!op->rule.permit)
		has(w, op, "deny", EPACL_RULE_A_ACTION);
	is(w, "any");
	while (w->word[w->at]) {
		int at = w->at;

		rule_words(w, op);
		if (w->at != at)
			continue;
		op->rule.remote = prefix_parse(next(w));
		op->set |= BIT(EPACL_RULE_A_REMOTE);
	}
}

static void limit(struct words *w, struct epacl_op *op)
{
	op->kind = EPACL_A_LIMITS;
	if (has(w, op, "rules-per-endpoint", EPACL_LIMITS_A_RULES_PER_ENDPOINT))
		op->limits.rules_per_endpoint = atoi(next(w));
}

static void command(struct words *w, struct epacl_op *op)
{
	static const struct {
		const char *word;
		void (*parse)(struct words *w, struct epacl_op *op);
	} kinds[] = {
		{ "guard", guard }, { "service", service },
		{ "vnet", vnet },   { "subnet", subnet },
		{ "group", group }, { "member", member },
		{ "acl", acl },	    { "lbset", lbset },
		{ "set", set },	    { "vm", vm },
		{ "nic", nic },	    { "endpoint", endpoint },
		{ "rules", rules }, { "rule", rule },
		{ "limit", limit },
	};
	size_t i;

	if (is(w, "--may-exist"))
		op->flags |= EPACL_F_MAY_EXIST;
	if (is(w, "--if-exists"))
		op->flags |= EPACL_F_IF_EXISTS;
	if (is(w, "flush"))
		op->verb = EPACL_VERB_FLUSH;
	else if (is(w, "change"))
		op->verb = EPACL_VERB_CHANGE;
	else if (is(w, "remove"))
		op->verb = EPACL_VERB_REMOVE;
	else if (!is(w, "add"))
		bad("command", w->word[w->at]);
	if (op->verb == EPACL_VERB_FLUSH)
		return;
	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		if (is(w, kinds[i].word))
			break;
	if (i == ARRAY_SIZE(kinds))
		bad("kind", w->word[w->at]);
	kinds[i].parse(w, op);
	if (w->word[w->at])
		bad("too much", w->word[w->at]);
}

/* Once for the whole program, as when the module is loaded. */
__attribute__((constructor)) static void load(void)
{
	if (epacl_policy_init())
		abort();
}

struct epacl_op *op_parse(struct epacl_memory *memory, const char *line)
{
	struct words w = { .memory = memory };
	struct epacl_op *op = epacl_op_alloc(memory);

	if (!op)
		abort();
	split(&w, line);
	command(&w, op);
	return op;
}

int txn_do(struct epacl_txn *txn, const char *line)
{
	return epacl_txn_do(txn, op_parse(txn->memory, line));
}
