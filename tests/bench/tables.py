#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""usage: tables.py RESULT: the tables of docs/performance.md."""

import json
import statistics
import sys
from pathlib import Path

FIXED = {"endpoints": 1000, "rules": 50, "family": 4, "layers": 1, "mixed": False,
         "prefixes": 0, "spread": "uniform", "place": "post", "established": False}
VARIANTS = [("", {}), ("IPv6", {"family": 6}), ("mixed lengths", {"mixed": True}),
            ("2 layers", {"layers": 2}), ("3 layers", {"layers": 3}), ("4 layers", {"layers": 4}),
            ("Zipf", {"spread": "zipf"}), ("established", {"established": True}),
            ("all hooks", {"place": "all"})]


def find(rows, **want):
    want = FIXED | want
    return [r for r in rows if all(r.get(k) == v for k, v in want.items())]


def cost(rows):
    """Permit / deny."""
    ns = {r["verdict"]: f"{r['ns']:.0f}" for r in rows if "ns" in r}
    return " / ".join(ns.get(v, "-") for v in ("permit", "deny")) if ns else "-"


def resources(rows):
    """Memory, seconds to load, milliseconds for a change."""
    for r in rows:
        if "ns" in r:
            change = f", {r['median_us'] / 1e3:.1f} ms" if "median_us" in r else ""
            return f"{r['memory'] / 1e6:.1f} MB, {r['load_s']:.1f} s{change}"
    return "-"


def table(rows, columns, cell, least=1):
    """A line for each filter with so many figures; columns are (head, parameters)."""
    names = list(dict.fromkeys(r["filter"] for r in rows))
    heads = [head for head, _ in columns]
    print("| | " + " | ".join(heads) + " |\n|---|" + "---|" * len(heads))
    for name in names:
        cells = [cell(find(rows, filter=name, **p)) for _, p in columns]
        if sum(c != "-" for c in cells) >= least:
            print(f"| `{name}` | " + " | ".join(cells) + " |")
    print()


def axis(rows, name, **held):
    """Columns for the values of an axis that there are."""
    want = FIXED | held
    del want[name]
    values = {r[name] for r in rows if all(r[k] == v for k, v in want.items())}
    return [(f"{v:,}", {name: v} | held) for v in sorted(values) if v]


FLOWS = {"crr": "connections", "rr": "requests", "bulk": "bulk", "udp": "small datagrams"}


def show_flows(rows):
    """Medians of the ratios within each round; rows are in order of their rounds."""
    names = list(dict.fromkeys(r["filter"] for r in rows))
    columns = [(path, mode) for path in ("routed", "bridged") for mode in FLOWS]
    rates = {(path, mode, name): [r["rate"] for r in rows if r["path"] == path and
                                  r.get("mode") == mode and r["filter"] == name]
             for path, mode in columns for name in names}
    print("| | " + " | ".join(f"{path}, {FLOWS[mode]}" for path, mode in columns) + " |")
    print("|---|" + "---|" * len(columns))
    for name in names:
        cells = []
        for path, mode in columns:
            ratios = [a / b for a, b in zip(rates[path, mode, name], rates[path, mode, "none"])]
            cells.append(f"{statistics.median(ratios):.2f}" if ratios else "-")
        print(f"| `{name}` | " + " | ".join(cells) + " |")
    print("\n| | longest gap, ms | while all is loaded anew |\n|---|---|---|")
    for name in names:
        found = [r for r in rows if r["path"] == "gap" and r["filter"] == name]
        if found:
            cells = [statistics.median(r[k][0] for r in found) / 1e3
                     for k in ("idle_us", "loading_us")]
            print(f"| `{name}` | " + " | ".join(f"{c:.1f}" for c in cells) + " |")


def main():
    result = json.loads(Path(sys.argv[1]).read_text(encoding="ascii"))
    rows = result["rows"]
    kernels = sorted({r["release"] for r in rows if "release" in r})
    print(f"{result['machine']}; {', '.join(kernels)}; {result['date']}; "
          f"{result['revision']}.\n")
    endpoints = axis(rows, "endpoints")
    prefixes = axis(rows, "prefixes", endpoints=10)
    print("Endpoints, 50 rules each: ns, permit / deny\n")
    table(rows, endpoints, cost)
    print("Rules of each of 1,000 endpoints\n")
    table(rows, axis(rows, "rules"), cost, least=2)
    print("1,000 endpoints with 50 rules, otherwise as it says\n")
    table(rows, [v for v in VARIANTS if v[0] and find(rows, **v[1])], cost)
    print("Prefixes of the set in the one rule of 10 endpoints\n")
    table(rows, prefixes, cost)
    print("Memory, time to load, time of a change; endpoints, then prefixes\n")
    table(rows, endpoints, resources)
    table(rows, prefixes, resources)


if __name__ == "__main__":
    main()
