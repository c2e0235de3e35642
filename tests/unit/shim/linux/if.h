/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_IF_H
#define _SHIM_LINUX_IF_H

#define IFNAMSIZ 16

#endif /* _SHIM_LINUX_IF_H */
