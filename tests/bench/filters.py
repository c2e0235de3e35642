# SPDX-License-Identifier: GPL-2.0-or-later
"""The filters: for each, files that make it judge a workload, and how to load
and unload them. All answer the same question at the same hook; epacl looks at
more (whether the interface is the address's, what nothing tracks), which is not
taken off its bill.

To add one: a function that writes its files, and an entry in FILTERS.
"""

from dataclasses import dataclass
from typing import Callable


@dataclass(frozen=True)
class Filter:
    name: str
    what: str
    write: Callable  # (workload, directory) -> (load, unload): lists of commands
    fits: Callable = lambda p: None  # why it cannot or shall not be run, or None
    verdicts: tuple = ("permit", "deny")
    runs_on: Callable = lambda kernel: None  # why it cannot, or None


def mac(number):
    """Of the VM of that number."""
    return f"02:00:00:{number >> 16:02x}:{number >> 8 & 255:02x}:{number & 255:02x}"


# --- epacl --------------------------------------------------------------------

def _list(out, owner, prefixes, action):
    for order, prefix in enumerate(prefixes.texts(), 1):
        out.append(f"add rule {owner} {order} {action} {prefix}")


def _deny_list(out, owner, prefixes):
    _list(out, owner, prefixes, "deny")
    out.append(f"change rules {owner} default permit")


def _epacl_vm(out, w, e):
    text = w.space.text
    layered = w.parameters.layers > 1
    known = f" mac {mac(e.number)}" if w.parameters.from_vms() else ""
    vnet = " vnet n" if layered else ""
    out.append(f"add vm v{e.number} dev b{e.number} address {text(e.address)}{known}{vnet}")
    out.append(f"add endpoint v{e.number}/e {w.parameters.proto} 8080")
    if w.shared:
        out.append(f"add rule v{e.number}/e 1 permit set s")
    else:
        _list(out, f"v{e.number}/e", e.rules, "permit")
    if w.groups:
        out.append(f"add member g{w.group_of(e)} v{e.number}")
    if e.refused:
        _deny_list(out, f"vm v{e.number} in", e.refused)


def write_epacl(w, directory):
    out = ["change limit rules-per-endpoint 65535"]
    load = []
    if w.shared:
        _save(directory / "set", w.shared.texts())
        load.append(["{aclctl}", "import", "set", "s", str(directory / "set")])
    if w.parameters.layers > 1:
        vms = w.space.text(w.space.vms, 8)
        out += [f"add vnet n prefix {vms}", f"add subnet n/s prefix {vms}"]
        _deny_list(out, "subnet n/s in", w.subnet)
    for i, prefixes in enumerate(w.groups):
        out.append(f"add group g{i}")
        _deny_list(out, f"group g{i} in", prefixes)
    for e in w.endpoints:
        _epacl_vm(out, w, e)
    _save(directory / "epacl", out)
    load.append(["{aclctl}", "-f", str(directory / "epacl")])
    return load, [["{aclctl}", "flush"]]


# --- nftables -----------------------------------------------------------------

def _nft_type(w):
    return "ipv4_addr" if w.parameters.family == 4 else "ipv6_addr"


def _nft_set(w, name, elements, kind="set", type_="", of=""):
    type_ = type_ or _nft_type(w) + of
    return [f"{kind} {name} {{", f"type {type_}; flags interval;",
            "elements = {", ",\n".join(elements), "}", "}"]


def _nft_layers(w, e, ip):
    """Rules behind the endpoint's own, if any, and the verdict at the end."""
    names = ["subnet", f"group{w.group_of(e)}", f"vm{e.number}"]
    return [f"{ip} saddr @{n} drop" for n in names[:w.parameters.layers - 1]] + ["accept"]


def _nft_layer_sets(w):
    out = []
    if w.subnet:
        out += _nft_set(w, "subnet", w.subnet.texts())
    for i, prefixes in enumerate(w.groups):
        out += _nft_set(w, f"group{i}", prefixes.texts())
    for e in w.endpoints:
        if e.refused:
            out += _nft_set(w, f"vm{e.number}", e.refused.texts())
    return out


