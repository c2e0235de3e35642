// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What can be typed: a file of commands, and the words of one.
 *
 * input: how, then the file; or words, with a line's end behind each
 */
#include <string.h>

#include "../fuzz.h"
#include "fake.h"
#include "output.h"
#include "program.h"
#include "words.h"

#define WORDS_MAX 64

/* What was taken can be shown, as text and as JSON. */
static void show(const struct program *p)
{
	struct sheet sheet;
	struct view v;
	size_t i, ops = 0, imports = 0;

	for (i = 0; i < p->n; i++) {
		ops += item_is_op(&p->items[i]);
		imports += !!p->items[i].import;
		MUST(i + p->items[i].more < p->n);
		if (!item_view(&p->items[i], &v))
			continue;
		output.json = i & 1;
		sheet_init(&sheet, v.kind);
		sheet_add(&sheet, &v);
		sheet_print(&sheet);
	}
	output.json = false;
	MUST(p->n_ops == ops && p->n_imports == imports);
}

static void read_commands(void)
{
	struct program p = { 0 };

	if (!words_read(&p, "-"))
		show(&p);
	program_free(&p);
}

/* A device could be read for ever; what else is a file of these names is not. */
static bool names_device(const char *word)
{
	return word[0] == '/' || strstr(word, "f/");
}

/* The words of one command, that finds no kernel. */
static void run_words(char *text, bool complete)
{
	static char name[] = "aclctl", option[] = "--complete";
	char *argv[WORDS_MAX + 3] = { name, option };
	int argc = complete ? 2 : 1;
	char *word;

	while (argc < WORDS_MAX + 2 && (word = strsep(&text, "\n"))) {
		if (names_device(word))
			return;
		argv[argc++] = word;
	}
	fake_run(argc, argv);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text;

	if (!size)
		return -1;
	fake_answers(NULL, 0);
	if (data[0] % 4 < 2) {
		fake_stdin(data + 1, size - 1);
		read_commands();
		fake_end();
		return 0;
	}
	fake_stdin(NULL, 0);
	text = malloc(size);
	MUST(text);
	memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
	run_words(text, data[0] % 4 == 3);
	free(text);
	fake_end();
	return 0;
}
