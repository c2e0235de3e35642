#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""usage: plot.py RESULT DIRECTORY: the plots of docs/performance.md, by gnuplot.

Each is drawn as SVG and as PNG: cost against endpoints, rules and prefixes.
"""

import json
import subprocess
import sys
from pathlib import Path

FIXED = {"endpoints": 1000, "rules": 50, "family": 4, "layers": 1, "mixed": False,
         "prefixes": 0, "spread": "uniform", "place": "post", "established": False}

# (file, title, axis, what is held otherwise, filters)
PLOTS = [
    ("endpoints", "endpoints, 50 rules each", "endpoints", {},
     ["epacl", "nft-vmap-set", "nft-vmap-rules", "nft-concat", "ipset", "ipset-one", "iptables"]),
    ("rules", "rules of each of 1,000 endpoints", "rules", {},
     ["epacl", "nft-vmap-set", "ipset-one"]),
    ("prefixes", "prefixes of the set in the one rule of 10 endpoints", "prefixes",
     {"endpoints": 10, "rules": 50}, ["epacl", "nft-vmap-set", "ipset"]),
]


def series(rows, axis, held, name, verdict):
    want = FIXED | held | {"filter": name, "verdict": verdict}
    del want[axis]
    return sorted((r[axis], r["ns"]) for r in rows
                  if "ns" in r and r[axis] and all(r.get(k) == v for k, v in want.items()))


def strip(path):
    """Gnuplot leaves blanks at ends of lines, which scripts/check does not like."""
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("".join(l.rstrip() + "\n" for l in lines), encoding="utf-8")


def draw(rows, output, title, axis, held, names):
    blocks, curves = [], []
    for colour, name in enumerate(names, 1):
        width = 3 if name == "epacl" else 1.5
        for verdict, dash in (("permit", 1), ("deny", 2)):
            points = series(rows, axis, held, name, verdict)
            if len(points) < 2:
                continue
            block = f"$b{len(blocks)}"
            blocks.append(f"{block} << EOD\n" + "\n".join(f"{x} {y:.1f}" for x, y in points) +
                          "\nEOD")
            label = f'title "{name}"' if verdict == "permit" else "notitle"
            curves.append(f"{block} with linespoints lc {colour} "
                          f"lw {width} pt 7 ps 0.5 dt {dash} {label}")
    if not curves:
        return
    for suffix, terminal in (("svg", "svg size 720,420 font 'sans,12' background 'white'"),
                             ("png", "pngcairo size 1080,630 font 'sans,13'")):
        script = [f"set terminal {terminal}", f"set output '{output}.{suffix}'",
                  "set logscale xy", "set grid", f"set xlabel '{title}'",
                  "set ylabel 'ns a packet beyond the empty hook'", "set key outside right title 'dashed: deny'",
                  "set format x '%.0f'", *blocks, "plot " + ", ".join(curves)]
        subprocess.run(["gnuplot"], input="\n".join(script) + "\n", text=True, check=True)
    strip(Path(output + ".svg"))


def main():
    result, directory = sys.argv[1:]
    rows = json.loads(Path(result).read_text(encoding="ascii"))["rows"]
    for name, title, axis, held, names in PLOTS:
        draw(rows, str(Path(directory) / f"cost-{name}"), title, axis, held, names)


main()
