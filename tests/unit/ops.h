/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Operations for tests, written as the operator types them.
 */
#ifndef _TEST_OPS_H
#define _TEST_OPS_H

#include "policy.h"

/*
 * One line of a policy file; more than the tool, it also takes
 *   --may-exist and --if-exists in front, "no WORD" to clear, flush, and
 *   "set NAME more PREFIX,..." for EPACL_SET_A_MORE.
 * A vm has no inline nic; what a changed rule matches is "remote PREFIX". What is wrong in kind ends the test, what is wrong in
 * value is for the policy to find.
 */
struct epacl_op *op_parse(struct epacl_memory *memory, const char *line);

/* Does one. Return: as epacl_txn_do(). */
int txn_do(struct epacl_txn *txn, const char *line);

struct epacl_ip ip_parse(const char *s);
struct epacl_prefix prefix_parse(const char *s);

#endif /* _TEST_OPS_H */
