/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the guest behind a nic was heard to use since its interface came up: the
 * MAC address where none is declared, IPv6 link-local addresses, and that it
 * spoke at all. Written by the packet path without a lock, each fact once.
 */
#ifndef _EPACL_STATION_H
#define _EPACL_STATION_H

#include <linux/atomic.h>
#include <linux/if_ether.h>
#include <linux/refcount.h>
#include "types.h"

#define EPACL_STATION_LINK_LOCALS 2

/**
 * struct epacl_station - what was heard of one nic
 * @refs: versions of the nic, and its port
 * @rcu: frees it
 * @ifindex: of the interface while it exists; 0: it does not
 * @heard: a frame with a valid source was received
 * @mac: learned MAC as a number; 0: none
 * @link_local: interface identifiers of learned addresses of fe80::/64, as
 *	numbers; 0: none
 */
struct epacl_station {
	refcount_t refs;
	struct rcu_head rcu;
	int ifindex;
	bool heard;
	atomic64_t mac;
	atomic64_t link_local[EPACL_STATION_LINK_LOCALS];
};

struct epacl_station *epacl_station_alloc(void);
void epacl_station_get(struct epacl_station *station);
/* NULL is fine. Frees after a grace period: packets may still look at it. */
void epacl_station_put(struct epacl_station *station);

/* The interface went down, came up or went away: forget. */
void epacl_station_reset(struct epacl_station *station);

static inline u64 epacl_mac_number(const u8 *mac)
{
	return (u64)mac[0] << 40 | (u64)mac[1] << 32 | (u64)mac[2] << 24 |
	       (u64)mac[3] << 16 | (u64)mac[4] << 8 | mac[5];
}

static inline u64 epacl_station_mac(const struct epacl_station *station)
{
	return atomic64_read(&station->mac);
}

/* Return: true if @mac is now, or was already, the station's own. */
bool epacl_station_learn_mac(struct epacl_station *station, u64 mac);

/* @ip is of fe80::/64. */
bool epacl_station_has_link_local(const struct epacl_station *station,
				  const struct epacl_ip *ip);
bool epacl_station_learn_link_local(struct epacl_station *station,
				    const struct epacl_ip *ip);
/* No more link-local addresses can be learned. */
bool epacl_station_is_full(const struct epacl_station *station);

#endif /* _EPACL_STATION_H */
