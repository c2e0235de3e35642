/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the words of a command on objects to the attributes of its operations. */
#ifndef _CTL_OP_H
#define _CTL_OP_H

#include "kind.h"

struct program;

/**
 * struct op - an operation, or a question, being built
 * @at: where it was typed
 * @verb: what is done
 * @kind: to what
 * @nlh: receives the attributes
 * @clear: attributes that are taken away
 * @auto_public: a public port is to be chosen by the kernel
 */
struct op {
	struct place at;
	enum verb verb;
	const struct kind *kind;
	struct nlmsghdr *nlh;
	__u32 clear;
	bool auto_public;
};

bool op_wrong(const struct op *op, const struct word *w, const char *item,
	      const char *why);
bool op_parse(struct program *program, const struct place *at, enum verb verb,
	      const struct kind *k, int argc, char **argv);
const struct slot *slot_find(const struct slot *slots, int n,
			     const struct word *w);
void op_complete(enum verb verb, const struct kind *k, int argc, char **argv,
		 void (*offer)(const char *word));

#endif /* _CTL_OP_H */
