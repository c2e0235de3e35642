// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From definitions to a snapshot: what two objects may not both claim, the
 * look-ups of the result against a search through all definitions, and what
 * outlives a change.
 */
#include <stdio.h>
#include <linux/errno.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/kernel.h>
#include "model_builder.h"
#include "ops.h"
#include "run.h"
#include "station.h"

#define LINES_MAX 12

/* ---- conflicts ---- */

/* What every case begins with. */
static const char *const beginning[] = {
	"add vnet red prefix 10.1.0.0/16,fd00:1::/64",
	"add vnet blue prefix 10.2.0.0/16,fd00:2::/64",
	"add vnet pink prefix 10.1.0.0/16",
	"add service front vip 203.0.113.10",
	"add vm one service front",
	"add vm two",
};

struct conflict {
	int err; /* 0: there is none */
	const char *names[3]; /* in the text of the refusal */
	const char *lines[LINES_MAX];
};

static const struct conflict conflicts[] = {
	/* one interface */
	{ -EADDRINUSE,
	  { "t0", "one", "two" },
	  { "add nic one dev t0 address 10.1.0.4 vnet red",
	    "add nic two dev t0 address 10.1.0.5 vnet red" } },
	/* one address in a vnet, or without one */
	{ -EADDRINUSE,
	  { "10.1.0.4", "one", "two" },
	  { "add nic one dev t0 address 10.1.0.4 vnet red",
	    "add nic two dev t1 address 10.1.0.5,10.1.0.4 vnet red" } },
	{ -EADDRINUSE,
	  { "fd00:1::4", "one", "two" },
	  { "add nic one dev t0 address fd00:1::4 vnet red",
	    "add nic two dev t1 address fd00:1::4 vnet red" } },
	{ -EADDRINUSE,
	  { "10.7.0.4", "t0", "t1" },
	  { "add nic one dev t0 address 10.7.0.4",
	    "add nic one dev t1 address 10.7.0.4" } },
	{ 0,
	  {},
	  { "add nic one dev t0 address 10.1.0.4 vnet red",
	    "add nic two dev t1 address 10.1.0.4 vnet pink" } },
	{ 0,
	  {},
	  { "add nic one dev t0 address 10.1.0.4 vnet red",
	    "add nic two dev t1 address 10.1.0.4" } },
	{ 0,
	  {},
	  { "add nic one dev t0 address 10.1.0.4,10.1.3.0/24 vnet red",
	    "add nic two dev t1 address 10.1.0.5,10.1.0.0/24 vnet red" } },
	{ 0,
	  {},
	  { "add nic one dev t0 address 10.1.0.4,fe80::7 vnet red",
	    "add nic two dev t1 address 10.1.0.5,fe80::7 vnet red" } },
	/* an address that was given up in the same transaction is free */
	{ 0,
	  {},
	  { "add nic one dev t0 address 10.1.0.4 vnet red",
	    "add nic two dev t1 address 10.1.0.4 vnet red",
	    "change nic one dev t0 address 10.1.0.6" } },

	/* one VIP and port */
	{ -EADDRINUSE,
	  { "203.0.113.20", "one/a", "two/b" },
	  { "add nic one dev t0 address 10.1.0.4 vnet red",
	    "add nic two dev t1 address 10.1.0.5 vnet red",
	    "add endpoint one/a tcp 22 public 203.0.113.20:443",
	    "add endpoint two/b tcp 80 public 203.0.113.20:443" } },
	{ 0,
	  {},
	  { "add nic one dev t0 address 10.1.0.4 vnet red",
	    "add nic two dev t1 address 10.1.0.5 vnet red",
	    "add endpoint one/a tcp 22 public 203.0.113.20:443",
	    "add endpoint two/b udp 22 public 203.0.113.20:443" } },
	{ 0,
	  {},
	  { "add nic one dev t0 address 10.1.0.4 vnet red",
	    "add nic two dev t1 address 10.1.0.5 vnet red",
	    "add endpoint one/a tcp 22 public 203.0.113.20:443",
	    "add endpoint two/b tcp 22 public 203.0.113.21:443" } },
	/* a port within a range, the range first and last */
	{ -EADDRINUSE,
	  { "203.0.113.20", "one/a", "two/b" },
	  { "add nic one dev t0 address 10.1.0.4 vnet red",
	    "add nic two dev t1 address 10.1.0.5 vnet red",
	    "add endpoint one/a tcp 5000-5009 public 203.0.113.20:5000",
	    "add endpoint two/b tcp 80 public 203.0.113.20:5009" } },
	{ -EADDRINUSE,
	  { "203.0.113.20", "one/a", "two/b" },
	  { "add nic one dev t0 address 10.1.0.4 vnet red",
	    "add nic two dev t1 address 10.1.0.5 vnet red",
	    "add endpoint one/a tcp 80 public 203.0.113.20:5000",
	    "add endpoint two/b tcp 5000-5009 public 203.0.113.20:5000" } },
	{ -EADDRINUSE,
	  { "203.0.113.20", "one/a", "two/b" },
	  { "add nic one dev t0 address 10.1.0.4 vnet red",
	    "add nic two dev t1 address 10.1.0.5 vnet red",
	    "add endpoint one/a tcp 5000-5009 public 203.0.113.20:5000",
	    "add endpoint two/b tcp 5009-5018 public 203.0.113.20:5009" } },
	{ -EADDRINUSE,
	  { "203.0.113.20", "one/a", "two/b" },
	  { "add nic one dev t0 address 10.1.0.4 vnet red",
	    "add nic two dev t1 address 10.1.0.5 vnet red",
	    "add endpoint one/a tcp 5000-5099 public 203.0.113.20:5000",
	    "add endpoint two/b tcp 5050-5059 public 203.0.113.20:5050" } },
	{ 0,
	  {},
	  { "add nic one dev t0 address 10.1.0.4 vnet red",
	    "add nic two dev t1 address 10.1.0.5 vnet red",
	    "add endpoint one/a tcp 5000-5009 public 203.0.113.20:5000",
	    "add endpoint two/b tcp 5010-5019 public 203.0.113.20:5010",
	    "add endpoint two/c tcp 80 public 203.0.113.20:4999",
	    "add endpoint two/d tcp 81 public 203.0.113.20:5020" } },

	/* a VIP is nobody's own address */
	{ -EADDRINUSE,
	  { "203.0.113.10", "front", "one" },
	  { "add nic one dev t0 address 203.0.113.10" } },
	{ -EADDRINUSE,
	  { "10.1.0.5", "one/a", "two" },
	  { "add nic one dev t0 address 10.1.0.4 vnet red",
	    "add endpoint one/a tcp 22 public 10.1.0.5:22",
	    "add nic two dev t1 address 10.1.0.5 vnet red" } },
	{ -EADDRINUSE,
	  { "10.1.0.5", "one/a", "two" },
	  { "add nic two dev t1 address 10.1.0.5 vnet red",
	    "add nic one dev t0 address 10.1.0.4 vnet red",
	    "add endpoint one/a tcp 22 public 10.1.0.5:22" } },
	{ 0,
	  {},
	  { "add nic one dev t0 address 10.1.0.4 vnet red",
	    "add endpoint one/a tcp 22 public 203.0.113.10:22" } },

	/* an uplink is no VM's interface */
	{ -EADDRINUSE,
	  { "t0", "red", "one" },
	  { "add nic one dev t0 address 10.1.0.4 vnet red",
	    "change vnet red uplink eth1,t0" } },
	{ -EADDRINUSE,
	  { "t0", "blue", "one" },
	  { "change vnet blue uplink t0",
	    "add nic one dev t0 address 10.1.0.4 vnet red" } },
	{ 0,
	  {},
	  { "change vnet red uplink eth1", "change vnet blue uplink eth1",
	    "add nic one dev t0 address 10.1.0.4 vnet red" } },

	/* a public address of a family that the first nic lacks */
	{ -EINVAL,
	  { "one/a", "one", "IPv6" },
	  { "add nic one dev t0 address 10.1.0.4 vnet red",
	    "add endpoint one/a tcp 22 public [2001:db8::1]:22" } },
	{ -EINVAL,
	  { "one/a", "one", "IPv6" },
	  { "add endpoint one/a tcp 22 public [2001:db8::1]:22",
	    "add nic one dev t0 address 10.1.0.4,fd00:1:0:0:1::/80 vnet red" } },
	{ -EINVAL,
	  { "one/a", "one", "IPv6" },
	  { "add nic one dev t0 address 10.1.0.4 vnet red",
	    "add nic one dev t1 address fd00:1::4 vnet red",
	    "add endpoint one/a tcp 22 public [2001:db8::1]:22" } },
	{ -EINVAL,
	  { "one/a", "one", "IPv4" },
	  { "add nic one dev t0 address 10.1.0.4 vnet red",
	    "add endpoint one/a tcp 22 public 203.0.113.20:22",
	    "change nic one dev t0 address fd00:1::4" } },
	{ -EINVAL,
	  { "one/a", "one", "IPv4" },
	  { "add endpoint one/a tcp 22 public 203.0.113.20:22" } },
	{ 0,
	  {},
	  { "add nic one dev t0 address 10.1.0.4 vnet red",
	    "add nic one dev t1 address fd00:1::4 vnet red",
	    "add endpoint one/a tcp 22 address fd00:1::4 "
	    "public [2001:db8::1]:22" } },

	/* outside its vnet */
	{ -EINVAL,
	  { "10.2.0.4", "one", "red" },
	  { "add nic one dev t0 address 10.2.0.4 vnet red" } },
	{ -EINVAL,
	  { "10.2.0.4", "one", "red" },
	  { "change vnet red peer blue",
	    "add nic one dev t0 address 10.2.0.4 vnet red" } },
	{ -EINVAL,
	  { "10.1.0.4", "one", "red" },
	  { "add nic one dev t0 address 10.1.0.4 vnet red",
	    "change vnet red prefix 10.1.1.0/24" } },
	{ 0,
	  {},
	  { "change vnet red peer 192.168.0.0/16",
	    "add nic one dev t0 address 10.1.0.4,192.168.4.0/24,"
	    "172.16.0.0/24,fe80::4 vnet red" } },

	/* peers of one vnet that overlap */
	{ -EINVAL,
	  { "10.2.0.0/16", "10.2.3.0/24", "overlap" },
	  { "change vnet red peer 10.2.0.0/16,10.2.3.0/24" } },
	{ -EINVAL,
	  { "red", "blue", "10.2.3.0/24" },
	  { "change vnet red peer blue,10.2.3.0/24" } },
	{ -EINVAL,
	  { "red", "blue", "10.0.0.0/8" },
	  { "change vnet red peer blue,10.0.0.0/8" } },
	{ -EINVAL,
	  { "blue", "red", "pink" },
	  { "change vnet blue peer red,pink" } },
	{ -EINVAL,
	  { "blue", "red", "10.1.9.0/24" },
	  { "change vnet blue peer red,10.1.9.0/24" } },
	{ 0, {}, { "change vnet blue peer red,10.3.0.0/16" } },
	{ 0, {}, { "change vnet red peer blue", "change vnet blue peer red" } },
	{ 0, {}, { "change vnet blue peer red", "change vnet pink peer blue" } },
	/* a vnet's own prefixes may be nested; what lies between is found */
	{ 0,
	  {},
	  { "add vnet wide prefix 10.8.0.0/13,10.9.0.0/16",
	    "change vnet red peer wide" } },
	{ -EINVAL,
	  { "red", "wide", "far" },
	  { "add vnet wide prefix 10.8.0.0/13,10.9.0.0/16",
	    "add vnet far prefix 10.10.0.0/16",
	    "change vnet red peer wide,far" } },
};