def _nft_by_set(w, e, ip):
    if w.shared:
        return [], [f"{ip} saddr != @shared drop"] + _nft_layers(w, e, ip)
    name = f"s{e.number}"
    return (_nft_set(w, name, e.rules.texts()),
            [f"{ip} saddr != @{name} drop"] + _nft_layers(w, e, ip))


def _nft_by_vmap(w, e, ip):
    elements = [f"{p} : accept" for p in e.rules.texts()]
    return (_nft_set(w, f"m{e.number}", elements, "map", of=" : verdict"),
            [f"{ip} saddr vmap @m{e.number}", "drop"])


def _nft_by_rules(_w, e, ip):
    return [], [f"{ip} saddr {p} accept" for p in e.rules.texts()] + ["drop"]


# nftables takes so many devices in one chain, less than the 256 of the kernel.
DEVICES = 200


def _nft_spoof(w, ip):
    """What nics may send, where they send it; nothing but IP and ARP."""
    known = ",\n".join(f"\"b{e.number}\" . {mac(e.number)} . {w.space.text(e.address)}"
                       for e in w.endpoints)
    names = [f"b{e.number}" for e in w.endpoints]
    rules = [f"iifname . ether saddr . {ip} saddr @known accept"]
    if w.parameters.family == 4:
        rules.append("iifname . ether saddr . arp saddr ip @known accept")
    out = ["table netdev bench {", "set known {",
           f"type ifname . ether_addr . {_nft_type(w)};",
           "elements = {", known, "}", "}"]
    for i in range(0, len(names), DEVICES):
        devices = ", ".join(names[i:i + DEVICES])
        out += [f"chain ingress{i} {{", "type filter hook ingress "
                f"devices = {{ {devices} }} priority 0; policy drop;", *rules, "}"]
    return out + ["}"]


@dataclass(frozen=True)
class Chain:
    """Where the decision hangs, and what is let through before it."""
    hook: str = "postrouting priority 300"
    first: tuple = ()


POST = Chain()
ESTABLISHED = Chain(first=("ct state established accept",))
RAW = Chain("prerouting priority raw", ("tcp flags & (syn | ack) != syn accept",))
# Of a bridge, with what users write in front.
BRIDGED = Chain("forward priority 0", ("ct state established accept", "ether type arp accept"))


def _nft_dispatch(of_endpoint, routed=POST):
    """A verdict map from address and port to a chain for each endpoint."""
    def write(w, directory):
        ip = "ip" if w.parameters.family == 4 else "ip6"
        bridged = w.parameters.place == "bridged"
        chain, table = (BRIDGED, "bridge bench") if bridged else (routed, f"{ip} bench")
        sets, chains, elements = _nft_layer_sets(w), [], []
        if w.shared:
            sets += _nft_set(w, "shared", w.shared.texts())
        for e in w.endpoints:
            more, rules = of_endpoint(w, e, ip)
            sets += more
            chains += [f"chain e{e.number} {{", *rules, "}"]
            elements.append(f"{w.space.text(e.address)} . 8080 : goto e{e.number}")
        text = [f"table {table} {{", *sets, *chains, "map endpoints {",
                f"type {_nft_type(w)} . inet_service : verdict;",
                "elements = {", ",\n".join(elements), "}", "}",
                "chain decision {", f"type filter hook {chain.hook};", *chain.first,
                f"{ip} daddr . {w.parameters.proto} dport vmap @endpoints", "drop", "}", "}"]
        unload = [["nft", "delete", "table", *table.split()]]
        if w.parameters.from_vms():
            text += _nft_spoof(w, ip)
            unload.append(["nft", "delete", "table", "netdev", "bench"])
        _save(directory / "nft", text)
        return [["nft", "-f", str(directory / "nft")]], unload
    return write


def _nft_one_chain(ip, w, body):
    return [f"table {ip} bench {{", *body[0], "chain post {",
            "type filter hook postrouting priority 300;", *body[1], "drop", "}", "}"]


def _nft_single(body):
    def write(w, directory):
        ip = "ip" if w.parameters.family == 4 else "ip6"
        _save(directory / "nft", _nft_one_chain(ip, w, body(w, ip)))
        return [["nft", "-f", str(directory / "nft")]], [["nft", "delete", "table", ip, "bench"]]
    return write


