// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Making the kernel's table what a plan says, and asking whether it is.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <libmnl/libmnl.h>
#include <libnftnl/chain.h>
#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <libnftnl/set.h>
#include <libnftnl/table.h>
#include <libnftnl/udata.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

#include "nat_nl.h"
#include "nat_table.h"

#define TRIES 20 /* while others change the ruleset */
#define CHUNK 300 /* elements in a message: a nest holds 64 KiB at most */
#define OWNER "aclctl: replaced as a whole, do not edit"

/* --- writing ---------------------------------------------------------- */

static int table_comment(struct nftnl_table *table)
{
	struct nftnl_udata_buf *buf;
	int err = -1;

	buf = nftnl_udata_buf_alloc(NFTNL_UDATA_COMMENT_MAXLEN + 2);
	if (!buf)
		return -1;
	if (nftnl_udata_put_strz(buf, NFTNL_UDATA_TABLE_COMMENT, OWNER))
		err = nftnl_table_set_data(table, NFTNL_TABLE_USERDATA,
					   nftnl_udata_buf_data(buf),
					   nftnl_udata_buf_len(buf));
	nftnl_udata_buf_free(buf);
	return err;
}

/* @type: NFT_MSG_NEWTABLE or NFT_MSG_DELTABLE */
static void put_table(struct nat_batch *b, __u16 type)
{
	struct nftnl_table *table = nftnl_table_alloc();
	struct nlmsghdr *nlh;

	if (!table || nftnl_table_set_str(table, NFTNL_TABLE_NAME, NAT_TABLE) ||
	    (type == NFT_MSG_NEWTABLE && table_comment(table))) {
		b->failed = true;
	} else {
		nlh = nat_batch_begin(b, type,
				      type == NFT_MSG_NEWTABLE ? NLM_F_CREATE :
								 0);
		if (nlh) {
			nftnl_table_nlmsg_build_payload(nlh, table);
			nat_batch_end(b, nlh);
		}
	}
	if (table)
		nftnl_table_free(table);
}

static int set_jump(struct nftnl_set_elem *e, const struct nat_elem *elem)
{
	nftnl_set_elem_set_u32(e, NFTNL_SET_ELEM_VERDICT, NFT_JUMP);
	return nftnl_set_elem_set_str(e, NFTNL_SET_ELEM_CHAIN,
				      (const char *)elem->data);
}

static struct nftnl_set_elem *make_elem(const struct nat_set *set,
					const struct nat_elem *elem)
{
	unsigned int len = nat_set_key_len(set), err;
	struct nftnl_set_elem *e = nftnl_set_elem_alloc();
	__u32 flags = nat_set_flags(set);

	if (!e)
		return NULL;
	err = nftnl_set_elem_set(e, NFTNL_SET_ELEM_KEY, elem->key, len);
	if (flags & NFT_SET_CONCAT)
		err |= nftnl_set_elem_set(e, NFTNL_SET_ELEM_KEY_END, elem->end,
					  len);
	if (elem->is_end)
		nftnl_set_elem_set_u32(e, NFTNL_SET_ELEM_FLAGS,
				       NFT_SET_ELEM_INTERVAL_END);
	else if (nat_set_has_verdicts(set))
		err |= set_jump(e, elem);
	else if (flags & NFT_SET_MAP)
		err |= nftnl_set_elem_set(e, NFTNL_SET_ELEM_DATA, elem->data,
					  nat_set_data_len(set));
	if (!err)
		return e;
	nftnl_set_elem_free(e);
	return NULL;
}

/* Elements from number @i on, as many as fit a message. */
static void put_elems(struct nat_batch *b, const struct nat_set *set, __u32 id,
		      size_t i)
{
	struct nftnl_set *s = nat_set_nftnl(set, id);
	size_t end = set->n - i > CHUNK ? i + CHUNK : set->n;
	struct nftnl_set_elem *e;
	struct nlmsghdr *nlh;

	for (; s && i < end; i++) {
		e = make_elem(set, &set->elems[i]);
		if (!e)
			break;
		nftnl_set_elem_add(s, e);
	}
	if (!s || i < end) {
		b->failed = true;
	} else {
		nlh = nat_batch_begin(b, NFT_MSG_NEWSETELEM, NLM_F_CREATE);
		if (nlh) {
			nftnl_set_elems_nlmsg_build_payload(nlh, s);
			nat_batch_end(b, nlh);
		}
	}
	if (s)
		nftnl_set_free(s);
}

