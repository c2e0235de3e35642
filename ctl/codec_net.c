// SPDX-License-Identifier: GPL-2.0-or-later
/* Codecs of what packets have: protocols, ports, addresses. */
#include <string.h>

#include "codec.h"
#include "format.h"
#include "op.h"
#include "output.h"
#include "parse.h"

const char *const proto_choices[] = {
	"tcp", "udp", "sctp", "udplite", "dccp", "icmp", "icmpv6", "any", NULL,
};

/* --- protocols, ports, ICMP --------------------------------------------------- */

bool fits_proto(const struct word *w, const char *s, const char *before)
{
	__u16 proto;

	(void)w;
	(void)before;
	return !parse_proto(s, &proto);
}

static bool put_proto(struct op *op, const struct word *w, char **argv)
{
	__u16 proto;
	const char *why = parse_proto(argv[0], &proto);

	if (why)
		return op_wrong(op, w, argv[0], why);
	mnl_attr_put_u16(op->nlh, w->attr, proto);
	return true;
}

void text_proto(struct buf *b, const struct word *w, const struct view *v)
{
	if (v->tb[w->attr])
		format_proto(b, (__u16)attr_number(v->tb[w->attr]));
}

const struct codec codec_proto = {
	.fits = fits_proto,
	.put = put_proto,
	.text = text_proto,
	.json = json_as_text,
};

static void text_range(struct buf *b, const void *range)
{
	format_ports(b, range);
}

/* A number, or "LO-HI". */
json_t *json_ports(const void *range)
{
	const struct epacl_u_ports *r = range;
	struct buf b = { 0 };

	if (r->lo == r->hi)
		return json_integer(r->lo);
	format_ports(&b, r);
	return json_buf(&b);
}

static bool one_ports(const char *item, void *arg)
{
	struct list *l = arg;
	struct epacl_u_ports r;
	const char *why = parse_ports(item, 0, &r);

	return why ? op_wrong(l->op, l->word, item, why) :
		     list_add(l, item, &r);
}

static bool put_ports(struct op *op, const struct word *w, char **argv)
{
	return put_list(op, w, argv[0], sizeof(struct epacl_u_ports),
			one_ports);
}

void text_ports(struct buf *b, const struct word *w, const struct view *v)
{
	text_items(b, w, v, sizeof(struct epacl_u_ports), text_range);
}

static void put_json_ports(json_t *o, const struct word *w,
			   const struct view *v)
{
	json_items(o, w, v, sizeof(struct epacl_u_ports), json_ports);
}

/* A list of ports and ranges, 0 to 65535. */
const struct codec codec_ports = {
	.put = put_ports,
	.text = text_ports,
	.json = put_json_ports,
};

static bool put_icmp(struct op *op, const struct word *w, char **argv)
{
	__u8 type, code;
	bool has_code;
	const char *why = parse_icmp(argv[0], &type, &code, &has_code);

	if (why)
		return op_wrong(op, w, argv[0], why);
	mnl_attr_put_u8(op->nlh, w->attr, type);
	if (has_code)
		mnl_attr_put_u8(op->nlh, w->attr2, code);
	else
		op->clear |= BIT(w->attr2);
	return true;
}

static void text_icmp(struct buf *b, const struct word *w, const struct view *v)
{
	if (!v->tb[w->attr])
		return;
	buf_add(b, "%u", (unsigned int)attr_number(v->tb[w->attr]));
	if (v->tb[w->attr2])
		buf_add(b, "/%u", (unsigned int)attr_number(v->tb[w->attr2]));
}

static void json_icmp(json_t *o, const struct word *w, const struct view *v)
{
	const struct nlattr *type = v->tb[w->attr];
	const struct nlattr *code = v->tb[w->attr2];

	json_put(o, w,
		 type ? json_integer((json_int_t)attr_number(type)) :
			json_null());
	json_put_key(o, "code",
		     code ? json_integer((json_int_t)attr_number(code)) :
			    json_null());
}

/* T[/C], in two attributes. */
const struct codec codec_icmp = {
	.put = put_icmp,
	.text = text_icmp,
	.json = json_icmp,
};

/* --- addresses ---------------------------------------------------------------- */

static bool put_address(struct op *op, const struct word *w, char **argv)
{
	struct epacl_u_prefix p;
	const char *why = parse_address(argv[0], &p);

	if (why)
		return op_wrong(op, w, argv[0], why);
	mnl_attr_put(op->nlh, w->attr, sizeof(p), &p);
	return true;
}

static void text_plain(struct buf *b, const void *prefix)
{
	format_plain(b, prefix);
}

static void text_prefix(struct buf *b, const void *prefix)
{
	format_prefix(b, prefix);
}

static json_t *json_plain(const void *prefix)
{
	struct buf b = { 0 };

	format_plain(&b, prefix);
	return json_buf(&b);
}

static json_t *json_prefix(const void *prefix)
{
	struct buf b = { 0 };

	format_prefix(&b, prefix);
	return json_buf(&b);
}

