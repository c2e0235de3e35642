// SPDX-License-Identifier: GPL-2.0-only
/*
 * The form of requests: which attributes, and of which size and range.
 */
#include "netlink_parse.h"

/* Not const: kernels before 6.7 would not take it. */
static struct netlink_range_validation rules_range = {
	.min = 1,
	.max = EPACL_RULES_MAX,
};

static struct netlink_range_validation quota_range = {
	.min = 1,
	.max = EPACL_QUOTA_MAX,
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

static const struct nla_policy guard_policy[] = {
	[EPACL_GUARD_A_PATTERN] = NAME,
	[EPACL_GUARD_A_FORCE] = { .type = NLA_FLAG },
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

static const struct nla_policy subnet_policy[] = {
	[EPACL_SUBNET_A_VNET] = NAME,
	[EPACL_SUBNET_A_NAME] = NAME,
	[EPACL_SUBNET_A_PREFIXES] = ARRAY(struct epacl_u_prefix),
};

static const struct nla_policy group_policy[] = {
	[EPACL_GROUP_A_NAME] = NAME,
	[EPACL_GROUP_A_PRECEDENCE] = { .type = NLA_U16 },
};

static const struct nla_policy member_policy[] = {
	[EPACL_MEMBER_A_GROUP] = NAME,
	[EPACL_MEMBER_A_VM] = NAME,
};

static const struct nla_policy acl_policy[] = {
	[EPACL_ACL_A_NAME] = NAME,
};

static const struct nla_policy lbset_policy[] = {
	[EPACL_LBSET_A_NAME] = NAME,
	[EPACL_LBSET_A_PROTO] = NLA_POLICY_MAX(NLA_U16, EPACL_PROTO_ANY - 1),
	[EPACL_LBSET_A_PUBLICS] = ARRAY(struct epacl_u_public),
};

static const struct nla_policy set_policy[] = {
	[EPACL_SET_A_NAME] = NAME,
	[EPACL_SET_A_PREFIXES] = ARRAY(struct epacl_u_prefix),
	[EPACL_SET_A_MORE] = { .type = NLA_FLAG },
};

static const struct nla_policy vm_policy[] = {
	[EPACL_VM_A_NAME] = NAME,
	[EPACL_VM_A_SERVICE] = NAME,
	[EPACL_VM_A_QUOTA] = NLA_POLICY_FULL_RANGE(NLA_U32, &quota_range),
};

static const struct nla_policy nic_policy[] = {
	[EPACL_NIC_A_VM] = NAME,
	[EPACL_NIC_A_DEV] = IFNAME,
	[EPACL_NIC_A_ADDRESSES] = ARRAY(struct epacl_u_prefix),
	[EPACL_NIC_A_MAC] = NLA_POLICY_EXACT_LEN(ETH_ALEN),
	[EPACL_NIC_A_VNET] = NAME,
	[EPACL_NIC_A_SHARED] = ARRAY(struct epacl_u_prefix),
	[EPACL_NIC_A_VLANS] = ARRAY(u16),
	[EPACL_NIC_A_SERVES] =
		NLA_POLICY_MASK(NLA_U32, EPACL_SERVES_DHCP | EPACL_SERVES_RA),
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
	[EPACL_ENDPOINT_A_LBSET] = NAME,
};

static const struct nla_policy rules_policy[] = {
	[EPACL_RULES_A_OWNER] = NLA_POLICY_NESTED(owner_policy),
	[EPACL_RULES_A_DEFAULT] = NLA_POLICY_MAX(NLA_U8, EPACL_DEFAULT_DENY),
	[EPACL_RULES_A_USE] = NAME,
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
	[EPACL_RULE_A_SET] = NAME,
	[EPACL_RULE_A_SECURE] = { .type = NLA_FLAG },
	[EPACL_RULE_A_REQID] = NLA_POLICY_MIN(NLA_U32, 1),
	[EPACL_RULE_A_LOG] = { .type = NLA_FLAG },
};

static const struct nla_policy reasons_policy[] = {
	[EPACL_REASONS_A_VM] = NAME,
};

static const struct nla_policy effective_policy[] = {
	[EPACL_EFFECTIVE_A_VM] = NAME,
	[EPACL_EFFECTIVE_A_DIRECTION] = NLA_POLICY_MAX(NLA_U8,
						       EPACL_DIRECTIONS - 1),
};

/*
 * What names an object, for EPACL_CMD_REMOVE and EPACL_CMD_GET: in every kind
 * the attributes up to @_last, which come first.
 */
#define IDENTITY(_policy, _last) _NLA_POLICY_NESTED(_last, _policy)

const struct nla_policy epacl_nl_add_policy[EPACL_A_MAX + 1] = {
	[EPACL_A_TXN] = { .type = NLA_U64 },
	[EPACL_A_FLAGS] = NLA_POLICY_MASK(NLA_U32, EPACL_F_MAY_EXIST),
	[EPACL_A_GUARD] = NLA_POLICY_NESTED(guard_policy),
	[EPACL_A_SERVICE] = NLA_POLICY_NESTED(service_policy),
	[EPACL_A_VNET] = NLA_POLICY_NESTED(vnet_policy),
	[EPACL_A_SUBNET] = NLA_POLICY_NESTED(subnet_policy),
	[EPACL_A_GROUP] = NLA_POLICY_NESTED(group_policy),
	[EPACL_A_MEMBER] = NLA_POLICY_NESTED(member_policy),
	[EPACL_A_ACL] = NLA_POLICY_NESTED(acl_policy),
	[EPACL_A_LBSET] = NLA_POLICY_NESTED(lbset_policy),
	[EPACL_A_SET] = NLA_POLICY_NESTED(set_policy),
	[EPACL_A_VM] = NLA_POLICY_NESTED(vm_policy),
	[EPACL_A_NIC] = NLA_POLICY_NESTED(nic_policy),
	[EPACL_A_ENDPOINT] = NLA_POLICY_NESTED(endpoint_policy),
	[EPACL_A_RULE] = NLA_POLICY_NESTED(rule_policy),
};

const struct nla_policy epacl_nl_change_policy[EPACL_A_MAX + 1] = {
	[EPACL_A_TXN] = { .type = NLA_U64 },
	[EPACL_A_CLEAR] = { .type = NLA_U32 },
	[EPACL_A_LIMITS] = NLA_POLICY_NESTED(limits_policy),
	[EPACL_A_GUARD] = NLA_POLICY_NESTED(guard_policy),
	[EPACL_A_SERVICE] = NLA_POLICY_NESTED(service_policy),
	[EPACL_A_VNET] = NLA_POLICY_NESTED(vnet_policy),
	[EPACL_A_SUBNET] = NLA_POLICY_NESTED(subnet_policy),
	[EPACL_A_GROUP] = NLA_POLICY_NESTED(group_policy),
	[EPACL_A_LBSET] = NLA_POLICY_NESTED(lbset_policy),
	[EPACL_A_SET] = NLA_POLICY_NESTED(set_policy),
	[EPACL_A_VM] = NLA_POLICY_NESTED(vm_policy),
	[EPACL_A_NIC] = NLA_POLICY_NESTED(nic_policy),
	[EPACL_A_ENDPOINT] = NLA_POLICY_NESTED(endpoint_policy),
	[EPACL_A_RULES] = NLA_POLICY_NESTED(rules_policy),
	[EPACL_A_RULE] = NLA_POLICY_NESTED(rule_policy),
};

const struct nla_policy epacl_nl_remove_policy[EPACL_A_MAX + 1] = {
	[EPACL_A_TXN] = { .type = NLA_U64 },
	[EPACL_A_FLAGS] = NLA_POLICY_MASK(NLA_U32, EPACL_F_IF_EXISTS),
	[EPACL_A_GUARD] = IDENTITY(guard_policy, EPACL_GUARD_A_PATTERN),
	[EPACL_A_SERVICE] = IDENTITY(service_policy, EPACL_SERVICE_A_NAME),
	[EPACL_A_VNET] = IDENTITY(vnet_policy, EPACL_VNET_A_NAME),
	[EPACL_A_SUBNET] = IDENTITY(subnet_policy, EPACL_SUBNET_A_NAME),
	[EPACL_A_GROUP] = IDENTITY(group_policy, EPACL_GROUP_A_NAME),
	[EPACL_A_MEMBER] = IDENTITY(member_policy, EPACL_MEMBER_A_VM),
	[EPACL_A_ACL] = IDENTITY(acl_policy, EPACL_ACL_A_NAME),
	[EPACL_A_LBSET] = IDENTITY(lbset_policy, EPACL_LBSET_A_NAME),
	[EPACL_A_SET] = IDENTITY(set_policy, EPACL_SET_A_NAME),
	[EPACL_A_VM] = IDENTITY(vm_policy, EPACL_VM_A_NAME),
	[EPACL_A_NIC] = IDENTITY(nic_policy, EPACL_NIC_A_DEV),
	[EPACL_A_ENDPOINT] = IDENTITY(endpoint_policy, EPACL_ENDPOINT_A_NAME),
	[EPACL_A_RULE] = IDENTITY(rule_policy, EPACL_RULE_A_ORDER),
};

const struct nla_policy epacl_nl_flush_policy[EPACL_A_MAX + 1] = {
	[EPACL_A_TXN] = { .type = NLA_U64 },
};

const struct nla_policy epacl_nl_get_policy[EPACL_A_MAX + 1] = {
	[EPACL_A_TXN] = { .type = NLA_U64 },
	[EPACL_A_LIMITS] = IDENTITY(limits_policy, EPACL_LIMITS_A_UNSPEC),
	[EPACL_A_GUARD] = IDENTITY(guard_policy, EPACL_GUARD_A_PATTERN),
	[EPACL_A_SERVICE] = IDENTITY(service_policy, EPACL_SERVICE_A_NAME),
	[EPACL_A_VNET] = IDENTITY(vnet_policy, EPACL_VNET_A_NAME),
	[EPACL_A_SUBNET] = IDENTITY(subnet_policy, EPACL_SUBNET_A_NAME),
	[EPACL_A_GROUP] = IDENTITY(group_policy, EPACL_GROUP_A_NAME),
	[EPACL_A_MEMBER] = IDENTITY(member_policy, EPACL_MEMBER_A_VM),
	[EPACL_A_ACL] = IDENTITY(acl_policy, EPACL_ACL_A_NAME),
	[EPACL_A_LBSET] = IDENTITY(lbset_policy, EPACL_LBSET_A_NAME),
	[EPACL_A_SET] = IDENTITY(set_policy, EPACL_SET_A_NAME),
	[EPACL_A_VM] = IDENTITY(vm_policy, EPACL_VM_A_NAME),
	[EPACL_A_NIC] = IDENTITY(nic_policy, EPACL_NIC_A_DEV),
	[EPACL_A_ENDPOINT] = IDENTITY(endpoint_policy, EPACL_ENDPOINT_A_NAME),
	[EPACL_A_RULES] = IDENTITY(rules_policy, EPACL_RULES_A_OWNER),
	[EPACL_A_RULE] = IDENTITY(rule_policy, EPACL_RULE_A_ORDER),
	[EPACL_A_REASONS] = IDENTITY(reasons_policy, EPACL_REASONS_A_VM),
	[EPACL_A_EFFECTIVE] = IDENTITY(effective_policy,
				       EPACL_EFFECTIVE_A_DIRECTION),
};
