// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "codec.h"
#include "info.h"
#include "output.h"

/* Every event has been flushed: nothing is left to be done. */
static void on_signal(int signal_number)
{
	(void)signal_number;
	_exit(DONE);
}

static void print_event(const struct nlmsghdr *nlh, void *arg)
{
	struct nl_attrs attrs;
	__u64 generation, operations;
	json_t *o;

	(void)arg;
	nl_parse(nlh, &attrs);
	generation = attr_number(attrs.tb[EPACL_A_GENERATION]);
	operations = attr_number(attrs.tb[EPACL_A_OPERATIONS]);
	if (output.json) {
		o = new_object();
		json_put_key(o, "generation",
			     json_integer((json_int_t)generation));
		json_put_key(o, "operations",
			     json_integer((json_int_t)operations));
		print_json(o);
	} else {
		printf("generation %llu: %llu operation%s\n",
		       (unsigned long long)generation,
		       (unsigned long long)operations,
		       operations == 1 ? "" : "s");
	}
	fflush(stdout);
}

static enum status watch(struct nl *nl)
{
	int err = nl_listen(nl);

	while (!err && !ferror(stdout)) {
		err = nl_wait(nl, print_event, NULL);
		if (err == -ENOBUFS)
			say(NULL,
			    "events were lost: they came faster than they were read");
		if (err == -ENOBUFS || err == -EINTR)
			err = 0;
	}
	return err ? nl_refused(&nl->fault, NULL, err) : DONE;
}

/* The monitor command: a line for each change, until interrupted. */
enum status monitor_run(void)
{
	static struct nl nl;
	enum status status;

	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	status = nl_open(&nl);
	if (!status)
		status = watch(&nl);
	nl_close(&nl);
	return status;
}
