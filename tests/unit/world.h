/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Random policies, addresses and questions, drawn from a small world, so that
 * they meet often; and policies as the lines that an operator would type.
 */
#ifndef _WORLD_H
#define _WORLD_H

#include "twin.h"

/* ---- random numbers: the same ones for the same seed, everywhere ---- */

/* TWIN_SEED and TWIN_CASES in the environment take the place of these. */
u64 random_begin(u64 seed);
unsigned long random_cases(unsigned long cases);
/* From here on @n bytes decide in place of chance, and then the same numbers. */
void random_bytes(const u8 *from, size_t n);

u32 below(u32 n); /* 0 to n - 1 */
bool chance(u32 percent);
#define one_of(array) ((array)[below(ARRAY_SIZE(array))])

/* ---- the small world ---- */

/* A policy that the module may refuse. */
void random_policy(struct twin_policy *p);
/* Does the document allow it? As far as chance makes what it does not. */
bool policy_is_valid(const struct twin_policy *p);

/* What a rule says by itself: no set, no IPsec. */
void random_rule(struct twin_rule *rule, u16 order);

struct epacl_ip random_ip(const struct twin_policy *p, u8 family);
u8 random_family(void);
u16 random_port(void);
u8 random_proto(u8 family);
/* What @t->proto has besides addresses and ports, which only some have. */
void complete_tuple(struct epacl_tuple *t);

struct epacl_ip ip4(u8 a, u8 b, u8 c, u8 d);
struct epacl_ip ip6(u16 a, u16 b, u16 c, u16 d, u16 h);
struct epacl_prefix prefix_of(struct epacl_ip ip, u8 len);
struct twin_at random_nic(const struct twin_policy *p);

/* A packet that is only made up, and where it comes from. */
void random_made_up(const struct twin_policy *p, struct twin_made_up *q);

/* ---- as lines ---- */

typedef int line_fn(void *arg, const char *line);

/* In an order that loads. Return: 0, or the first that @fn returns otherwise. */
int policy_lines(const struct twin_policy *p, line_fn *fn, void *arg);

/* ---- for people ---- */

void print_policy(const struct twin_policy *p);
void print_tuple(const char *what, const struct epacl_tuple *tuple);
void print_packet(const struct epacl_packet *packet);
const char *reason_word(u8 reason);

#endif /* _WORLD_H */
