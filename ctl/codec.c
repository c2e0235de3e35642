// SPDX-License-Identifier: GPL-2.0-or-later
#include <net/if.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "codec.h"
#include "format.h"
#include "op.h"
#include "output.h"
#include "parse.h"

/* --- JSON ----------------------------------------------------------------- */

void json_put_key(json_t *o, const char *key, json_t *value)
{
	if (!value || json_object_set_new(o, key, value))
		out_of_memory();
}

void json_put(json_t *o, const struct word *w, json_t *value)
{
	char key[64];

	word_key(w, key, sizeof(key));
	json_put_key(o, key, value);
}

/* What is not UTF-8 (another client may have put it) becomes '?'. */
json_t *json_text(const char *s)
{
	json_t *value = json_string(s);
	char *p, *t;

	if (value)
		return value;
	t = copy_string(s);
	for (p = t; *p; p++)
		if (*p & 0x80)
			*p = '?';
	value = json_string(t);
	free(t);
	return value;
}

/* A string, or null if it is empty; frees the buffer. */
json_t *json_buf(struct buf *b)
{
	json_t *value = b->len ? json_text(b->s) : json_null();

	buf_free(b);
	return value;
}

/* As what would be typed; null where the object does not have it. */
void json_as_text(json_t *o, const struct word *w, const struct view *v)
{
	struct buf b = { 0 };

	w->codec->text(&b, w, v);
	json_put(o, w, json_buf(&b));
}

/* --- lists ------------------------------------------------------------------ */

bool list_add(struct list *l, const char *item, const void *value)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		if (!memcmp(l->data + i * l->size, value, l->size))
			return op_wrong(l->op, l->word, item,
					"is in the list already");
	if (l->n == l->word->max)
		return op_wrong(l->op, l->word, item,
				"is one more than a list may hold");
	l->data = grow(l->data, l->n, &l->room, l->size);
	memcpy(l->data + l->n++ * l->size, value, l->size);
	return true;
}

/**
 * list_parse - call a function for each item of a list
 * @op: the operation
 * @w: the word whose value it is
 * @text: items, separated by commas
 * @one: takes an item, or says what is wrong and returns false
 * @arg: for @one
 *
 * Return: whether all items were right.
 */
bool list_parse(struct op *op, const struct word *w, const char *text,
		bool (*one)(const char *item, void *arg), void *arg)
{
	char *copied = copy_string(text);
	char *item, *next = copied;
	bool ok = true;

	while (ok && (item = strsep(&next, ","))) {
		if (*item)
			ok = one(item, arg);
		else
			ok = op_wrong(
				op, w, text,
				"must be a list, as in A,B, without blanks");
	}
	free(copied);
	return ok;
}

/* Parse a list and add it as one attribute. */
bool put_list(struct op *op, const struct word *w, const char *text,
	      size_t size, bool (*one)(const char *item, void *arg))
{
	struct list l = { .op = op, .word = w, .size = size };
	bool ok = list_parse(op, w, text, one, &l);

	if (ok)
		mnl_attr_put(op->nlh, w->attr, l.n * l.size, l.data);
	free(l.data);
	return ok;
}

/* --- strings ---------------------------------------------------------------- */

bool put_text(struct op *op, unsigned int attr, const char *s)
{
	mnl_attr_put_strz(op->nlh, (uint16_t)attr, s);
	return true;
}

static bool put_name(struct op *op, const struct word *w, char **argv)
{
	const char *why = parse_name(argv[0]);

	return why ? op_wrong(op, w, argv[0], why) :
		     put_text(op, w->attr, argv[0]);
}

static bool put_ifname(struct op *op, const struct word *w, char **argv)
{
	const char *why = parse_ifname(argv[0]);

	return why ? op_wrong(op, w, argv[0], why) :
		     put_text(op, w->attr, argv[0]);
}

static bool put_pattern(struct op *op, const struct word *w, char **argv)
{
	const char *why = parse_pattern(argv[0]);

	return why ? op_wrong(op, w, argv[0], why) :
		     put_text(op, w->attr, argv[0]);
}

static bool put_quoted(struct op *op, const struct word *w, char **argv)
{
	const char *why = parse_text(argv[0]);

	return why ? op_wrong(op, w, argv[0], why) :
		     put_text(op, w->attr, argv[0]);
}

static void text_string(struct buf *b, const struct word *w,
			const struct view *v)
{
	const char *s = attr_text(v->tb[w->attr]);

	if (s)
		buf_add(b, "%s", s);
}

const struct codec codec_name = {
	.put = put_name,
	.text = text_string,
	.json = json_as_text,
};

const struct codec codec_ifname = {
	.put = put_ifname,
	.text = text_string,
	.json = json_as_text,
};

const struct codec codec_pattern = {
	.put = put_pattern,
	.text = text_string,
	.json = json_as_text,
};

const struct codec codec_text = {
	.put = put_quoted,
	.text = text_string,
	.json = json_as_text,
};

static bool one_ifname(const char *item, void *arg)
{
	struct list *l = arg;
	char name[IFNAMSIZ] = "";
	const char *why = parse_ifname(item);

	if (why)
		return op_wrong(l->op, l->word, item, why);
	memcpy(name, item, strlen(item));
	return list_add(l, item, name);
}

