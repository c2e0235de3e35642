// SPDX-License-Identifier: GPL-2.0-only
/*
 * The main program of a test.
 */
#include <stdlib.h>
#include "run.h"

int run_suite(Suite *suite)
{
	SRunner *runner = srunner_create(suite);
	int failed;

	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
