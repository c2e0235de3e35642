// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec.h"
#include "format.h"
#include "netlink.h"
#include "op.h"
#include "output.h"
#include "owner.h"
#include "parse.h"
#include "query.h"
#include "rule.h"

/* --- the question ------------------------------------------------------------- */

static bool put_proto(struct op *op, const struct word *w, char **argv)
{
	if (!strcmp(argv[0], "any"))
		return op_wrong(op, w, argv[0],
				"a packet has one protocol, by name or 0 to 255");
	return codec_proto.put(op, w, argv);
}

static const struct codec codec_packet_proto = {
	.put = put_proto,
};

static bool put_socket(struct op *op, const struct word *w, char **argv)
{
	struct epacl_u_prefix p;
	bool has_port;
	__u16 port;
	const char *why = parse_socket(argv[0], 0, &p, &port, &has_port);

	if (why)
		return op_wrong(op, w, argv[0], why);
	mnl_attr_put(op->nlh, w->attr, sizeof(p), &p);
	if (has_port)
		mnl_attr_put_u16(op->nlh, w->attr2, port);
	return true;
}

static const struct codec codec_socket = {
	.put = put_socket,
};

static bool put_from(struct op *op, const struct word *w, char **argv)
{
	if (strcmp(argv[0], "host"))
		return codec_ifname.put(op, w, argv);
	mnl_attr_put(op->nlh, w->attr2, 0, NULL);
	return true;
}

static const struct codec codec_from = {
	.put = put_from,
};

static const char *const from_choices[] = { "host", NULL };

static const char *const packet_protos[] = {
	"tcp", "udp", "sctp", "udplite", "dccp", "icmp", "icmpv6", NULL,
};

static const struct word words[] = {
	{
		.name = "proto",
		.value = "PROTO",
		.help = "protocol, by name or 0 to 255",
		.codec = &codec_packet_proto,
		.attr = EPACL_EXPLAIN_A_PROTO,
		.flags = W_POSITION | W_NEEDED,
		.choices = packet_protos,
	},
	{
		.name = "source",
		.value = "SRC[:PORT]",
		.help = "source address and port",
		.codec = &codec_socket,
		.attr = EPACL_EXPLAIN_A_SRC,
		.attr2 = EPACL_EXPLAIN_A_SPORT,
		.flags = W_POSITION | W_NEEDED,
	},
	{
		.name = "destination",
		.value = "DST[:PORT]",
		.help = "destination address and port, as addressed",
		.codec = &codec_socket,
		.attr = EPACL_EXPLAIN_A_DST,
		.attr2 = EPACL_EXPLAIN_A_DPORT,
		.flags = W_POSITION | W_NEEDED,
	},
	{
		.name = "from",
		.value = "IFNAME|host",
		.help = "where it comes from; otherwise derived from SRC",
		.codec = &codec_from,
		.attr = EPACL_EXPLAIN_A_FROM,
		.attr2 = EPACL_EXPLAIN_A_FROM_HOST,
		.choices = from_choices,
	},
	{
		.name = "secure",
		.value = "[reqid N]",
		.help = "IPsec protects it, by a state of that reqid",
		.codec = &codec_secure,
		.attr = EPACL_EXPLAIN_A_SECURE,
		.attr2 = EPACL_EXPLAIN_A_REQID,
		.flags = W_FLAG,
		.choices = secure_choices,
	},
	{
		.name = "type",
		.value = "T[/C]",
		.help = "ICMP type and code; otherwise echo request",
		.codec = &codec_icmp,
		.attr = EPACL_EXPLAIN_A_TYPE,
		.attr2 = EPACL_EXPLAIN_A_CODE,
	},
	{}
};

static bool check_port(const struct op *op, const struct slot *slot,
		       const char *proto)
{
	struct epacl_u_prefix p;
	bool has_port;
	__u16 port;

	if (parse_socket(slot->argv[0], 0, &p, &port, &has_port) || !has_port)
		return true;
	say(&op->at, "%s '%s': %s has no ports", slot->word->name,
	    slot->argv[0], proto);
	return false;
}

/* Are source and destination of one family? */
static bool check_families(const struct op *op, const char *src,
			   const char *dst)
{
	struct epacl_u_prefix from, to;
	bool has_port;
	__u16 port;

	if (parse_socket(src, 0, &from, &port, &has_port) ||
	    parse_socket(dst, 0, &to, &port, &has_port) ||
	    from.family == to.family)
		return true;
	say(&op->at, "source %s is IPv%u, destination %s IPv%u", src,
	    from.family, dst, to.family);
	return false;
}

