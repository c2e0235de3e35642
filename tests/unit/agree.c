// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whether the twin and the module say the same.
 */
#include <stdio.h>
#include <linux/kernel.h>
#include "agree.h"

static bool same_text(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : !a && !b;
}

/* What its rule says, or else the default of the list that answered. */
static bool asked_permits(const struct epacl_asked *asked)
{
	const struct epacl_rule *rule = epacl_asked_rule(asked);

	return rule ? rule->permit :
		      epacl_acl_default_permits(asked->layer->acl);
}

static u16 asked_order(const struct epacl_asked *asked)
{
	const struct epacl_rule *rule = epacl_asked_rule(asked);

	return rule ? rule->order : 0;
}

static bool agree_layer(const struct twin_asked *twin,
			const struct epacl_asked *asked)
{
	const struct epacl_layer *layer = asked->layer;

	return twin->owner == layer->owner &&
	       twin->direction == layer->direction &&
	       same_text(twin->name, layer->name) &&
	       same_text(twin->part, layer->part) &&
	       same_text(twin->use, layer->use) &&
	       twin->permit == asked_permits(asked) &&
	       twin->order == asked_order(asked);
}

bool agree_answer(const struct twin_answer *twin,
		  const struct epacl_answer *answer)
{
	unsigned int i;

	if (twin->deferred || answer->deferred)
		return twin->deferred && answer->deferred;
	if (twin->permit != answer->permit || twin->reason != answer->reason ||
	    twin->nasked != answer->nasked)
		return false;
	for (i = 0; i < twin->nasked; i++)
		if (!agree_layer(&twin->asked[i], &answer->asked[i]))
			return false;
	return true;
}

bool agree_nic(const struct twin_policy *p, struct twin_at at,
	       const struct epacl_cnic *nic)
{
	if (at.vm < 0 || !nic)
		return at.vm < 0 && !nic;
	return !strcmp(p->vms[at.vm].nics[at.nic].dev, nic->nic->dev);
}

static bool same_tuple(const struct epacl_tuple *a, const struct epacl_tuple *b)
{
	return twin_same_ip(&a->src, &b->src) &&
	       twin_same_ip(&a->dst, &b->dst) && a->sport == b->sport &&
	       a->dport == b->dport && a->proto == b->proto &&
	       a->type == b->type && a->code == b->code;
}

bool agree_explanation(const struct twin_policy *p,
		       const struct twin_explanation *twin, int err,
		       const struct epacl_explanation *out)
{
	const struct twin_leg *a;
	const struct epacl_leg *b;
	unsigned int i;

	if (twin->refused || err)
		return twin->refused && err;
	if (twin->permit != out->permit || twin->nlegs != out->nlegs)
		return false;
	for (i = 0; i < twin->nlegs; i++) {
		a = &twin->legs[i];
		b = &out->legs[i];
		if (a->direction != b->direction ||
		    !agree_nic(p, a->at, b->nic) ||
		    !same_tuple(&a->tuple, &b->tuple) ||
		    !agree_answer(&a->answer, &b->answer))
			return false;
	}
	return true;
}

/* ---- for people ---- */

static void print_layer(u8 owner, const char *name, const char *part,
			const char *use, u8 direction, bool permit, int order)
{
	static const char *const kinds[] = { "?",   "endpoint", "vm",	"lbset",
					     "acl", "subnet",	"group" };

	fprintf(stderr, "    %s %s%s%s %s%s%s: %s by %s %d\n", kinds[owner],
		name, part ? "/" : "", part ?: "",
		direction == EPACL_IN ? "in" : "out", use ? " use " : "",
		use ?: "", permit ? "permit" : "deny",
		order ? "rule" : "default", order);
}

static void print_verdict(const char *whose, bool permit, bool deferred,
			  u8 reason)
{
	fprintf(stderr, "  %s: %s%s %s\n", whose, permit ? "permit" : "drop",
		deferred ? " (deferred)" : "", reason_word(reason));
}

static void print_twin(const struct twin_answer *twin)
{
	const struct twin_asked *asked;
	unsigned int i;

	print_verdict("twin", twin->permit, twin->deferred, twin->reason);
	for (i = 0; i < twin->nasked; i++) {
		asked = &twin->asked[i];
		print_layer(asked->owner, asked->name, asked->part, asked->use,
			    asked->direction, asked->permit, asked->order);
	}
}

static void print_module(const struct epacl_answer *answer)
{
	const struct epacl_asked *asked;
	unsigned int i;

	print_verdict("module", answer->permit, answer->deferred,
		      answer->reason);
	for (i = 0; i < answer->nasked; i++) {
		asked = &answer->asked[i];
		print_layer(asked->layer->owner, asked->layer->name,
			    asked->layer->part, asked->layer->use,
			    asked->layer->direction, asked_permits(asked),
			    asked_order(asked));
	}
}

void print_answers(const struct twin_answer *twin,
		   const struct epacl_answer *answer)
{
	print_twin(twin);
	print_module(answer);
}

void print_explanations(const struct twin_policy *p,
			const struct twin_explanation *twin, int err,
			const struct epacl_explanation *out)
{
	unsigned int i;

	fprintf(stderr, "twin: %s, module: error %d\n",
		twin->refused ? "refused" : "answered", err);
	for (i = 0; !twin->refused && i < twin->nlegs; i++) {
		fprintf(stderr, "leg %u of the twin, %s ", i,
			twin->legs[i].at.vm < 0 ?
				"no VM" :
				p->vms[twin->legs[i].at.vm].name);
		print_tuple("as judged", &twin->legs[i].tuple);
		print_twin(&twin->legs[i].answer);
	}
	for (i = 0; !err && i < out->nlegs; i++) {
		fprintf(stderr, "leg %u of the module, %s ", i,
			out->legs[i].vm ?: "no VM");
		print_tuple("as judged", &out->legs[i].tuple);
		print_module(&out->legs[i].answer);
	}
}
