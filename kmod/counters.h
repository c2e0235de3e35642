/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Counters of packets and bytes: written by the packet path, per CPU, without a
 * lock; they live as long as what they count is defined, across changes of it.
 */
#ifndef _EPACL_COUNTERS_H
#define _EPACL_COUNTERS_H

#include <linux/atomic.h>
#include <linux/percpu.h>
#include <linux/refcount.h>
#include <linux/epacl.h>

/* One CPU's share of a counter, or the sum of all. */
struct epacl_count {
	u64 packets;
	u64 bytes;
};

/* Numbers are written, and read by others, in one piece. */
static_assert(sizeof(u64) == sizeof(long));

/**
 * struct epacl_counters - a block of counters
 * @refs: holders; whoever keeps a counter holds the block
 * @n: counters in the block
 * @log_at: of a VM's block: up to when its share of the log is used, in ns since
 *	boot
 * @full_until: of a VM's block: while it has no need to look at its quota again,
 *	see quota.c
 * @taken_until: of a VM's block: up to when its share of the connection table is
 *	taken, in ns since boot, see quota.c
 * @cpu: @n counters on every CPU
 */
struct epacl_counters {
	refcount_t refs;
	u32 n;
	atomic64_t log_at;
	atomic64_t full_until;
	atomic64_t taken_until;
	struct epacl_count __percpu *cpu;
};

/* A block is bounded by what the per-CPU allocator gives at once. */
#define EPACL_COUNTERS_MAX 256

/* May sleep. NULL: no memory. */
struct epacl_counters *epacl_counters_alloc(u32 n);
void epacl_counters_get(struct epacl_counters *c);
/* NULL is fine. Any context. */
void epacl_counters_put(struct epacl_counters *c);

/* Packet path; any context, softirqs included. @counter: of a block, see above. */
static inline void epacl_count(struct epacl_count __percpu *counter, u32 bytes)
{
	this_cpu_inc(counter->packets);
	this_cpu_add(counter->bytes, bytes);
}

void epacl_count_read(const struct epacl_count __percpu *counter,
		      struct epacl_count *sum);

/* The counters of a VM's, or the namespace's, verdicts. */
#define EPACL_VERDICT_COUNTERS (EPACL_DIRECTIONS * EPACL_REASON_COUNT)

static inline struct epacl_count __percpu *
epacl_verdict_counter(struct epacl_count __percpu *verdicts,
		      enum epacl_direction direction, enum epacl_reason reason)
{
	return verdicts + direction * EPACL_REASON_COUNT + reason;
}

#endif /* _EPACL_COUNTERS_H */