static void put_set(struct nat_batch *b, const struct nat_set *set, __u32 id)
{
	struct nftnl_set *s;
	struct nlmsghdr *nlh;

	if (!set->n)
		return;
	s = nat_set_nftnl(set, id);
	if (!s) {
		b->failed = true;
		return;
	}
	nlh = nat_batch_begin(b, NFT_MSG_NEWSET, NLM_F_CREATE);
	if (nlh) {
		nftnl_set_nlmsg_build_payload(nlh, s);
		nat_batch_end(b, nlh);
	}
	nftnl_set_free(s);
}

static int set_hook(struct nftnl_chain *c, const struct nat_hook *hook)
{
	nftnl_chain_set_u32(c, NFTNL_CHAIN_HOOKNUM, hook->hook);
	nftnl_chain_set_s32(c, NFTNL_CHAIN_PRIO, hook->priority);
	nftnl_chain_set_u32(c, NFTNL_CHAIN_POLICY, NF_ACCEPT);
	return nftnl_chain_set_str(c, NFTNL_CHAIN_TYPE, "nat");
}

static void put_chain(struct nat_batch *b, const struct nat_chain *chain)
{
	struct nftnl_chain *c = nftnl_chain_alloc();
	struct nlmsghdr *nlh;

	if (!c || nftnl_chain_set_str(c, NFTNL_CHAIN_TABLE, NAT_TABLE) ||
	    nftnl_chain_set_str(c, NFTNL_CHAIN_NAME, chain->name) ||
	    (chain->hook && set_hook(c, chain->hook))) {
		b->failed = true;
	} else {
		nlh = nat_batch_begin(b, NFT_MSG_NEWCHAIN, NLM_F_CREATE);
		if (nlh) {
			nftnl_chain_nlmsg_build_payload(nlh, c);
			nat_batch_end(b, nlh);
		}
	}
	if (c)
		nftnl_chain_free(c);
}

static void put_rule(struct nat_batch *b, struct nftnl_rule *rule)
{
	struct nlmsghdr *nlh;

	nlh = nat_batch_begin(b, NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND);
	if (!nlh)
		return;
	nftnl_rule_nlmsg_build_payload(nlh, rule);
	nat_batch_end(b, nlh);
}

/*
 * Takes the table away, there or not, and makes it anew unless @t is NULL. Where
 * the kernel has to load a module for a chain or a rule, it does all that came
 * before once more: the elements, which take long, are the last.
 */
static void put_all(struct nat_batch *b, const struct nat_table *t)
{
	size_t i, j;

	put_table(b, NFT_MSG_NEWTABLE);
	put_table(b, NFT_MSG_DELTABLE);
	if (!t)
		return;
	put_table(b, NFT_MSG_NEWTABLE);
	for (i = 0; i < t->n_sets; i++)
		put_set(b, &t->sets[i], i + 1);
	for (i = 0; i < t->n_chains; i++)
		put_chain(b, &t->chains[i]);
	for (i = 0; i < t->n_rules; i++)
		put_rule(b, t->rules[i]);
	for (i = 0; i < t->n_sets; i++)
		for (j = 0; j < t->sets[i].n && !b->failed; j += CHUNK)
			put_elems(b, &t->sets[i], i + 1, j);
}

