// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "codec.h"
#include "format.h"
#include "op.h"
#include "owner.h"
#include "parse.h"

/* --- the kinds of owners --------------------------------------------------------- */

/**
 * struct owner_kind - how owners of a kind are typed
 * @word: what comes first; NULL: the name does
 * @kind: EPACL_OWNER_*
 * @name: what the name looks like
 * @has_part: it is one of two parts
 * @has_direction: in or out follows
 */
static const struct owner_kind {
	const char *word;
	__u8 kind;
	const char *name;
	bool has_part;
	bool has_direction;
} owner_kinds[] = {
	{ "vm", EPACL_OWNER_VM, "NAME", false, true },
	{ "lbset", EPACL_OWNER_LBSET, "NAME", false, false },
	{ "acl", EPACL_OWNER_ACL, "NAME", false, false },
	{ "subnet", EPACL_OWNER_SUBNET, "VNET/NAME", true, true },
	{ "group", EPACL_OWNER_GROUP, "NAME", false, true },
	{ NULL, EPACL_OWNER_ENDPOINT,
	  "VM/ENDPOINT, vm NAME in|out, subnet VNET/NAME in|out, group NAME in|out, lbset NAME or acl NAME",
	  true, false },
};

const char *const owner_choices[] = { "vm",    "lbset", "acl", "subnet",
				      "group", "in",	"out", NULL };

/* By the first word; the last kind has none. */
static const struct owner_kind *kind_of_word(const char *word)
{
	const struct owner_kind *k = owner_kinds;

	while (k->word && strcmp(k->word, word))
		k++;
	return k;
}

static const struct owner_kind *kind_of_number(__u64 number)
{
	const struct owner_kind *k = owner_kinds;

	while (k->word && k->kind != number)
		k++;
	return k;
}

/* --- names of two parts ----------------------------------------------------------- */

/* Take @text, which should look like @form, apart. Return: whether it does. */
static bool split(struct op *op, const struct word *w, const char *text,
		  const char *form, struct part_name *name)
{
	const char *slash = strchr(text, '/');
	size_t len = slash ? (size_t)(slash - text) : 0;
	struct buf b = { 0 };
	const char *why;

	if (!slash) {
		buf_add(&b, "must be %s", form);
		op_wrong(op, w, text, b.s);
		buf_free(&b);
		return false;
	}
	if (len > EPACL_NAME_MAX || strlen(slash + 1) > EPACL_NAME_MAX)
		return op_wrong(op, w, text,
				"a name has 63 characters at most");
	memcpy(name->whole, text, len);
	name->whole[len] = '\0';
	memcpy(name->part, slash + 1, strlen(slash + 1) + 1);
	why = parse_name(name->whole);
	if (!why)
		why = parse_name(name->part);
	return !why || op_wrong(op, w, text, why);
}

static bool put_part(struct op *op, const struct word *w, char **argv)
{
	struct part_name name;

	/* list endpoints VM, list subnets VNET */
	if (op->verb == VERB_LIST && !strchr(argv[0], '/'))
		return codec_name.put(op, w, argv);
	return split(op, w, argv[0], w->value, &name) &&
	       put_text(op, w->attr, name.whole) &&
	       put_text(op, w->attr2, name.part);
}

static void text_part(struct buf *b, const struct word *w, const struct view *v)
{
	const char *whole = attr_text(v->tb[w->attr]);
	const char *name = attr_text(v->tb[w->attr2]);

	buf_add(b, "%s/%s", whole ? whole : "", name ? name : "");
}

static void json_part(json_t *o, const struct word *w, const struct view *v)
{
	const char *whole = attr_text(v->tb[w->attr]);
	const char *name = attr_text(v->tb[w->attr2]);

	json_put_key(o, v->kind->within->name, json_text(whole ? whole : ""));
	json_put_key(o, "name", json_text(name ? name : ""));
}

/* WHOLE/PART, in two attributes, of a kind that is within another. */
const struct codec codec_part = {
	.put = put_part,
	.text = text_part,
	.json = json_part,
};

/* --- owners ------------------------------------------------------------------------ */

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

