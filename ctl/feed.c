// SPDX-License-Identifier: GPL-2.0-or-later
#define _GNU_SOURCE /* memmem */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "feed.h"
#include "parse.h"

/* Longer words are no prefix. */
#define WORD_MAX 100

/* --- what is wrong --------------------------------------------------------- */

static bool wrong(struct feed *f, unsigned int line, const char *fmt, ...)
	PRINTF(3, 4);

/* Remember what is wrong. Return: false. */
static bool wrong(struct feed *f, unsigned int line, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	buf_reset(&f->fault);
	buf_add(&f->fault, "%s", text);
	f->line = line;
	return false;
}

/* A name that nobody knows, and those that look like it. Return: false. */
static bool unknown(struct feed *f, const char *what, const char *name,
		    const struct names *known)
{
	struct buf near = { 0 };

	names_near(known, name, &near);
	if (near.len)
		wrong(f, 0, "there is no %s '%s' in it (near: %s)", what, name,
		      near.s);
	else
		wrong(f, 0, "there is no %s '%s' among its %zu", what, name,
		      known->n);
	buf_free(&near);
	return false;
}

/* --- one entry --------------------------------------------------------------- */

static bool add_prefix(struct feed *f, const char *word, unsigned int line)
{
	struct epacl_u_prefix p;
	bool masked;
	const char *why = parse_prefix(word, &p, &masked);

	if (why)
		return wrong(f, line, "'%.100s': %s", word, why);
	if (masked && !f->masked++)
		buf_add(&f->first_masked, "%s", word);
	prefixes_add(&f->prefixes, &p);
	return true;
}

/* FIRST and LAST have their own ends: the dash has been cut out. */
static bool add_range(struct feed *f, const char *first, const char *last,
		      unsigned int line)
{
	struct epacl_u_prefix lo, hi;

	if (parse_address(first, &lo) || parse_address(last, &hi))
		return wrong(
			f, line,
			"'%s-%s': a range goes from an address to an address",
			first, last);
	if (!prefixes_add_range(&f->prefixes, &lo, &hi))
		return wrong(
			f, line,
			"'%s-%s': a range goes from the lower address to the higher one of its family",
			first, last);
	return true;
}

/* --- plain text ---------------------------------------------------------------- */

/**
 * struct scan - a text on its way
 * @at: the next byte
 * @end: behind the last one
 * @line: number of the line that @at is in
 */
struct scan {
	const char *at;
	const char *end;
	unsigned int line;
};

static bool is_between(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == ',' || c == '\v' ||
	       c == '\f';
}

static bool ends_word(char c)
{
	return is_between(c) || c == '\n' || c == '#' || c == ';';
}

static void skip_line(struct scan *s)
{
	while (s->at < s->end && *s->at != '\n')
		s->at++;
}

/* Move to the next word of this line. Return: whether there is one. */
static bool skip_blanks(struct scan *s)
{
	while (s->at < s->end && is_between(*s->at))
		s->at++;
	if (s->at < s->end && (*s->at == '#' || *s->at == ';'))
		skip_line(s);
	return s->at < s->end && *s->at != '\n';
}

/* Take the word at hand, up to a dash if it has one. */
static bool take_word(struct feed *f, struct scan *s, char word[WORD_MAX + 1])
{
	size_t n = 0;

	while (s->at < s->end && !ends_word(*s->at) && *s->at != '-') {
		if (n == WORD_MAX || !*s->at)
			return wrong(f, s->line,
				     "this is not a list of prefixes");
		word[n++] = *s->at++;
	}
	word[n] = '\0';
	return true;
}

/* A prefix, an address, or two of these with a dash between them. */
static bool read_entry(struct feed *f, struct scan *s)
{
	char first[WORD_MAX + 1], last[WORD_MAX + 1];
	unsigned int line = s->line;

	if (!take_word(f, s, first))
		return false;
	if (!skip_blanks(s) || *s->at != '-')
		return add_prefix(f, first, line);
	s->at++;
	last[0] = '\0';
	if (skip_blanks(s) && !take_word(f, s, last))
		return false;
	return add_range(f, first, last, line);
}

