// SPDX-License-Identifier: GPL-2.0-only
/*
 * The decision of the benchmark as a BPF netfilter program: a hash table leads
 * from address and port to the trie of what may come from where. Once for each
 * FAMILY, 4 or 6. For kernels from 6.4 on.
 */
#include <linux/types.h>
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

#define NF_DROP 0
#define NF_ACCEPT 1
#define IPPROTO_UDP 17

#if FAMILY == 4
#define WORDS 1
#define HEADER 20
#define PROTO 9
#define SADDR 12
#else
#define WORDS 4
#define HEADER 40
#define PROTO 6
#define SADDR 8
#endif

struct sk_buff;
struct nf_hook_state;

struct bpf_nf_ctx {
	const struct nf_hook_state *state;
	struct sk_buff *skb;
} __attribute__((preserve_access_index));

extern int bpf_dynptr_from_skb(struct __sk_buff *skb, __u64 flags,
			       struct bpf_dynptr *ptr) __ksym;
extern void *bpf_dynptr_slice(const struct bpf_dynptr *ptr, __u32 offset,
			      void *buffer, __u32 size) __ksym;

struct source {
	__u32 length;
	__u32 address[WORDS];
};

struct endpoint {
	__u32 address[WORDS];
	__u32 port;
};

struct sources {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(key_size, sizeof(struct source));
	__uint(value_size, 1);
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH_OF_MAPS);
	__uint(max_entries, 65536);
	__uint(key_size, sizeof(struct endpoint));
	__array(values, struct sources);
} endpoints SEC(".maps");

SEC("netfilter")
int filter(struct bpf_nf_ctx *ctx)
{
	struct source source = { .length = WORDS * 32 };
	__u8 buffer[HEADER + 4];
	struct bpf_dynptr ptr;
	struct endpoint to;
	const __u8 *p;
	void *trie;

	if (bpf_dynptr_from_skb((struct __sk_buff *)ctx->skb, 0, &ptr))
		return NF_DROP;
	p = bpf_dynptr_slice(&ptr, 0, buffer, sizeof(buffer));
	if (!p || p[PROTO] != IPPROTO_UDP)
		return NF_DROP;
	__builtin_memcpy(source.address, p + SADDR, sizeof(source.address));
	__builtin_memcpy(to.address, p + SADDR + 4 * WORDS, sizeof(to.address));
	to.port = p[HEADER + 2] << 8 | p[HEADER + 3];
	trie = bpf_map_lookup_elem(&endpoints, &to);
	return trie && bpf_map_lookup_elem(trie, &source) ? NF_ACCEPT : NF_DROP;
}

char _license[] SEC("license") = "GPL";
