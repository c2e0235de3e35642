# SPDX-License-Identifier: GPL-2.0-or-later
"""Frames that are not IP, or only claim to be; neighbours, routers, servers."""

import os
import subprocess

import frames
from frames import (
    advert, chain, eth, fragments, icmp, igmp, ip, nd_option, options, redirect6, router_advert,
    solicit, tag, udp, with_tags)

OPEN, SHUT = 53, 54
EVERYBODY = "ff:ff:ff:ff:ff:ff"
ALL_NODES = "33:33:00:00:00:01"
NOBODY = "02:00:00:00:00:99"


def run(routed, bridged):
    for w in routed, bridged:
        tags_of_guest(w)
        kinds(w)
        arp_of_guest(w)
        neighbours_of_guest(w)
        routers(w)
        servers(w)
        sources(w)
        groups(w)
    tags(bridged)
    kinds_from_outside(bridged)
    claims_from_outside(bridged)
    everybody(bridged)
    theft(bridged)
    limits(bridged)


# ---- tags ----

def tags_of_guest(w):
    frame = w.frame(w.vm, w.far, w.udp(4, w.vm, w.far, OPEN))
    w.case("a guest's priority tag", [(w.vm, with_tags(frame, tag(0)))],
           {f"{w.vm.name} out permit": 1}, {w.far: 1})
    hops = {
        "tag": (tag(10),),
        "tag behind a priority tag": (tag(0), tag(10)),
        "two priority tags": (tag(0), tag(0)),
        "two tags": (tag(10), tag(20)),
        "tag of 802.1ad": (tag(10, 0x88a8),),
        "tag of 802.1ad and number 0": (tag(0, 0x88a8),),
        "tag behind one of 802.1ad": (tag(10, 0x88a8), tag(20)),
        "old tag of QinQ": (tag(10, 0x9100), tag(20)),
    }
    for name, them in hops.items():
        frame = w.frame(w.vm, w.far, w.udp(4, w.vm, w.far, OPEN))
        w.may_not_send(f"a guest's {name}", with_tags(frame, *them), "ethertype")


def tags(w):
    frame = w.frame(w.far, w.vm, w.udp(4, w.far, w.vm, OPEN))
    w.case("a priority tag from outside", [(w.far, with_tags(frame, tag(0)))],
           {f"{w.vm.name} in permit": 1}, {w.vm: 1})
    for name, them in {
            "a tag": (tag(10),), "a tag behind a priority tag": (tag(0), tag(10)),
            "two tags": (tag(10), tag(20)), "a tag of 802.1ad": (tag(10, 0x88a8),),
            "a tag behind one of 802.1ad": (tag(10, 0x88a8), tag(20))}.items():
        frame = w.frame(w.far, w.vm, w.udp(4, w.far, w.vm, OPEN))
        w.case(f"{name} from outside", [(w.far, with_tags(frame, *them))],
               {f"{w.vm.name} in ethertype": 1})


# ---- kinds of frames ----

def snap(src, dst, content):
    """IP as 802.2 has it (RFC 1042)."""
    data = bytes.fromhex("aaaa03000000" "0800") + bytes(content)
    return eth(src, dst, data, len(data))


def wrong_kinds(w, src, dst):
    to = w.dmacs[src.name, dst.name]
    packet = w.udp(4, src, dst, OPEN)
    return {
        "IP within SNAP": snap(src.mac, to, packet),
        "Novell's raw 802.3": eth(src.mac, to, b"\xff\xff" + bytes(40), 42),
        "spanning tree to another address": eth(src.mac, to, b"\x42\x42\x03" + bytes(35), 38),
        "IPv6 called IPv4": eth(src.mac, to, w.udp(6, src, dst, OPEN), 0x0800),
        "IPv4 called IPv6": eth(src.mac, to, packet, 0x86dd),
        "PPPoE": eth(src.mac, to, bytes(40), 0x8864),
        "MPLS": eth(src.mac, to, b"\x00\x01\x01\x40" + bytes(packet), 0x8847),
        "RARP": eth(src.mac, to, frames.arp(3, src.mac, src.ip4, dst.ip4), 0x8035),
        "a pause": eth(src.mac, to, b"\x00\x01" + bytes(44), 0x8808),
        "EAPOL": eth(src.mac, to, b"\x01\x01" + bytes(44), 0x888e),
    }


