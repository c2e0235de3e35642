#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs inside the booted kernel: guest.py PLAN

PLAN is JSON that scripts/bench wrote: how many interfaces there are to be, and
for each workload its traces and, for each filter, how to load and unload it. A
row for each measurement goes to $EPACL_RESULTS/rows, one JSON object a line.
"""

import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

BUDGET_NS = 4 * 10**9
LIMIT = 300  # seconds for a command
RUN = Path("/sys/module/epacl_bench/parameters/run")


def sh(*command, check=True):
    try:
        r = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                           text=True, errors="replace", check=False, timeout=LIMIT)
    except subprocess.TimeoutExpired as e:
        raise RuntimeError(f"{command[0]} took longer than {LIMIT} s") from e
    if check and r.returncode:
        raise RuntimeError(f"{' '.join(command)}: {r.stdout.strip()[-500:]}")
    return r.stdout


def run_all(plan, commands, check=True):
    """Commands of a filter, in which {words} stand for what the plan says."""
    for command in commands:
        sh(*(c.format(**plan) for c in command), check=check)


def open_rows():
    """Return: what writes a row to where scripts/bench looks for it, and shows it."""
    rows = open(Path(os.environ["EPACL_RESULTS"], "rows"), "w", encoding="ascii")

    def emit(row):
        rows.write(json.dumps(row) + "\n")
        rows.flush()
        print(json.dumps(row), flush=True)
    return emit


def make_interfaces(n, directory):
    """b0 to b<n>. Without IPv6, which would send from each."""
    for what in ("all", "default"):
        Path(f"/proc/sys/net/ipv6/conf/{what}/disable_ipv6").write_text("1")
    lines = (f"link add b{i} type dummy\nlink set b{i} up" for i in range(n + 1))
    batch = directory / "links"
    batch.write_text("\n".join(lines) + "\n")
    sh("ip", "-batch", str(batch))


def kernel_memory():
    """What the kernel has allocated for itself, in bytes."""
    Path("/proc/sys/vm/drop_caches").write_text("3")
    fields = ("SUnreclaim:", "VmallocUsed:", "Percpu:")
    lines = (line.split() for line in open("/proc/meminfo", encoding="ascii"))
    return sum(int(l[1]) * 1024 for l in lines if l[0] in fields)


class Bench:
    """The timing module with one trace."""

    def __init__(self, plan, trace, parameters):
        self.load = ["insmod", plan["module"], f"trace={trace}", f"burst={plan['burst']}",
                     f"established={int(parameters['established'])}",
                     f"fresh={int(parameters['place'] == 'refused')}"]

    def __enter__(self):
        sh(*self.load)
        return self

    def __exit__(self, *_):
        sh("rmmod", "epacl_bench")

    def run(self, place, rounds):
        RUN.write_text(f"{place} {rounds}")
        words = RUN.read_text().split()
        return dict(zip(words[::2], map(int, words[1::2])))


def time_filter(plan, point, row, emit):
    trace = point["traces"][row["verdict"]]
    with Bench(plan, trace, point["parameters"]) as bench:
        place = point["parameters"]["place"]
        first = bench.run(place, 1)
        if first["wrong"]:
            emit(row | {"skipped":
                        f"{first['wrong']} of {first['packets']} verdicts are wrong, "
                        f"the first that of packet {first['first']}"})
            return
        # Few are enough for what takes long.
        best = bench.run(place, max(3, min(plan["rounds"], BUDGET_NS // first["ns"])))
        if plan["perf"]:
            perf(plan, bench, place)
        emit(row | {"total_ns": best["ns"] / best["packets"]})


def perf(plan, bench, place):
    """Keeps the loop going until scripts/bench, which samples it from outside,
    removes the file of symbols."""
    symbols = Path("/proc/kallsyms").read_text(encoding="ascii")
    fresh = Path(os.environ["EPACL_RESULTS"], "kallsyms.new")
    fresh.write_text(symbols, encoding="ascii")
    fresh.rename(fresh.with_suffix(""))
    end = time.monotonic() + 10 * plan["perf"]
    while fresh.with_suffix("").exists() and time.monotonic() < end:
        bench.run(place, 20)


# Filters of which tests/bench/change.c knows how to change them.
CHANGES = {"epacl": "epacl", "nft-vmap-set": "nft"}


def time_changes(plan, point, name):
    """One more prefix for one endpoint, and one less, acknowledged."""
    p = point["parameters"]
    if not plan["changes"] or name not in CHANGES or p["prefixes"]:
        return {}
    words = sh(plan["build"] + "/change", CHANGES[name], str(p["family"]),
               str(p["endpoints"] // 2), str(plan["changes"])).split()
    return dict(zip(words[::2], map(float, words[1::2])))


def baseline(plan, point):
    """The hook with connection tracking's own functions and nothing else. What is
    to be refused would get through: all that is done for it counts."""
    if point["parameters"]["place"] == "refused":
        return 0
    with Bench(plan, point["traces"]["permit"], point["parameters"]) as bench:
        best = bench.run(point["parameters"]["place"], plan["rounds"])
        return best["ns"] / best["packets"]


def run_filter(plan, point, filter_, row, emit):
    before = kernel_memory()
    began = time.monotonic()
    try:
        run_all(plan, filter_["load"])
        row = row | {"load_s": round(time.monotonic() - began, 3)}
        time.sleep(0.2)
        row["memory"] = kernel_memory() - before
        row |= time_changes(plan, point, filter_["name"])
        for verdict in filter_["verdicts"]:
            if verdict in point["traces"]:
                time_filter(plan, point, row | {"verdict": verdict}, emit)
    except RuntimeError as e:
        emit(row | {"skipped": str(e)})
    run_all(plan, filter_["unload"], check=False)
    time.sleep(0.2)


def main():
    plan = json.loads(Path(sys.argv[1]).read_text(encoding="ascii"))
    emit = open_rows()
    make_interfaces(plan["interfaces"], Path("/tmp"))
    for point in plan["points"]:
        run_all(plan, point["before"])
        base = baseline(plan, point)
        row = {"kernel": plan["kernel"], "release": platform.release(),
               **point["parameters"], "baseline_ns": base}
        for filter_ in point["filters"]:
            run_filter(plan, point, filter_, row | {"filter": filter_["name"]}, emit)


if __name__ == "__main__":
    main()
