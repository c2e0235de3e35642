/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lists of prefixes as others publish them, read from memory: plain text, one
 * prefix, address or range a line; the service tags of Azure; the ip-ranges.json
 * of AWS. Nothing here asks the kernel or prints anything.
 */
#ifndef _CTL_FEED_H
#define _CTL_FEED_H

#include "buf.h"
#include "prefixes.h"

/* Some names. */
struct names {
	char **list;
	size_t n;
	size_t room;
};

/**
 * struct feed_choice - what is wanted of a list that holds more
 * @tags: service tags, of Azure
 * @services: of AWS; none: all
 * @regions: of AWS; none: all
 */
struct feed_choice {
	struct names tags;
	struct names services;
	struct names regions;
};

/**
 * struct feed - what was read
 * @prefixes: sorted, each once
 * @masked: how many had host bits
 * @first_masked: the first of these, as it was written
 * @fault: what is wrong, "" for nothing
 * @line: where, from 1; 0: the file as a whole
 */
struct feed {
	struct prefixes prefixes;
	size_t masked;
	struct buf first_masked;
	struct buf fault;
	unsigned int line;
};

bool feed_read(struct feed *f, const char *data, size_t len,
	       const struct feed_choice *choice);
void feed_free(struct feed *f);

void names_add(struct names *names, const char *name, size_t len);
bool names_has(const struct names *names, const char *name);
void names_near(const struct names *names, const char *name, struct buf *b);
void names_free(struct names *names);

#endif /* _CTL_FEED_H */
