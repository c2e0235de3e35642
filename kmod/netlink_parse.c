// SPDX-License-Identifier: GPL-2.0-only
/*
 * From a nest to an operation: form alone, attribute by attribute. Whether an
 * operation is complete, and what it means, is the policy's business.
 */
#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/err.h>
#include "netlink.h"

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

/* ---- elements of binary attributes ---- */

/**
 * struct element - a fixed-size structure of the protocol
 * @from: its size
 * @to: size of what it becomes
 * @convert: fills @to in. Return: NULL, or what is wrong
 */
struct element {
	size_t from;
	size_t to;
	const char *(*convert)(const void *from, void *to);
};

static const char *convert_ip(u8 family, const u8 *addr, struct epacl_ip *ip)
{
	if (family != 4 && family != 6)
		return "the address family is neither 4 nor 6";
	if (family == 4 && memchr_inv(addr + 4, 0, 12))
		return "bytes after an IPv4 address are not zero";
	memcpy(ip->b, addr, sizeof(ip->b));
	ip->family = family;
	return NULL;
}

static const char *convert_prefix(const void *from, void *to)
{
	const struct epacl_u_prefix *u = from;
	struct epacl_prefix *prefix = to;
	const char *wrong = convert_ip(u->family, u->addr, &prefix->ip);

	if (wrong)
		return wrong;
	if (u->reserved)
		return "reserved bytes of a prefix are not zero";
	if (u->len > epacl_family_bits(u->family))
		return "the prefix is longer than an address";
	prefix->len = u->len;
	return NULL;
}

static const char *convert_plain(const void *from, void *to)
{
	const struct epacl_prefix *prefix = to;

	return convert_prefix(from, to) ?:
					  (epacl_prefix_is_plain(prefix) ?
						   NULL :
						   "a plain address is needed, not a prefix");
}

static const char *convert_address(const void *from, void *to)
{
	struct epacl_prefix prefix;
	const char *wrong = convert_plain(from, &prefix);

	if (!wrong)
		*(struct epacl_ip *)to = prefix.ip;
	return wrong;
}

static const char *convert_ports(const void *from, void *to)
{
	const struct epacl_u_ports *u = from;
	struct epacl_ports *ports = to;

	if (u->lo > u->hi)
		return "a range of ports ends before it begins";
	ports->lo = u->lo;
	ports->hi = u->hi;
	return NULL;
}

static const char *convert_public(const void *from, void *to)
{
	const struct epacl_u_public *u = from;
	struct epacl_public *public = to;

	if (u->reserved)
		return "reserved bytes of a public address are not zero";
	public->port = u->port;
	return convert_ip(u->family, u->addr, &public->ip);
}

#define ELEMENT(_from, _to, _convert)                     \
	{                                                 \
		.from = sizeof(_from), .to = sizeof(_to), \
		.convert = (_convert)                     \
	}

static const struct element prefix_element = ELEMENT(struct epacl_u_prefix,
						     struct epacl_prefix,
						     convert_prefix);
static const struct element plain_element = ELEMENT(struct epacl_u_prefix,
						    struct epacl_prefix,
						    convert_plain);
static const struct element address_element = ELEMENT(struct epacl_u_prefix,
						      struct epacl_ip,
						      convert_address);
static const struct element ports_element = ELEMENT(struct epacl_u_ports,
						    struct epacl_ports,
						    convert_ports);
static const struct element public_element = ELEMENT(struct epacl_u_public,
						     struct epacl_public,
						     convert_public);

int epacl_nl_parse_ip(const struct nlattr *attr, struct epacl_ip *ip,
		      struct netlink_ext_ack *extack)
{
	const char *wrong = convert_address(nla_data(attr), ip);

	return wrong ? epacl_nl_refuse(extack, attr, -EINVAL, wrong) : 0;
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
	const struct element *element;
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
	const struct element *e = f->element;
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
static int check_once(const struct nlattr *head, int len, u32 repeated,
		      struct netlink_ext_ack *extack)
{
	const struct nlattr *attr;
	u32 bit, seen = 0;
	int left;

