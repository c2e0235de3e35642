# SPDX-License-Identifier: GPL-2.0-or-later
"""Protocols other than TCP and UDP: each needs an endpoint of its own."""

from frames import dccp, lite, sctp

OPEN, SHUT = 53, 54
# Chunks of SCTP: one that opens an association, and data.
INIT = bytes.fromhex("01000014" "00000001" "00010000" "00010001" "00000001")
DATA = bytes.fromhex("00030014" "00000001" "00000000" "00000000" "64617461")


def run(w):
    for family in 4, 6:
        with_ports(w, family)
        without_ports(w, family)


def with_ports(w, family):
    head = w.ip(family, w.far, w.vm)
    v = f"IPv{family}: "
    w.gets_in(v + "SCTP to an endpoint", head / sctp(OPEN, INIT))
    w.ends(v + "SCTP to a port that is shut", head / sctp(SHUT, INIT), "no-endpoint")
    w.ends(v + "SCTP that does not open", head / sctp(OPEN, DATA), "invalid")
    w.gets_in(v + "DCCP to an endpoint", head / dccp(OPEN))
    w.ends(v + "DCCP to a port that is shut", head / dccp(SHUT), "no-endpoint")
    # Connection tracking sums it as if it were UDP: who has it right is refused.
    w.ends(v + "UDP-Lite", head / lite(OPEN), "invalid")
    w.gets_in(v + "UDP-Lite to an endpoint, with the checksum of UDP",
              head / lite(OPEN, pseudo=17))
    w.ends(v + "UDP-Lite to a port that is shut, with the checksum of UDP",
           head / lite(SHUT, pseudo=17), "no-endpoint")


def without_ports(w, family):
    v = f"IPv{family}: "
    for name, number, content in ("GRE", 47, bytes([0, 0, 8, 0]) + bytes(20)), \
            ("ESP", 50, bytes(32)), ("a protocol for experiments", 253, bytes(32)):
        w.gets_in(f"{v}{name} to an endpoint",
                  w.ip(family, w.far, w.vm, proto=number) / content)
    # An open port within does not open what is around it.
    inner = bytes(w.udp(4, w.far, w.vm, OPEN))
    for name, number in ("IP in IP", 4), ("6in4", 41), ("L2TP", 115), ("PIM", 103), \
            ("VRRP", 112), ("an unknown protocol", 254), ("a reserved protocol", 255):
        w.ends(f"{v}{name} needs an endpoint",
               w.ip(family, w.far, w.vm, proto=number) / inner, "no-endpoint")
    w.ends(v + "ICMP of the other family",
           w.ip(family, w.far, w.vm, proto=58 if family == 4 else 1) / bytes(8), "invalid")
