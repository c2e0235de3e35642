/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_U64_STATS_SYNC_H
#define _SHIM_LINUX_U64_STATS_SYNC_H

#include <linux/bottom_half.h>
#include <linux/types.h>

typedef struct {
	u64 v;
} u64_stats_t;

struct u64_stats_sync {
	unsigned int sequence;
};

static inline void u64_stats_init(struct u64_stats_sync *sync)
{
	sync->sequence = 0;
}

static inline void u64_stats_update_begin(struct u64_stats_sync *sync)
{
	sync->sequence++;
}

static inline void u64_stats_update_end(struct u64_stats_sync *sync)
{
	sync->sequence++;
}

static inline void u64_stats_inc(u64_stats_t *p)
{
	p->v++;
}

static inline void u64_stats_add(u64_stats_t *p, unsigned long n)
{
	p->v += n;
}

static inline u64 u64_stats_read(const u64_stats_t *p)
{
	return p->v;
}

static inline unsigned int
u64_stats_fetch_begin(const struct u64_stats_sync *sync)
{
	return sync->sequence;
}

static inline bool u64_stats_fetch_retry(const struct u64_stats_sync *sync,
					 unsigned int start)
{
	return sync->sequence != start;
}

#endif /* _SHIM_LINUX_U64_STATS_SYNC_H */
