// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One policy in two forms.
 */
#include <stdio.h>
#include <stdlib.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <shim.h>
#include "model_builder.h"
#include "ops.h"
#include "station.h"

/* ---- the host ---- */

static const struct model *model_of(const struct epacl_host *host)
{
	return container_of(host, const struct model, host);
}

static bool host_owns_ip(const struct epacl_host *host,
			 const struct epacl_ip *ip)
{
	const struct twin_policy *p = model_of(host)->twin;

	return p && twin_is_host(p, ip);
}

/* Does a nic other than that of @ask use @number as its MAC? */
static bool mac_is_used(const struct epacl_ask *ask, u64 number)
{
	const struct epacl_cnic *nic;
	u32 i;

	for (i = 0; i < ask->snap->nnics; i++) {
		nic = &ask->snap->nics[i];
		if (nic != ask->nic &&
		    number == (nic->nic->has_mac ?
				       epacl_mac_number(nic->nic->mac) :
				       epacl_station_mac(nic->nic->station)))
			return true;
	}
	return false;
}

static bool host_learn_mac(const struct epacl_ask *ask, const u8 *mac)
{
	const struct twin_policy *p = model_of(ask->host)->twin;
	u64 number = epacl_mac_number(mac);

	if (mac[0] & 1 || !number || mac_is_used(ask, number) ||
	    (p && !memcmp(p->host_mac, mac, ETH_ALEN)))
		return false;
	return epacl_station_learn_mac(ask->nic->nic->station, number);
}

static bool host_learn_link_local(const struct epacl_ask *ask,
				  const struct epacl_ip *ip)
{
	u32 cursor = 0, i;

	if (ask->host->owns_ip(ask->host, ip) ||
	    epacl_snapshot_nics(ask->snap, ip, &cursor))
		return false;
	for (i = 0; i < ask->snap->nnics; i++)
		if (&ask->snap->nics[i] != ask->nic &&
		    epacl_nic_has_link_local(&ask->snap->nics[i], ip))
			return false;
	return epacl_station_learn_link_local(ask->nic->nic->station, ip);
}

static int bridge_of(const struct model *m, const struct epacl_cnic *nic)
{
	struct twin_at at = { .vm = -1 };

	if (m->twin)
		at = twin_nic_by_dev(m->twin, nic->nic->dev);
	return at.vm < 0 ? 0 : m->twin->vms[at.vm].nics[at.nic].bridge;
}

/* Every name but one is an interface. */
static bool host_has_dev(const struct epacl_host *host, const char *name)
{
	(void)host;
	return strcmp(name, "nowhere0");
}

static bool host_same_bridge(const struct epacl_host *host,
			     const struct epacl_cnic *a,
			     const struct epacl_cnic *b)
{
	const struct model *m = model_of(host);

	return bridge_of(m, a) && bridge_of(m, a) == bridge_of(m, b);
}

/* ---- building ---- */

static int do_line(void *arg, const char *line)
{
	return txn_do(arg, line);
}

/* Compiles what @txn has made; on success it is what @m has. */
static int take(struct model *m, struct epacl_txn *txn, int err)
{
	struct epacl_snapshot *snap;

	m->why = txn->why;
	if (!err) {
		shim_fail_at(m->fail_at);
		snap = epacl_compile_upon(&m->memory, m->snap, txn->root,
					  &m->why);
		shim_fail_at(0);
		if (IS_ERR(snap))
			err = PTR_ERR(snap);
	}
	if (!err) {
		epacl_snapshot_succeed(m->snap, snap);
		epacl_snapshot_free(m->snap);
		m->snap = snap;
		epacl_root_get(txn->root);
		epacl_root_put(m->root);
		m->root = txn->root;
	}
	epacl_txn_fini(txn);
	return err;
}

static void init(struct model *m)
{
	memset(m, 0, sizeof(*m));
	m->memory.max = 1 << 30;
	m->host.owns_ip = host_owns_ip;
	m->host.learn_mac = host_learn_mac;
	m->host.learn_link_local = host_learn_link_local;
	m->host.same_bridge = host_same_bridge;
	m->host.has_dev = host_has_dev;
	m->root = epacl_root_alloc(&m->memory, 0);
	if (!m->root)
		abort();
}

static void begin(struct model *m, struct epacl_txn *txn)
{
	if (epacl_txn_init(txn, &m->memory, m->root))
		abort();
}

int model_build(struct model *m, const struct twin_policy *p)
{
	struct epacl_txn txn;
	int err;

	init(m);
	m->twin = p;
	begin(m, &txn);
	err = take(m, &txn, policy_lines(p, do_line, &txn));
	if (err)
		model_free(m);
	return err;
}

int model_change(struct model *m, const char *const *lines, unsigned int n)
{
	struct epacl_txn txn;
	unsigned int i;
	int err = 0;

	begin(m, &txn);
	for (i = 0; i < n && !err; i++)
		err = txn_do(&txn, lines[i]);
	return take(m, &txn, err);
}

int model_lines(struct model *m, const char *const *lines, unsigned int n)
{
	int err;

	init(m);
	err = model_change(m, lines, n);
	if (err)
		model_free(m);
	return err;
}

void model_free(struct model *m)
{
	epacl_snapshot_free(m->snap);
	epacl_root_put(m->root);
	m->snap = NULL;
	m->root = NULL;
	if (atomic64_read(&m->memory.used)) {
		fprintf(stderr, "%lld bytes are still accounted for\n",
			(long long)atomic64_read(&m->memory.used));
		abort();
	}
}

const struct epacl_cnic *model_nic(const struct model *m, struct twin_at at)
{
	if (at.vm < 0)
		return NULL;
	return epacl_snapshot_dev(m->snap,
				  m->twin->vms[at.vm].nics[at.nic].dev);
}

void random_model(struct model *m, struct twin_policy *p)
{
	unsigned int tries = 0;

	do {
		if (++tries > 1000) {
			print_policy(p);
			fprintf(stderr,
				"no policy is taken, the last for: %s\n",
				m->why.text);
			abort();
		}
		random_policy(p);
	} while (model_build(m, p));
}
