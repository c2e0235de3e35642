// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The verdict on a frame that nothing tracks, by bytes alone: what is read from
 * it, what needs no connection, the flow, and whether it is forged, against the
 * twin.
 *
 * input: policy and how it comes, nic, sender, frame
 */
#include <linux/if_ether.h>
#include <linux/string.h>
#include "../fuzz.h"
#include "agree.h"
#include "questions.h"
#include "read_packet.h"
#include "station.h"

#define POLICIES 8
#define HEADER 3

/* Policies of the small world, made once: the input is for frames. */
static struct twin_policy twins[POLICIES];
static struct model models[POLICIES];

static void make_policies(void)
{
	unsigned int i;

	for (i = 0; i < POLICIES; i++) {
		random_bytes(NULL, 0);
		random_begin(0x11 + i);
		random_model(&models[i], &twins[i]);
	}
}

/* What was heard by an earlier input must not count. */
static void forget(const struct model *m)
{
	u32 i;

	for (i = 0; i < m->snap->nnics; i++)
		epacl_station_reset(m->snap->nics[i].nic->station);
}

static struct twin_at nic_number(const struct twin_policy *p, unsigned int n)
{
	struct twin_at at = nowhere;
	unsigned int all = 0, i;

	for (i = 0; i < p->nvms; i++)
		all += p->vms[i].nnics;
	n %= all;
	for (at.vm = 0; n >= p->vms[at.vm].nnics; at.vm++)
		n -= p->vms[at.vm].nnics;
	at.nic = n;
	return at;
}

static void fail(const struct twin_policy *p, const struct twin_question *q,
		 const struct twin_answer *twin,
		 const struct epacl_answer *answer)
{
	print_question(p, q);
	print_answers(twin, answer);
	MUST(!"twin and module agree");
}

static void check_verdict(const struct model *m, struct twin_policy *p,
			  const struct twin_question *q)
{
	static const struct epacl_flow none = { .state = EPACL_FLOW_NONE };
	struct epacl_ask ask = ask_of(m, q, &none);
	struct epacl_answer answer;
	struct twin_answer twin;
	bool final;

	memset(&twin, 0, sizeof(twin));
	memset(&answer, 0, sizeof(answer));
	final = epacl_decide_link(&ask, &answer);
	if (twin_link(p, q, &twin) != final)
		fail(p, q, &twin, &answer);
	if (!final) {
		twin_flow(p, q, &twin);
		epacl_decide_flow(&ask, &answer);
	}
	if (!agree_answer(&twin, &answer))
		fail(p, q, &twin, &answer);
	if (final && twin.reason == EPACL_REASON_SPOOF)
		learn_from_spoof(m, p, q->at);
	MUST(same_stations(m, p));
}

/* It comes in at an interface that is no nic's: is it forged? */
static void check_arrival(const struct model *m, const struct twin_policy *p,
			  const struct epacl_packet *packet, u8 where)
{
	static const char *const devs[] = { "eth0", "eth1", "eth2", "br9" };
	const struct twin_arrival at = {
		.dev = devs[where & 3],
		.bridge = where & 4 ? "br0" : NULL,
		.sender = nowhere,
		.all_heard = where & 8,
	};
	const struct epacl_arrival arrival = {
		.dev = at.dev,
		.bridge = at.bridge,
		.all_heard = at.all_heard,
	};
	const struct epacl_tuple t = twin_tuple(packet);

	/* The twin takes a tuple, and all that has one is judged. */
	if (packet->malformed || packet->message || packet->fragment)
		return;
	if (packet->ethertype != ETH_P_IP && packet->ethertype != ETH_P_IPV6)
		return;
	MUST((twin_arrives(p, &t, &at).vm >= 0) ==
	     !!epacl_decide_arrival(m->snap, &m->host, packet, &arrival));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct twin_policy p;
	struct twin_question q = { .sender = nowhere };
	struct epacl_packet packet;
	struct model *m;
	u8 how, sender;
	size_t n = size - HEADER - ETH_HLEN;

	if (size < HEADER + ETH_HLEN || size > 2048)
		return -1;
	if (!models[0].snap)
		make_policies();
	how = data[0];
	m = &models[how % POLICIES];
	p = twins[how % POLICIES];
	m->twin = &p;
	forget(m);

	q.direction = how & 0x08 ? EPACL_OUT : EPACL_IN;
	q.at = nic_number(&p, data[1]);
	q.packet = &packet;
	sender = data[2];
	if (q.direction == EPACL_IN) {
		q.routed = how & 0x10;
		q.from_host = how & 0x20;
		if (!q.routed && !q.from_host && sender & 0x80)
			q.sender = nic_number(&p, sender);
		q.sender_is_uplink = !q.routed && !q.from_host &&
				     q.sender.vm < 0 && how & 0x40;
	}
	read_frame_at(&packet, data + HEADER, size - HEADER,
		      q.direction == EPACL_IN, n,
		      how & 0x80 ? sender & 15 : -1);
	check_verdict(m, &p, &q);
	check_arrival(m, &p, &packet, sender);
	return 0;
}
