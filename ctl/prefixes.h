/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any number of prefixes, as a set holds them. */
#ifndef _CTL_PREFIXES_H
#define _CTL_PREFIXES_H

#include <stdbool.h>
#include <stddef.h>

#include <linux/epacl.h>

/**
 * struct prefixes - an array that grows
 * @list: the prefixes, without host bits
 * @n: their number
 * @room: prefixes that there is room for
 */
struct prefixes {
	struct epacl_u_prefix *list;
	size_t n;
	size_t room;
};

void prefixes_add(struct prefixes *l, const struct epacl_u_prefix *p);
bool prefixes_add_range(struct prefixes *l, const struct epacl_u_prefix *first,
			const struct epacl_u_prefix *last);
void prefixes_sort(struct prefixes *l);
size_t prefixes_missing(const struct prefixes *from, const struct prefixes *in);
const struct epacl_u_prefix *prefixes_everything(const struct prefixes *l,
						 __u8 family);
void prefixes_free(struct prefixes *l);

#endif /* _CTL_PREFIXES_H */
