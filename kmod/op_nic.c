// SPDX-License-Identifier: GPL-2.0-only
/*
 * Operations on nics.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/sort.h>
#include "policy_internal.h"
#include "snapshot.h"
#include "station.h"

static void describe(char what[EPACL_WHAT], const struct epacl_op *op)
{
	snprintf(what, EPACL_WHAT, "nic '%s' of vm '%s'", op->nic.dev,
		 op->nic.vm);
}

/* Where @dev is among the nics of @vm; vm->nnics: nowhere. */
static u32 position(const struct epacl_vm *vm, const char *dev)
{
	u32 i;

	for (i = 0; i < vm->nnics; i++)
		if (!strcmp(vm->nics[i]->dev, dev))
			break;
	return i;
}

/* Does number @i of the prefixes of @nic come from 'shared'? */
static u16 attr_of(const struct epacl_nic *nic, u32 i)
{
	return i < nic->n - nic->nshared ? EPACL_NIC_A_ADDRESSES :
					   EPACL_NIC_A_SHARED;
}

static int check_prefix(struct epacl_refusal *why, const struct epacl_nic *nic,
			u32 i)
{
	const struct epacl_prefix *prefix = &nic->prefixes[i];
	u16 attr = attr_of(nic, i);
	char text[EPACL_IP_TEXT];

	if (attr == EPACL_NIC_A_SHARED && !epacl_prefix_is_plain(prefix))
		return epacl_refuse(
			why, -EINVAL, attr, "not a plain address",
			"shared %s is a prefix: it takes plain addresses",
			epacl_prefix_text(prefix, text));
	/* A router may well have 0.0.0.0/0, but nobody has 0.0.0.0. */
	if (!epacl_prefix_is_plain(prefix) &&
	    epacl_ip_is_unspecified(&prefix->ip))
		return 0;
	return epacl_check_unicast(why, attr, epacl_kind_nic.words[attr],
				   &prefix->ip);
}

static int check_prefixes(struct epacl_refusal *why,
			  const struct epacl_nic *nic)
{
	char text[EPACL_IP_TEXT];
	u32 i, k;
	int err;

	for (i = 0; i < nic->n; i++) {
		err = check_prefix(why, nic, i);
		if (err)
			return err;
		for (k = 0; k < i; k++)
			if (!epacl_prefix_compare(&nic->prefixes[i],
						  &nic->prefixes[k]))
				return epacl_refuse(
					why, -EINVAL, attr_of(nic, i),
					"an address stands twice",
					"address %s stands twice",
					epacl_prefix_text(&nic->prefixes[i],
							  text));
	}
	return 0;
}

/* They are sorted. */
static int check_vlans(struct epacl_refusal *why, const struct epacl_nic *nic)
{
	u32 i;

	for (i = 0; i < nic->nvlans; i++) {
		if (!nic->vlans[i] || nic->vlans[i] > 4094)
			return epacl_refuse(why, -EINVAL, EPACL_NIC_A_VLANS,
					    "not a VLAN tag",
					    "vlan %u: it takes 1 to 4094",
					    nic->vlans[i]);
		if (i && nic->vlans[i - 1] == nic->vlans[i])
			return epacl_refuse(why, -EINVAL, EPACL_NIC_A_VLANS,
					    "a tag stands twice",
					    "vlan %u stands twice",
					    nic->vlans[i]);
	}
	return 0;
}

static int check_serves(struct epacl_refusal *why, const struct epacl_op *op)
{
	if (!(op->nic.serves & ~(EPACL_SERVES_DHCP | EPACL_SERVES_RA)))
		return 0;
	return epacl_refuse(why, -EINVAL, EPACL_NIC_A_SERVES,
			    "not what a nic can serve",
			    "'serves' takes dhcp and ra");
}

static int check_mac(struct epacl_refusal *why, const u8 *mac)
{
	const char *fault;

	if (mac[0] & 1)
		fault = "a group address";
	else if (!epacl_mac_number(mac))
		fault = "all zeros";
	else
		return 0;
	return epacl_refuse(
		why, -EINVAL, EPACL_NIC_A_MAC,
		"not the MAC address of one station",
		"mac %02x:%02x:%02x:%02x:%02x:%02x is %s: a nic needs a unicast MAC",
		mac[0], mac[1], mac[2], mac[3], mac[4], mac[5], fault);
}