def kinds(w):
    for name, frame in wrong_kinds(w, w.vm, w.far).items():
        w.may_not_send(f"{name} of a guest", frame,
                       "malformed" if name.startswith("IPv") else "ethertype")
    packet = w.udp(4, w.vm, w.far, OPEN)
    for last, name in (0, "spanning tree"), (1, "pause"), (2, "LACP"), (3, "EAPOL"), (14, "LLDP"), \
            (15, "the last of its kind"):
        to = f"01:80:c2:00:00:{last:02x}"
        w.may_not_send(f"a guest's frame to the address of {name}",
                       eth(w.vm.mac, to, b"\x42\x42\x03" + bytes(35), 38), "ethertype")
        w.may_not_send(f"a guest's packet to the address of {name}",
                       eth(w.vm.mac, to, packet), "ethertype")


def kinds_from_outside(w):
    for name, frame in wrong_kinds(w, w.far, w.vm).items():
        reason = "malformed" if name.startswith("IPv") else "ethertype"
        counted = reason == "ethertype" or w.bare
        w.case(f"{name} from outside", [(w.far, frame)],
               {f"{w.vm.name} in {reason}": 1} if counted else {})
    # The bridge of this test passes them on.
    for last, name in (3, "EAPOL"), (14, "LLDP"):
        w.case(f"a frame to the address of {name} from outside",
               [(w.far, eth(w.far.mac, f"01:80:c2:00:00:{last:02x}", bytes(46), 0x88cc))],
               {f"{w.vm.name} in ethertype": 1, f"{w.peer.name} in ethertype": 1})


# ---- ARP ----

def arp(src, op, mac=None, said=None, dst="0.0.0.0", **fields):
    return eth(src.mac, EVERYBODY,
               frames.arp(op, mac or src.mac, said or src.ip4, dst, **fields), 0x0806)


def arp_of_guest(w):
    vm = w.vm
    everybody = {w.far: 1, w.peer: 1} if w.name == "bridged" else {}
    heard = {f"{w.peer.name} in essential": 1} if everybody else {}
    w.case("a guest announces itself", [(vm, arp(vm, 2, dst=vm.ip4))],
           {f"{vm.name} out essential": 1, **heard}, everybody)
    w.case("a guest probes its own address", [(vm, arp(vm, 1, said="0.0.0.0", dst=vm.ip4))],
           {f"{vm.name} out essential": 1,
            **({f"{w.peer.name} in destination": 1} if everybody else {})},
           {w.far: 1} if everybody else {})
    lies = {
        "an answer in the gateway's name": {"op": 2, "said": "169.254.1.1"},
        "an announcement in the gateway's name": {"op": 1, "said": "169.254.1.1",
                                                  "dst": "169.254.1.1"},
        "a question in a neighbour's name": {"op": 1, "said": w.peer.ip4, "dst": "169.254.1.1"},
        "an answer with a neighbour's MAC": {"op": 2, "mac": w.peer.mac},
        "an answer with nobody's MAC": {"op": 2, "mac": NOBODY},
        "a probe for a neighbour's address": {"op": 1, "said": "0.0.0.0", "dst": w.peer.ip4},
        "an answer from no address": {"op": 2, "said": "0.0.0.0", "dst": vm.ip4},
    }
    for name, fields in lies.items():
        w.may_not_send(f"ARP of a guest: {name}", arp(vm, **fields), "spoof")
    bad = {
        "an operation of RARP": {"op": 3},
        "an operation of InARP": {"op": 8},
        "addresses of eight bytes": {"sizes": (8, 4)},
        "addresses of IPv6": {"sizes": (6, 16)},
        "hardware of 802": {"hardware": 6},
        "another protocol": {"protocol": 0x86dd},
    }
    for name, fields in bad.items():
        w.may_not_send(f"ARP of a guest: {name}", arp(vm, **{"op": 2, **fields}), "malformed")
    w.may_not_send("ARP of a guest: half of it",
                   arp(vm, 2)[:30], "malformed")


# ---- neighbour discovery ----

def nd(vm, message, dst="ff02::1", src=None, hops=255):
    return ip(src or vm.ip6, dst, ttl=hops) / message


