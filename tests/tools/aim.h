/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Allocations that fail, in a kernel with FAILSLAB and FAIL_PAGE_ALLOC: an exact
 * one of an exact call, or each by chance, as debugfs says (with task-filter).
 */
#ifndef _TESTS_TOOLS_AIM_H
#define _TESTS_TOOLS_AIM_H

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* No call allocates more often. */
#define AIM_NTH_MAX 20000

/**
 * struct aim - which allocation is to fail
 * @call: of which call, from 1; 0: of none
 * @nth: which one in it, from 1; 0: each by chance, in all calls
 * @calls: made so far
 * @hit: it has failed
 * @more: otherwise, how many more there would have to be until it fails
 */
static struct aim {
	unsigned int call;
	unsigned int nth;
	unsigned int calls;
	bool hit;
	unsigned int more;
} aim;
static int aim_nth_file, aim_chance_file;

static int aim_open(const char *path)
{
	int file = open(path, O_RDWR | O_CLOEXEC);

	if (file < 0)
		err(2, "%s", path);
	return file;
}

static void aim_init(void)
{
	aim_nth_file = aim_open("/proc/thread-self/fail-nth");
	aim_chance_file = aim_open("/proc/thread-self/make-it-fail");
}

/* Before a command, or whatever makes the calls. */
static void aim_at(unsigned int call, unsigned int nth)
{
	aim = (struct aim){ .call = call, .nth = nth };
}

static void aim_write(int file, unsigned int n)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", n);

	if (pwrite(file, text, (size_t)len, 0) != len)
		err(2, "aiming");
}

/* 0: the allocation has failed; else there were not so many. */
static unsigned int aim_left(void)
{
	char text[16] = "";

	if (pread(aim_nth_file, text, sizeof(text) - 1, 0) <= 0)
		err(2, "aiming");
	return (unsigned int)strtoul(text, NULL, 10);
}

static bool aim_is_at_this(void)
{
	return aim.call && (!aim.nth || aim.calls == aim.call);
}

static void aim_before_call(void)
{
	aim.calls++;
	if (!aim_is_at_this())
		return;
	if (aim.nth)
		aim_write(aim_nth_file, aim.nth);
	else
		aim_write(aim_chance_file, 1);
}

static void aim_after_call(void)
{
	int error = errno;

	if (!aim_is_at_this())
		return;
	if (aim.nth) {
		aim.more = aim_left();
		aim.hit = !aim.more;
		aim_write(aim_nth_file, 0);
	} else {
		aim_write(aim_chance_file, 0);
	}
	errno = error;
}

#endif /* _TESTS_TOOLS_AIM_H */