static int replace(const struct nat_table *t, char *why, size_t whylen)
{
	struct nat_nl *nl = nat_nl_open();
	struct nat_batch b;
	__u32 generation;
	int err;

	if (!nl) {
		err = -errno;
		nat_why(why, whylen, "cannot reach nftables: %s",
			strerror(-err));
		return err;
	}
	nat_batch_init(&b);
	put_all(&b, t);
	err = nat_nl_generation(nl, &generation);
	if (err)
		nat_why(why, whylen, "cannot read from nftables: %s",
			strerror(-err));
	else
		err = nat_batch_send(&b, nl, generation, why, whylen);
	nat_batch_free(&b);
	nat_nl_close(nl);
	return err;
}

/* --- reading ---------------------------------------------------------- */

/**
 * struct check - comparison of the kernel's table with what it should be
 * @t: what it should be
 * @nl: socket
 * @found: the table is there
 * @use: chains, sets and other objects in it, as the kernel counts them
 * @chains: of ours, found as they should be
 * @sets: likewise
 * @rules: for each chain, the number of rules found in their place
 * @last: the chain or set that was found last
 * @elems: the set that is being read
 * @differs: something is not as it should be, and @why says what
 */
struct check {
	struct nat_table *t;
	struct nat_nl *nl;
	bool found;
	__u32 use;
	size_t chains;
	size_t sets;
	size_t *rules;
	size_t last;
	struct nat_set elems;
	bool differs;
	char *why;
	size_t whylen;
};

#define differ(c, ...)                                               \
	do {                                                         \
		if (!(c)->differs)                                   \
			nat_why((c)->why, (c)->whylen, __VA_ARGS__); \
		(c)->differs = true;                                 \
	} while (0)

static bool ours(const char *table)
{
	return table && !strcmp(table, NAT_TABLE);
}

static int table_cb(const struct nlmsghdr *nlh, void *data)
{
	struct nftnl_table *table = nftnl_table_alloc();
	struct check *c = data;
	int ret = MNL_CB_ERROR;

	if (table && !nftnl_table_nlmsg_parse(nlh, table)) {
		ret = MNL_CB_OK;
		if (ours(nftnl_table_get_str(table, NFTNL_TABLE_NAME))) {
			c->found = true;
			c->use = nftnl_table_get_u32(table, NFTNL_TABLE_USE);
			if (nftnl_table_get_u32(table, NFTNL_TABLE_FLAGS))
				differ(c, "table %s is dormant or owned",
				       NAT_TABLE);
		}
	}
	if (table)
		nftnl_table_free(table);
	return ret;
}

/*
 * The kernel names chains and sets in the order in which they were made, so the
 * search begins where the last one ended. Return: the chain or NULL.
 */
static const struct nat_chain *find_chain(struct check *c, const char *name)
{
	size_t i, n = c->t->n_chains;

	c->last %= n;
	for (i = 0; i < n; i++) {
		const struct nat_chain *chain = &c->t->chains[c->last];

		if (!strcmp(chain->name, name))
			return chain;
		c->last = (c->last + 1) % n;
	}
	return NULL;
}

static const struct nat_set *find_set(struct check *c, const char *name)
{
	size_t i, n = c->t->n_sets;

	c->last %= n;
	for (i = 0; i < n; i++) {
		const struct nat_set *set = &c->t->sets[c->last];

		if (!strcmp(set->name, name))
			return set->n ? set : NULL;
		c->last = (c->last + 1) % n;
	}
	return NULL;
}

/* @hook: NULL if it should be none */
static bool same_hook(const struct nftnl_chain *chain,
		      const struct nat_hook *hook)
{
	const char *type = nftnl_chain_get_str(chain, NFTNL_CHAIN_TYPE);

	if (!hook)
		return !type && !nftnl_chain_is_set(chain, NFTNL_CHAIN_HOOKNUM);
	return type && !strcmp(type, "nat") &&
	       nftnl_chain_get_u32(chain, NFTNL_CHAIN_HOOKNUM) == hook->hook &&
	       nftnl_chain_get_s32(chain, NFTNL_CHAIN_PRIO) == hook->priority &&
	       nftnl_chain_get_u32(chain, NFTNL_CHAIN_POLICY) == NF_ACCEPT;
}

