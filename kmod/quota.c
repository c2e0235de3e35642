// SPDX-License-Identifier: GPL-2.0-only
/*
 * How many connections a VM may have opened.
 */
#include <linux/build_bug.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/once.h>
#include <linux/random.h>
#include <linux/siphash.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_l4proto.h>
#include "compat_conncount.h"
#include "quota.h"

static siphash_key_t name_key __read_mostly;

/*
 * A VM goes by its name, so that one whose policy is loaded anew keeps its
 * connections. They are in a list of their own for each VM.
 */
union quota_key {
	u64 name;
	u32 words[2];
};

static union quota_key key_of(const struct epacl_vm *vm)
{
	const char *name = vm->obj.name;
	union quota_key key = { .name = siphash(name, strlen(name),
						&name_key) };

	return key;
}

/*
 * To count is to look up all that was counted, once a tick at most. A VM that is
 * at its quota and does not stop must not make that a burden: it is asked again
 * after as many ticks as make this no more than so many look-ups for each.
 */
#define LOOKUPS_PER_TICK 256

/* The tick up to which a VM is full, above the quota for which that was found. */
#define QUOTA_BITS 16
static_assert(EPACL_QUOTA_MAX < 1 << QUOTA_BITS);

static bool is_full(const struct epacl_vm *vm)
{
	u64 until = atomic64_read(&vm->counters->full_until);

	return (until & (BIT(QUOTA_BITS) - 1)) == vm->quota &&
	       get_jiffies_64() < until >> QUOTA_BITS;
}

static void set_full(const struct epacl_vm *vm)
{
	u64 until = get_jiffies_64() + vm->quota / LOOKUPS_PER_TICK;

	atomic64_set(&vm->counters->full_until,
		     until << QUOTA_BITS | vm->quota);
}

static bool table_fills_up(const struct net *net)
{
	u32 max = READ_ONCE(nf_conntrack_max);

	return max && nf_conntrack_count(net) >= max / 4 * 3;
}

/* What the table keeps a closed connection for, in ns. */
static s64 time_kept(struct net *net)
{
	const unsigned int *timeouts = nf_tcp_pernet(net)->timeouts;

	return jiffies64_to_nsecs(READ_ONCE(timeouts[TCP_CONNTRACK_TIME_WAIT]));
}

/*
 * The count leaves out what is closed, which the table keeps for a time (TIME_WAIT).
 * That matters when the table fills up. From then on a VM opens no more in that
 * time than its quota, and what it opened just before is held against it.
 *
 * @each: what one takes of the time. Return: false: it opens too fast.
 */
static bool take_share(struct net *net, const struct epacl_vm *vm, s64 each,
		       s64 kept)
{
	atomic64_t *taken = &vm->counters->taken_until;
	s64 until = atomic64_read(taken), now = ktime_get_ns(), next;

	do {
		next = clamp(until, now, now + kept) + each;
		if (next > now + kept && table_fills_up(net))
			return false;
	} while (!atomic64_try_cmpxchg(taken, &until, next));
	return true;
}

/*
 * What is refused must not be counted: the count forgets what never made it into
 * the table only bit by bit. So it is asked first, and then added to. Of several
 * CPUs that ask at once all may add; the last of them finds too many.
 */
static bool admits(struct epacl_net *en, const struct epacl_vm *vm,
		   const struct sk_buff *skb)
{
	struct nf_conncount_data *data = READ_ONCE(en->connections);
	union quota_key key = key_of(vm);
	u32 n;

	if (!data)
		return false;
	if (epacl_conncount(en->net, data, key.words, NULL) >= vm->quota) {
		set_full(vm);
		return false;
	}
	n = epacl_conncount(en->net, data, key.words, skb);
	return n && n <= vm->quota;
}

static bool may_open(struct epacl_net *en, const struct epacl_vm *vm,
		     const struct sk_buff *skb)
{
	s64 kept, each;

	if (is_full(vm))
		return false;
	kept = time_kept(en->net);
	each = div_s64(kept, vm->quota);
	if (!take_share(en->net, vm, each, kept))
		return false;
	if (admits(en, vm, skb))
		return true;
	atomic64_sub(each, &vm->counters->taken_until);
	return false;
}

void epacl_quota_judge(struct epacl_case *c)
{
	const struct epacl_vm *vm =
		epacl_snapshot_vm(c->ask.snap, c->ask.nic->vm)->vm;

	if (vm->quota && c->answer.permit && epacl_makes_entry(c->skb) &&
	    !may_open(c->en, vm, c->skb))
		epacl_answer(&c->answer, false, EPACL_REASON_QUOTA);
}

int epacl_quota_start(struct epacl_net *en)
{
	struct nf_conncount_data *data;

	get_random_once(&name_key, sizeof(name_key));
	data = epacl_conncount_init(en->net, sizeof(union quota_key));
	if (IS_ERR(data))
		return PTR_ERR(data);
	WRITE_ONCE(en->connections, data);
	return 0;
}

void epacl_quota_stop(struct epacl_net *en)
{
	/* Packets may still be on their way through hooks that are gone. */
	synchronize_net();
	epacl_conncount_destroy(en->net, en->connections);
	WRITE_ONCE(en->connections, NULL);
}
