// SPDX-License-Identifier: GPL-2.0-or-later
/* Lists of names, and which of them somebody may have meant. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "feed.h"

/* How many names are offered for one that is unknown. */
#define NEAR_MAX 5

/* Longer names are not compared letter by letter. */
#define LENGTH_MAX 64

void names_add(struct names *names, const char *name, size_t len)
{
	char *s = copy(name, len + 1);

	s[len] = '\0';
	names->list = grow(names->list, names->n, &names->room,
			   sizeof(*names->list));
	names->list[names->n++] = s;
}

bool names_has(const struct names *names, const char *name)
{
	size_t i;

	for (i = 0; i < names->n; i++)
		if (!strcmp(names->list[i], name))
			return true;
	return false;
}

void names_free(struct names *names)
{
	size_t i;

	for (i = 0; i < names->n; i++)
		free(names->list[i]);
	free(names->list);
	memset(names, 0, sizeof(*names));
}

static unsigned int least(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

/* Letters to insert, delete or replace, capitals aside. */
static unsigned int distance(const char *a, const char *b)
{
	unsigned int row[LENGTH_MAX + 1], i, j, before, kept;
	unsigned int la = (unsigned int)strlen(a), lb = (unsigned int)strlen(b);

	if (la > LENGTH_MAX || lb > LENGTH_MAX)
		return LENGTH_MAX;
	for (j = 0; j <= lb; j++)
		row[j] = j;
	for (i = 1; i <= la; i++) {
		before = row[0];
		row[0] = i;
		for (j = 1; j <= lb; j++) {
			kept = row[j];
			row[j] = least(
				least(row[j], row[j - 1]) + 1,
				before + (tolower((unsigned char)a[i - 1]) !=
					  tolower((unsigned char)b[j - 1])));
			before = kept;
		}
	}
	return row[lb];
}

/**
 * names_near - names that resemble an unknown one
 * @names: all that there are
 * @name: the unknown one
 * @b: receives the nearest, separated by blanks; nothing if none is near
 */
void names_near(const struct names *names, const char *name, struct buf *b)
{
	unsigned int d, far = 2 + (unsigned int)strlen(name) / 4;
	const char *comma = "";
	size_t i, n = 0;

	for (d = 0; d <= far && n < NEAR_MAX; d++) {
		for (i = 0; i < names->n && n < NEAR_MAX; i++) {
			if (distance(name, names->list[i]) != d)
				continue;
			buf_add(b, "%s%s", comma, names->list[i]);
			comma = " ";
			n++;
		}
	}
}
