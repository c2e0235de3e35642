/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One policy in two forms: as the twin has it, and as the module compiles it
 * from the lines that an operator would type.
 */
#ifndef _MODEL_BUILDER_H
#define _MODEL_BUILDER_H

#include "policy.h"
#include "snapshot.h"
#include "world.h"

/* ---- a policy in force ---- */

/**
 * struct model - a policy as the module has it, and its host
 * @host: answers what the decision asks
 * @twin: the same policy; the addresses of the host and the bridges are there
 * @memory: account
 * @root: definitions
 * @snap: compiled
 * @why: why it was refused
 * @fail_at: of the allocations of each compilation, the one that fails; 0: none
 */
struct model {
	struct epacl_host host;
	const struct twin_policy *twin;
	struct epacl_memory memory;
	struct epacl_root *root;
	struct epacl_snapshot *snap;
	struct epacl_refusal why;
	unsigned long fail_at;
};

/* Return: 0, or why the policy is refused, with nothing to free. */
int model_build(struct model *m, const struct twin_policy *p);
/* The same from lines; what cannot be typed ends the test. */
int model_lines(struct model *m, const char *const *lines, unsigned int n);
/* Does more lines upon the policy, as one transaction. */
int model_change(struct model *m, const char *const *lines, unsigned int n);
void model_free(struct model *m);

const struct epacl_cnic *model_nic(const struct model *m, struct twin_at at);

/* A random policy that the module takes: tries until it does. */
void random_model(struct model *m, struct twin_policy *p);

#endif /* _MODEL_BUILDER_H */
