// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "codec.h"
#include "format.h"
#include "op.h"
#include "owner.h"
#include "parse.h"

/* Attributes of an owner; absent ones are NULL. */
static void owner_parse(const struct nlattr *owner,
			const struct nlattr *tb[EPACL_OWNER_A_MAX + 1])
{
	const struct nlattr *attr;

	memset(tb, 0, sizeof(*tb) * (EPACL_OWNER_A_MAX + 1));
	if (!owner)
		return;
	mnl_attr_for_each_nested(attr, owner)
		if (mnl_attr_get_type(attr) <= EPACL_OWNER_A_MAX)
			tb[mnl_attr_get_type(attr)] = attr;
}

/* `VM/ENDPOINT` or `vm NAME in|out`. */
void owner_text(struct buf *b, const struct nlattr *owner)
{
	const struct nlattr *tb[EPACL_OWNER_A_MAX + 1];
	const char *name, *part;

	owner_parse(owner, tb);
	name = attr_text(tb[EPACL_OWNER_A_NAME]);
	part = attr_text(tb[EPACL_OWNER_A_PART]);
	if (!name)
		return;
	if (attr_number(tb[EPACL_OWNER_A_KIND]) == EPACL_OWNER_VM)
		buf_add(b, "vm %s %s", name,
			direction_word((__u8)attr_number(
				tb[EPACL_OWNER_A_DIRECTION])));
	else
		buf_add(b, "%s/%s", name, part ? part : "");
}

json_t *owner_json(const struct nlattr *owner)
{
	struct buf b = { 0 };

	owner_text(&b, owner);
	return json_buf(&b);
}

/**
 * part_split - take VM/NAME apart
 * @op: the operation that it is for
 * @w: the word whose value it is
 * @text: what was typed
 * @name: receives both
 *
 * Return: whether it is such a name.
 */
bool part_split(struct op *op, const struct word *w, const char *text,
		struct part_name *name)
{
	const char *slash = strchr(text, '/');
	size_t len = slash ? (size_t)(slash - text) : 0;
	const char *why;

	if (!slash)
		return op_wrong(op, w, text, "must be VM/NAME");
	if (len > EPACL_NAME_MAX || strlen(slash + 1) > EPACL_NAME_MAX)
		return op_wrong(op, w, text,
				"a name has 63 characters at most");
	memcpy(name->vm, text, len);
	name->vm[len] = '\0';
	memcpy(name->part, slash + 1, strlen(slash + 1) + 1);
	why = parse_name(name->vm);
	if (!why)
		why = parse_name(name->part);
	return !why || op_wrong(op, w, text, why);
}

static int count_owner(int argc, char **argv)
{
	(void)argc;
	return strcmp(argv[0], "vm") ? 1 : 3;
}

static bool put_vm_owner(struct op *op, const struct word *w, char **argv)
{
	const char *why = parse_name(argv[1]);
	bool out = !strcmp(argv[2], "out");

	if (why)
		return op_wrong(op, w, argv[1], why);
	if (!out && strcmp(argv[2], "in"))
		return op_wrong(op, w, argv[2], "must be in or out");
	mnl_attr_put_u8(op->nlh, EPACL_OWNER_A_KIND, EPACL_OWNER_VM);
	mnl_attr_put_strz(op->nlh, EPACL_OWNER_A_NAME, argv[1]);
	mnl_attr_put_u8(op->nlh, EPACL_OWNER_A_DIRECTION,
			out ? EPACL_OUT : EPACL_IN);
	return true;
}

static bool put_endpoint_owner(struct op *op, const struct word *w,
			       const char *text)
{
	struct part_name name;

	if (!strchr(text, '/'))
		return op_wrong(op, w, text,
				"must be VM/ENDPOINT or vm NAME in|out");
	if (!part_split(op, w, text, &name))
		return false;
	mnl_attr_put_u8(op->nlh, EPACL_OWNER_A_KIND, EPACL_OWNER_ENDPOINT);
	mnl_attr_put_strz(op->nlh, EPACL_OWNER_A_NAME, name.vm);
	mnl_attr_put_strz(op->nlh, EPACL_OWNER_A_PART, name.part);
	return true;
}

static bool put_owner(struct op *op, const struct word *w, char **argv)
{
	struct nlattr *nest = mnl_attr_nest_start(op->nlh, w->attr);
	bool ok = strcmp(argv[0], "vm") ? put_endpoint_owner(op, w, argv[0]) :
					  put_vm_owner(op, w, argv);

	mnl_attr_nest_end(op->nlh, nest);
	return ok;
}

static void text_owner(struct buf *b, const struct word *w,
		       const struct view *v)
{
	owner_text(b, v->tb[w->attr]);
}

const struct codec codec_owner = {
	.count = count_owner,
	.put = put_owner,
	.text = text_owner,
	.json = json_as_text,
};
