// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the kernel answers to commands.
 *
 * input: number of the command, then datagrams as fake.h has them
 */
#include <string.h>

#include "../fuzz.h"
#include "fake.h"

static const char *const commands[] = {
	"list ruleset",
	"-j list ruleset",
	"--stats list ruleset",
	"list vms",
	"-j list nics",
	"list endpoints",
	"list rules a/web",
	"-j list rules vm a in",
	"list reasons",
	"list sets big",
	"list lbsets",
	"list subnets v",
	"effective a",
	"-j effective a in",
	"explain tcp 198.51.100.9:40000 203.0.113.10:80",
	"-j explain icmp 10.1.0.4 10.1.0.5 type 8/0",
	"version",
	"add vm b dev vnet9 address 10.1.0.9 service s",
	"add endpoint a/x tcp 81 public 203.0.113.10",
	"--may-exist add set big 10.0.0.0/8,192.168.0.0/16",
	"--stats remove vm a",
	"--generation 7 remove rule a/web 100",
	"import set big - force",
	"sync-nat",
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char file[] = "10.9.0.0/16\n2001:db8::/32\n";
	char *argv[16] = { NULL }, *text, *rest, *word;
	int argc = 0;

	if (!size)
		return -1;
	fake_answers(data + 1, size - 1);
	fake_stdin((const uint8_t *)file, sizeof(file) - 1);
	text = strdup(
		commands[data[0] % (sizeof(commands) / sizeof(*commands))]);
	MUST(text);
	argv[argc++] = text;
	for (rest = text; (word = strsep(&rest, " "));)
		argv[argc++] = word;
	fake_run(argc, argv);
	fake_end();
	free(text);
	return 0;
}
