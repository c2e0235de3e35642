/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a change does that was not typed, and is better said. */
#ifndef _CTL_NOTES_H
#define _CTL_NOTES_H

#include "txn.h"

enum status notes_before_commit(struct txn *t);
enum status notes_after_commit(struct txn *t);

#endif /* _CTL_NOTES_H */