static bool read_plain(struct feed *f, const char *data, size_t len)
{
	struct scan s = { data, data + len, 1 };

	for (; s.at < s.end; s.at++, s.line++)
		while (skip_blanks(&s))
			if (!read_entry(f, &s))
				return false;
	return true;
}

/* --- JSON ---------------------------------------------------------------------- */

/**
 * struct source - a document
 * @data: its text, for line numbers
 * @len: bytes of it
 * @root: the same, taken apart
 */
struct source {
	const char *data;
	size_t len;
	const json_t *root;
};

/* Where a string stands in the text; 0 where it is written in another way. */
static unsigned int line_of(const struct source *src, const char *text)
{
	struct buf quoted = { 0 };
	const char *p, *found;
	unsigned int line = 1;

	buf_add(&quoted, "\"%s\"", text);
	found = memmem(src->data, src->len, quoted.s, quoted.len);
	buf_free(&quoted);
	if (!found)
		return 0;
	for (p = src->data; p < found; p++)
		if (*p == '\n')
			line++;
	return line;
}

static bool add_string(struct feed *f, const struct source *src,
		       const json_t *value)
{
	const char *text = json_string_value(value);

	if (!text)
		return wrong(f, 0, "a prefix in it is missing, or no string");
	if (add_prefix(f, text, 0))
		return true;
	f->line = line_of(src, text);
	return false;
}

static const char *text_in(const json_t *o, const char *key)
{
	const char *text = json_string_value(json_object_get(o, key));

	return text ? text : "";
}

/* --- service tags of Azure ------------------------------------------------------ */

static bool add_tag(struct feed *f, const struct source *src,
		    const json_t *entry)
{
	const json_t *properties = json_object_get(entry, "properties");
	const json_t *list = json_object_get(properties, "addressPrefixes");
	size_t i;

	if (!json_is_array(list))
		return wrong(f, line_of(src, text_in(entry, "name")),
			     "service tag '%s' has no addressPrefixes",
			     text_in(entry, "name"));
	for (i = 0; i < json_array_size(list); i++)
		if (!add_string(f, src, json_array_get(list, i)))
			return false;
	return true;
}

static bool check_tags(struct feed *f, const json_t *values,
		       const struct names *wanted)
{
	struct names known = { 0 };
	bool ok = true;
	size_t i;

	for (i = 0; i < json_array_size(values); i++) {
		const char *name = text_in(json_array_get(values, i), "name");

		names_add(&known, name, strlen(name));
	}
	for (i = 0; i < wanted->n && ok; i++)
		if (!names_has(&known, wanted->list[i]))
			ok = unknown(f, "service tag", wanted->list[i], &known);
	names_free(&known);
	return ok;
}

static bool read_azure(struct feed *f, const struct source *src,
		       const struct feed_choice *choice)
{
	const json_t *values = json_object_get(src->root, "values");
	size_t i;

	if (choice->services.n || choice->regions.n)
		return wrong(
			f, 0,
			"this file has service tags: 'tag' chooses among them");
	if (!choice->tags.n)
		return wrong(
			f, 0,
			"this file has %zu service tags: say which with 'tag'",
			json_array_size(values));
	if (!check_tags(f, values, &choice->tags))
		return false;
	for (i = 0; i < json_array_size(values); i++) {
		const json_t *entry = json_array_get(values, i);

		if (names_has(&choice->tags, text_in(entry, "name")) &&
		    !add_tag(f, src, entry))
			return false;
	}
	return true;
}

/* --- ip-ranges.json of AWS ------------------------------------------------------- */

static const struct aws_list {
	const char *list;
	const char *prefix;
} aws_lists[] = {
	{ "prefixes", "ip_prefix" },
	{ "ipv6_prefixes", "ipv6_prefix" },
};

static bool is_wanted(const struct names *wanted, const json_t *entry,
		      const char *key)
{
	return !wanted->n || names_has(wanted, text_in(entry, key));
}

