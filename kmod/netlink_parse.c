// SPDX-License-Identifier: GPL-2.0-only
/*
 * From a nest to an operation: form alone, attribute by attribute. Whether an
 * operation is complete, and what it means, is the policy's business.
 */
#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/err.h>
#include "netlink_parse.h"

/* ---- refusals ---- */

int epacl_nl_refuse(struct netlink_ext_ack *extack, const struct nlattr *attr,
		    int err, const char *text)
{
	extack->_msg = text;
	if (attr)
		NL_SET_BAD_ATTR(extack, attr);
	return err;
}

int epacl_nl_miss(struct netlink_ext_ack *extack, const struct nlattr *nest,
		  u16 type)
{
	NL_SET_ERR_ATTR_MISS(extack, nest, type);
	return epacl_nl_refuse(extack, nest, -EINVAL,
			       "a mandatory attribute is missing");
}

void epacl_nl_why(struct netlink_ext_ack *extack,
		  const struct epacl_refusal *why)
{
	extack->_msg = why->brief;
	if (!why->op)
		return;
	memcpy(extack->cookie, &why->op, sizeof(why->op));
	extack->cookie_len = sizeof(why->op);
}

/* ---- fields ---- */

/* Where things come from and go to. */
struct parse {
	struct epacl_memory *memory;
	struct netlink_ext_ack *extack;
	const struct nlattr *nest;
};

/**
 * struct field - an attribute, and where it goes
 * @attr: in the nest
 * @at: offset in struct epacl_op
 * @size: bytes there
 * @max: elements at most; 0: as many as the policy takes
 * @take: puts it there; the policy has checked length and range
 * @element: what a binary attribute consists of
 */
struct field {
	u8 attr;
	u16 at;
	u16 size;
	u16 max;
	int (*take)(const struct parse *p, const struct field *f,
		    const struct nlattr *attr, void *to);
	const struct epacl_nl_element *element;
};

static int take_bytes(const struct parse *p, const struct field *f,
		      const struct nlattr *attr, void *to)
{
	nla_memcpy(to, attr, f->size);
	return 0;
}

static int take_string(const struct parse *p, const struct field *f,
		       const struct nlattr *attr, void *to)
{
	nla_strscpy(to, attr, f->size);
	return 0;
}

static int take_element(const struct parse *p, const struct field *f,
			const struct nlattr *attr, void *to)
{
	const char *wrong = f->element->convert(nla_data(attr), to);

	return wrong ? epacl_nl_refuse(p->extack, attr, -EINVAL, wrong) : 0;
}

static int list_alloc(const struct parse *p, const struct field *f,
		      const struct nlattr *attr, struct epacl_list *list, u32 n,
		      size_t size)
{
	if (f->max && n > f->max)
		return epacl_nl_refuse(p->extack, attr, -EINVAL,
				       "too many elements");
	list->p = epacl_alloc(p->memory, n * size);
	if (!list->p)
		return epacl_nl_refuse(p->extack, attr, -ENOMEM,
				       "out of memory");
	list->n = n;
	return 0;
}

static int take_list(const struct parse *p, const struct field *f,
		     const struct nlattr *attr, void *to)
{
	const struct epacl_nl_element *e = f->element;
	struct epacl_list *list = to;
	const char *wrong;
	u32 i;
	int err;

	if (!nla_len(attr) || nla_len(attr) % e->from)
		return epacl_nl_refuse(p->extack, attr, -EINVAL,
				       "invalid attribute length");
	err = list_alloc(p, f, attr, list, nla_len(attr) / e->from, e->to);
	if (err)
		return err;
	for (i = 0; i < list->n; i++) {
		wrong = e->convert(nla_data(attr) + i * e->from,
				   list->p + i * e->to);
		if (wrong)
			return epacl_nl_refuse(p->extack, attr, -EINVAL, wrong);
	}
	return 0;
}

