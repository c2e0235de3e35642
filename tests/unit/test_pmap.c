// SPDX-License-Identifier: GPL-2.0-only
/*
 * The persistent map, against a sorted array that does the same naively.
 */
#include <stdlib.h>
#include <linux/kernel.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <shim.h>
#include "fixture.h"

#define GFP GFP_KERNEL
#define NAMES 200

/* An object with a number, so that its replacement can be told from it. */
struct thing {
	struct epacl_obj obj;
	u32 number;
};

static void release(struct epacl_obj *obj)
{
	kfree(container_of(obj, struct thing, obj));
}

static struct thing *thing(const char *name, u32 number)
{
	struct thing *t = kzalloc(sizeof(*t), GFP);

	ck_assert_ptr_nonnull(t);
	epacl_obj_init(&t->obj, name, release);
	t->number = number;
	return t;
}

static u32 number(const struct epacl_obj *obj)
{
	return container_of(obj, struct thing, obj)->number;
}

/* The twin: the number of each name; 0: it is not there. */
struct twin {
	u32 number[NAMES];
};

static void name_of(u32 i, char name[EPACL_NAME_MAX + 1])
{
	snprintf(name, EPACL_NAME_MAX + 1, "n%03u", i);
}

static void agree(const struct epacl_pmap *map, const struct twin *twin)
{
	char name[EPACL_NAME_MAX + 1];
	struct epacl_obj *obj, *next = epacl_pmap_next(map, NULL);
	u32 i, n = 0;

	for (i = 0; i < NAMES; i++) {
		name_of(i, name);
		obj = epacl_pmap_find(map, name);
		ck_assert_int_eq(!!obj, !!twin->number[i]);
		if (!obj)
			continue;
		ck_assert_uint_eq(number(obj), twin->number[i]);
		/* Iteration meets them in order. */
		ck_assert_ptr_eq(obj, next);
		next = epacl_pmap_next(map, name);
		n++;
	}
	ck_assert_ptr_null(next);
	ck_assert_uint_eq(map->n, n);
}

/* One random change. Return: what the map answered. */
static int step(struct epacl_pmap *map, struct twin *twin, u32 serial)
{
	u32 i = get_random_u32() % NAMES;
	char name[EPACL_NAME_MAX + 1];
	struct thing *t;
	int err;

	name_of(i, name);
	if (get_random_u32() % 2) {
		err = epacl_pmap_remove(map, name, GFP);
		if (err == -ENOENT)
			ck_assert_uint_eq(twin->number[i], 0);
		if (!err)
			twin->number[i] = 0;
		return err == -ENOENT ? 0 : err;
	}
	t = thing(name, serial);
	err = epacl_pmap_set(map, &t->obj, GFP);
	epacl_obj_put(&t->obj);
	if (!err)
		twin->number[i] = serial;
	return err;
}

START_TEST(same_as_the_twin)
{
	struct epacl_pmap map = {};
	struct twin twin = {};
	u32 i;

	for (i = 1; i < 5000; i++) {
		ck_assert_int_eq(step(&map, &twin, i), 0);
		if (!(i % 10))
			agree(&map, &twin);
	}
	epacl_pmap_drop(&map);
	ck_assert_ptr_null(map.top);
	ck_assert_int_eq(shim_live(), 0);
}
END_TEST

START_TEST(copies_stay)
{
	enum { COPIES = 40 };
	struct epacl_pmap map = {}, copy[COPIES] = {};
	struct twin twin = {}, then[COPIES];
	u32 i, k;

	for (i = 1; i < 8000; i++) {
		ck_assert_int_eq(step(&map, &twin, i), 0);
		if (get_random_u32() % 20)
			continue;
		k = get_random_u32() % COPIES;
		epacl_pmap_drop(&copy[k]);
		epacl_pmap_copy(&copy[k], &map);
		then[k] = twin;
	}
	for (k = 0; k < COPIES; k++) {
		agree(&copy[k], &then[k]);
		epacl_pmap_drop(&copy[k]);
		agree(&map, &twin);
	}
	epacl_pmap_drop(&map);
	ck_assert_int_eq(shim_live(), 0);
}
END_TEST

