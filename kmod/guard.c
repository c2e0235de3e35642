// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which guard an interface is under.
 */
#include <linux/glob.h>
#include "guard.h"

bool epacl_guard_matches(const struct epacl_guard *guard, const char *dev)
{
	return glob_match(guard->obj.name, dev);
}

const struct epacl_guard *epacl_guard_of(const struct epacl_root *root,
					 const char *dev)
{
	struct epacl_obj *obj;

	epacl_pmap_for_each(&root->guards, obj)
		if (epacl_guard_matches(epacl_guard(obj), dev))
			return epacl_guard(obj);
	return NULL;
}
