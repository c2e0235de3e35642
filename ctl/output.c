// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output.h"

/* As many columns as there are words in a kind. */
#define COLUMNS_MAX KIND_ATTRS

struct output output;

/* --- JSON ----------------------------------------------------------------- */

json_t *new_array(void)
{
	json_t *array = json_array();

	if (!array)
		out_of_memory();
	return array;
}

json_t *new_object(void)
{
	json_t *object = json_object();

	if (!object)
		out_of_memory();
	return object;
}

void array_add(json_t *array, json_t *value)
{
	if (!value || json_array_append_new(array, value))
		out_of_memory();
}

/* One object: every word that it can have. */
json_t *view_json(const struct view *v)
{
	json_t *o = new_object();
	const struct word *w;

	for (w = v->kind->words; w->name; w++)
		w->codec->json(o, w, v);
	return o;
}

/* Print a document on a line of its own, and free it. */
void print_json(json_t *value)
{
	size_t flags = output.pretty ? JSON_INDENT(2) : JSON_COMPACT;

	json_dumpf(value, stdout, flags);
	putchar('\n');
	json_decref(value);
}

/* --- tables ------------------------------------------------------------------ */

static bool is_column(const struct word *w)
{
	return !(w->flags & W_INNER);
}

void sheet_init(struct sheet *s, const struct kind *k)
{
	memset(s, 0, sizeof(*s));
	s->kind = k;
	if (output.json)
		s->array = new_array();
}

void sheet_add(struct sheet *s, const struct view *v)
{
	const struct word *w;

	s->rows++;
	if (output.json) {
		array_add(s->array, view_json(v));
		return;
	}
	for (w = s->kind->words; w->name; w++) {
		if (!is_column(w))
			continue;
		if (w->codec->cell)
			w->codec->cell(&s->cells, w, v);
		else
			w->codec->text(&s->cells, w, v);
		buf_add_data(&s->cells, "", 1);
	}
}

/* Columns that a terminal shows: bytes but those that continue UTF-8. */
static int text_width(const char *s)
{
	int n = 0;

	for (; *s; s++)
		if ((*s & 0xc0) != 0x80)
			n++;
	return n;
}

static void print_cell(const char *text, int width, bool right, bool last)
{
	int pad = width - text_width(text);

	if (right)
		printf("%*s", pad, "");
	fputs(text, stdout);
	if (!last)
		printf("%*s", (right ? 0 : pad) + 2, "");
}

/* Width of each column; 0 where no object has anything in it. */
static void measure(const struct sheet *s, int *width, int n)
{
	const char *cell = buf_text(&s->cells);
	size_t row;
	int i;

	memset(width, 0, sizeof(*width) * (size_t)n);
	for (row = 0; row < s->rows; row++) {
		for (i = 0; i < n; i++) {
			if (text_width(cell) > width[i])
				width[i] = text_width(cell);
			cell += strlen(cell) + 1;
		}
	}
}

/**
 * struct column - a column of a table
 * @word: what it shows
 * @title: its head
 * @width: of its widest cell; 0: it is left out
 */
struct column {
	const struct word *word;
	char title[32];
	int width;
};

static int make_columns(const struct sheet *s, struct column *columns)
{
	int width[COLUMNS_MAX];
	const struct word *w;
	size_t c;
	int i, n = 0;

	for (w = s->kind->words; w->name && n < COLUMNS_MAX; w++) {
		if (!is_column(w))
			continue;
		columns[n].word = w;
		for (c = 0; w->name[c] && c + 1 < sizeof(columns->title); c++)
			columns[n].title[c] = (char)toupper(
				(unsigned char)w->name[c]);
		columns[n++].title[c] = '\0';
	}
	measure(s, width, n);
	for (i = 0; i < n; i++) {
		columns[i].width = width[i];
		if ((width[i] || !s->rows) &&
		    width[i] < text_width(columns[i].title))
			columns[i].width = text_width(columns[i].title);
	}
	return n;
}

static void print_row(const struct column *columns, int n, const char *cell)
{
	int i, last = 0;

	for (i = 0; i < n; i++)
		if (columns[i].width)
			last = i;
	for (i = 0; i < n; i++) {
		const char *text = cell ? cell : columns[i].title;

		if (columns[i].width)
			print_cell(*text ? text : "-", columns[i].width,
				   columns[i].word->flags & W_NUMBER,
				   i == last);
		if (cell)
			cell += strlen(cell) + 1;
	}
	putchar('\n');
}

static void print_table(const struct sheet *s)
{
	struct column columns[COLUMNS_MAX];
	const char *cell = buf_text(&s->cells);
	size_t row;
	int i, n;

	n = make_columns(s, columns);
	print_row(columns, n, NULL);
	for (row = 0; row < s->rows; row++) {
		print_row(columns, n, cell);
		for (i = 0; i < n; i++)
			cell += strlen(cell) + 1;
	}
}

/* Print a sheet and free it. */
void sheet_print(struct sheet *s)
{
	if (output.json)
		print_json(s->array);
	else
		print_table(s);
	buf_free(&s->cells);
}

/* --- the end ------------------------------------------------------------------ */

/**
 * output_end - has all output arrived?
 *
 * Return: DONE, or REFUSED once it has been said why not.
 */
enum status output_end(void)
{
	bool failed = ferror(stdout);

	errno = 0;
	if (!fflush(stdout) && !failed && !fclose(stdout))
		return DONE;
	fprintf(stderr, "aclctl: cannot write the output%s%s\n",
		errno ? ": " : "", errno ? strerror(errno) : "");
	return REFUSED;
}
