// SPDX-License-Identifier: GPL-2.0-only
/*
 * Public ports that the kernel chooses: the lowest that are free.
 */
#include <linux/bitmap.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include "policy_internal.h"

#define FIRST EPACL_AUTO_PORT_MIN
#define PORTS (EPACL_AUTO_PORT_MAX - EPACL_AUTO_PORT_MIN + 1)

/**
 * struct epacl_auto_ports - what is taken on one address
 * @ip: address
 * @proto: protocol
 * @valid: the rest holds for the policy as it is; many endpoints that are added
 *	one after the other need not look at all others each
 * @used: bit by port
 */
struct epacl_auto_ports {
	struct epacl_ip ip;
	u16 proto;
	bool valid;
	DECLARE_BITMAP(used, PORTS);
};

static void mark_public(struct epacl_auto_ports *ports,
			const struct epacl_public *public, u32 more)
{
	u32 lo = max_t(u32, public->port, FIRST), hi = public->port + more;

	if (hi >= lo && epacl_ip_equal(&public->ip, &ports->ip))
		bitmap_set(ports->used, lo - FIRST, hi - lo + 1);
}

static void mark(struct epacl_auto_ports *ports,
		 const struct epacl_endpoint *endpoint)
{
	u32 more = endpoint->ports.hi - endpoint->ports.lo, i;

	if (endpoint->proto != ports->proto)
		return;
	for (i = 0; i < endpoint->npublics; i++)
		mark_public(ports, &endpoint->publics[i], more);
}

static void scan_lbsets(struct epacl_auto_ports *ports,
			const struct epacl_root *root)
{
	const struct epacl_lbset *lbset;
	struct epacl_obj *obj;
	u32 i;

	epacl_pmap_for_each(&root->lbsets, obj) {
		lbset = epacl_lbset(obj);
		if (lbset->proto != ports->proto)
			continue;
		for (i = 0; i < lbset->npublics; i++)
			mark_public(ports, &lbset->publics[i], 0);
	}
}

/* All endpoints but the one that @endpoint is, or will take the place of. */
static void scan_endpoints(struct epacl_auto_ports *ports,
			   const struct epacl_root *root,
			   const struct epacl_vm *vm,
			   const struct epacl_endpoint *endpoint)
{
	const struct epacl_vm *other;
	struct epacl_obj *obj;
	u32 i;

	epacl_pmap_for_each(&root->vms, obj) {
		other = epacl_vm(obj);
		for (i = 0; i < other->nendpoints; i++)
			if (other != vm ||
			    strcmp(other->endpoints[i]->name, endpoint->name))
				mark(ports, other->endpoints[i]);
		cond_resched();
	}
}

/* Has @endpoint itself that port already? */
static bool is_own(const struct epacl_endpoint *endpoint,
		   const struct epacl_ip *ip, u16 port)
{
	u32 i;

	for (i = 0; i < endpoint->npublics; i++)
		if (endpoint->publics[i].port == port &&
		    epacl_ip_equal(&endpoint->publics[i].ip, ip))
			return true;
	return false;
}

/* Return: 0: none is free. */
static u16 lowest_free(const struct epacl_auto_ports *ports,
		       const struct epacl_endpoint *endpoint)
{
	u32 bit = 0;

	do {
		bit = find_next_zero_bit((unsigned long *)ports->used, PORTS,
					 bit);
		if (bit >= PORTS)
			return 0;
	} while (is_own(endpoint, &ports->ip, FIRST + bit++));
	return FIRST + bit - 1;
}

static int choose(struct epacl_txn *txn, const struct epacl_vm *vm,
		  struct epacl_endpoint *endpoint, struct epacl_public *public)
{
	struct epacl_auto_ports *ports = txn->auto_ports;
	char text[EPACL_IP_TEXT];

	/* A range keeps its numbers. */
	if (endpoint->ports.lo != endpoint->ports.hi) {
		public->port = endpoint->ports.lo;
		return 0;
	}
	if (!ports->valid || ports->proto != endpoint->proto ||
	    !epacl_ip_equal(&ports->ip, &public->ip)) {
		ports->ip = public->ip;
		ports->proto = endpoint->proto;
		bitmap_zero(ports->used, PORTS);
		scan_lbsets(ports, txn->root);
		scan_endpoints(ports, txn->root, vm, endpoint);
		ports->valid = true;
	}
	public->port = lowest_free(ports, endpoint);
	if (public->port)
		return 0;
	return epacl_refuse(
		&txn->why, -ENOSPC, EPACL_ENDPOINT_A_PUBLICS,
		"no public port is free",
		"endpoint '%s/%s': of public %s no port from %u to %u is free: name one below",
		vm->obj.name, endpoint->name, epacl_ip_text(&public->ip, text),
		FIRST, EPACL_AUTO_PORT_MAX);
}

int epacl_auto_ports_choose(struct epacl_txn *txn, const struct epacl_vm *vm,
			    struct epacl_endpoint *endpoint)
{
	u32 i;
	int err;

	/* What is known counts the endpoint that is to be replaced. */
	if (epacl_vm_endpoint(vm, endpoint->name))
		epacl_auto_ports_forget(txn);
	for (i = 0; i < endpoint->npublics; i++) {
		if (endpoint->publics[i].port)
			continue;
		if (!txn->auto_ports)
			txn->auto_ports = epacl_alloc(txn->memory,
						      sizeof(*txn->auto_ports));
		if (!txn->auto_ports)
			return -ENOMEM;
		err = choose(txn, vm, endpoint, &endpoint->publics[i]);
		if (err)
			return err;
	}
	return 0;
}

void epacl_auto_ports_added(struct epacl_txn *txn,
			    const struct epacl_endpoint *endpoint)
{
	if (txn->auto_ports && txn->auto_ports->valid)
		mark(txn->auto_ports, endpoint);
}

void epacl_auto_ports_forget(struct epacl_txn *txn)
{
	if (txn->auto_ports)
		txn->auto_ports->valid = false;
}
