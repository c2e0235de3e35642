#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Do docs/netlink/epacl.yaml and include/uapi/linux/epacl.h say the same?

Every constant, enumeration, attribute and command of the header must be in the
spec, in the same order and with the same number, and the other way round; an
attribute's type must be the one that the comment beside it begins with.
Prints TAP.
"""

import pathlib
import re
import sys

import yaml

TOP = pathlib.Path(__file__).resolve().parent.parent
HEADER = TOP / "include/uapi/linux/epacl.h"
SPEC = TOP / "docs/netlink/epacl.yaml"

# Enumerations of the spec: the header's name, and what its constants begin with.
ENUMS = {
    "flags": ("epacl_flags", "EPACL_F_"),
    "serves": ("epacl_serves", "EPACL_SERVES_"),
    "owner": ("epacl_owner_kind", "EPACL_OWNER_"),
    "default": ("epacl_default", "EPACL_DEFAULT_"),
    "verdict": ("epacl_verdict", "EPACL_"),
    "direction": ("epacl_direction", "EPACL_"),
    "reason": ("epacl_reason", "EPACL_REASON_"),
}

# How the header's comments name the types of the spec.
TYPES = r"(?:/\* *)(u16\[\]|u8|u16|u32|u64|s32|string|nest|flag|struct \w+(?:\[|\b)|\d+ bytes)"


def constant(prefix, name):
    return prefix + name.upper().replace("-", "_")


def number(text):
    """The value of an enumerator: `7`, or `1 << 2`."""
    left, _, right = text.partition("<<")
    return int(left, 0) << int(right, 0) if right else int(left, 0)


class Header:
    """What the header defines."""

    def __init__(self, text):
        self.text = text
        self.bare = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
        self.defines = dict(re.findall(
            r"^#define (EPACL_\w+)\s+(\d\w*|\"[^\"]*\")\s*$", self.bare, re.M))
        self.enums = {name: self.enum(body) for name, body in re.findall(
            r"^enum (\w+) \{\n(.*?)^\};", self.bare, re.M | re.S)}

    def enum(self, body):
        """[(name, number)], without what only marks the end."""
        if "EPACL_REASONS(" in body:
            macro = re.search(r"#define EPACL_REASONS\(X\)(.*?[^\\])\n",
                              self.bare, re.S).group(1)
            body = "".join(f"EPACL_REASON_{symbol},\n"
                           for symbol in re.findall(r"X\((\w+),", macro))
        entries, value = [], 0
        for name, given in re.findall(r"(\w+)(?:\s*=\s*([^,\n]+))?\s*(?:,|$)",
                                      body.strip()):
            value = number(given) if given else value
            if not name.startswith("__"):
                entries.append((name, value))
            value += 1
        return entries

    def comment_type(self, name):
        """(type, repeated) that the comment beside an attribute says."""
        line = re.search(rf"^\t{name},.*$", self.text, re.M).group(0)
        found = re.search(TYPES, line)
        if not found:
            return None, False
        return found.group(1), "repeated" in line


def spec_attrs(attr_set):
    name = attr_set["name"]
    prefix = "EPACL_A_" if name == "epacl" else constant("EPACL_", name) + "_A_"
    entries, value = [], 1
    for attr in attr_set["attributes"]:
        value = attr.get("value", value)
        entries.append((constant(prefix, attr["name"]), value, attr))
        value += 1
    return prefix, entries


def spec_enum(enum, prefix):
    value, entries = enum.get("value-start", 0), []
    for entry in enum["entries"]:
        entry = entry if isinstance(entry, dict) else {"name": entry}
        value = entry.get("value", value)
        entries.append((constant(prefix, entry["name"]),
                        1 << value if enum["type"] == "flags" else value))
        value += 1
    return entries


def without_unspec(entries):
    return [e for e in entries if not e[0].endswith("_UNSPEC")]


def spec_type(attr, sets):
    """The type of an attribute, as the header's comments write it."""
    if attr["type"] == "binary":
        struct = re.match(r"struct \w+(\[|\b)|u16\[\]", attr.get("doc", ""))
        return struct.group(0) if struct else \
            f"{attr['checks']['exact-len']} bytes"
    if attr["type"] == "nest" and attr["nested-attributes"] not in sets:
        return f"nest of nothing: {attr['nested-attributes']}"
    return attr["type"]


