// SPDX-License-Identifier: GPL-2.0-or-later
/* Lists of prefixes: what is read of them, and what is said of wrong ones. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "feed.h"
#include "format.h"

/* What somebody chose, in one string a sort: "A,B", or NULL. */
static struct feed_choice choose(const char *tags, const char *services,
				 const char *regions)
{
	struct feed_choice choice = { 0 };
	const char *const texts[] = { tags, services, regions };
	struct names *const names[] = { &choice.tags, &choice.services,
					&choice.regions };
	size_t i, len;

	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		const char *s = texts[i];

		for (; s && *s; s += len + (s[len] == ',')) {
			len = strcspn(s, ",");
			names_add(names[i], s, len);
		}
	}
	return choice;
}

static void choice_free(struct feed_choice *choice)
{
	names_free(&choice->tags);
	names_free(&choice->services);
	names_free(&choice->regions);
}

/* What @data is read as: prefixes with blanks between them, or "LINE: FAULT". */
static const char *read_as(const char *data, size_t len, const char *tags,
			   const char *services, const char *regions)
{
	static char text[8192];
	struct feed_choice choice = choose(tags, services, regions);
	struct buf b = { 0 };
	struct feed f;
	size_t i;

	if (!feed_read(&f, data, len, &choice))
		buf_add(&b, "%u: %s", f.line, f.fault.s);
	else
		for (i = 0; i < f.prefixes.n; i++) {
			buf_add(&b, "%s", i ? " " : "");
			format_plain(&b, &f.prefixes.list[i]);
		}
	snprintf(text, sizeof(text), "%s", buf_text(&b));
	buf_free(&b);
	feed_free(&f);
	choice_free(&choice);
	return text;
}

static void plain(const char *data, const char *want)
{
	ck_assert_str_eq(read_as(data, strlen(data), NULL, NULL, NULL), want);
}

static char *slurp(const char *name, size_t *len)
{
	FILE *f = fopen(name, "r");
	struct buf b = { 0 };
	char block[4096];
	size_t n;

	if (!f)
		return NULL;
	while ((n = fread(block, 1, sizeof(block), f)))
		buf_add_data(&b, block, n);
	fclose(f);
	*len = b.len;
	return b.s;
}

static const char *file_as(const char *name, const char *tags,
			   const char *services, const char *regions)
{
	const char *result;
	size_t len;
	char *data = slurp(name, &len);

	ck_assert_ptr_nonnull(data);
	result = read_as(data, len, tags, services, regions);
	free(data);
	return result;
}

START_TEST(plain_lists)
{
	plain("", "");
	plain("\r\n \t\n# nothing\n;", "");
	plain("10.0.0.0/8", "10.0.0.0/8");
	plain("10.0.0.0/8\n10.0.0.0/8\n", "10.0.0.0/8");
	plain("10.0.0.1 10.0.0.2,10.0.0.3", "10.0.0.1 10.0.0.2 10.0.0.3");
	plain("2001:db8::1\n10.0.0.1", "10.0.0.1 2001:db8::1");
	plain("10.0.0.0/8 10.1.0.0/16", "10.0.0.0/8 10.1.0.0/16");
	plain("\xef\xbb\xbf"
	      "10.0.0.0/8",
	      "10.0.0.0/8");
	plain("0.0.0.0/0 ::/0", "0.0.0.0/0 ::/0");
}
END_TEST

