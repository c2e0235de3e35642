/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_COMPILER_TYPES_H
#define _SHIM_LINUX_COMPILER_TYPES_H

#define __force
#define __percpu
#define __rcu
#define __user
#define __always_unused __attribute__((unused))
#define __maybe_unused __attribute__((unused))
#define __packed __attribute__((packed))
#define __aligned(n) __attribute__((aligned(n)))
#define __printf(text, args) __attribute__((format(printf, text, args)))
#define __must_check __attribute__((warn_unused_result))
#define fallthrough __attribute__((fallthrough))

#define noinline __attribute__((__noinline__))
#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

#endif /* _SHIM_LINUX_COMPILER_TYPES_H */
