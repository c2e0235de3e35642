// SPDX-License-Identifier: GPL-2.0-only
/*
 * Operations on rules, and on rule lists as a whole.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include "policy_internal.h"

/* ---- whose rules they are ---- */

static const char *lbset_of(const struct epacl_place *place)
{
	if (place->owner->kind != EPACL_OWNER_ENDPOINT)
		return "";
	return epacl_vm_endpoint(epacl_vm(place->obj), place->owner->part)
		->lbset;
}

/*
 * A list that nobody asks is not to be changed: whoever does means the one that
 * is asked in its place.
 */
static int check_asked(struct epacl_refusal *why, u16 attr,
		       const struct epacl_place *place)
{
	const char *use = place->slot ? place->slot->use : "";
	const char *lbset = lbset_of(place);
	char what[EPACL_WHAT];

	if (!*use && !*lbset)
		return 0;
	return epacl_refuse(
		why, -EBUSY, attr, "another list is in the place of this one",
		"rules of %s are those of %s '%s': change that one by its name",
		epacl_owner_text(place->owner, what), *use ? "acl" : "lbset",
		*use ? use : lbset);
}

static bool is_limited(const struct epacl_owner *owner)
{
	return owner->kind == EPACL_OWNER_ENDPOINT ||
	       owner->kind == EPACL_OWNER_LBSET;
}

/* @user: whom the limit concerns: the owner of the list, or one who uses it. */
static int refuse_limit(struct epacl_txn *txn, u16 attr, const char *what,
			u32 n, const struct epacl_owner *user)
{
	char text[EPACL_WHAT];

	return epacl_refuse(
		&txn->why, -ENOSPC, attr,
		"limit rules-per-endpoint is reached, see 'change limit'",
		"%s has %u rules%s%s, the limit is %u: raise it with 'change limit rules-per-endpoint N' (at most %u)",
		what, n, user ? " and serves " : "",
		user ? epacl_owner_text(user, text) : "",
		txn->root->rules_per_endpoint, EPACL_RULES_MAX);
}

/* May the list at @place have one more? */
static int check_limit(struct epacl_txn *txn, const struct epacl_place *place)
{
	const struct epacl_acl *acl = *place->acl;
	struct epacl_owner user;
	char what[EPACL_WHAT];

	if (acl->n < txn->root->rules_per_endpoint)
		return 0;
	epacl_owner_text(place->owner, what);
	if (is_limited(place->owner))
		return refuse_limit(txn, EPACL_RULE_A_OWNER, what, acl->n,
				    NULL);
	if (place->owner->kind == EPACL_OWNER_ACL &&
	    epacl_use_is_limited(txn, place->owner->name, &user))
		return refuse_limit(txn, EPACL_RULE_A_OWNER, what, acl->n,
				    &user);
	return 0;
}

/* The list at @place, to be changed. NULL: no memory. */
static struct epacl_acl *own_list(struct epacl_txn *txn,
				  struct epacl_place *place)
{
	if (epacl_own_place(txn, place))
		return NULL;
	return epacl_own_acl(txn, place->acl);
}

/* ---- operations on one rule ---- */

static void describe_rule(char what[EPACL_WHAT], const struct epacl_op *op)
{
	char owner[EPACL_WHAT];

	snprintf(what, EPACL_WHAT, "rule %u of %s", op->rule.order,
		 epacl_owner_text(&op->rule.owner, owner));
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
		     struct epacl_place *place, u32 *pos, bool *there)
{
	const struct epacl_acl *acl;
	int err;

	*there = false;
	err = check_order(&txn->why, op->rule.order);
	if (!err)
		err = epacl_find_place(txn, op, EPACL_RULE_A_OWNER,
				       &op->rule.owner, place);
	if (err || !place->obj)
		return err;
	acl = *place->acl;
	*pos = epacl_acl_position(acl, op->rule.order);
	*there = *pos < acl->n && acl->rules[*pos]->order == op->rule.order;
	return 0;
}

