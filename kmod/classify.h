/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which rule of a list matches a packet first? A pure data structure.
 */
#ifndef _EPACL_CLASSIFY_H
#define _EPACL_CLASSIFY_H

#include "memory.h"
#include "model.h"

/* States of a packet; as many as the kernel nests (XFRM_MAX_DEPTH). */
#define EPACL_SECURITY_MAX 6

/**
 * struct epacl_security - the IPsec states that protect a packet
 * @n: entries of @reqid; 0: none does
 * @reqid: of each
 */
struct epacl_security {
	u8 n;
	u32 reqid[EPACL_SECURITY_MAX];
};

/**
 * struct epacl_key - what rules look at
 * @local: address of the VM, which outlives the key
 * @remote: the other side, which does so too
 * @proto: 0 to 255
 * @has_ports: @lport and @rport were read from the packet, or its connection
 * @has_type: @type and @code were
 * @lport: the VM's side
 * @rport: the other side
 * @security: what protects the packet; NULL: nothing
 */
struct epacl_key {
	const struct epacl_ip *local;
	const struct epacl_ip *remote;
	u8 proto;
	bool has_ports;
	bool has_type;
	u16 lport;
	u16 rport;
	u8 type;
	u8 code;
	const struct epacl_security *security;
};

/**
 * epacl_table_build - compile a list into acl->table
 * @memory: account
 * @acl: list
 * @sets: struct epacl_set by name: those that its rules name are all there
 *
 * What it says of a set is the set's id, so that it stays valid when the set
 * gets other prefixes.
 *
 * Return: 0 or -ENOMEM. May sleep.
 */
int epacl_table_build(struct epacl_memory *memory, struct epacl_acl *acl,
		      const struct epacl_pmap *sets);
void epacl_table_free(struct epacl_table *table);

/**
 * struct epacl_hit - the rule that decides
 * @place: where the list has it; NULL: none does, and the rest says nothing
 * @counter: its counter
 * @permit: what it says
 * @log: it wants to be logged
 */
struct epacl_hit {
	struct epacl_rule *const *place;
	struct epacl_count __percpu *counter;
	bool permit;
	bool log;
};

/**
 * epacl_classify - the first rule that matches
 * @table: of a list; NULL: it has no rules
 * @sets: compiled sets by id
 * @key: packet
 * @hit: filled in
 *
 * Return: false: there is none, the default of the list decides.
 */
bool epacl_classify(const struct epacl_table *table,
		    const struct epacl_set_table *const *sets,
		    const struct epacl_key *key, struct epacl_hit *hit);

/* Reqids that rules deny by name before one permits, as many as are remembered. */
#define EPACL_DENIED_MAX 32

/**
 * epacl_classify_secured - would the list permit the packet, if IPsec protected
 *	it, with whatever reqid?
 * @acl: compiled
 * @sets: compiled sets by id
 * @key: packet that nothing protects
 *
 * Return: false also where more than EPACL_DENIED_MAX reqids are denied first.
 */
bool epacl_classify_secured(const struct epacl_acl *acl,
			    const struct epacl_set_table *const *sets,
			    const struct epacl_key *key);

/* ---- sets (set_table.c) ---- */

/* Compiles @set into set->table. Return: 0 or -ENOMEM. May sleep. */
int epacl_set_table_build(struct epacl_memory *memory, struct epacl_set *set);
/* NULL is fine. */
void epacl_set_table_free(struct epacl_set_table *table);
bool epacl_set_table_holds(const struct epacl_set_table *table,
			   const struct epacl_ip *ip);

#endif /* _EPACL_CLASSIFY_H */