	nla_for_each_attr(attr, head, len, left) {
		bit = BIT(nla_type(attr));
		if (seen & bit & ~repeated)
			return epacl_nl_refuse(extack, attr, -EINVAL,
					       "the attribute is there twice");
		seen |= bit;
	}
	return 0;
}

static int take_owner(const struct parse *p, const struct field *f,
		      const struct nlattr *nest, void *to)
{
	struct nlattr *tb[EPACL_OWNER_A_MAX + 1];
	struct epacl_owner *owner = to;
	bool endpoint;
	u16 needs, other;
	int err;

	err = nla_parse_nested(tb, EPACL_OWNER_A_MAX, nest, NULL, p->extack) ?:
		      check_once(nla_data(nest), nla_len(nest), 0, p->extack);
	if (err)
		return err;
	if (!tb[EPACL_OWNER_A_KIND])
		return epacl_nl_miss(p->extack, nest, EPACL_OWNER_A_KIND);
	if (!tb[EPACL_OWNER_A_NAME])
		return epacl_nl_miss(p->extack, nest, EPACL_OWNER_A_NAME);
	owner->kind = nla_get_u8(tb[EPACL_OWNER_A_KIND]);
	endpoint = owner->kind == EPACL_OWNER_ENDPOINT;
	needs = endpoint ? EPACL_OWNER_A_PART : EPACL_OWNER_A_DIRECTION;
	other = endpoint ? EPACL_OWNER_A_DIRECTION : EPACL_OWNER_A_PART;
	if (!tb[needs])
		return epacl_nl_miss(p->extack, nest, needs);
	if (tb[other])
		return epacl_nl_refuse(p->extack, tb[other], -EINVAL,
				       "an owner of this kind has none");
	nla_strscpy(owner->name, tb[EPACL_OWNER_A_NAME], sizeof(owner->name));
	if (endpoint)
		nla_strscpy(owner->part, tb[needs], sizeof(owner->part));
	else
		owner->direction = nla_get_u8(tb[needs]);
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

static const struct field limits_fields[] = {
	FIELD(EPACL_LIMITS_A_RULES_PER_ENDPOINT, limits.rules_per_endpoint,
	      take_bytes),
};

static const struct field service_fields[] = {
	FIELD(EPACL_SERVICE_A_NAME, service.name, take_string),
	LIST(EPACL_SERVICE_A_VIPS, service.vips, plain_element),
};

static const struct field vnet_fields[] = {
	FIELD(EPACL_VNET_A_NAME, vnet.name, take_string),
	LIST(EPACL_VNET_A_PREFIXES, vnet.prefixes, prefix_element),
	LIST(EPACL_VNET_A_PEER_PREFIXES, vnet.peers, prefix_element),
	NAMES(EPACL_VNET_A_PEER_VNET, vnet.peer_vnets),
	NAMES(EPACL_VNET_A_UPLINK, vnet.uplinks),
};

static const struct field vm_fields[] = {
	FIELD(EPACL_VM_A_NAME, vm.name, take_string),
	FIELD(EPACL_VM_A_SERVICE, vm.service, take_string),
};

static const struct field nic_fields[] = {
	FIELD(EPACL_NIC_A_VM, nic.vm, take_string),
	FIELD(EPACL_NIC_A_DEV, nic.dev, take_string),
	LIST(EPACL_NIC_A_ADDRESSES, nic.prefixes, prefix_element),
	FIELD(EPACL_NIC_A_MAC, nic.mac, take_bytes),
	FIELD(EPACL_NIC_A_VNET, nic.vnet, take_string),
};

static const struct field endpoint_fields[] = {
	FIELD(EPACL_ENDPOINT_A_VM, endpoint.vm, take_string),
	FIELD(EPACL_ENDPOINT_A_NAME, endpoint.name, take_string),
	FIELD(EPACL_ENDPOINT_A_PROTO, endpoint.proto, take_bytes),
	ONE(EPACL_ENDPOINT_A_PORTS, endpoint.ports, ports_element),
	FIELD(EPACL_ENDPOINT_A_TYPE, endpoint.type, take_bytes),
	FIELD(EPACL_ENDPOINT_A_CODE, endpoint.code, take_bytes),
	ONE(EPACL_ENDPOINT_A_ADDRESS, endpoint.address, address_element),
	LIST(EPACL_ENDPOINT_A_PUBLICS, endpoint.publics, public_element,
	     .max = EPACL_PUBLICS_MAX),
};

static const struct field rules_fields[] = {
	FIELD(EPACL_RULES_A_OWNER, rules.owner, take_owner),
	FIELD(EPACL_RULES_A_DEFAULT, rules.deflt, take_bytes),
};

static const struct field rule_fields[] = {
	FIELD(EPACL_RULE_A_OWNER, rule.owner, take_owner),
	FIELD(EPACL_RULE_A_ORDER, rule.order, take_bytes),
	FIELD(EPACL_RULE_A_ACTION, rule.permit, take_bytes),
	ONE(EPACL_RULE_A_REMOTE, rule.remote, prefix_element),
	FIELD(EPACL_RULE_A_PROTO, rule.proto, take_bytes),
	LIST(EPACL_RULE_A_LPORTS, rule.lports, ports_element),
	LIST(EPACL_RULE_A_RPORTS, rule.rports, ports_element),
	FIELD(EPACL_RULE_A_TYPE, rule.type, take_bytes),
	FIELD(EPACL_RULE_A_CODE, rule.code, take_bytes),
	FIELD(EPACL_RULE_A_TEXT, rule.text, take_string),
};

/* An operation of this kind there is none: for the filter of a dump alone. */
static const struct field reasons_fields[] = {
	FIELD(EPACL_REASONS_A_VM, vm.name, take_string),
};

/* ---- kinds ---- */

/**
 * struct kind - a kind of object
 * @nest: its EPACL_A_*
 * @nfields: entries of @fields
 * @whole: attribute that names it, or the whole that it is part of
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
};

static_assert(EPACL_LIMITS_A_MAX < EPACL_NL_ATTRS);
static_assert(EPACL_SERVICE_A_MAX < EPACL_NL_ATTRS);
static_assert(EPACL_VNET_A_MAX < EPACL_NL_ATTRS);
static_assert(EPACL_VM_A_MAX < EPACL_NL_ATTRS);
static_assert(EPACL_NIC_A_MAX < EPACL_NL_ATTRS);
static_assert(EPACL_ENDPOINT_A_MAX < EPACL_NL_ATTRS);
static_assert(EPACL_RULES_A_MAX < EPACL_NL_ATTRS);
static_assert(EPACL_RULE_A_MAX < EPACL_NL_ATTRS);
static_assert(EPACL_REASONS_A_MAX < EPACL_NL_ATTRS);
/* check_once() and the masks above have a bit for each. */
static_assert(EPACL_NL_ATTRS <= 32 && EPACL_A_MAX < 32);

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

/* ---- policies ---- */

/* Not const: kernels before 6.7 would not take it. */
static struct netlink_range_validation rules_range = {
	.min = 1,
	.max = EPACL_RULES_MAX,
};

#define STRING(_max)                                  \
	{                                             \
		.type = NLA_NUL_STRING, .len = (_max) \
	}
#define NAME STRING(EPACL_NAME_MAX)
#define IFNAME STRING(IFNAMSIZ - 1)
#define ARRAY(_type) NLA_POLICY_MIN_LEN(sizeof(_type))
#define STRUCT(_type) NLA_POLICY_EXACT_LEN(sizeof(_type))

static const struct nla_policy owner_policy[] = {
	[EPACL_OWNER_A_KIND] = NLA_POLICY_RANGE(NLA_U8, EPACL_OWNER_ENDPOINT,
						EPACL_OWNER_MAX),
	[EPACL_OWNER_A_NAME] = NAME,
	[EPACL_OWNER_A_PART] = NAME,
	[EPACL_OWNER_A_DIRECTION] = NLA_POLICY_MAX(NLA_U8,
						   EPACL_DIRECTIONS - 1),
};

static const struct nla_policy limits_policy[] = {
	[EPACL_LIMITS_A_RULES_PER_ENDPOINT] =
		NLA_POLICY_FULL_RANGE(NLA_U32, &rules_range),
};

static const struct nla_policy service_policy[] = {
	[EPACL_SERVICE_A_NAME] = NAME,
	[EPACL_SERVICE_A_VIPS] = ARRAY(struct epacl_u_prefix),
};

static const struct nla_policy vnet_policy[] = {
	[EPACL_VNET_A_NAME] = NAME,
	[EPACL_VNET_A_PREFIXES] = ARRAY(struct epacl_u_prefix),
	[EPACL_VNET_A_PEER_PREFIXES] = ARRAY(struct epacl_u_prefix),
	[EPACL_VNET_A_PEER_VNET] = NAME,
	[EPACL_VNET_A_UPLINK] = IFNAME,
};

static const struct nla_policy vm_policy[] = {
	[EPACL_VM_A_NAME] = NAME,
	[EPACL_VM_A_SERVICE] = NAME,
};

static const struct nla_policy nic_policy[] = {
	[EPACL_NIC_A_VM] = NAME,
	[EPACL_NIC_A_DEV] = IFNAME,
	[EPACL_NIC_A_ADDRESSES] = ARRAY(struct epacl_u_prefix),
	[EPACL_NIC_A_MAC] = NLA_POLICY_EXACT_LEN(ETH_ALEN),
	[EPACL_NIC_A_VNET] = NAME,
};

static const struct nla_policy endpoint_policy[] = {
	[EPACL_ENDPOINT_A_VM] = NAME,
	[EPACL_ENDPOINT_A_NAME] = NAME,
	[EPACL_ENDPOINT_A_PROTO] = NLA_POLICY_MAX(NLA_U16, EPACL_PROTO_ANY),
	[EPACL_ENDPOINT_A_PORTS] = STRUCT(struct epacl_u_ports),
	[EPACL_ENDPOINT_A_TYPE] = { .type = NLA_U8 },
	[EPACL_ENDPOINT_A_CODE] = { .type = NLA_U8 },
	[EPACL_ENDPOINT_A_ADDRESS] = STRUCT(struct epacl_u_prefix),
	[EPACL_ENDPOINT_A_PUBLICS] = ARRAY(struct epacl_u_public),
};

static const struct nla_policy rules_policy[] = {
	[EPACL_RULES_A_OWNER] = NLA_POLICY_NESTED(owner_policy),
	[EPACL_RULES_A_DEFAULT] = NLA_POLICY_MAX(NLA_U8, EPACL_DEFAULT_DENY),
};

static const struct nla_policy rule_policy[] = {
	[EPACL_RULE_A_OWNER] = NLA_POLICY_NESTED(owner_policy),
	[EPACL_RULE_A_ORDER] = NLA_POLICY_MIN(NLA_U16, 1),
	[EPACL_RULE_A_ACTION] = NLA_POLICY_MAX(NLA_U8, EPACL_PERMIT),
	[EPACL_RULE_A_REMOTE] = STRUCT(struct epacl_u_prefix),
	[EPACL_RULE_A_PROTO] = NLA_POLICY_MAX(NLA_U16, EPACL_PROTO_ANY - 1),
	[EPACL_RULE_A_LPORTS] = ARRAY(struct epacl_u_ports),
	[EPACL_RULE_A_RPORTS] = ARRAY(struct epacl_u_ports),
	[EPACL_RULE_A_TYPE] = { .type = NLA_U8 },
	[EPACL_RULE_A_CODE] = { .type = NLA_U8 },
	[EPACL_RULE_A_TEXT] = STRING(EPACL_TEXT_MAX),
};

static const struct nla_policy reasons_policy[] = {
	[EPACL_REASONS_A_VM] = NAME,
};

/*
 * What names an object, for EPACL_CMD_REMOVE and EPACL_CMD_GET: in every kind
 * the attributes up to @_last, which come first.
 */
#define IDENTITY(_policy, _last) _NLA_POLICY_NESTED(_last, _policy)

static const struct nla_policy add_policy[EPACL_A_MAX + 1] = {
	[EPACL_A_TXN] = { .type = NLA_U64 },
	[EPACL_A_FLAGS] = NLA_POLICY_MASK(NLA_U32, EPACL_F_MAY_EXIST),
	[EPACL_A_SERVICE] = NLA_POLICY_NESTED(service_policy),
	[EPACL_A_VNET] = NLA_POLICY_NESTED(vnet_policy),
	[EPACL_A_VM] = NLA_POLICY_NESTED(vm_policy),
	[EPACL_A_NIC] = NLA_POLICY_NESTED(nic_policy),
	[EPACL_A_ENDPOINT] = NLA_POLICY_NESTED(endpoint_policy),
	[EPACL_A_RULE] = NLA_POLICY_NESTED(rule_policy),
};

static const struct nla_policy change_policy[EPACL_A_MAX + 1] = {
	[EPACL_A_TXN] = { .type = NLA_U64 },
	[EPACL_A_CLEAR] = { .type = NLA_U32 },
	[EPACL_A_LIMITS] = NLA_POLICY_NESTED(limits_policy),
	[EPACL_A_SERVICE] = NLA_POLICY_NESTED(service_policy),
	[EPACL_A_VNET] = NLA_POLICY_NESTED(vnet_policy),
	[EPACL_A_VM] = NLA_POLICY_NESTED(vm_policy),
	[EPACL_A_NIC] = NLA_POLICY_NESTED(nic_policy),
	[EPACL_A_ENDPOINT] = NLA_POLICY_NESTED(endpoint_policy),
	[EPACL_A_RULES] = NLA_POLICY_NESTED(rules_policy),
	[EPACL_A_RULE] = NLA_POLICY_NESTED(rule_policy),
};

static const struct nla_policy remove_policy[EPACL_A_MAX + 1] = {
	[EPACL_A_TXN] = { .type = NLA_U64 },
	[EPACL_A_FLAGS] = NLA_POLICY_MASK(NLA_U32, EPACL_F_IF_EXISTS),
	[EPACL_A_SERVICE] = IDENTITY(service_policy, EPACL_SERVICE_A_NAME),
	[EPACL_A_VNET] = IDENTITY(vnet_policy, EPACL_VNET_A_NAME),
	[EPACL_A_VM] = IDENTITY(vm_policy, EPACL_VM_A_NAME),
	[EPACL_A_NIC] = IDENTITY(nic_policy, EPACL_NIC_A_DEV),
	[EPACL_A_ENDPOINT] = IDENTITY(endpoint_policy, EPACL_ENDPOINT_A_NAME),
	[EPACL_A_RULE] = IDENTITY(rule_policy, EPACL_RULE_A_ORDER),
};

static const struct nla_policy flush_policy[EPACL_A_MAX + 1] = {
	[EPACL_A_TXN] = { .type = NLA_U64 },
};

const struct nla_policy epacl_nl_get_policy[EPACL_A_MAX + 1] = {
	[EPACL_A_TXN] = { .type = NLA_U64 },
	[EPACL_A_LIMITS] = IDENTITY(limits_policy, EPACL_LIMITS_A_UNSPEC),
	[EPACL_A_SERVICE] = IDENTITY(service_policy, EPACL_SERVICE_A_NAME),
	[EPACL_A_VNET] = IDENTITY(vnet_policy, EPACL_VNET_A_NAME),
	[EPACL_A_VM] = IDENTITY(vm_policy, EPACL_VM_A_NAME),
	[EPACL_A_NIC] = IDENTITY(nic_policy, EPACL_NIC_A_DEV),
	[EPACL_A_ENDPOINT] = IDENTITY(endpoint_policy, EPACL_ENDPOINT_A_NAME),
	[EPACL_A_RULES] = IDENTITY(rules_policy, EPACL_RULES_A_OWNER),
	[EPACL_A_RULE] = IDENTITY(rule_policy, EPACL_RULE_A_ORDER),
	[EPACL_A_REASONS] = IDENTITY(reasons_policy, EPACL_REASONS_A_VM),
};

static const struct {
	u8 verb;
	const struct nla_policy *policy;
} verbs[] = {
	[EPACL_CMD_ADD] = { EPACL_VERB_ADD, add_policy },
	[EPACL_CMD_CHANGE] = { EPACL_VERB_CHANGE, change_policy },
	[EPACL_CMD_REMOVE] = { EPACL_VERB_REMOVE, remove_policy },
	[EPACL_CMD_FLUSH] = { EPACL_VERB_FLUSH, flush_policy },
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
	if (filter->set && !(filter->set & BIT(kind->whole)))
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