static unsigned int count(const char *const *lines)
{
	unsigned int n = 0;

	while (n < LINES_MAX && lines[n])
		n++;
	return n;
}

/* In one transaction with what it needs: the last line is to blame. */
START_TEST(test_conflict)
{
	const char *lines[ARRAY_SIZE(beginning) + LINES_MAX];
	const struct conflict *c = &conflicts[_i];
	unsigned int n = count(c->lines), i;
	struct model m;
	int err;

	memcpy(lines, beginning, sizeof(beginning));
	memcpy(lines + ARRAY_SIZE(beginning), c->lines, n * sizeof(*lines));
	err = model_lines(&m, lines, ARRAY_SIZE(beginning) + n);
	ck_assert_msg(err == c->err, "%s: %d instead of %d: %s",
		      c->lines[n - 1], err, c->err, err ? m.why.text : "");
	if (!err) {
		model_free(&m);
		return;
	}
	for (i = 0; i < ARRAY_SIZE(c->names) && c->names[i]; i++)
		ck_assert_msg(strstr(m.why.text, c->names[i]),
			      "'%s' does not name %s", m.why.text, c->names[i]);
	ck_assert_msg(m.why.op == ARRAY_SIZE(beginning) + n,
		      "operation %u is blamed: %s", m.why.op, m.why.text);
	ck_assert_ptr_nonnull(m.why.brief);
}
END_TEST

