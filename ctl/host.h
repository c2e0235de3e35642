/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What this network namespace has. */
#ifndef _CTL_HOST_H
#define _CTL_HOST_H

#include <stdbool.h>

#include <linux/types.h>

struct ifaddrs;

bool host_takes_address(struct ifaddrs *list, __u8 family, const __u8 *addr);
bool host_has_both_ends(const char *dev);

#endif /* _CTL_HOST_H */
