/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A rule list as the packet path searches it; table.c builds it.
 *
 * Each property that rules look at is an axis, cut into the ranges in which the
 * same rules match. There are three forms:
 *
 * first	of a list that looks at nothing but remote prefixes, as most do,
 *		each range knows the first rule that holds it;
 * few		where one axis leaves but few rules to each of its ranges, the range
 *		lists them, to be compared one by one; there are no other axes;
 * rows		else each range of each axis has a row of bits, one for each rule:
 *		what the rows of all axes have in common matches, and the lowest
 *		bit comes first.
 */
#ifndef _EPACL_TABLE_H
#define _EPACL_TABLE_H

#include <linux/types.h>
#include "model.h"
#include "starts.h"

enum epacl_axis_name {
	EPACL_AXIS_REMOTE4,
	EPACL_AXIS_REMOTE6,
	EPACL_AXIS_PROTO,
	EPACL_AXIS_LPORT,
	EPACL_AXIS_RPORT,
	__EPACL_AXES
};
#define EPACL_AXES __EPACL_AXES

/**
 * struct epacl_first - the answer of a range, where there is no more to look at
 * @rule: number of the first rule that matches, plus one; 0: none does
 * @permit: what it says
 * @log: it wants to be logged
 */
struct epacl_first {
	u16 rule;
	u8 permit;
	u8 log;
};

/**
 * struct epacl_axis - one property, in ranges
 * @starts: first value of each, ascending, the first is 0: of remotes as in
 *	starts.h, else u16, in host order
 * @rows: table.words for each range; of ports one more for packets without
 * @first: of each range; what is needed of the rule is in it and in @counters,
 *	so that the rule, a cache line of its own, need not be read
 * @few: where the range's rules begin in table.few; those of the next one are
 *	where they end; of ports as with @rows
 * @counters: of each range, that of the first rule
 * @n: ranges; 0: no rule of the table looks at it, or another axis leaves few
 * @width: enum epacl_width, of remotes
 */
struct epacl_axis {
	const void *starts;
	union {
		const u64 *rows;
		const struct epacl_first *first;
		const u32 *few;
	};
	struct epacl_count __percpu *const *counters;
	u32 n;
	u8 width;
};

/* Of remotes the levels above the starts, which are right behind them. */
static inline const void *epacl_axis_upper(const struct epacl_axis *axis)
{
	return (const u8 *)axis->starts +
	       epacl_starts_size(axis->n, axis->width);
}

/**
 * struct epacl_brief - what most rules look at besides the remote
 * @proto: EPACL_PROTO_ANY: any
 * @lports: one range
 * @rports: one range
 * @needs_ports: a packet without ports does not match
 * @at_length: there is more: the rule itself says it
 *
 * Few rules are compared by it: it lies beside the others of the list, while
 * each rule has a cache line of its own.
 */
struct epacl_brief {
	u16 proto;
	struct epacl_ports lports;
	struct epacl_ports rports;
	bool needs_ports;
	bool at_length;
};

enum epacl_form { EPACL_FORM_FIRST, EPACL_FORM_FEW, EPACL_FORM_ROWS };

/**
 * struct epacl_table - some rules of a list, in a row
 * @form: enum epacl_form
 * @by: axis that leaves few rules, EPACL_AXIS_REMOTE4 for both families; see @few
 * @words: u64 in a row of bits
 * @next: those behind them; NULL: there are no more
 * @rules: where the list has the first of them
 * @axes: by enum epacl_axis_name
 * @few: numbers of rules, in EPACL_FORM_FEW
 * @briefs: of each rule, there
 * @rest: row of those rules that look at what no axis has
 * @sets: id of the set of each rule, 0 where there is none; NULL: no rule has
 *
 * What a look-up by IPv4 addresses alone needs is one cache line; and of
 * EPACL_FORM_FIRST, which most are, there is no more than the axes of remotes.
 */
struct epacl_table {
	u8 form;
	u8 by;
	u32 words;
	struct epacl_table *next;
	struct epacl_rule **rules;
	struct epacl_axis axes[EPACL_AXES];
	const u16 *few;
	const struct epacl_brief *briefs;
	const u64 *rest;
	const u32 *sets;
};

static inline size_t epacl_table_head(enum epacl_form form)
{
	return form == EPACL_FORM_FIRST ?
		       offsetof(struct epacl_table, axes[EPACL_AXIS_PROTO]) :
		       sizeof(struct epacl_table);
}

/* Rules in one table with rows. */
#define EPACL_TABLE_RULES 1024

/* What few is: of a range, and of all on average. */
#define EPACL_TABLE_FEW 64
#define EPACL_TABLE_FEW_AVERAGE 4

#endif /* _EPACL_TABLE_H */
