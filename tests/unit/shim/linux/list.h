/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_LIST_H
#define _SHIM_LINUX_LIST_H

#include <linux/container_of.h>
#include <linux/types.h>

#define LIST_HEAD(name) struct list_head name = { &(name), &(name) }

static inline void INIT_LIST_HEAD(struct list_head *list)
{
	list->next = list;
	list->prev = list;
}

static inline bool list_empty(const struct list_head *list)
{
	return list->next == list;
}

static inline void list_add(struct list_head *node, struct list_head *after)
{
	node->next = after->next;
	node->prev = after;
	after->next->prev = node;
	after->next = node;
}

static inline void list_add_tail(struct list_head *node, struct list_head *list)
{
	list_add(node, list->prev);
}

static inline void list_del(struct list_head *node)
{
	node->next->prev = node->prev;
	node->prev->next = node->next;
}

#define list_entry(p, type, member) container_of(p, type, member)
#define list_first_entry(list, type, member) \
	list_entry((list)->next, type, member)
#define list_last_entry(list, type, member) \
	list_entry((list)->prev, type, member)

#define list_for_each_entry(at, list, member)                            \
	for ((at) = list_entry((list)->next, __typeof__(*(at)), member); \
	     &(at)->member != (list);                                    \
	     (at) = list_entry((at)->member.next, __typeof__(*(at)), member))

#define list_for_each_entry_safe(at, then, list, member)                       \
	for ((at) = list_entry((list)->next, __typeof__(*(at)), member),       \
	    (then) = list_entry((at)->member.next, __typeof__(*(at)), member); \
	     &(at)->member != (list);                                          \
	     (at) = (then), (then) = list_entry((then)->member.next,           \
						__typeof__(*(at)), member))

#endif /* _SHIM_LINUX_LIST_H */