/* As find_rule(), but the rule must be there, and be asked. */
static int need_rule(struct epacl_txn *txn, const struct epacl_op *op,
		     struct epacl_place *place, u32 *pos, bool *there)
{
	char what[EPACL_WHAT];
	int err;

	err = find_rule(txn, op, place, pos, there);
	if (err)
		return err;
	if (*there)
		return check_asked(&txn->why, EPACL_RULE_A_OWNER, place);
	describe_rule(what, op);
	return epacl_missing(txn, op, EPACL_RULE_A_ORDER, what);
}

static int insert(struct epacl_txn *txn, struct epacl_place *place, u32 pos,
		  struct epacl_rule *rule)
{
	struct epacl_acl *acl;
	int err;

	err = check_asked(&txn->why, EPACL_RULE_A_OWNER, place);
	if (!err)
		err = check_limit(txn, place);
	if (!err)
		err = epacl_take_counter(txn, rule);
	if (err)
		return err;
	acl = own_list(txn, place);
	return acl ? epacl_acl_insert(txn->memory, acl, pos, rule) : -ENOMEM;
}

static int add_rule(struct epacl_txn *txn, const struct epacl_op *op)
{
	struct epacl_place place;
	struct epacl_rule *rule;
	char what[EPACL_WHAT];
	bool there;
	u32 pos;
	int err;

	err = find_rule(txn, op, &place, &pos, &there);
	if (err)
		return err;
	rule = epacl_rule_build(txn, op, NULL, &err);
	if (!rule)
		return err;
	if (there) {
		describe_rule(what, op);
		err = epacl_exists(txn, op, &epacl_kind_rule, what,
				   epacl_rule_difference(rule,
							 (*place.acl)
								 ->rules[pos]));
		epacl_rule_put(txn->memory, rule);
		return err;
	}
	err = insert(txn, &place, pos, rule);
	if (err)
		epacl_rule_put(txn->memory, rule);
	return err;
}

static int change_rule(struct epacl_txn *txn, const struct epacl_op *op)
{
	struct epacl_place place;
	struct epacl_rule *rule;
	struct epacl_acl *acl;
	bool there;
	u32 pos;
	int err;

	err = need_rule(txn, op, &place, &pos, &there);
	if (err)
		return err;
	rule = epacl_rule_build(txn, op, (*place.acl)->rules[pos], &err);
	if (!rule)
		return err;
	acl = own_list(txn, &place);
	if (!acl) {
		epacl_rule_put(txn->memory, rule);
		return -ENOMEM;
	}
	rule->counters = acl->rules[pos]->counters;
	epacl_counters_get(rule->counters);
	rule->counter = acl->rules[pos]->counter;
	epacl_acl_replace(acl, pos, rule);
	return 0;
}

static int remove_rule(struct epacl_txn *txn, const struct epacl_op *op)
{
	struct epacl_place place;
	struct epacl_acl *acl;
	bool there;
	u32 pos;
	int err;

	err = need_rule(txn, op, &place, &pos, &there);
	if (err || !there)
		return err;
	acl = own_list(txn, &place);
	if (!acl)
		return -ENOMEM;
	epacl_acl_remove(acl, pos);
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
		[EPACL_RULE_A_SET] = "set",
		[EPACL_RULE_A_SECURE] = "secure",
		[EPACL_RULE_A_REQID] = "reqid",
		[EPACL_RULE_A_LOG] = "log",
	},
	.identity = BIT(EPACL_RULE_A_OWNER) | BIT(EPACL_RULE_A_ORDER),
	.required = BIT(EPACL_RULE_A_ACTION),
	.clearable = BIT(EPACL_RULE_A_REMOTE) | BIT(EPACL_RULE_A_PROTO) |
		     BIT(EPACL_RULE_A_LPORTS) | BIT(EPACL_RULE_A_RPORTS) |
		     BIT(EPACL_RULE_A_TYPE) | BIT(EPACL_RULE_A_CODE) |
		     BIT(EPACL_RULE_A_TEXT) | BIT(EPACL_RULE_A_SET) |
		     BIT(EPACL_RULE_A_SECURE) | BIT(EPACL_RULE_A_REQID) |
		     BIT(EPACL_RULE_A_LOG),
	.add = add_rule,
	.change = change_rule,
	.remove = remove_rule,
};

