// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>

#include "codec.h"
#include "info.h"
#include "output.h"

static void read_info(const struct nlmsghdr *nlh, void *arg)
{
	struct info *info = arg;
	struct nl_attrs attrs;

	nl_parse(nlh, &attrs);
	if (attr_text(attrs.tb[EPACL_A_VERSION]))
		snprintf(info->version, sizeof(info->version), "%s",
			 attr_text(attrs.tb[EPACL_A_VERSION]));
	info->generation = attr_number(attrs.tb[EPACL_A_GENERATION]);
	info->memory = attr_number(attrs.tb[EPACL_A_MEMORY]);
	info->memory_max = attr_number(attrs.tb[EPACL_A_MEMORY_MAX]);
	info->vms = (__u32)attr_number(attrs.tb[EPACL_A_VMS]);
}

enum status info_read(struct nl *nl, struct info *info)
{
	struct nlmsghdr *nlh = nl_start(nl, EPACL_CMD_INFO, 0, 0);
	int err;

	*info = (struct info){ .version = "" };
	err = nl_run(nl, nlh, read_info, info);
	return err ? nl_refused(&nl->fault, NULL, err) : DONE;
}

static void print_text(const struct info *info)
{
	puts("aclctl " EPACL_VERSION);
	if (info)
		printf("module %s, generation %llu, %u VMs, %llu of %llu bytes\n",
		       info->version, (unsigned long long)info->generation,
		       info->vms, (unsigned long long)info->memory,
		       (unsigned long long)info->memory_max);
}

static void print_object(const struct info *info)
{
	json_t *o = new_object();

	json_put_key(o, "aclctl", json_string(EPACL_VERSION));
	json_put_key(o, "module",
		     info ? json_text(info->version) : json_null());
	if (info) {
		json_put_key(o, "generation",
			     json_integer((json_int_t)info->generation));
		json_put_key(o, "vms", json_integer(info->vms));
		json_put_key(o, "memory",
			     json_integer((json_int_t)info->memory));
		json_put_key(o, "memory_max",
			     json_integer((json_int_t)info->memory_max));
	}
	print_json(o);
}

/* The version command. That there is no module is worth saying, no failure. */
enum status version_run(void)
{
	static struct nl nl;
	struct info info;
	bool known;

	known = !nl_open(&nl) && !info_read(&nl, &info);
	if (output.json)
		print_object(known ? &info : NULL);
	else
		print_text(known ? &info : NULL);
	nl_close(&nl);
	return DONE;
}
