// SPDX-License-Identifier: GPL-2.0-or-later
/* Comparing the kernel's table with what it should be. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <libmnl/libmnl.h>
#include <libnftnl/chain.h>
#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <libnftnl/set.h>
#include <libnftnl/table.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

#include "nat_nl.h"
#include "nat_table.h"

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
	/* What an empty plan knows of sources is in no table. */
	if (empty)
		return 0;
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

int nat_check(struct nat_table *t, bool empty, char *why, size_t whylen)
{
	int i, ret = -EINTR;

	for (i = 0; i < NAT_TRIES && ret == -EINTR; i++)
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
