/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which rule lists apply to a VM, without a packet that asks them.
 */
#ifndef _EPACL_EFFECTIVE_H
#define _EPACL_EFFECTIVE_H

#include "snapshot.h"

/**
 * struct epacl_effective - a layer that applies
 * @layer: the list, and whose it is
 * @endpoint: name of the endpoint that it stands for; NULL: none
 * @prefix: VM's side within it, of a subnet; family 0: of none
 * @group: of a group; NULL: of none
 */
struct epacl_effective {
	struct epacl_layer layer;
	const char *endpoint;
	struct epacl_prefix prefix;
	const struct epacl_group *group;
};

/**
 * epacl_effective - the layers of a VM in the order in which they are asked
 * @memory: account
 * @root: policy; what is found points into it
 * @vm: one of its VMs
 * @directions: bits (1 << enum epacl_direction); in comes first
 * @n: set to their number
 *
 * Of endpoints, and of subnets, one is asked: those of the wider scope, or of
 * the shorter prefix, only where no closer one is.
 *
 * Return: an array for epacl_free(), or NULL: no memory. May sleep.
 */
struct epacl_effective *epacl_effective(struct epacl_memory *memory,
					const struct epacl_root *root,
					const struct epacl_vm *vm,
					u32 directions, u32 *n);

#endif /* _EPACL_EFFECTIVE_H */
