// SPDX-License-Identifier: GPL-2.0-only
/*
 * The account of a namespace's memory.
 */
#include <pthread.h>
#include <stdlib.h>
#include <linux/log2.h>
#include <shim.h>
#include "fixture.h"

START_TEST(zeroed_and_counted)
{
	struct epacl_memory account = { .max = 1000000 };
	unsigned char *p = epacl_alloc(&account, 1000);
	int i;

	ck_assert_ptr_nonnull(p);
	for (i = 0; i < 1000; i++)
		ck_assert_uint_eq(p[i], 0);
	ck_assert_int_ge(atomic64_read(&account.used), 1000);
	epacl_free(p);
	epacl_free(NULL);
	ck_assert_int_eq(atomic64_read(&account.used), 0);
	ck_assert_int_eq(shim_live(), 0);
}
END_TEST

START_TEST(capped)
{
	struct epacl_memory account = { .max = 1000000 };
	void *p;
	s64 used;

	p = epacl_alloc(&account, 900);
	used = atomic64_read(&account.used);
	account.max = used;
	ck_assert_ptr_null(epacl_alloc(&account, 1));
	ck_assert_ptr_null(epacl_alloc(&account, SIZE_MAX));
	ck_assert_ptr_null(epacl_alloc(&account, SIZE_MAX - 20));
	ck_assert_int_eq(atomic64_read(&account.used), used);
	epacl_free(p);
	p = epacl_alloc(&account, 900);
	ck_assert_ptr_nonnull(p);
	epacl_free(p);
	ck_assert_ptr_null(epacl_alloc(&account, 901));
	ck_assert_int_eq(atomic64_read(&account.used), 0);
}
END_TEST

START_TEST(no_memory)
{
	struct epacl_memory account = { .max = 1000000 };

	shim_fail_at(1);
	ck_assert_ptr_null(epacl_alloc(&account, 10));
	ck_assert_int_eq(atomic64_read(&account.used), 0);
}
END_TEST

START_TEST(bare)
{
	struct epacl_memory account = { .max = 100 };
	unsigned char *p = epacl_alloc_bare(&account, 60);

	ck_assert_ptr_nonnull(p);
	ck_assert_uint_eq(p[0] | p[59], 0);
	ck_assert_int_eq(atomic64_read(&account.used), 60);
	ck_assert_ptr_null(epacl_alloc_bare(&account, 41));
	shim_fail_at(1);
	ck_assert_ptr_null(epacl_alloc_bare(&account, 40));
	ck_assert_int_eq(atomic64_read(&account.used), 60);
	epacl_free_bare(&account, p, 60);
	p = epacl_alloc(&account, 1);
	ck_assert_ptr_eq(epacl_account(p), &account);
	epacl_free(p);
	ck_assert_int_eq(atomic64_read(&account.used), 0);
	ck_assert_int_eq(shim_live(), 0);
}
END_TEST

START_TEST(rounded_up)
{
	struct epacl_memory account = { .max = 1000000 };
	size_t size, more;
	void *p;

	for (size = 0; size < 5000; size++) {
		more = epacl_round_up(size);
		ck_assert_uint_ge(more, size);
		p = epacl_alloc(&account, more);
		ck_assert(is_power_of_2(atomic64_read(&account.used)));
		ck_assert_uint_lt(atomic64_read(&account.used) / 2, size + 17);
		epacl_free(p);
	}
}
END_TEST

static void *ask_for_too_much(void *arg)
{
	int i;

	for (i = 0; i < 200000; i++)
		ck_assert_ptr_null(epacl_alloc(arg, 1000000));
	return NULL;
}

/* Whoever asks for too much is nobody else's loss, not even for a moment. */
START_TEST(exact)
{
	struct epacl_memory account = { .max = 1000000 };
	pthread_t thread;
	void *p;
	int i;

	ck_assert_int_eq(pthread_create(&thread, NULL, ask_for_too_much,
					&account),
			 0);
	for (i = 0; i < 200000; i++) {
		p = epacl_alloc(&account, 100);
		ck_assert_ptr_nonnull(p);
		epacl_free(p);
	}
	pthread_join(thread, NULL);
	ck_assert_int_eq(atomic64_read(&account.used), 0);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("all");

	tcase_add_test(tcase, zeroed_and_counted);
	tcase_add_test(tcase, capped);
	tcase_add_test(tcase, no_memory);
	tcase_add_test(tcase, bare);
	tcase_add_test(tcase, rounded_up);
	tcase_add_test(tcase, exact);
	return run_tcase("memory", tcase);
}
