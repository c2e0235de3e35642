// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "import.h"
#include "op.h"
#include "program.h"

bool item_is_op(const struct item *item)
{
	return item->cmd != EPACL_CMD_GET && item->cmd != EPACL_CMD_EXPLAIN;
}

/**
 * program_add - append an item
 * @p: the program
 * @op: its kind, place and attributes
 * @cmd: what is done
 */
void program_add(struct program *p, const struct op *op, enum epacl_cmd cmd)
{
	struct item *item;

	p->items = grow(p->items, p->n, &p->room, sizeof(*item));
	item = &p->items[p->n++];
	*item = (struct item){
		.at = op->at,
		.cmd = cmd,
		.kind = op->kind,
		.auto_public = op->auto_public,
		.len = mnl_nlmsg_get_payload_len(op->nlh),
	};
	item->attrs = copy(mnl_nlmsg_get_payload(op->nlh), item->len);
	if (item_is_op(item))
		p->n_ops++;
}

/* @import is @p's from now on. */
void program_add_import(struct program *p, const struct place *at,
			struct import *import)
{
	p->items = grow(p->items, p->n, &p->room, sizeof(*p->items));
	p->items[p->n++] = (struct item){
		.at = *at,
		.cmd = EPACL_CMD_CHANGE,
		.kind = &kind_set,
		.import = import,
	};
	p->n_ops++;
	p->n_imports++;
}

void program_free(struct program *p)
{
	size_t i;

	for (i = 0; i < p->n; i++) {
		import_free(p->items[i].import);
		free(p->items[i].attrs);
	}
	free(p->items);
	memset(p, 0, sizeof(*p));
}

/* View the object that an item is about. Return: whether it names one. */
bool item_view(const struct item *item, struct view *v)
{
	const struct nlattr *attr;

	if (!item->kind || item->import)
		return false;
	mnl_attr_for_each_payload(item->attrs, item->len) {
		if (mnl_attr_get_type(attr) == item->kind->attr) {
			view_init(v, item->kind, attr, NULL);
			return true;
		}
	}
	return false;
}
