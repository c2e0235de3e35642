/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From what was typed to values. Each function takes one whole word or list
 * item and returns NULL, or what would have been right, to be put behind the
 * word: "must be 1 to 65535".
 */
#ifndef _CTL_PARSE_H
#define _CTL_PARSE_H

#include <stdbool.h>

#include <linux/epacl.h>

bool parse_u64(const char *s, __u64 *v);
bool parse_number(const char *s, __u32 lo, __u32 hi, __u32 *v);
const char *parse_name(const char *s);
const char *parse_ifname(const char *s);
const char *parse_pattern(const char *s);
const char *parse_text(const char *s);
const char *parse_address(const char *s, struct epacl_u_prefix *p);
const char *parse_prefix(const char *s, struct epacl_u_prefix *p, bool *masked);
const char *parse_mac(const char *s, __u8 mac[6]);
const char *parse_proto(const char *s, __u16 *proto);
const char *parse_ports(const char *s, __u16 lowest, struct epacl_u_ports *r);
const char *parse_icmp(const char *s, __u8 *type, __u8 *code, bool *has_code);
bool address_hides_port(const char *s);
const char *parse_public(const char *s, struct epacl_u_public *p);
const char *parse_socket(const char *s, __u16 lowest, struct epacl_u_prefix *p,
			 __u16 *port, bool *has_port);

bool proto_has_ports(__u16 proto);
bool proto_is_icmp(__u16 proto);
const char *proto_name(__u16 proto);

#endif /* _CTL_PARSE_H */
