/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Questions about packets, for twin and module.
 */
#ifndef _QUESTIONS_H
#define _QUESTIONS_H

#include "model_builder.h"

extern const struct twin_at nowhere;

/* The question of the twin, as the module takes it; @none: its flow, if it has none. */
struct epacl_ask ask_of(const struct model *m, const struct twin_question *q,
			const struct epacl_flow *none);
void print_question(const struct twin_policy *p, const struct twin_question *q);

/* An address that @at has, of @family if it has one. */
struct epacl_ip own_ip(const struct twin_policy *p, struct twin_at at,
		       u8 family);
/* Somebody opened it towards the VM. */
void flow_in(const struct twin_policy *p, struct twin_at at,
	     struct epacl_flow *flow);
/* What is read from a packet of it, or from one that comes @back. */
void packet_of(const struct epacl_tuple *t, bool back,
	       struct epacl_packet *packet);
/* Fills in all four. */
void random_flow_question(const struct twin_policy *p, struct twin_question *q,
			  struct epacl_packet *packet, struct epacl_flow *flow);

/* What the nics were heard to use, in the module as in the twin? */
bool same_stations(const struct model *m, const struct twin_policy *p);
/*
 * Whether a packet that is spoof in the end has taught something before that is
 * seen, nobody says: what the module has learned from one counts.
 */
void learn_from_spoof(const struct model *m, struct twin_policy *p,
		      struct twin_at at);

/* What protects a packet; most often nothing. */
void random_security(struct epacl_security *security);

#endif /* _QUESTIONS_H */
