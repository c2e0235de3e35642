# SPDX-License-Identifier: GPL-2.0-or-later
#
# A thin front: `make help` lists the targets, the work is done in scripts/.
# Everything that is built lands below build/, nothing in the source folders.

# The one place of the version. Tool and module get it as the string macro
# EPACL_VERSION: the tool from the command line here, the module from Kbuild,
# which is handed it as a variable of make.
VERSION := 0.1.0

PREFIX ?= /usr/local
SBINDIR ?= $(PREFIX)/sbin
MANDIR ?= $(PREFIX)/share/man
INCLUDEDIR ?= $(PREFIX)/include
UNITDIR ?= /etc/systemd/system
DKMSDIR ?= /usr/src/epacl-$(VERSION)
BUILD ?= build
PKG_CONFIG ?= pkg-config

# Kernel to build for: the running one where its headers are, else the one
# that scripts/vm boots.
ifndef KVER
KVER := $(shell v=$$(uname -r); if [ -e /lib/modules/$$v/build/Makefile ]; \
	then echo $$v; else scripts/vm --no-module --print-kernel; fi)
endif
KDIR ?= /lib/modules/$(KVER)/build
RUNNING := $(shell uname -r)
KBUILD_ARGS ?=

comma := ,

# A line for each command of the compiler, the command itself with V=1, nothing
# with make -s.
Q := $(if $(filter-out 0,$(V)),,@)
SILENT := $(findstring s,$(firstword -$(MAKEFLAGS)))
NOTE = $(if $(Q),@$(if $(SILENT),:,echo '  $(if $(filter %.o,$@),CC,LD) $@'))

.PHONY: all module tool test-tools unit replay fuzzers fuzz check format test test-full bench bench-module bench-tools bench-bpf demo install uninstall \
	modules_install modules_uninstall dkms_install clean help
.DELETE_ON_ERROR:

# Once more for the rest: KVER may only be known after scripts/deps.
all:
	@scripts/deps build
	+@$(MAKE) --no-print-directory module tool
	@[ $(KVER) = $(RUNNING) ] || echo 'built for $(KVER); the running kernel is' \
		'$(RUNNING), whose headers are not here'

help:
	@echo 'all              module and tool (the default)'
	@echo 'module           $(BUILD)/kmod-KVER/epacl.ko [KVER=$(KVER)]'
	@echo 'tool             $(BUILD)/aclctl'
	@echo 'unit             the programs of tests/unit'
	@echo 'fuzz             fuzzers of tests/fuzz [FUZZ_SECONDS=60 each]'
	@echo 'check            static checks'
	@echo 'format           lets clang-format rewrite the C files'
	@echo 'test             static checks, unit tests, tests in a booted kernel'
	@echo 'test-full        the same, with more kernels and longer tests'
	@echo 'bench            what a packet costs, beside other filters'
	@echo 'demo             scripts/demo in a booted kernel'
	@echo 'install          tool, header, manual, systemd unit [DESTDIR= PREFIX=$(PREFIX)]'
	@echo 'modules_install  module of KVER [DESTDIR=]'
	@echo 'dkms_install     sources in $(DKMSDIR), built for each kernel by DKMS'
	@echo 'uninstall, modules_uninstall, clean'
	@echo 'V=1 on the command line shows the commands of the compiler'

# --- module -----------------------------------------------------------------
# The kernel's build writes beside the sources, so it gets a tree of links to
# them, one for each kernel.

KMOD_TREE := $(BUILD)/kmod-$(KVER)
KMOD_FILES := Kbuild $(shell find kmod include -name '*.[ch]' 2>/dev/null)

# Without a vmlinux, which headers alone lack, the kernel's build says of every
# module that it makes no BTF for it.
NO_BTF := $(if $(wildcard $(KDIR)/vmlinux),,CONFIG_DEBUG_INFO_BTF_MODULES=)

module: $(KMOD_TREE)/epacl.ko

