/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The main program of a test.
 */
#ifndef _TEST_RUN_H
#define _TEST_RUN_H

#include <check.h>

/* Runs @suite, and frees it. Return: the exit status. */
int run_suite(Suite *suite);

#endif /* _TEST_RUN_H */