static int check(struct epacl_txn *txn, const struct epacl_nic *nic)
{
	int err;

	err = epacl_check_dev(&txn->why, EPACL_NIC_A_DEV, nic->dev);
	if (!err)
		err = check_prefixes(&txn->why, nic);
	if (!err)
		err = check_vlans(&txn->why, nic);
	if (!err && nic->has_mac)
		err = check_mac(&txn->why, nic->mac);
	if (!err && nic->vnet[0])
		err = epacl_need(txn, EPACL_A_VNET, EPACL_NIC_A_VNET,
				 nic->vnet);
	return err;
}

/* All but the lists. */
static void fill(const struct epacl_op *op, const struct epacl_nic *old,
		 struct epacl_nic *nic)
{
	bool mac = epacl_op_gives(op, EPACL_NIC_A_MAC);

	strscpy(nic->dev, op->nic.dev, sizeof(nic->dev));
	nic->has_mac = mac ? epacl_op_has(op, EPACL_NIC_A_MAC) : old->has_mac;
	memcpy(nic->mac, mac ? op->nic.mac : old->mac, ETH_ALEN);
	strscpy(nic->vnet,
		epacl_op_gives(op, EPACL_NIC_A_VNET) ? op->nic.vnet : old->vnet,
		sizeof(nic->vnet));
	nic->serves = epacl_op_gives(op, EPACL_NIC_A_SERVES) ? op->nic.serves :
							       old->serves;
	nic->op = op->index;
}

/* What a nic is going to have. */
struct lists {
	struct epacl_list prefixes;
	struct epacl_list shared;
	struct epacl_list vlans;
};

static int choose_lists(struct epacl_refusal *why, const struct epacl_op *op,
			const struct epacl_nic *old, struct lists *lists)
{
	u32 nplain = old->n - old->nshared;
	int err;

	lists->prefixes = op->nic.prefixes;
	lists->shared = op->nic.shared;
	lists->vlans = op->nic.vlans;
	if (!epacl_op_gives(op, EPACL_NIC_A_ADDRESSES)) {
		lists->prefixes.n = nplain;
		lists->prefixes.p = old->prefixes;
	}
	if (!epacl_op_gives(op, EPACL_NIC_A_SHARED)) {
		lists->shared.n = old->nshared;
		lists->shared.p = old->prefixes + nplain;
	}
	if (!epacl_op_gives(op, EPACL_NIC_A_VLANS)) {
		lists->vlans.n = old->nvlans;
		lists->vlans.p = old->vlans;
	}
	err = epacl_check_count(why, EPACL_NIC_A_ADDRESSES, "address",
				lists->prefixes.n, 1, EPACL_PREFIXES_MAX);
	if (!err)
		err = epacl_check_count(why, EPACL_NIC_A_SHARED, "shared",
					lists->shared.n, 0,
					EPACL_PREFIXES_MAX - lists->prefixes.n);
	if (!err)
		err = epacl_check_count(why, EPACL_NIC_A_VLANS, "vlan",
					lists->vlans.n, 0, EPACL_VLANS_MAX);
	return err;
}

static int vlan_compare(const void *a, const void *b)
{
	return *(const u16 *)a - *(const u16 *)b;
}

static int take_lists(struct epacl_refusal *why, const struct lists *lists,
		      struct epacl_nic *nic)
{
	int err;

	nic->nshared = lists->shared.n;
	if (nic->nvlans)
		memcpy(nic->vlans, lists->vlans.p,
		       nic->nvlans * sizeof(*nic->vlans));
	sort(nic->vlans, nic->nvlans, sizeof(*nic->vlans), vlan_compare, NULL);
	err = epacl_take_prefixes(why, EPACL_NIC_A_ADDRESSES, "address",
				  nic->prefixes, &lists->prefixes);
	if (err)
		return err;
	return epacl_take_prefixes(why, EPACL_NIC_A_SHARED, "shared",
				   nic->prefixes + lists->prefixes.n,
				   &lists->shared);
}