static void check_chain(struct check *c, const struct nftnl_chain *chain)
{
	const char *name = nftnl_chain_get_str(chain, NFTNL_CHAIN_NAME);
	const struct nat_chain *want = find_chain(c, name);

	if (!want)
		differ(c, "chain %s is not ours", name);
	else if (!same_hook(chain, want->hook))
		differ(c, "chain %s is not the hook that it should be", name);
	else
		c->chains++;
}

static int chain_cb(const struct nlmsghdr *nlh, void *data)
{
	struct nftnl_chain *chain = nftnl_chain_alloc();
	int ret = MNL_CB_ERROR;

	if (chain && !nftnl_chain_nlmsg_parse(nlh, chain)) {
		ret = MNL_CB_OK;
		if (ours(nftnl_chain_get_str(chain, NFTNL_CHAIN_TABLE)))
			check_chain(data, chain);
	}
	if (chain)
		nftnl_chain_free(chain);
	return ret;
}

/* An expression as netlink attributes. Return: their length. */
static size_t expr_bytes(struct nftnl_expr *e, char *buf)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);

	nftnl_expr_build_payload(nlh, e);
	return nlh->nlmsg_len;
}

/*
 * By their names first: the expressions that we use are small, others need not
 * be.
 */
static bool same_expr(struct nftnl_expr *a, struct nftnl_expr *b)
{
	_Alignas(8) char x[4096] = "", y[4096] = ""; /* padding counts */
	size_t n;

	if (strcmp(nftnl_expr_get_str(a, NFTNL_EXPR_NAME),
		   nftnl_expr_get_str(b, NFTNL_EXPR_NAME)))
		return false;
	n = expr_bytes(a, x);
	return n == expr_bytes(b, y) && !memcmp(x, y, n);
}

static bool same_rule(struct nftnl_rule *a, struct nftnl_rule *b)
{
	struct nftnl_expr_iter *i = nftnl_expr_iter_create(a);
	struct nftnl_expr_iter *j = nftnl_expr_iter_create(b);
	struct nftnl_expr *x, *y;
	bool same = false;

	while (i && j) {
		x = nftnl_expr_iter_next(i);
		y = nftnl_expr_iter_next(j);
		same = !x && !y;
		if (!x || !y || !same_expr(x, y))
			break;
	}
	if (i)
		nftnl_expr_iter_destroy(i);
	if (j)
		nftnl_expr_iter_destroy(j);
	return same;
}

/* A rule must be the first of its chain that has not been found yet. */
static void check_rule(struct check *c, struct nftnl_rule *rule)
{
	const char *name = nftnl_rule_get_str(rule, NFTNL_RULE_CHAIN);
	const struct nat_chain *chain = find_chain(c, name);
	size_t *seen = &c->rules[c->last];

	if (!chain || *seen == chain->n_rules)
		differ(c, "chain %s has a rule too many", name);
	else if (!same_rule(c->t->rules[chain->first + *seen], rule))
		differ(c, "a rule of chain %s differs", name);
	else
		++*seen;
}

static int rule_cb(const struct nlmsghdr *nlh, void *data)
{
	struct nftnl_rule *rule = nftnl_rule_alloc();
	int ret = MNL_CB_ERROR;

	if (rule && !nftnl_rule_nlmsg_parse(nlh, rule)) {
		ret = MNL_CB_OK;
		if (ours(nftnl_rule_get_str(rule, NFTNL_RULE_TABLE)))
			check_rule(data, rule);
	}
	if (rule)
		nftnl_rule_free(rule);
	return ret;
}

static bool same_attr(const struct nftnl_set *a, const struct nftnl_set *b,
		      __u16 attr)
{
	return nftnl_set_get_u32(a, attr) == nftnl_set_get_u32(b, attr);
}

static bool same_fields(const struct nftnl_set *a, const struct nftnl_set *b)
{
	uint32_t na = 0, nb = 0;
	const void *x = nftnl_set_get_data(a, NFTNL_SET_DESC_CONCAT, &na);
	const void *y = nftnl_set_get_data(b, NFTNL_SET_DESC_CONCAT, &nb);

	if (!x || !y)
		return x == y;
	return na == nb && !memcmp(x, y, na);
}

