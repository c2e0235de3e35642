# SPDX-License-Identifier: GPL-2.0-or-later
"""What a benchmark is about: endpoints, their rules, and packets to judge.

A workload is drawn from its parameters alone, so two runs, and all filters, get
the same one. VM number i, from 1 on, is behind interface b<i>, has one address
and one endpoint; b0 leads to the outside.
"""

import bisect
import ipaddress
import random
import re
import struct
from dataclasses import dataclass, field, asdict
from itertools import accumulate

PORT = 8080
PACKETS = 16384
RECORD = struct.Struct("=BBBx2s2sII16s16s")
NUMBERS = {"udp": 17, "tcp": 6}
GROUPS = 8


@dataclass(frozen=True)
class Parameters:
    """The axes. `place` is post, our decision alone; all, from VM to VM; bridged, the
    same for a bridge; or refused, what is to be refused, from its arrival on."""

    endpoints: int = 1000
    rules: int = 50
    family: int = 4
    layers: int = 1  # endpoint, subnet, group, VM list
    mixed: bool = False  # rules' prefixes of many lengths, or all of one
    prefixes: int = 0  # of a set that the endpoints' only rule names
    spread: str = "uniform"  # of packets over endpoints, or zipf
    place: str = "post"
    established: bool = False
    proto: str = "udp"  # of the endpoints and of the packets: udp, tcp

    def from_vms(self):
        return self.place in ("all", "bridged")

    def verdicts(self):
        """What there are traces of."""
        if self.place == "post":
            return ("permit", "deny")
        return ("permit",) if self.from_vms() else ("deny",)

    def name(self):
        return "-".join(f"{k}{v}" for k, v in asdict(self).items())


