// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A program that lets everything pass, at an interface.
 *
 * usage: [NETNS=FILE] bpf xdp|tcx DEV
 *
 * Writes "ready", and stays until it is ended, which takes the program away; or
 * "none" where the kernel cannot do that.
 */
#define _GNU_SOURCE
#include <linux/bpf.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "netns.h"

/* Younger than Debian's headers; as on any other hook of tc, -1 goes on. */
#define ATTACH_TCX_INGRESS 46
#define TCX_NEXT (-1)

static int bpf(int command, union bpf_attr *attr)
{
	return (int)syscall(SYS_bpf, command, attr, sizeof(*attr));
}

/* A program that returns @verdict. */
static int load(unsigned int type, int verdict)
{
	static const char licence[] = "GPL";
	const struct bpf_insn code[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = verdict },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attr = {
		.prog_type = type,
		.insn_cnt = sizeof(code) / sizeof(*code),
		.insns = (uintptr_t)code,
		.license = (uintptr_t)licence,
	};

	return bpf(BPF_PROG_LOAD, &attr);
}

static int attach(int program, unsigned int ifindex, unsigned int type)
{
	union bpf_attr attr = {
		.link_create = { .prog_fd = (unsigned int)program,
				 .target_ifindex = ifindex,
				 .attach_type = type },
	};

	return bpf(BPF_LINK_CREATE, &attr);
}

int main(int argc, char **argv)
{
	int program, is_xdp = argc == 3 && !strcmp(argv[1], "xdp");

	if (argc != 3 || (!is_xdp && strcmp(argv[1], "tcx"))) {
		fputs("usage: bpf xdp|tcx DEV\n", stderr);
		return 2;
	}
	enter_netns();
	program = is_xdp ? load(BPF_PROG_TYPE_XDP, XDP_PASS) :
			   load(BPF_PROG_TYPE_SCHED_CLS, TCX_NEXT);
	if (program < 0 || attach(program, if_nametoindex(argv[2]),
				  is_xdp ? BPF_XDP : ATTACH_TCX_INGRESS) < 0) {
		perror("none");
		return 1;
	}
	puts("ready");
	fflush(stdout);
	pause();
	return 0;
}
