// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the guest behind a nic was heard to use since its interface came up.
 */
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include "station.h"

struct epacl_station *epacl_station_alloc(void)
{
	struct epacl_station *station;

	station = kzalloc(sizeof(*station), GFP_KERNEL_ACCOUNT);
	if (station)
		refcount_set(&station->refs, 1);
	return station;
}

void epacl_station_get(struct epacl_station *station)
{
	refcount_inc(&station->refs);
}

void epacl_station_put(struct epacl_station *station)
{
	if (station && refcount_dec_and_test(&station->refs))
		kfree_rcu(station, rcu);
}

void epacl_station_reset(struct epacl_station *station)
{
	int i;

	WRITE_ONCE(station->heard, false);
	atomic64_set(&station->mac, 0);
	for (i = 0; i < EPACL_STATION_LINK_LOCALS; i++)
		atomic64_set(&station->link_local[i], 0);
}

/* Takes a free place. Return: true if @value stands there, whoever wrote it. */
static bool learn(atomic64_t *place, u64 value)
{
	u64 old = atomic64_cmpxchg(place, 0, value);

	return !old || old == value;
}

bool epacl_station_learn_mac(struct epacl_station *station, u64 mac)
{
	return learn(&station->mac, mac);
}

/* All of fe80::/64 but fe80:: itself, which no host uses. */
static u64 interface_id(const struct epacl_ip *ip)
{
	return epacl_ip_lower(ip);
}

bool epacl_station_has_link_local(const struct epacl_station *station,
				  const struct epacl_ip *ip)
{
	u64 id = interface_id(ip);
	int i;

	if (!id)
		return false;
	for (i = 0; i < EPACL_STATION_LINK_LOCALS; i++)
		if ((u64)atomic64_read(&station->link_local[i]) == id)
			return true;
	return false;
}

bool epacl_station_learn_link_local(struct epacl_station *station,
				    const struct epacl_ip *ip)
{
	u64 id = interface_id(ip);
	int i;

	if (!id)
		return false;
	for (i = 0; i < EPACL_STATION_LINK_LOCALS; i++)
		if (learn(&station->link_local[i], id))
			return true;
	return false;
}

bool epacl_station_is_full(const struct epacl_station *station)
{
	int i;

	for (i = 0; i < EPACL_STATION_LINK_LOCALS; i++)
		if (!atomic64_read(&station->link_local[i]))
			return false;
	return true;
}
