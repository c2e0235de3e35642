// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A snapshot that was compiled upon another, change after change, answers as one
 * that is compiled from nothing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <shim.h>
#include "explain.h"
#include "model_builder.h"
#include "ops.h"
#include "run.h"

enum { LINES = 4, LINE = 160, CHANGES = 60, QUESTIONS = 40 };

/* What was met, so that nothing is compared for nothing. */
static struct {
	unsigned long changes, refused, shared, failed;
	unsigned long questions, permit, by_rule, secure;
} seen;

/* ---- random changes ---- */

/* Whose list; "": there is no such owner in @p. */
static void random_owner(const struct twin_policy *p, char *to, size_t n)
{
	const char *const way = chance(50) ? "in" : "out";
	const struct twin_vm *vm = &p->vms[below(p->nvms)];

	*to = 0;
	if (chance(40))
		snprintf(to, n, "vm %s %s", vm->name, way);
	else if (vm->nendpoints && chance(85))
		snprintf(to, n, "%s/%s", vm->name,
			 vm->endpoints[below(vm->nendpoints)].name);
	else if (p->ngroups && chance(40))
		snprintf(to, n, "group %s %s",
			 p->groups[below(p->ngroups)].name, way);
	else if (p->nacls && chance(50))
		snprintf(to, n, "acl %s", p->acls[below(p->nacls)].name);
	else if (p->nlbsets)
		snprintf(to, n, "lbset %s", p->lbsets[below(p->nlbsets)].name);
}

static void random_remote(const struct twin_policy *p, char *to, size_t n)
{
	u8 family = random_family();
	struct epacl_ip ip = random_ip(p, family);
	char text[EPACL_IP_TEXT];

	if (p->nsets && chance(30))
		snprintf(to, n, "set %s", p->sets[below(p->nsets)].name);
	else if (chance(30))
		snprintf(to, n, "any");
	else
		snprintf(to, n, "%s/%u", epacl_ip_text(&ip, text),
			 below(epacl_family_bits(family) + 1));
}

static void random_rule_line(const struct twin_policy *p, const char *owner,
			     char *to)
{
	const char *const action = chance(50) ? "permit" : "deny";
	u32 order = 1 + below(chance(40) ? 30 : 60000);
	char remote[80];

	random_remote(p, remote, sizeof(remote));
	if (chance(20))
		snprintf(to, LINE, "--if-exists remove rule %s %u", owner,
			 order);
	else if (chance(15))
		snprintf(to, LINE, "change rules %s default %s", owner, action);
	else if (p->nacls && strncmp(owner, "acl", 3) && chance(8))
		snprintf(to, LINE, "change rules %s use %s", owner,
			 p->acls[below(p->nacls)].name);
	else if (chance(8))
		snprintf(to, LINE, "change rules %s inline", owner);
	else
		snprintf(to, LINE, "add rule %s %u %s %s%s%s", owner, order,
			 action, remote, chance(20) ? " proto 6" : "",
			 chance(10) ? " secure" : "");
}

static void random_set_line(const struct twin_policy *p, char *to)
{
	const char *name = p->sets[below(p->nsets)].name;
	struct epacl_ip ip = random_ip(p, random_family());
	char text[EPACL_IP_TEXT];

	if (ip.family == 4 && chance(50))
		snprintf(to, LINE, "change set %s %s/%u", name,
			 epacl_ip_text(&ip, text), 8 + below(25));
	else
		snprintf(to, LINE, "change set %s more %s", name,
			 epacl_ip_text(&ip, text));
}

