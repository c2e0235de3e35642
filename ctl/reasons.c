// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "codec.h"
#include "format.h"
#include "output.h"

/* Where the name of the VM stands in the view of one of its counts. */
#define COUNT_VM (EPACL_COUNT_A_MAX + 1)

static void text_direction(struct buf *b, const struct word *w,
			   const struct view *v)
{
	buf_add(b, "%s", direction_word((__u8)attr_number(v->tb[w->attr])));
}

static void text_reason(struct buf *b, const struct word *w,
			const struct view *v)
{
	buf_add(b, "%s", reason_word((__u8)attr_number(v->tb[w->attr])));
}

static const struct codec codec_direction = {
	.text = text_direction,
	.json = json_as_text,
};

static const struct codec codec_reason = {
	.text = text_reason,
	.json = json_as_text,
};

static const struct word count_words[] = {
	{
		.name = "vm",
		.codec = &codec_name,
		.attr = COUNT_VM,
		.flags = W_ANSWER,
	},
	{
		.name = "direction",
		.codec = &codec_direction,
		.attr = EPACL_COUNT_A_DIRECTION,
		.flags = W_ANSWER,
	},
	{
		.name = "reason",
		.codec = &codec_reason,
		.attr = EPACL_COUNT_A_REASON,
		.flags = W_ANSWER,
	},
	{
		.name = "packets",
		.codec = &codec_number,
		.attr = EPACL_COUNT_A_PACKETS,
		.flags = W_ANSWER | W_NUMBER,
	},
	{
		.name = "bytes",
		.codec = &codec_number,
		.attr = EPACL_COUNT_A_BYTES,
		.flags = W_ANSWER | W_NUMBER,
	},
	{}
};

/* A line of the list; never typed. */
static const struct kind kind_count = {
	.name = "count",
	.words = count_words,
};

/* The table leaves out what never happened. */
static void add_counts(struct sheet *s, const struct view *v)
{
	const struct nlattr *attr;
	struct view count;

	mnl_attr_for_each_nested(attr, v->nest) {
		if (mnl_attr_get_type(attr) != EPACL_REASONS_A_COUNT)
			continue;
		view_init(&count, &kind_count, attr, v->policy);
		count.tb[COUNT_VM] = v->tb[EPACL_REASONS_A_VM];
		if (output.json || attr_number(count.tb[EPACL_COUNT_A_PACKETS]))
			sheet_add(s, &count);
	}
}

static const struct word words[] = {
	{
		.name = "vm",
		.value = "VM",
		.help = "whose packets; otherwise those of all, and of none",
		.codec = &codec_name,
		.attr = EPACL_REASONS_A_VM,
		.flags = W_KEY,
	},
	{}
};

const struct kind kind_reasons = {
	.name = "reasons",
	.plural = "reasons",
	.help = "packets by what became of them and why",
	.attr = EPACL_A_REASONS,
	.verbs = BIT(VERB_LIST),
	.within = &kind_vm,
	.rows = add_counts,
	.row = &kind_count,
	.words = words,
};