def _concatenated(w, ip):
    type_ = f"{_nft_type(w)} . inet_service . {_nft_type(w)}"
    elements = [f"{w.space.text(e.address)} . 8080 . {p}"
                for e in w.endpoints for p in e.rules.texts()]
    return (_nft_set(w, "triples", elements, type_=type_),
            [f"{ip} daddr . {w.parameters.proto} dport . {ip} saddr @triples accept"])


def _flat(w, ip):
    proto = w.parameters.proto
    return [], [f"{ip} daddr {w.space.text(e.address)} {proto} dport 8080 {ip} saddr {p} accept"
                for e in w.endpoints for p in e.rules.texts()]


def _empty(_w, _ip):
    return [], ["accept"]


def write_tracked(w, directory):
    """Nothing but that connections are tracked."""
    chain, table = (BRIDGED, "bridge bench") if w.parameters.place == "bridged" else \
        (ESTABLISHED, "ip bench")
    _save(directory / "tracked", [f"table {table} {{", "chain decision {",
                              f"type filter hook {chain.hook};", *chain.first, "}", "}"])
    return [["nft", "-f", str(directory / "tracked")]], [["nft", "delete", "table", *table.split()]]


def write_none(_w, _directory):
    return [], []


# --- iptables -----------------------------------------------------------------

def _iptables(w, directory, chains, rules, sets=()):
    """In the table that has a POSTROUTING and does nothing else."""
    tool = "iptables" if w.parameters.family == 4 else "ip6tables"
    _save(directory / tool, ["*mangle", *(f":{c} - [0:0]" for c in chains), *rules, "COMMIT"])
    load = []
    if sets:
        _save(directory / "ipset", sets)
        load.append(["ipset", "restore", "-file", str(directory / "ipset")])
    load.append([f"{tool}-legacy-restore", "--noflush", str(directory / tool)])
    unload = [[f"{tool}-legacy", "-t", "mangle", "-F"], [f"{tool}-legacy", "-t", "mangle", "-X"]]
    return load, unload + ([["ipset", "destroy"]] if sets else [])


def _ipset_family(w):
    return "inet" if w.parameters.family == 4 else "inet6"


def _dispatch_rules(w):
    proto = w.parameters.proto
    return [f"-A POSTROUTING -d {w.space.text(e.address)} -p {proto} --dport 8080 -g e{e.number}"
            for e in w.endpoints] + ["-A POSTROUTING -j DROP"]


def write_iptables(w, directory):
    rules = _dispatch_rules(w)
    for e in w.endpoints:
        rules += [f"-A e{e.number} -s {p} -j ACCEPT" for p in e.rules.texts()]
        rules.append(f"-A e{e.number} -j DROP")
    return _iptables(w, directory, [f"e{e.number}" for e in w.endpoints], rules)


def write_ipset(w, directory):
    rules, sets = _dispatch_rules(w), []
    for e in w.endpoints:
        name = "shared" if w.shared else f"s{e.number}"
        if not w.shared:
            sets += _ipset(w, name, e.rules)
        rules += [f"-A e{e.number} -m set --match-set {name} src -j ACCEPT",
                  f"-A e{e.number} -j DROP"]
    if w.shared:
        sets += _ipset(w, "shared", w.shared)
    return _iptables(w, directory, [f"e{e.number}" for e in w.endpoints], rules, sets)


def _ipset(w, name, prefixes):
    return [f"create {name} hash:net family {_ipset_family(w)} maxelem 4000000",
            *(f"add {name} {p}" for p in prefixes.texts())]


def write_ipset_one(w, directory):
    sets = [f"create all hash:net,port,net family {_ipset_family(w)} maxelem 4000000"]
    sets += [f"add all {w.space.text(e.address)},{w.parameters.proto}:8080,{p}"
             for e in w.endpoints for p in e.rules.texts()]
    rules = ["-A POSTROUTING -m set --match-set all dst,dst,src -j ACCEPT",
             "-A POSTROUTING -j DROP"]
    return _iptables(w, directory, [], rules, sets)


# --- BPF ----------------------------------------------------------------------

PIN = "/sys/fs/bpf/epacl-bench"