/* The first three slots are protocol, source and destination. */
static bool check(const struct op *op, const struct slot *slots, int n)
{
	const char *name = slots[0].argv[0];
	const struct slot *type = slot_find(slots, n,
					    kind_word(&kind_explain, "type"));
	__u16 proto;

	if (parse_proto(name, &proto))
		return true;
	if (!proto_has_ports(proto) && (!check_port(op, &slots[1], name) ||
					!check_port(op, &slots[2], name)))
		return false;
	if (type && !proto_is_icmp(proto)) {
		say(&op->at, "type '%s': only icmp and icmpv6 have types",
		    type->argv[0]);
		return false;
	}
	return check_families(op, slots[1].argv[0], slots[2].argv[0]);
}

const struct kind kind_explain = {
	.name = "explain",
	.help = "what would become of a packet that opens a flow, and why",
	.attr = EPACL_A_EXPLAIN,
	.verbs = BIT(VERB_ASK),
	.words = words,
	.check = check,
	.ask = EPACL_CMD_EXPLAIN,
	.answer = explain_run,
};

/* --- the answer --------------------------------------------------------------- */

struct leg {
	const struct nlattr *tb[EPACL_LEG_A_MAX + 1];
	const struct nlattr *nest;
};

struct layer {
	const struct nlattr *tb[EPACL_LAYER_A_MAX + 1];
};

static void parse_leg(const struct nlattr *nest, struct leg *leg)
{
	const struct nlattr *attr;
	unsigned int type;

	memset(leg, 0, sizeof(*leg));
	leg->nest = nest;
	mnl_attr_for_each_nested(attr, nest) {
		type = mnl_attr_get_type(attr);
		if (type <= EPACL_LEG_A_MAX && !leg->tb[type])
			leg->tb[type] = attr;
	}
}

static void parse_layer(const struct nlattr *nest, struct layer *layer)
{
	const struct nlattr *attr;
	unsigned int type;

	memset(layer, 0, sizeof(*layer));
	mnl_attr_for_each_nested(attr, nest) {
		type = mnl_attr_get_type(attr);
		if (type <= EPACL_LAYER_A_MAX)
			layer->tb[type] = attr;
	}
}

static const char *verdict_of(const struct nlattr *attr)
{
	return verdict_word((__u8)attr_number(attr));
}

static json_t *number_or_null(const struct nlattr *attr)
{
	return attr ? json_integer((json_int_t)attr_number(attr)) : json_null();
}

static json_t *text_or_null(const struct nlattr *attr)
{
	return attr_text(attr) ? json_text(attr_text(attr)) : json_null();
}

static json_t *layer_json(const struct layer *layer)
{
	json_t *o = new_object();

	json_put_key(o, "owner", owner_json(layer->tb[EPACL_LAYER_A_OWNER]));
	json_put_key(o, "verdict",
		     json_string(verdict_of(layer->tb[EPACL_LAYER_A_VERDICT])));
	json_put_key(o, "order",
		     number_or_null(layer->tb[EPACL_LAYER_A_ORDER]));
	return o;
}

static json_t *layers_json(const struct leg *leg)
{
	json_t *array = new_array();
	const struct nlattr *attr;
	struct layer layer;

	mnl_attr_for_each_nested(attr, leg->nest) {
		if (mnl_attr_get_type(attr) != EPACL_LEG_A_LAYER)
			continue;
		parse_layer(attr, &layer);
		array_add(array, layer_json(&layer));
	}
	return array;
}

static json_t *leg_json(const struct leg *leg)
{
	__u8 direction = (__u8)attr_number(leg->tb[EPACL_LEG_A_DIRECTION]);
	__u8 reason = (__u8)attr_number(leg->tb[EPACL_LEG_A_REASON]);
	json_t *o = new_object();

	json_put_key(o, "vm", text_or_null(leg->tb[EPACL_LEG_A_VM]));
	json_put_key(o, "direction", json_string(direction_word(direction)));
	json_put_key(o, "verdict",
		     json_string(verdict_of(leg->tb[EPACL_LEG_A_VERDICT])));
	json_put_key(o, "reason", json_string(reason_word(reason)));
	json_put_key(o, "owner", owner_json(leg->tb[EPACL_LEG_A_OWNER]));
	json_put_key(o, "order", number_or_null(leg->tb[EPACL_LEG_A_ORDER]));
	json_put_key(o, "acl", text_or_null(leg->tb[EPACL_LEG_A_ACL]));
	json_put_key(o, "layers", layers_json(leg));
	return o;
}

/* ADDR, or ADDR:PORT where there is one. */
static void add_socket(struct buf *b, const struct nlattr *addr,
		       const struct nlattr *port)
{
	const struct epacl_u_prefix *p;
	size_t n;

	p = attr_array(addr, sizeof(*p), &n);
	if (!n)
		buf_add(b, "?");
	else if (attr_number(port))
		format_socket(b, p->family, p->addr, (__u16)attr_number(port));
	else
		format_address(b, p->family, p->addr);
}

