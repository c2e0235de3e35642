# SPDX-License-Identifier: GPL-2.0-or-later
"""Packets that claim to be of a connection."""

import os
import subprocess

import frames
from frames import fragments, fresh, icmp, ip


def run(routed, bridged):
    for w in routed, bridged:
        for family in 4, 6:
            guesses(w, family)
            into_a_connection(w, family)
            errors(w, family)
        neighbours_errors(w)
    if os.environ.get("FTP") == "1":
        expectations(routed)
    else:
        print("skip - connections that a helper expects # the kernel has no helper of FTP")
        routed.lab.cases += 1


def tcp(w, family, src, dst, sport, dport, flags, seq=1000, ack=0, data=b""):
    return w.ip(family, src, dst) / \
        frames.tcp(dport, flags, sport=sport, seq=seq, ack=ack, data=data)


def guesses(w, family):
    """Without a connection."""
    v = f"IPv{family}: "
    far, vm = w.far, w.vm
    for flags, reason in ("SA", "invalid"), ("R", "invalid"), ("RA", "invalid"), ("F", "invalid"), \
            ("", "invalid"), ("FPU", "invalid"), ("SF", "invalid"), ("SR", "invalid"):
        w.ends(f"{v}TCP of no connection, flags {flags or 'none'}",
               tcp(w, family, far, vm, fresh(), 80, flags), reason)
        w.may_not(f"{v}TCP of no connection of a guest, flags {flags or 'none'}",
                  tcp(w, family, vm, far, fresh(), 80, flags), reason)
    w.ends(v + "an acknowledgement to a port that is shut",
           tcp(w, family, far, vm, fresh(), 81, "A", ack=7), "no-endpoint")
    # Nobody knows who opened it: both ways would have to be open.
    w.gets_in(v + "an acknowledgement to a port that is open",
              tcp(w, family, far, vm, fresh(), 80, "A", ack=7))
    w.may_not(v + "an acknowledgement of a guest from a port that is shut",
              tcp(w, family, vm, far, 81, fresh(), "A", ack=7), "no-endpoint")
    reply = icmp(0 if family == 4 else 129)
    w.ends(v + "an answer to a ping that nobody sent", w.ip(family, far, vm) / reply, "invalid")
    w.ends(v + "an answer of DNS that nobody asked for",
           w.udp(family, far, vm, fresh(), sport=53), "no-endpoint")


def opened(w, family, port):
    """A connection from outside to the guest. Returns the far port."""
    far, vm, sport = w.far, w.vm, fresh()
    v = f"IPv{family}: "
    w.case(v + "a connection from outside",
           w.sent(far, vm, tcp(w, family, far, vm, sport, port, "S", seq=1000)) +
           w.sent(vm, far, tcp(w, family, vm, far, port, sport, "SA", seq=5000, ack=1001)) +
           w.sent(far, vm, tcp(w, family, far, vm, sport, port, "A", seq=1001, ack=5001)),
           {f"{vm.name} in permit": 2, f"{vm.name} out reply": 1}, {vm: 2, far: 1})
    return sport


def into_a_connection(w, family):
    v = f"IPv{family}: "
    far, vm = w.far, w.vm
    sport = opened(w, family, 80)
    for name, fields in {
            "a reset far from the window": {"flags": "R", "seq": 0x40000000},
            "data far from the window":
                {"flags": "A", "seq": 0x40000000, "ack": 5001, "data": b"data"},
            "an acknowledgement of what was never sent":
                {"flags": "A", "seq": 1001, "ack": 0x50000000}}.items():
        w.ends(v + name, tcp(w, family, far, vm, sport, 80, **fields), "invalid")
    w.ends(v + "a reset from another port",
           tcp(w, family, far, vm, fresh(), 80, "R", seq=1001), "invalid")
    w.gets_in(v + "data within the window",
              tcp(w, family, far, vm, sport, 80, "PA", seq=1001, ack=5001, data=b"data"))
    w.gets_in(v + "a reset within the window",
              tcp(w, family, far, vm, sport, 80, "R", seq=1005))


def unreachable(family, about, total=None):
    return icmp(*((3, 3) if family == 4 else (1, 4)), data=bytes(about), total=total)


