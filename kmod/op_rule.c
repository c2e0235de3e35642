// SPDX-License-Identifier: GPL-2.0-only
/*
 * Operations on rules, and on rule lists as a whole.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include "policy_internal.h"

/* ---- whose list ---- */

/* The list that an operation is about. */
struct place {
	struct epacl_vm *vm; /* NULL: there is no such list */
	u32 endpoint;
	const struct epacl_owner *owner;
	const struct epacl_acl *acl;
};

static void describe(char *what, size_t room, const struct epacl_owner *owner)
{
	if (owner->kind == EPACL_OWNER_ENDPOINT)
		snprintf(what, room, "endpoint '%s/%s'", owner->name,
			 owner->part);
	else
		snprintf(what, room, "vm '%s' %s", owner->name,
			 owner->direction == EPACL_IN ? "in" : "out");
}

static int check_owner(struct epacl_refusal *why, u16 attr,
		       const struct epacl_owner *owner)
{
	if (owner->kind == EPACL_OWNER_ENDPOINT && owner->direction == EPACL_IN)
		return 0;
	if (owner->kind == EPACL_OWNER_VM &&
	    owner->direction < EPACL_DIRECTIONS && !owner->part[0])
		return 0;
	return epacl_refuse(
		why, -EINVAL, attr, "not the owner of a rule list",
		"a rule list is that of an endpoint, or of a vm in or out");
}

/* Return: 0 also if it is fine that the list is not there. */
static int find_place(struct epacl_txn *txn, const struct epacl_op *op,
		      u16 attr, const struct epacl_owner *owner,
		      struct place *place)
{
	struct epacl_vm *vm;
	char what[EPACL_WHAT];
	int err;

	memset(place, 0, sizeof(*place));
	err = check_owner(&txn->why, attr, owner);
	if (!err)
		err = epacl_find_vm(txn, op, attr, owner->name, &vm);
	if (err || !vm)
		return err;
	if (owner->kind == EPACL_OWNER_VM) {
		place->acl = vm->acl[owner->direction];
	} else if (!epacl_vm_endpoint(vm, owner->part)) {
		describe(what, sizeof(what), owner);
		return epacl_missing(txn, op, attr, what);
	} else {
		place->endpoint = epacl_endpoint_position(vm, owner->part);
		place->acl = vm->endpoints[place->endpoint]->acl;
	}
	place->vm = vm;
	place->owner = owner;
	return 0;
}

/* The list at @place, to be changed. NULL: no memory. */
static struct epacl_acl *own_place(struct epacl_txn *txn,
				   const struct place *place)
{
	struct epacl_vm *vm = epacl_own_vm(txn, place->vm);

	if (!vm)
		return NULL;
	if (place->owner->kind == EPACL_OWNER_VM)
		return epacl_own_acl(txn, &vm->acl[place->owner->direction]);
	return epacl_own_acl(txn, &vm->endpoints[place->endpoint]->acl);
}

