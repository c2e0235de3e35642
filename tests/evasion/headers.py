# SPDX-License-Identifier: GPL-2.0-or-later
"""Headers of IP and what is behind them: options, chains, lengths, checksums."""

from frames import chain, icmp, ip, options, tcp, udp

OPEN, SHUT, DENIED = 53, 54, 99
HOP, ROUTING, AUTH, NONE, DESTINATION, MOBILITY, HIP = 0, 43, 51, 59, 60, 135, 139


def run(w):
    ip4_options(w)
    ip6_chains(w)
    if w.name != "routed into a bridge":
        chains_of_guest(w)
    lengths(w)
    for family in 4, 6:
        truncated(w, family)
        checksums(w, family)


# ---- IPv4 options ----

def ip4_options(w):
    def packet(src, dst, raw, port=OPEN):
        return w.ip(4, src, dst, options=raw) / udp(port)

    fine = {
        "padding": b"\x01\x01\x01\x00",
        "a router alert": b"\x94\x04\x00\x00",
        "the recorded route": b"\x07\x07\x04\x00\x00\x00\x00\x00",
        "time stamps": b"\x44\x08\x05\x00\x00\x00\x00\x00",
    }
    for name, raw in fine.items():
        w.gets_in(f"the option of {name}", packet(w.far, w.vm, raw))
        w.ends(f"the option of {name}, to a port that is shut",
               packet(w.far, w.vm, raw, SHUT), "no-endpoint")
    to = bytes([192, 0, 2, 77])
    routes = {
        "a loose source route": b"\x83\x07\x04" + to + b"\x00",
        "a strict source route that is used up": b"\x89\x07\x08" + to + b"\x00",
        "a loose source route behind other options": b"\x01\x94\x04\x00\x00\x83\x07\x08" + to,
    }
    for name, raw in routes.items():
        # The host refuses a strict one by itself.
        w.ends(name, packet(w.far, w.vm, raw),
               None if "strict" in name and w.name != "bridged" else "malformed")
        w.may_not(f"a guest's {name[2:]}", packet(w.vm, w.far, raw), "malformed")
    bad = {
        "an option without length": b"\x07\x00\x00\x00",
        "an option longer than the header": b"\x07\x20\x04\x00",
    }
    for name, raw in bad.items():
        # The host reads options when it routes.
        w.ends(name, packet(w.far, w.vm, raw), "malformed" if w.name == "bridged" else None)
        w.may_not(f"a guest's {name[3:]}", packet(w.vm, w.far, raw), "malformed")


# ---- IPv6 extension headers ----

def routing(kind, left=0):
    return ROUTING, bytes([2, kind, left]) + bytes(20)


FINE = {
    "hop-by-hop options": [(HOP, options(8))],
    "destination options": [(DESTINATION, options(24))],
    "a routing header of type 2": [routing(2)],
    "an authentication header": [(AUTH, b"\x04" + bytes(22))],
    "hop-by-hop, destination and routing headers":
        [(HOP, options(8)), (DESTINATION, options(8)), routing(4), (DESTINATION, options(8))],
    "sixteen headers": [(DESTINATION, options(8))] * 16,
}
BAD = {
    "a routing header of type 0": [routing(0, 1)],
    "a used-up routing header of type 0 behind others":
        [(DESTINATION, options(8)), (AUTH, b"\x04" + bytes(22)), routing(0)],
    "seventeen headers": [(DESTINATION, options(8))] * 17,
    "hop-by-hop options that are not the first":
        [(DESTINATION, options(8)), (HOP, options(8))],
    "a header longer than the packet": [(DESTINATION, b"\xff" + bytes(6))],
}


def ip6_chains(w):
    for name, headers in FINE.items():
        w.gets_in(name, chain(w.udp(6, w.far, w.vm, OPEN), headers))
        w.ends(f"{name}, to a port that is shut",
               chain(w.udp(6, w.far, w.vm, SHUT), headers), "no-endpoint")
    for name, headers in BAD.items():
        w.ends(name, chain(w.udp(6, w.far, w.vm, OPEN), headers), "malformed")
    # Whoever takes these for headers finds an open port behind them.
    for name, kind in ("an unknown header", 254), ("a mobility header", MOBILITY), \
            ("a HIP header", HIP):
        w.ends(f"{name}, and behind it an open port",
               chain(w.udp(6, w.far, w.vm, OPEN), [(kind, options(8))]), "no-endpoint")
    w.ends("no next header, and behind it an open port",
           chain(w.udp(6, w.far, w.vm, OPEN), [(NONE, options(8))]), "invalid")


