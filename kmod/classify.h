/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which rule of a list matches a packet first? A pure data structure.
 */
#ifndef _EPACL_CLASSIFY_H
#define _EPACL_CLASSIFY_H

#include "memory.h"
#include "model.h"

/**
 * struct epacl_key - what rules look at
 * @local: address of the VM
 * @remote: the other side
 * @proto: 0 to 255
 * @has_ports: @lport and @rport were read from the packet, or its connection
 * @has_type: @type and @code were
 * @lport: the VM's side
 * @rport: the other side
 */
struct epacl_key {
	struct epacl_ip local;
	struct epacl_ip remote;
	u8 proto;
	bool has_ports;
	bool has_type;
	u16 lport;
	u16 rport;
	u8 type;
	u8 code;
};

/* Compiles @acl into acl->table. Return: 0 or -ENOMEM. May sleep. */
int epacl_table_build(struct epacl_memory *memory, struct epacl_acl *acl);
void epacl_table_free(struct epacl_table *table);

/**
 * epacl_classify - the first rule that matches
 * @acl: compiled
 * @key: packet
 *
 * Return: the rule, or NULL: the default of the list decides.
 */
const struct epacl_rule *epacl_classify(const struct epacl_acl *acl,
					const struct epacl_key *key);

#endif /* _EPACL_CLASSIFY_H */