/* As it would be typed. */
void owner_text(struct buf *b, const struct nlattr *owner)
{
	const struct nlattr *tb[EPACL_OWNER_A_MAX + 1];
	const struct owner_kind *k;
	const char *name, *part;

	owner_parse(owner, tb);
	name = attr_text(tb[EPACL_OWNER_A_NAME]);
	part = attr_text(tb[EPACL_OWNER_A_PART]);
	if (!name)
		return;
	k = kind_of_number(attr_number(tb[EPACL_OWNER_A_KIND]));
	if (k->word)
		buf_add(b, "%s ", k->word);
	buf_add(b, "%s", name);
	if (k->has_part)
		buf_add(b, "/%s", part ? part : "");
	if (k->has_direction)
		buf_add(b, " %s",
			direction_word((__u8)attr_number(
				tb[EPACL_OWNER_A_DIRECTION])));
}

/* What it is, rather than its list: endpoint 'vm/name', vm 'name'. */
void owner_noun(struct buf *b, const struct nlattr *owner)
{
	const struct nlattr *tb[EPACL_OWNER_A_MAX + 1];
	const struct owner_kind *k;
	const char *name, *part;

	owner_parse(owner, tb);
	name = attr_text(tb[EPACL_OWNER_A_NAME]);
	part = attr_text(tb[EPACL_OWNER_A_PART]);
	k = kind_of_number(attr_number(tb[EPACL_OWNER_A_KIND]));
	buf_add(b, "%s '%s", k->word ? k->word : kind_endpoint.name,
		name ? name : "");
	if (k->has_part)
		buf_add(b, "/%s", part ? part : "");
	buf_add(b, "'");
}

json_t *owner_json(const struct nlattr *owner)
{
	struct buf b = { 0 };

	owner_text(&b, owner);
	return json_buf(&b);
}

/* Return: whether it is one, and its names. */
bool owner_is_endpoint(const struct nlattr *owner, const char **vm,
		       const char **name)
{
	const struct nlattr *tb[EPACL_OWNER_A_MAX + 1];

	owner_parse(owner, tb);
	*vm = attr_text(tb[EPACL_OWNER_A_NAME]);
	*name = attr_text(tb[EPACL_OWNER_A_PART]);
	return *vm && *name && owner_kind(owner) == EPACL_OWNER_ENDPOINT;
}

/* EPACL_OWNER_*; 0 where there is no owner. */
__u8 owner_kind(const struct nlattr *owner)
{
	const struct nlattr *tb[EPACL_OWNER_A_MAX + 1];

	owner_parse(owner, tb);
	return (__u8)attr_number(tb[EPACL_OWNER_A_KIND]);
}

static int count_owner(int argc, char **argv)
{
	const struct owner_kind *k;

	if (!argc)
		return 1;
	k = kind_of_word(argv[0]);
	return 1 + !!k->word + k->has_direction;
}

/* The name, or the direction. */
static const char *lacks_owner(int argc, char **argv)
{
	return argc > 1 ? "in or out" : kind_of_word(argv[0])->name;
}

/* Name and part. */
static bool put_owner_name(struct op *op, const struct word *w,
			   const struct owner_kind *k, const char *text)
{
	struct part_name name;
	const char *why;

	if (k->has_part) {
		if (!split(op, w, text, k->name, &name))
			return false;
		put_text(op, EPACL_OWNER_A_NAME, name.whole);
		return put_text(op, EPACL_OWNER_A_PART, name.part);
	}
	why = parse_name(text);
	return why ? op_wrong(op, w, text, why) :
		     put_text(op, EPACL_OWNER_A_NAME, text);
}

static bool put_owner_attrs(struct op *op, const struct word *w, char **argv)
{
	const struct owner_kind *k = kind_of_word(argv[0]);
	char **rest = argv + !!k->word;

	mnl_attr_put_u8(op->nlh, EPACL_OWNER_A_KIND, k->kind);
	if (!put_owner_name(op, w, k, rest[0]))
		return false;
	if (!k->has_direction)
		return true;
	if (strcmp(rest[1], "in") && strcmp(rest[1], "out")) {
		say(&op->at, "direction '%s' of %s %s: must be in or out",
		    rest[1], k->word, rest[0]);
		return false;
	}
	mnl_attr_put_u8(op->nlh, EPACL_OWNER_A_DIRECTION,
			strcmp(rest[1], "in") ? EPACL_OUT : EPACL_IN);
	return true;
}

static bool put_owner(struct op *op, const struct word *w, char **argv)
{
	struct nlattr *nest = mnl_attr_nest_start(op->nlh, w->attr);
	bool ok = put_owner_attrs(op, w, argv);

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
	.lacks = lacks_owner,
	.put = put_owner,
	.text = text_owner,
	.json = json_as_text,
};