/* How long a verdict is, is the kernel's own affair. */
static bool same_data(const struct nftnl_set *a, const struct nftnl_set *b,
		      const struct nat_set *set)
{
	if (nat_set_has_verdicts(set))
		return same_attr(a, b, NFTNL_SET_DATA_TYPE);
	return same_attr(a, b, NFTNL_SET_DATA_LEN);
}

static void check_set(struct check *c, const struct nftnl_set *s)
{
	const char *name = nftnl_set_get_str(s, NFTNL_SET_NAME);
	const struct nat_set *set = find_set(c, name);
	struct nftnl_set *want;

	if (!set) {
		differ(c, "set %s is not ours", name);
		return;
	}
	want = nat_set_nftnl(set, 1);
	if (!want || !same_attr(s, want, NFTNL_SET_FLAGS) ||
	    !same_attr(s, want, NFTNL_SET_KEY_LEN) ||
	    !same_data(s, want, set) || !same_fields(s, want))
		differ(c, "set %s is not what it should be", name);
	else
		c->sets++;
	if (want)
		nftnl_set_free(want);
}

static int set_cb(const struct nlmsghdr *nlh, void *data)
{
	struct nftnl_set *s = nftnl_set_alloc();
	int ret = MNL_CB_ERROR;

	if (s && !nftnl_set_nlmsg_parse(nlh, s)) {
		ret = MNL_CB_OK;
		if (ours(nftnl_set_get_str(s, NFTNL_SET_TABLE)))
			check_set(data, s);
	}
	if (s)
		nftnl_set_free(s);
	return ret;
}

/* Copies a value, which must not be longer than @max. */
static bool copy(struct nftnl_set_elem *e, __u16 attr, __u8 *to, size_t max)
{
	const void *value;
	uint32_t len;

	if (!nftnl_set_elem_is_set(e, attr))
		return true;
	value = nftnl_set_elem_get(e, attr, &len);
	if (!value || len > max)
		return false;
	memcpy(to, value, len);
	return true;
}

/* Copies the name of the chain that it jumps to, if it does. */
static bool copy_jump(struct nftnl_set_elem *e, __u8 *to)
{
	const char *chain;
	size_t len;

	if (!nftnl_set_elem_is_set(e, NFTNL_SET_ELEM_VERDICT))
		return true;
	chain = nftnl_set_elem_get_str(e, NFTNL_SET_ELEM_CHAIN);
	len = chain ? strlen(chain) : NAT_DATA_MAX;
	if (nftnl_set_elem_get_u32(e, NFTNL_SET_ELEM_VERDICT) !=
		    (__u32)NFT_JUMP ||
	    len >= NAT_DATA_MAX)
		return false;
	memcpy(to, chain, len);
	return true;
}

static int elem_cb(struct nftnl_set_elem *e, void *data)
{
	struct nat_elem elem = { .is_end = 0 };
	struct check *c = data;
	__u32 flags = 0;

	if (nftnl_set_elem_is_set(e, NFTNL_SET_ELEM_FLAGS))
		flags = nftnl_set_elem_get_u32(e, NFTNL_SET_ELEM_FLAGS);
	elem.is_end = flags & NFT_SET_ELEM_INTERVAL_END;
	if (flags & ~NFT_SET_ELEM_INTERVAL_END ||
	    nftnl_set_elem_is_set(e, NFTNL_SET_ELEM_EXPR) ||
	    nftnl_set_elem_is_set(e, NFTNL_SET_ELEM_TIMEOUT) ||
	    !copy(e, NFTNL_SET_ELEM_KEY, elem.key, NAT_KEY_MAX) ||
	    !copy(e, NFTNL_SET_ELEM_KEY_END, elem.end, NAT_KEY_MAX) ||
	    !copy(e, NFTNL_SET_ELEM_DATA, elem.data, NAT_DATA_MAX) ||
	    !copy_jump(e, elem.data)) {
		differ(c, "an element of set %s is not ours", c->elems.name);
		return 0;
	}
	return nat_set_add(&c->elems, &elem);
}

