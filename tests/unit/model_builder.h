/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One policy in two forms: as the twin has it, and as the module compiles it
 * from the lines that an operator would type. Random policies and addresses are
 * drawn from a small world, so that they meet often.
 */
#ifndef _MODEL_BUILDER_H
#define _MODEL_BUILDER_H

#include "policy.h"
#include "snapshot.h"
#include "twin.h"

/* ---- random numbers: the same ones for the same seed, everywhere ---- */

/* TWIN_SEED and TWIN_CASES in the environment take the place of these. */
u64 random_begin(u64 seed);
unsigned long random_cases(unsigned long cases);

u32 below(u32 n); /* 0 to n - 1 */
bool chance(u32 percent);
#define one_of(array) ((array)[below(ARRAY_SIZE(array))])

/* ---- a policy in force ---- */

/**
 * struct model - a policy as the module has it, and its host
 * @host: answers what the decision asks
 * @twin: the same policy; the addresses of the host and the bridges are there
 * @memory: account
 * @root: definitions
 * @snap: compiled
 * @why: why it was refused
 */
struct model {
	struct epacl_host host;
	const struct twin_policy *twin;
	struct epacl_memory memory;
	struct epacl_root *root;
	struct epacl_snapshot *snap;
	struct epacl_refusal why;
};

/* Return: 0, or why the policy is refused, with nothing to free. */
int model_build(struct model *m, const struct twin_policy *p);
/* The same from lines; what cannot be typed ends the test. */
int model_lines(struct model *m, const char *const *lines, unsigned int n);
/* Does more lines upon the policy, as one transaction. */
int model_change(struct model *m, const char *const *lines, unsigned int n);
void model_free(struct model *m);

const struct epacl_cnic *model_nic(const struct model *m, struct twin_at at);

/* ---- the small world ---- */

/* A policy that the module may refuse. */
void random_policy(struct twin_policy *p);
/* One that it takes: tries until it does. */
void random_model(struct model *m, struct twin_policy *p);

void random_rule(struct twin_rule *rule, u16 order);
void random_list(struct twin_list *list, unsigned int most);

struct epacl_ip random_ip(const struct twin_policy *p, u8 family);
u8 random_family(void);
u16 random_port(void);
u8 random_proto(u8 family);

struct epacl_ip ip4(u8 a, u8 b, u8 c, u8 d);
struct epacl_ip ip6(u16 a, u16 b, u16 c, u16 d, u16 h);
struct epacl_prefix prefix_of(struct epacl_ip ip, u8 len);
struct twin_at random_nic(const struct twin_policy *p);

/* ---- for people ---- */

void print_policy(const struct twin_policy *p);
void print_tuple(const char *what, const struct epacl_tuple *tuple);
void print_packet(const struct epacl_packet *packet);
const char *reason_word(u8 reason);

#endif /* _MODEL_BUILDER_H */