START_TEST(ranges)
{
	plain("10.0.0.0-10.0.0.255", "10.0.0.0/24");
	plain("10.0.0.1-10.0.0.1", "10.0.0.1");
	plain("10.0.0.5 - 10.0.0.18",
	      "10.0.0.5 10.0.0.6/31 10.0.0.8/29 10.0.0.16/31 10.0.0.18");
	plain("0.0.0.0-255.255.255.255", "0.0.0.0/0");
	plain("255.255.255.254-255.255.255.255", "255.255.255.254/31");
	plain("0.0.0.1-0.0.0.2", "0.0.0.1 0.0.0.2");
	plain("::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "::/0");
	plain("2001:db8::ffff-2001:db8::1:0", "2001:db8::ffff 2001:db8::1:0");
	plain("ffff::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff::/16");
}
END_TEST

START_TEST(wrong_lists)
{
	plain("10.0.0.0/8\n\n10.0.0.0/33",
	      "3: '10.0.0.0/33': the length must be 0 to 32");
	plain("10.0.0.0/8 x",
	      "1: 'x': must be an IPv4 or IPv6 address, or ADDR/LENGTH");
	plain("10.0.0.9-10.0.0.1",
	      "1: '10.0.0.9-10.0.0.1': a range goes from the lower address to the higher one of its family");
	plain("10.0.0.9-::1",
	      "1: '10.0.0.9-::1': a range goes from the lower address to the higher one of its family");
	plain("10.0.0.9-\n10.0.0.10",
	      "1: '10.0.0.9-': a range goes from an address to an address");
	plain("-10.0.0.9",
	      "1: '-10.0.0.9': a range goes from an address to an address");
	plain("10.0.0.0/24-10.0.1.0/24",
	      "1: '10.0.0.0/24-10.0.1.0/24': a range goes from an address to an address");
	ck_assert_str_eq(read_as("10.0.0.1\n\0", 10, NULL, NULL, NULL),
			 "2: this is not a list of prefixes");
	ck_assert_str_eq(
		read_as("10.0.0.1", 8, "Sql", NULL, NULL),
		"0: a plain list has no tags, services or regions to choose from");
}
END_TEST

START_TEST(host_bits)
{
	static const char text[] = "10.0.0.0/8\n175.1.0.1/24\n10.2.0.1/9\n";
	const struct feed_choice all = { 0 };
	struct feed f;

	ck_assert(feed_read(&f, text, sizeof(text) - 1, &all));
	ck_assert_uint_eq(f.masked, 2);
	ck_assert_str_eq(f.first_masked.s, "175.1.0.1/24");
	ck_assert_uint_eq(f.prefixes.n, 3);
	feed_free(&f);
}
END_TEST

START_TEST(sample_list)
{
	ck_assert_str_eq(
		file_as("tests/data/list.txt", NULL, NULL, NULL),
		"198.18.0.0/24 198.18.1.0/24 198.18.2.5 198.18.2.6/31 198.18.2.8/29 198.18.2.16/31 198.18.2.18 198.18.3.0/24 2001:db8:1::/48 2001:db8:2::1 2001:db8:3::/112");
}
END_TEST

START_TEST(azure)
{
	const char *file = "tests/data/service-tags.json";

	ck_assert_str_eq(file_as(file, "Sql.WestUS", NULL, NULL),
			 "13.86.216.0/25 13.86.216.128/26 2001:db8:5a1:37::/64");
	ck_assert_str_eq(
		file_as(file, "Storage.WestUS,Sql", NULL, NULL),
		"13.86.216.0/25 13.86.216.128/26 198.18.64.0/27 198.19.0.0/20 2001:db8:5a1::/48");
	ck_assert_str_eq(file_as(file, NULL, NULL, NULL),
			 "0: this file has 3 service tags: say which with 'tag'");
	ck_assert_str_eq(
		file_as(file, "sql.westus", NULL, NULL),
		"0: there is no service tag 'sql.westus' in it (near: Sql.WestUS)");
	ck_assert_str_eq(file_as(file, "Sql,Kubernetes", NULL, NULL),
			 "0: there is no service tag 'Kubernetes' among its 3");
	ck_assert_str_eq(
		file_as(file, "Sql", NULL, "westus"),
		"0: this file has service tags: 'tag' chooses among them");
}
END_TEST

START_TEST(aws)
{
	const char *file = "tests/data/ip-ranges.json";

	ck_assert_str_eq(
		file_as(file, NULL, NULL, NULL),
		"198.18.0.0/20 198.18.16.0/24 198.19.0.0/22 2001:db8:53::/48");
	ck_assert_str_eq(file_as(file, NULL, "S3", NULL),
			 "198.18.16.0/24 198.19.0.0/22 2001:db8:53::/48");
	ck_assert_str_eq(file_as(file, NULL, "S3,EC2", "eu-west-1"),
			 "198.18.0.0/20 198.18.16.0/24 2001:db8:53::/48");
	ck_assert_str_eq(file_as(file, NULL, "EC2", "us-west-2"), "");
	ck_assert_str_eq(file_as(file, NULL, "S4", NULL),
			 "0: there is no service 'S4' in it (near: S3)");
	ck_assert_str_eq(
		file_as(file, NULL, NULL, "eu-west-2"),
		"0: there is no region 'eu-west-2' in it (near: eu-west-1 us-west-2)");
	ck_assert_str_eq(
		file_as(file, "Sql", NULL, NULL),
		"0: this file has no tags: 'service' and 'region' choose among its prefixes");
}
END_TEST

START_TEST(wrong_json)
{
	plain("{}",
	      "0: JSON, but neither service tags of Azure nor ip-ranges.json of AWS");
	plain("[\"10.0.0.0/8\"]",
	      "0: JSON, but neither service tags of Azure nor ip-ranges.json of AWS");
	plain("{\n\"prefixes\": [\n{\"ip_prefix\":\n\"10.0.0.0/40\"}]}",
	      "4: '10.0.0.0/40': the length must be 0 to 32");
	plain("{\"prefixes\": [{}]}",
	      "0: a prefix in it is missing, or no string");
	plain("{\"prefixes\": [7]}",
	      "0: a prefix in it is missing, or no string");
	ck_assert(strstr(read_as("{\n\n\"a\"", 6, NULL, NULL, NULL), "3: ") ==
		  read_as("{\n\n\"a\"", 6, NULL, NULL, NULL));
	ck_assert_str_eq(read_as("{\"values\": [{\"name\": \"a\"}]}", 27, "a",
				 NULL, NULL),
			 "1: service tag 'a' has no addressPrefixes");
}
END_TEST

/* Whatever the bytes: an answer, and no access that the sanitizers mind. */
START_TEST(any_bytes)
{
	static const char *const files[] = { "tests/data/list.txt",
					     "tests/data/service-tags.json",
					     "tests/data/ip-ranges.json" };
	unsigned int seed = 4711, i, j;
	size_t len;

	for (i = 0; i < 3000; i++) {
		char *data = slurp(files[i % 3], &len);

		ck_assert_ptr_nonnull(data);
		seed = seed * 1103515245 + 12345;
		for (j = 0; j <= seed >> 28; j++) {
			seed = seed * 1103515245 + 12345;
			data[(seed >> 4) % len] =
				"-/#;,. \n\0{}\"0f:x"[seed >> 8 & 15];
		}
		read_as(data, (seed >> 3) % len,
			i % 3 == 1 ? "Sql,Storage.WestUS" : NULL,
			i % 3 == 2 ? "S3" : NULL, NULL);
		free(data);
	}
}
END_TEST

/* The real list, where somebody has put it. */
START_TEST(real_tags)
{
	const char *file = getenv("EPACL_SERVICE_TAGS");
	struct feed_choice sql;
	struct feed f;
	size_t len;
	char *data;

	if (!file)
		return;
	data = slurp(file, &len);
	ck_assert_ptr_nonnull(data);
	sql = choose("Sql.WestUS", NULL, NULL);
	ck_assert(feed_read(&f, data, len, &sql));
	ck_assert_uint_ge(f.prefixes.n, 10);
	feed_free(&f);
	free(data);
	choice_free(&sql);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("feed");
	TCase *t = tcase_create("feed");
	SRunner *r;
	int failed;

	tcase_set_timeout(t, 60);
	tcase_add_test(t, plain_lists);
	tcase_add_test(t, ranges);
	tcase_add_test(t, wrong_lists);
	tcase_add_test(t, host_bits);
	tcase_add_test(t, sample_list);
	tcase_add_test(t, azure);
	tcase_add_test(t, aws);
	tcase_add_test(t, wrong_json);
	tcase_add_test(t, any_bytes);
	tcase_add_test(t, real_tags);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return !!failed;
}
