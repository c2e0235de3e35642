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
	u32 i;
	int cpu;

	c = kmalloc(sizeof(*c), GFP_KERNEL_ACCOUNT);
	if (!c)
		return NULL;
	c->cpu = __alloc_percpu_gfp(n * sizeof(*c->cpu), __alignof__(*c->cpu),
				    GFP_KERNEL_ACCOUNT);
	if (!c->cpu) {
		kfree(c);
		return NULL;
	}
	for_each_possible_cpu(cpu)
		for (i = 0; i < n; i++)
			u64_stats_init(&per_cpu_ptr(c->cpu, cpu)[i].sync);
	refcount_set(&c->refs, 1);
	atomic64_set(&c->log_at, 0);
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

void epacl_count(struct epacl_counters *c, u32 index, u32 bytes)
{
	struct epacl_cpu_count *count;

	/* Hooks run in softirqs and, on the way out, in process context. */
	local_bh_disable();
	count = &this_cpu_ptr(c->cpu)[index];
	u64_stats_update_begin(&count->sync);
	u64_stats_inc(&count->packets);
	u64_stats_add(&count->bytes, bytes);
	u64_stats_update_end(&count->sync);
	local_bh_enable();
}

void epacl_counters_read(const struct epacl_counters *c, u32 index,
			 struct epacl_count *sum)
{
	const struct epacl_cpu_count *count;
	u64 packets, bytes;
	unsigned int start;
	int cpu;

	sum->packets = 0;
	sum->bytes = 0;
	for_each_possible_cpu(cpu) {
		count = &per_cpu_ptr(c->cpu, cpu)[index];
		do {
			start = u64_stats_fetch_begin(&count->sync);
			packets = u64_stats_read(&count->packets);
			bytes = u64_stats_read(&count->bytes);
		} while (u64_stats_fetch_retry(&count->sync, start));
		sum->packets += packets;
		sum->bytes += bytes;
	}
}
