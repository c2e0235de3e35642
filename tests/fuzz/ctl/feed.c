// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lists of prefixes as others publish them.
 *
 * input: what is wanted of it, the list
 */
#include <string.h>

#include "../fuzz.h"
#include "feed.h"
#include "format.h"

static bool is_masked(const struct epacl_u_prefix *p)
{
	unsigned int bits = p->family == 4 ? 32 : 128, i;

	for (i = p->len; i < 128; i++)
		if (p->addr[i / 8] & 0x80 >> i % 8)
			return false;
	return p->len <= bits;
}

/* Sorted, each once, without host bits. */
static void check_list(const struct prefixes *l)
{
	size_t i;

	for (i = 0; i < l->n; i++) {
		const struct epacl_u_prefix *p = &l->list[i];

		MUST(p->family == 4 || p->family == 6);
		MUST(is_masked(p));
		MUST(!i || memcmp(p - 1, p, sizeof(*p)));
	}
	MUST(!prefixes_missing(l, l));
}

/* What was read, written as a plain list, reads the same. */
static void check_again(const struct feed *f)
{
	const struct feed_choice all = { 0 };
	struct buf text = { 0 };
	struct feed again;
	size_t i;

	for (i = 0; i < f->prefixes.n; i++) {
		format_prefix(&text, &f->prefixes.list[i]);
		buf_add(&text, "\n");
	}
	MUST(feed_read(&again, buf_text(&text), text.len, &all));
	MUST(again.prefixes.n == f->prefixes.n && !again.masked);
	MUST(!f->prefixes.n ||
	     !memcmp(again.prefixes.list, f->prefixes.list,
		     f->prefixes.n * sizeof(*f->prefixes.list)));
	feed_free(&again);
	buf_free(&text);
}

static void choose(struct feed_choice *choice, uint8_t what)
{
	static const char *const tags[] = { "AzureCloud", "Sql",
					    "Storage.WestEurope" };
	static const char *const services[] = { "EC2", "S3" };

	memset(choice, 0, sizeof(*choice));
	if (what & 1)
		names_add(&choice->tags, tags[(what >> 4) % 3],
			  strlen(tags[(what >> 4) % 3]));
	if (what & 2)
		names_add(&choice->services, services[what >> 4 & 1],
			  strlen(services[what >> 4 & 1]));
	if (what & 4)
		names_add(&choice->regions, "eu-west-1", 9);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct feed_choice choice;
	struct feed f;
	char *text;

	if (!size)
		return -1;
	choose(&choice, data[0]);
	size--;
	/* It ends where the memory ends. */
	text = malloc(size ? size : 1);
	MUST(text);
	memcpy(text, data + 1, size);
	if (feed_read(&f, text, size, &choice)) {
		MUST(!f.fault.len);
		check_list(&f.prefixes);
		check_again(&f);
	} else {
		MUST(f.fault.len);
	}
	free(text);
	feed_free(&f);
	names_free(&choice.tags);
	names_free(&choice.services);
	names_free(&choice.regions);
	return 0;
}
