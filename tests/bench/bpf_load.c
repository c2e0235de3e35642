// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * usage: bpf-load OBJECT FILE PIN
 *
 * Loads filter.bpf.c, fills its maps and hangs it on POST_ROUTING; removing PIN
 * takes it away. FILE has a word or two a line: "endpoint ADDRESS" begins one,
 * "same" gives it the sources of the one before, each "ADDRESS LENGTH" is a
 * source that it permits.
 */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Younger than Debian's headers. */
#define PROG_TYPE_NETFILTER 32
#define ATTACH_NETFILTER 45

#define PORT 8080
#define SOURCES_MAX (4 << 20)

struct link_create {
	__u32 prog_fd;
	__u32 target_fd;
	__u32 attach_type;
	__u32 flags;
	__u32 pf;
	__u32 hooknum;
	__s32 priority;
	__u32 netfilter_flags;
};

static int family;

/* Return: words of an address of the one family. */
static int address(const char *text, __u32 *to)
{
	family = strchr(text, ':') ? AF_INET6 : AF_INET;
	if (inet_pton(family, text, to) != 1)
		errx(1, "not an address: %s", text);
	return family == AF_INET ? 1 : 4;
}

static int new_trie(int words)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .map_flags = BPF_F_NO_PREALLOC);
	int fd = bpf_map_create(BPF_MAP_TYPE_LPM_TRIE, "sources", 4 + 4 * words,
				1, SOURCES_MAX, &opts);

	if (fd < 0)
		err(1, "cannot make a trie");
	return fd;
}

static void add_source(int trie, const char *text, const char *length)
{
	__u32 key[5] = { strtoul(length, NULL, 10) };
	__u8 value = 1;

	address(text, key + 1);
	if (bpf_map_update_elem(trie, key, &value, BPF_ANY))
		err(1, "cannot add %s/%s", text, length);
}

/* Return: the trie of the endpoint at @text, @shared or a new one. */
static int add_endpoint(int endpoints, const char *text, int shared)
{
	__u32 key[5];
	int words = address(text, key), trie;

	key[words] = PORT;
	trie = shared >= 0 ? shared : new_trie(words);
	if (bpf_map_update_elem(endpoints, key, &trie, BPF_ANY))
		err(1, "cannot add endpoint %s", text);
	return trie;
}

static void fill(int endpoints, FILE *file)
{
	char first[64], second[64];
	int trie = -1;

	while (fscanf(file, "%63s %63s", first, second) == 2) {
		if (!strcmp(first, "same")) {
			add_endpoint(endpoints, second, trie);
		} else if (!strcmp(first, "endpoint")) {
			if (trie >= 0)
				close(trie);
			trie = add_endpoint(endpoints, second, -1);
		} else {
			add_source(trie, first, second);
		}
	}
}

static void attach(int prog, const char *pin)
{
	struct link_create attr = {
		.prog_fd = prog,
		.attach_type = ATTACH_NETFILTER,
		.pf = family == AF_INET ? 2 : 10,
		.hooknum = 4,
		.priority = 300,
	};
	int fd = syscall(SYS_bpf, BPF_LINK_CREATE, &attr, sizeof(attr));

	if (fd < 0)
		err(1, "cannot attach");
	if (bpf_obj_pin(fd, pin))
		err(1, "cannot pin");
}

int main(int argc, char **argv)
{
	struct bpf_program *program;
	struct bpf_object *object;
	FILE *file;

	if (argc != 4)
		errx(2, "usage: bpf-load OBJECT FILE PIN");
	file = fopen(argv[2], "r");
	if (!file)
		err(1, "%s", argv[2]);
	object = bpf_object__open(argv[1]);
	if (!object)
		err(1, "%s", argv[1]);
	program = bpf_object__next_program(object, NULL);
	bpf_program__set_type(program, PROG_TYPE_NETFILTER);
	bpf_program__set_expected_attach_type(program, ATTACH_NETFILTER);
	if (bpf_object__load(object))
		err(1, "cannot load");
	fill(bpf_object__find_map_fd_by_name(object, "endpoints"), file);
	attach(bpf_program__fd(program), argv[3]);
	return 0;
}