/* @attr is the last of those that repeat it. */
static int take_names(const struct parse *p, const struct field *f,
		      const struct nlattr *attr, void *to)
{
	struct epacl_list *list = to;
	struct epacl_name *name;
	const struct nlattr *a;
	int err, left;
	u32 n = 0;

	nla_for_each_nested(a, p->nest, left)
		n += nla_type(a) == f->attr;
	err = list_alloc(p, f, attr, list, n, sizeof(*name));
	if (err)
		return err;
	name = list->p;
	nla_for_each_nested(a, p->nest, left) {
		if (nla_type(a) != f->attr)
			continue;
		nla_strscpy(name->s, a, sizeof(name->s));
		name++;
	}
	return 0;
}

/* Refuses what comes twice; @repeated: bits of what may. */
static int check_once(const struct nlattr *head, int len, u64 repeated,
		      struct netlink_ext_ack *extack)
{
	const struct nlattr *attr;
	u64 bit, seen = 0;
	int left;

	nla_for_each_attr(attr, head, len, left) {
		bit = BIT_ULL(nla_type(attr));
		if (seen & bit & ~repeated)
			return epacl_nl_refuse(extack, attr, -EINVAL,
					       "the attribute is there twice");
		seen |= bit;
	}
	return 0;
}

/* A part of an owner is there exactly if owners of its kind have one. */
static int check_part(const struct parse *p, const struct nlattr *nest,
		      struct nlattr **tb, u16 attr, bool needed)
{
	if (needed && !tb[attr])
		return epacl_nl_miss(p->extack, nest, attr);
	if (!needed && tb[attr])
		return epacl_nl_refuse(p->extack, tb[attr], -EINVAL,
				       "an owner of this kind has none");
	return 0;
}

static int take_owner(const struct parse *p, const struct field *f,
		      const struct nlattr *nest, void *to)
{
	struct nlattr *tb[EPACL_OWNER_A_MAX + 1];
	struct epacl_owner *owner = to;
	int err;

	err = nla_parse_nested(tb, EPACL_OWNER_A_MAX, nest, NULL, p->extack)  ?:
		      check_once(nla_data(nest), nla_len(nest), 0, p->extack) ?:
		      check_part(p, nest, tb, EPACL_OWNER_A_KIND, true)	      ?:
		      check_part(p, nest, tb, EPACL_OWNER_A_NAME, true);
	if (err)
		return err;
	owner->kind = nla_get_u8(tb[EPACL_OWNER_A_KIND]);
	err = check_part(p, nest, tb, EPACL_OWNER_A_PART, epacl_owner_has_part(owner->kind)) ?:
		      check_part(p, nest, tb, EPACL_OWNER_A_DIRECTION,
				 epacl_owner_has_direction(owner->kind));
	if (err)
		return err;
	nla_strscpy(owner->name, tb[EPACL_OWNER_A_NAME], sizeof(owner->name));
	if (tb[EPACL_OWNER_A_PART])
		nla_strscpy(owner->part, tb[EPACL_OWNER_A_PART],
			    sizeof(owner->part));
	if (tb[EPACL_OWNER_A_DIRECTION])
		owner->direction = nla_get_u8(tb[EPACL_OWNER_A_DIRECTION]);
	return 0;
}

/* That it is there says it all. */
static int take_flag(const struct parse *p, const struct field *f,
		     const struct nlattr *attr, void *to)
{
	return 0;
}

#define FIELD(_attr, _member, _take, ...)                                  \
	{                                                                  \
		.attr = (_attr), .at = offsetof(struct epacl_op, _member), \
		.size = sizeof_field(struct epacl_op, _member),            \
		.take = (_take), ##__VA_ARGS__                             \
	}
#define ONE(_attr, _member, _element) \
	FIELD(_attr, _member, take_element, .element = &(_element))
