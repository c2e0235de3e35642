// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counters of packets and bytes.
 */
#include <linux/cpumask.h>
#include <linux/slab.h>
#include "counters.h"

struct epacl_counters *epacl_counters_alloc(u32 n)
{
	struct epacl_counters *c;

	c = kmalloc(sizeof(*c), GFP_KERNEL_ACCOUNT);
	if (!c)
		return NULL;
	c->cpu = __alloc_percpu_gfp(n * sizeof(*c->cpu), __alignof__(*c->cpu),
				    GFP_KERNEL_ACCOUNT);
	if (!c->cpu) {
		kfree(c);
		return NULL;
	}
	refcount_set(&c->refs, 1);
	atomic64_set(&c->log_at, 0);
	atomic64_set(&c->full_until, 0);
	atomic64_set(&c->taken_until, 0);
	c->n = n;
	return c;
}

void epacl_counters_get(struct epacl_counters *c)
{
	refcount_inc(&c->refs);
}

void epacl_counters_put(struct epacl_counters *c)
{
	if (c && refcount_dec_and_test(&c->refs)) {
		free_percpu(c->cpu);
		kfree(c);
	}
}

void epacl_count_read(const struct epacl_count __percpu *counter,
		      struct epacl_count *sum)
{
	const struct epacl_count *count;
	int cpu;

	sum->packets = 0;
	sum->bytes = 0;
	for_each_possible_cpu(cpu) {
		count = per_cpu_ptr(counter, cpu);
		sum->packets += READ_ONCE(count->packets);
		sum->bytes += READ_ONCE(count->bytes);
	}
}