/* A new nic: @old, or nothing, as the operation changes it. NULL: see @err. */
static struct epacl_nic *build(struct epacl_txn *txn, const struct epacl_op *op,
			       const struct epacl_nic *old, int *err)
{
	struct epacl_nic *nic;
	struct lists lists;

	*err = check_serves(&txn->why, op);
	if (!*err)
		*err = choose_lists(&txn->why, op, old, &lists);
	if (*err)
		return NULL;
	nic = epacl_nic_alloc(txn->memory, txn->epoch,
			      lists.prefixes.n + lists.shared.n, lists.vlans.n);
	if (!nic) {
		*err = -ENOMEM;
		return NULL;
	}
	fill(op, old, nic);
	*err = take_lists(&txn->why, &lists, nic);
	if (!*err)
		*err = check(txn, nic);
	if (!*err)
		return nic;
	epacl_nic_put(nic);
	return NULL;
}

static u16 difference(const struct epacl_nic *a, const struct epacl_nic *b)
{
	u32 na = a->n - a->nshared, nb = b->n - b->nshared;

	if (!epacl_prefixes_equal(a->prefixes, na, b->prefixes, nb))
		return EPACL_NIC_A_ADDRESSES;
	if (a->has_mac != b->has_mac || memcmp(a->mac, b->mac, ETH_ALEN))
		return EPACL_NIC_A_MAC;
	if (strcmp(a->vnet, b->vnet))
		return EPACL_NIC_A_VNET;
	if (!epacl_prefixes_equal(a->prefixes + na, a->nshared,
				  b->prefixes + nb, b->nshared))
		return EPACL_NIC_A_SHARED;
	if (a->nvlans != b->nvlans ||
	    memcmp(a->vlans, b->vlans, a->nvlans * sizeof(*a->vlans)))
		return EPACL_NIC_A_VLANS;
	return a->serves != b->serves ? EPACL_NIC_A_SERVES : 0;
}

/*
 * Would an endpoint of @vm be bound to an address that no nic has, if @with, or
 * nothing, took the place of the nic at @pos?
 */
static int check_endpoints(struct epacl_refusal *why, const struct epacl_vm *vm,
			   u32 pos, const struct epacl_nic *with)
{
	const struct epacl_endpoint *endpoint;
	const struct epacl_nic *nic;
	char text[EPACL_IP_TEXT];
	bool owned;
	u32 i, k;

	for (i = 0; i < vm->nendpoints; i++) {
		endpoint = vm->endpoints[i];
		owned = !endpoint->address.family;
		cond_resched();
		for (k = 0; k < vm->nnics && !owned; k++) {
			nic = k == pos ? with : vm->nics[k];
			owned = nic && epacl_nic_owns(nic, &endpoint->address);
		}
		if (owned)
			continue;
		return epacl_refuse(why, -EBUSY,
				    with ? EPACL_NIC_A_ADDRESSES : 0,
				    "an endpoint is bound to the address",
				    "address %s is used by endpoint '%s/%s'",
				    epacl_ip_text(&endpoint->address, text),
				    vm->obj.name, endpoint->name);
	}
	return 0;
}

/*
 * A nic that a transaction takes away and defines anew, as reloading a policy
 * does, is still the same guest's: what was heard of it holds.
 */
static struct epacl_station *find_station(const struct epacl_txn *txn,
					  const char *name, const char *dev)
{
	struct epacl_vm *vm = epacl_vm(epacl_pmap_find(&txn->base->vms, name));
	u32 pos = vm ? position(vm, dev) : 0;

	if (!vm || pos == vm->nnics)
		return epacl_station_alloc();
	epacl_station_get(vm->nics[pos]->station);
	return vm->nics[pos]->station;
}

static int append(struct epacl_txn *txn, struct epacl_vm *vm,
		  struct epacl_nic *nic)
{
	void *nics;

	nic->station = find_station(txn, vm->obj.name, nic->dev);
	if (!nic->station)
		return -ENOMEM;
	vm = epacl_own_vm(txn, vm);
	if (!vm)
		return -ENOMEM;
	nics = epacl_more_room(txn->memory, vm->nics, vm->nnics);
	if (!nics)
		return -ENOMEM;
	vm->nics = nics;
	vm->nics[vm->nnics++] = nic;
	vm->obj.op = nic->op;
	return 0;
}

