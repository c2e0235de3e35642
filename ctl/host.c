// SPDX-License-Identifier: GPL-2.0-or-later
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include <libmnl/libmnl.h>

#include "host.h"

/* One interface takes a few kilobytes. */
#define ANSWER_ROOM 16384

static bool is_same(const struct sockaddr *sa, __u8 family, const __u8 *addr)
{
	const struct sockaddr_in *v4 = (const void *)sa;
	const struct sockaddr_in6 *v6 = (const void *)sa;

	if (!sa)
		return false;
	if (family == 4)
		return sa->sa_family == AF_INET &&
		       !memcmp(&v4->sin_addr, addr, sizeof(v4->sin_addr));
	return sa->sa_family == AF_INET6 &&
	       !memcmp(&v6->sin6_addr, addr, sizeof(v6->sin6_addr));
}

/**
 * host_takes_address - is it an address of an interface here?
 * @list: from getifaddrs(), or NULL; each address is found in it once
 * @family: 4 or 6
 * @addr: its 4 or 16 bytes
 */
bool host_takes_address(struct ifaddrs *list, __u8 family, const __u8 *addr)
{
	bool found = false;

	for (; list; list = list->ifa_next) {
		if (!is_same(list->ifa_addr, family, addr))
			continue;
		list->ifa_addr = NULL;
		found = true;
	}
	return found;
}

/* Is that message about a veth whose other end is in this namespace? */
static int read_link(const struct nlmsghdr *nlh, void *arg)
{
	bool *both = arg, is_veth = false, has_peer = false, away = false;
	const struct nlattr *attr, *info;

	mnl_attr_for_each(attr, nlh, sizeof(struct ifinfomsg)) {
		switch (mnl_attr_get_type(attr)) {
		case IFLA_LINK:
			has_peer = true;
			break;
		case IFLA_LINK_NETNSID:
			away = true;
			break;
		case IFLA_LINKINFO:
			mnl_attr_for_each_nested(info, attr)
				if (mnl_attr_get_type(info) == IFLA_INFO_KIND)
					is_veth = !strcmp(mnl_attr_get_str(
								  info),
							  "veth");
			break;
		}
	}
	*both = is_veth && has_peer && !away;
	return MNL_CB_OK;
}

static void ask(struct mnl_socket *sock, const char *dev, bool *both)
{
	char buf[ANSWER_ROOM];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	ssize_t n;

	nlh->nlmsg_type = RTM_GETLINK;
	nlh->nlmsg_flags = NLM_F_REQUEST;
	mnl_nlmsg_put_extra_header(nlh, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(nlh, IFLA_IFNAME, dev);
	if (mnl_socket_sendto(sock, nlh, nlh->nlmsg_len) < 0)
		return;
	n = mnl_socket_recvfrom(sock, buf, sizeof(buf));
	if (n > 0)
		mnl_cb_run(buf, (size_t)n, 0, 0, read_link, both);
}

/**
 * host_has_both_ends - is it a veth with its other end in this namespace?
 * @dev: name of the interface
 *
 * Return: false also where there is none, or that cannot be told.
 */
bool host_has_both_ends(const char *dev)
{
	struct mnl_socket *sock = mnl_socket_open(NETLINK_ROUTE);
	bool both = false;

	if (!sock)
		return false;
	if (!mnl_socket_bind(sock, 0, MNL_SOCKET_AUTOPID))
		ask(sock, dev, &both);
	mnl_socket_close(sock);
	return both;
}