/* What changes more than lists. */
static void random_upheaval(const struct twin_policy *p, char *to)
{
	static unsigned int n;
	const struct twin_vm *vm = &p->vms[below(p->nvms)];

	switch (below(5)) {
	case 0:
		snprintf(to, LINE, "add vm new%u", n++);
		break;
	case 1:
		snprintf(to, LINE, "--if-exists remove vm new%u", below(n + 1));
		break;
	case 2:
		snprintf(to, LINE, "add endpoint %s/n%u udp %u", vm->name, n,
			 20000 + n);
		n++;
		break;
	case 3:
		if (vm->nnics) {
			snprintf(to, LINE,
				 "change nic %s dev %s mac 52:54:01:00:%02x:%02x",
				 vm->name, vm->nics[0].dev, n / 256 % 256,
				 n % 256);
			n++;
			break;
		}
		/* fallthrough */
	default:
		snprintf(to, LINE, "change limit rules-per-endpoint %u",
			 1000 + n++);
	}
}

static void random_line(const struct twin_policy *p, bool list, char *to)
{
	char owner[80];

	if (!list && chance(20)) {
		random_upheaval(p, to);
		return;
	}
	if (p->nsets && chance(15)) {
		random_set_line(p, to);
		return;
	}
	do {
		random_owner(p, owner, sizeof(owner));
	} while (!*owner || (list && (!strncmp(owner, "acl", 3) ||
				      !strncmp(owner, "group", 5) ||
				      !strncmp(owner, "lbset", 5))));
	random_rule_line(p, owner, to);
}

/* ---- comparing ---- */

static bool same_layers(const struct epacl_layer *a,
			const struct epacl_layer *b)
{
	return a->acl == b->acl && a->use == b->use && a->owner == b->owner &&
	       a->direction == b->direction && a->name == b->name &&
	       a->part == b->part;
}

static void same_legs(const struct epacl_leg *a, const struct epacl_leg *b)
{
	u32 i;

	ck_assert(!a->vm == !b->vm);
	ck_assert(!a->vm || !strcmp(a->vm, b->vm));
	ck_assert(!a->nic || a->nic->nic == b->nic->nic);
	ck_assert_int_eq(a->direction, b->direction);
	ck_assert_int_eq(a->answer.permit, b->answer.permit);
	ck_assert_int_eq(a->answer.reason, b->answer.reason);
	ck_assert_int_eq(a->answer.nasked, b->answer.nasked);
	for (i = 0; i < a->answer.nasked; i++) {
		ck_assert(same_layers(a->answer.asked[i].layer,
				      b->answer.asked[i].layer));
		ck_assert_ptr_eq(epacl_asked_rule(&a->answer.asked[i]),
				 epacl_asked_rule(&b->answer.asked[i]));
		seen.by_rule += epacl_asked_rule(&a->answer.asked[i]) != NULL;
	}
}

static void ask(const struct model *m, const struct epacl_snapshot *whole,
		const struct twin_policy *p)
{
	struct epacl_explanation a, b;
	struct epacl_question question = {};
	struct epacl_refusal why;
	struct twin_made_up q;
	u32 i;
	int err;

	random_made_up(p, &q);
	question.tuple = q.tuple;
	question.from_host = q.from_host;
	memcpy(question.from, q.from, sizeof(question.from));
	question.security.n = q.secure;
	question.security.reqid[0] = q.reqid;
	err = epacl_explain(m->snap, &m->host, &question, &a, &why);
	ck_assert_int_eq(epacl_explain(whole, &m->host, &question, &b, &why),
			 err);
	if (err)
		return;
	seen.questions++;
	seen.permit += a.permit;
	ck_assert_int_eq(a.permit, b.permit);
	ck_assert_int_eq(a.nlegs, b.nlegs);
	for (i = 0; i < a.nlegs; i++)
		same_legs(&a.legs[i], &b.legs[i]);
}

