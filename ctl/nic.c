// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "codec.h"
#include "format.h"
#include "op.h"
#include "output.h"
#include "parse.h"

/* --- tags ------------------------------------------------------------------------- */

static bool one_vlan(const char *item, void *arg)
{
	struct list *l = arg;
	__u32 n;
	__u16 id;

	if (!parse_number(item, 1, 4094, &n))
		return op_wrong(l->op, l->word, item, "must be 1 to 4094");
	id = (__u16)n;
	return list_add(l, item, &id);
}

static bool put_vlans(struct op *op, const struct word *w, char **argv)
{
	return put_list(op, w, argv[0], sizeof(__u16), one_vlan);
}

static void text_vlan(struct buf *b, const void *id)
{
	buf_add(b, "%u", *(const __u16 *)id);
}

static json_t *json_vlan(const void *id)
{
	return json_integer(*(const __u16 *)id);
}

static void text_vlans(struct buf *b, const struct word *w,
		       const struct view *v)
{
	text_items(b, w, v, sizeof(__u16), text_vlan);
}

static void json_vlans(json_t *o, const struct word *w, const struct view *v)
{
	json_items(o, w, v, sizeof(__u16), json_vlan);
}

static const struct codec codec_vlans = {
	.put = put_vlans,
	.text = text_vlans,
	.json = json_vlans,
};

/* --- what it serves ----------------------------------------------------------------- */

static const struct {
	const char *name;
	__u32 bit;
} services[] = {
	{ "dhcp", EPACL_SERVES_DHCP },
	{ "ra", EPACL_SERVES_RA },
};

static const char *const serves_choices[] = { "dhcp", "ra", "dhcp,ra", NULL };

static bool one_service(const char *item, void *arg)
{
	struct list *l = arg;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(services); i++)
		if (!strcmp(item, services[i].name))
			return list_add(l, item, &services[i].bit);
	return op_wrong(l->op, l->word, item, "must be dhcp or ra");
}

static bool put_serves(struct op *op, const struct word *w, char **argv)
{
	struct list l = { .op = op, .word = w, .size = sizeof(__u32) };
	bool ok = list_parse(op, w, argv[0], one_service, &l);
	const __u32 *bits = (const __u32 *)(const void *)l.data;
	__u32 all = 0;
	size_t i;

	for (i = 0; i < l.n; i++)
		all |= bits[i];
	if (ok)
		mnl_attr_put_u32(op->nlh, w->attr, all);
	free(l.data);
	return ok;
}

static void text_serves(struct buf *b, const struct word *w,
			const struct view *v)
{
	__u64 bits = attr_number(v->tb[w->attr]);
	const char *comma = "";
	size_t i;

	for (i = 0; i < ARRAY_SIZE(services); i++) {
		if (!(bits & services[i].bit))
			continue;
		buf_add(b, "%s%s", comma, services[i].name);
		comma = ",";
	}
}

static void json_serves(json_t *o, const struct word *w, const struct view *v)
{
	__u64 bits = attr_number(v->tb[w->attr]);
	json_t *list = new_array();
	size_t i;

	for (i = 0; i < ARRAY_SIZE(services); i++)
		if (bits & services[i].bit)
			array_add(list, json_text(services[i].name));
	json_put(o, w, list);
}

static const struct codec codec_serves = {
	.put = put_serves,
	.text = text_serves,
	.json = json_serves,
};

/* --- hardware address, and interface ----------------------------------------------- */

static bool put_mac(struct op *op, const struct word *w, char **argv)
{
	__u8 mac[6];
	const char *why = parse_mac(argv[0], mac);

	if (why)
		return op_wrong(op, w, argv[0], why);
	mnl_attr_put(op->nlh, w->attr, sizeof(mac), mac);
	return true;
}

static void text_mac(struct buf *b, const struct word *w, const struct view *v)
{
	const __u8 *mac;
	size_t n;

	mac = attr_array(v->tb[w->attr], 6, &n);
	if (n)
		format_mac(b, mac);
}