static bool put_ifnames(struct op *op, const struct word *w, char **argv)
{
	struct list l = { .op = op, .word = w, .size = IFNAMSIZ };
	bool ok = list_parse(op, w, argv[0], one_ifname, &l);
	size_t i;

	for (i = 0; ok && i < l.n; i++)
		put_text(op, w->attr, l.data + i * l.size);
	free(l.data);
	return ok;
}

static void text_strings(struct buf *b, const struct word *w,
			 const struct view *v)
{
	const struct nlattr *attr;
	const char *comma = "";

	mnl_attr_for_each_nested(attr, v->nest) {
		if (mnl_attr_get_type(attr) != w->attr || !attr_text(attr))
			continue;
		buf_add(b, "%s%s", comma, attr_text(attr));
		comma = ",";
	}
}

void text_items(struct buf *b, const struct word *w, const struct view *v,
		size_t size, void (*text)(struct buf *b, const void *item))
{
	const char *items;
	size_t i, n;

	items = attr_array(v->tb[w->attr], size, &n);
	for (i = 0; i < n; i++) {
		buf_add(b, "%s", i ? "," : "");
		text(b, items + i * size);
	}
}

void json_items(json_t *o, const struct word *w, const struct view *v,
		size_t size, json_t *(*json)(const void *item))
{
	json_t *list = new_array();
	const char *items;
	size_t i, n;

	items = attr_array(v->tb[w->attr], size, &n);
	for (i = 0; i < n; i++)
		array_add(list, json(items + i * size));
	json_put(o, w, list);
}

static void json_strings(json_t *o, const struct word *w, const struct view *v)
{
	json_t *list = new_array();
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, v->nest)
		if (mnl_attr_get_type(attr) == w->attr && attr_text(attr))
			array_add(list, json_text(attr_text(attr)));
	json_put(o, w, list);
}

/* Several, each an attribute. */
const struct codec codec_ifnames = {
	.put = put_ifnames,
	.text = text_strings,
	.json = json_strings,
};

/* --- numbers and words ------------------------------------------------------ */

static bool put_number(struct op *op, const struct word *w, char **argv)
{
	__u32 n;

	if (!parse_number(argv[0], 1, EPACL_RULES_MAX, &n))
		return op_wrong(op, w, argv[0], "must be 1 to 65535");
	if (w->max == sizeof(__u16))
		mnl_attr_put_u16(op->nlh, w->attr, (__u16)n);
	else
		mnl_attr_put_u32(op->nlh, w->attr, n);
	return true;
}

static void text_number(struct buf *b, const struct word *w,
			const struct view *v)
{
	if (v->tb[w->attr])
		buf_add(b, "%llu",
			(unsigned long long)attr_number(v->tb[w->attr]));
}

static void json_number(json_t *o, const struct word *w, const struct view *v)
{
	const struct nlattr *attr = v->tb[w->attr];

	json_put(o, w,
		 attr ? json_integer((json_int_t)attr_number(attr)) :
			json_null());
}

/* 1 to 65535; the word's max is the size of the attribute. */
const struct codec codec_number = {
	.put = put_number,
	.text = text_number,
	.json = json_number,
};

static int find_choice(const struct word *w, const char *s)
{
	int i;

	for (i = 0; w->choices[i]; i++)
		if (!strcmp(w->choices[i], s))
			return i;
	return -1;
}

static bool fits_choice(const struct word *w, const char *s, const char *before)
{
	(void)before;
	return find_choice(w, s) >= 0;
}

static bool put_choice(struct op *op, const struct word *w, char **argv)
{
	struct buf b = { 0 };
	int i = find_choice(w, argv[0]);
	const char *s;
	size_t len;

	if (i >= 0) {
		mnl_attr_put_u8(op->nlh, w->attr, (__u8)i);
		return true;
	}
	/* In the order of usage: A|B|C. */
	buf_add(&b, "must be ");
	for (s = w->value; *s; s += len + !!s[len]) {
		len = strcspn(s, "|");
		buf_add(&b, "%.*s%s", (int)len, s,
			!s[len]			 ? "" :
			strchr(s + len + 1, '|') ? ", " :
						   " or ");
	}
	op_wrong(op, w, argv[0], b.s);
	buf_free(&b);
	return false;
}

static void text_choice(struct buf *b, const struct word *w,
			const struct view *v)
{
	__u64 want = attr_number(v->tb[w->attr]);
	__u64 i;

	for (i = 0; v->tb[w->attr] && w->choices[i]; i++)
		if (i == want)
			buf_add(b, "%s", w->choices[i]);
}

/* One of the word's choices, sent as its number in a byte. */
const struct codec codec_choice = {
	.fits = fits_choice,
	.put = put_choice,
	.text = text_choice,
	.json = json_as_text,
};

/* Words that follow a flag. */
int count_none(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return 0;
}

static bool put_flag(struct op *op, const struct word *w, char **argv)
{
	(void)argv;
	mnl_attr_put(op->nlh, w->attr, 0, NULL);
	return true;
}

static void text_flag(struct buf *b, const struct word *w, const struct view *v)
{
	if (v->tb[w->attr])
		buf_add(b, "%s", w->name);
}

static void json_flag(json_t *o, const struct word *w, const struct view *v)
{
	json_put(o, w, json_boolean(v->tb[w->attr]));
}

/* A word that says all. */
const struct codec codec_flag = {
	.count = count_none,
	.put = put_flag,
	.text = text_flag,
	.json = json_flag,
};
