#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs inside the booted kernel: flows.py PLAN

Real traffic from VM 1 to VM 2, which are namespaces behind b1 and b2, routed or
bridged, under each filter in turn, again and again; a row for each to
$EPACL_RESULTS/rows. Where it is routed, then the longest time without a packet while
a policy is loaded anew.
"""

import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

sys.dont_write_bytecode = True
from filters import mac  # noqa: E402
from guest import open_rows, run_all, sh  # noqa: E402

SERVER, PORT = "10.0.0.2", "8080"
MS = 1000
GAP_MS = 3000


def make_vms(path):
    """Namespaces vm1 and vm2. Routed: the host is the gateway of each; bridged: both
    are in one segment."""
    lines = ["link add b0 type dummy", "link set b0 up"]
    if path == "bridged":
        lines += ["link add br0 type bridge mcast_snooping 0", "link set br0 up"]
    for i in (1, 2):
        sh("ip", "netns", "add", f"vm{i}")
        lines += [f"link add b{i} type veth peer name e address {mac(i)} netns vm{i}",
                  f"link set b{i} {'master br0' if path == 'bridged' else ''} up"]
        if path == "routed":
            lines += [f"addr add 169.254.1.1/32 dev b{i}", f"route add 10.0.0.{i} dev b{i}"]
    feed(["ip", "-batch", "-"], lines)
    for i in (1, 2):
        lines = ["link set lo up", "link set e up"]
        lines += [f"addr add 10.0.0.{i}/24 dev e"] if path == "bridged" else [
            f"addr add 10.0.0.{i}/32 dev e", "route add default via 169.254.1.1 dev e onlink"]
        feed(["ip", "-n", f"vm{i}", "-batch", "-"], lines)


def feed(command, lines):
    subprocess.run(command, input="\n".join(lines) + "\n", text=True, check=True)


def others(n):
    """Interfaces of VMs that nobody talks to."""
    feed(["ip", "-batch", "-"], [f"link add b{i} type dummy" for i in range(3, n + 1)])


def load(plan, mode, ms=MS):
    return sh(plan["build"] + "/load", mode, "vm2", "vm1", SERVER, PORT, str(ms)).split()


def bulk():
    """Bits a second, of a program that others wrote."""
    server = subprocess.Popen(["ip", "netns", "exec", "vm2", "iperf3", "-s", "-1", "-p", PORT],
                              stdout=subprocess.DEVNULL)
    try:
        for _ in range(100):
            if ":8080" in sh("ip", "netns", "exec", "vm2", "ss", "-ltn"):
                break
            time.sleep(0.05)
        out = json.loads(sh("ip", "netns", "exec", "vm1", "iperf3", "-J", "-c", SERVER,
                            "-p", PORT, "-t", "1"))
        return out["end"]["sum_received"]["bits_per_second"]
    finally:
        server.kill()
        server.wait()


def rate(plan, mode):
    return bulk() if mode == "bulk" else float(load(plan, mode)[0])


MODES = {"tcp": ("crr", "rr", "bulk"), "udp": ("udp",)}


def run_point(plan, point, path, emit):
    p = point["parameters"]
    for filter_ in point["filters"]:
        run_all(plan, filter_["load"])
        for mode in MODES[p["proto"]]:
            emit({"path": path, "mode": mode, "filter": filter_["name"],
                  "rate": rate(plan, mode)})
        run_all(plan, filter_["unload"])
        sh("conntrack", "-F", check=False)


def gaps(plan, point, emit):
    """Time without a packet while nothing happens, and while all is loaded anew."""
    for filter_ in point["filters"]:
        if not filter_["reload"]:
            continue
        run_all(plan, filter_["load"])
        idle = load(plan, "gap", GAP_MS)
        again = [c.format(**plan) for c in filter_["reload"]]
        with subprocess.Popen(["sh", "-c", 'while :; do "$@" || exit; done', "sh", *again],
                              start_new_session=True) as loading:
            time.sleep(0.2)
            busy = load(plan, "gap", GAP_MS)
            failed = loading.poll()
            os.killpg(loading.pid, 15)
        if failed is not None:
            raise RuntimeError(f"{' '.join(again)} ended with {failed}")
        emit({"path": "gap", "filter": filter_["name"], "endpoints": point["parameters"]["endpoints"],
              "idle_us": [float(x) for x in idle], "loading_us": [float(x) for x in busy]})
        run_all(plan, filter_["unload"])


def main():
    plan = json.loads(Path(sys.argv[1]).read_text(encoding="ascii"))
    emit_row = open_rows()

    def emit(row):
        emit_row({"release": platform.release(), **row})

    Path("/proc/sys/net/ipv4/ip_forward").write_text("1")
    make_vms(plan["path"])
    others(plan["endpoints"])
    for _ in range(plan["rounds"]):
        for point in plan["points"]:
            run_point(plan, point, plan["path"], emit)
    if plan["path"] == "routed":
        for _ in range(plan["rounds"]):
            gaps(plan, plan["points"][-1], emit)


if __name__ == "__main__":
    main()