def neighbours_of_guest(w):
    vm, peer = w.vm, w.peer
    everybody = {w.far: 1, peer: 1} if w.name == "bridged" else {}
    heard = {f"{peer.name} in essential": 1} if everybody else {}
    honest = {
        "announces itself": nd(vm, advert(vm.ip6, vm.mac)),
        "asks for a neighbour":
            nd(vm, solicit(peer.ip6, nd_option(1, vm.mac))),
        "asks whether its address is free": nd(vm, solicit(vm.ip6), src="::"),
        "asks for routers": nd(vm, icmp(133), src=vm.link_local()),
        "announces itself behind options":
            chain(nd(vm, advert(vm.ip6, vm.mac)), [(60, options(8))]),
    }
    for name, packet in honest.items():
        w.case(f"a guest {name}", [(vm, eth(vm.mac, ALL_NODES, packet))],
               {f"{vm.name} out essential": 1, **heard}, everybody)
    lie = nd(vm, advert(peer.ip6, vm.mac))
    two = solicit(peer.ip6, nd_option(1, vm.mac), nd_option(1, peer.mac))
    lies = {
        "the gateway's address": (nd(vm, advert("fe80::1", vm.mac)), "spoof"),
        "a neighbour's address": (lie, "spoof"),
        "the same behind options": (chain(lie, [(60, options(8))]), "spoof"),
        "the same behind sixteen headers": (chain(lie, [(60, options(8))] * 16), "spoof"),
        "the same in an atomic fragment": (fragments(lie, (0, 32, False))[0], "spoof"),
        "a neighbour's MAC": (nd(vm, advert(vm.ip6, peer.mac)), "spoof"),
        "a neighbour's link-local address":
            (nd(vm, advert(peer.link_local(), vm.mac)), "spoof"),
        "a question from a neighbour's MAC":
            (nd(vm, solicit(peer.ip6, nd_option(1, peer.mac))), "spoof"),
        "a question whether a neighbour's address is free":
            (nd(vm, solicit(peer.ip6), src="::"), "spoof"),
        "two MACs": (nd(vm, two), "malformed"),
        "an option of no length":
            (nd(vm, solicit(peer.ip6, bytes([1, 0]) + bytes(6))), "malformed"),
        "an option that goes on behind the end":
            (nd(vm, solicit(peer.ip6, bytes([1, 9]) + bytes(6))), "malformed"),
        "half a target": (nd(vm, icmp(136, data=bytes(8))), "malformed"),
    }
    for name, (packet, reason) in lies.items():
        w.may_not_send(f"neighbour discovery of a guest: {name}",
                       eth(vm.mac, ALL_NODES, packet), reason)
    w.case("neighbour discovery of a guest: a neighbour's address in two fragments",
           [(vm, eth(vm.mac, ALL_NODES, p)) for p in fragments(lie, (0, 24), (24, 32))],
           {f"{vm.name} out spoof": 1})


def claims_from_outside(w):
    """Who has been heard here is here."""
    lie = ip(w.far.ip6, w.vm.ip6, ttl=255) / advert(w.peer.ip6, w.far.mac)
    fair = ip(w.far.ip6, w.vm.ip6, ttl=255) / advert(w.far.ip6, w.far.mac)
    w.gets_in("neighbour discovery from outside", fair, reason="essential")
    w.ends("neighbour discovery from outside: a neighbour's address", lie, "spoof")
    w.ends("neighbour discovery from outside: the same behind options",
           chain(lie, [(60, options(8))]), "spoof")
    # A bridge of the kernel cannot pass it on.
    w.ends("neighbour discovery from outside: the same in an atomic fragment",
           fragments(lie, (0, 32, False)), None if w.bare else "spoof")
    w.ends("neighbour discovery from outside: the same from afar",
           ip(w.far.ip6, w.vm.ip6, ttl=64) / advert(w.peer.ip6, w.far.mac), "no-endpoint")


# ---- routers ----