static void compare(struct model *m, const struct twin_policy *p)
{
	struct epacl_snapshot *whole;
	struct epacl_refusal why;
	u32 i;

	whole = epacl_compile(&m->memory, m->root, &why);
	ck_assert_msg(!IS_ERR(whole), "%s", why.text);
	ck_assert_uint_eq(whole->nvms, m->snap->nvms);
	ck_assert_uint_eq(whole->nnics, m->snap->nnics);
	ck_assert_uint_eq(whole->nsecure, m->snap->nsecure);
	ck_assert_uint_eq(whole->nsets, m->snap->nsets);
	seen.secure += whole->nsecure != 0;
	for (i = 0; i < whole->nsets; i++)
		ck_assert_ptr_eq(whole->sets[i], m->snap->sets[i]);
	for (i = 0; i < whole->nvms; i++)
		ck_assert_ptr_eq(epacl_snapshot_vm(whole, i)->vm,
				 epacl_snapshot_vm(m->snap, i)->vm);
	for (i = 0; i < QUESTIONS; i++)
		ask(m, whole, p);
	epacl_snapshot_free(whole);
}

/* ---- one change after the other ---- */

/* With each allocation failing in turn, what was there stays whole. */
static int change_without_memory(struct model *m, const char *const *lines,
				 u32 n)
{
	const struct epacl_snapshot *before = m->snap;
	s64 used = atomic64_read(&m->memory.used);
	long live = shim_live();
	int err;

	for (m->fail_at = 1;; m->fail_at++) {
		err = model_change(m, lines, n);
		if (err != -ENOMEM)
			break;
		seen.failed++;
		ck_assert_ptr_eq(m->snap, before);
		ck_assert_int_eq(shim_live(), live);
		ck_assert_int_eq(atomic64_read(&m->memory.used), used);
	}
	m->fail_at = 0;
	return err;
}

static void change(struct model *m, const struct twin_policy *p)
{
	static char text[LINES][LINE];
	const struct epacl_cnic *nics = m->snap->nics;
	const char *lines[LINES];
	u32 n = 1 + below(LINES), i;
	bool list = chance(70);
	int err;

	for (i = 0; i < n; i++) {
		random_line(p, list, text[i]);
		lines[i] = text[i];
	}
	if (chance(10))
		err = change_without_memory(m, lines, n);
	else
		err = model_change(m, lines, n);
	seen.changes++;
	seen.refused += err != 0;
	if (err)
		return;
	seen.shared += m->snap->nics == nics;
	/* Where only lists and sets change, everything else is shared. */
	ck_assert(!list || m->snap->nics == nics);
	ck_assert(!m->snap->shares && !m->snap->own_vms &&
		  !m->snap->own_blocks);
	compare(m, p);
}

START_TEST(random_changes)
{
	unsigned long cases = random_cases(6000), n = 0;
	static struct twin_policy p;
	struct model m;
	u32 i;

	random_begin(0xc4a76e);
	while (n < cases) {
		random_model(&m, &p);
		for (i = 0; i < CHANGES; i++, n++)
			change(&m, &p);
		model_free(&m);
		ck_assert_int_eq(shim_live(), 0);
	}
	ck_assert_uint_lt(seen.refused, seen.changes / 2);
	ck_assert_uint_gt(seen.shared, seen.changes / 4);
	ck_assert_uint_lt(seen.shared, seen.changes - seen.changes / 10);
	ck_assert_uint_gt(seen.by_rule, seen.questions / 10);
	ck_assert_uint_gt(seen.permit, seen.questions / 20);
	ck_assert_uint_gt(seen.secure, 0);
	ck_assert_uint_gt(seen.failed, seen.changes / 10);
	if (getenv("TWIN_CASES"))
		fprintf(stderr,
			"%lu changes, %lu refused, %lu shared, %lu without memory, %lu questions, %lu permitted\n",
			seen.changes, seen.refused, seen.shared, seen.failed,
			seen.questions, seen.permit);
}
END_TEST

/* ---- many VMs, in several blocks ---- */

enum { VMS = 3 * EPACL_VM_BLOCK + 7 };

