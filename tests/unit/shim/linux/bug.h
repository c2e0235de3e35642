/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_BUG_H
#define _SHIM_LINUX_BUG_H

#include <assert.h>

#define BUG_ON(condition) assert(!(condition))
#define WARN_ON(condition)                    \
	({                                    \
		int warn_on_ = !!(condition); \
		assert(!warn_on_);            \
		warn_on_;                     \
	})
#define WARN_ON_ONCE(condition) WARN_ON(condition)

#endif /* _SHIM_LINUX_BUG_H */