#define LIST(_attr, _member, _element, ...) \
	FIELD(_attr, _member, take_list, .element = &(_element), ##__VA_ARGS__)
#define NAMES(_attr, _member) FIELD(_attr, _member, take_names)
#define FLAG(_attr)                                \
	{                                          \
		.attr = (_attr), .take = take_flag \
	}

static const struct field limits_fields[] = {
	FIELD(EPACL_LIMITS_A_RULES_PER_ENDPOINT, limits.rules_per_endpoint,
	      take_bytes),
};

static const struct field guard_fields[] = {
	FIELD(EPACL_GUARD_A_PATTERN, guard.pattern, take_string),
	FLAG(EPACL_GUARD_A_FORCE),
};

static const struct field service_fields[] = {
	FIELD(EPACL_SERVICE_A_NAME, service.name, take_string),
	LIST(EPACL_SERVICE_A_VIPS, service.vips, epacl_nl_plain),
};

static const struct field vnet_fields[] = {
	FIELD(EPACL_VNET_A_NAME, vnet.name, take_string),
	LIST(EPACL_VNET_A_PREFIXES, vnet.prefixes, epacl_nl_prefix),
	LIST(EPACL_VNET_A_PEER_PREFIXES, vnet.peers, epacl_nl_prefix),
	NAMES(EPACL_VNET_A_PEER_VNET, vnet.peer_vnets),
	NAMES(EPACL_VNET_A_UPLINK, vnet.uplinks),
};

static const struct field subnet_fields[] = {
	FIELD(EPACL_SUBNET_A_VNET, subnet.vnet, take_string),
	FIELD(EPACL_SUBNET_A_NAME, subnet.name, take_string),
	LIST(EPACL_SUBNET_A_PREFIXES, subnet.prefixes, epacl_nl_prefix),
};

static const struct field group_fields[] = {
	FIELD(EPACL_GROUP_A_NAME, group.name, take_string),
	FIELD(EPACL_GROUP_A_PRECEDENCE, group.precedence, take_bytes),
};

static const struct field member_fields[] = {
	FIELD(EPACL_MEMBER_A_GROUP, member.group, take_string),
	FIELD(EPACL_MEMBER_A_VM, member.vm, take_string),
};

static const struct field acl_fields[] = {
	FIELD(EPACL_ACL_A_NAME, acl.name, take_string),
};

static const struct field lbset_fields[] = {
	FIELD(EPACL_LBSET_A_NAME, lbset.name, take_string),
	FIELD(EPACL_LBSET_A_PROTO, lbset.proto, take_bytes),
	LIST(EPACL_LBSET_A_PUBLICS, lbset.publics, epacl_nl_public),
};

static const struct field set_fields[] = {
	FIELD(EPACL_SET_A_NAME, prefix_set.name, take_string),
	LIST(EPACL_SET_A_PREFIXES, prefix_set.prefixes, epacl_nl_prefix,
	     .max = EPACL_SET_CHUNK),
	FLAG(EPACL_SET_A_MORE),
};

static const struct field vm_fields[] = {
	FIELD(EPACL_VM_A_NAME, vm.name, take_string),
	FIELD(EPACL_VM_A_SERVICE, vm.service, take_string),
	FIELD(EPACL_VM_A_QUOTA, vm.quota, take_bytes),
};

static const struct field nic_fields[] = {
	FIELD(EPACL_NIC_A_VM, nic.vm, take_string),
	FIELD(EPACL_NIC_A_DEV, nic.dev, take_string),
	LIST(EPACL_NIC_A_ADDRESSES, nic.prefixes, epacl_nl_prefix),
	FIELD(EPACL_NIC_A_MAC, nic.mac, take_bytes),
	FIELD(EPACL_NIC_A_VNET, nic.vnet, take_string),
	LIST(EPACL_NIC_A_SHARED, nic.shared, epacl_nl_plain),
	LIST(EPACL_NIC_A_VLANS, nic.vlans, epacl_nl_vlan),
	FIELD(EPACL_NIC_A_SERVES, nic.serves, take_bytes),
};

static const struct field endpoint_fields[] = {
	FIELD(EPACL_ENDPOINT_A_VM, endpoint.vm, take_string),
	FIELD(EPACL_ENDPOINT_A_NAME, endpoint.name, take_string),
	FIELD(EPACL_ENDPOINT_A_PROTO, endpoint.proto, take_bytes),
	ONE(EPACL_ENDPOINT_A_PORTS, endpoint.ports, epacl_nl_ports),
	FIELD(EPACL_ENDPOINT_A_TYPE, endpoint.type, take_bytes),
	FIELD(EPACL_ENDPOINT_A_CODE, endpoint.code, take_bytes),
	ONE(EPACL_ENDPOINT_A_ADDRESS, endpoint.address, epacl_nl_address),
	LIST(EPACL_ENDPOINT_A_PUBLICS, endpoint.publics, epacl_nl_public,
	     .max = EPACL_PUBLICS_MAX),
	FIELD(EPACL_ENDPOINT_A_LBSET, endpoint.lbset, take_string),
};

static const struct field rules_fields[] = {
	FIELD(EPACL_RULES_A_OWNER, rules.owner, take_owner),
	FIELD(EPACL_RULES_A_DEFAULT, rules.deflt, take_bytes),
	FIELD(EPACL_RULES_A_USE, rules.use, take_string),
};

static const struct field rule_fields[] = {
	FIELD(EPACL_RULE_A_OWNER, rule.owner, take_owner),
	FIELD(EPACL_RULE_A_ORDER, rule.order, take_bytes),
	FIELD(EPACL_RULE_A_ACTION, rule.permit, take_bytes),
	ONE(EPACL_RULE_A_REMOTE, rule.remote, epacl_nl_prefix),
	FIELD(EPACL_RULE_A_PROTO, rule.proto, take_bytes),
	LIST(EPACL_RULE_A_LPORTS, rule.lports, epacl_nl_ports),
	LIST(EPACL_RULE_A_RPORTS, rule.rports, epacl_nl_ports),
	FIELD(EPACL_RULE_A_TYPE, rule.type, take_bytes),
	FIELD(EPACL_RULE_A_CODE, rule.code, take_bytes),
	FIELD(EPACL_RULE_A_TEXT, rule.text, take_string),
	FIELD(EPACL_RULE_A_SET, rule.set, take_string),
	FLAG(EPACL_RULE_A_SECURE),
	FIELD(EPACL_RULE_A_REQID, rule.reqid, take_bytes),
	FLAG(EPACL_RULE_A_LOG),
};

/* Operations of these kinds there are none: for the filter of a dump alone. */
static const struct field reasons_fields[] = {
	FIELD(EPACL_REASONS_A_VM, vm.name, take_string),
};

static const struct field effective_fields[] = {
	FIELD(EPACL_EFFECTIVE_A_VM, effective.vm, take_string),
	FIELD(EPACL_EFFECTIVE_A_DIRECTION, effective.direction, take_bytes),
};

/* ---- kinds ---- */

/**
 * struct kind - a kind of object
 * @nest: its EPACL_A_*
 * @nfields: entries of @fields
 * @whole: attribute that names it, or the whole that it is part of; 0: parts
 *	stand for themselves
 * @repeated: bits of those that may come several times
 * @fields: its attributes
 */
struct kind {
	u8 nest;
	u8 nfields;
	u8 whole;
	u32 repeated;
	const struct field *fields;
};

#define FIELDS(_fields) .nfields = ARRAY_SIZE(_fields), .fields = (_fields)

static const struct kind kinds[] = {
	{
		.nest = EPACL_A_LIMITS,
		FIELDS(limits_fields),
	},
	{
		.nest = EPACL_A_GUARD,
		.whole = EPACL_GUARD_A_PATTERN,
		FIELDS(guard_fields),
	},
	{
		.nest = EPACL_A_SERVICE,
		.whole = EPACL_SERVICE_A_NAME,
		FIELDS(service_fields),
	},
	{
		.nest = EPACL_A_VNET,
		.whole = EPACL_VNET_A_NAME,
		.repeated = BIT(EPACL_VNET_A_PEER_VNET) |
			    BIT(EPACL_VNET_A_UPLINK),
		FIELDS(vnet_fields),
	},
	{
		.nest = EPACL_A_SUBNET,
		.whole = EPACL_SUBNET_A_VNET,
		FIELDS(subnet_fields),
	},
	{
		.nest = EPACL_A_GROUP,
		.whole = EPACL_GROUP_A_NAME,
		FIELDS(group_fields),
	},
	{
		.nest = EPACL_A_MEMBER,
		FIELDS(member_fields),
	},
	{
		.nest = EPACL_A_ACL,
		.whole = EPACL_ACL_A_NAME,
		FIELDS(acl_fields),
	},
	{
		.nest = EPACL_A_LBSET,
		.whole = EPACL_LBSET_A_NAME,
		FIELDS(lbset_fields),
	},
	{
		.nest = EPACL_A_SET,
		.whole = EPACL_SET_A_NAME,
		FIELDS(set_fields),
	},
	{
		.nest = EPACL_A_VM,
		.whole = EPACL_VM_A_NAME,
		FIELDS(vm_fields),
	},
	{
		.nest = EPACL_A_NIC,
		.whole = EPACL_NIC_A_VM,
		FIELDS(nic_fields),
	},
	{
		.nest = EPACL_A_ENDPOINT,
		.whole = EPACL_ENDPOINT_A_VM,
		FIELDS(endpoint_fields),
	},
	{
		.nest = EPACL_A_RULES,
		.whole = EPACL_RULES_A_OWNER,
		FIELDS(rules_fields),
	},
	{
		.nest = EPACL_A_RULE,
		.whole = EPACL_RULE_A_OWNER,
		FIELDS(rule_fields),
	},
	{
		.nest = EPACL_A_REASONS,
		.whole = EPACL_REASONS_A_VM,
		FIELDS(reasons_fields),
	},
	{
		.nest = EPACL_A_EFFECTIVE,
		.whole = EPACL_EFFECTIVE_A_VM,
		FIELDS(effective_fields),
	},
};

#define FITS(_kind) static_assert(EPACL_##_kind##_A_MAX < EPACL_NL_ATTRS)
FITS(LIMITS);
FITS(GUARD);
FITS(SERVICE);
FITS(VNET);
FITS(SUBNET);
FITS(GROUP);
FITS(MEMBER);
FITS(ACL);
FITS(LBSET);
FITS(SET);
FITS(VM);
FITS(NIC);
FITS(ENDPOINT);
FITS(RULES);
FITS(RULE);
FITS(REASONS);
FITS(EFFECTIVE);
/* The masks of a nest have a bit for each, check_once() also for the nests. */
static_assert(EPACL_NL_ATTRS <= 32 && EPACL_A_MAX < 64);

/* The kind that is named, NULL: none, or an ERR_PTR. */
static const struct kind *find_kind(struct nlattr **attrs,
				    struct netlink_ext_ack *extack)
{
	const struct kind *kind = NULL;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (!attrs[kinds[i].nest])
			continue;
		if (kind) {
			epacl_nl_refuse(extack, attrs[kinds[i].nest], -EINVAL,
					"more than one kind of object");
			return ERR_PTR(-EINVAL);
		}
		kind = &kinds[i];
	}
	return kind;
}