/* The last line as a transaction of its own; the policy stays as it was. */
START_TEST(test_conflict_later)
{
	const char *lines[ARRAY_SIZE(beginning) + LINES_MAX];
	const struct conflict *c = &conflicts[_i];
	unsigned int n = count(c->lines);
	struct epacl_snapshot *snap;
	struct model m;
	int err;

	memcpy(lines, beginning, sizeof(beginning));
	memcpy(lines + ARRAY_SIZE(beginning), c->lines, n * sizeof(*lines));
	err = model_lines(&m, lines, ARRAY_SIZE(beginning) + n - 1);
	if (err) /* what only the whole transaction makes right */
		return;
	snap = m.snap;
	err = model_change(&m, &c->lines[n - 1], 1);
	ck_assert_int_eq(err, c->err);
	if (err) {
		ck_assert_ptr_eq(m.snap, snap);
		ck_assert_uint_eq(m.why.op, 1);
	}
	model_free(&m);
}
END_TEST

/* ---- look-ups ---- */

static bool same_name(const char *a, const char *b)
{
	return !strcmp(a, b);
}

static void check_dev(const struct model *m, const struct twin_policy *p)
{
	struct twin_at at = random_nic(p);
	const char *dev = p->vms[at.vm].nics[at.nic].dev;
	const struct epacl_cnic *nic = epacl_snapshot_dev(m->snap, dev);

	ck_assert_ptr_nonnull(nic);
	ck_assert(same_name(nic->nic->dev, dev));
	ck_assert(same_name(epacl_snapshot_vm_name(m->snap, nic),
			    p->vms[at.vm].name));
	ck_assert_ptr_eq(epacl_snapshot_station(m->snap, nic->nic->station),
			 nic);
	if (nic->nic->has_mac)
		ck_assert_ptr_eq(epacl_snapshot_mac(m->snap,
						    epacl_mac_number(
							    nic->nic->mac)),
				 nic);
	ck_assert_ptr_null(epacl_snapshot_dev(m->snap, "vnet"));
	ck_assert_ptr_null(epacl_snapshot_dev(m->snap, ""));
	ck_assert_ptr_null(epacl_snapshot_mac(m->snap, 0x525400000099));
	ck_assert_ptr_null(epacl_snapshot_station(m->snap, NULL));
}

