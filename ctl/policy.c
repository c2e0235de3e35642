// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "netlink.h"
#include "policy.h"

/* How often a read is tried while the policy moves on under it. */
#define READ_TRIES 20

/**
 * struct reading - a dump on its way into a policy
 * @policy: receives the objects
 * @torn: they are of different generations
 * @begun: the first message has been read
 */
struct reading {
	struct policy *policy;
	bool torn;
	bool begun;
};

static char *object_name(const struct kind *k, const struct nlattr *nest)
{
	const struct word *key = k->words;
	struct buf b = { 0 };
	struct view v;

	buf_add(&b, "%s", "");
	if (key->flags & W_KEY) {
		view_init(&v, k, nest, NULL);
		key->codec->text(&b, key, &v);
	}
	return b.s;
}

static void add_object(struct policy *policy, const struct kind *k,
		       const struct nlattr *nest)
{
	policy->objects = grow(policy->objects, policy->n, &policy->room,
			       sizeof(*policy->objects));
	policy->objects[policy->n++] = (struct object){
		.kind = k,
		.name = object_name(k, nest),
		.nest = copy(nest, nest->nla_len),
	};
}

static void read_object(const struct nlmsghdr *nlh, void *arg)
{
	struct reading *r = arg;
	struct nl_attrs attrs;
	__u64 generation;
	unsigned int i;

	nl_parse(nlh, &attrs);
	generation = attr_number(attrs.tb[EPACL_A_GENERATION]);
	if (r->begun && generation != r->policy->generation)
		r->torn = true;
	r->policy->generation = generation;
	r->begun = true;
	for (i = 0; i <= EPACL_A_MAX; i++)
		if (attrs.tb[i] && kind_by_attr(i))
			add_object(r->policy, kind_by_attr(i), attrs.tb[i]);
}

static int compare_objects(const void *a, const void *b)
{
	const struct object *oa = *(const struct object *const *)a;
	const struct object *ob = *(const struct object *const *)b;
	int by_name;

	if (oa->kind != ob->kind)
		return oa->kind < ob->kind ? -1 : 1;
	by_name = strcmp(oa->name, ob->name);
	if (by_name)
		return by_name;
	return oa < ob ? -1 : oa > ob;
}

static void make_index(struct policy *policy)
{
	size_t i;

	policy->index = calloc(policy->n + 1, sizeof(*policy->index));
	if (!policy->index)
		out_of_memory();
	for (i = 0; i < policy->n; i++)
		policy->index[i] = &policy->objects[i];
	qsort(policy->index, policy->n, sizeof(*policy->index),
	      compare_objects);
}

static int run_query(struct nl *nl, __u64 txn, const struct query *q,
		     struct reading *r)
{
	struct nlmsghdr *nlh = nl_start(nl, EPACL_CMD_GET, NLM_F_DUMP, txn);
	struct nlattr *nest;

	if (q->len) {
		nl_append(nlh, q->attrs, q->len);
	} else if (q->kind) {
		nest = mnl_attr_nest_start(nlh, q->kind->attr);
		mnl_attr_nest_end(nlh, nest);
	}
	return nl_run(nl, nlh, read_object, r);
}

static int try_read(struct nl *nl, __u64 txn, const struct query *queries,
		    size_t n, struct policy *policy)
{
	struct reading r = { .policy = policy };
	size_t i;
	int err;

	memset(policy, 0, sizeof(*policy));
	for (i = 0; i < n; i++) {
		err = run_query(nl, txn, &queries[i], &r);
		if (err && err != -ENOENT)
			return err;
	}
	return r.torn ? -EAGAIN : 0;
}

/**
 * policy_read - read a policy, or parts of it
 * @nl: the socket
 * @at: what wants it
 * @txn: as this transaction has made it so far; 0: the one in force
 * @queries: which parts; all come from one and the same policy
 * @n: their number
 * @policy: receives them; to be freed whatever comes back
 *
 * That there is nothing of a name is no refusal: nothing is received then.
 *
 * Return: DONE, or REFUSED once it has been said why.
 */
enum status policy_read(struct nl *nl, const struct place *at, __u64 txn,
			const struct query *queries, size_t n,
			struct policy *policy)
{
	int i, err = -EAGAIN;

	for (i = 0; i < READ_TRIES; i++) {
		err = try_read(nl, txn, queries, n, policy);
		if (err != -EAGAIN)
			break;
		policy_free(policy);
	}
	make_index(policy);
	if (!err)
		return DONE;
	if (err == -EAGAIN) {
		say(at, "the policy changes faster than it can be read");
		return REFUSED;
	}
	return nl_refused(&nl->fault, at, err);
}

void policy_free(struct policy *policy)
{
	size_t i;

	for (i = 0; i < policy->n; i++) {
		free(policy->objects[i].name);
		free(policy->objects[i].nest);
	}
	free(policy->objects);
	free(policy->index);
	memset(policy, 0, sizeof(*policy));
}

/* The object at @pos of the index, if it has that kind and name. */
static const struct object *object_at(const struct policy *policy,
				      const struct kind *k, const char *name,
				      size_t pos)
{
	const struct object *o;

	if (pos >= policy->n)
		return NULL;
	o = policy->index[pos];
	return o->kind == k && !strcmp(o->name, name) ? o : NULL;
}

/**
 * policy_find - the first object of a kind and name
 * @policy: where; NULL: nothing is found
 * @k: the kind
 * @name: its first key
 * @pos: receives its place, for policy_next()
 *
 * Return: the object, or NULL.
 */
const struct object *policy_find(const struct policy *policy,
				 const struct kind *k, const char *name,
				 size_t *pos)
{
	size_t lo = 0, hi = policy ? policy->n : 0;
	size_t mid;

	while (lo < hi) {
		const struct object *o;

		mid = lo + (hi - lo) / 2;
		o = policy->index[mid];
		if (o->kind < k || (o->kind == k && strcmp(o->name, name) < 0))
			lo = mid + 1;
		else
			hi = mid;
	}
	*pos = lo;
	return policy ? object_at(policy, k, name, lo) : NULL;
}

const struct object *policy_next(const struct policy *policy,
				 const struct kind *k, const char *name,
				 size_t *pos)
{
	return object_at(policy, k, name, ++*pos);
}

void policy_view(const struct policy *policy, const struct object *o,
		 struct view *v)
{
	view_init(v, o->kind, o->nest, policy);
}
