/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether the twin and the module say the same, and what each of them said.
 */
#ifndef _AGREE_H
#define _AGREE_H

#include "model_builder.h"

/* Verdict, reason, and every layer with its owner and order. */
bool agree_answer(const struct twin_answer *twin,
		  const struct epacl_answer *answer);
bool agree_explanation(const struct twin_policy *p,
		       const struct twin_explanation *twin, int err,
		       const struct epacl_explanation *out);
/* Both name the same nic, or none. */
bool agree_nic(const struct twin_policy *p, struct twin_at at,
	       const struct epacl_cnic *nic);

void print_answers(const struct twin_answer *twin,
		   const struct epacl_answer *answer);
void print_explanations(const struct twin_policy *p,
			const struct twin_explanation *twin, int err,
			const struct epacl_explanation *out);

#endif /* _AGREE_H */
