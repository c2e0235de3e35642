// SPDX-License-Identifier: GPL-2.0-or-later
#include "codec.h"
#include "op.h"
#include "output.h"
#include "parse.h"
#include "policy.h"

/* --- precedence ------------------------------------------------------------------ */

static bool put_precedence(struct op *op, const struct word *w, char **argv)
{
	__u32 n;

	if (!parse_number(argv[0], 0, 65535, &n))
		return op_wrong(op, w, argv[0], "must be 0 to 65535");
	mnl_attr_put_u16(op->nlh, w->attr, (__u16)n);
	return true;
}

/* What every group has at first need not be typed. */
static void text_precedence(struct buf *b, const struct word *w,
			    const struct view *v)
{
	if (v->tb[w->attr] &&
	    attr_number(v->tb[w->attr]) != EPACL_PRECEDENCE_DEFAULT)
		codec_number.text(b, w, v);
}

static void cell_precedence(struct buf *b, const struct word *w,
			    const struct view *v)
{
	codec_number.text(b, w, v);
}

static void json_precedence(json_t *o, const struct word *w,
			    const struct view *v)
{
	codec_number.json(o, w, v);
}

static const struct codec codec_precedence = {
	.put = put_precedence,
	.text = text_precedence,
	.cell = cell_precedence,
	.json = json_precedence,
};

/* --- members, objects of their own ------------------------------------------------ */

/* The VM of the next member of a group; NULL at the end. */
static const char *member_vm(const struct view *v, const struct object *o)
{
	struct view member;
	const char *vm;

	policy_view(v->policy, o, &member);
	vm = attr_text(member.tb[EPACL_MEMBER_A_VM]);
	return vm ? vm : "";
}

static const char *group_name(const struct view *v)
{
	const char *name = attr_text(v->tb[EPACL_GROUP_A_NAME]);

	return name ? name : "";
}

static void text_members(struct buf *b, const struct word *w,
			 const struct view *v)
{
	const struct object *o;
	const char *comma = "";
	size_t i;

	(void)w;
	policy_for_each(v->policy, &kind_member, group_name(v), o, i) {
		buf_add(b, "%s%s", comma, member_vm(v, o));
		comma = ",";
	}
}

static void json_members(json_t *o, const struct word *w, const struct view *v)
{
	json_t *list = new_array();
	const struct object *found;
	size_t i;

	policy_for_each(v->policy, &kind_member, group_name(v), found, i)
		array_add(list, json_text(member_vm(v, found)));
	json_put(o, w, list);
}

static const struct codec codec_members = {
	.text = text_members,
	.json = json_members,
};

/* --- words ------------------------------------------------------------------------ */

static const struct word group_words[] = {
	{
		.name = "name",
		.value = "NAME",
		.help = "name of the group",
		.codec = &codec_name,
		.attr = EPACL_GROUP_A_NAME,
		.flags = W_KEY | W_POSITION | W_NEEDED,
	},
	{
		.name = "precedence",
		.value = "N",
		.help = "groups are asked from the lowest on, 0 to 65535; otherwise 1000",
		.codec = &codec_precedence,
		.attr = EPACL_GROUP_A_PRECEDENCE,
		.flags = W_CLEAR | W_NUMBER,
	},
	{
		.name = "members",
		.codec = &codec_members,
		.flags = W_ANSWER,
	},
	{}
};

const struct kind kind_group = {
	.name = "group",
	.plural = "groups",
	.help = "VMs with rule lists in common, in and out",
	.attr = EPACL_A_GROUP,
	.verbs = BIT(VERB_ADD) | BIT(VERB_CHANGE) | BIT(VERB_REMOVE) |
		 BIT(VERB_LIST),
	.list_with = { &kind_member },
	.words = group_words,
};

static const struct word member_words[] = {
	{
		.name = "group",
		.value = "GROUP",
		.help = "name of the group",
		.codec = &codec_name,
		.attr = EPACL_MEMBER_A_GROUP,
		.flags = W_KEY | W_POSITION | W_NEEDED,
	},
	{
		.name = "vm",
		.value = "VM",
		.help = "name of the VM",
		.codec = &codec_name,
		.attr = EPACL_MEMBER_A_VM,
		.flags = W_KEY | W_POSITION | W_NEEDED,
	},
	{}
};

const struct kind kind_member = {
	.name = "member",
	.help = "a VM in a group",
	.attr = EPACL_A_MEMBER,
	.verbs = BIT(VERB_ADD) | BIT(VERB_REMOVE),
	.words = member_words,
};