static int elems_cb(const struct nlmsghdr *nlh, void *data)
{
	struct nftnl_set *s = nftnl_set_alloc();
	int ret = MNL_CB_ERROR;

	if (s && !nftnl_set_elems_nlmsg_parse(nlh, s) &&
	    !nftnl_set_elem_foreach(s, elem_cb, data))
		ret = MNL_CB_OK;
	if (s)
		nftnl_set_free(s);
	return ret;
}

static int check_elems(struct check *c, const struct nat_set *want)
{
	struct nftnl_set *s = nat_set_nftnl(want, 1);
	int err;

	if (!s)
		return -ENOMEM;
	nftnl_set_elems_nlmsg_build_payload(
		nat_nl_dump_begin(c->nl, NFT_MSG_GETSETELEM), s);
	nftnl_set_free(s);
	c->elems.kind = want->kind;
	c->elems.family = want->family;
	memcpy(c->elems.name, want->name, sizeof(want->name));
	err = nat_nl_dump(c->nl, elems_cb, c);
	if (!err) {
		nat_set_sort(&c->elems);
		if (c->elems.n != want->n ||
		    memcmp(c->elems.elems, want->elems,
			   want->n * sizeof(*want->elems)))
			differ(c, "the elements of set %s differ", want->name);
	}
	nat_set_free(&c->elems);
	return err;
}

/* After all has been read: what is missing, and what there is beyond it. */
static void check_counts(struct check *c)
{
	const struct nat_table *t = c->t;
	size_t i, sets = 0, rules = 0;

	for (i = 0; i < t->n_sets; i++)
		sets += t->sets[i].n > 0;
	for (i = 0; i < t->n_chains; i++)
		rules += c->rules[i];
	if (c->chains != t->n_chains || c->sets != sets)
		differ(c, "a chain or set of table %s is missing", NAT_TABLE);
	if (rules != t->n_rules)
		differ(c, "a rule of table %s is missing", NAT_TABLE);
	if (c->use != t->n_chains + sets)
		differ(c, "table %s holds things that are not ours", NAT_TABLE);
}

/* Everything but the elements. */
static int check_frame(struct check *c)
{
	int err;

	nat_nl_dump_begin(c->nl, NFT_MSG_GETTABLE);
	err = nat_nl_dump(c->nl, table_cb, c);
	if (err || !c->found)
		return err;
	nat_nl_dump_begin(c->nl, NFT_MSG_GETCHAIN);
	err = nat_nl_dump(c->nl, chain_cb, c);
	if (err)
		return err;
	mnl_attr_put_strz(nat_nl_dump_begin(c->nl, NFT_MSG_GETSET),
			  NFTA_SET_TABLE, NAT_TABLE);
	err = nat_nl_dump(c->nl, set_cb, c);
	if (err)
		return err;
	mnl_attr_put_strz(nat_nl_dump_begin(c->nl, NFT_MSG_GETRULE),
			  NFTA_RULE_TABLE, NAT_TABLE);
	err = nat_nl_dump(c->nl, rule_cb, c);
	if (!err)
		check_counts(c);
	return err;
}

static int check_all(struct check *c, bool empty)
{
	int err = check_frame(c);
	size_t i;

	if (err)
		return err;
	if (c->found == empty)
		differ(c, "table %s %s", NAT_TABLE,
		       empty ? "should not be there" : "is missing");
	for (i = 0; i < c->t->n_sets && !c->differs && !err; i++)
		if (c->t->sets[i].n)
			err = check_elems(c, &c->t->sets[i]);
	return err;
}

/* Return: 0, -EINTR if the ruleset changed meanwhile, or another -errno. */
static int check_stable(struct check *c, bool empty)
{
	__u32 before, after;
	int err;

	err = nat_nl_generation(c->nl, &before);
	if (err)
		return err;
	err = check_all(c, empty);
	/* What was not found was there just before. */
	if (err)
		return err == -ENOENT ? -EINTR : err;
	err = nat_nl_generation(c->nl, &after);
	if (err)
		return err;
	return before == after ? 0 : -EINTR;
}

