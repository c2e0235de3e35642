# SPDX-License-Identifier: GPL-2.0-or-later
"""Packets, good and bad.

    frame = eth(mac, mac, ip(src, dst, ttl=1) / udp(53, b"data"))

Lengths, numbers and checksums are right unless they are given.
"""

import copy
import itertools
import socket
import struct

numbers = itertools.count(20000)  # ports and ids that no case shares


def fresh():
    return next(numbers)


def checksum(data):
    data += bytes(len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return total ^ 0xffff


# ---- IP ----

class Packet:
    """IPv4 or IPv6. Beside proto, ttl, id, frag and more, which say what they are

    length   is what the header says of it
    words    is what the header says of its own size, in units of four bytes
    version  may be another
    header_sum  may be wrong
    options  are bytes
    """

    def __init__(self, src, dst, content=None, **fields):
        self.src, self.dst, self.content = src, dst, content
        self.family = 6 if ":" in src else 4
        self.fields = fields

    def __truediv__(self, content):
        packet = copy.copy(self)
        packet.content = content
        return packet

    def address(self, text):
        return socket.inet_pton(socket.AF_INET6 if self.family == 6 else socket.AF_INET, text)

    def pseudo(self, number, length):
        return self.address(self.src) + self.address(self.dst) + \
            struct.pack("!II", length, number)

    def proto(self):
        return self.fields.get("proto", getattr(self.content, "number", lambda _: 0)(self.family))

    def body(self):
        if isinstance(self.content, bytes):
            return self.content
        return self.content.build(self) if self.content else b""

    def __bytes__(self):
        get, body = self.fields.get, self.body()
        if self.family == 6:
            return struct.pack("!IHBB", get("version", 6) << 28, get("length", len(body)),
                               self.proto(), get("ttl", 64)) + \
                self.address(self.src) + self.address(self.dst) + body
        more = get("options", b"")
        head = struct.pack("!BBHHHBBH", get("version", 4) << 4 | get("words", 5 + len(more) // 4),
                           0, get("length", 20 + len(more) + len(body)), get("id", 1),
                           get("more", False) << 13 | get("frag", 0), get("ttl", 64),
                           self.proto(), 0) + \
            self.address(self.src) + self.address(self.dst) + more
        total = get("header_sum", checksum(head))
        return head[:10] + struct.pack("!H", total) + head[12:] + body


def ip(src, dst, **fields):
    return Packet(src, dst, **fields)


# ---- what IP carries ----

class Part:
    """Of a protocol. sum_at: where its checksum is; total: that, if not the right one."""

    def __init__(self, number, data, sum_at=None, total=None, pseudo=None):
        self.protocol, self.data = number, data
        self.sum_at, self.total = sum_at, total
        self.pseudo = pseudo or number

    def number(self, family):
        return self.protocol[family] if isinstance(self.protocol, dict) else self.protocol

    def build(self, packet):
        if self.sum_at is None:
            return self.data
        total = self.total
        if total is None:
            total = checksum(self.covered(packet)) or 0xffff
        return self.data[:self.sum_at] + struct.pack("!H", total) + self.data[self.sum_at + 2:]

    def covered(self, packet):
        if self.protocol is ICMP and packet.family == 4:
            return self.data
        number = self.number(6) if self.pseudo is ICMP else self.pseudo
        return packet.pseudo(number, len(self.data)) + self.data

    def begun(self, packet):
        """With a checksum of addresses and length alone, as network cards want it."""
        part = copy.copy(self)
        part.total = 0xffff ^ checksum(packet.pseudo(self.protocol, len(self.data)))
        return packet / part


ICMP = {4: 1, 6: 58}


def udp(dport, payload=b"data", sport=None, length=None, total=None):
    head = struct.pack("!HHHH", sport or fresh(), dport,
                       8 + len(payload) if length is None else length, 0)
    return Part(17, head + payload, 6, total)


def tcp(dport, flags="S", sport=None, seq=1000, ack=0, data=b"", words=5, total=None):
    bits = sum(1 << "FSRPAU".index(flag) for flag in flags)
    head = struct.pack("!HHIIBBHHH", sport or fresh(), dport, seq, ack, words << 4, bits, 65535,
                       0, 0)
    return Part(6, head + data, 16, total)


def icmp(kind, code=0, rest=bytes(4), data=b"", total=None):
    return Part(ICMP, struct.pack("!BBH", kind, code, 0) + rest + data, 2, total)


def igmp(kind):
    data = struct.pack("!BBHI", kind, 0, 0, 0)
    return Part(2, data[:2] + struct.pack("!H", checksum(data)) + data[4:])


def lite(dport, total=None, pseudo=136):
    """UDP-Lite; all of it is covered by the checksum."""
    return Part(136, struct.pack("!HHHH", fresh(), dport, 0, 0) + b"data", 6, total, pseudo)


def dccp(dport):
    """A request: 20 bytes, all of them its header."""
    return Part(33, struct.pack("!HHBBHBBHII", fresh(), dport, 5, 0, 0, 1, 0, 0, 1, 0), 6)


def sctp(dport, chunk):
    head = struct.pack("!HHI", fresh(), dport, 0)
    return Part(132, head + struct.pack("<I", crc32c(head + bytes(4) + chunk)) + chunk)


def crc32c(data):
    crc = 0xffffffff
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82f63b78 if crc & 1 else 0)
    return crc ^ 0xffffffff


# ---- neighbour discovery ----

def mac_bytes(mac):
    return bytes.fromhex(mac.replace(":", ""))


def nd_option(kind, mac):
    return bytes([kind, 1]) + mac_bytes(mac)


def solicit(target, *options):
    return icmp(135, data=socket.inet_pton(socket.AF_INET6, target) + b"".join(options))


def advert(target, mac):
    return icmp(136, rest=b"\x20\0\0\0", data=socket.inet_pton(socket.AF_INET6, target) +
                nd_option(2, mac))


def router_advert():
    return icmp(134, rest=b"\x40\0\x07\x08", data=bytes(8))


def redirect6(target, dst):
    return icmp(137, data=socket.inet_pton(socket.AF_INET6, target) +
                socket.inet_pton(socket.AF_INET6, dst))


# ---- fragments and extension headers ----

def fragments(packet, *cuts, content=None, number=None):
    """Fragments of a packet: (from, to) bytes of what is behind its header.

    A third item of a cut: do more follow, if the second does not say it.
    content: bytes that they are taken from, if not the packet's own
    number:  that of the datagram, if not a new one
    """
    whole = content or packet.body()
    number = number or fresh()
    parts = []
    for start, end, *more in cuts:
        more = more[0] if more else end < len(whole)
        data = whole[start:end]
        part = copy.copy(packet)
        if packet.family == 4:
            part.fields = dict(packet.fields, id=number, frag=start // 8, more=more,
                               proto=packet.proto())
        else:
            data = struct.pack("!BBHI", packet.proto(), 0, start & 0xfff8 | more, number) + data
            part.fields = dict(packet.fields, proto=44)
        parts.append(part / data)
    return parts


def options(size):
    """Options of an extension header of so many bytes, without its first: padding."""
    data, room = bytes([size // 8 - 1]), size - 2
    while room:
        part = min(room, 200)
        data += bytes([1, part - 2]) + bytes(part - 2)
        room -= part
    return data


def chain(packet, headers):
    """With extension headers: (number, bytes behind the first)."""
    kinds = [kind for kind, _ in headers] + [packet.proto()]
    content = b"".join(bytes([following]) + rest
                       for following, (_, rest) in zip(kinds[1:], headers))
    result = copy.copy(packet)
    result.fields = dict(packet.fields, proto=kinds[0])
    return result / (content + packet.body())


# ---- frames ----

def eth(src, dst, content, kind=None):
    if kind is None:
        kind = 0x0800 if content.family == 4 else 0x86dd
    return mac_bytes(dst) + mac_bytes(src) + struct.pack("!H", kind) + bytes(content)


def arp(op, mac, src, dst, hardware=1, protocol=0x0800, sizes=(6, 4)):
    return struct.pack("!HHBBH6s4s6s4s", hardware, protocol, *sizes, op, mac_bytes(mac),
                       socket.inet_aton(src), bytes(6), socket.inet_aton(dst))


def tag(number, kind=0x8100):
    return struct.pack("!HH", kind, number)


def with_tags(frame, *tags):
    return frame[:12] + b"".join(tags) + frame[12:]
