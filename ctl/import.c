// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "feed.h"
#include "format.h"
#include "import.h"
#include "netlink.h"
#include "output.h"
#include "parse.h"
#include "set.h"

/* No list is longer: what goes on is some other file. */
#define FILE_MAX ((size_t)256 << 20)

/**
 * struct import - an import
 * @set: name of the set
 * @typed: where it was typed
 * @at: the file
 * @choice: what is wanted of it
 * @force: though it looks suspicious
 * @feed: what is in it
 * @old: what is in the set
 * @exists: the set is there
 * @added: prefixes that are not in the set yet
 * @removed: prefixes of the set that are not in the list any more
 * @program: what makes the set what the list is
 */
struct import {
	const char *set;
	struct place typed;
	struct place at;
	struct feed_choice choice;
	bool force;
	struct feed feed;
	struct prefixes old;
	bool exists;
	size_t added;
	size_t removed;
	struct program program;
};

/* --- what was typed --------------------------------------------------------- */

static const char usage[] =
	"import set NAME FILE [tag TAG,...] [service NAME,...] [region NAME,...] [force]";

static struct names *choice_of(struct import *im, const char *word)
{
	if (!strcmp(word, "tag"))
		return &im->choice.tags;
	if (!strcmp(word, "service"))
		return &im->choice.services;
	if (!strcmp(word, "region"))
		return &im->choice.regions;
	return NULL;
}

static void split(struct names *names, const char *text)
{
	size_t len;

	for (;; text += len + 1) {
		len = strcspn(text, ",");
		if (len)
			names_add(names, text, len);
		if (!text[len])
			return;
	}
}

/* Take the words behind the file. */
static bool parse_words(struct import *im, int argc, char **argv)
{
	struct names *names;
	int i;

	for (i = 0; i < argc; i++) {
		names = choice_of(im, argv[i]);
		if (names && i + 1 == argc) {
			say(&im->typed, "'%s' is missing its value: %s",
			    argv[i], usage);
			return false;
		}
		if (names) {
			split(names, argv[++i]);
		} else if (!strcmp(argv[i], "force")) {
			im->force = true;
		} else {
			say(&im->typed,
			    "unknown word '%s' after 'import set' (try: tag service region force)",
			    argv[i]);
			return false;
		}
	}
	return true;
}

static bool parse(struct import *im, int argc, char **argv)
{
	const char *why;

	if (!argc || strcmp(argv[0], "set")) {
		say(&im->typed, "import what? (try: set)");
		return false;
	}
	if (argc < 3) {
		say(&im->typed, "%s is missing: %s", argc < 2 ? "NAME" : "FILE",
		    usage);
		return false;
	}
	why = parse_name(argv[1]);
	if (why) {
		say(&im->typed, "name '%s': %s", argv[1], why);
		return false;
	}
	im->set = copy(argv[1], strlen(argv[1]) + 1);
	im->at.file = copy(argv[2], strlen(argv[2]) + 1);
	return parse_words(im, argc - 3, argv + 3);
}

/**
 * import_new - what was typed after import
 * @at: where
 * @argc: number of words
 * @argv: these words
 *
 * Return: the import, or NULL once it has been said what is wrong.
 */
struct import *import_new(const struct place *at, int argc, char **argv)
{
	struct import *im = calloc(1, sizeof(*im));

	if (!im)
		out_of_memory();
	im->typed = *at;
	if (parse(im, argc, argv))
		return im;
	import_free(im);
	return NULL;
}

/* --- the file ---------------------------------------------------------------- */

static bool read_all(FILE *f, struct buf *text)
{
	static char block[64 * 1024];
	size_t n;

	while ((n = fread(block, 1, sizeof(block), f))) {
		buf_add_data(text, block, n);
		if (text->len > FILE_MAX) {
			errno = EFBIG;
			return false;
		}
	}
	return !ferror(f);
}

static enum status read_file(struct import *im, struct buf *text)
{
	bool is_stdin = !strcmp(im->at.file, "-");
	FILE *f = is_stdin ? stdin : fopen(im->at.file, "re");
	enum status status = DONE;

