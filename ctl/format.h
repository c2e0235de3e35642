/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From values to the text that would be typed for them. */
#ifndef _CTL_FORMAT_H
#define _CTL_FORMAT_H

#include <stdbool.h>

#include <linux/epacl.h>

#include "buf.h"

void format_address(struct buf *b, __u8 family, const __u8 *addr);
void format_plain(struct buf *b, const struct epacl_u_prefix *p);
void format_prefix(struct buf *b, const struct epacl_u_prefix *p);
void format_socket(struct buf *b, __u8 family, const __u8 *addr, __u16 port);
void format_proto(struct buf *b, __u16 proto);
void format_ports(struct buf *b, const struct epacl_u_ports *r);
void format_mac(struct buf *b, const __u8 *mac);

bool prefix_is_plain(const struct epacl_u_prefix *p);
const char *verdict_word(__u8 verdict);
const char *direction_word(__u8 direction);
const char *reason_word(__u8 reason);

#endif /* _CTL_FORMAT_H */