# Two runs (tests, a demo) may want the module at once: flock. The kernel's
# build leaves epacl.ko alone where nothing changed in it: touch.
$(KMOD_TREE)/epacl.ko: $(KMOD_FILES) Makefile $(wildcard kmod include)
	@[ -e $(KDIR)/Makefile ] || { \
		echo 'no kernel headers in $(KDIR); try: scripts/deps build' >&2; exit 1; }
	@mkdir -p $(KMOD_TREE)
	@exec 9< $(KMOD_TREE) && flock 9 && find $(KMOD_TREE) -xtype l -delete && \
	for f in $(KMOD_FILES); do \
		[ -e $(KMOD_TREE)/$$f ] || \
		{ mkdir -p $$(dirname $(KMOD_TREE)/$$f); ln -srf $$f $(KMOD_TREE)/$$f; }; \
	done
	+flock $(KMOD_TREE) $(MAKE) -C $(KDIR) M=$(abspath $(KMOD_TREE)) \
		EPACL_VERSION=$(VERSION) $(NO_BTF) $(KBUILD_ARGS) modules
	@touch $@

# A distribution's headers hold neither its key to sign with nor the System.map
# without which the kernel's own makefile leaves depmod out. Nor does it set modes:
# what is installed must not depend on the umask.
modules_install: module
	chmod 644 $(KMOD_TREE)/epacl.ko
	+umask 022 && $(MAKE) -C $(KDIR) M=$(abspath $(KMOD_TREE)) CONFIG_MODULE_SIG_ALL= \
		$(if $(DESTDIR),INSTALL_MOD_PATH=$(DESTDIR)) modules_install
	$(if $(DESTDIR),,depmod $(KVER))

modules_uninstall:
	rm -f $(DESTDIR)/lib/modules/$(KVER)/extra/epacl.ko* \
		$(DESTDIR)/lib/modules/$(KVER)/updates/epacl.ko*
	$(if $(DESTDIR),,depmod $(KVER))

dkms_install:
	for f in $(KMOD_FILES); do \
		install -D -m 644 $$f $(DESTDIR)$(DKMSDIR)/$$f || exit; \
	done
	sed 's/@VERSION@/$(VERSION)/' packaging/dkms.conf.in | \
		install -m 644 /dev/stdin $(DESTDIR)$(DKMSDIR)/dkms.conf
	$(if $(DESTDIR),,dkms install epacl/$(VERSION) -k $(KVER))

# --- tool -------------------------------------------------------------------

CFLAGS ?= -O2 -g
WARNINGS := -Wall -Wextra -Wformat=2 -Wshadow -Wstrict-prototypes \
	-Wmissing-prototypes -Wpointer-arith -Wwrite-strings -Wundef \
	-Wimplicit-fallthrough -Wvla
OWN_CFLAGS = -std=gnu11 $(WARNINGS) $(if $(WERROR),-Werror) \
	-DEPACL_VERSION=\"$(VERSION)\" -MMD -MP
