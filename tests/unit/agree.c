// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whether the twin and the module say the same.
 */
#include <stdio.h>
#include <linux/kernel.h>
#include "agree.h"

static bool agree_layer(const struct twin_policy *p,
			const struct twin_asked *twin,
			const struct epacl_asked *asked)
{
	const struct twin_vm *vm = &p->vms[twin->vm];
	const struct epacl_layer *layer = &asked->layer;

	if (twin->owner != layer->owner ||
	    twin->direction != layer->direction ||
	    twin->permit != asked->permit ||
	    twin->order != (asked->rule ? asked->rule->order : 0) ||
	    strcmp(vm->name, layer->vm->obj.name))
		return false;
	if (twin->endpoint < 0)
		return !layer->endpoint;
	return layer->endpoint && !strcmp(vm->endpoints[twin->endpoint].name,
					  layer->endpoint->name);
}

bool agree_answer(const struct twin_policy *p, const struct twin_answer *twin,
		  const struct epacl_answer *answer)
{
	unsigned int i;

	if (twin->permit != answer->permit || twin->reason != answer->reason ||
	    twin->nasked != answer->nasked)
		return false;
	for (i = 0; i < twin->nasked; i++)
		if (!agree_layer(p, &twin->asked[i], &answer->asked[i]))
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
		    !agree_answer(p, &a->answer, &b->answer))
			return false;
	}
	return true;
}

/* ---- for people ---- */

static void print_layer(const char *vm, const char *endpoint, u8 direction,
			bool permit, int order)
{
	fprintf(stderr, "    %s %s%s%s: %s by %s %d\n",
		direction == EPACL_IN ? "in" : "out", vm, endpoint ? "/" : "",
		endpoint ?: "", permit ? "permit" : "deny",
		order ? "rule" : "default", order);
}

static void print_twin(const struct twin_policy *p,
		       const struct twin_answer *twin)
{
	const struct twin_asked *asked;
	const struct twin_vm *vm;
	unsigned int i;

	fprintf(stderr, "  twin: %s %s\n", twin->permit ? "permit" : "drop",
		reason_word(twin->reason));
	for (i = 0; i < twin->nasked; i++) {
		asked = &twin->asked[i];
		vm = &p->vms[asked->vm];
		print_layer(vm->name,
			    asked->endpoint < 0 ?
				    NULL :
				    vm->endpoints[asked->endpoint].name,
			    asked->direction, asked->permit, asked->order);
	}
}

static void print_module(const struct epacl_answer *answer)
{
	const struct epacl_asked *asked;
	unsigned int i;

	fprintf(stderr, "  module: %s %s\n", answer->permit ? "permit" : "drop",
		reason_word(answer->reason));
	for (i = 0; i < answer->nasked; i++) {
		asked = &answer->asked[i];
		print_layer(asked->layer.vm->obj.name,
			    asked->layer.endpoint ?
				    asked->layer.endpoint->name :
				    NULL,
			    asked->layer.direction, asked->permit,
			    asked->rule ? asked->rule->order : 0);
	}
}

void print_answers(const struct twin_policy *p, const struct twin_answer *twin,
		   const struct epacl_answer *answer)
{
	print_twin(p, twin);
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
		print_twin(p, &twin->legs[i].answer);
	}
	for (i = 0; !err && i < out->nlegs; i++) {
		fprintf(stderr, "leg %u of the module, %s ", i,
			out->legs[i].nic ? out->legs[i].nic->vm->obj.name :
					   "no VM");
		print_tuple("as judged", &out->legs[i].tuple);
		print_module(&out->legs[i].answer);
	}
}
