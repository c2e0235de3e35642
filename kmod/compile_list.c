// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sets and rule lists, as the packet path reads them.
 *
 * Every list of a policy is compiled, whether or not it is asked: those of a
 * published policy are shared by transactions, which must not find one to be
 * built.
 */
#include "classify.h"
#include "compile_internal.h"

int epacl_compile_set(struct epacl_compiler *c, struct epacl_set *set)
{
	int err = set->table ? 0 : epacl_set_table_build(c->memory, set);

	c->snap->sets[set->id] = set->table;
	return err;
}

int epacl_compile_sets(struct epacl_compiler *c)
{
	struct epacl_obj *obj;
	int err;

	epacl_pmap_for_each(&c->snap->root->sets, obj) {
		err = epacl_compile_set(c, epacl_set(obj));
		if (err)
			return err;
		cond_resched();
	}
	return 0;
}

/* A VM may have many lists, and each of them many rules. */
static int compile_acl(struct epacl_compiler *c, struct epacl_acl *acl)
{
	if (acl->table)
		return 0;
	cond_resched();
	return epacl_table_build(c->memory, acl, &c->snap->root->sets);
}

int epacl_compile_named(struct epacl_compiler *c)
{
	struct epacl_obj *obj;
	int err;

	epacl_pmap_for_each(&c->snap->root->acls, obj) {
		err = compile_acl(c, epacl_named(obj)->acl);
		if (err)
			return err;
		cond_resched();
	}
	return 0;
}

int epacl_compile_slot(struct epacl_compiler *c, const struct epacl_slot *slot)
{
	return compile_acl(c, slot->acl);
}

bool epacl_compile_layer(struct epacl_compiler *c, struct epacl_layer *layer,
			 const struct epacl_slot *slot, u8 owner, u8 direction,
			 const char *name, const char *part)
{
	layer->acl = epacl_slot_acl(c->snap->root, slot);
	layer->table = layer->acl->table;
	layer->permits = epacl_acl_default_permits(layer->acl);
	layer->has_secure = layer->acl->nsecure;
	layer->use = slot->use[0] ? slot->use : NULL;
	layer->owner = owner;
	layer->direction = direction;
	layer->name = name;
	layer->part = part;
	return layer->has_secure;
}
