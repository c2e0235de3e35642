// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "codec.h"
#include "format.h"
#include "op.h"
#include "output.h"
#include "parse.h"

/* A list of peers holds names of vnets and prefixes, in any order. */
struct peers {
	struct list prefixes;
	struct list vnets;
};

struct vnet_name {
	char s[EPACL_NAME_MAX + 1];
};

static bool looks_like_prefix(const char *item)
{
	return strchr(item, ':') || (item[0] >= '0' && item[0] <= '9');
}

static bool one_peer(const char *item, void *arg)
{
	struct peers *peers = arg;
	struct list *l = &peers->vnets;
	struct epacl_u_prefix p;
	struct vnet_name name = { "" };
	const char *why;

	if (looks_like_prefix(item))
		return get_prefix(l->op, l->word, item, &p) &&
		       list_add(&peers->prefixes, item, &p);
	why = parse_name(item);
	if (why)
		return op_wrong(l->op, l->word, item, why);
	memcpy(name.s, item, strlen(item));
	return list_add(l, item, &name);
}

static void put_peer_attrs(struct op *op, const struct word *w,
			   const struct peers *peers)
{
	const struct list *prefixes = &peers->prefixes;
	const struct list *vnets = &peers->vnets;
	size_t i;

	if (prefixes->n)
		mnl_attr_put(op->nlh, w->attr, prefixes->n * prefixes->size,
			     prefixes->data);
	else
		op->clear |= BIT(w->attr);
	for (i = 0; i < vnets->n; i++)
		put_text(op, w->attr2, vnets->data + i * vnets->size);
	if (!vnets->n)
		op->clear |= BIT(w->attr2);
}

static bool put_peers(struct op *op, const struct word *w, char **argv)
{
	struct word vnets = *w;
	struct peers peers = {
		.prefixes = { .op = op,
			      .word = w,
			      .size = sizeof(struct epacl_u_prefix) },
		.vnets = { .op = op,
			   .word = &vnets,
			   .size = sizeof(struct vnet_name) },
	};
	bool ok;

	vnets.max = EPACL_UPLINKS_MAX;
	ok = list_parse(op, w, argv[0], one_peer, &peers);
	if (ok)
		put_peer_attrs(op, w, &peers);
	free(peers.prefixes.data);
	free(peers.vnets.data);
	return ok;
}

/* Call @one for each peer: vnets first. */
static void each_peer(const struct word *w, const struct view *v,
		      void (*one)(void *arg, const char *peer), void *arg)
{
	const struct epacl_u_prefix *p;
	const struct nlattr *attr;
	struct buf b = { 0 };
	size_t i, n;

	mnl_attr_for_each_nested(attr, v->nest)
		if (mnl_attr_get_type(attr) == w->attr2 && attr_text(attr))
			one(arg, attr_text(attr));
	p = attr_array(v->tb[w->attr], sizeof(*p), &n);
	for (i = 0; i < n; i++) {
		buf_reset(&b);
		format_prefix(&b, &p[i]);
		one(arg, b.s);
	}
	buf_free(&b);
}

static void add_item(void *arg, const char *peer)
{
	buf_add(arg, ",%s", peer);
}

static void text_peers(struct buf *b, const struct word *w,
		       const struct view *v)
{
	struct buf all = { 0 };

	each_peer(w, v, add_item, &all);
	buf_add(b, "%s", all.len ? all.s + 1 : "");
	buf_free(&all);
}

static void add_json(void *arg, const char *peer)
{
	array_add(arg, json_text(peer));
}

static void json_peers(json_t *o, const struct word *w, const struct view *v)
{
	json_t *list = new_array();

	each_peer(w, v, add_json, list);
	json_put(o, w, list);
}

static const struct codec codec_peers = {
	.put = put_peers,
	.text = text_peers,
	.json = json_peers,
};

static const struct word words[] = {
	{
		.name = "name",
		.value = "NAME",
		.help = "name of the vnet",
		.codec = &codec_name,
		.attr = EPACL_VNET_A_NAME,
		.flags = W_KEY | W_POSITION | W_NEEDED,
	},
	{
		.name = "prefix",
		.value = "PREFIX,...",
		.help = "addresses that belong to it",
		.codec = &codec_prefixes,
		.attr = EPACL_VNET_A_PREFIXES,
		.max = EPACL_PREFIXES_MAX,
		.flags = W_NEEDED,
	},
	{
		.name = "peer",
		.value = "VNET|PREFIX,...",
		.help = "what else counts as inside: other vnets, or prefixes",
		.codec = &codec_peers,
		.attr = EPACL_VNET_A_PEER_PREFIXES,
		.attr2 = EPACL_VNET_A_PEER_VNET,
		.max = EPACL_PREFIXES_MAX,
		.flags = W_CLEAR,
	},
	{
		.name = "uplink",
		.value = "IFNAME,...",
		.help = "interfaces at which inside traffic of other hosts arrives",
		.codec = &codec_ifnames,
		.attr = EPACL_VNET_A_UPLINK,
		.max = EPACL_UPLINKS_MAX,
		.flags = W_CLEAR,
	},
	{
		.name = "zone",
		.codec = &codec_number,
		.attr = EPACL_VNET_A_ZONE,
		.flags = W_ANSWER | W_NUMBER,
	},
	{}
};

const struct kind kind_vnet = {
	.name = "vnet",
	.plural = "vnets",
	.help = "prefixes that belong together, and what counts as inside",
	.attr = EPACL_A_VNET,
	.verbs = BIT(VERB_ADD) | BIT(VERB_CHANGE) | BIT(VERB_REMOVE) |
		 BIT(VERB_LIST),
	.translated = true,
	.words = words,
};
