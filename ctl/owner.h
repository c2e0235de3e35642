/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whose rule list: an endpoint's, or one direction of a VM. */
#ifndef _CTL_OWNER_H
#define _CTL_OWNER_H

#include "kind.h"

/* A name of VM and endpoint, taken apart. */
struct part_name {
	char vm[EPACL_NAME_MAX + 1];
	char part[EPACL_NAME_MAX + 1];
};

extern const struct codec codec_owner;

bool part_split(struct op *op, const struct word *w, const char *text,
		struct part_name *name);
void owner_text(struct buf *b, const struct nlattr *owner);
json_t *owner_json(const struct nlattr *owner);

#endif /* _CTL_OWNER_H */