def write_bpf(w, directory):
    lines = []
    for i, e in enumerate(w.endpoints):
        same = w.shared and i > 0
        lines.append(f"{'same' if same else 'endpoint'} {w.space.text(e.address)}")
        if not same:
            lines += [p.replace("/", " ") for p in (w.shared or e.rules).texts()]
    _save(directory / "bpf", lines)
    return [["mount", "-t", "bpf", "bpf", "/sys/fs/bpf"],
            ["{build}/bpf-load", f"{{build}}/filter{w.parameters.family}.bpf.o",
             str(directory / "bpf"), PIN]], [["rm", PIN], ["umount", "/sys/fs/bpf"]]


def _has_bpf(kernel):
    if kernel == "uml" or tuple(map(int, kernel.split(".")[:2])) < (6, 4):
        return "BPF netfilter programs came with 6.4"
    return None


# --- all of them --------------------------------------------------------------

# What a file begins with that takes the place of what it loaded before, by its name.
ANEW = {"epacl": ("{aclctl}", ["flush"]),
        "nft": ("nft", ["delete table ip bench", "delete table netdev bench"])}


def reload(directory):
    """Return: a command that loads all of a filter anew, as one transaction, or none."""
    for name, (tool, first) in ANEW.items():
        if (directory / name).exists():
            text = (directory / name).read_text(encoding="ascii")
            _save(directory / "reload", first + [text])
            return [tool, "-f", str(directory / "reload")]
    return []


def _save(path, lines):
    path.write_text("\n".join(lines) + "\n", encoding="ascii")


def _plain(p):
    """For forms that are written for one layer of plain prefixes."""
    if p.layers > 1 or p.prefixes or p.place != "post":
        return "not written for this workload"
    return None


def _at_most(rules, plain=True):
    def fits(p):
        if p.endpoints * p.rules > rules:
            return f"more than {rules} rules"
        return _plain(p) if plain else None
    return fits



def _ipset_fits(p):
    if p.layers > 1 or p.place != "post":
        return "not written for this workload"
    return "searched one by one: minutes" if p.endpoints > 1000 else None


def _only_flows(p):
    return None if p.from_vms() and p.established else "only for real traffic"


FILTERS = [
    Filter("epacl", "this module", write_epacl),
    Filter("nft-empty", "nftables, a chain that accepts", _nft_single(_empty),
           lambda p: None if p.place == "post" else "not written for this workload",
           ("permit",)),
    Filter("nft-vmap-set", "nftables, verdict map to chains with an interval set",
           _nft_dispatch(_nft_by_set)),
    Filter("nft-vmap-vmap", "nftables, verdict map to chains with an interval verdict map",
           _nft_dispatch(_nft_by_vmap), _plain),
    Filter("nft-vmap-rules", "nftables, verdict map to chains of rules",
           _nft_dispatch(_nft_by_rules), _at_most(100000)),
    Filter("nft-concat", "nftables, one concatenated interval set",
           _nft_single(_concatenated), _at_most(100000)),
    Filter("nft-flat", "nftables, one chain of all rules", _nft_single(_flat), _at_most(1000)),
    Filter("nft-vmap-set-est", "the same as nft-vmap-set behind `ct state established accept`",
           _nft_dispatch(_nft_by_set, ESTABLISHED),
           lambda p: None if p.established else "only matters for established flows",
           ("permit",)),
    Filter("none", "no filter at all", write_none, _only_flows),
    Filter("tracked", "connection tracking alone", write_tracked, _only_flows),
    Filter("nft-raw", "nft-vmap-set before connection tracking, for SYNs",
           _nft_dispatch(_nft_by_set, RAW),
           lambda p: None if p.place == "refused" else "only matters for what is refused",
           ("deny",)),
    Filter("ipset", "iptables, a rule and a hash:net for each endpoint", write_ipset, _ipset_fits),
    Filter("ipset-one", "iptables, one hash:net,port,net", write_ipset_one,
           _at_most(1000000)),
    Filter("iptables", "iptables, a chain of rules for each endpoint", write_iptables,
           _at_most(50000)),
    Filter("bpf", "a BPF netfilter program, hash table to tries", write_bpf,
           lambda p: None if p.layers == 1 and p.place == "post" and p.proto == "udp" else
           "not written for this workload", runs_on=_has_bpf),
]
BY_NAME = {f.name: f for f in FILTERS}
