// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "codec.h"
#include "format.h"
#include "op.h"
#include "owner.h"
#include "parse.h"

static const char *const
	actions[] = { [EPACL_DROP] = "deny", [EPACL_PERMIT] = "permit", NULL };

static const char *const defaults[] = { [EPACL_DEFAULT_AUTO] = "auto",
					[EPACL_DEFAULT_PERMIT] = "permit",
					[EPACL_DEFAULT_DENY] = "deny",
					NULL };

static const char *const remotes[] = { "any", NULL };
static const char *const owners[] = { "vm", "in", "out", NULL };

/* --- remote: any, or a prefix --------------------------------------------- */

static bool fits_remote(const struct word *w, const char *s)
{
	(void)w;
	return !strcmp(s, "any") || strpbrk(s, ":/") ||
	       (s[0] >= '0' && s[0] <= '9');
}

static bool put_remote(struct op *op, const struct word *w, char **argv)
{
	struct epacl_u_prefix p;

	if (!strcmp(argv[0], "any")) {
		op->clear |= BIT(w->attr);
		return true;
	}
	if (!fits_remote(w, argv[0]))
		return op_wrong(op, w, argv[0], "must be any or a prefix");
	if (!get_prefix(op, w, argv[0], &p))
		return false;
	mnl_attr_put(op->nlh, w->attr, sizeof(p), &p);
	return true;
}

static void text_remote(struct buf *b, const struct word *w,
			const struct view *v)
{
	const struct epacl_u_prefix *p;
	size_t n;

	p = attr_array(v->tb[w->attr], sizeof(*p), &n);
	if (n)
		format_prefix(b, p);
	else
		buf_add(b, "any");
}

static const struct codec codec_remote = {
	.fits = fits_remote,
	.put = put_remote,
	.text = text_remote,
	.json = json_as_text,
};

/* --- proto: any is the same as none ------------------------------------------ */

static bool put_rule_proto(struct op *op, const struct word *w, char **argv)
{
	if (strcmp(argv[0], "any"))
		return codec_proto.put(op, w, argv);
	op->clear |= BIT(w->attr);
	return true;
}

static const struct codec codec_rule_proto = {
	.put = put_rule_proto,
	.text = text_proto,
	.json = json_as_text,
};

/* --- rules ---------------------------------------------------------------------- */

static const struct word rule_words[] = {
	{
		.name = "owner",
		.value = "OWNER",
		.help = "whose list: VM/ENDPOINT, or vm NAME in|out",
		.codec = &codec_owner,
		.attr = EPACL_RULE_A_OWNER,
		.flags = W_KEY | W_POSITION | W_NEEDED | W_INNER,
		.choices = owners,
	},
	{
		.name = "order",
		.value = "ORDER",
		.help = "place in the list, 1 to 65535; the lowest is tried first",
		.codec = &codec_number,
		.attr = EPACL_RULE_A_ORDER,
		.max = sizeof(__u16),
		.flags = W_KEY | W_POSITION | W_NEEDED | W_NUMBER,
	},
	{
		.name = "action",
		.value = "permit|deny",
		.help = "what it does",
		.codec = &codec_choice,
		.attr = EPACL_RULE_A_ACTION,
		.flags = W_POSITION | W_NEEDED,
		.choices = actions,
	},
	{
		.name = "remote",
		.value = "REMOTE",
		.help = "whom it is about: any, or a prefix",
		.codec = &codec_remote,
		.attr = EPACL_RULE_A_REMOTE,
		.flags = W_POSITION | W_NEEDED,
		.choices = remotes,
	},
	{
		.name = "proto",
		.value = "PROTO",
		.help = "protocol",
		.codec = &codec_rule_proto,
		.attr = EPACL_RULE_A_PROTO,
		.flags = W_CLEAR,
		.choices = proto_choices,
	},
	{
		.name = "lport",
		.value = "PORT[-PORT],...",
		.help = "ports on the VM's side, 0 to 65535",
		.codec = &codec_ports,
		.attr = EPACL_RULE_A_LPORTS,
		.max = EPACL_PORTS_MAX,
		.flags = W_CLEAR,
	},
	{
		.name = "rport",
		.value = "PORT[-PORT],...",
		.help = "ports on the other side, 0 to 65535",
		.codec = &codec_ports,
		.attr = EPACL_RULE_A_RPORTS,
		.max = EPACL_PORTS_MAX,
		.flags = W_CLEAR,
	},
	{
		.name = "type",
		.value = "T[/C]",
		.help = "ICMP type and code, each 0 to 255",
		.codec = &codec_icmp,
		.attr = EPACL_RULE_A_TYPE,
		.attr2 = EPACL_RULE_A_CODE,
		.flags = W_CLEAR,
	},
	{
		.name = "name",
		.value = "\"TEXT\"",
		.help = "what you call it, at most 127 bytes",
		.codec = &codec_text,
		.attr = EPACL_RULE_A_TEXT,
		.flags = W_CLEAR | W_QUOTED,
	},
	{
		.name = "packets",
		.codec = &codec_number,
		.attr = EPACL_RULE_A_PACKETS,
		.flags = W_ANSWER | W_NUMBER,
	},
	{
		.name = "bytes",
		.codec = &codec_number,
		.attr = EPACL_RULE_A_BYTES,
		.flags = W_ANSWER | W_NUMBER,
	},
	{}
};

const struct kind kind_rule = {
	.name = "rule",
	.plural = "rules",
	.help = "what is permitted or denied, in the list of its owner",
	.attr = EPACL_A_RULE,
	.verbs = BIT(VERB_ADD) | BIT(VERB_CHANGE) | BIT(VERB_REMOVE) |
		 BIT(VERB_LIST),
	.list_key = true,
	.list_with = &kind_rules,
	.words = rule_words,
};

/* --- the list as a whole -------------------------------------------------------- */

static bool rules_are_default(const struct view *v)
{
	return attr_number(v->tb[EPACL_RULES_A_DEFAULT]) == EPACL_DEFAULT_AUTO;
}

static const struct word rules_words[] = {
	{
		.name = "owner",
		.value = "OWNER",
		.help = "whose list: VM/ENDPOINT, or vm NAME in|out",
		.codec = &codec_owner,
		.attr = EPACL_RULES_A_OWNER,
		.flags = W_KEY | W_POSITION | W_NEEDED,
		.choices = owners,
	},
	{
		.name = "default",
		.value = "auto|permit|deny",
		.help = "the answer where no rule matches; auto: deny if the list has a permit rule, else permit",
		.codec = &codec_choice,
		.attr = EPACL_RULES_A_DEFAULT,
		.flags = W_NEEDED,
		.choices = defaults,
	},
	{
		.name = "rules",
		.codec = &codec_number,
		.attr = EPACL_RULES_A_COUNT,
		.flags = W_ANSWER | W_NUMBER,
	},
	{}
};

const struct kind kind_rules = {
	.name = "rules",
	.help = "a rule list as a whole",
	.attr = EPACL_A_RULES,
	.verbs = BIT(VERB_CHANGE),
	.words = rules_words,
	.is_default = rules_are_default,
};
