# SPDX-License-Identifier: GPL-2.0-or-later
"""Where the time of a running User-mode Linux goes: perf samples the process,
the guest's own kallsyms names the functions, those of modules too."""

import bisect
import subprocess
import time
from collections import Counter
from pathlib import Path


def _descendants(pid):
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return children + [d for c in children for d in _descendants(c)]


def find_kernel(pid):
    """The process of User-mode Linux below @pid, as a number in text."""
    for p in _descendants(pid):
        if Path(f"/proc/{p}/exe").resolve().name == "linux":
            return p
    raise RuntimeError("no User-mode Linux is running")


def _symbols(path):
    """Starts, in order, and names of functions."""
    lines = (line.split() for line in path.read_text(encoding="ascii").splitlines())
    found = sorted((int(l[0], 16), l[2] + (" " + l[3] if len(l) > 3 else ""))
                   for l in lines if l[1] in "tTwW")
    return [f[0] for f in found], [f[1] for f in found]


def sample(process, kallsyms, seconds, output):
    """Waits for the guest to write its symbols, then samples until they are
    removed. Return: lines, the most expensive function first. None if the guest
    ended before."""
    while not kallsyms.exists():
        if process.poll() is not None:
            return None
        time.sleep(0.2)
    time.sleep(0.5)
    pid = find_kernel(process.pid)
    subprocess.run(["perf", "record", "-q", "-e", "cpu-clock", "-F", "5000", "-p", pid, "-o", output,
                    "--", "sleep", str(seconds)], check=True)
    text = subprocess.run(["perf", "script", "-i", output, "-F", "ip"], check=True, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    starts, names = _symbols(kallsyms)
    kallsyms.unlink()
    counts = Counter(names[bisect.bisect_right(starts, int(word, 16)) - 1]
                     for word in text.split())
    total = sum(counts.values())
    return [f"{100 * n / total:6.1f} %  {name}" for name, n in counts.most_common(30)]
