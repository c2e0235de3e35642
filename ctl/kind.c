// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "kind.h"

/* In the order in which usage shows them. */
const struct kind *const kinds[] = {
	&kind_service,	 &kind_vnet,	 &kind_subnet, &kind_vm,
	&kind_nic,	 &kind_endpoint, &kind_lbset,  &kind_group,
	&kind_member,	 &kind_acl,	 &kind_rule,   &kind_rules,
	&kind_set,	 &kind_guard,	 &kind_limit,  &kind_reasons,
	&kind_effective, NULL,
};

const struct kind *kind_by_attr(unsigned int attr)
{
	const struct kind *const *k;

	for (k = kinds; *k; k++)
		if ((*k)->attr == attr)
			return *k;
	return NULL;
}

const struct kind *kind_by_name(const char *name)
{
	const struct kind *const *k;

	for (k = kinds; *k; k++)
		if (!strcmp((*k)->name, name))
			return *k;
	return NULL;
}

const struct kind *kind_by_plural(const char *plural)
{
	const struct kind *const *k;

	for (k = kinds; *k; k++)
		if ((*k)->plural && !strcmp((*k)->plural, plural))
			return *k;
	return NULL;
}

/* The word of that name, wherever it stands; NULL if there is none. */
const struct word *kind_word(const struct kind *k, const char *name)
{
	const struct word *w;

	for (w = k->words; w->name; w++)
		if (!strcmp(w->name, name))
			return w;
	return NULL;
}

static bool is_first_key(const struct kind *k, const struct word *w)
{
	return w == k->words && w->flags & W_KEY;
}

/* Can @w be typed after @verb? */
bool word_is_typed(const struct kind *k, const struct word *w, enum verb verb)
{
	if (w->flags & W_ANSWER)
		return false;
	switch (verb) {
	case VERB_LIST:
		return is_first_key(k, w);
	case VERB_REMOVE:
		return w->flags & W_KEY;
	default:
		return true;
	}
}

/* Does it then stand in its place, without its name? */
bool word_is_position(const struct word *w, enum verb verb)
{
	if (verb == VERB_ADD || verb == VERB_ASK)
		return w->flags & W_POSITION;
	return w->flags & (W_POSITION | W_KEY);
}

bool word_is_needed(const struct kind *k, const struct word *w, enum verb verb)
{
	switch (verb) {
	case VERB_LIST:
		return k->list_key && is_first_key(k, w);
	case VERB_CHANGE:
		return w->flags & W_KEY ||
		       (w->flags & W_NEEDED && !(k->verbs & BIT(VERB_ADD)));
	case VERB_REMOVE:
		return w->flags & W_KEY;
	default:
		return w->flags & W_NEEDED;
	}
}

void word_key(const struct word *w, char *key, size_t size)
{
	size_t i;

	for (i = 0; w->name[i] && i + 1 < size; i++)
		key[i] = w->name[i] == '-' ? '_' : w->name[i];
	key[i] = '\0';
}

void view_init(struct view *v, const struct kind *k, const struct nlattr *nest,
	       const struct policy *policy)
{
	const struct nlattr *attr;
	unsigned int type;

	memset(v, 0, sizeof(*v));
	v->kind = k;
	v->nest = nest;
	v->policy = policy;
	mnl_attr_for_each_nested(attr, nest) {
		type = mnl_attr_get_type(attr);
		if (type < KIND_ATTRS && !v->tb[type])
			v->tb[type] = attr;
	}
}

/* Is this not an object, but more of the one before? */
bool view_continues(const struct view *v)
{
	return v->kind->continues && v->kind->continues(v);
}

/* The string in @attr; NULL if there is none. */
const char *attr_text(const struct nlattr *attr)
{
	if (!attr || mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) < 0)
		return NULL;
	return mnl_attr_get_str(attr);
}

/* The number in @attr, whatever its size; 0 if there is none. */
__u64 attr_number(const struct nlattr *attr)
{
	if (!attr)
		return 0;
	switch (mnl_attr_get_payload_len(attr)) {
	case 1:
		return mnl_attr_get_u8(attr);
	case 2:
		return mnl_attr_get_u16(attr);
	case 4:
		return mnl_attr_get_u32(attr);
	case 8:
		return mnl_attr_get_u64(attr);
	}
	return 0;
}

/**
 * attr_array - the items in an attribute
 * @attr: the attribute, or NULL
 * @size: bytes of an item
 * @n: receives their number
 *
 * Return: the first.
 */
const void *attr_array(const struct nlattr *attr, size_t size, size_t *n)
{
	*n = attr ? mnl_attr_get_payload_len(attr) / size : 0;
	return attr ? mnl_attr_get_payload(attr) : NULL;
}
