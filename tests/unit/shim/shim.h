/* SPDX-License-Identifier: GPL-2.0-only */
/* What a unit test can tell the kernel that it runs on, and ask of it. */
#ifndef _SHIM_H
#define _SHIM_H

#include <stdbool.h>

/* The @n-th allocation from now on fails, the next one being 1; 0: none. */
void shim_fail_at(unsigned long n);
/* How far off that is; 0: it has failed, or none was to. */
unsigned long shim_fail_in(void);
/* Has that allocation been asked for, and failed? */
bool shim_has_failed(void);
/* Allocations that have not been freed. */
long shim_live(void);

#endif /* _SHIM_H */
