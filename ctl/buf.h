/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory and text that grow. Without memory the tool has nothing left to do:
 * it says so and ends, which drops a transaction that is open.
 */
#ifndef _CTL_BUF_H
#define _CTL_BUF_H

#include <stddef.h>

#include "say.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/**
 * struct buf - a growing string
 * @s: the text, always ended by a NUL once something was added; else NULL
 * @len: bytes without that NUL
 * @size: bytes allocated
 */
struct buf {
	char *s;
	size_t len;
	size_t size;
};

void buf_add(struct buf *b, const char *fmt, ...) PRINTF(2, 3);
void buf_add_data(struct buf *b, const void *data, size_t len);
void buf_reset(struct buf *b);
void buf_free(struct buf *b);
const char *buf_text(const struct buf *b);

void *grow(void *array, size_t n, size_t *size, size_t item);
void *copy(const void *data, size_t len);
char *copy_string(const char *s);
void out_of_memory(void) __attribute__((noreturn));

#endif /* _CTL_BUF_H */
