/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Judges a made-up packet with the code that judges real ones.
 */
#ifndef _EPACL_EXPLAIN_H
#define _EPACL_EXPLAIN_H

#include "decide.h"

/**
 * struct epacl_question - a packet that opens a flow
 * @tuple: src, dst, proto, ports or type and code, as its sender addresses it
 * @from: interface at which it arrives; "": not said
 * @from_host: the host itself sends it
 * @security: what protects it, on both legs
 */
struct epacl_question {
	struct epacl_tuple tuple;
	char from[IFNAMSIZ];
	bool from_host;
	struct epacl_security security;
};

/**
 * struct epacl_leg - one judgement
 * @nic: whose; NULL: concerns no VM (a VIP that nothing translates, a guard)
 * @vm: name of its VM; NULL: none
 * @direction: enum epacl_direction
 * @tuple: what was judged
 * @answer: the verdict
 */
struct epacl_leg {
	const struct epacl_cnic *nic;
	const char *vm;
	u8 direction;
	struct epacl_tuple tuple;
	struct epacl_answer answer;
};

/**
 * struct epacl_explanation - the way of a packet
 * @permit: in the end
 * @nlegs: entries of @legs; 0: the packet concerns no VM
 * @legs: out of the source VM, in to the destination VM
 */
struct epacl_explanation {
	bool permit;
	u8 nlegs;
	struct epacl_leg legs[2];
};

/**
 * epacl_explain - judge a made-up packet
 * @snap: policy
 * @host: as for the decision
 * @question: packet
 * @out: filled in
 * @why: filled in on failure
 *
 * Return: 0; -EINVAL if the question cannot be answered (several nics could own
 * the source, and it does not say which; no such interface).
 */
int epacl_explain(const struct epacl_snapshot *snap,
		  const struct epacl_host *host,
		  const struct epacl_question *question,
		  struct epacl_explanation *out, struct epacl_refusal *why);

#endif /* _EPACL_EXPLAIN_H */