/*
 * Reads the kernel's table once. Return: as nat_is_installed(), or -EINTR if
 * the ruleset changed meanwhile.
 */
static int compare_once(struct nat_table *t, bool empty, char *why,
			size_t whylen)
{
	struct check c = { .t = t, .why = why, .whylen = whylen };
	int err;

	c.rules = calloc(t->n_chains, sizeof(*c.rules));
	if (!c.rules)
		return -ENOMEM;
	c.nl = nat_nl_open();
	err = c.nl ? check_stable(&c, empty) : -errno;
	nat_nl_close(c.nl);
	free(c.rules);
	return err ? err : !c.differs;
}

static int compare_table(struct nat_table *t, bool empty, char *why,
			 size_t whylen)
{
	int i, ret = -EINTR;

	for (i = 0; i < TRIES && ret == -EINTR; i++)
		ret = compare_once(t, empty, why, whylen);
	if (ret == -EOPNOTSUPP || ret == -EPROTONOSUPPORT) {
		nat_why(why, whylen, "this kernel has no nftables");
		return empty;
	}
	if (ret == -EINTR) {
		ret = -EAGAIN;
		nat_why(why, whylen, "others keep changing nftables");
	} else if (ret < 0) {
		nat_why(why, whylen, "cannot read from nftables: %s",
			strerror(-ret));
	}
	return ret;
}

/* --- what the rest of the tool sees ----------------------------------- */

/**
 * nat_is_installed - does the kernel hold a plan?
 * @plan: what the table should hold; nothing: then it should not be there
 * @why: receives a sentence about what differs, or failed
 * @whylen: size of @why
 *
 * All of the table is read back and compared: chains with their hooks, rules
 * expression by expression, sets element by element.
 *
 * Return: 1 if the table is exactly what nat_install() would make of @plan; 0
 * if something is missing, different or in excess; -EINVAL if @plan has
 * overlapping ranges; -EAGAIN if others kept changing nftables meanwhile;
 * -EPERM without CAP_NET_ADMIN; -ENOMEM or another -errno.
 */
int nat_is_installed(const struct nat_plan *plan, char *why, size_t whylen)
{
	struct nat_table t;
	int ret;

	ret = nat_table_build(&t, plan, why, whylen);
	if (!ret)
		ret = compare_table(&t, nat_plan_empty(plan), why, whylen);
	nat_table_free(&t);
	return ret;
}

/* One attempt; an empty plan leaves nftables alone where there is no table. */
static int install_once(struct nat_table *t, bool empty, char *why,
			size_t whylen)
{
	int ret;

	if (!empty)
		return replace(t, why, whylen);
	ret = compare_table(t, true, why, whylen);
	if (ret)
		return ret < 0 ? ret : 0;
	return replace(NULL, why, whylen);
}

/**
 * nat_install - replace our table, in one nftables transaction
 * @plan: what it shall hold; if that is nothing, the table goes
 * @why: receives a sentence where it fails
 * @whylen: size of @why
 *
 * A packet sees the old or the new table. Connections keep the translation
 * that they have. Modules are loaded by the kernel as needed.
 *
 * Return: 0; -EINVAL if ranges of public ports overlap; -EAGAIN if others kept
 * changing nftables meanwhile; -EPERM without CAP_NET_ADMIN; -ENOMEM; or
 * another -errno from the kernel. On failure nothing has changed.
 */
int nat_install(const struct nat_plan *plan, char *why, size_t whylen)
{
	struct nat_table t;
	int i, ret;

	ret = nat_table_build(&t, plan, why, whylen);
	if (!ret)
		ret = -ERESTART;
	for (i = 0; i < TRIES && ret == -ERESTART; i++)
		ret = install_once(&t, nat_plan_empty(plan), why, whylen);
	if (ret == -ERESTART) {
		ret = -EAGAIN;
		nat_why(why, whylen, "others keep changing nftables");
	}
	nat_table_free(&t);
	return ret;
}