def routers(w):
    vm = w.vm
    advertisement = nd(vm, router_advert(), src=vm.link_local())
    for name, packet in {
            "a router advertisement": advertisement,
            "one behind hop-by-hop options": chain(advertisement, [(0, options(8))]),
            "one behind nine headers": chain(advertisement, [(60, options(8))] * 9),
            "one in an atomic fragment": fragments(advertisement, (0, 16, False))[0],
            "one from afar": nd(vm, router_advert(), src=vm.link_local(), hops=64),
            "a redirect": nd(vm, redirect6(vm.link_local(), w.far.ip6),
                             src=vm.link_local()),
            "a redirect behind options":
                chain(nd(vm, redirect6(vm.link_local(), w.far.ip6),
                         src=vm.link_local()), [(60, options(8))])}.items():
        w.may_not_send(f"{name} of a guest", eth(vm.mac, ALL_NODES, packet), "spoof")
    long = chain(advertisement, [(60, options(800))])
    w.case("a router advertisement of a guest in two fragments",
           [(vm, eth(vm.mac, ALL_NODES, p)) for p in fragments(advertisement, (0, 8), (8, 16))],
           {f"{vm.name} out spoof": 1})
    # The first fragment does not say what it is (RFC 7113).
    w.may_not("a router advertisement of a guest behind the first fragment",
              fragments(long, (0, 800), (800, 816)), "malformed")
    w.may_not("a redirect of ICMP of a guest", w.ip(4, vm, w.far) /
              icmp(5, 1, rest=bytes(4), data=bytes(w.udp(4, w.far, vm, 9))), "spoof")
    if w.name != "bridged":
        return
    far = w.far
    linked = ip(far.link_local(), "ff02::1", ttl=255)

    def hears(name, packet, reason, gets):
        w.case(name, [(far, eth(far.mac, ALL_NODES, packet))],
               {f"{vm.name} in {reason}": 1, f"{w.peer.name} in {reason}": 1},
               {vm: 1, w.peer: 1} if gets else {})

    hears("a router advertisement of the segment", linked / router_advert(), "essential", True)
    hears("a router advertisement from afar",
          ip(far.link_local(), "ff02::1", ttl=64) / router_advert(), "no-endpoint", False)
    hears("a router advertisement from an address that is no router's",
          ip(far.ip6, "ff02::1", ttl=255) / router_advert(), "no-endpoint", False)
    hears("a redirect of the segment",
          linked / redirect6(far.link_local(), "2001:db8::7"), "invalid", False)


# ---- servers ----

def servers(w):
    vm, far = w.vm, w.far
    answer = udp(68, bytes(240), sport=67)
    answer6 = udp(546, bytes(40), sport=547)
    w.may_not_send("a DHCP server's answer of a guest, to everybody",
                   eth(vm.mac, EVERYBODY, ip(vm.ip4, "255.255.255.255") / answer), "spoof")
    w.may_not("a DHCP server's answer of a guest, to one", w.ip(4, vm, far) / answer, "spoof")
    w.may_not("a DHCPv6 server's answer of a guest", w.ip(6, vm, far) / answer6, "spoof")
    ask = udp(67, bytes(240), sport=68)
    everybody = {far: 1} if w.name == "bridged" else {}
    others = {f"{w.peer.name} in no-endpoint": 1} if everybody else {}
    w.case("a guest asks for an address",
           [(vm, eth(vm.mac, EVERYBODY, ip("0.0.0.0", "255.255.255.255") / ask))],
           {f"{vm.name} out essential": 1, **others}, everybody)
    w.may_not("the ports of DHCP as a way past a rule", w.ip(4, vm, far) / ask, "acl")
    w.may_not("the ports of DHCPv6 as a way past a rule",
              w.ip(6, vm, far) / udp(547, bytes(40), sport=546), "acl")
    if w.name == "bridged":
        w.gets_in("a DHCP server's answer of the segment", w.ip(4, far, vm) / answer,
                  reason="essential")
        w.gets_in("a DHCPv6 server's answer of the segment", w.ip(6, far, vm) / answer6,
                  reason="essential")
    else:
        w.ends("a DHCP server's answer that was routed", w.ip(4, far, vm) / answer, "no-endpoint")
        w.ends("a DHCPv6 server's answer that was routed", w.ip(6, far, vm) / answer6,
               "no-endpoint")


# ---- sources ----

