// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "codec.h"
#include "format.h"
#include "op.h"
#include "output.h"
#include "owner.h"
#include "parse.h"
#include "policy.h"

/* --- VM/NAME ------------------------------------------------------------------ */

static bool put_key(struct op *op, const struct word *w, char **argv)
{
	struct part_name name;

	/* list endpoints VM */
	if (op->verb == VERB_LIST && !strchr(argv[0], '/')) {
		const char *why = parse_name(argv[0]);

		return why ? op_wrong(op, w, argv[0], why) :
			     put_text(op, w->attr, argv[0]);
	}
	return part_split(op, w, argv[0], &name) &&
	       put_text(op, w->attr, name.vm) &&
	       put_text(op, w->attr2, name.part);
}

static void text_key(struct buf *b, const struct word *w, const struct view *v)
{
	const char *vm = attr_text(v->tb[w->attr]);
	const char *name = attr_text(v->tb[w->attr2]);

	buf_add(b, "%s/%s", vm ? vm : "", name ? name : "");
}

static void json_key(json_t *o, const struct word *w, const struct view *v)
{
	const char *vm = attr_text(v->tb[w->attr]);
	const char *name = attr_text(v->tb[w->attr2]);

	json_put_key(o, "vm", json_text(vm ? vm : ""));
	json_put_key(o, "name", json_text(name ? name : ""));
}

static const struct codec codec_key = {
	.put = put_key,
	.text = text_key,
	.json = json_key,
};

/* --- protocol and private port ------------------------------------------------ */

/* A protocol of another sort leaves what belonged to the old one behind. */
static bool put_proto(struct op *op, const struct word *w, char **argv)
{
	__u16 proto;

	if (!codec_proto.put(op, w, argv))
		return false;
	parse_proto(argv[0], &proto);
	if (!proto_has_ports(proto))
		op->clear |= BIT(EPACL_ENDPOINT_A_PORTS);
	if (!proto_is_icmp(proto))
		op->clear |= BIT(EPACL_ENDPOINT_A_TYPE) |
			     BIT(EPACL_ENDPOINT_A_CODE);
	return true;
}

static const struct codec codec_endpoint_proto = {
	.fits = fits_proto,
	.put = put_proto,
	.text = text_proto,
	.json = json_as_text,
};

static bool fits_port(const struct word *w, const char *s)
{
	(void)w;
	return s[0] >= '0' && s[0] <= '9';
}

static bool put_port(struct op *op, const struct word *w, char **argv)
{
	struct epacl_u_ports r;
	const char *why = parse_ports(argv[0], 1, &r);

	if (why)
		return op_wrong(op, w, argv[0], why);
	mnl_attr_put(op->nlh, w->attr, sizeof(r), &r);
	return true;
}

static void json_port(json_t *o, const struct word *w, const struct view *v)
{
	const struct epacl_u_ports *r;
	size_t n;

	r = attr_array(v->tb[w->attr], sizeof(*r), &n);
	json_put(o, w, n ? json_ports(r) : json_null());
}

static const struct codec codec_port = {
	.fits = fits_port,
	.put = put_port,
	.text = text_ports,
	.json = json_port,
};

/* --- public addresses ----------------------------------------------------------- */

static bool one_public(const char *item, void *arg)
{
	struct list *l = arg;
	struct epacl_u_public pub;
	const char *why = parse_public(item, &pub);

	if (why)
		return op_wrong(l->op, l->word, item, why);
	if (!pub.port)
		l->op->auto_public = true;
	return list_add(l, item, &pub);
}

static bool put_publics(struct op *op, const struct word *w, char **argv)
{
	struct list l = { .op = op,
			  .word = w,
			  .size = sizeof(struct epacl_u_public) };
	bool ok = list_parse(op, w, argv[0], one_public, &l);

	if (ok)
		mnl_attr_put(op->nlh, w->attr, l.n * l.size, l.data);
	free(l.data);
	return ok;
}

static void text_publics(struct buf *b, const struct word *w,
			 const struct view *v)
{
	const struct epacl_u_public *pub;
	size_t i, n;

	pub = attr_array(v->tb[w->attr], sizeof(*pub), &n);
	for (i = 0; i < n; i++) {
		buf_add(b, "%s", i ? "," : "");
		format_socket(b, pub[i].family, pub[i].addr, pub[i].port);
	}
}

static void json_publics(json_t *o, const struct word *w, const struct view *v)
{
	json_t *list = new_array();
	const struct epacl_u_public *pub;
	size_t i, n;

	pub = attr_array(v->tb[w->attr], sizeof(*pub), &n);
	for (i = 0; i < n; i++) {
		struct buf b = { 0 };

		format_socket(&b, pub[i].family, pub[i].addr, pub[i].port);
		array_add(list, json_buf(&b));
	}
	json_put(o, w, list);
}

static const struct codec codec_publics = {
	.put = put_publics,
	.text = text_publics,
	.json = json_publics,
};

/* --- its rule list, an object of its own ---------------------------------------- */

