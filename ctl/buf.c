// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "say.h"

void out_of_memory(void)
{
	fputs("aclctl: out of memory\n", stderr);
	exit(REFUSED);
}

/**
 * grow - make room for one more item
 * @array: the items so far, or NULL
 * @n: their number
 * @size: items that there is room for
 * @item: bytes of one
 *
 * Return: the array, perhaps moved.
 */
void *grow(void *array, size_t n, size_t *size, size_t item)
{
	if (n < *size)
		return array;
	*size = *size ? *size * 2 : 16;
	array = reallocarray(array, *size, item);
	if (!array)
		out_of_memory();
	return array;
}

void *copy(const void *data, size_t len)
{
	void *p = malloc(len ? len : 1);

	if (!p)
		out_of_memory();
	if (len)
		memcpy(p, data, len);
	return p;
}

char *copy_string(const char *s)
{
	return copy(s, strlen(s) + 1);
}

static void buf_reserve(struct buf *b, size_t len)
{
	if (b->size - b->len > len)
		return;
	b->size = (b->len + len + 1) * 2;
	b->s = realloc(b->s, b->size);
	if (!b->s)
		out_of_memory();
}

void buf_add_data(struct buf *b, const void *data, size_t len)
{
	buf_reserve(b, len);
	if (len)
		memcpy(b->s + b->len, data, len);
	b->len += len;
	b->s[b->len] = '\0';
}

void buf_add(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	int len;

	buf_reserve(b, 64);
	va_start(ap, fmt);
	len = vsnprintf(b->s + b->len, b->size - b->len, fmt, ap);
	va_end(ap);
	if (len < 0)
		out_of_memory();
	if ((size_t)len >= b->size - b->len) {
		buf_reserve(b, (size_t)len);
		va_start(ap, fmt);
		vsnprintf(b->s + b->len, b->size - b->len, fmt, ap);
		va_end(ap);
	}
	b->len += (size_t)len;
}

void buf_reset(struct buf *b)
{
	b->len = 0;
	if (b->s)
		b->s[0] = '\0';
}

void buf_free(struct buf *b)
{
	free(b->s);
	memset(b, 0, sizeof(*b));
}

const char *buf_text(const struct buf *b)
{
	return b->s ? b->s : "";
}