class Tap:
    """Counts and prints."""

    def __init__(self):
        self.n = self.failed = 0

    def same(self, what, spec, header):
        self.n += 1
        if spec == header:
            print(f"ok {self.n} - {what}")
            return
        self.failed += 1
        print(f"not ok {self.n} - {what}")
        for side, values, others in (("spec", spec, header),
                                     ("header", header, spec)):
            for value in values:
                if value not in others:
                    print(f"# only in the {side}: {value}")
        if sorted(map(str, spec)) == sorted(map(str, header)):
            print("# the order differs")

    def end(self):
        print(f"1..{self.n}")
        return 1 if self.failed else 0


def check_attrs(tap, header, spec):
    sets = {s["name"]: s for s in spec["attribute-sets"]}
    enums = {name for name in header.enums if name.endswith("_attr")}
    tap.same("attribute sets", sorted(s["enum-name"].replace("-", "_")
                                      for s in sets.values()), sorted(enums))
    for name, attr_set in sets.items():
        _, entries = spec_attrs(attr_set)
        enum = header.enums.get(attr_set["enum-name"].replace("-", "_"), [])
        tap.same(f"attributes of {name}", [e[:2] for e in entries],
                 without_unspec(enum))
        known = dict(enum)
        said = [(n, *header.comment_type(n)) for n, _, attr in entries
                if n in known and header.comment_type(n)[0]]
        told = [(n, spec_type(attr, sets), attr.get("multi-attr", False))
                for n, _, attr in entries
                if n in known and header.comment_type(n)[0]]
        tap.same(f"types of {name}", told, said)
        silent = [n for n, _, attr in entries if n in known and
                  not header.comment_type(n)[0] and attr["type"] != "pad"]
        tap.same(f"comments of {name} begin with types", [], silent)


def main():
    header = Header(HEADER.read_text())
    spec = yaml.safe_load(SPEC.read_text())
    definitions = spec["definitions"]
    ops = spec["operations"]
    tap = Tap()

    numbers = [(n, int(v, 0)) for n, v in header.defines.items()
               if v[0].isdigit() and n != "EPACL_GENL_VERSION"]
    tap.same("constants", [(constant("EPACL_", d["name"]), d["value"])
                           for d in definitions if d["type"] == "const"],
             numbers)
    for enum in definitions:
        if enum["type"] != "const":
            name, prefix = ENUMS[enum["name"]]
            tap.same(f"values of {enum['name']}", spec_enum(enum, prefix),
                     without_unspec(header.enums.get(name, [])))
    known = [ENUMS[d["name"]][0] for d in definitions if d["type"] != "const"]
    tap.same("enumerations", sorted(known), sorted(
        n for n in header.enums if not n.endswith("_attr") and
        n != "epacl_cmd"))
    check_attrs(tap, header, spec)
    tap.same("commands",
             [(constant("EPACL_CMD_", op["name"]), op.get("value", i))
              for i, op in enumerate(ops["list"], 1)],
             without_unspec(header.enums["epacl_cmd"]))
    attrs = {a["name"] for s in spec["attribute-sets"]
             if s["name"] == "epacl" for a in s["attributes"]}
    used = {a for op in ops["list"] for way in ("do", "dump")
            for part in op.get(way, {}).values() for a in part["attributes"]}
    tap.same("attributes that commands use", sorted(used | {"pad"}),
             sorted(attrs))
    tap.same("family", [f'"{spec["name"]}"'],
             [header.defines["EPACL_GENL_NAME"]])
    tap.same("groups", [f'"{g["name"]}"' for g in spec["mcast-groups"]["list"]],
             [header.defines["EPACL_MCGRP_EVENTS"]])
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
