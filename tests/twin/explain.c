// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Random policies, questions about them, and the answers of the twin, in files
 * that aclctl and ip take.
 *
 * usage: twin-explain SEED POLICIES QUESTIONS DIR
 *
 * For each policy N from 0 on:
 *   DIR/N.ip    lines for ip -batch: which interfaces are on which bridge
 *   DIR/N.acl   the policy, upon what was there before
 *   DIR/N.ask   explain lines
 *   DIR/N.want  what aclctl -j should answer to each
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <linux/kernel.h>
#include "world.h"

static FILE *file(const char *dir, unsigned long number, const char *what)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%lu.%s", dir, number, what);
	f = fopen(path, "w");
	if (!f) {
		perror(path);
		exit(2);
	}
	return f;
}

static int write_line(void *arg, const char *line)
{
	fprintf(arg, "%s\n", line);
	return 0;
}

static void write_bridges(const struct twin_policy *p, FILE *f)
{
	const struct twin_nic *nic;
	unsigned int i, k;

	for (i = 0; i < p->nvms; i++)
		for (k = 0; k < p->vms[i].nnics; k++) {
			nic = &p->vms[i].nics[k];
			if (nic->bridge)
				fprintf(f, "link set %s master bridge%d\n",
					nic->dev, nic->bridge);
			else
				fprintf(f, "link set %s nomaster\n", nic->dev);
		}
}

/* ---- questions ---- */

static void write_socket(FILE *f, const struct epacl_ip *ip, u16 port,
			 bool has_port)
{
	char text[EPACL_IP_TEXT];

	epacl_ip_text(ip, text);
	if (!has_port)
		fprintf(f, " %s", text);
	else if (ip->family == 6)
		fprintf(f, " [%s]:%u", text, port);
	else
		fprintf(f, " %s:%u", text, port);
}

static void write_question(FILE *f, const struct twin_made_up *q)
{
	const struct epacl_tuple *t = &q->tuple;
	bool has_ports = twin_has_ports(t->proto);

	fprintf(f, "explain %u", t->proto);
	write_socket(f, &t->src, t->sport, has_ports);
	write_socket(f, &t->dst, t->dport, has_ports);
	if (q->from_host)
		fprintf(f, " from host");
	else if (q->from[0])
		fprintf(f, " from %s", q->from);
	if (q->secure)
		fprintf(f, " secure");
	if (q->reqid)
		fprintf(f, " reqid %u", q->reqid);
	if (t->proto == 1 || t->proto == 58)
		fprintf(f, " type %u/%u", t->type, t->code);
	fprintf(f, "\n");
}

/* ---- answers, in the words of the tool ---- */

static const char *verdict(bool permit)
{
	return permit ? "permit" : "drop";
}

static const char *direction(u8 of)
{
	return of == EPACL_IN ? "in" : "out";
}

static void write_owner(FILE *f, const struct twin_asked *asked)
{
	switch (asked->owner) {
	case EPACL_OWNER_ENDPOINT:
		fprintf(f, "\"%s/%s\"", asked->name, asked->part);
		break;
	case EPACL_OWNER_LBSET:
		fprintf(f, "\"lbset %s\"", asked->name);
		break;
	case EPACL_OWNER_SUBNET:
		fprintf(f, "\"subnet %s/%s %s\"", asked->name, asked->part,
			direction(asked->direction));
		break;
	case EPACL_OWNER_GROUP:
		fprintf(f, "\"group %s %s\"", asked->name,
			direction(asked->direction));
		break;
	default:
		fprintf(f, "\"vm %s %s\"", asked->name,
			direction(asked->direction));
		break;
	}
}

static void write_order(FILE *f, int order)
{
	if (order)
		fprintf(f, ",\"order\":%d", order);
	else
		fprintf(f, ",\"order\":null");
}

static void write_layers(FILE *f, const struct twin_answer *answer)
{
	unsigned int i;

	fprintf(f, ",\"layers\":[");
	for (i = 0; i < answer->nasked; i++) {
		fprintf(f, "%s{\"owner\":", i ? "," : "");
		write_owner(f, &answer->asked[i]);
		fprintf(f, ",\"verdict\":\"%s\"",
			verdict(answer->asked[i].permit));
		write_order(f, answer->asked[i].order);
		fprintf(f, "}");
	}
	fprintf(f, "]");
}

/* The layer that denied; NULL: none did. */
static const struct twin_asked *denier(const struct twin_answer *answer)
{
	if (!answer->nasked || answer->asked[answer->nasked - 1].permit)
		return NULL;
	return &answer->asked[answer->nasked - 1];
}

static void write_leg(FILE *f, const struct twin_policy *p,
		      const struct twin_leg *leg)
{
	const struct twin_asked *by = denier(&leg->answer);

	if (leg->at.vm < 0)
		fprintf(f, "{\"vm\":null");
	else
		fprintf(f, "{\"vm\":\"%s\"", p->vms[leg->at.vm].name);
	fprintf(f, ",\"direction\":\"%s\",\"verdict\":\"%s\"",
		direction(leg->direction), verdict(leg->answer.permit));
	fprintf(f, ",\"reason\":\"%s\",\"owner\":",
		reason_word(leg->answer.reason));
	if (by)
		write_owner(f, by);
	else
		fprintf(f, "null");
	write_order(f, by ? by->order : 0);
	if (by && by->use)
		fprintf(f, ",\"acl\":\"%s\"", by->use);
	else
		fprintf(f, ",\"acl\":null");
	write_layers(f, &leg->answer);
	fprintf(f, "}");
}

static void write_answer(FILE *f, const struct twin_policy *p,
			 const struct twin_explanation *x)
{
	unsigned int i;

	fprintf(f, "{\"verdict\":\"%s\",\"legs\":[", verdict(x->permit));
	for (i = 0; i < x->nlegs; i++) {
		if (i)
			fprintf(f, ",");
		write_leg(f, p, &x->legs[i]);
	}
	fprintf(f, "]}\n");
}

/* ---- files ---- */

static void write_policy(const char *dir, unsigned long n,
			 const struct twin_policy *p)
{
	FILE *f = file(dir, n, "acl");

	fprintf(f, "flush\n");
	policy_lines(p, write_line, f);
	fclose(f);
	f = file(dir, n, "ip");
	write_bridges(p, f);
	fclose(f);
}

static void write_questions(const char *dir, unsigned long n,
			    const struct twin_policy *p, unsigned long count)
{
	FILE *ask = file(dir, n, "ask"), *want = file(dir, n, "want");
	struct twin_explanation x;
	struct twin_made_up q;

	while (count) {
		random_made_up(p, &q);
		twin_explain(p, &q, &x);
		if (x.refused)
			continue;
		write_question(ask, &q);
		write_answer(want, p, &x);
		count--;
	}
	fclose(ask);
	fclose(want);
}

int main(int argc, char **argv)
{
	static struct twin_policy p;
	unsigned long i, policies;

	if (argc != 5) {
		fputs("usage: twin-explain SEED POLICIES QUESTIONS DIR\n",
		      stderr);
		return 2;
	}
	random_begin(strtoull(argv[1], NULL, 0));
	policies = strtoul(argv[2], NULL, 0);
	for (i = 0; i < policies; i++) {
		do {
			random_policy(&p);
		} while (!policy_is_valid(&p));
		write_policy(argv[4], i, &p);
		write_questions(argv[4], i, &p, strtoul(argv[3], NULL, 0));
	}
	return 0;
}