static void build_many(struct model *m)
{
	static char text[3 * VMS][LINE];
	static const char *lines[3 * VMS];
	u32 i;

	for (i = 0; i < VMS; i++) {
		snprintf(text[3 * i], LINE, "add vm v%04u", i);
		snprintf(text[3 * i + 1], LINE,
			 "add nic v%04u dev t%u address 10.1.%u.%u", i, i,
			 1 + i / 250, i % 250);
		snprintf(text[3 * i + 2], LINE, "add endpoint v%04u/web tcp 80",
			 i);
	}
	for (i = 0; i < 3 * VMS; i++)
		lines[i] = text[i];
	ck_assert_int_eq(model_lines(m, lines, 3 * VMS), 0);
}

/* Only what is changed is made anew. */
START_TEST(only_what_changes)
{
	static const u32 which[] = { 0, EPACL_VM_BLOCK - 1, EPACL_VM_BLOCK,
				     2 * EPACL_VM_BLOCK, VMS - 1 };
	static const struct epacl_cvm *before[VMS];
	const struct epacl_vm_block *blocks[4];
	const struct epacl_cvm *cvm;
	char line[LINE];
	const char *lines[] = { line };
	struct model m;
	u32 i, k, at;

	build_many(&m);
	for (k = 0; k < ARRAY_SIZE(which); k++) {
		at = which[k];
		for (i = 0; i < VMS; i++)
			before[i] = epacl_snapshot_vm(m.snap, i);
		memcpy(blocks, m.snap->vms, sizeof(blocks));
		snprintf(line, LINE, "add rule v%04u/web 1 permit any", at);
		ck_assert_int_eq(model_change(&m, lines, 1), 0);
		for (i = 0; i < VMS; i++) {
			cvm = epacl_snapshot_vm(m.snap, i);
			ck_assert((cvm == before[i]) == (i != at));
		}
		for (i = 0; i < ARRAY_SIZE(blocks); i++)
			ck_assert((m.snap->vms[i] == blocks[i]) ==
				  (i != at / EPACL_VM_BLOCK));
		cvm = epacl_snapshot_vm(m.snap, at);
		ck_assert_uint_eq(cvm->endpoints[0].layer.acl->n, 1);
	}
	model_free(&m);
	ck_assert_int_eq(shim_live(), 0);
}
END_TEST

/* A transaction that is given up leaves the snapshot in force as it was. */
START_TEST(given_up)
{
	struct epacl_snapshot *snap;
	struct epacl_refusal why;
	struct epacl_txn txn;
	struct model m;
	long live;

	build_many(&m);
	live = shim_live();
	ck_assert_int_eq(epacl_txn_init(&txn, &m.memory, m.root), 0);
	ck_assert_int_eq(txn_do(&txn, "add rule v0200/web 1 deny any"), 0);
	ck_assert_int_eq(txn_do(&txn, "add rule vm v0000 in 1 deny any"), 0);
	snap = epacl_compile_upon(&m.memory, m.snap, txn.root, &why);
	ck_assert(!IS_ERR(snap) && snap->shares);
	ck_assert_uint_eq(epacl_snapshot_vm(snap, 200)
				  ->endpoints[0]
				  .layer.acl->n,
			  1);
	ck_assert_uint_eq(epacl_snapshot_vm(m.snap, 200)
				  ->endpoints[0]
				  .layer.acl->n,
			  0);
	epacl_snapshot_free(snap);
	epacl_txn_fini(&txn);
	ck_assert_int_eq(shim_live(), live);
	model_free(&m);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("change");
	TCase *random = tcase_create("random"), *many = tcase_create("many");

	tcase_set_timeout(random, 3600);
	tcase_add_test(random, random_changes);
	suite_add_tcase(s, random);
	tcase_set_timeout(many, 120);
	tcase_add_test(many, only_what_changes);
	tcase_add_test(many, given_up);
	suite_add_tcase(s, many);
	return s;
}

int main(void)
{
	return run_suite(suite());
}