static void text_plains(struct buf *b, const struct word *w,
			const struct view *v)
{
	text_items(b, w, v, sizeof(struct epacl_u_prefix), text_plain);
}

static void text_prefixes(struct buf *b, const struct word *w,
			  const struct view *v)
{
	text_items(b, w, v, sizeof(struct epacl_u_prefix), text_prefix);
}

static void json_plains(json_t *o, const struct word *w, const struct view *v)
{
	json_items(o, w, v, sizeof(struct epacl_u_prefix), json_plain);
}

static void json_prefixes(json_t *o, const struct word *w, const struct view *v)
{
	json_items(o, w, v, sizeof(struct epacl_u_prefix), json_prefix);
}

/* ADDR. */
const struct codec codec_address = {
	.put = put_address,
	.text = text_plains,
	.json = json_as_text,
};

static bool one_address(const char *item, void *arg)
{
	struct list *l = arg;
	struct epacl_u_prefix p;
	const char *why = parse_address(item, &p);

	return why ? op_wrong(l->op, l->word, item, why) :
		     list_add(l, item, &p);
}

static bool put_addresses(struct op *op, const struct word *w, char **argv)
{
	return put_list(op, w, argv[0], sizeof(struct epacl_u_prefix),
			one_address);
}

/* ADDR,... */
const struct codec codec_addresses = {
	.put = put_addresses,
	.text = text_plains,
	.json = json_plains,
};

/* Parse a prefix; say so where it had host bits. */
bool get_prefix(struct op *op, const struct word *w, const char *item,
		struct epacl_u_prefix *p)
{
	bool masked;
	const char *why = parse_prefix(item, p, &masked);
	struct buf b = { 0 };

	if (why)
		return op_wrong(op, w, item, why);
	if (masked) {
		format_prefix(&b, p);
		say(&op->at, "note: %s has host bits: taken as %s", item, b.s);
		buf_free(&b);
	}
	return true;
}

static bool one_prefix(const char *item, void *arg)
{
	struct list *l = arg;
	struct epacl_u_prefix p;

	return get_prefix(l->op, l->word, item, &p) && list_add(l, item, &p);
}

static bool put_prefixes(struct op *op, const struct word *w, char **argv)
{
	return put_list(op, w, argv[0], sizeof(struct epacl_u_prefix),
			one_prefix);
}

/* ADDR|PREFIX,... where an address is what is usual. */
const struct codec codec_plains = {
	.put = put_prefixes,
	.text = text_plains,
	.json = json_plains,
};

/* PREFIX,... */
const struct codec codec_prefixes = {
	.put = put_prefixes,
	.text = text_prefixes,
	.json = json_prefixes,
};

/* --- public addresses ----------------------------------------------------------- */

static void note_hidden_port(const struct op *op, const char *item)
{
	const char *last = strrchr(item, ':');

	say(&op->at,
	    "note: %s is taken as an address without a port; if %s is the port, write [%.*s]%s",
	    item, last + 1, (int)(last - item), item, last);
}

static bool one_public(const char *item, void *arg)
{
	struct list *l = arg;
	struct epacl_u_public pub;
	const char *why = parse_public(item, &pub);

	if (why)
		return op_wrong(l->op, l->word, item, why);
	if (!pub.port)
		l->op->auto_public = true;
	if (address_hides_port(item))
		note_hidden_port(l->op, item);
	return list_add(l, item, &pub);
}

static bool put_publics(struct op *op, const struct word *w, char **argv)
{
	return put_list(op, w, argv[0], sizeof(struct epacl_u_public),
			one_public);
}

static void text_public(struct buf *b, const void *public)
{
	const struct epacl_u_public *pub = public;

	format_socket(b, pub->family, pub->addr, pub->port);
}

static json_t *json_public(const void *public)
{
	struct buf b = { 0 };

	text_public(&b, public);
	return json_buf(&b);
}

static void text_publics(struct buf *b, const struct word *w,
			 const struct view *v)
{
	text_items(b, w, v, sizeof(struct epacl_u_public), text_public);
}

static void json_publics(json_t *o, const struct word *w, const struct view *v)
{
	json_items(o, w, v, sizeof(struct epacl_u_public), json_public);
}

static bool one_socket(const char *item, void *arg)
{
	struct list *l = arg;
	struct epacl_u_public pub;
	const char *why = parse_public(item, &pub);

	if (!why && !pub.port)
		why = strchr(item, ':') ?
			      "needs a port, as in [2001:db8::1]:443" :
			      "needs a port, as in 203.0.113.10:443";
	return why ? op_wrong(l->op, l->word, item, why) :
		     list_add(l, item, &pub);
}

static bool put_sockets(struct op *op, const struct word *w, char **argv)
{
	return put_list(op, w, argv[0], sizeof(struct epacl_u_public),
			one_socket);
}

/* ADDR[:PORT],... */
const struct codec codec_publics = {
	.put = put_publics,
	.text = text_publics,
	.json = json_publics,
};

/* ADDR:PORT,... */
const struct codec codec_sockets = {
	.put = put_sockets,
	.text = text_publics,
	.json = json_publics,
};
