# SPDX-License-Identifier: GPL-2.0-or-later
"""Fragments: on the way to a guest they are judged assembled."""

import struct

from frames import chain, eth, fragments, fresh, options, tcp, udp

DATA = bytes(range(256)) * 8
SIZE = 8 + len(DATA)
OPEN, SHUT, DENIED = 53, 54, 99
# The kernel's bridges lose IPv6 in fragments that are all below 1280 bytes.
HALVES = (0, 1280), (1280, SIZE)
THIRDS = (0, 1280), (1280, 1600), (1600, SIZE)


def run(w):
    for family in 4, 6:
        v = f"IPv{family}: "
        honest(w, family, v)
        overlapping(w, family, v)
        incomplete(w, family, v)
        of_guest(w, family, v)
    atomic(w)
    long_chains(w)


def honest(w, family, v):
    """As they may come; whatever the order, the port decides.

    What is routed into a bridge is assembled before, and counted in fragments.
    """
    orders = {
        "in order": THIRDS,
        "the last one first": (THIRDS[2], THIRDS[0], THIRDS[1]),
        "each of them twice": (THIRDS[0], THIRDS[0], THIRDS[1], THIRDS[1], THIRDS[2]),
        "the first of nothing but a header": ((0, 8), (8, 16), (16, 1296), (1296, SIZE)),
    }
    for name, cuts in orders.items():
        good = w.udp(family, w.far, w.vm, OPEN, DATA)
        w.gets_in(f"{v}fragments, {name}", fragments(good, *cuts), None, content=good.body(),
                  count=len(set(cuts)) if w.name == "routed into a bridge" else 1)
        w.ends(f"{v}to a port that is shut, {name}",
               fragments(w.udp(family, w.far, w.vm, SHUT, DATA), *cuts), "no-endpoint")
    syn = w.ip(family, w.far, w.vm) / tcp(81, data=DATA)
    w.ends(v + "the flags of TCP in the second fragment",
           fragments(syn, (0, 8), (8, 1008), (1008, 12 + SIZE)),
           "no-endpoint" if family == 4 else "malformed")


def overlapping(w, family, v):
    """The kernel gives up such a datagram: nothing arrives, nothing is counted."""
    packet = w.udp(family, w.far, w.vm, OPEN, DATA)
    other = w.udp(family, w.far, w.vm, SHUT, DATA).body()
    number = fresh()
    w.ends(v + "an overlap that changes the port",
           fragments(packet, (0, 1000), number=number) +
           fragments(packet, (0, 1008, True), (1008, SIZE), content=other, number=number), None)
    w.ends(v + "an overlap in the middle",
           fragments(packet, (0, 1000), (992, 2000), (2000, SIZE)), None)
    w.ends(v + "an end within what has come",
           fragments(packet, (0, 1000), (1000, 2000), (1000, 1400, False)), None)


def incomplete(w, family, v):
    packet = w.udp(family, w.far, w.vm, OPEN, DATA)
    w.ends(v + "the first fragment and never the rest", fragments(packet, (0, 1000)), None)
    w.ends(v + "later fragments and never the first",
           fragments(packet, (1000, 2000), (2000, SIZE)), None)
    w.ends(v + "a fragment beyond 65535 bytes",
           fragments(packet, (65528, 66528, False), content=bytes(70000)), None)
    # As something on the host could send it past connection tracking.
    w.case(v + "fragments that nothing has assembled",
           [(w.behind, eth(w.far.mac, w.vm.mac, p)) for p in fragments(packet, *HALVES)],
           {f"{w.vm.name} in fragment": 2})


def of_guest(w, family, v):
    """What a guest sends is read as it comes, and again assembled."""
    good = w.udp(family, w.vm, w.far, OPEN, DATA)
    w.gets_out(v + "a guest's datagram in fragments", fragments(good, *THIRDS), None,
               content=good.body())
    w.may_not(v + "a guest's fragments to a port that a rule denies, the last one first",
              fragments(w.udp(family, w.vm, w.far, DENIED, DATA), *HALVES[::-1]), "acl")
    syn = w.ip(family, w.vm, w.far) / tcp(80, data=DATA)
    w.may_not(v + "a guest's first fragment without the flags of TCP",
              fragments(syn, (0, 8), (8, 1008), (1008, 12 + SIZE)), "malformed")
    server, client = (67, 68) if family == 4 else (547, 546)
    w.may_not(v + "a DHCP server's answer of a guest in fragments",
              fragments(w.udp(family, w.vm, w.far, client, DATA, sport=server), *HALVES), "spoof")


def atomic(w):
    """RFC 6946: a fragment that is alone is whole."""
    alone = 0, 12, False
    packet = w.udp(6, w.far, w.vm, OPEN)
    # A bridge of the kernel permits it, and then cannot make a fragment of it.
    w.gets_in("an atomic fragment", fragments(packet, alone), int(not w.bare))
    w.ends("an atomic fragment to a port that is shut",
           fragments(w.udp(6, w.far, w.vm, SHUT), alone), "no-endpoint")
    header = 44, struct.pack("!BHI", 0, 0, 7)
    w.ends("an atomic fragment in another, to a port that is shut",
           chain(w.udp(6, w.far, w.vm, SHUT), [header, header]), "no-endpoint")


def long_chains(w):
    """Headers that go on in the second fragment: not to be let in (RFC 7112)."""
    headers = [(60, options(800))] * 2
    cuts = (0, 1280), (1280, 2408)
    for name, src, dst, ends in ("", w.far, w.vm, w.ends), (" of a guest", w.vm, w.far, w.may_not):
        packet = chain(w.udp(6, src, dst, OPEN, DATA[:800]), headers)
        ends(f"a chain of headers over two fragments{name}", fragments(packet, *cuts),
             "malformed")
    packet = chain(w.udp(6, w.far, w.vm, OPEN, DATA[:800]), headers[:1])
    w.gets_in("a chain of headers in the first of two fragments",
              fragments(packet, (0, 1280), (1280, 1608)), None,
              count=2 if w.name == "routed into a bridge" else 1)
