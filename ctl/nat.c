// SPDX-License-Identifier: GPL-2.0-or-later
/* What the rest of the tool sees of the table: is it there, make it so. */
#include <errno.h>

#include "nat_table.h"

/**
 * nat_is_installed - does the kernel hold a plan?
 * @plan: what the table should hold; nothing: then it should not be there
 * @why: receives a sentence about what differs, or failed
 * @whylen: size of @why
 *
 * All of the table is read back and compared: chains with their hooks, rules
 * expression by expression, sets element by element.
 *
 * Return: 1 if the table is exactly what nat_install() would make of @plan; 0
 * if something is missing, different or in excess; -EINVAL if @plan has
 * overlapping ranges; -EAGAIN if others kept changing nftables meanwhile;
 * -EPERM without CAP_NET_ADMIN; -ENOMEM or another -errno.
 */
int nat_is_installed(const struct nat_plan *plan, char *why, size_t whylen)
{
	struct nat_table t;
	int ret;

	ret = nat_table_build(&t, plan, why, whylen);
	if (!ret)
		ret = nat_check(&t, nat_plan_empty(plan), why, whylen);
	nat_table_free(&t);
	return ret;
}

/* One attempt; an empty plan leaves nftables alone where there is no table. */
static int install_once(struct nat_table *t, bool empty, char *why,
			size_t whylen)
{
	int ret;

	if (!empty)
		return nat_write(t, why, whylen);
	ret = nat_check(t, true, why, whylen);
	if (ret)
		return ret < 0 ? ret : 0;
	return nat_write(NULL, why, whylen);
}

/**
 * nat_install - replace our table, in one nftables transaction
 * @plan: what it shall hold; if that is nothing, the table goes
 * @why: receives a sentence where it fails
 * @whylen: size of @why
 *
 * A packet sees the old or the new table. Connections keep the translation
 * that they have. Modules are loaded by the kernel as needed.
 *
 * Return: 0; -EINVAL if ranges of public ports overlap; -EAGAIN if others kept
 * changing nftables meanwhile; -EPERM without CAP_NET_ADMIN; -ENOMEM; or
 * another -errno from the kernel. On failure nothing has changed.
 */
int nat_install(const struct nat_plan *plan, char *why, size_t whylen)
{
	struct nat_table t;
	int i, ret;

	ret = nat_table_build(&t, plan, why, whylen);
	if (!ret)
		ret = -ERESTART;
	for (i = 0; i < NAT_TRIES && ret == -ERESTART; i++)
		ret = install_once(&t, nat_plan_empty(plan), why, whylen);
	if (ret == -ERESTART) {
		ret = -EAGAIN;
		nat_why(why, whylen, "others keep changing nftables");
	}
	nat_table_free(&t);
	return ret;
}