def chains_of_guest(w):
    for name, headers in FINE.items():
        w.gets_out(f"a guest's {name}",
                   chain(w.udp(6, w.vm, w.far, OPEN), headers))
        w.may_not(f"a guest's {name}, to a port that a rule denies",
                  chain(w.udp(6, w.vm, w.far, DENIED), headers), "acl")
    for name, headers in BAD.items():
        w.may_not(f"a guest's {name}", chain(w.udp(6, w.vm, w.far, OPEN), headers),
                  "malformed")


# ---- lengths ----

def lengths(w):
    def both(name, fields, far=None):
        """far: reason, where the host does not drop it by itself."""
        for family, more in fields.items():
            v = f"IPv{family}: "
            w.may_not(f"{v}a guest's {name}",
                      ip(w.vm.ip(family), w.far.ip(family), **more) / udp(OPEN), "malformed")
            w.ends(f"{v}{name} from outside",
                   ip(w.far.ip(family), w.vm.ip(family), **more) / udp(OPEN),
                   far or ("malformed" if w.bare else None))

    both("packet that says it is longer than the frame", {4: {"length": 90}, 6: {"length": 60}})
    both("packet shorter than its header", {4: {"length": 12}})
    both("packet of no length", {4: {"length": 0}})
    both("packet without content that has some", {6: {"length": 0}}, "malformed")
    both("header of sixteen bytes", {4: {"words": 4}})
    both("header longer than the packet", {4: {"words": 15, "length": 40}})
    both("version of another protocol", {4: {"version": 6}, 6: {"version": 4}})
    w.gets_in("a datagram shorter than its packet",
              w.ip(4, w.far, w.vm) / udp(OPEN, length=10, total=0))
    for family in 4, 6:
        v = f"IPv{family}: "
        w.ends(v + "a datagram longer than its packet",
               w.ip(family, w.far, w.vm) / udp(OPEN, length=99), "invalid")
        w.ends(v + "a datagram shorter than its header",
               w.ip(family, w.far, w.vm) / udp(OPEN, length=4), "invalid")
        w.may_not(v + "a guest's datagram longer than its packet",
                  w.ip(family, w.vm, w.far) / udp(OPEN, length=99), "invalid")
        w.ends(v + "a header of TCP longer than its packet",
               w.ip(family, w.far, w.vm) / tcp(80, words=15), "invalid")
        # Behind the end of the packet, where the frame goes on.
        frame = w.frame(w.far, w.vm, w.udp(family, w.far, w.vm, OPEN))
        w.case(v + "a trailer behind the packet", [(w.far, frame + b"trailer" * 9)],
               {f"{w.vm.name} in permit": 1}, {w.vm: 1}, frame[34 if family == 4 else 54:])


# ---- truncated headers ----

def truncated(w, family):
    v = f"IPv{family}: "
    ports = bytes([9, 9, 0, OPEN])
    whole = {
        "TCP": (6, 16),
        "UDP": (17, 6),
        "UDP-Lite": (136, 7),
        "SCTP": (132, 11),
        "DCCP": (33, 3),  # connection tracking drops longer ones, if it can read them
        "ICMP": (1 if family == 4 else 58, 7),
    }
    for name, (number, size) in whole.items():
        for what, length in ("nothing", 0), ("a part", size):
            title = f"{what} of a header of {name}"
            content = (ports + bytes(12))[:length]
            w.ends(v + title, w.ip(family, w.far, w.vm, proto=number) / content, "malformed")
            w.may_not(f"{v}of a guest, {title}",
                      w.ip(family, w.vm, w.far, proto=number) / content, "malformed")
    short = tcp(80, words=4)
    w.ends(v + "a header of TCP that says it is of sixteen bytes",
           w.ip(family, w.far, w.vm) / short, "malformed")
    w.may_not(v + "a guest's header of TCP that says it is of sixteen bytes",
              w.ip(family, w.vm, w.far) / short, "malformed")


# ---- checksums ----

def checksums(w, family):
    v = f"IPv{family}: "
    wrong = {
        "UDP": udp(OPEN, total=0x1234),
        "TCP": tcp(80, total=0x1234),
        "ICMP": icmp(8 if family == 4 else 128, total=0x1234),
    }
    for name, content in wrong.items():
        w.ends(f"{v}a wrong checksum of {name}", w.ip(family, w.far, w.vm) / content, "invalid")
        w.may_not(f"{v}a guest's wrong checksum of {name}",
                  w.ip(family, w.vm, w.far) / content, "invalid")
    if family == 6:
        return
    w.gets_in(v + "no checksum of UDP", w.ip(4, w.far, w.vm) / udp(OPEN, total=0))
    w.ends(v + "a wrong checksum of the header",
           w.ip(4, w.far, w.vm, header_sum=0x1234) / udp(OPEN),
           "invalid" if w.bare else None)
