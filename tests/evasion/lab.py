# SPDX-License-Identifier: GPL-2.0-or-later
"""What the cases share: places to send from, what arrives there, counters.

Nobody speaks by himself in the namespaces of tests/vm/evasion.sh, so every frame
that arrives and every packet that is counted comes of the case, and a case says
all of both. Guests and stations are packet sockets: what their kernels would
make of a frame does not matter.
"""

import ctypes
import os
import select
import socket
import struct
import time

from counters import Counters

SOL_PACKET = 263
PACKET_AUXDATA = 8
PACKET_VNET_HDR = 15
PACKET_IGNORE_OUTGOING = 23
ETH_P_ALL = 3
CLONE_NEWNET = 0x40000000
TAG_VALID = 1 << 4
FRAME = 1 << 17

libc = ctypes.CDLL(None, use_errno=True)


def enter(path):
    fd = os.open(path, os.O_RDONLY)
    if libc.setns(fd, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), f"setns {path}")
    os.close(fd)


class Place:
    """A guest or a station: the interface e of a namespace."""

    def __init__(self, name, mac, ip4, ip6):
        self.name, self.mac = name, mac
        self.ip4, self.ip6 = ip4, ip6
        enter(f"/run/netns/t-{name}")
        self.socket = self.open("e")
        self.super_socket = self.open("e")
        enter("/run/netns/t-host")
        self.socket.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 23)
        self.super_socket.setsockopt(SOL_PACKET, PACKET_VNET_HDR, 1)

    @staticmethod
    def open(dev, protocol=ETH_P_ALL):
        s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(protocol))
        s.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
        s.bind((dev, protocol))
        s.setblocking(False)
        return s

    def ip(self, family):
        return self.ip4 if family == 4 else self.ip6

    def link_local(self):
        """Of the MAC: the last two bytes are what differs here."""
        return f"fe80::ff:fe00:{int(self.mac[-5:].replace(':', ''), 16):x}"

    def send(self, frame):
        self.socket.send(frame)

    def send_with(self, header, frame):
        """As a guest's network card would: with what it leaves to the host."""
        self.super_socket.send(header + frame)

    def read(self):
        """Frames that have arrived, tags where they were."""
        frames = []
        while True:
            try:
                data, extra, _, _ = self.socket.recvmsg(FRAME, 64)
            except BlockingIOError:
                return frames
            frames.append(tagged(data, extra))


def tagged(data, extra):
    for level, kind, value in extra:
        if level == SOL_PACKET and kind == PACKET_AUXDATA:
            status, _, _, _, _, tci, tpid = struct.unpack("IIIHHHH", value[:20])
            if status & TAG_VALID:
                return data[:12] + struct.pack("!HH", tpid or 0x8100, tci) + data[12:]
    return data


class Lab:
    """Runs cases and prints a line for each."""

    def __init__(self, sentinel, watched):
        # All frames queue up on one CPU, in order.
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        self.at, self.to, self.last = sentinel
        self.watched = watched
        self.counters = Counters()
        self.cases = self.failed = 0
        self.settle()

    def settle(self):
        """Whatever has been sent so far has arrived: so has what comes last."""
        self.at.send(self.last)
        end = time.monotonic() + 10
        while not any(self.last[-16:] in f for f in self.to.read()):
            if time.monotonic() > end:
                raise SystemExit("Bail out! the last frame does not arrive")
            select.select([self.to.socket], [], [], 0.5)
        for place in self.watched:
            place.heard = place.read()
        self.counted = {k: n for k, n in self.counters.read().items()
                        if not k.startswith(self.to.name + " ")}

    def case(self, name, send, counts=(), gets=(), content=None):
        """One case.

        send:   (place, frame) or (place, frame, header), in this order
        counts:  {"VM DIRECTION REASON": packets}, all that is counted
        gets:    {place: frames}, all that arrives anywhere; None: at least one
        content: what is behind the IP header there, put together
        """
        before = self.counted
        for place, frame, *header in send:
            if header:
                place.send_with(header[0], bytes(frame))
            else:
                place.send(bytes(frame))
        self.settle()
        grown = {k: n - before.get(k, 0) for k, n in self.counted.items()
                 if n != before.get(k, 0)}
        heard = {p.name: len(p.heard) for p in self.watched if p.heard}
        wrong = []
        if grown != dict(counts):
            wrong.append(f"counted: {grown}, expected: {dict(counts)}")
        wanted = {p.name: heard.get(p.name, 1) if n is None else n
                  for p, n in dict(gets).items() if n != 0}
        if heard != wanted:
            wrong.append(f"frames that arrived: {heard}, expected: {wanted}")
        if content is not None:
            for place in dict(gets):
                if together(place.heard) != content:
                    wrong.append(f"{place.name}: not what was sent")
        self.say(name, wrong)

    def say(self, name, wrong):
        self.cases += 1
        if not wrong:
            print(f"ok - {name}", flush=True)
            return
        self.failed += 1
        print(f"not ok - {name}")
        for line in wrong:
            print(f"#   {line}")
        for place in self.watched:
            for frame in place.heard:
                print(f"#   {place.name} {frame[:120].hex()}")
        print(end="", flush=True)


def together(frames):
    """What is behind the IP headers of the fragments of one packet."""
    parts = {}
    for frame in frames:
        packet = frame[14:]
        if packet[0] >> 4 == 4:
            where = struct.unpack("!H", packet[6:8])[0]
            parts[(where & 0x1fff) * 8] = packet[(packet[0] & 15) * 4:]
        else:
            body = packet[40:]
            if packet[6] == 44:
                parts[struct.unpack("!H", body[2:4])[0] & 0xfff8] = body[8:]
            else:
                parts[0] = body
    return b"".join(parts[at] for at in sorted(parts))
