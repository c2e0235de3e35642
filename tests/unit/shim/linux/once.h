/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_ONCE_H
#define _SHIM_LINUX_ONCE_H

#include <linux/random.h>

#define get_random_once(p, n)                   \
	do {                                    \
		static bool once_done_;         \
                                                \
		if (!once_done_)                \
			get_random_bytes(p, n); \
		once_done_ = true;              \
	} while (0)

#endif /* _SHIM_LINUX_ONCE_H */
