// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "codec.h"
#include "op.h"
#include "owner.h"
#include "parse.h"
#include "rule.h"

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

/* Behind a protocol with ports whatever is no word of an endpoint is meant so. */
static bool fits_port(const struct word *w, const char *s, const char *before)
{
	__u16 proto;

	(void)w;
	if (s[0] >= '0' && s[0] <= '9')
		return true;
	return s[0] != '-' && strcmp(s, "no") != 0 &&
	       !kind_word(&kind_endpoint, s) && !parse_proto(before, &proto) &&
	       proto_has_ports(proto);
}

static bool put_port(struct op *op, const struct word *w, char **argv)
{
	struct epacl_u_ports r;
	const char *why = parse_ports(argv[0], 1, &r);

	if (why && (argv[0][0] < '0' || argv[0][0] > '9'))
		why = "must be a number, 1 to 65535, or a range";
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

/* --- words ------------------------------------------------------------------------ */

static const struct word words[] = {
	{
		.name = "endpoint",
		.value = "VM/NAME",
		.help = "names of its VM and of itself",
		.codec = &codec_part,
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
		.name = "lbset",
		.value = "NAME",
		.help = "load-balanced set that it joins, and whose list it has then",
		.codec = &codec_name,
		.attr = EPACL_ENDPOINT_A_LBSET,
		.flags = W_CLEAR,
	},
	OWN_OR_USED_RULES_WORDS,
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
	.list_with = { &kind_rules },
	.words = words,
	.check = check,
};
