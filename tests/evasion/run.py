# SPDX-License-Identifier: GPL-2.0-or-later
"""The cases of tests/vm/evasion.sh, which makes the namespaces."""

import sys

import flows
import fragments
import headers
import link
import protocols
import supers
from counters import of_aclctl
from frames import arp, eth, ip, udp
from lab import Lab, Place
from wiring import Wiring

EVERYBODY = "ff:ff:ff:ff:ff:ff"


def guest_mac(n):
    return f"02:00:00:00:00:{n:02x}"


def host_mac(n):
    return f"02:00:00:00:01:{n:02x}"


a = Place("a", guest_mac(0), "10.1.0.4", "fd01::4")
b = Place("b", guest_mac(1), "10.1.0.5", "fd01::5")
c = Place("c", guest_mac(2), "10.2.0.4", "fd02::4")
d = Place("d", guest_mac(3), "10.2.0.5", "fd02::5")
z = Place("z", guest_mac(9), "10.9.0.4", None)
out = Place("out", "02:00:00:00:02:00", "198.51.100.9", "2001:db8:51::9")
seg = Place("seg", "02:00:00:00:02:01", "192.0.2.9", "2001:db8:2::9")
up0 = host_mac(16)

# Who is where is known, and that the guests are there.
for place in a, b, c, d, seg:
    place.send(bytes(eth(place.mac, EVERYBODY, arp(
        1, place.mac, place.ip4, place.ip4), 0x0806)))
last = bytes(eth(out.mac, up0, ip(out.ip4, z.ip4) / udp(9, b"the last of them", sport=9)))
lab = Lab((out, z, last), [a, b, c, d, out, seg])

routed = Wiring(lab, "routed", out, a, b, "vnet0", {
    ("out", "a"): up0,
    ("a", "out"): host_mac(0), ("a", "b"): host_mac(0),
    ("b", "out"): host_mac(1), ("b", "a"): host_mac(1),
})
bridged = Wiring(lab, "bridged", seg, c, d, "vnet2", {
    (src.name, dst.name): dst.mac for src in (seg, c, d) for dst in (seg, c, d)
})
into_bridge = Wiring(lab, "routed into a bridge", out, c, d, "vnet2", {
    ("out", "c"): up0, ("c", "out"): host_mac(32),
})

for topic in fragments, headers, protocols:
    for wiring in routed, bridged, into_bridge:
        print(f"# --- {wiring.name}: {topic.__name__}", flush=True)
        topic.run(wiring)
for topic in link, flows, supers:
    print(f"# --- {topic.__name__}", flush=True)
    topic.run(routed, bridged)
lab.say("aclctl counts the same", [] if of_aclctl() == lab.counters.read() else ["it does not"])
print(f"# {lab.cases} cases")
sys.exit(lab.failed != 0)