/* ---- operations on a list ---- */

/* The named list that is to be used. */
static int check_use(struct epacl_txn *txn, const struct epacl_op *op,
		     const struct epacl_place *place)
{
	const u16 attr = EPACL_RULES_A_USE;
	const char *name = op->rules.use;
	char what[EPACL_WHAT];
	struct epacl_obj *acl;
	u32 n;
	int err;

	if (*lbset_of(place))
		return check_asked(&txn->why, attr, place);
	err = epacl_need(txn, EPACL_A_ACL, attr, name);
	if (err)
		return err;
	acl = epacl_pmap_find(&txn->root->acls, name);
	n = epacl_named(acl)->acl->n;
	if (!is_limited(place->owner) || n <= txn->root->rules_per_endpoint)
		return 0;
	snprintf(what, sizeof(what), "acl '%s'", name);
	return refuse_limit(txn, attr, what, n, place->owner);
}

static int check_rules(struct epacl_txn *txn, const struct epacl_op *op,
		       const struct epacl_place *place)
{
	bool is_own_again = op->clear & BIT(EPACL_RULES_A_USE);
	char what[EPACL_WHAT];
	int err = 0;

	if (op->rules.deflt > EPACL_DEFAULT_DENY)
		return epacl_refuse(
			&txn->why, -EINVAL, EPACL_RULES_A_DEFAULT,
			"not a default",
			"the default of a rule list is auto, permit or deny");
	if (!place->slot && epacl_op_gives(op, EPACL_RULES_A_USE))
		return epacl_refuse(
			&txn->why, -EINVAL, EPACL_RULES_A_USE,
			"an acl does not use another",
			"%s cannot use another list: it is one that is used",
			epacl_owner_text(place->owner, what));
	if (epacl_op_has(op, EPACL_RULES_A_USE))
		err = check_use(txn, op, place);
	if (!err && epacl_op_gives(op, EPACL_RULES_A_DEFAULT) &&
	    (!is_own_again || *lbset_of(place)))
		err = check_asked(&txn->why, EPACL_RULES_A_DEFAULT, place);
	return err;
}

/* The list at @place, which the transaction owns, gets what is asked for. */
static int apply(struct epacl_txn *txn, const struct epacl_op *op,
		 const struct epacl_place *place)
{
	struct epacl_acl *acl;

	if (epacl_op_gives(op, EPACL_RULES_A_DEFAULT)) {
		acl = epacl_own_acl(txn, place->acl);
		if (!acl)
			return -ENOMEM;
		acl->deflt = op->rules.deflt;
	}
	if (epacl_op_gives(op, EPACL_RULES_A_USE)) {
		strscpy(place->slot->use, op->rules.use,
			sizeof(place->slot->use));
		txn->unlimited[0] = 0;
	}
	return 0;
}

static int change_rules(struct epacl_txn *txn, const struct epacl_op *op)
{
	struct epacl_place place;
	int err;

	err = epacl_find_place(txn, op, EPACL_RULES_A_OWNER, &op->rules.owner,
			       &place);
	if (!err)
		err = check_rules(txn, op, &place);
	if (!err)
		err = epacl_own_place(txn, &place);
	return err ? err : apply(txn, op, &place);
}

const struct epacl_kind epacl_kind_rules = {
	.noun = "rule list",
	.words = {
		[EPACL_RULES_A_OWNER] = "owner",
		[EPACL_RULES_A_DEFAULT] = "default",
		[EPACL_RULES_A_USE] = "use",
	},
	.identity = BIT(EPACL_RULES_A_OWNER),
	.clearable = BIT(EPACL_RULES_A_DEFAULT) | BIT(EPACL_RULES_A_USE),
	.change = change_rules,
};