/* The nics that a cursor walks through: each once, and no other. */
static void check_owners(const struct model *m, const struct twin_policy *p,
			 const struct epacl_ip *ip, bool prefixes)
{
	const struct twin_nic *nic;
	const struct epacl_cnic *cnic;
	unsigned int want = 0, found = 0, i, k, j;
	int longest = 1000, len;
	u32 cursor = 0;

	for (i = 0; i < p->nvms; i++)
		for (k = 0; k < p->vms[i].nnics; k++) {
			nic = &p->vms[i].nics[k];
			for (j = 0; j < nic->n; j++)
				want += twin_in_prefix(&nic->prefixes[j], ip) &&
					(prefixes ||
					 (j < nic->n - nic->nshared &&
					  epacl_prefix_is_plain(
						  &nic->prefixes[j])));
		}
	for (;;) {
		cnic = prefixes ? epacl_snapshot_users(m->snap, ip, &cursor) :
				  epacl_snapshot_nics(m->snap, ip, &cursor);
		if (!cnic)
			break;
		found++;
		len = -1;
		for (i = 0; i < cnic->nic->n; i++)
			if (twin_in_prefix(&cnic->nic->prefixes[i], ip) &&
			    cnic->nic->prefixes[i].len <= longest &&
			    cnic->nic->prefixes[i].len > len)
				len = cnic->nic->prefixes[i].len;
		ck_assert_int_ge(len, 0);
		longest = len;
	}
	ck_assert_uint_eq(found, want);
}

static const struct epacl_vm *vm_of(const struct epacl_snapshot *snap,
				    const struct epacl_ctarget *target)
{
	return epacl_snapshot_vm(snap, target->vm)->vm;
}

