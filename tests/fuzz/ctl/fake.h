/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kernel for the tool, whose answers are the input. The linker puts it in the
 * place of libmnl's sockets.
 */
#ifndef _FAKE_H
#define _FAKE_H

#include <stddef.h>
#include <stdint.h>

/*
 * Datagrams, each behind two bytes of its length, the lower one first. One of no
 * length, or none that is left: nothing is there to be read. Numbers and
 * lengths of messages are put right; what is in them is as it comes.
 */
void fake_answers(const uint8_t *data, size_t size);

/* What is read from standard input, from here on and until the end. */
void fake_stdin(const uint8_t *data, size_t size);
void fake_end(void);

/* The tool's own main(). */
int aclctl_main(int argc, char **argv);

/* Runs it as if new: nothing is left of the last time. */
void fake_run(int argc, char **argv);

#endif /* _FAKE_H */