/* Where @order is in @acl, or belongs. */
static u32 position(const struct epacl_acl *acl, u16 order)
{
	u32 lo = 0, hi = acl->n, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (acl->rules[mid]->order < order)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* ---- what a rule says ---- */

static bool is_icmp(u16 proto)
{
	return proto == 1 || proto == 58;
}

static int check_ports(struct epacl_refusal *why, u16 attr, u16 proto,
		       const struct epacl_ports *ports, u32 n)
{
	const char *word = epacl_kind_rule.words[attr];
	u32 i;

	if (n && proto != EPACL_PROTO_ANY && !epacl_proto_has_ports(proto))
		return epacl_refuse(
			why, -EINVAL, attr, "protocol without ports",
			"'%s' does not go with protocol %u, which has no ports",
			word, proto);
	for (i = 0; i < n; i++)
		if (ports[i].lo > ports[i].hi)
			return epacl_refuse(why, -EINVAL, attr,
					    "range of ports is reversed",
					    "'%s' %u-%u ends before it begins",
					    word, ports[i].lo, ports[i].hi);
	return 0;
}

static int check_match(struct epacl_refusal *why,
		       const struct epacl_match *match)
{
	int err;

	if (match->proto > EPACL_PROTO_ANY)
		return epacl_refuse(why, -EINVAL, EPACL_RULE_A_PROTO,
				    "not a protocol",
				    "protocol %u: it takes 0 to 255",
				    match->proto);
	if (match->has_type && !is_icmp(match->proto))
		return epacl_refuse(why, -EINVAL, EPACL_RULE_A_TYPE,
				    "type without ICMP",
				    "'type' takes proto icmp or icmpv6");
	if (match->has_code && !match->has_type)
		return epacl_refuse(why, -EINVAL, EPACL_RULE_A_CODE,
				    "code without type", "'code' takes a type");
	err = check_ports(why, EPACL_RULE_A_LPORTS, match->proto, match->ports,
			  match->nlports);
	if (err)
		return err;
	return check_ports(why, EPACL_RULE_A_RPORTS, match->proto,
			   match->ports + match->nlports, match->nrports);
}

static int take_remote(struct epacl_refusal *why, const struct epacl_op *op,
		       struct epacl_match *match)
{
	struct epacl_prefix remote = op->rule.remote;
	struct epacl_list list = { .n = 1, .p = &remote };

	if (!epacl_op_has(op, EPACL_RULE_A_REMOTE)) {
		memset(&match->remote, 0, sizeof(match->remote));
		return 0;
	}
	return epacl_take_prefixes(why, EPACL_RULE_A_REMOTE, "remote",
				   &match->remote, &list);
}

/* All but the ports. */
static int take_match(struct epacl_refusal *why, const struct epacl_op *op,
		      struct epacl_match *match)
{
	if (epacl_op_has(op, EPACL_RULE_A_PROTO) &&
	    op->rule.proto >= EPACL_PROTO_ANY)
		return epacl_refuse(
			why, -EINVAL, EPACL_RULE_A_PROTO, "not a protocol",
			"protocol %u: it takes 0 to 255, or is left out for any",
			op->rule.proto);
	if (epacl_op_gives(op, EPACL_RULE_A_PROTO))
		match->proto = epacl_op_has(op, EPACL_RULE_A_PROTO) ?
				       op->rule.proto :
				       EPACL_PROTO_ANY;
	if (epacl_op_gives(op, EPACL_RULE_A_TYPE)) {
		match->has_type = epacl_op_has(op, EPACL_RULE_A_TYPE);
		match->type = op->rule.type;
	}
	if (epacl_op_gives(op, EPACL_RULE_A_CODE)) {
		match->has_code = epacl_op_has(op, EPACL_RULE_A_CODE);
		match->code = op->rule.code;
	}
	if (epacl_op_gives(op, EPACL_RULE_A_REMOTE))
		return take_remote(why, op, match);
	return 0;
}

/* What a rule is going to say, before there is room for it. */
struct draft {
	struct epacl_match match;
	struct epacl_list lports;
	struct epacl_list rports;
	const char *text;
	bool permit;
};

/* @old: what the operation changes; NULL: nothing. */
static int draft_rule(struct epacl_refusal *why, const struct epacl_op *op,
		      const struct epacl_rule *old, struct draft *draft)
{
	int err;

	memset(draft, 0, sizeof(*draft));
	if (old) {
		draft->match = old->match;
		draft->lports.n = old->match.nlports;
		draft->lports.p = (void *)old->match.ports;
		draft->rports.n = old->match.nrports;
		draft->rports.p = (void *)(old->match.ports +
					   old->match.nlports);
		draft->text = old->text;
		draft->permit = old->permit;
	}
	if (epacl_op_gives(op, EPACL_RULE_A_ACTION))
		draft->permit = op->rule.permit;
	if (epacl_op_gives(op, EPACL_RULE_A_LPORTS))
		draft->lports = op->rule.lports;
	if (epacl_op_gives(op, EPACL_RULE_A_RPORTS))
		draft->rports = op->rule.rports;
	if (epacl_op_gives(op, EPACL_RULE_A_TEXT))
		draft->text = epacl_op_has(op, EPACL_RULE_A_TEXT) ?
				      op->rule.text :
				      NULL;
	err = take_match(why, op, &draft->match);
	if (!err)
		err = epacl_check_count(why, EPACL_RULE_A_LPORTS, "lport",
					draft->lports.n, 0, EPACL_PORTS_MAX);
	if (!err)
		err = epacl_check_count(why, EPACL_RULE_A_RPORTS, "rport",
					draft->rports.n, 0, EPACL_PORTS_MAX);
	if (!err && draft->text)
		err = epacl_check_text(why, EPACL_RULE_A_TEXT, draft->text);
	return err;
}

static struct epacl_rule *lay_down(struct epacl_txn *txn,
				   const struct epacl_op *op,
				   const struct draft *draft)
{
	u32 nl = draft->lports.n, nr = draft->rports.n;
	size_t length = draft->text ? strlen(draft->text) + 1 : 0;
	struct epacl_ports *ports;
	struct epacl_rule *rule;

	rule = epacl_alloc(txn->memory,
			   sizeof(*rule) + (nl + nr) * sizeof(*ports) + length);
	if (!rule)
		return NULL;
	refcount_set(&rule->refs, 1);
	rule->order = op->rule.order;
	rule->permit = draft->permit;
	rule->op = op->index;
	ports = (struct epacl_ports *)rule->tail;
	if (nl)
		memcpy(ports, draft->lports.p, nl * sizeof(*ports));
	if (nr)
		memcpy(ports + nl, draft->rports.p, nr * sizeof(*ports));
	rule->match = draft->match;
	rule->match.nlports = nl;
	rule->match.nrports = nr;
	rule->match.ports = ports;
	if (length)
		rule->text = memcpy(ports + nl + nr, draft->text, length);
	return rule;
}

/* A new rule without a counter. NULL: see @err. */
static struct epacl_rule *build(struct epacl_txn *txn,
				const struct epacl_op *op,
				const struct epacl_rule *old, int *err)
{
	struct epacl_rule *rule;
	struct draft draft;

	*err = draft_rule(&txn->why, op, old, &draft);
	if (*err)
		return NULL;
	rule = lay_down(txn, op, &draft);
	if (!rule) {
		*err = -ENOMEM;
		return NULL;
	}
	*err = check_match(&txn->why, &rule->match);
	if (!*err)
		return rule;
	epacl_rule_put(rule);
	return NULL;
}

static bool ports_equal(const struct epacl_ports *a, u32 na,
			const struct epacl_ports *b, u32 nb)
{
	return na == nb && !memcmp(a, b, na * sizeof(*a));
}

static u16 difference(const struct epacl_rule *a, const struct epacl_rule *b)
{
	const struct epacl_match *m = &a->match, *n = &b->match;

	if (a->permit != b->permit)
		return EPACL_RULE_A_ACTION;
	if (epacl_prefix_compare(&m->remote, &n->remote))
		return EPACL_RULE_A_REMOTE;
	if (m->proto != n->proto)
		return EPACL_RULE_A_PROTO;
	if (!ports_equal(m->ports, m->nlports, n->ports, n->nlports))
		return EPACL_RULE_A_LPORTS;
	if (!ports_equal(m->ports + m->nlports, m->nrports,
			 n->ports + n->nlports, n->nrports))
		return EPACL_RULE_A_RPORTS;
	if (m->has_type != n->has_type || m->type != n->type)
		return EPACL_RULE_A_TYPE;
	if (m->has_code != n->has_code || m->code != n->code)
		return EPACL_RULE_A_CODE;
	if (strcmp(a->text ? a->text : "", b->text ? b->text : ""))
		return EPACL_RULE_A_TEXT;
	return 0;
}

/* ---- operations on one rule ---- */

static void describe_rule(char what[EPACL_WHAT], const struct epacl_op *op)
{
	int n = snprintf(what, EPACL_WHAT, "rule %u of ", op->rule.order);

	describe(what + n, EPACL_WHAT - n, &op->rule.owner);
}

static int check_order(struct epacl_refusal *why, u16 order)
{
	if (order)
		return 0;
	return epacl_refuse(why, -EINVAL, EPACL_RULE_A_ORDER,
			    "order out of range",
			    "the order of a rule is 1 to %u", EPACL_RULES_MAX);
}

/* The place of the list, and within it @pos; @there: of such a rule. */
static int find_rule(struct epacl_txn *txn, const struct epacl_op *op,
		     struct place *place, u32 *pos, bool *there)
{
	int err;

	*there = false;
	err = check_order(&txn->why, op->rule.order);
	if (!err)
		err = find_place(txn, op, EPACL_RULE_A_OWNER, &op->rule.owner,
				 place);
	if (err || !place->vm)
		return err;
	*pos = position(place->acl, op->rule.order);
	*there = *pos < place->acl->n &&
		 place->acl->rules[*pos]->order == op->rule.order;
	return 0;
}

/* As find_rule(), but the rule must be there. */
static int need_rule(struct epacl_txn *txn, const struct epacl_op *op,
		     struct place *place, u32 *pos, bool *there)
{
	char what[EPACL_WHAT];
	int err;

	err = find_rule(txn, op, place, pos, there);
	if (err || *there)
		return err;
	describe_rule(what, op);
	return epacl_missing(txn, op, EPACL_RULE_A_ORDER, what);
}

static int check_limit(struct epacl_txn *txn, const struct place *place)
{
	const struct epacl_owner *owner = place->owner;
	u32 limit = EPACL_RULES_MAX;

	if (owner->kind == EPACL_OWNER_ENDPOINT)
		limit = txn->root->rules_per_endpoint;
	if (place->acl->n < limit)
		return 0;
	return epacl_refuse(
		&txn->why, -ENOSPC, EPACL_RULE_A_OWNER,
		"limit rules-per-endpoint is reached, see 'change limit'",
		"endpoint '%s/%s' has %u rules, the limit is %u: raise it with 'change limit rules-per-endpoint N' (at most %u)",
		owner->name, owner->part, place->acl->n, limit,
		EPACL_RULES_MAX);
}

static int more_room(struct epacl_memory *memory, struct epacl_acl *acl)
{
	u32 room = 2 * acl->n + 4, front = (room - acl->n) / 2;
	struct epacl_rule **rules;

	rules = epacl_alloc(memory, room * sizeof(*rules));
	if (!rules)
		return -ENOMEM;
	if (acl->rules) {
		memcpy(rules + front, acl->rules, acl->n * sizeof(*rules));
		epacl_free(acl->rules - acl->front);
	}
	acl->rules = rules + front;
	acl->room = room;
	acl->front = front;
	return 0;
}

/*
 * Make a gap at @pos: move what is on its shorter side. There is room on both
 * sides, so that rules can be added in ascending or descending order for the
 * same little price.
 */
static int make_gap(struct epacl_memory *memory, struct epacl_acl *acl, u32 pos)
{
	bool down = pos < acl->n / 2;
	bool full = down ? !acl->front : acl->front + acl->n == acl->room;

	if (full && more_room(memory, acl))
		return -ENOMEM;
	if (down) {
		acl->rules--;
		acl->front--;
		memmove(acl->rules, acl->rules + 1, pos * sizeof(*acl->rules));
	} else {
		memmove(&acl->rules[pos + 1], &acl->rules[pos],
			(acl->n - pos) * sizeof(*acl->rules));
	}
	acl->n++;
	return 0;
}

/* The rule at @pos is gone: close the gap from the shorter side. */
static void close_gap(struct epacl_acl *acl, u32 pos)
{
	acl->n--;
	if (pos < acl->n / 2) {
		memmove(acl->rules + 1, acl->rules, pos * sizeof(*acl->rules));
		acl->rules++;
		acl->front++;
	} else {
		memmove(&acl->rules[pos], &acl->rules[pos + 1],
			(acl->n - pos) * sizeof(*acl->rules));
	}
}

static int insert(struct epacl_txn *txn, const struct place *place, u32 pos,
		  struct epacl_rule *rule)
{
	struct epacl_acl *acl;

	if (epacl_take_counter(txn, rule))
		return -ENOMEM;
	acl = own_place(txn, place);
	if (!acl || make_gap(txn->memory, acl, pos))
		return -ENOMEM;
	acl->rules[pos] = rule;
	acl->npermit += rule->permit;
	return 0;
}

static int add_rule(struct epacl_txn *txn, const struct epacl_op *op)
{
	struct epacl_rule *rule;
	char what[EPACL_WHAT];
	struct place place;
	bool there;
	u32 pos;
	int err;

	err = find_rule(txn, op, &place, &pos, &there);
	if (err)
		return err;
	rule = build(txn, op, NULL, &err);
	if (!rule)
		return err;
	if (there) {
		describe_rule(what, op);
		err = epacl_exists(txn, op, &epacl_kind_rule, what,
				   difference(rule, place.acl->rules[pos]));
		epacl_rule_put(rule);
		return err;
	}
	err = check_limit(txn, &place);
	if (!err)
		err = insert(txn, &place, pos, rule);
	if (err)
		epacl_rule_put(rule);
	return err;
}

static int change_rule(struct epacl_txn *txn, const struct epacl_op *op)
{
	struct epacl_rule *rule, *old;
	struct epacl_acl *acl;
	struct place place;
	bool there;
	u32 pos;
	int err;

	err = need_rule(txn, op, &place, &pos, &there);
	if (err)
		return err;
	rule = build(txn, op, place.acl->rules[pos], &err);
	if (!rule)
		return err;
	acl = own_place(txn, &place);
	if (!acl) {
		epacl_rule_put(rule);
		return -ENOMEM;
	}
	old = acl->rules[pos];
	epacl_counters_get(old->counters);
	rule->counters = old->counters;
	rule->counter = old->counter;
	acl->npermit += rule->permit - old->permit;
	acl->rules[pos] = rule;
	epacl_rule_put(old);
	return 0;
}

static int remove_rule(struct epacl_txn *txn, const struct epacl_op *op)
{
	struct epacl_acl *acl;
	struct place place;
	bool there;
	u32 pos;
	int err;

	err = need_rule(txn, op, &place, &pos, &there);
	if (err || !there)
		return err;
	acl = own_place(txn, &place);
	if (!acl)
		return -ENOMEM;
	acl->npermit -= acl->rules[pos]->permit;
	epacl_rule_put(acl->rules[pos]);
	close_gap(acl, pos);
	return 0;
}

const struct epacl_kind epacl_kind_rule = {
	.noun = "rule",
	.words = {
		[EPACL_RULE_A_OWNER] = "owner",
		[EPACL_RULE_A_ORDER] = "order",
		[EPACL_RULE_A_ACTION] = "permit or deny",
		[EPACL_RULE_A_REMOTE] = "remote",
		[EPACL_RULE_A_PROTO] = "proto",
		[EPACL_RULE_A_LPORTS] = "lport",
		[EPACL_RULE_A_RPORTS] = "rport",
		[EPACL_RULE_A_TYPE] = "type",
		[EPACL_RULE_A_CODE] = "code",
		[EPACL_RULE_A_TEXT] = "name",
	},
	.identity = BIT(EPACL_RULE_A_OWNER) | BIT(EPACL_RULE_A_ORDER),
	.required = BIT(EPACL_RULE_A_ACTION),
	.clearable = BIT(EPACL_RULE_A_REMOTE) | BIT(EPACL_RULE_A_PROTO) |
		     BIT(EPACL_RULE_A_LPORTS) | BIT(EPACL_RULE_A_RPORTS) |
		     BIT(EPACL_RULE_A_TYPE) | BIT(EPACL_RULE_A_CODE) |
		     BIT(EPACL_RULE_A_TEXT),
	.add = add_rule,
	.change = change_rule,
	.remove = remove_rule,
};

/* ---- operations on a list ---- */

static int change_rules(struct epacl_txn *txn, const struct epacl_op *op)
{
	struct epacl_acl *acl;
	struct place place;
	int err;

	if (op->rules.deflt > EPACL_DEFAULT_DENY)
		return epacl_refuse(
			&txn->why, -EINVAL, EPACL_RULES_A_DEFAULT,
			"not a default",
			"the default of a rule list is auto, permit or deny");
	err = find_place(txn, op, EPACL_RULES_A_OWNER, &op->rules.owner,
			 &place);
	if (err)
		return err;
	acl = own_place(txn, &place);
	if (!acl)
		return -ENOMEM;
	acl->deflt = op->rules.deflt;
	return 0;
}

const struct epacl_kind epacl_kind_rules = {
	.noun = "rule list",
	.words = {
		[EPACL_RULES_A_OWNER] = "owner",
		[EPACL_RULES_A_DEFAULT] = "default",
	},
	.identity = BIT(EPACL_RULES_A_OWNER),
	.clearable = BIT(EPACL_RULES_A_DEFAULT),
	.change = change_rules,
};