def errors(w, family):
    """About a datagram that the guest has sent, or not."""
    v = f"IPv{family}: "
    far, vm, peer = w.far, w.vm, w.peer
    ports = fresh(), fresh()
    quoted = w.udp(family, vm, far, 5000, sport=ports[0])
    others = w.udp(family, peer, far, 5000, sport=ports[1])
    w.gets_out(v + "a guest's datagram", quoted)
    w.case(v + "its neighbour's datagram", w.sent(peer, far, others),
           {f"{peer.name} out permit": 1}, {far: 1})
    head = w.ip(family, far, vm)
    w.gets_in(v + "an error about it", head / unreachable(family, quoted), reason="reply")
    w.gets_in(v + "an error of a router about it",
              ip("192.0.2.7" if family == 4 else "2001:db8:2::7", vm.ip(family)) /
              unreachable(family, quoted), reason="reply")
    changed = w.udp(family, vm, far, 5000)
    w.ends(v + "an error about another port", head / unreachable(family, changed), "invalid")
    w.ends(v + "an error about the neighbour's", head / unreachable(family, others), "invalid")
    w.ends(v + "an error about half of a port",
           head / unreachable(family, bytes(quoted)[:22 if family == 4 else 42]),
           "invalid")
    w.ends(v + "an error about nothing", head / unreachable(family, b""), "invalid")
    turned = w.udp(family, far, vm, ports[0], sport=5000)
    w.may_not(v + "a guest's error about an answer that it did not get, to another",
              w.ip(family, vm, peer) / unreachable(family, turned), "invalid")
    turned = w.udp(family, far, peer, ports[1], sport=5000)
    w.may_not(v + "a guest's error about its neighbour's datagram",
              w.ip(family, vm, far) / unreachable(family, turned), "invalid")
    w.ends(v + "an error with a wrong checksum",
           head / unreachable(family, quoted, total=0x1234), "invalid")
    long = head / unreachable(family, bytes(quoted) + bytes(1500))
    w.gets_in(v + "an error in fragments", fragments(long, (0, 1280), (1280, 2000)), None,
              reason="reply", content=long.body())


def neighbours_errors(w):
    """A neighbour may not end what is none of its business."""
    for family in 4, 6:
        v = f"IPv{family}: "
        quoted = w.udp(family, w.vm, w.far, 5001)
        w.gets_out(v + "a guest's other datagram", quoted)
        w.case(v + "a neighbour's error about it",
               w.sent(w.peer, w.vm, w.ip(family, w.peer, w.vm) / unreachable(family, quoted)),
               {f"{w.peer.name} out invalid": 1})


def expectations(w):
    """What FTP's helper makes of a guest's PORT is a connection like any other."""
    far, vm = w.far, w.vm

    def control(sport, lines):
        """The guest's control connection, with what it says there."""
        seq = 1001
        send = w.sent(vm, far, tcp(w, 4, vm, far, sport, 21, "S")) + \
            w.sent(far, vm, tcp(w, 4, far, vm, 21, sport, "SA", seq=5000, ack=1001)) + \
            w.sent(vm, far, tcp(w, 4, vm, far, sport, 21, "A", seq=1001, ack=5001))
        for line in lines:
            send += w.sent(vm, far, tcp(w, 4, vm, far, sport, 21, "PA", seq, 5001, line))
            seq += len(line)
        w.case("a guest's control connection of FTP", send,
               {f"{vm.name} out permit": 2 + len(lines), f"{vm.name} in reply": 1},
               {far: 2 + len(lines), vm: 1})

    def expected(port):
        out = subprocess.run(["conntrack", "-L", "expect"], capture_output=True, check=True)
        found = f"dport={port} " in out.stdout.decode()
        w.lab.say(f"{w.name}: the helper expects port {port}",
                  [] if found else [out.stdout.decode()])

    control(fresh(), [b"USER a\r\n", b"PORT 10,1,0,4,0,81\r\n"])
    expected(81)
    w.ends("a connection that FTP's helper expects, to a port that is shut",
           tcp(w, 4, far, vm, 20, 81, "S"), "no-endpoint")
    control(fresh(), [b"USER a\r\n", b"PORT 10,1,0,4,0,80\r\n"])
    expected(80)
    w.gets_in("a connection that FTP's helper expects, to one that is open",
              tcp(w, 4, far, vm, 20, 80, "S"))
