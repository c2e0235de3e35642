/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A persistent map from names to objects: changing a map leaves every copy of
 * it as it was, and a copy costs nothing. The policy in force, a transaction
 * and a dump in progress are three maps that share what they have in common.
 *
 * A treap: a search tree by name that is a heap by a keyed hash of the name, so
 * that its shape depends on what it holds alone and its depth stays
 * logarithmic. Nodes never change once made; an insertion or a removal makes
 * new ones along one path and shares the rest.
 */
#ifndef _EPACL_PMAP_H
#define _EPACL_PMAP_H

#include <linux/refcount.h>
#include <linux/types.h>
#include <linux/epacl.h>

struct epacl_pmap_node;

/**
 * struct epacl_obj - the head of whatever a map holds
 * @refs: holders, a node of a map each
 * @release: frees the object when the last holder lets go; may sleep
 * @epoch: which transaction, and which part of it, may change it in place
 * @op: index of the operation that touched it last, for refusals
 * @name: its key
 */
struct epacl_obj {
	refcount_t refs;
	void (*release)(struct epacl_obj *obj);
	u64 epoch;
	u32 op;
	char name[EPACL_NAME_MAX + 1];
};

/**
 * struct epacl_pmap - a map; copied and dropped by the functions below only
 * @top: NULL: empty
 * @n: objects in it
 */
struct epacl_pmap {
	struct epacl_pmap_node *top;
	u32 n;
};

void epacl_obj_init(struct epacl_obj *obj, const char *name,
		    void (*release)(struct epacl_obj *obj));
void epacl_obj_get(struct epacl_obj *obj);
/* NULL is fine. May sleep. */
void epacl_obj_put(struct epacl_obj *obj);

/* Look-ups borrow: the object lives as long as the map that was asked. */
struct epacl_obj *epacl_pmap_find(const struct epacl_pmap *map,
				  const char *name);
/* The first object whose name is greater than @name; NULL @name: the first. */
struct epacl_obj *epacl_pmap_next(const struct epacl_pmap *map,
				  const char *name);

/**
 * epacl_pmap_set - put an object into a map, in the place of one of its name
 * @map: changed on success alone
 * @obj: the map takes a reference of its own
 * @gfp: for the nodes
 *
 * Return: 0, or -ENOMEM with the map as it was.
 */
int epacl_pmap_set(struct epacl_pmap *map, struct epacl_obj *obj, gfp_t gfp);

/* Return: 0, -ENOENT, or -ENOMEM with the map as it was. */
int epacl_pmap_remove(struct epacl_pmap *map, const char *name, gfp_t gfp);

/* @to must be empty. Takes no memory and cannot fail. */
void epacl_pmap_copy(struct epacl_pmap *to, const struct epacl_pmap *from);
/* Lets go of everything; the map is empty afterwards. May sleep. */
void epacl_pmap_drop(struct epacl_pmap *map);

/**
 * epacl_pmap_compare - where two maps of the same names differ
 * @a: map
 * @b: another one; what they share is not looked at
 * @see: called for each name that has not the same object in both, until it
 *	returns something else than 0
 * @arg: passed on
 *
 * Return: 0; what @see returned; or 1: they are not of the same names, as far as
 * could be told, and @see may have been called for some.
 */
int epacl_pmap_compare(const struct epacl_pmap *a, const struct epacl_pmap *b,
		       int (*see)(struct epacl_obj *a, struct epacl_obj *b,
				  void *arg),
		       void *arg);

#define epacl_pmap_for_each(map, obj)                   \
	for ((obj) = epacl_pmap_next(map, NULL); (obj); \
	     (obj) = epacl_pmap_next(map, (obj)->name))

#endif /* _EPACL_PMAP_H */