/* Everything that is in @nest, which the policy has checked, goes into @op. */
static int take_nest(const struct kind *kind, const struct parse *p,
		     struct nlattr **tb, struct epacl_op *op)
{
	const struct field *f;
	int err;
	u32 i;

	err = nla_parse_nested(tb, EPACL_NL_ATTRS - 1, p->nest, NULL, p->extack) ?:
		      check_once(nla_data(p->nest), nla_len(p->nest),
				 kind->repeated, p->extack);
	if (err)
		return err;
	op->kind = kind->nest;
	for (i = 0; i < kind->nfields; i++) {
		f = &kind->fields[i];
		if (!tb[f->attr])
			continue;
		err = f->take(p, f, tb[f->attr], (void *)op + f->at);
		if (err)
			return err;
		op->set |= BIT(f->attr);
	}
	return 0;
}

static const struct {
	u8 verb;
	const struct nla_policy *policy;
} verbs[] = {
	[EPACL_CMD_ADD] = { EPACL_VERB_ADD, epacl_nl_add_policy },
	[EPACL_CMD_CHANGE] = { EPACL_VERB_CHANGE, epacl_nl_change_policy },
	[EPACL_CMD_REMOVE] = { EPACL_VERB_REMOVE, epacl_nl_remove_policy },
	[EPACL_CMD_FLUSH] = { EPACL_VERB_FLUSH, epacl_nl_flush_policy },
};

