// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdint.h>
#include <string.h>

#include "codec.h"
#include "format.h"
#include "op.h"
#include "owner.h"
#include "parse.h"
#include "policy.h"
#include "rule.h"

static const char *const
	actions[] = { [EPACL_DROP] = "deny", [EPACL_PERMIT] = "permit", NULL };

static const char *const defaults[] = { [EPACL_DEFAULT_AUTO] = "auto",
					[EPACL_DEFAULT_PERMIT] = "permit",
					[EPACL_DEFAULT_DENY] = "deny",
					NULL };

static const char *const remotes[] = { "any", "set", NULL };

/* --- remote: any, a prefix, or a set -------------------------------------- */

static int count_remote(int argc, char **argv)
{
	return argc && !strcmp(argv[0], "set") ? 2 : 1;
}

static const char *lacks_remote(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return "the NAME of the set";
}

static bool fits_remote(const struct word *w, const char *s, const char *before)
{
	(void)w;
	(void)before;
	return !strcmp(s, "any") || !strcmp(s, "set") || strpbrk(s, ":/") ||
	       (s[0] >= '0' && s[0] <= '9');
}

static bool put_set(struct op *op, const struct word *w, const char *name)
{
	const char *why = parse_name(name);

	return why ? op_wrong(op, w, name, why) : put_text(op, w->attr2, name);
}

static bool put_remote(struct op *op, const struct word *w, char **argv)
{
	struct epacl_u_prefix p;

	if (!strcmp(argv[0], "any")) {
		op->clear |= BIT(w->attr) | BIT(w->attr2);
		return true;
	}
	if (!strcmp(argv[0], "set"))
		return put_set(op, w, argv[1]);
	if (!fits_remote(w, argv[0], NULL))
		return op_wrong(op, w, argv[0],
				"must be any, a prefix or set NAME");
	if (!get_prefix(op, w, argv[0], &p))
		return false;
	mnl_attr_put(op->nlh, w->attr, sizeof(p), &p);
	return true;
}

static void text_remote(struct buf *b, const struct word *w,
			const struct view *v)
{
	const char *set = attr_text(v->tb[w->attr2]);
	const struct epacl_u_prefix *p;
	size_t n;

	p = attr_array(v->tb[w->attr], sizeof(*p), &n);
	if (set)
		buf_add(b, "set %s", set);
	else if (n)
		format_prefix(b, p);
	else
		buf_add(b, "any");
}