static const struct epacl_endpoint *
endpoint_of(const struct epacl_snapshot *snap,
	    const struct epacl_ctarget *target)
{
	return epacl_snapshot_endpoint(snap, target)->endpoint;
}

static int find_lbset(const struct twin_policy *p, const struct epacl_ip *ip,
		      u8 proto, u16 port)
{
	const struct twin_lbset *lbset;
	unsigned int i, k;

	for (i = 0; i < p->nlbsets; i++) {
		lbset = &p->lbsets[i];
		for (k = 0; k < lbset->npublics; k++)
			if (lbset->proto == proto &&
			    lbset->publics[k].port == port &&
			    twin_same_ip(&lbset->publics[k].ip, ip))
				return i;
	}
	return -1;
}

/* All its members, by the names of their VMs, then by their own. */
static void check_members(const struct epacl_snapshot *snap,
			  const struct epacl_cpublic *public,
			  const struct twin_policy *p, int lbset)
{
	const struct epacl_ctarget *target, *before = NULL;
	unsigned int n = 0, i, k;
	int diff;

	ck_assert_ptr_nonnull(public);
	ck_assert(same_name(public->lbset->obj.name, p->lbsets[lbset].name));
	for (i = 0; i < p->nvms; i++)
		for (k = 0; k < p->vms[i].nendpoints; k++)
			n += p->vms[i].endpoints[k].has_lbset &&
			     p->vms[i].endpoints[k].lbset == lbset;
	ck_assert_uint_eq(public->ntargets, n);
	for (i = 0; i < n; i++, before = target) {
		target = &public->targets[i];
		ck_assert(same_name(endpoint_of(snap, target)->lbset,
				    public->lbset->obj.name));
		ck_assert_uint_eq(target->to.family, public->ip.family);
		if (!before)
			continue;
		diff = strcmp(vm_of(snap, before)->obj.name,
			      vm_of(snap, target)->obj.name);
		ck_assert_int_le(diff, 0);
		if (!diff)
			ck_assert_int_lt(strcmp(endpoint_of(snap, before)->name,
						endpoint_of(snap, target)->name),
					 0);
	}
}

static void check_public(const struct model *m, const struct twin_policy *p,
			 const struct epacl_ip *ip, u8 proto, u16 port)
{
	const struct epacl_cpublic *public = epacl_snapshot_public(m->snap, ip,
								   proto, port);
	int lbset = find_lbset(p, ip, proto, port);
	const struct twin_endpoint *e, *want = NULL;
	const struct epacl_ctarget *target;
	unsigned int i, k, j, vm = 0;

	for (i = 0; i < p->nvms; i++)
		for (k = 0; k < p->vms[i].nendpoints; k++) {
			e = &p->vms[i].endpoints[k];
			for (j = 0; j < e->npublics; j++)
				if (e->proto == proto &&
				    twin_same_ip(&e->publics[j].ip, ip) &&
				    port >= e->publics[j].port &&
				    port - e->publics[j].port <=
					    e->ports.hi - e->ports.lo) {
					want = e;
					vm = i;
				}
		}
	if (!want && lbset >= 0) {
		check_members(m->snap, public, p, lbset);
		return;
	}
	ck_assert(!want == !public);
	if (!want)
		return;
	ck_assert_int_lt(lbset, 0);
	ck_assert_uint_eq(public->ntargets, 1);
	target = public->targets;
	ck_assert(same_name(endpoint_of(m->snap, target)->name, want->name));
	ck_assert(same_name(vm_of(m->snap, target)->obj.name, p->vms[vm].name));
	ck_assert_uint_eq(target->to.family, ip->family);
	if (want->has_address)
		ck_assert(twin_same_ip(&target->to, &want->address));
	else
		ck_assert(twin_nic_owns(&p->vms[vm].nics[0], &target->to));
}

