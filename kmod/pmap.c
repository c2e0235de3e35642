// SPDX-License-Identifier: GPL-2.0-only
/*
 * A persistent map from names to objects.
 *
 * Everything here walks from the top downwards and hangs each new node into its
 * place as soon as it exists: nothing recurses, and at every moment the new
 * nodes are a tree that can be dropped if memory runs out.
 */
#include <linux/errno.h>
#include <linux/once.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/siphash.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "pmap.h"

/**
 * struct epacl_pmap_node - one object's place in a tree
 * @refs: nodes and maps that point here
 * @priority: not below that of the children
 * @dead: next of the nodes about to be freed, once nobody points here
 * @obj: what is kept; its name is the key
 * @left: what sorts before
 * @right: what sorts after
 */
struct epacl_pmap_node {
	refcount_t refs;
	union {
		u64 priority;
		struct epacl_pmap_node *dead;
	};
	struct epacl_obj *obj;
	struct epacl_pmap_node *left;
	struct epacl_pmap_node *right;
};

void epacl_obj_init(struct epacl_obj *obj, const char *name,
		    void (*release)(struct epacl_obj *obj))
{
	refcount_set(&obj->refs, 1);
	obj->release = release;
	strscpy(obj->name, name, sizeof(obj->name));
}

void epacl_obj_get(struct epacl_obj *obj)
{
	refcount_inc(&obj->refs);
}

void epacl_obj_put(struct epacl_obj *obj)
{
	if (obj && refcount_dec_and_test(&obj->refs))
		obj->release(obj);
}

/* Keyed, so that nobody can choose names that make a tree deep. */
static u64 priority_of(const char *name)
{
	static siphash_key_t key __aligned(SIPHASH_ALIGNMENT);

	get_random_once(&key, sizeof(key));
	return siphash(name, strlen(name), &key);
}

static struct epacl_pmap_node *node_get(struct epacl_pmap_node *node)
{
	if (node)
		refcount_inc(&node->refs);
	return node;
}

/* Puts @node; what nobody points to any more goes before @dead. */
static struct epacl_pmap_node *node_unlink(struct epacl_pmap_node *node,
					   struct epacl_pmap_node *dead)
{
	if (!node || !refcount_dec_and_test(&node->refs))
		return dead;
	node->dead = dead;
	return node;
}

static void node_put(struct epacl_pmap_node *node)
{
	struct epacl_pmap_node *dead = node_unlink(node, NULL);

	while (dead) {
		node = dead;
		dead = node_unlink(node->left, node->dead);
		dead = node_unlink(node->right, dead);
		epacl_obj_put(node->obj);
		kfree(node);
		cond_resched();
	}
}

static struct epacl_pmap_node *node_new(struct epacl_obj *obj, u64 priority,
					gfp_t gfp)
{
	struct epacl_pmap_node *node = kmalloc(sizeof(*node), gfp);

	if (!node)
		return NULL;
	refcount_set(&node->refs, 1);
	node->priority = priority;
	epacl_obj_get(obj);
	node->obj = obj;
	node->left = NULL;
	node->right = NULL;
	return node;
}

/*
 * Hang a copy of @from into @hook that shares its left or its right side with
 * it. Return: where the other side goes, empty so far; NULL: no memory.
 */
static struct epacl_pmap_node **
copy_sharing_left(struct epacl_pmap_node **hook,
		  const struct epacl_pmap_node *from, gfp_t gfp)
{
	struct epacl_pmap_node *node = node_new(from->obj, from->priority, gfp);

	if (!node)
		return NULL;
	node->left = node_get(from->left);
	*hook = node;
	return &node->right;
}

static struct epacl_pmap_node **
copy_sharing_right(struct epacl_pmap_node **hook,
		   const struct epacl_pmap_node *from, gfp_t gfp)
{
	struct epacl_pmap_node *node = node_new(from->obj, from->priority, gfp);

	if (!node)
		return NULL;
	node->right = node_get(from->right);
	*hook = node;
	return &node->left;
}

/*
 * One step on the way to @name, which is not the name of *@from: copies it,
 * moves *@from on, and returns as above.
 */
static struct epacl_pmap_node **
copy_towards(struct epacl_pmap_node **hook, const struct epacl_pmap_node **from,
	     const char *name, gfp_t gfp)
{
	const struct epacl_pmap_node *at = *from;

	if (strcmp(name, at->obj->name) < 0) {
		*from = at->left;
		return copy_sharing_right(hook, at, gfp);
	}
	*from = at->right;
	return copy_sharing_left(hook, at, gfp);
}

/* Copies of what in @from sorts before and after @name, which is not there. */
static int split(const struct epacl_pmap_node *from, const char *name,
		 struct epacl_pmap_node **before,
		 struct epacl_pmap_node **after, gfp_t gfp)
{
	while (from) {
		if (strcmp(from->obj->name, name) < 0) {
			before = copy_sharing_left(before, from, gfp);
			from = from->right;
		} else {
			after = copy_sharing_right(after, from, gfp);
			from = from->left;
		}
		if (!before || !after)
			return -ENOMEM;
	}
	return 0;
}

/* Everything in @left sorts before everything in @right. */
static int merge(struct epacl_pmap_node *left, struct epacl_pmap_node *right,
		 struct epacl_pmap_node **hook, gfp_t gfp)
{
	while (left && right) {
		if (left->priority >= right->priority) {
			hook = copy_sharing_left(hook, left, gfp);
			left = left->right;
		} else {
			hook = copy_sharing_right(hook, right, gfp);
			right = right->left;
		}
		if (!hook)
			return -ENOMEM;
	}
	*hook = node_get(left ? left : right);
	return 0;
}

