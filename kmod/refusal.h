/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Why a request was refused, for the one who made it.
 */
#ifndef _EPACL_REFUSAL_H
#define _EPACL_REFUSAL_H

#include <linux/types.h>

/* Two names and a sentence around them. */
#define EPACL_REFUSAL_TEXT 320

/**
 * struct epacl_refusal - a refused request
 * @op: index of the operation at fault, from 1; 0: none
 * @attr: attribute at fault, in the nest of the operation's kind; 0: none
 * @brief: fixed text for the extended acknowledgement
 * @text: the whole sentence, with the names concerned
 */
struct epacl_refusal {
	u32 op;
	u16 attr;
	const char *brief;
	char text[EPACL_REFUSAL_TEXT];
};

/**
 * epacl_refuse - fill in a refusal
 * @why: filled in; the index of the operation is left as it is
 * @err: negative errno to return
 * @attr: attribute at fault, or 0
 * @brief: a string that lives for ever, without names
 * @format: the whole sentence, as for printf
 *
 * Return: @err, so that a caller can refuse in one line.
 */
int __printf(5, 6) epacl_refuse(struct epacl_refusal *why, int err, u16 attr,
				const char *brief, const char *format, ...);

#endif /* _EPACL_REFUSAL_H */