static bool add_aws(struct feed *f, const struct source *src,
		    const struct aws_list *l, const struct feed_choice *choice)
{
	const json_t *list = json_object_get(src->root, l->list);
	size_t i;

	for (i = 0; i < json_array_size(list); i++) {
		const json_t *entry = json_array_get(list, i);

		if (is_wanted(&choice->services, entry, "service") &&
		    is_wanted(&choice->regions, entry, "region") &&
		    !add_string(f, src, json_object_get(entry, l->prefix)))
			return false;
	}
	return true;
}

/* Is each wanted name that of an entry, under @key? */
static bool check_aws(struct feed *f, const json_t *root, const char *key,
		      const struct names *wanted)
{
	struct names known = { 0 };
	bool ok = true;
	size_t i, n;

	for (n = 0; wanted->n && n < ARRAY_SIZE(aws_lists); n++) {
		const json_t *list = json_object_get(root, aws_lists[n].list);

		for (i = 0; i < json_array_size(list); i++) {
			const char *name = text_in(json_array_get(list, i),
						   key);

			if (!names_has(&known, name))
				names_add(&known, name, strlen(name));
		}
	}
	for (i = 0; i < wanted->n && ok; i++)
		if (!names_has(&known, wanted->list[i]))
			ok = unknown(f, key, wanted->list[i], &known);
	names_free(&known);
	return ok;
}

static bool read_aws(struct feed *f, const struct source *src,
		     const struct feed_choice *choice)
{
	size_t i;

	if (choice->tags.n)
		return wrong(
			f, 0,
			"this file has no tags: 'service' and 'region' choose among its prefixes");
	if (!check_aws(f, src->root, "service", &choice->services) ||
	    !check_aws(f, src->root, "region", &choice->regions))
		return false;
	for (i = 0; i < ARRAY_SIZE(aws_lists); i++)
		if (!add_aws(f, src, &aws_lists[i], choice))
			return false;
	return true;
}

/* --- any of them ------------------------------------------------------------------ */

static bool read_json(struct feed *f, const char *data, size_t len,
		      const struct feed_choice *choice)
{
	json_error_t error;
	json_t *root = json_loadb(data, len, 0, &error);
	const struct source src = { data, len, root };
	bool ok;

	if (!root)
		return wrong(f, error.line > 0 ? (unsigned int)error.line : 0,
			     "%s", error.text);
	if (json_is_array(json_object_get(root, "values")))
		ok = read_azure(f, &src, choice);
	else if (json_is_array(json_object_get(root, "prefixes")))
		ok = read_aws(f, &src, choice);
	else
		ok = wrong(
			f, 0,
			"JSON, but neither service tags of Azure nor ip-ranges.json of AWS");
	json_decref(root);
	return ok;
}

static bool is_json(const char *data, size_t len)
{
	size_t i = 0;

	while (i < len && (is_between(data[i]) || data[i] == '\n'))
		i++;
	return i < len && (data[i] == '{' || data[i] == '[');
}

/**
 * feed_read - read a list of prefixes
 * @f: receives it; to be freed whatever comes back
 * @data: the text
 * @len: bytes of it
 * @choice: what is wanted of it
 *
 * Return: whether all of it is right; if not, @f says what is wrong.
 */
bool feed_read(struct feed *f, const char *data, size_t len,
	       const struct feed_choice *choice)
{
	static const char bom[] = "\xef\xbb\xbf";
	bool ok;

	memset(f, 0, sizeof(*f));
	if (len >= 3 && !memcmp(data, bom, 3)) {
		data += 3;
		len -= 3;
	}
	if (is_json(data, len))
		ok = read_json(f, data, len, choice);
	else if (choice->tags.n || choice->services.n || choice->regions.n)
		ok = wrong(
			f, 0,
			"a plain list has no tags, services or regions to choose from");
	else
		ok = read_plain(f, data, len);
	prefixes_sort(&f->prefixes);
	return ok;
}

void feed_free(struct feed *f)
{
	prefixes_free(&f->prefixes);
	buf_free(&f->first_masked);
	buf_free(&f->fault);
}