@dataclass(frozen=True)
class Space:
    """Where addresses are drawn from, and how long their prefixes are."""

    bits: int
    vms: int
    remotes: range
    length: int

    def text(self, address, length=None):
        cls = ipaddress.IPv4Address if self.bits == 32 else ipaddress.IPv6Address
        return f"{cls(address)}" + ("" if length is None else f"/{length}")

    def packed(self, address):
        return address.to_bytes(self.bits // 8, "big").ljust(16, b"\0")


def _space(family):
    if family == 4:
        return Space(32, 10 << 24, range(20 << 24, 200 << 24), 24)
    return Space(128, 0xFD << 120, range(0x2001 << 112, 0x3000 << 112), 64)


@dataclass(frozen=True)
class Prefixes:
    """Prefixes that do not overlap, in order."""

    space: Space
    starts: tuple
    lengths: tuple

    def __len__(self):
        return len(self.starts)

    def texts(self):
        return [self.space.text(a, l) for a, l in zip(self.starts, self.lengths)]

    def hold(self, address):
        i = bisect.bisect_right(self.starts, address) - 1
        return i >= 0 and address >> (self.space.bits - self.lengths[i]) == \
            self.starts[i] >> (self.space.bits - self.lengths[i])

    def draw(self, rng):
        i = rng.randrange(len(self.starts))
        return self.starts[i] + rng.getrandbits(self.space.bits - self.lengths[i])


def draw_prefixes(rng, space, n):
    """n prefixes of the space's one length."""
    shift = space.bits - space.length
    blocks = range(space.remotes.start >> shift, space.remotes.stop >> shift)
    starts = tuple(b << shift for b in sorted(rng.sample(blocks, n)))
    return Prefixes(space, starts, (space.length,) * n)


# How long the prefixes of published lists of address ranges are, roughly.
LENGTHS4 = [(16, 2), (18, 2), (20, 6), (22, 8), (24, 30), (26, 10), (28, 12),
            (29, 6), (30, 8), (31, 6), (32, 10)]
LENGTHS6 = [(32, 2), (40, 3), (48, 40), (56, 20), (64, 25), (96, 3), (128, 7)]


def draw_published(rng, space, n):
    """n prefixes of many lengths, in runs and with gaps, as published lists."""
    # A million with as many large ones have no room in IPv4.
    known = LENGTHS4[4 if n > 200000 else 0:] if space.bits == 32 else LENGTHS6
    lengths, weights = zip(*known)
    drawn = rng.choices(lengths, weights, k=n)
    sizes = [1 << (space.bits - l) for l in drawn]
    # What is left over is dealt out between them; a few stand side by side.
    room = space.remotes.stop - space.remotes.start - 2 * sum(sizes)
    cuts = sorted(rng.randrange(room) for _ in range(n))
    starts, at, last = [], space.remotes.start, 0
    for size, cut in zip(sizes, cuts):
        at = -(-(at + cut - last) // size) * size
        last = cut
        starts.append(at)
        at += size
    return Prefixes(space, tuple(starts), tuple(drawn))


def read_prefixes(path, space):
    """A list from a file of any form; prefixes within others left out."""
    family = 4 if space.bits == 32 else 6
    with open(path, encoding="utf-8") as f:
        found = set(re.findall(r"[0-9a-fA-F.:]+/[0-9]+", f.read()))
    nets = (ipaddress.ip_network(text, strict=False) for text in found)
    nets = sorted(ipaddress.collapse_addresses(n for n in nets if n.version == family))
    return Prefixes(space, tuple(int(n.network_address) for n in nets),
                    tuple(n.prefixlen for n in nets))


@dataclass
class Endpoint:
    number: int  # of VM and interface
    address: int
    rules: Prefixes  # permitted sources
    refused: Prefixes  # what the VM's own list denies


@dataclass
class Workload:
    parameters: Parameters
    space: Space
    endpoints: list
    shared: Prefixes = None  # the set that all name
    subnet: Prefixes = None  # denied by the one subnet
    groups: list = field(default_factory=list)  # denied by each group

    def group_of(self, endpoint):
        return endpoint.number % GROUPS

    def refused(self, endpoint):
        """Prefixes that layers behind the endpoint's deny, in order."""
        layers = [self.subnet, self.groups[self.group_of(endpoint)] if self.groups
                  else None, endpoint.refused]
        return layers[:self.parameters.layers - 1]

    def permits(self, endpoint, source):
        allowed = self.shared or endpoint.rules
        return allowed.hold(source) and \
            not any(l.hold(source) for l in self.refused(endpoint))


def _with_vms(prefixes):
    """The same and, in front, the addresses of all VMs."""
    return Prefixes(prefixes.space, (prefixes.space.vms,) + prefixes.starts[1:],
                    (8,) + prefixes.lengths[1:])


def make(p, published=None):
    rng = random.Random(p.name())
    space = _space(p.family)
    draw = draw_published if p.mixed else draw_prefixes
    endpoints = []
    for i in range(1, p.endpoints + 1):
        rules = draw(rng, space, p.rules) if not p.prefixes else None
        if p.from_vms():
            rules = _with_vms(rules)
        refused = draw_prefixes(rng, space, p.rules) if p.layers > 3 else None
        endpoints.append(Endpoint(i, space.vms + i, rules, refused))
    w = Workload(p, space, endpoints)
    if p.prefixes:
        w.shared = read_prefixes(published, space) if published else \
            draw_published(rng, space, p.prefixes)
    if p.layers > 1:
        w.subnet = draw_prefixes(rng, space, p.rules)
    if p.layers > 2:
        w.groups = [draw_prefixes(rng, space, p.rules) for _ in range(GROUPS)]
    return w


def _targets(rng, w):
    if w.parameters.spread == "uniform":
        return rng.choices(w.endpoints, k=PACKETS)
    weights = list(accumulate(1 / i for i in range(1, len(w.endpoints) + 1)))
    shuffled = rng.sample(w.endpoints, len(w.endpoints))
    return rng.choices(shuffled, cum_weights=weights, k=PACKETS)


def _source(rng, w, endpoint, permit):
    allowed = w.shared or endpoint.rules
    while True:
        source = allowed.draw(rng) if permit else \
            rng.randrange(w.space.remotes.start, w.space.remotes.stop)
        if w.permits(endpoint, source) == permit:
            return source


def trace(w, permit):
    """Packets that all filters have to permit, or to refuse: bytes.

    From VM to VM the source is another VM, which every list permits; there is
    no trace of what is refused.
    """
    rng = random.Random(f"{w.parameters.name()} {permit}")
    out = bytearray()
    for n, endpoint in enumerate(_targets(rng, w)):
        came_in = 0
        if w.parameters.from_vms():
            sender = rng.choice(w.endpoints)
            came_in, source = sender.number, sender.address
        else:
            source = _source(rng, w, endpoint, permit)
        out += RECORD.pack(
            w.parameters.family, permit, NUMBERS[w.parameters.proto], (1024 + n).to_bytes(2, "big"),
            PORT.to_bytes(2, "big"), came_in, endpoint.number,
            w.space.packed(source), w.space.packed(endpoint.address))
    return bytes(out)
