/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What takes frames round netfilter at the interface of a VM. */
#ifndef _CTL_BYPASS_H
#define _CTL_BYPASS_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>

#include "buf.h"

struct mnl_socket;

/**
 * struct detour - filters of tc that send frames elsewhere
 * @at: interface that has them
 * @arriving: they see what comes in there, before netfilter does
 * @to: interface that the frames leave by; 0: a program may send them anywhere,
 *	or they come in elsewhere
 * @program: it is a program
 */
struct detour {
	unsigned int at;
	bool arriving;
	unsigned int to;
	bool program;
};

/* The name of an interface. */
struct flowtable_dev {
	char name[IF_NAMESIZE];
};

/**
 * struct bypass - what is known of this network namespace; all zero at first
 * @opened: it has been asked
 * @sock: to rtnetlink; NULL: it cannot be asked
 * @features: to the family of ethtool; NULL: as before
 * @family: number of that family
 * @detours: of all interfaces
 * @n: their number
 * @room: detours that there is room for
 * @flowtable_devs: interfaces that flowtables have
 * @n_flowtable_devs: their number
 * @room_flowtable_devs: those that there is room for
 */
struct bypass {
	bool opened;
	struct mnl_socket *sock;
	struct mnl_socket *features;
	unsigned short family;
	struct detour *detours;
	size_t n;
	size_t room;
	struct flowtable_dev *flowtable_devs;
	size_t n_flowtable_devs;
	size_t room_flowtable_devs;
};

bool bypass_find(struct bypass *b, const char *dev, struct buf *text);
void bypass_warn(struct bypass *b, const struct place *at, const char *dev);
void bypass_close(struct bypass *b);

#endif /* _CTL_BYPASS_H */
