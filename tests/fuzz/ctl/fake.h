/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kernel for the tool, whose answers are the input. The linker puts it in the
 * place of libmnl's sockets, and of all else that reaches out of the process.
 */
#ifndef _FAKE_H
#define _FAKE_H

#include <stddef.h>
#include <stdint.h>

/*
 * Datagrams, each behind two bytes of its length, the lower one first. One of no
 * length, or none that is left: nothing is there to be read. Numbers of messages
 * are put right, so that they count.
 */
void fake_answers(const uint8_t *data, size_t size);

/* What the tool reads from standard input, and from any file. */
void fake_stdin(const uint8_t *data, size_t size);

/* The tool's own main(). */
int aclctl_main(int argc, char **argv);

/* Runs it as if new: nothing is left of the last time. */
void fake_run(int argc, char **argv);

#endif /* _FAKE_H */
