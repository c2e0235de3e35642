// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A fuzzer without a fuzzing engine: gives it the files that are named, one
 * after the other, and says how many there were.
 *
 * usage: replay-NAME FILE...
 */
#include <string.h>
#include "fuzz.h"

/* The whole of a file, in memory that ends where it ends. */
static uint8_t *read_file(const char *name, size_t *size)
{
	FILE *f = fopen(name, "rb");
	uint8_t *data;
	long end;

	if (!f || fseek(f, 0, SEEK_END) || (end = ftell(f)) < 0 ||
	    fseek(f, 0, SEEK_SET)) {
		perror(name);
		exit(2);
	}
	*size = (size_t)end;
	data = malloc(*size ? *size : 1);
	if (!data || fread(data, 1, *size, f) != *size) {
		perror(name);
		exit(2);
	}
	fclose(f);
	return data;
}

int main(int argc, char **argv)
{
	uint8_t *data;
	size_t size;
	int i;

	for (i = 1; i < argc; i++) {
		/* The last one named is the one at fault. */
		fprintf(stderr, "replay: %s\n", argv[i]);
		data = read_file(argv[i], &size);
		LLVMFuzzerTestOneInput(data, size);
		free(data);
	}
	fprintf(stderr, "replay: %d inputs\n", argc - 1);
	return 0;
}
