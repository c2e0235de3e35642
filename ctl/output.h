/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Standard output: tables and JSON, both from the words of the kinds. */
#ifndef _CTL_OUTPUT_H
#define _CTL_OUTPUT_H

#include "kind.h"

/**
 * struct output - how answers are to be written
 * @json: as JSON
 * @pretty: JSON with line ends and indents
 * @stats: with numbers beside what was asked for
 */
struct output {
	bool json;
	bool pretty;
	bool stats;
};

extern struct output output;

/**
 * struct sheet - objects of one kind, as a table or a JSON array
 * @kind: which
 * @array: the objects
 * @cells: the cells, each ended by a NUL, row by row
 * @rows: their number
 */
struct sheet {
	const struct kind *kind;
	json_t *array;
	struct buf cells;
	size_t rows;
};

void sheet_init(struct sheet *s, const struct kind *k);
void sheet_add(struct sheet *s, const struct view *v);
void sheet_print(struct sheet *s);

json_t *view_json(const struct view *v);
json_t *new_array(void);
json_t *new_object(void);
void array_add(json_t *array, json_t *value);
void print_json(json_t *value);
enum status output_end(void);

#endif /* _CTL_OUTPUT_H */