static void cell_mac(struct buf *b, const struct word *w, const struct view *v)
{
	const __u8 *mac;
	size_t n;

	text_mac(b, w, v);
	mac = attr_array(v->tb[EPACL_NIC_A_LEARNED_MAC], 6, &n);
	if (!n)
		return;
	format_mac(b, mac);
	buf_add(b, " (learned)");
}

static const struct codec codec_mac = {
	.put = put_mac,
	.text = text_mac,
	.cell = cell_mac,
	.json = json_as_text,
};

static void text_ifindex(struct buf *b, const struct word *w,
			 const struct view *v)
{
	__u64 ifindex = attr_number(v->tb[w->attr]);

	if (ifindex)
		buf_add(b, "%llu", (unsigned long long)ifindex);
	else
		buf_add(b, "absent");
}

static void json_ifindex(json_t *o, const struct word *w, const struct view *v)
{
	json_put(o, w, json_integer((json_int_t)attr_number(v->tb[w->attr])));
}

static const struct codec codec_ifindex = {
	.text = text_ifindex,
	.json = json_ifindex,
};

/* --- words ------------------------------------------------------------------------ */

static const struct word words[] = {
	{
		.name = "vm",
		.value = "VM",
		.help = "name of the VM",
		.codec = &codec_name,
		.attr = EPACL_NIC_A_VM,
		.flags = W_KEY | W_POSITION | W_NEEDED,
	},
	{
		.name = "dev",
		.value = "IFNAME",
		.help = "host-side interface, need not exist yet",
		.codec = &codec_ifname,
		.attr = EPACL_NIC_A_DEV,
		.flags = W_KEY | W_NEEDED,
	},
	{
		.name = "address",
		.value = "ADDR|PREFIX,...",
		.help = "what the guest may use there",
		.codec = &codec_plains,
		.attr = EPACL_NIC_A_ADDRESSES,
		.max = EPACL_PREFIXES_MAX,
		.flags = W_NEEDED,
	},
	{
		.name = "mac",
		.value = "MAC",
		.help = "its hardware address; otherwise the first one seen",
		.codec = &codec_mac,
		.attr = EPACL_NIC_A_MAC,
		.flags = W_CLEAR,
	},
	{
		.name = "vnet",
		.value = "VNET",
		.help = "vnet that it belongs to",
		.codec = &codec_name,
		.attr = EPACL_NIC_A_VNET,
		.flags = W_CLEAR,
	},
	{
		.name = "shared",
		.value = "ADDR,...",
		.help = "addresses that other nics may have too, as with VRRP",
		.codec = &codec_addresses,
		.attr = EPACL_NIC_A_SHARED,
		.max = EPACL_PREFIXES_MAX,
		.flags = W_CLEAR,
	},
	{
		.name = "vlan",
		.value = "ID,...",
		.help = "VLAN tags that the guest may send and receive, 1 to 4094",
		.codec = &codec_vlans,
		.attr = EPACL_NIC_A_VLANS,
		.max = EPACL_VLANS_MAX,
		.flags = W_CLEAR,
	},
	{
		.name = "serves",
		.value = "dhcp,ra",
		.help = "it may be the DHCP server, or a router, of its segment",
		.codec = &codec_serves,
		.attr = EPACL_NIC_A_SERVES,
		.max = 2,
		.flags = W_CLEAR,
		.choices = serves_choices,
	},
	{
		.name = "ifindex",
		.codec = &codec_ifindex,
		.attr = EPACL_NIC_A_IFINDEX,
		.flags = W_ANSWER | W_NUMBER,
	},
	{
		.name = "learned-mac",
		.codec = &codec_mac,
		.attr = EPACL_NIC_A_LEARNED_MAC,
		.flags = W_ANSWER | W_INNER,
	},
	{}
};

const struct kind kind_nic = {
	.name = "nic",
	.plural = "nics",
	.help = "one attachment of a VM",
	.attr = EPACL_A_NIC,
	.verbs = BIT(VERB_ADD) | BIT(VERB_CHANGE) | BIT(VERB_REMOVE) |
		 BIT(VERB_LIST),
	.translated = true,
	.within = &kind_vm,
	.words = words,
};
