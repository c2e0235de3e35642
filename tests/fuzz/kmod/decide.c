// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Policies: whether they are taken, and what they say to packets of flows and to
 * packets that are made up, against the twin.
 *
 * input: what random numbers would decide
 */
#include <linux/string.h>
#include "../fuzz.h"
#include "agree.h"
#include "questions.h"

#define QUESTIONS 12

static void check_flow(const struct model *m, const struct twin_policy *p)
{
	struct epacl_answer answer;
	struct epacl_packet packet;
	struct twin_answer twin;
	struct twin_question q;
	struct epacl_flow flow;
	struct epacl_ask ask;

	random_flow_question(p, &q, &packet, &flow);
	ask = ask_of(m, &q, NULL);
	twin_flow(p, &q, &twin);
	epacl_decide_flow(&ask, &answer);
	if (agree_answer(&twin, &answer))
		return;
	print_question(p, &q);
	print_answers(&twin, &answer);
	MUST(!"twin and module agree");
}

static void check_made_up(const struct model *m, const struct twin_policy *p)
{
	struct epacl_explanation out;
	struct epacl_question question;
	struct twin_explanation twin;
	struct epacl_refusal why;
	struct twin_made_up q;
	int err;

	random_made_up(p, &q);
	question = (struct epacl_question){ .tuple = q.tuple,
					    .from_host = q.from_host };
	memcpy(question.from, q.from, sizeof(question.from));
	if (q.secure) {
		question.security.n = 1;
		question.security.reqid[0] = q.reqid;
	}
	twin_explain(p, &q, &twin);
	err = epacl_explain(m->snap, &m->host, &question, &out, &why);
	if (agree_explanation(p, &twin, err, &out))
		return;
	print_policy(p);
	print_tuple("question", &q.tuple);
	print_explanations(p, &twin, err, &out);
	MUST(!"twin and module agree");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct twin_policy p;
	struct model m;
	unsigned int i;
	int err;

	random_bytes(data, size);
	random_policy(&p);
	err = model_build(&m, &p);
	MUST(policy_is_valid(&p) == !err);
	if (err)
		return 0;
	for (i = 0; i < QUESTIONS; i++) {
		check_flow(&m, &p);
		check_made_up(&m, &p);
	}
	model_free(&m);
	return 0;
}