	if (!f || !read_all(f, text)) {
		say(&im->at, "cannot be read: %s", strerror(errno));
		status = REFUSED;
	}
	if (f && !is_stdin)
		fclose(f);
	return status;
}

static void note_masked(const struct import *im)
{
	if (im->feed.masked)
		say(&im->at, "note: %zu with host bits, which are masked (%s)",
		    im->feed.masked, im->feed.first_masked.s);
}

static enum status read_feed(struct import *im)
{
	struct buf text = { 0 };
	enum status status = read_file(im, &text);

	if (!status &&
	    !feed_read(&im->feed, buf_text(&text), text.len, &im->choice)) {
		im->at.line = im->feed.line;
		say(&im->at, "%s", im->feed.fault.s);
		status = REFUSED;
	}
	if (!status)
		note_masked(im);
	buf_free(&text);
	return status;
}

/* --- the set ----------------------------------------------------------------- */

/* Read the set as the transaction has made it so far. */
static enum status read_set(struct import *im, struct nl *nl, __u64 txn)
{
	enum status status;
	__u64 generation;

	status = set_read(nl, &im->typed, txn, im->set, &im->old, &generation);
	im->exists = generation;
	prefixes_sort(&im->old);
	return status;
}

/* --- is it suspicious? ------------------------------------------------------- */

/* Does the list take in all of a family, and the set does not yet? */
static bool opens(const struct import *im, __u8 family)
{
	const struct epacl_u_prefix *all;
	struct buf b = { 0 };

	all = prefixes_everything(&im->feed.prefixes, family);
	if (!all || prefixes_everything(&im->old, family))
		return false;
	format_prefix(&b, all);
	say(&im->at,
	    "the list has %s, which set '%s' does not have yet ('force' imports it)",
	    b.s, im->set);
	buf_free(&b);
	return true;
}

static enum status check(const struct import *im)
{
	if (im->force)
		return DONE;
	if (!im->feed.prefixes.n) {
		say(&im->at, "the list is empty ('force' imports it)");
		return REFUSED;
	}
	if (opens(im, 4) || opens(im, 6))
		return REFUSED;
	if (im->removed * 2 > im->old.n) {
		say(&im->at,
		    "%zu of the %zu prefixes of set '%s' are not in the list any more, over half of them ('force' imports it)",
		    im->removed, im->old.n, im->set);
		return REFUSED;
	}
	return DONE;
}

/* --- the transaction ---------------------------------------------------------- */

/**
 * import_expand - find out what makes the set what the list is
 * @im: import
 * @nl: the socket
 * @txn: the transaction that it is part of
 * @program: set to the operations, none where the set is like that already;
 *	valid as long as @im
 *
 * Return: DONE, or REFUSED once it has been said why.
 */
enum status import_expand(struct import *im, struct nl *nl, __u64 txn,
			  const struct program **program)
{
	enum status status = read_feed(im);

	if (!status)
		status = read_set(im, nl, txn);
	if (status)
		return status;
	im->added = prefixes_missing(&im->feed.prefixes, &im->old);
	im->removed = prefixes_missing(&im->old, &im->feed.prefixes);
	status = check(im);
	if (!status && (im->added || im->removed || !im->exists))
		set_put(&im->program, &im->typed, im->set, im->exists,
			&im->feed.prefixes);
	*program = &im->program;
	return status;
}

/* Say what has become of it. */
void import_report(const struct import *im)
{
	size_t n = im->feed.prefixes.n;

	if (output.json)
		print_json(json_pack("{s:s, s:I, s:I, s:I}", "set", im->set,
				     "prefixes", (json_int_t)n, "added",
				     (json_int_t)im->added, "removed",
				     (json_int_t)im->removed));
	else
		printf("set %s: %zu prefixes, %zu added, %zu removed\n",
		       im->set, n, im->added, im->removed);
}

/* NULL is fine. */
void import_free(struct import *im)
{
	if (!im)
		return;
	program_free(&im->program);
	feed_free(&im->feed);
	prefixes_free(&im->old);
	names_free(&im->choice.tags);
	names_free(&im->choice.services);
	names_free(&im->choice.regions);
	free((void *)im->at.file);
	free((void *)im->set);
	free(im);
}