static void print_layer(const struct layer *layer)
{
	const char *acl = attr_text(layer->tb[EPACL_LAYER_A_ACL]);
	struct buf owner = { 0 };

	owner_text(&owner, layer->tb[EPACL_LAYER_A_OWNER]);
	if (acl)
		buf_add(&owner, " (acl %s)", acl);
	printf("  %s: %s", buf_text(&owner),
	       verdict_of(layer->tb[EPACL_LAYER_A_VERDICT]));
	if (layer->tb[EPACL_LAYER_A_ORDER])
		printf(" by rule %u\n",
		       (unsigned int)attr_number(
			       layer->tb[EPACL_LAYER_A_ORDER]));
	else
		printf(" by default\n");
	buf_free(&owner);
}

static void print_leg(const struct leg *leg)
{
	const char *vm = attr_text(leg->tb[EPACL_LEG_A_VM]);
	bool out = attr_number(leg->tb[EPACL_LEG_A_DIRECTION]) == EPACL_OUT;
	const struct nlattr *attr;
	struct buf b = { 0 };
	struct layer layer;

	if (vm)
		printf("%s %s: ", out ? "out of" : "in to", vm);
	else
		printf("no VM: ");
	add_socket(&b, leg->tb[EPACL_LEG_A_SRC], leg->tb[EPACL_LEG_A_SPORT]);
	buf_add(&b, " -> ");
	add_socket(&b, leg->tb[EPACL_LEG_A_DST], leg->tb[EPACL_LEG_A_DPORT]);
	printf("%s\n", b.s);
	buf_free(&b);
	mnl_attr_for_each_nested(attr, leg->nest) {
		if (mnl_attr_get_type(attr) != EPACL_LEG_A_LAYER)
			continue;
		parse_layer(attr, &layer);
		print_layer(&layer);
	}
	printf("  %s: %s\n", verdict_of(leg->tb[EPACL_LEG_A_VERDICT]),
	       reason_word((__u8)attr_number(leg->tb[EPACL_LEG_A_REASON])));
}

/* What the answer said last, and of how many legs. */
struct answer {
	json_t *legs;
	unsigned int legs_n;
	__u8 verdict;
	__u8 reason;
	char why[1024];
};

static void read_answer(const struct nlmsghdr *nlh, void *arg)
{
	struct answer *a = arg;
	const struct nlattr *attr;
	struct nl_attrs attrs;
	struct leg leg;

	nl_parse(nlh, &attrs);
	if (attr_text(attrs.tb[EPACL_A_MESSAGE]))
		snprintf(a->why, sizeof(a->why), "%s",
			 attr_text(attrs.tb[EPACL_A_MESSAGE]));
	a->verdict = (__u8)attr_number(attrs.tb[EPACL_A_VERDICT]);
	mnl_attr_for_each(attr, nlh, MNL_ALIGN(4)) {
		if (mnl_attr_get_type(attr) != EPACL_A_LEG)
			continue;
		parse_leg(attr, &leg);
		a->legs_n++;
		a->reason = (__u8)attr_number(leg.tb[EPACL_LEG_A_REASON]);
		if (a->legs)
			array_add(a->legs, leg_json(&leg));
		else
			print_leg(&leg);
	}
}

/**
 * explain_run - judge a made-up packet
 * @nl: the socket
 * @item: the question
 * @txn: the transaction whose policy is meant; 0: the one in force
 *
 * Return: DONE whatever the verdict, or REFUSED.
 */
enum status explain_run(struct nl *nl, const struct item *item, __u64 txn)
{
	struct nlmsghdr *nlh = nl_start(nl, EPACL_CMD_EXPLAIN, 0, txn);
	struct answer a = { .legs = output.json ? new_array() : NULL };
	json_t *o;
	int err;

	nl_append(nlh, item->attrs, item->len);
	err = nl_run(nl, nlh, read_answer, &a);
	if (err) {
		json_decref(a.legs);
		if (a.why[0]) {
			say(&item->at, "%s", a.why);
			return REFUSED;
		}
		return nl_refused(&nl->fault, &item->at, err);
	}
	if (output.json) {
		o = new_object();
		json_put_key(o, "verdict",
			     json_string(verdict_word(a.verdict)));
		json_put_key(o, "legs", a.legs);
		print_json(o);
	} else if (a.verdict == EPACL_PERMIT) {
		puts(a.legs_n ? "permit" : "no VM is concerned\npermit");
	} else {
		printf("drop: %s\n", reason_word(a.reason));
	}
	return DONE;
}