/* ---- operations ---- */

static int take_op(struct epacl_memory *memory, struct nlattr **attrs,
		   struct nlattr **tb, struct epacl_op *op,
		   struct netlink_ext_ack *extack)
{
	struct parse p = { .memory = memory, .extack = extack };
	const struct kind *kind;

	if (attrs[EPACL_A_FLAGS])
		op->flags = nla_get_u32(attrs[EPACL_A_FLAGS]);
	if (attrs[EPACL_A_CLEAR])
		op->clear = nla_get_u32(attrs[EPACL_A_CLEAR]);
	kind = find_kind(attrs, extack);
	if (IS_ERR(kind))
		return PTR_ERR(kind);
	if (!kind && op->verb == EPACL_VERB_FLUSH)
		return 0;
	if (!kind)
		return epacl_nl_refuse(extack, NULL, -EINVAL,
				       "no kind of object is named");
	p.nest = attrs[kind->nest];
	return take_nest(kind, &p, tb, op);
}

struct epacl_op *epacl_nl_parse_op(struct epacl_memory *memory,
				   const struct genl_info *info,
				   struct nlattr **tb)
{
	struct netlink_ext_ack *extack = info->extack;
	struct nlattr *attrs[EPACL_A_MAX + 1];
	u8 cmd = info->genlhdr->cmd;
	struct epacl_op *op;
	int err;