def sources(w):
    vm, far = w.vm, w.far
    for family, them in (4, {
            "no address": "0.0.0.0", "the loopback": "127.0.0.1", "everybody": "255.255.255.255",
            "a group": "224.0.0.1", "the gateway": "169.254.1.1", "a neighbour": w.peer.ip4,
            "the remote": far.ip4}), (6, {
            "no address": "::", "the loopback": "::1", "a group": "ff02::1",
            "a neighbour": w.peer.ip6, "the remote": far.ip6,
            "IPv4 within IPv6": "::ffff:" + vm.ip4}):
        for name, address in them.items():
            w.may_not(f"IPv{family}: a guest sends as {name}",
                      ip(address, far.ip(family)) / udp(OPEN), "spoof")
        packet = ip(vm.ip(family), vm.ip(family)) / udp(OPEN)
        w.case(f"IPv{family}: to a guest in its own name", w.sent(far, vm, packet),
               {f"{vm.name} in spoof": 1})
        w.case(f"IPv{family}: to a guest in its neighbour's name",
               w.sent(far, vm, ip(w.peer.ip(family), vm.ip(family)) / udp(OPEN)),
               {f"{vm.name} in spoof": 1})
        w.case(f"IPv{family}: a neighbour's own word",
               w.sent(w.peer, vm, w.udp(family, w.peer, vm, SHUT)),
               {f"{w.peer.name} out permit": 1, f"{vm.name} in permit": 1}, {vm: 1})


# ---- groups ----

def groups(w):
    vm, far, peer = w.vm, w.far, w.peer
    # TTL 2: it is 1 behind a router.
    hops = 2 if w.name == "routed" else 1
    if w.name == "routed":
        w.ends("a query of IGMP to one guest that was routed",
               w.ip(4, far, vm, ttl=hops) / igmp(0x11), "no-endpoint")
        return
    to = "01:00:5e:00:00:01"
    query = ip(far.ip4, "224.0.0.1", ttl=1) / igmp(0x11)
    w.case("a query of IGMP", [(far, eth(far.mac, to, query))],
           {f"{vm.name} in essential": 1, f"{peer.name} in essential": 1}, {vm: 1, peer: 1})
    w.gets_in("a query of IGMP to one guest",
              w.ip(4, far, vm, ttl=1) / igmp(0x11), reason="essential")
    w.ends("a query of IGMP from afar", w.ip(4, far, vm, ttl=64) / igmp(0x11),
           "no-endpoint")
    w.ends("a query of IGMP for somebody else",
           ip(far.ip4, peer.ip4, ttl=1) / igmp(0x11), "destination")
    w.ends("a report of IGMP", w.ip(4, far, vm, ttl=1) / igmp(0x16), "no-endpoint")
    query = ip(far.link_local(), "ff02::1", ttl=1) / icmp(130, data=bytes(16), total=0)
    w.case("a query of MLD, without checksum", [(far, eth(far.mac, ALL_NODES, query))],
           {f"{vm.name} in essential": 1, f"{peer.name} in essential": 1}, {vm: 1, peer: 1})
    report = ip(vm.link_local(), "ff02::16", ttl=1) / icmp(143)
    w.case("a guest's report of MLD behind a router alert",
           [(vm, eth(vm.mac, "33:33:00:00:00:16",
                     chain(report, [(0, b"\x00\x05\x02\x00\x00\x01\x00")])))],
           {f"{vm.name} out essential": 1, f"{peer.name} in permit": 1}, {far: 1, peer: 1})


# ---- to everybody, and for somebody else ----

def everybody(w):
    vm, far, peer = w.vm, w.far, w.peer
    for family, group, mac in (4, "224.0.0.251", "01:00:5e:00:00:fb"), \
            (4, "255.255.255.255", EVERYBODY), (4, "10.2.0.255", EVERYBODY), \
            (6, "ff02::fb", "33:33:00:00:00:fb"):
        w.case(f"from outside to {group}",
               [(far, eth(far.mac, mac, ip(far.ip(family), group) / udp(5353)))],
               {f"{vm.name} in no-endpoint": 1, f"{peer.name} in no-endpoint": 1})
        w.case(f"from a neighbour to {group}",
               [(peer, eth(peer.mac, mac, ip(peer.ip(family), group) / udp(5353)))],
               {f"{peer.name} out permit": 1, f"{vm.name} in permit": 1}, {vm: 1, far: 1})
        w.case(f"from outside to one guest in a frame to the address of {group}",
               [(far, eth(far.mac, mac, w.udp(family, far, vm, OPEN)))],
               {f"{vm.name} in permit": 1, f"{peer.name} in destination": 1}, {vm: 1})
        w.case(f"from a neighbour, the same to a port that is shut to the outside, {group}",
               [(peer, eth(peer.mac, mac, w.udp(family, peer, vm, SHUT)))],
               {f"{peer.name} out permit": 1, f"{vm.name} in permit": 1},
               {vm: 1, far: 1})
    for family in 4, 6:
        w.case(f"IPv{family}: a packet for one guest in a frame for another",
               [(far, eth(far.mac, peer.mac, w.udp(family, far, vm, OPEN)))],
               {f"{peer.name} in destination": 1})
        w.case(f"IPv{family}: a packet for nobody in a frame for a guest",
               [(far, eth(far.mac, vm.mac, ip(far.ip(family), "10.2.0.77" if family == 4 else
                                              "fd02::77") / udp(OPEN)))],
               {f"{vm.name} in destination": 1})