START_TEST(test_look_ups)
{
	unsigned long cases = random_cases(60000), n = 0;
	static struct twin_policy p;
	const struct twin_vm *vm;
	struct epacl_ip ip;
	struct model m;
	unsigned int i;
	u16 port;

	random_begin(0x100c);
	while (n < cases) {
		random_model(&m, &p);
		for (i = 0; i < 100; i++, n++) {
			ip = random_ip(&p, random_family());
			vm = &p.vms[below(p.nvms)];
			port = random_port();
			if (vm->nendpoints && vm->endpoints[0].npublics) {
				ip = vm->endpoints[0].publics[0].ip;
				port = vm->endpoints[0].publics[0].port +
				       below(6) - 1;
			}
			if (p.nlbsets && chance(30)) {
				ip = p.lbsets[0].publics[0].ip;
				port = p.lbsets[0].publics[0].port;
			}
			check_dev(&m, &p);
			check_owners(&m, &p, &ip, false);
			check_owners(&m, &p, &ip, true);
			check_public(&m, &p, &ip, IPPROTO_TCP, port);
			check_public(&m, &p, &ip, IPPROTO_UDP, port);
			ck_assert(epacl_snapshot_is_vip(m.snap, &ip) ==
				  twin_is_vip(&p, &ip));
		}
		model_free(&m);
	}
}
END_TEST

/* Many of everything, so that the hashes collide. */
START_TEST(test_many)
{
	enum { VMS = 400 };
	static char text[4 * VMS][96];
	static const char *lines[4 * VMS + 1];
	const struct epacl_cpublic *public;
	const struct epacl_cnic *nic;
	struct epacl_ip vip = ip4(203, 0, 113, 20), ip;
	unsigned int i, n = 0;
	struct model m;
	char dev[16];
	u32 cursor;

	lines[n++] = "add vnet red prefix 10.1.0.0/16";
	for (i = 0; i < VMS; i++) {
		snprintf(text[4 * i], 96, "add vm v%u", i);
		snprintf(text[4 * i + 1], 96,
			 "add nic v%u dev t%u address 10.1.%u.%u vnet red mac 52:54:01:00:%02x:%02x",
			 i, i, 1 + i / 250, i % 250, i / 256, i % 256);
		snprintf(text[4 * i + 2], 96,
			 "add endpoint v%u/a tcp 22 public 203.0.113.20:%u", i,
			 1000 + i);
		snprintf(text[4 * i + 3], 96,
			 "add endpoint v%u/b udp %u-%u public 203.0.113.20:%u",
			 i, 1000 + 10 * i, 1009 + 10 * i, 1000 + 10 * i);
		lines[n++] = text[4 * i];
		lines[n++] = text[4 * i + 1];
		lines[n++] = text[4 * i + 2];
		lines[n++] = text[4 * i + 3];
	}
	ck_assert_int_eq(model_lines(&m, lines, n), 0);
	for (i = 0; i < VMS; i++) {
		snprintf(dev, sizeof(dev), "t%u", i);
		nic = epacl_snapshot_dev(m.snap, dev);
		ck_assert_ptr_nonnull(nic);
		ck_assert(same_name(nic->nic->dev, dev));
		ck_assert_ptr_eq(epacl_snapshot_mac(m.snap, 0x525401000000 + i),
				 nic);
		ck_assert_ptr_eq(epacl_snapshot_station(m.snap,
							nic->nic->station),
				 nic);
		ip = ip4(10, 1, 1 + i / 250, i % 250);
		cursor = 0;
		ck_assert_ptr_eq(epacl_snapshot_nics(m.snap, &ip, &cursor),
				 nic);
		ck_assert_ptr_null(epacl_snapshot_nics(m.snap, &ip, &cursor));
		public = epacl_snapshot_public(m.snap, &vip, IPPROTO_TCP,
					       1000 + i);
		ck_assert_ptr_nonnull(public);
		ck_assert_uint_eq(public->targets->vm, nic->vm);
		public = epacl_snapshot_public(m.snap, &vip, IPPROTO_UDP,
					       1000 + 10 * i + 9);
		ck_assert_ptr_nonnull(public);
		ck_assert_uint_eq(public->targets->vm, nic->vm);
	}
	ip = ip4(10, 1, 0, 1);
	cursor = 0;
	ck_assert_ptr_null(epacl_snapshot_nics(m.snap, &ip, &cursor));
	ck_assert_ptr_null(
		epacl_snapshot_public(m.snap, &vip, IPPROTO_TCP, 999));
	ck_assert_ptr_null(
		epacl_snapshot_public(m.snap, &vip, IPPROTO_TCP, 1000 + VMS));
	ck_assert_ptr_null(epacl_snapshot_public(m.snap, &vip, IPPROTO_UDP,
						 1000 + 10 * VMS));
	model_free(&m);
}
END_TEST

