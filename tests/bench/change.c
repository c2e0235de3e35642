// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * usage: change epacl|nft FAMILY ENDPOINT TIMES
 *
 * How long it takes until one more permitted prefix of one endpoint, or one
 * less, is acknowledged: in this process, without starting a tool. With the
 * policy of the benchmark (tests/bench/filters.py) in force.
 */
#include <err.h>
#include <nftables/libnftables.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "commands.h"
#include "netlink.h"
#include "txn.h"

static const char *family, *endpoint;

static const char *prefix(void)
{
	return *family == '4' ? "192.0.2.0/24" : "2001:db8::/64";
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e6 + t.tv_nsec / 1e3;
}

/* ---- epacl ---- */

static struct nl nl;

static void change_epacl(bool add)
{
	static char list[64], remote[32], order[] = "65535";
	static char *adding[] = { "add",    "rule", list, order,
				  "permit", remote, NULL };
	static char *removing[] = { "remove", "rule", list, order, NULL };
	const struct place at = { .file = NULL };
	const struct txn_options how = {};
	struct program p = {};

	snprintf(list, sizeof(list), "v%s/e", endpoint);
	snprintf(remote, sizeof(remote), "%s", prefix());
	if (!command_parse(&p, &at, add ? 6 : 4, add ? adding : removing) ||
	    txn_run(&nl, &p, &at, &how))
		errx(1, "epacl refused the change");
	program_free(&p);
}

/* ---- nftables ---- */

static struct nft_ctx *nft;

static void change_nft(bool add)
{
	char line[128];

	snprintf(line, sizeof(line), "%s element %s bench s%s { %s }",
		 add ? "add" : "delete", *family == '4' ? "ip" : "ip6",
		 endpoint, prefix());
	if (nft_run_cmd_from_buffer(nft, line))
		errx(1, "nftables refused the change");
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void run(void (*change)(bool add), int times)
{
	double *took = calloc(times, sizeof(*took)), began;
	int i;

	if (!took)
		err(1, "no memory");
	for (i = 0; i < times; i++) {
		began = now();
		change(!(i % 2));
		took[i] = now() - began;
	}
	qsort(took, times, sizeof(*took), ascending);
	printf("median_us %.0f p95_us %.0f\n", took[times / 2],
	       took[times * 95 / 100]);
	free(took);
}

int main(int argc, char **argv)
{
	int times = argc == 5 ? atoi(argv[4]) : 0;

	if (times <= 0)
		errx(2, "usage: change epacl|nft FAMILY ENDPOINT TIMES");
	family = argv[2];
	endpoint = argv[3];
	nft = nft_ctx_new(NFT_CTX_DEFAULT);
	if (!nft || nl_open(&nl))
		return 1;
	run(strcmp(argv[1], "nft") ? change_epacl : change_nft, times & ~1);
	nl_close(&nl);
	nft_ctx_free(nft);
	return 0;
}