# ---- MAC addresses ----

def down_and_up(dev):
    for state in "down", "up":
        subprocess.run(["ip", "link", "set", dev, state], check=True)


def theft(w):
    """d has no declared MAC; the first one that it uses is its own."""
    vm, far, d = w.vm, w.far, w.peer

    def speaks(mac):
        return eth(mac, far.mac, w.udp(4, d, far, OPEN))

    def steals(name, mac):
        w.case(f"a guest takes {name}", [(d, speaks(mac))], {"d out spoof": 1})

    bridge = "02:00:00:00:01:20"
    steals("its neighbour's MAC", vm.mac)
    steals("the gateway's MAC", bridge)
    steals("the MAC of a station of the segment", far.mac)
    steals("another MAC", NOBODY)
    w.gets_in("and the neighbour still gets what is for it", w.udp(4, far, vm, OPEN))
    w.case("and so does the station", [(vm, w.frame(vm, far, w.udp(4, vm, far, OPEN)))],
           {"c out permit": 1}, {far: 1})

    def anew(name, mac):
        down_and_up("vnet3")
        w.case(f"as the first frame of a guest that is new, from {name}",
               [(d, speaks(mac))], {"d out spoof": 1})

    anew("its neighbour's MAC", vm.mac)
    anew("the gateway's MAC", bridge)
    anew("a group's MAC", "03:00:00:00:00:01")
    anew("no MAC", "00:00:00:00:00:00")
    down_and_up("vnet3")
    w.case("a guest that has been started anew may have another MAC", [(d, speaks(NOBODY))],
           {"d out permit": 1}, {far: 1})
    steals("back the one it had before", d.mac)
    down_and_up("vnet3")
    w.case("until it is started anew", [(d, speaks(d.mac))], {"d out permit": 1}, {far: 1})
    w.case("a guest takes another address", w.sent(d, far, ip("10.2.0.6", far.ip4) / udp(OPEN)),
           {"d out spoof": 1})
    run_tool("change", "nic", "d", "dev", "vnet3", "address", "10.2.0.6,fd02::5")
    w.case("until it is given that", w.sent(d, far, ip("10.2.0.6", far.ip4) / udp(OPEN)),
           {"d out permit": 1}, {far: 1})
    w.case("and then not the one before", w.sent(d, far, ip(d.ip4, far.ip4) / udp(OPEN)),
           {"d out spoof": 1})
    run_tool("change", "nic", "d", "dev", "vnet3", "address", "10.2.0.5,fd02::5")


def run_tool(*words):
    subprocess.run([os.environ["ACLCTL"], *words], check=True)


# ---- what is not held up ----

def limits(w):
    """See docs/evasion.md; nobody should be surprised by a change of these."""
    vm, far, peer = w.vm, w.far, w.peer
    w.case("a guest asks who is in a group",
           [(vm, eth(vm.mac, "01:00:5e:00:00:01", ip(vm.ip4, "224.0.0.1", ttl=1) / igmp(0x11)))],
           {f"{vm.name} out permit": 1, f"{peer.name} in essential": 1}, {far: 1, peer: 1})
    w.case("a guest announces the link-local address of a station that is no guest",
           [(vm, eth(vm.mac, ALL_NODES, nd(vm, advert(far.link_local(), vm.mac))))],
           {f"{vm.name} out essential": 1, f"{peer.name} in essential": 1}, {far: 1, peer: 1})
    for family, them in (4, ("127.0.0.1", "224.0.0.1", "255.255.255.255")), (6, ("::1", "ff02::1")):
        for src in them:
            w.gets_in(f"from {src}, which is nobody's",
                      ip(src, vm.ip(family)) / udp(OPEN))