static const struct codec codec_remote = {
	.count = count_remote,
	.lacks = lacks_remote,
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

/* --- secure [reqid N] ----------------------------------------------------------- */

static int count_secure(int argc, char **argv)
{
	return argc && !strcmp(argv[0], "reqid") ? 2 : 0;
}

static bool put_secure(struct op *op, const struct word *w, char **argv)
{
	__u32 reqid;

	mnl_attr_put(op->nlh, w->attr, 0, NULL);
	if (strcmp(argv[0], "reqid")) {
		op->clear |= BIT(w->attr2);
		return true;
	}
	if (!parse_number(argv[1], 1, UINT32_MAX, &reqid))
		return op_wrong(op, w, argv[1],
				"reqid must be 1 to 4294967295");
	mnl_attr_put_u32(op->nlh, w->attr2, reqid);
	return true;
}

static void text_secure(struct buf *b, const struct word *w,
			const struct view *v)
{
	codec_flag.text(b, w, v);
	if (v->tb[w->attr2])
		buf_add(b, " reqid %u",
			(unsigned int)attr_number(v->tb[w->attr2]));
}

static void json_secure(json_t *o, const struct word *w, const struct view *v)
{
	const struct nlattr *reqid = v->tb[w->attr2];

	codec_flag.json(o, w, v);
	json_put_key(o, "reqid",
		     reqid ? json_integer((json_int_t)attr_number(reqid)) :
			     json_null());
}

const struct codec codec_secure = {
	.count = count_secure,
	.put = put_secure,
	.text = text_secure,
	.json = json_secure,
};

const char *const secure_choices[] = { "reqid", NULL };

/* --- rules ---------------------------------------------------------------------- */

static const struct word rule_words[] = {
	{
		.name = "owner",
		.value = "OWNER",
		.help = OWNER_HELP,
		.codec = &codec_owner,
		.attr = EPACL_RULE_A_OWNER,
		.flags = W_KEY | W_POSITION | W_NEEDED | W_INNER,
		.choices = owner_choices,
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
		.help = "whom it is about: any, a prefix, or set NAME",
		.codec = &codec_remote,
		.attr = EPACL_RULE_A_REMOTE,
		.attr2 = EPACL_RULE_A_SET,
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
		.name = "secure",
		.value = "[reqid N]",
		.help = "only what IPsec protects, by a state of that reqid",
		.codec = &codec_secure,
		.attr = EPACL_RULE_A_SECURE,
		.attr2 = EPACL_RULE_A_REQID,
		.flags = W_CLEAR | W_FLAG,
		.choices = secure_choices,
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
		.name = "log",
		.help = "log what it decides",
		.codec = &codec_flag,
		.attr = EPACL_RULE_A_LOG,
		.flags = W_CLEAR | W_FLAG,
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
	.list_with = { &kind_rules },
	.words = rule_words,
};

/* --- the list as a whole -------------------------------------------------------- */

/* Does its answer where no rule matches follow from its rules? */
bool rules_are_auto(const struct view *v)
{
	return attr_number(v->tb[EPACL_RULES_A_DEFAULT]) == EPACL_DEFAULT_AUTO;
}

/* The opposite of use, and no attribute of its own. */
static bool put_inline(struct op *op, const struct word *w, char **argv)
{
	(void)w;
	(void)argv;
	op->clear |= BIT(EPACL_RULES_A_USE);
	return true;
}

static void show_nothing(struct buf *b, const struct word *w,
			 const struct view *v)
{
	(void)b;
	(void)w;
	(void)v;
}

static void no_json(json_t *o, const struct word *w, const struct view *v)
{
	(void)o;
	(void)w;
	(void)v;
}

static const struct codec codec_inline = {
	.count = count_none,
	.put = put_inline,
	.text = show_nothing,
	.json = no_json,
};

static const struct word rules_words[] = {
	{
		.name = "owner",
		.value = "OWNER",
		.help = OWNER_HELP,
		.codec = &codec_owner,
		.attr = EPACL_RULES_A_OWNER,
		.flags = W_KEY | W_POSITION | W_NEEDED,
		.choices = owner_choices,
	},
	{
		.name = "default",
		.value = "auto|permit|deny",
		.help = "the answer where no rule matches; auto: deny if the list has a permit rule, else permit",
		.codec = &codec_choice,
		.attr = EPACL_RULES_A_DEFAULT,
		.choices = defaults,
	},
	{
		.name = "use",
		.value = "NAME",
		.help = "acl that answers in place of the list, whose rules wait",
		.codec = &codec_name,
		.attr = EPACL_RULES_A_USE,
	},
	{
		.name = "inline",
		.help = "the list answers itself again",
		.codec = &codec_inline,
		.flags = W_FLAG,
	},
	{
		.name = "rules",
		.codec = &codec_number,
		.attr = EPACL_RULES_A_COUNT,
		.flags = W_ANSWER | W_NUMBER,
	},
	{}
};

static bool check_rules(const struct op *op, const struct slot *slots, int n)
{
	const struct word *use = kind_word(&kind_rules, "use");
	const struct word *in_line = kind_word(&kind_rules, "inline");

	if (!slot_find(slots, n, use) || !slot_find(slots, n, in_line))
		return true;
	say(&op->at, "'use' and 'inline' contradict each other");
	return false;
}

const struct kind kind_rules = {
	.name = "rules",
	.help = "a rule list as a whole",
	.attr = EPACL_A_RULES,
	.verbs = BIT(VERB_CHANGE),
	.words = rules_words,
	.check = check_rules,
};

/* --- the list of an object, beside the object ------------------------------------ */

/* View the list of an object whose one list has the object's name. */
static bool find_rules(const struct view *v, struct view *rules)
{
	const struct word *key = v->kind->words;
	const struct object *o;
	struct buf name = { 0 };
	size_t pos;

	if (v->kind != &kind_endpoint)
		buf_add(&name, "%s ", v->kind->name);
	key->codec->text(&name, key, v);
	o = policy_find(v->policy, &kind_rules, name.s, &pos);
	buf_free(&name);
	if (o)
		policy_view(v->policy, o, rules);
	return o;
}

static void text_own_rules(struct buf *b, const struct word *w,
			   const struct view *v)
{
	struct view rules;
	const struct word *same = kind_word(&kind_rules, w->name);

	if (find_rules(v, &rules))
		same->codec->text(b, same, &rules);
}

static void json_own_rules(json_t *o, const struct word *w,
			   const struct view *v)
{
	struct view rules;
	const struct word *same = kind_word(&kind_rules, w->name);

	if (find_rules(v, &rules))
		same->codec->json(o, same, &rules);
}

/* What kind_rules says by the same word, if it was read along. */
const struct codec codec_own_rules = {
	.text = text_own_rules,
	.json = json_own_rules,
};
