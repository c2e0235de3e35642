/* SPDX-License-Identifier: GPL-2.0-or-later */
/* RFC 826, without what the C library has of its own. */
#ifndef _SHIM_LINUX_IF_ARP_H
#define _SHIM_LINUX_IF_ARP_H

#include <linux/types.h>

#define ARPHRD_ETHER 1
#define ARPOP_REQUEST 1
#define ARPOP_REPLY 2

struct arphdr {
	__be16 ar_hrd;
	__be16 ar_pro;
	unsigned char ar_hln;
	unsigned char ar_pln;
	__be16 ar_op;
};

#endif /* _SHIM_LINUX_IF_ARP_H */