static const struct epacl_pmap_node *find(const struct epacl_pmap *map,
					  const char *name)
{
	const struct epacl_pmap_node *node = map->top;
	int order;

	while (node) {
		order = strcmp(name, node->obj->name);
		if (!order)
			break;
		node = order < 0 ? node->left : node->right;
	}
	return node;
}

struct epacl_obj *epacl_pmap_find(const struct epacl_pmap *map,
				  const char *name)
{
	const struct epacl_pmap_node *node = find(map, name);

	return node ? node->obj : NULL;
}

struct epacl_obj *epacl_pmap_next(const struct epacl_pmap *map,
				  const char *name)
{
	const struct epacl_pmap_node *node = map->top;
	struct epacl_obj *next = NULL;

	while (node) {
		if (!name || strcmp(node->obj->name, name) > 0) {
			next = node->obj;
			node = node->left;
		} else {
			node = node->right;
		}
	}
	return next;
}

/* A tree like @from with @obj in the place of @old. */
static int replace(const struct epacl_pmap_node *from,
		   const struct epacl_pmap_node *old, struct epacl_obj *obj,
		   struct epacl_pmap_node **hook, gfp_t gfp)
{
	struct epacl_pmap_node *node;

	while (from != old) {
		hook = copy_towards(hook, &from, obj->name, gfp);
		if (!hook)
			return -ENOMEM;
	}
	node = node_new(obj, old->priority, gfp);
	if (!node)
		return -ENOMEM;
	node->left = node_get(old->left);
	node->right = node_get(old->right);
	*hook = node;
	return 0;
}

/* A tree like @from and @obj, whose name is not in it. */
static int insert(const struct epacl_pmap_node *from, struct epacl_obj *obj,
		  struct epacl_pmap_node **hook, gfp_t gfp)
{
	u64 priority = priority_of(obj->name);
	struct epacl_pmap_node *node;

	while (from && from->priority >= priority) {
		hook = copy_towards(hook, &from, obj->name, gfp);
		if (!hook)
			return -ENOMEM;
	}
	node = node_new(obj, priority, gfp);
	if (!node)
		return -ENOMEM;
	*hook = node;
	return split(from, obj->name, &node->left, &node->right, gfp);
}

/* A tree like @from without @old. */
static int leave_out(const struct epacl_pmap_node *from,
		     const struct epacl_pmap_node *old,
		     struct epacl_pmap_node **hook, gfp_t gfp)
{
	while (from != old) {
		hook = copy_towards(hook, &from, old->obj->name, gfp);
		if (!hook)
			return -ENOMEM;
	}
	return merge(old->left, old->right, hook, gfp);
}

/* The end of a change that made @top, or failed with @err on the way. */
static int finish(struct epacl_pmap *map, struct epacl_pmap_node *top, u32 n,
		  int err)
{
	if (err) {
		node_put(top);
		return err;
	}
	node_put(map->top);
	map->top = top;
	map->n = n;
	return 0;
}

int epacl_pmap_set(struct epacl_pmap *map, struct epacl_obj *obj, gfp_t gfp)
{
	const struct epacl_pmap_node *old = find(map, obj->name);
	struct epacl_pmap_node *top = NULL;
	int err;

	if (old)
		err = replace(map->top, old, obj, &top, gfp);
	else
		err = insert(map->top, obj, &top, gfp);
	return finish(map, top, map->n + !old, err);
}

int epacl_pmap_remove(struct epacl_pmap *map, const char *name, gfp_t gfp)
{
	const struct epacl_pmap_node *old = find(map, name);
	struct epacl_pmap_node *top = NULL;
	int err;

	if (!old)
		return -ENOENT;
	err = leave_out(map->top, old, &top, gfp);
	return finish(map, top, map->n - 1, err);
}

void epacl_pmap_copy(struct epacl_pmap *to, const struct epacl_pmap *from)
{
	to->top = node_get(from->top);
	to->n = from->n;
}

void epacl_pmap_drop(struct epacl_pmap *map)
{
	node_put(map->top);
	map->top = NULL;
	map->n = 0;
}

/* ---- differences ---- */

/* What is still to be looked at, of a tree that is no deeper than this. */
#define DEPTH 48

/* Two subtrees in the same place. */
struct pair {
	const struct epacl_pmap_node *a;
	const struct epacl_pmap_node *b;
};

/* The shape of a tree follows from its names, so it is walked side by side. */
int epacl_pmap_compare(const struct epacl_pmap *a, const struct epacl_pmap *b,
		       int (*see)(struct epacl_obj *a, struct epacl_obj *b,
				  void *arg),
		       void *arg)
{
	struct pair left[DEPTH], at = { a->top, b->top };
	u32 n = 0;
	int err;

	for (;;) {
		if (at.a == at.b) {
			if (!n)
				return 0;
			at = left[--n];
			continue;
		}
		if (!at.a || !at.b || n == DEPTH ||
		    strcmp(at.a->obj->name, at.b->obj->name))
			return 1;
		err = at.a->obj == at.b->obj ? 0 :
					       see(at.a->obj, at.b->obj, arg);
		if (err)
			return err;
		left[n++] = (struct pair){ at.a->right, at.b->right };
		at = (struct pair){ at.a->left, at.b->left };
	}
}
