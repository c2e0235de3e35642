/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef _TESTS_TOOLS_NETNS_H
#define _TESTS_TOOLS_NETNS_H

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

/* Goes into the network namespace whose file the environment names in NETNS. */
static void enter_netns(void)
{
	const char *path = getenv("NETNS");
	int fd;

	if (!path)
		return;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET)) {
		perror(path);
		exit(2);
	}
}

#endif /* _TESTS_TOOLS_NETNS_H */
