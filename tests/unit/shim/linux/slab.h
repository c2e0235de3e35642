/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_SLAB_H
#define _SHIM_LINUX_SLAB_H

#include <linux/gfp.h>
#include <linux/overflow.h>
#include <linux/types.h>

/* shim.c; all that allocates comes here, so that a test can make it fail. */
void *shim_alloc(size_t size, gfp_t gfp);
void shim_free(const void *p);

static inline void *kmalloc(size_t size, gfp_t gfp)
{
	return shim_alloc(size, gfp);
}

static inline void *kzalloc(size_t size, gfp_t gfp)
{
	return shim_alloc(size, gfp | __GFP_ZERO);
}

static inline void *kcalloc(size_t n, size_t size, gfp_t gfp)
{
	return shim_alloc(n * size, gfp | __GFP_ZERO);
}

static inline void *kvmalloc(size_t size, gfp_t gfp)
{
	return shim_alloc(size, gfp);
}

static inline void kfree(const void *p)
{
	shim_free(p);
}

static inline void kvfree(const void *p)
{
	shim_free(p);
}

struct kmem_cache {
	size_t size;
};

#define SLAB_ACCOUNT 0

/* One of each name, for good. */
#define KMEM_CACHE(name, flags)                               \
	({                                                    \
		static struct kmem_cache name##_cache = {     \
			.size = sizeof(struct name) + (flags) \
		};                                            \
		&name##_cache;                                \
	})

static inline void kmem_cache_destroy(struct kmem_cache *cache)
{
	(void)cache;
}

static inline void *kmem_cache_zalloc(struct kmem_cache *cache, gfp_t gfp)
{
	return shim_alloc(cache->size, gfp | __GFP_ZERO);
}

static inline void kmem_cache_free(struct kmem_cache *cache, void *p)
{
	(void)cache;
	shim_free(p);
}

#endif /* _SHIM_LINUX_SLAB_H */