/* View the list of an endpoint. Return: whether it was read along. */
static bool find_rules(const struct view *v, struct view *rules)
{
	const struct object *o;
	struct buf name = { 0 };
	size_t pos;

	text_key(&name, &v->kind->words[0], v);
	o = policy_find(v->policy, &kind_rules, name.s, &pos);
	buf_free(&name);
	if (o)
		policy_view(v->policy, o, rules);
	return o;
}

static void text_rules(struct buf *b, const struct word *w,
		       const struct view *v)
{
	struct view rules;
	const struct word *same = kind_word(&kind_rules, w->name);

	if (find_rules(v, &rules))
		same->codec->text(b, same, &rules);
}

static void json_rules(json_t *o, const struct word *w, const struct view *v)
{
	struct view rules;
	const struct word *same = kind_word(&kind_rules, w->name);

	if (find_rules(v, &rules))
		same->codec->json(o, same, &rules);
}

static const struct codec codec_rules = {
	.text = text_rules,
	.json = json_rules,
};

/* --- words ------------------------------------------------------------------------ */

static const struct word words[] = {
	{
		.name = "endpoint",
		.value = "VM/NAME",
		.help = "names of its VM and of itself",
		.codec = &codec_key,
		.attr = EPACL_ENDPOINT_A_VM,
		.attr2 = EPACL_ENDPOINT_A_NAME,
		.flags = W_KEY | W_POSITION | W_NEEDED,
	},
	{
		.name = "proto",
		.value = "PROTO",
		.help = "tcp, udp, sctp, udplite, dccp, icmp, icmpv6, any or 0 to 255",
		.codec = &codec_endpoint_proto,
		.attr = EPACL_ENDPOINT_A_PROTO,
		.flags = W_POSITION | W_NEEDED,
		.choices = proto_choices,
	},
	{
		.name = "port",
		.value = "PORT[-PORT]",
		.help = "private port or range, 1 to 65535, of a protocol that has ports",
		.codec = &codec_port,
		.attr = EPACL_ENDPOINT_A_PORTS,
		.flags = W_POSITION,
	},
	{
		.name = "type",
		.value = "T[/C]",
		.help = "ICMP type and code; otherwise echo request",
		.codec = &codec_icmp,
		.attr = EPACL_ENDPOINT_A_TYPE,
		.attr2 = EPACL_ENDPOINT_A_CODE,
		.flags = W_CLEAR,
	},
	{
		.name = "address",
		.value = "ADDR",
		.help = "the one address of the VM that it is for; otherwise all",
		.codec = &codec_address,
		.attr = EPACL_ENDPOINT_A_ADDRESS,
		.flags = W_CLEAR,
	},
	{
		.name = "public",
		.value = "ADDR[:PORT],...",
		.help = "where the outside reaches it; without a port a free one is chosen",
		.codec = &codec_publics,
		.attr = EPACL_ENDPOINT_A_PUBLICS,
		.max = EPACL_PUBLICS_MAX,
		.flags = W_CLEAR,
	},
	{
		.name = "rules",
		.codec = &codec_rules,
		.flags = W_ANSWER | W_NUMBER,
	},
	{
		.name = "default",
		.codec = &codec_rules,
		.flags = W_ANSWER,
	},
	{}
};

static const char *typed(const struct slot *slots, int n, const char *name)
{
	const struct slot *slot = slot_find(slots, n,
					    kind_word(&kind_endpoint, name));

	return slot && slot->argv ? slot->argv[0] : NULL;
}

/* Do protocol, port and type go together? */
static bool check(const struct op *op, const struct slot *slots, int n)
{
	const char *name = typed(slots, n, "proto");
	const char *port = typed(slots, n, "port");
	__u16 proto;

	if (port && !name) {
		say(&op->at,
		    "port '%s': the protocol comes before it, as in tcp %s",
		    port, port);
		return false;
	}
	if (!name || parse_proto(name, &proto))
		return true;
	if (port && !proto_has_ports(proto)) {
		say(&op->at, "port '%s': %s has no ports", port, name);
		return false;
	}
	if (!port && op->verb == VERB_ADD && proto_has_ports(proto)) {
		say(&op->at, "%s needs a port behind it: %s PORT[-PORT]", name,
		    name);
		return false;
	}
	if (typed(slots, n, "type") && !proto_is_icmp(proto)) {
		say(&op->at, "type '%s': only icmp and icmpv6 have types",
		    typed(slots, n, "type"));
		return false;
	}
	return true;
}

const struct kind kind_endpoint = {
	.name = "endpoint",
	.plural = "endpoints",
	.help = "protocol and port of a VM that the outside may reach",
	.attr = EPACL_A_ENDPOINT,
	.verbs = BIT(VERB_ADD) | BIT(VERB_CHANGE) | BIT(VERB_REMOVE) |
		 BIT(VERB_LIST),
	.translated = true,
	.within = &kind_vm,
	.list_value = "VM[/NAME]",
	.list_with = &kind_rules,
	.words = words,
	.check = check,
};
