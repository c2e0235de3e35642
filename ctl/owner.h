/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whose rule list, and names of two parts. */
#ifndef _CTL_OWNER_H
#define _CTL_OWNER_H

#include "kind.h"

/* A name of VM and endpoint, or of vnet and subnet, taken apart. */
struct part_name {
	char whole[EPACL_NAME_MAX + 1];
	char part[EPACL_NAME_MAX + 1];
};

#define OWNER_HELP                                                        \
	"whose list: VM/ENDPOINT, lbset NAME, acl NAME, vm NAME in|out, " \
	"subnet VNET/NAME in|out, group NAME in|out"

extern const char *const owner_choices[];
extern const struct codec codec_owner;
extern const struct codec codec_part;

void owner_text(struct buf *b, const struct nlattr *owner);
void owner_noun(struct buf *b, const struct nlattr *owner);
json_t *owner_json(const struct nlattr *owner);
bool owner_is_endpoint(const struct nlattr *owner, const char **vm,
		       const char **name);
__u8 owner_kind(const struct nlattr *owner);

#endif /* _CTL_OWNER_H */
