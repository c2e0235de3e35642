# SPDX-License-Identifier: GPL-2.0-or-later
"""Ways to a guest, and what is usually expected of a packet on them."""

import errno
import os

from frames import eth, ip, udp
from lab import Place


class HostSide:
    """A program of the host that sends past everything but the interface."""

    def __init__(self, dev):
        self.socket = Place.open(dev, 0)

    def send(self, frame):
        try:
            self.socket.send(frame)
        except OSError as e:  # who sends so is told of a refusal
            if e.errno != errno.ENOBUFS:
                raise


class Wiring:
    """A guest, its neighbour of the same vnet, and a station outside.

    Each of far, vm and peer is a Place; dmacs are the MAC addresses that a frame
    from the one to the other begins with; dev is the guest's interface.
    """

    def __init__(self, lab, name, far, vm, peer, dev, dmacs):
        self.lab, self.name = lab, name
        self.behind = HostSide(dev)
        self.far, self.vm, self.peer = far, vm, peer
        self.dmacs = dmacs
        # Does nobody before us read IP? A router does, and br_netfilter.
        self.bare = name == "bridged" and os.environ["BRNF"] == "off"

    # ---- frames ----

    def frame(self, src, dst, content, **fields):
        return eth(src.mac, self.dmacs[src.name, dst.name], content, **fields)

    def ip(self, family, src, dst, **fields):
        return ip(src.ip(family), dst.ip(family), **fields)

    def udp(self, family, src, dst, dport, payload=b"data", **fields):
        return self.ip(family, src, dst) / udp(dport, payload, **fields)

    # ---- cases: packets of IP, one or a list ----

    def case(self, name, send, counts, gets=(), content=None):
        self.lab.case(f"{self.name}: {name}", send, counts, gets, content)

    def sent(self, src, dst, packets):
        if not isinstance(packets, list):
            packets = [packets]
        return [(src, self.frame(src, dst, p)) for p in packets]

    def gets_in(self, name, packets, frames=1, reason="permit", count=1, content=None):
        """From outside; the guest gets it."""
        self.case(name, self.sent(self.far, self.vm, packets),
                  {f"{self.vm.name} in {reason}": count}, {self.vm: frames}, content)

    def ends(self, name, packets, reason, count=1):
        """From outside; the guest does not get it. None: the kernel ends it."""
        self.case(name, self.sent(self.far, self.vm, packets),
                  {f"{self.vm.name} in {reason}": count} if reason else {})

    def gets_out(self, name, packets, frames=1, reason="permit", count=1, content=None):
        """From the guest; the outside gets it."""
        self.case(name, self.sent(self.vm, self.far, packets),
                  {f"{self.vm.name} out {reason}": count}, {self.far: frames}, content)

    def may_not(self, name, packets, reason, count=1):
        """From the guest; nobody gets it."""
        self.case(name, self.sent(self.vm, self.far, packets),
                  {f"{self.vm.name} out {reason}": count} if reason else {})

    def may_not_send(self, name, frame, reason, count=1):
        """The same with a frame that is made already."""
        self.case(name, [(self.vm, frame)], {f"{self.vm.name} out {reason}": count})
