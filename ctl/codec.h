/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sorts of values that words of several kinds have. */
#ifndef _CTL_CODEC_H
#define _CTL_CODEC_H

#include "kind.h"

extern const struct codec codec_name;
extern const struct codec codec_ifname;
extern const struct codec codec_ifnames;
extern const struct codec codec_pattern;
extern const struct codec codec_text;
extern const struct codec codec_number;
extern const struct codec codec_choice;
extern const struct codec codec_proto;
extern const struct codec codec_ports;
extern const struct codec codec_icmp;
extern const struct codec codec_address;
extern const struct codec codec_addresses;
extern const struct codec codec_plains;
extern const struct codec codec_prefixes;
extern const struct codec codec_publics;
extern const struct codec codec_sockets;
extern const struct codec codec_flag;

extern const char *const proto_choices[];

/**
 * struct list - items of a list while it is being typed in
 * @op: the operation
 * @word: the word whose value it is
 * @data: the items
 * @size: bytes of one
 * @n: their number
 * @room: items that there is room for
 */
struct list {
	struct op *op;
	const struct word *word;
	char *data;
	size_t size;
	size_t n;
	size_t room;
};

bool list_add(struct list *l, const char *item, const void *value);
bool list_parse(struct op *op, const struct word *w, const char *text,
		bool (*one)(const char *item, void *arg), void *arg);

bool put_list(struct op *op, const struct word *w, const char *text,
	      size_t size, bool (*one)(const char *item, void *arg));
/* All items of an attribute, @size bytes each. */
void text_items(struct buf *b, const struct word *w, const struct view *v,
		size_t size, void (*text)(struct buf *b, const void *item));
void json_items(json_t *o, const struct word *w, const struct view *v,
		size_t size, json_t *(*json)(const void *item));
bool get_prefix(struct op *op, const struct word *w, const char *item,
		struct epacl_u_prefix *p);
bool put_text(struct op *op, unsigned int attr, const char *s);
bool fits_proto(const struct word *w, const char *s, const char *before);
void text_proto(struct buf *b, const struct word *w, const struct view *v);
void text_ports(struct buf *b, const struct word *w, const struct view *v);
void json_put(json_t *o, const struct word *w, json_t *value);
void json_put_key(json_t *o, const char *key, json_t *value);
json_t *json_text(const char *s);
json_t *json_ports(const void *range);
json_t *json_buf(struct buf *b);
int count_none(int argc, char **argv);
void json_as_text(json_t *o, const struct word *w, const struct view *v);

#endif /* _CTL_CODEC_H */
