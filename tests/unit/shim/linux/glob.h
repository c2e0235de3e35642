/* SPDX-License-Identifier: GPL-2.0-only */
/* Of what patterns of interfaces hold, the C library has the same idea. */
#ifndef _SHIM_LINUX_GLOB_H
#define _SHIM_LINUX_GLOB_H

#include <fnmatch.h>
#include <linux/types.h>

static inline bool glob_match(const char *pattern, const char *s)
{
	return !fnmatch(pattern, s, FNM_NOESCAPE);
}

#endif /* _SHIM_LINUX_GLOB_H */
