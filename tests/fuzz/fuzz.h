/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What every fuzzer has. Each file of kmod/ and ctl/ is one: bytes become a
 * question to the code, and whatever is wrong with the answer ends the program.
 */
#ifndef _FUZZ_H
#define _FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* One input. Return: 0; -1: it is of no use and need not be kept. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(x)                                                          \
	do {                                                             \
		if (!(x)) {                                              \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, \
				__LINE__, #x);                           \
			abort();                                         \
		}                                                        \
	} while (0)

#endif /* _FUZZ_H */