	err = genlmsg_parse(info->nlhdr, &epacl_nl_family, attrs, EPACL_A_MAX,
			    verbs[cmd].policy, extack) ?:
	      check_once(nlmsg_attrdata(info->nlhdr, GENL_HDRLEN),
			 nlmsg_attrlen(info->nlhdr, GENL_HDRLEN), 0, extack);
	if (err)
		return ERR_PTR(err);
	op = epacl_op_alloc(memory);
	if (!op) {
		epacl_nl_refuse(extack, NULL, -ENOMEM, "out of memory");
		return ERR_PTR(-ENOMEM);
	}
	op->verb = verbs[cmd].verb;
	err = take_op(memory, attrs, tb, op, extack);
	if (!err)
		return op;
	epacl_op_free(op);
	return ERR_PTR(err);
}

/* ---- filters ---- */

/* A part is named only together with the whole that it is of. */
static int check_whole(const struct kind *kind, const struct parse *p,
		       const struct epacl_op *filter)
{
	if (kind->whole && filter->set && !(filter->set & BIT(kind->whole)))
		return epacl_nl_miss(p->extack, p->nest, kind->whole);
	return 0;
}

struct epacl_op *epacl_nl_parse_filter(struct epacl_memory *memory,
				       struct nlattr **attrs,
				       const struct nlattr **bad,
				       struct netlink_ext_ack *extack)
{
	struct parse p = { .memory = memory, .extack = extack };
	struct nlattr *tb[EPACL_NL_ATTRS];
	const struct kind *kind;
	struct epacl_op *filter;
	int err;

	*bad = NULL;
	kind = find_kind(attrs, extack);
	if (IS_ERR(kind))
		return ERR_CAST(kind);
	filter = epacl_op_alloc(memory);
	if (!filter) {
		epacl_nl_refuse(extack, NULL, -ENOMEM, "out of memory");
		return ERR_PTR(-ENOMEM);
	}
	if (!kind)
		return filter;
	p.nest = attrs[kind->nest];
	*bad = p.nest;
	err = take_nest(kind, &p, tb, filter) ?: check_whole(kind, &p, filter);
	if (!err)
		return filter;
	epacl_op_free(filter);
	return ERR_PTR(err);
}
