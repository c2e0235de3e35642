# SPDX-License-Identifier: GPL-2.0-or-later
"""Super-packets, and what a guest's network card leaves to the host.

The header of virtio says it: segments of a size are to be made, and a checksum
to be filled in, wherever the guest wants it.
"""

import array
import fcntl
import socket
import struct

from frames import arp, eth, fresh, tcp, udp

OPEN, DENIED = 53, 99
NEEDS_CSUM = 1
GSO_TCPV4, GSO_UDP, GSO_TCPV6 = 1, 3, 4
SIOCETHTOOL, ETHTOOL_STXCSUM = 0x8946, 0x17


def header(gso=0, head=0, size=0, start=0, offset=0, flags=NEEDS_CSUM):
    return struct.pack("=BBHHHH", flags, gso, head, size, start, offset)


def leave_no_checksums(dev):
    """The host writes them before it sends: what was asked for can be seen."""
    order = array.array("B", struct.pack("II", ETHTOOL_STXCSUM, 0))
    address, _ = order.buffer_info()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        fcntl.ioctl(s, SIOCETHTOOL, struct.pack("16sP16x", dev.encode(), address))


def run(routed, bridged):
    for dev in "up0", "up1":
        leave_no_checksums(dev)
    for w in routed, bridged:
        for family in 4, 6:
            segments(w, family)
            checksum_elsewhere(w, family)


def begun(packet):
    return packet.content.begun(packet)


def segments(w, family):
    v = f"IPv{family}: "
    far, vm = w.far, w.vm
    at = 34 if family == 4 else 54
    gso = GSO_TCPV4 if family == 4 else GSO_TCPV6
    large = header(gso, at + 20, 1400, at, 16)
    sport = fresh()

    def segment(src, dst, flags, seq, ack, data=b""):
        ports = (sport, 80) if src is vm else (80, sport)
        return w.ip(family, src, dst) / \
            tcp(ports[1], flags, sport=ports[0], seq=seq, ack=ack, data=data)

    w.case(v + "a guest's connection",
           w.sent(vm, far, segment(vm, far, "S", 1000, 0)) +
           w.sent(far, vm, segment(far, vm, "SA", 5000, 1001)) +
           w.sent(vm, far, segment(vm, far, "A", 1001, 5001)),
           {f"{vm.name} out permit": 2, f"{vm.name} in reply": 1}, {vm: 1, far: 2})
    data = bytes(20000)
    packet = begun(segment(vm, far, "A", 1001, 5001, data))
    w.case(v + "a super-packet counts once", [(vm, w.frame(vm, far, packet), large)],
           {f"{vm.name} out permit": 1}, {far: None})
    packet = begun(segment(far, vm, "A", 5001, 1001, data))
    w.case(v + "a super-packet to a guest", [(far, w.frame(far, vm, packet), large)],
           {f"{vm.name} in reply": 1}, {vm: 1})
    packet = begun(w.ip(family, w.peer, far) / tcp(80, "A", sport=sport, data=data))
    w.case(v + "a super-packet in a neighbour's name", [(vm, w.frame(vm, far, packet), large)],
           {f"{vm.name} out spoof": 1})
    packet = begun(w.ip(family, far, vm) / tcp(81, "A", data=data))
    w.case(v + "a super-packet to a port that is shut", [(far, w.frame(far, vm, packet), large)],
           {f"{vm.name} in no-endpoint": 1})
    packet = begun(w.ip(family, vm, far) / udp(DENIED, bytes(4000)))
    w.case(v + "a datagram that is to be made fragments, to a port that a rule denies",
           [(vm, w.frame(vm, far, packet), header(GSO_UDP, at + 8, 1400, at, 6))],
           {f"{vm.name} out acl": 1})


def checksum_elsewhere(w, family):
    """A card that fills in a checksum writes two bytes where it is told to."""
    v = f"IPv{family}: "
    far, vm = w.far, w.vm
    at = 34 if family == 4 else 54

    def frame(src, dst, port):
        return w.frame(src, dst, begun(w.udp(family, src, dst, port)))

    w.case(v + "a guest leaves the checksum to the host",
           [(vm, frame(vm, far, OPEN), header(start=at, offset=6))],
           {f"{vm.name} out permit": 1}, {far: 1})
    # Newer kernels take none that begins before byte 20 of a frame.
    places = {
        "the destination port": at + 2,
        "the source port": at,
        "the length of UDP": at + 4,
        "the source address": 28 if family == 4 else 36,
        "the destination address": 32 if family == 4 else 52,
        "the protocol": 22 if family == 4 else 20,
    }
    for name, place in places.items():
        w.case(f"{v}a guest has the host write a checksum into {name}",
               [(vm, frame(vm, far, OPEN), header(start=20, offset=place - 20))],
               {f"{vm.name} out malformed": 1})
    said = eth(vm.mac, "ff:ff:ff:ff:ff:ff", arp(2, vm.mac, vm.ip4, "0.0.0.0"), 0x0806)
    w.case(v + "a guest has the host write a checksum into what ARP claims",
           [(vm, said, header(start=20, offset=8))], {f"{vm.name} out malformed": 1})
    inner = w.ip(family, vm, far, proto=4) / bytes(w.udp(4, vm, far, OPEN))
    w.case(v + "a checksum within a tunnel",
           [(vm, w.frame(vm, far, inner), header(start=at + 20, offset=6))],
           {f"{vm.name} out permit": 1}, {far: 1})
