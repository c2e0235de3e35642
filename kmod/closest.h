/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which endpoint of a VM names a packet most closely? A single port comes
 * before a range of ports, a protocol before any protocol.
 */
#ifndef _EPACL_CLOSEST_H
#define _EPACL_CLOSEST_H

#include "classify.h"
#include "snapshot.h"

/* Puts what the endpoints of @cvm open in order. */
void epacl_cvm_sort(struct epacl_cvm *cvm);

/* NULL: none opens it. */
const struct epacl_cendpoint *epacl_cvm_closest(const struct epacl_cvm *cvm,
						const struct epacl_key *key);

#endif /* _EPACL_CLOSEST_H */
