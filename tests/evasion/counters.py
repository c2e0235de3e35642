# SPDX-License-Identifier: GPL-2.0-or-later
"""The counters of `aclctl list reasons`, for those who ask a thousand times."""

import json
import os
import re
import socket
import struct
import subprocess

NETLINK_GENERIC = 16
GENL_ID_CTRL, CTRL_CMD_GETFAMILY, CTRL_ATTR_FAMILY_ID, CTRL_ATTR_FAMILY_NAME = 16, 3, 1, 2
NLMSG_ERROR, NLMSG_DONE = 2, 3
REQUEST, DUMP, NESTED = 0x1, 0x301, 0x8000
HEADER = os.path.join(os.path.dirname(__file__), "../../include/uapi/linux/epacl.h")


def names():
    """Names of constants, by enumeration, and the words for reasons."""
    with open(HEADER, encoding="ascii") as f:
        text = f.read()
    enums = {}
    for name, inside in re.findall(r"^enum (\w+) \{\n(.*?)^\};", text, re.S | re.M):
        words = re.findall(r"^\t(\w+),", inside, re.M)
        enums[name] = {word: number for number, word in enumerate(words)}
    reasons = re.search(r"#define EPACL_REASONS\(X\)(.*?)\n\n", text, re.S).group(1)
    return enums, re.findall(r'"([\w-]+)"', reasons)


def attribute(kind, data=b""):
    return (struct.pack("=HH", 4 + len(data), kind) + data).ljust((4 + len(data) + 3) & ~3, b"\0")


def attributes(data):
    at = 0
    while at + 4 <= len(data):
        size, kind = struct.unpack_from("=HH", data, at)
        yield kind & 0x3fff, data[at + 4:at + size]
        at += (size + 3) & ~3


class Counters:
    def __init__(self):
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_GENERIC)
        self.socket.bind((0, 0))
        enums, self.reasons = names()
        self.command = enums["epacl_cmd"]["EPACL_CMD_GET"]
        self.kind = enums["epacl_attr"]["EPACL_A_REASONS"]
        self.vm = enums["epacl_reasons_attr"]["EPACL_REASONS_A_VM"]
        self.count = enums["epacl_reasons_attr"]["EPACL_REASONS_A_COUNT"]
        self.parts = [enums["epacl_count_attr"]["EPACL_COUNT_A_" + part]
                      for part in ("DIRECTION", "REASON", "PACKETS")]
        name = attribute(CTRL_ATTR_FAMILY_NAME, b"epacl\0")
        for answer in self.ask(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, name, REQUEST):
            self.family = struct.unpack("=H", dict(attributes(answer))[CTRL_ATTR_FAMILY_ID])[0]

    def ask(self, family, command, data, flags):
        data = struct.pack("=BBH", command, 1, 0) + data
        self.socket.send(struct.pack("=IHHII", 16 + len(data), family, flags, 1, 0) + data)
        while True:
            answer, at = self.socket.recv(1 << 16), 0
            while at < len(answer):
                size, kind = struct.unpack_from("=IH", answer, at)
                if kind == NLMSG_DONE:
                    return
                if kind == NLMSG_ERROR:
                    raise OSError(-struct.unpack_from("=i", answer, at + 16)[0], "netlink")
                yield answer[at + 20:at + size]
                at += (size + 3) & ~3
            if flags == REQUEST:
                return

    def read(self):
        """{"VM DIRECTION REASON": packets}; VM is "-" for what concerns none."""
        result = {}
        question = attribute(NESTED | self.kind)
        for answer in self.ask(self.family, self.command, question, DUMP):
            nest = dict(attributes(answer))[self.kind]
            vm = "-"
            for kind, value in attributes(nest):
                if kind == self.vm:
                    vm = value.rstrip(b"\0").decode()
                elif kind == self.count:
                    direction, reason, packets = (dict(attributes(value))[p] for p in self.parts)
                    key = f"{vm} {'out' if direction[0] else 'in'} {self.reasons[reason[0]]}"
                    result[key] = struct.unpack("=Q", packets)[0]
        return result


def of_aclctl():
    """The same, from the tool."""
    out = subprocess.run([os.environ["ACLCTL"], "-j", "list", "reasons"],
                         check=True, capture_output=True).stdout
    return {f"{row['vm'] or '-'} {row['direction']} {row['reason']}": row["packets"]
            for row in json.loads(out)}