static int add_nic(struct epacl_txn *txn, const struct epacl_op *op)
{
	static const struct epacl_nic nothing;
	char what[EPACL_WHAT];
	struct epacl_nic *nic;
	struct epacl_vm *vm;
	u32 pos;
	int err;

	err = epacl_find_vm(txn, op, EPACL_NIC_A_VM, op->nic.vm, &vm);
	if (err)
		return err;
	nic = build(txn, op, &nothing, &err);
	if (!nic)
		return err;
	pos = position(vm, nic->dev);
	if (pos == vm->nnics) {
		err = append(txn, vm, nic);
		if (err)
			epacl_nic_put(nic);
		return err;
	}
	describe(what, op);
	err = epacl_exists(txn, op, &epacl_kind_nic, what,
			   difference(nic, vm->nics[pos]));
	epacl_nic_put(nic);
	return err;
}

static int replace(struct epacl_txn *txn, struct epacl_vm *vm, u32 pos,
		   struct epacl_nic *nic)
{
	int err;

	err = check_endpoints(&txn->why, vm, pos, nic);
	if (err)
		return err;
	vm = epacl_own_vm(txn, vm);
	if (!vm)
		return -ENOMEM;
	epacl_station_get(vm->nics[pos]->station);
	nic->station = vm->nics[pos]->station;
	epacl_nic_put(vm->nics[pos]);
	vm->nics[pos] = nic;
	vm->obj.op = nic->op;
	return 0;
}

static int change_nic(struct epacl_txn *txn, const struct epacl_op *op)
{
	char what[EPACL_WHAT];
	struct epacl_nic *nic;
	struct epacl_vm *vm;
	u32 pos;
	int err;

	err = epacl_find_vm(txn, op, EPACL_NIC_A_VM, op->nic.vm, &vm);
	if (err)
		return err;
	pos = position(vm, op->nic.dev);
	describe(what, op);
	if (pos == vm->nnics)
		return epacl_missing(txn, op, EPACL_NIC_A_DEV, what);
	nic = build(txn, op, vm->nics[pos], &err);
	if (!nic)
		return err;
	err = replace(txn, vm, pos, nic);
	if (err)
		epacl_nic_put(nic);
	return err;
}

static int remove_nic(struct epacl_txn *txn, const struct epacl_op *op)
{
	char what[EPACL_WHAT];
	struct epacl_vm *vm;
	u32 pos;
	int err;

	err = epacl_find_vm(txn, op, EPACL_NIC_A_VM, op->nic.vm, &vm);
	if (err || !vm)
		return err;
	pos = position(vm, op->nic.dev);
	describe(what, op);
	if (pos == vm->nnics)
		return epacl_missing(txn, op, EPACL_NIC_A_DEV, what);
	err = check_endpoints(&txn->why, vm, pos, NULL);
	if (err)
		return err;
	vm = epacl_own_vm(txn, vm);
	if (!vm)
		return -ENOMEM;
	epacl_nic_put(vm->nics[pos]);
	vm->nnics--;
	memmove(&vm->nics[pos], &vm->nics[pos + 1],
		(vm->nnics - pos) * sizeof(*vm->nics));
	vm->obj.op = op->index;
	return 0;
}

const struct epacl_kind epacl_kind_nic = {
	.noun = "nic",
	.words = {
		[EPACL_NIC_A_VM] = "vm",
		[EPACL_NIC_A_DEV] = "dev",
		[EPACL_NIC_A_ADDRESSES] = "address",
		[EPACL_NIC_A_MAC] = "mac",
		[EPACL_NIC_A_VNET] = "vnet",
		[EPACL_NIC_A_SHARED] = "shared",
		[EPACL_NIC_A_VLANS] = "vlan",
		[EPACL_NIC_A_SERVES] = "serves",
	},
	.identity = BIT(EPACL_NIC_A_VM) | BIT(EPACL_NIC_A_DEV),
	.required = BIT(EPACL_NIC_A_ADDRESSES),
	.clearable = BIT(EPACL_NIC_A_MAC) | BIT(EPACL_NIC_A_VNET) |
		     BIT(EPACL_NIC_A_SHARED) | BIT(EPACL_NIC_A_VLANS) |
		     BIT(EPACL_NIC_A_SERVES),
	.add = add_nic,
	.change = change_nic,
	.remove = remove_nic,
};
