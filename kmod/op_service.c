// SPDX-License-Identifier: GPL-2.0-only
/*
 * Operations on services.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include "policy_internal.h"

static void describe(char what[EPACL_WHAT], const char *name)
{
	snprintf(what, EPACL_WHAT, "service '%s'", name);
}

static void release(struct epacl_obj *obj)
{
	epacl_free(epacl_service(obj));
}

static int take_vip(struct epacl_refusal *why, struct epacl_service *service,
		    const struct epacl_prefix *from)
{
	const u16 attr = EPACL_SERVICE_A_VIPS;
	struct epacl_prefix vip;
	struct epacl_list one = { .n = 1, .p = (void *)from };
	int err;

	err = epacl_take_prefixes(why, attr, "vip", &vip, &one);
	if (!err)
		err = epacl_check_unicast(why, attr, "vip", &vip.ip);
	if (err)
		return err;
	if (!epacl_prefix_is_plain(&vip))
		return epacl_refuse(
			why, -EINVAL, attr, "not a plain address",
			"a vip of service '%s' has a prefix length: it takes a plain address",
			service->obj.name);
	if (service->vip[vip.ip.family == 6].family)
		return epacl_refuse(
			why, -EINVAL, attr, "two addresses of one family",
			"service '%s' takes one vip of each family, and is given two of IPv%u",
			service->obj.name, vip.ip.family);
	service->vip[vip.ip.family == 6] = vip.ip;
	return 0;
}

/* A new service as the operation describes it, or NULL and @err. */
static struct epacl_service *build(struct epacl_txn *txn,
				   const struct epacl_op *op, int *err)
{
	const struct epacl_list *vips = &op->service.vips;
	const struct epacl_prefix *vip = vips->p;
	struct epacl_service *service;
	u32 i;

	*err = epacl_check_count(&txn->why, EPACL_SERVICE_A_VIPS, "vip",
				 vips->n, 1, 2);
	if (*err)
		return NULL;
	service = epacl_alloc(txn->memory, sizeof(*service));
	if (!service) {
		*err = -ENOMEM;
		return NULL;
	}
	epacl_obj_init(&service->obj, op->service.name, release);
	service->obj.epoch = txn->epoch;
	service->obj.op = op->index;
	for (i = 0; i < vips->n && !*err; i++)
		*err = take_vip(&txn->why, service, &vip[i]);
	if (!*err)
		return service;
	epacl_obj_put(&service->obj);
	return NULL;
}

static u16 difference(const struct epacl_service *a,
		      const struct epacl_service *b)
{
	if (epacl_ip_equal(&a->vip[0], &b->vip[0]) &&
	    epacl_ip_equal(&a->vip[1], &b->vip[1]))
		return 0;
	return EPACL_SERVICE_A_VIPS;
}

static int add_service(struct epacl_txn *txn, const struct epacl_op *op)
{
	struct epacl_service *service, *old;
	char what[EPACL_WHAT];
	int err;

	err = epacl_check_name(&txn->why, EPACL_SERVICE_A_NAME, "service",
			       op->service.name);
	if (err)
		return err;
	service = build(txn, op, &err);
	if (!service)
		return err;
	old = epacl_service(
		epacl_pmap_find(&txn->root->services, op->service.name));
	if (!old)
		return epacl_install(&txn->root->services, &service->obj);
	describe(what, op->service.name);
	err = epacl_exists(txn, op, &epacl_kind_service, what,
			   difference(service, old));
	epacl_obj_put(&service->obj);
	return err;
}

static int change_service(struct epacl_txn *txn, const struct epacl_op *op)
{
	struct epacl_service *service;
	int err;

	err = epacl_need(txn, EPACL_A_SERVICE, EPACL_SERVICE_A_NAME,
			 op->service.name);
	if (err)
		return err;
	service = build(txn, op, &err);
	if (!service)
		return err;
	return epacl_install(&txn->root->services, &service->obj);
}

static int check_unused(struct epacl_txn *txn, const char *name)
{
	struct epacl_obj *obj;

	epacl_pmap_for_each(&txn->root->vms, obj) {
		if (!strcmp(epacl_vm(obj)->service, name))
			return epacl_refuse(&txn->why, -EBUSY,
					    EPACL_SERVICE_A_NAME,
					    "service is in use",
					    "service '%s' is used by vm '%s'",
					    name, obj->name);
		cond_resched();
	}
	return 0;
}

static int remove_service(struct epacl_txn *txn, const struct epacl_op *op)
{
	const char *name = op->service.name;
	char what[EPACL_WHAT];
	int err;

	describe(what, name);
	if (!epacl_pmap_find(&txn->root->services, name))
		return epacl_missing(txn, op, EPACL_SERVICE_A_NAME, what);
	err = check_unused(txn, name);
	if (err)
		return err;
	return epacl_pmap_remove(&txn->root->services, name, EPACL_GFP);
}

const struct epacl_kind epacl_kind_service = {
	.noun = "service",
	.words = {
		[EPACL_SERVICE_A_NAME] = "name",
		[EPACL_SERVICE_A_VIPS] = "vip",
	},
	.identity = BIT(EPACL_SERVICE_A_NAME),
	.required = BIT(EPACL_SERVICE_A_VIPS),
	.add = add_service,
	.change = change_service,
	.remove = remove_service,
};
