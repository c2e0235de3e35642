// SPDX-License-Identifier: GPL-2.0-or-later
#include "codec.h"
#include "output.h"
#include "policy.h"

static const char *vm_name(const struct view *v)
{
	const char *name = attr_text(v->tb[EPACL_VM_A_NAME]);

	return name ? name : "";
}

static void add_word(struct buf *b, const struct view *v, const char *name)
{
	const struct word *w = kind_word(v->kind, name);

	w->codec->text(b, w, v);
}

static void text_nics(struct buf *b, const struct word *w, const struct view *v)
{
	const struct object *o;
	const char *comma = "";
	struct view nic;
	size_t i;

	(void)w;
	policy_for_each(v->policy, &kind_nic, vm_name(v), o, i) {
		policy_view(v->policy, o, &nic);
		buf_add(b, "%s", comma);
		add_word(b, &nic, "dev");
		buf_add(b, " ");
		add_word(b, &nic, "address");
		comma = ", ";
	}
}

static void json_nics(json_t *o, const struct word *w, const struct view *v)
{
	json_t *list = new_array();
	const struct object *found;
	struct view nic;
	size_t i;

	policy_for_each(v->policy, &kind_nic, vm_name(v), found, i) {
		policy_view(v->policy, found, &nic);
		array_add(list, view_json(&nic));
	}
	json_put(o, w, list);
}

static const struct codec codec_nics = {
	.text = text_nics,
	.json = json_nics,
};

static const struct word words[] = {
	{
		.name = "name",
		.value = "NAME",
		.help = "name of the VM",
		.codec = &codec_name,
		.attr = EPACL_VM_A_NAME,
		.flags = W_KEY | W_POSITION | W_NEEDED,
	},
	{
		.name = "service",
		.value = "NAME",
		.help = "service whose address it uses towards the outside",
		.codec = &codec_name,
		.attr = EPACL_VM_A_SERVICE,
		.flags = W_CLEAR,
	},
	{
		.name = "quota",
		.value = "N",
		.help = "connections that it may have open, of those that it opened itself, 1 to 65535",
		.codec = &codec_number,
		.attr = EPACL_VM_A_QUOTA,
		.max = sizeof(__u32),
		.flags = W_CLEAR | W_NUMBER,
	},
	{
		.name = "nics",
		.codec = &codec_nics,
		.flags = W_ANSWER,
	},
	{}
};

const struct kind kind_vm = {
	.name = "vm",
	.plural = "vms",
	.help = "a guest",
	.attr = EPACL_A_VM,
	.verbs = BIT(VERB_ADD) | BIT(VERB_CHANGE) | BIT(VERB_REMOVE) |
		 BIT(VERB_LIST),
	.translated = true,
	.list_with = { &kind_nic },
	.part = &kind_nic,
	.words = words,
};