TOOL_PKGS := libmnl libnftnl jansson
TOOL_OBJS := $(patsubst %.c,$(BUILD)/%.o,$(wildcard ctl/*.c))

tool: $(BUILD)/aclctl

$(BUILD)/aclctl: $(TOOL_OBJS)
	$(NOTE)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $$($(PKG_CONFIG) --libs $(TOOL_PKGS))

$(BUILD)/ctl/%.o: ctl/%.c Makefile
	@mkdir -p $(@D)
	$(NOTE)
	$(Q)$(CC) $(OWN_CFLAGS) $(CPPFLAGS) $(CFLAGS) -Iinclude/uapi -Ictl \
		$$($(PKG_CONFIG) --cflags $(TOOL_PKGS)) -c -o $@ $<

# --- unit tests ---------------------------------------------------------------
# Every tests/unit/test_*.c is a program. All are linked with the module's files
# that tests/unit/sources lists and with the other files of tests/unit; every
# tests/tool/test_*.c with files of the tool.

UNIT := $(BUILD)/unit
UNIT_SHARED := $(shell sed 's/\#.*//' tests/unit/sources 2>/dev/null) \
	$(filter-out tests/unit/test_%,$(wildcard tests/unit/*.c))
UNIT_OBJS := $(patsubst %.c,$(UNIT)/%.o,$(UNIT_SHARED))
UNIT_PROGS := $(patsubst tests/unit/%.c,$(UNIT)/%,$(wildcard tests/unit/test_*.c)) \
	$(patsubst tests/tool/%.c,$(UNIT)/%,$(wildcard tests/tool/test_*.c))
# What the tool has that needs neither kernel nor netlink, for tests/tool.
TOOL_UNIT_OBJS := $(patsubst %,$(UNIT)/ctl/%.o,buf feed format names parse prefixes say)
SANITIZE ?= -fsanitize=address,undefined -fno-sanitize-recover=undefined

unit: $(UNIT_PROGS)

$(UNIT)/test_%: $(UNIT)/tests/unit/test_%.o $(UNIT_OBJS)
	$(NOTE)
	$(Q)$(CC) $(SANITIZE) $(LDFLAGS) -o $@ $^ $$($(PKG_CONFIG) --libs check)

$(UNIT)/test_%: $(UNIT)/tests/tool/test_%.o $(TOOL_UNIT_OBJS)
	$(NOTE)
	$(Q)$(CC) $(SANITIZE) $(LDFLAGS) -o $@ $^ $$($(PKG_CONFIG) --libs check jansson)

$(UNIT)/ctl/%.o: ctl/%.c Makefile
	@mkdir -p $(@D)
	$(NOTE)
	$(Q)$(CC) $(OWN_CFLAGS) $(CPPFLAGS) $(CFLAGS) $(SANITIZE) -Iinclude/uapi -c -o $@ $<

$(UNIT)/tests/tool/%.o: tests/tool/%.c Makefile
	@mkdir -p $(@D)
	$(NOTE)
	$(Q)$(CC) $(OWN_CFLAGS) $(CPPFLAGS) $(CFLAGS) $(SANITIZE) -Ictl -Iinclude/uapi -c -o $@ $<

$(UNIT)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(NOTE)
	$(Q)$(CC) $(OWN_CFLAGS) $(CPPFLAGS) $(CFLAGS) $(SANITIZE) -DEPACL_USERSPACE \
		-Itests/unit/shim -Ikmod -Iinclude/uapi -c -o $@ $<

# --- fuzzers --------------------------------------------------------------------
# Every file of tests/fuzz/kmod and tests/fuzz/ctl is one, and a program with the
# objects of the unit tests, or of the tool with a kernel that is made up. Here
# they only replay files; `make fuzzers` builds the same with clang's engine.

FUZZ_KMOD := $(patsubst tests/fuzz/kmod/%.c,%,$(wildcard tests/fuzz/kmod/*.c))
FUZZ_CTL := $(filter-out fake,$(patsubst tests/fuzz/ctl/%.c,%,$(wildcard tests/fuzz/ctl/*.c)))
FUZZ_PROGS := $(addprefix $(UNIT)/fuzz-,$(FUZZ_KMOD) $(FUZZ_CTL))
FUZZ_MAIN ?= $(UNIT)/tests/fuzz/replay.o
FUZZ_ENGINE ?=
FUZZ_WRAP := $(addprefix -Wl$(comma)--wrap=,$(addprefix mnl_socket_,open open2 bind \
	close get_fd get_portid setsockopt sendto recvfrom) recv getifaddrs output_end)

replay: $(FUZZ_PROGS)

fuzzers:
	+@$(MAKE) --no-print-directory replay BUILD=$(BUILD)/clang CC=clang FUZZ_MAIN= \
		FUZZ_ENGINE=-fsanitize=fuzzer \
		SANITIZE='-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined'

fuzz:
	@scripts/deps fuzz
	@scripts/fuzz

$(addprefix $(UNIT)/fuzz-,$(FUZZ_KMOD)): $(UNIT)/fuzz-%: $(UNIT)/tests/fuzz/kmod/%.o \
		$(filter-out %/fixture.o %/run.o,$(UNIT_OBJS)) $(FUZZ_MAIN)
	$(NOTE)
	$(Q)$(CC) $(SANITIZE) $(FUZZ_ENGINE) $(LDFLAGS) -o $@ $^

$(addprefix $(UNIT)/fuzz-,$(FUZZ_CTL)): $(UNIT)/fuzz-%: $(UNIT)/tests/fuzz/ctl/%.o \
		$(UNIT)/tests/fuzz/ctl/fake.o $(TOOL_OBJS:$(BUILD)/%=$(UNIT)/%) $(FUZZ_MAIN)
	$(NOTE)
	$(Q)$(CC) $(SANITIZE) $(FUZZ_ENGINE) $(FUZZ_WRAP) $(LDFLAGS) -o $@ $^ \
		$$($(PKG_CONFIG) --libs $(TOOL_PKGS))

$(UNIT)/ctl/aclctl.o: OWN_CFLAGS += -Dmain=aclctl_main -Wno-missing-prototypes

$(UNIT)/tests/fuzz/kmod/%.o: tests/fuzz/kmod/%.c Makefile
	@mkdir -p $(@D)
	$(NOTE)
	$(Q)$(CC) $(OWN_CFLAGS) $(CPPFLAGS) $(CFLAGS) $(SANITIZE) -DEPACL_USERSPACE \
		-Itests/unit/shim -Itests/unit -Ikmod -Iinclude/uapi -c -o $@ $<

$(UNIT)/tests/fuzz/ctl/%.o: tests/fuzz/ctl/%.c Makefile
	@mkdir -p $(@D)
	$(NOTE)
	$(Q)$(CC) $(OWN_CFLAGS) $(CPPFLAGS) $(CFLAGS) $(SANITIZE) -Ictl -Iinclude/uapi -c -o $@ $<

.SECONDARY:
-include $(shell find $(BUILD)/ctl $(BUILD)/unit $(BUILD)/tests -name '*.d' \
	-type f 2>/dev/null)

# --- helpers of the tests ------------------------------------------------------
# Built here rather than in the emulated machine; static, as they start often.

TEST_TOOLS := $(addprefix $(BUILD)/tests/,bpf echo frame lend linkfaults nlfuzz race)

test-tools: $(TEST_TOOLS) $(BUILD)/tests/nat_driver $(BUILD)/tests/faults

$(BUILD)/tests/nat_driver: tests/nat/nat_driver.c $(wildcard ctl/nat*.[ch]) Makefile
	@mkdir -p $(@D)
	$(NOTE)
	$(Q)$(CC) -O2 -Wall -Wextra -Werror -std=gnu11 -Iinclude/uapi -o $@ \
		$(filter %.c,$^) $$($(PKG_CONFIG) --libs libnftnl libmnl)

$(TEST_TOOLS): $(BUILD)/tests/%: tests/tools/%.c $(wildcard tests/tools/*.h)
	@mkdir -p $(@D)
	$(NOTE)
	$(Q)$(CC) -O1 -static -pthread -Iinclude/uapi -o $@ $<

# With the tool's own way to the module.
test-tools: $(BUILD)/tests/storm

$(BUILD)/tests/storm: tests/tools/storm.c tests/tools/netns.h $(filter-out %/aclctl.o,$(TOOL_OBJS))
	@mkdir -p $(@D)
	$(NOTE)
	$(Q)$(CC) -O2 $(WARNINGS) -std=gnu11 -pthread -Iinclude/uapi -Ictl -o $@ \
		$(filter %.c %.o,$^) $$($(PKG_CONFIG) --libs $(TOOL_PKGS))

# The tool itself, in whose calls to the kernel allocations fail.
FAULTS_WRAP := $(addprefix -Wl$(comma)--wrap=,mnl_socket_sendto mnl_socket_recvfrom \
	output_end translate_prepare translate_finish)

$(BUILD)/tests/faults: tests/tools/faults.c tests/tools/aim.h $(BUILD)/tests/aclctl.o \
		$(filter-out %/aclctl.o,$(TOOL_OBJS))
	@mkdir -p $(@D)
	$(NOTE)
	$(Q)$(CC) -O1 -Wall -Wextra -std=gnu11 $(FAULTS_WRAP) -Iinclude/uapi -Ictl -o $@ \
		$(filter-out %.h,$^) $$($(PKG_CONFIG) --libs $(TOOL_PKGS))

$(BUILD)/tests/aclctl.o: ctl/aclctl.c Makefile
	@mkdir -p $(@D)
	$(NOTE)
	$(Q)$(CC) $(OWN_CFLAGS) $(CFLAGS) -Dmain=aclctl_main -Wno-missing-prototypes \
		-Iinclude/uapi -Ictl -c -o $@ $<

# The twin of the unit tests, without the module's own code, in programs that
# run beside the module.
TWIN_OBJS := $(patsubst %,$(BUILD)/tests/twin.d/%.o,tests/unit/twin \
	tests/unit/world tests/unit/world_lines tests/unit/world_valid kmod/types)
TWIN_PROGS := $(BUILD)/tests/twin-explain $(BUILD)/tests/twin-packets

test-tools: $(TWIN_PROGS)

$(TWIN_PROGS): $(BUILD)/tests/twin-%: $(BUILD)/tests/twin.d/tests/twin/%.o $(TWIN_OBJS)
	$(NOTE)
	$(Q)$(CC) -static $(LDFLAGS) -o $@ $^

$(BUILD)/tests/twin-packets: $(BUILD)/tests/wire.o

# With the C library's headers alone.
$(BUILD)/tests/wire.o: tests/twin/wire.c Makefile
	@mkdir -p $(@D)
	$(NOTE)
	$(Q)$(CC) $(OWN_CFLAGS) $(CFLAGS) -c -o $@ $<

$(BUILD)/tests/twin.d/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(NOTE)
	$(Q)$(CC) $(OWN_CFLAGS) $(CFLAGS) -DEPACL_USERSPACE -Itests/unit \
		-Itests/unit/shim -Ikmod -Iinclude/uapi -Itests/twin -c -o $@ $<

# --- benchmark ----------------------------------------------------------------

BENCH_TREE := $(BUILD)/bench/kmod-$(KVER)

bench-module: $(BENCH_TREE)/epacl_bench.ko

$(BENCH_TREE)/epacl_bench.ko: tests/bench/epacl_bench.c tests/bench/Kbuild
	@mkdir -p $(BENCH_TREE)
	@ln -srf $^ $(BENCH_TREE)/
	+flock $(BENCH_TREE) $(MAKE) -C $(KDIR) M=$(abspath $(BENCH_TREE)) \
		$(NO_BTF) $(KBUILD_ARGS) modules
	@touch $@

# Traffic; and changes, with the tool's own code and nftables' library.
bench-tools: $(BUILD)/bench/change $(BUILD)/bench/load

$(BUILD)/bench/load: tests/bench/load.c
	@mkdir -p $(@D)
	$(NOTE)
	$(Q)$(CC) -O2 -Wall -Wextra -std=gnu11 -o $@ $<

$(BUILD)/bench/change: tests/bench/change.c $(filter-out %/aclctl.o,$(TOOL_OBJS))
	@mkdir -p $(@D)
	$(NOTE)
	$(Q)$(CC) -O2 -Wall -Wextra -std=gnu11 -Iinclude/uapi -Ictl -o $@ $^ \
		$$($(PKG_CONFIG) --libs $(TOOL_PKGS) libnftables)

bench-bpf: $(BUILD)/bench/bpf-load $(BUILD)/bench/filter4.bpf.o $(BUILD)/bench/filter6.bpf.o

$(BUILD)/bench/bpf-load: tests/bench/bpf_load.c
	@mkdir -p $(@D)
	$(NOTE)
	$(Q)$(CC) -O2 -Wall -Wextra -std=gnu11 -o $@ $< $$($(PKG_CONFIG) --libs libbpf)

# Clang does not know by itself where Debian has the headers of one machine.
$(BUILD)/bench/filter%.bpf.o: tests/bench/filter.bpf.c
	@mkdir -p $(@D)
	$(NOTE)
	$(Q)clang -O2 -g -Wall -target bpf -DFAMILY=$* \
		-I/usr/include/$$($(CC) -print-multiarch) -c -o $@ $<

bench:
	@scripts/deps bench
	@scripts/bench
	@tests/bench/plot.py $(BUILD)/bench/hook.json $(BUILD)/bench

# --- the rest -----------------------------------------------------------------

check:
	@scripts/deps test
	@scripts/check

format:
	find kmod ctl tests -name '*.[ch]' -exec clang-format -i {} +

test:
	@scripts/deps test
	@scripts/test

test-full:
	@scripts/deps full
	@scripts/test --full

demo:
	@scripts/deps demo
	+@$(MAKE) --no-print-directory tool test-tools
	@scripts/vm scripts/demo

install: tool
	install -D -m 755 $(BUILD)/aclctl $(DESTDIR)$(SBINDIR)/aclctl
	install -D -m 644 include/uapi/linux/epacl.h $(DESTDIR)$(INCLUDEDIR)/linux/epacl.h
	install -D -m 644 docs/aclctl.8 $(DESTDIR)$(MANDIR)/man8/aclctl.8
	install -D -m 644 packaging/epacl.service $(DESTDIR)$(UNITDIR)/epacl.service

uninstall:
	rm -f $(DESTDIR)$(SBINDIR)/aclctl $(DESTDIR)$(INCLUDEDIR)/linux/epacl.h \
		$(DESTDIR)$(MANDIR)/man8/aclctl.8 $(DESTDIR)$(UNITDIR)/epacl.service

clean:
	rm -rf $(BUILD)
