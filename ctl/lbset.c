// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "codec.h"
#include "op.h"
#include "output.h"
#include "parse.h"
#include "policy.h"
#include "rule.h"

/* --- protocol: one with ports ------------------------------------------------------ */

static bool put_proto(struct op *op, const struct word *w, char **argv)
{
	__u16 proto;

	if (!parse_proto(argv[0], &proto) && !proto_has_ports(proto))
		return op_wrong(op, w, argv[0],
				"must be tcp, udp, sctp, udplite or dccp");
	return codec_proto.put(op, w, argv);
}

static const char *const protos[] = {
	"tcp", "udp", "sctp", "udplite", "dccp", NULL,
};

static const struct codec codec_lbset_proto = {
	.fits = fits_proto,
	.put = put_proto,
	.text = text_proto,
	.json = json_as_text,
};

/* --- members: endpoints that name it ------------------------------------------------ */

/* Call @one for each endpoint of an lbset. */
static void each_member(const struct view *v,
			void (*one)(void *arg, const char *endpoint), void *arg)
{
	const char *name = attr_text(v->tb[EPACL_LBSET_A_NAME]);
	struct view endpoint;
	const char *lbset;
	size_t i;

	for (i = 0; name && v->policy && i < v->policy->n; i++) {
		if (v->policy->objects[i].kind != &kind_endpoint)
			continue;
		policy_view(v->policy, &v->policy->objects[i], &endpoint);
		lbset = attr_text(endpoint.tb[EPACL_ENDPOINT_A_LBSET]);
		if (lbset && !strcmp(lbset, name))
			one(arg, v->policy->objects[i].name);
	}
}

static void add_text(void *arg, const char *endpoint)
{
	struct buf *b = arg;

	buf_add(b, ",%s", endpoint);
}

static void text_members(struct buf *b, const struct word *w,
			 const struct view *v)
{
	struct buf all = { 0 };

	(void)w;
	each_member(v, add_text, &all);
	buf_add(b, "%s", all.len ? all.s + 1 : "");
	buf_free(&all);
}

static void add_json(void *arg, const char *endpoint)
{
	array_add(arg, json_text(endpoint));
}

static void json_members(json_t *o, const struct word *w, const struct view *v)
{
	json_t *list = new_array();

	each_member(v, add_json, list);
	json_put(o, w, list);
}

static const struct codec codec_members = {
	.text = text_members,
	.json = json_members,
};

/* --- words ------------------------------------------------------------------------ */

static const struct word words[] = {
	{
		.name = "name",
		.value = "NAME",
		.help = "name of the load-balanced set",
		.codec = &codec_name,
		.attr = EPACL_LBSET_A_NAME,
		.flags = W_KEY | W_POSITION | W_NEEDED,
	},
	{
		.name = "proto",
		.value = "PROTO",
		.help = "protocol of all its endpoints, one that has ports",
		.codec = &codec_lbset_proto,
		.attr = EPACL_LBSET_A_PROTO,
		.flags = W_POSITION | W_NEEDED,
		.choices = protos,
	},
	{
		.name = "public",
		.value = "ADDR:PORT,...",
		.help = "where the outside reaches it, at most one address of each family",
		.codec = &codec_sockets,
		.attr = EPACL_LBSET_A_PUBLICS,
		.max = 2,
		.flags = W_NEEDED,
	},
	{
		.name = "members",
		.codec = &codec_members,
		.flags = W_ANSWER,
	},
	OWN_OR_USED_RULES_WORDS,
	{}
};

const struct kind kind_lbset = {
	.name = "lbset",
	.plural = "lbsets",
	.help = "endpoints of several VMs behind one public address and port",
	.attr = EPACL_A_LBSET,
	.verbs = BIT(VERB_ADD) | BIT(VERB_CHANGE) | BIT(VERB_REMOVE) |
		 BIT(VERB_LIST),
	.translated = true,
	.list_with = { &kind_rules, &kind_endpoint },
	.words = words,
};
