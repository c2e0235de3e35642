// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "words.h"

/**
 * struct words - the words of a command
 * @argv: the words
 * @n: their number
 * @room: words that there is room for
 */
struct words {
	char **argv;
	size_t n;
	size_t room;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/*
 * Take the word at @from, which is moved behind it; quotes vanish. Return: the
 * word, NULL if a quote is not closed.
 */
static char *take_word(char **from)
{
	char *word = *from, *to = *from, *p = *from;
	bool quoted = false;

	for (; *p && (quoted || !is_blank(*p)); p++) {
		if (*p == '"')
			quoted = !quoted;
		else
			*to++ = *p;
	}
	*from = *p ? p + 1 : p;
	*to = '\0';
	return quoted ? NULL : word;
}

/* Split a line in place. Return: whether every quote is closed. */
static bool split(struct words *words, char *line)
{
	char *word;

	words->n = 0;
	for (;;) {
		while (is_blank(*line))
			line++;
		if (!*line || *line == '#')
			return true;
		word = take_word(&line);
		if (!word)
			return false;
		words->argv = grow(words->argv, words->n, &words->room,
				   sizeof(*words->argv));
		words->argv[words->n++] = word;
	}
}

/**
 * struct source - a file being read
 * @f: the file
 * @at: the line
 * @line: where getline() puts it
 * @size: bytes there
 * @whole: the line with those that continue it
 */
struct source {
	FILE *f;
	struct place at;
	char *line;
	size_t size;
	struct buf whole;
};

/* Take the line's end off. Return: whether a backslash continues it. */
static bool trim(char *line, size_t *len)
{
	if (*len && line[*len - 1] == '\n')
		line[--*len] = '\0';
	if (*len && line[*len - 1] == '\r')
		line[--*len] = '\0';
	if (!*len || line[*len - 1] != '\\')
		return false;
	line[--*len] = '\0';
	return true;
}

/*
 * Read the next line with those that continue it. Return: 1, 0 at the end, or
 * -1 once it has been said what is wrong.
 */
static int next_line(struct source *s)
{
	unsigned int lines = 0;
	bool more = true;
	ssize_t got;
	size_t len;

	buf_reset(&s->whole);
	while (more) {
		errno = 0;
		got = getline(&s->line, &s->size, s->f);
		if (got < 0)
			break;
		lines++;
		len = (size_t)got;
		if (strlen(s->line) != len) {
			s->at.line += lines;
			say(&s->at, "there is a NUL in this line");
			return -1;
		}
		more = trim(s->line, &len);
		buf_add_data(&s->whole, s->line, len);
	}
	if (ferror(s->f)) {
		s->at.line = 0;
		say(&s->at, "cannot be read: %s", strerror(errno));
		return -1;
	}
	if (more && lines) {
		s->at.line += lines;
		say(&s->at,
		    "the last line ends in a backslash: what it goes on with is not there");
		return -1;
	}
	return lines ? (int)lines : 0;
}

static enum status read_lines(struct program *p, struct source *s)
{
	struct words words = { 0 };
	enum status status = DONE;
	unsigned int next = 1;
	int lines;

	while (!status) {
		s->at.line = next - 1;
		lines = next_line(s);
		if (lines <= 0) {
			status = lines < 0 ? s->at.line ? USAGE : REFUSED :
					     DONE;
			break;
		}
		s->at.line = next;
		next += (unsigned int)lines;
		if (!split(&words, s->whole.s)) {
			say(&s->at, "a quote is not closed");
			status = USAGE;
		} else if (words.n && !command_parse(p, &s->at, (int)words.n,
						     words.argv)) {
			status = USAGE;
		}
	}
	free(words.argv);
	return status;
}

/**
 * words_read - read a file of commands
 * @p: receives its items
 * @file: name of the file; "-": standard input
 *
 * Return: DONE, or another status once it has been said what is wrong.
 */
enum status words_read(struct program *p, const char *file)
{
	struct source s = { .at.file = file };
	enum status status;

	s.f = strcmp(file, "-") ? fopen(file, "re") : stdin;
	if (!s.f) {
		say(&s.at, "cannot be opened: %s", strerror(errno));
		return REFUSED;
	}
	status = read_lines(p, &s);
	if (s.f != stdin)
		fclose(s.f);
	free(s.line);
	buf_free(&s.whole);
	return status;
}