/* Each allocation of a change fails once, and nothing has happened then. */
START_TEST(no_memory)
{
	struct epacl_pmap map = {}, copy = {};
	struct twin twin = {}, before;
	u32 i, nth, failures = 0;
	char name[EPACL_NAME_MAX + 1];
	struct thing *t;
	long live;
	int err;

	for (i = 1; i < 500; i++)
		ck_assert_int_eq(step(&map, &twin, i), 0);
	for (i = 0; i < NAMES; i++) {
		name_of(i, name);
		t = thing(name, 1000 + i);
		before = twin;
		epacl_pmap_copy(&copy, &map);
		live = shim_live();
		for (nth = 1;; nth++) {
			shim_fail_at(nth);
			if (i % 2)
				err = epacl_pmap_set(&map, &t->obj, GFP);
			else
				err = epacl_pmap_remove(&map, name, GFP);
			if (!shim_has_failed())
				break;
			ck_assert_int_eq(err, -ENOMEM);
			ck_assert_int_eq(shim_live(), live);
			agree(&map, &before);
			failures++;
		}
		shim_fail_at(0);
		epacl_obj_put(&t->obj);
		ck_assert_int_eq(err, i % 2 || twin.number[i] ? 0 : -ENOENT);
		twin.number[i] = i % 2 ? 1000 + i : 0;
		agree(&map, &twin);
		agree(&copy, &before);
		epacl_pmap_drop(&copy);
	}
	ck_assert_uint_gt(failures, NAMES);
	epacl_pmap_drop(&map);
	ck_assert_int_eq(shim_live(), 0);
}
END_TEST

/* Sorted names would make a plain tree a list. */
START_TEST(many_in_order)
{
	enum { MANY = 100000 };
	struct epacl_pmap map = {}, copy = {};
	char name[EPACL_NAME_MAX + 1];
	struct epacl_obj *obj;
	struct thing *t;
	u32 i, n = 0;

	for (i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "vm%06u", i);
		t = thing(name, i);
		ck_assert_int_eq(epacl_pmap_set(&map, &t->obj, GFP), 0);
		epacl_obj_put(&t->obj);
	}
	epacl_pmap_copy(&copy, &map);
	epacl_pmap_for_each(&map, obj)
		ck_assert_uint_eq(number(obj), n++);
	ck_assert_uint_eq(n, MANY);
	for (i = 0; i < MANY; i += 2) {
		snprintf(name, sizeof(name), "vm%06u", i);
		ck_assert_int_eq(epacl_pmap_remove(&map, name, GFP), 0);
	}
	ck_assert_uint_eq(map.n, MANY / 2);
	ck_assert_ptr_null(epacl_pmap_find(&map, "vm000002"));
	ck_assert_ptr_nonnull(epacl_pmap_find(&copy, "vm000002"));
	epacl_pmap_drop(&copy);
	epacl_pmap_drop(&map);
	ck_assert_int_eq(shim_live(), 0);
}
END_TEST

START_TEST(empty)
{
	struct epacl_pmap map = {};

	ck_assert_ptr_null(epacl_pmap_find(&map, "a"));
	ck_assert_ptr_null(epacl_pmap_next(&map, NULL));
	ck_assert_int_eq(epacl_pmap_remove(&map, "a", GFP), -ENOENT);
	epacl_pmap_drop(&map);
}
END_TEST

/* A name between those that are there. */
START_TEST(next_of_a_stranger)
{
	struct epacl_pmap map = {};
	struct thing *a = thing("a", 1), *c = thing("c", 2);

	ck_assert_int_eq(epacl_pmap_set(&map, &c->obj, GFP), 0);
	ck_assert_int_eq(epacl_pmap_set(&map, &a->obj, GFP), 0);
	ck_assert_ptr_eq(epacl_pmap_next(&map, "b"), &c->obj);
	ck_assert_ptr_eq(epacl_pmap_next(&map, ""), &a->obj);
	ck_assert_ptr_null(epacl_pmap_next(&map, "d"));
	epacl_obj_put(&a->obj);
	epacl_obj_put(&c->obj);
	epacl_pmap_drop(&map);
	ck_assert_int_eq(shim_live(), 0);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("all");

	tcase_add_test(tcase, empty);
	tcase_add_test(tcase, next_of_a_stranger);
	tcase_add_test(tcase, same_as_the_twin);
	tcase_add_test(tcase, copies_stay);
	tcase_add_test(tcase, no_memory);
	tcase_add_test(tcase, many_in_order);
	return run_tcase("pmap", tcase);
}