/* ---- what outlives a change ---- */

static const struct epacl_station *station_of(const struct model *m,
					      const char *dev)
{
	const struct epacl_cnic *nic = epacl_snapshot_dev(m->snap, dev);

	return nic ? nic->nic->station : NULL;
}

/* A change, and whether the guest behind t0 is still the same one. */
static const struct {
	bool same;
	const char *lines[LINES_MAX];
} changes[] = {
	{ true, { "change nic one dev t0 address 10.1.0.9" } },
	{ true, { "change nic one dev t0 mac 52:54:00:00:00:09" } },
	{ true, { "change nic two dev t1 address 10.1.0.9" } },
	{ true, { "add rule vm one in 100 permit any" } },
	{ true,
	  { "remove nic one dev t0",
	    "add nic one dev t0 address 10.1.0.4 vnet red" } },
	{ true,
	  { "remove vm one", "add vm one",
	    "add nic one dev t0 address 10.1.0.4 vnet red" } },
	{ true,
	  { "flush", "add vnet red prefix 10.1.0.0/16", "add vm one",
	    "add nic one dev t0 address 10.1.0.4 vnet red" } },
	{ false,
	  { "remove nic one dev t0",
	    "add nic two dev t0 address 10.1.0.4 vnet red" } },
	{ false,
	  { "remove vm one", "add vm three",
	    "add nic three dev t0 address 10.1.0.4 vnet red" } },
	{ false, { "remove nic one dev t0" } },
};

START_TEST(test_station)
{
	static const char *const lines[] = {
		"add vnet red prefix 10.1.0.0/16",
		"add vm one",
		"add vm two",
		"add nic one dev t0 address 10.1.0.4 vnet red",
		"add nic two dev t1 address 10.1.0.5 vnet red",
	};
	const struct epacl_station *before;
	unsigned int n = count(changes[_i].lines);
	struct model m;

	ck_assert_int_eq(model_lines(&m, lines, ARRAY_SIZE(lines)), 0);
	before = station_of(&m, "t0");
	ck_assert_ptr_nonnull(before);
	epacl_station_get((struct epacl_station *)before);
	ck_assert_ptr_ne(before, station_of(&m, "t1"));
	ck_assert_int_eq(model_change(&m, changes[_i].lines, n), 0);
	ck_assert_msg((station_of(&m, "t0") == before) == changes[_i].same,
		      "%s", changes[_i].lines[n - 1]);
	epacl_station_put((struct epacl_station *)before);
	model_free(&m);
}
END_TEST

/* Taken away and given back by two commits it is another guest. */
START_TEST(test_station_later)
{
	static const char *const lines[] = {
		"add vm one",
		"add nic one dev t0 address 10.1.0.4",
	};
	static const char *const away[] = { "remove nic one dev t0" };
	static const char *const back[] = {
		"add nic one dev t0 address 10.1.0.4",
	};
	const struct epacl_station *before;
	struct model m;

	ck_assert_int_eq(model_lines(&m, lines, ARRAY_SIZE(lines)), 0);
	before = station_of(&m, "t0");
	epacl_station_get((struct epacl_station *)before);
	ck_assert_int_eq(model_change(&m, away, 1), 0);
	ck_assert_int_eq(model_change(&m, back, 1), 0);
	ck_assert_ptr_ne(station_of(&m, "t0"), before);
	epacl_station_put((struct epacl_station *)before);
	model_free(&m);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("compile");
	TCase *conflict = tcase_create("conflicts");
	TCase *find = tcase_create("look-ups");
	TCase *station = tcase_create("stations");

	tcase_add_loop_test(conflict, test_conflict, 0, ARRAY_SIZE(conflicts));
	tcase_add_loop_test(conflict, test_conflict_later, 0,
			    ARRAY_SIZE(conflicts));
	suite_add_tcase(s, conflict);
	tcase_set_timeout(find, 600);
	tcase_add_test(find, test_look_ups);
	tcase_add_test(find, test_many);
	suite_add_tcase(s, find);
	tcase_add_loop_test(station, test_station, 0, ARRAY_SIZE(changes));
	tcase_add_test(station, test_station_later);
	suite_add_tcase(s, station);
	return s;
}

int main(void)
{
	return run_suite(suite());
}
