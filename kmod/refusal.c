// SPDX-License-Identifier: GPL-2.0-only
/*
 * Why a request was refused, for the one who made it.
 */
#include <linux/kernel.h>
#include <linux/stdarg.h>
#include "refusal.h"

int epacl_refuse(struct epacl_refusal *why, int err, u16 attr,
		 const char *brief, const char *format, ...)
{
	va_list args;

	why->attr = attr;
	why->brief = brief;
	va_start(args, format);
	vsnprintf(why->text, sizeof(why->text), format, args);
	va_end(args);
	return err;
}
