/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A policy in force and a transaction, for tests of the policy.
 */
#ifndef _TEST_FIXTURE_H
#define _TEST_FIXTURE_H

#include "ops.h"
#include "run.h"

extern struct epacl_memory memory;
extern struct epacl_root *base;
extern struct epacl_txn txn;

/* An empty base; tear_down() finds all memory given back. */
void set_up(void);
void tear_down(void);

void begin(void);
/* Does a line, which must be accepted. */
void must(const char *line);
/* What the transaction has made is the base of the next one. */
void commit(void);

/* Something of everything, in the form in which ruleset() gives it back. */
#define EVERYTHING 21
extern const char *const everything[EVERYTHING];
void commit_everything(void);

/* The ruleset of @root is @lines. */
void assert_lines(const struct epacl_root *root, const char *const *lines,
		  size_t n);

struct epacl_vm *vm_of(const struct epacl_root *root, const char *name);
struct epacl_endpoint *endpoint_of(const struct epacl_root *root,
				   const char *vm, const char *name);

/* What is refused, and with which words. */
struct refusal {
	const char *line;
	int err;
	u16 attr;
	const char *says;
};

/* Does its line, as the last one of the transaction. */
void refused(const struct refusal *r);

/* The main program of test @name. Return: its exit status. */
int run_tcase(const char *name, TCase *tcase);

#endif /* _TEST_FIXTURE_H */
