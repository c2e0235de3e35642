/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was typed, in order, ready to be sent: operations and questions. */
#ifndef _CTL_PROGRAM_H
#define _CTL_PROGRAM_H

#include "kind.h"

struct import;

/**
 * struct item - one message to the kernel
 * @at: where it was typed
 * @cmd: EPACL_CMD_*
 * @kind: of what; NULL: the whole policy
 * @more: how many behind it go on with the same object
 * @auto_public: it asks for a public port that the kernel chooses
 * @import: NULL: none; else it stands for the operations of this import
 * @attrs: the attributes
 * @len: their bytes
 */
struct item {
	struct place at;
	enum epacl_cmd cmd;
	const struct kind *kind;
	size_t more;
	bool auto_public;
	struct import *import;
	void *attrs;
	size_t len;
};

/**
 * struct program - what was typed
 * @items: in order
 * @n: their number
 * @room: items that there is room for
 * @n_ops: how many change the policy
 * @n_imports: how many of them are imports
 * @may_exist: add is fine with what is there and equal
 * @if_exists: remove is fine with what is not there
 */
struct program {
	struct item *items;
	size_t n;
	size_t room;
	size_t n_ops;
	size_t n_imports;
	bool may_exist;
	bool if_exists;
};

void program_add(struct program *p, const struct op *op, enum epacl_cmd cmd);
void program_add_import(struct program *p, const struct place *at,
			struct import *import);
void program_free(struct program *p);
bool item_is_op(const struct item *item);
bool item_view(const struct item *item, struct view *v);

#endif /* _CTL_PROGRAM_H */
