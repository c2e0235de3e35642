// SPDX-License-Identifier: GPL-2.0-or-later
/* Making the kernel's table what it should be. */
#include <errno.h>
#include <string.h>
#include <libmnl/libmnl.h>
#include <libnftnl/chain.h>
#include <libnftnl/rule.h>
#include <libnftnl/set.h>
#include <libnftnl/table.h>
#include <libnftnl/udata.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

#include "nat_nl.h"
#include "nat_table.h"

#define CHUNK 300 /* elements in a message: a nest holds 64 KiB at most */
#define OWNER "aclctl: replaced as a whole, do not edit"

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

int nat_write(const struct nat_table *t, char *why, size_t whylen)
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
