"""One run: one case, one server, and all that is written down about it."""
import json
import os
import resource
import subprocess
import time

import machine
from cases import COSTS

COLUMNS = ["round", "family", "case", "server", "rate", "units", "cost", "p50_ms", "p99_ms", "p99.9_ms", "lost_percent",
           "tried", "opened", "answered", "opening_s", "empty_kib", "kib", "threads", "processes", "system_kib",
           "kernel_stack_kib", "page_tables_kib", "server_cpu_s", "bench_cpu_s", "seconds", "stolen_percent",
           "others_percent", "load", "congestion_control", "failures"]

SYSTEM = "MemAvailable", "KernelStack", "PageTables"
NOT_OFFERED = "does not offer it"
AT_MOST = 200  # seconds, for a run that should take two


def run(program, family, options, server):
    """What socks5bench says of a running server, and what the system says of both, by the names of the columns."""
    began, busy, stolen, others = time.monotonic(), *machine.processor_times(), bench_time()
    processes = server.processes()
    if family == "idle":
        machine.settle()
    used, empty, system = machine.processor_time(processes), machine.own_memory(processes), machine.memory(*SYSTEM)
    with subprocess.Popen([*server.around, program, *options, *server.options], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, text=True) as bench:
        try:
            first = bench.stdout.readline()
            row = looked_at(server, empty, system)
            said = first if first.startswith("{") else bench.communicate("\n", timeout=AT_MOST)[0]
        finally:
            bench.kill()
    row["server_cpu_s"] = machine.processor_time(server.processes()) - used
    row["bench_cpu_s"] = bench_time() - others
    row["seconds"] = time.monotonic() - began
    row["load"] = os.getloadavg()[0]
    everything = row["seconds"] * os.cpu_count()
    now_busy, now_stolen = machine.processor_times()
    row["stolen_percent"] = 100 * (now_stolen - stolen) / everything
    ours = row["server_cpu_s"] + row["bench_cpu_s"]
    row["others_percent"] = max(0, 100 * (now_busy - busy - ours) / everything)
    return row | told(said, family, row["server_cpu_s"], server)


def bench_time():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def looked_at(server, empty, system):
    """Memory and threads now: of connections that are held, or right after the work."""
    processes = server.processes()
    available, stacks, tables = (now - before for now, before in zip(machine.memory(*SYSTEM), system))
    return {"empty_kib": empty, "kib": machine.own_memory(processes), "threads": machine.threads(processes),
            "processes": len(processes), "system_kib": -available, "kernel_stack_kib": stacks,
            "page_tables_kib": tables}


def told(said, family, used, server):
    """The result that socks5bench has printed."""
    try:
        result = json.loads(said)
    except ValueError:
        result = {"rate": 0, "units": 0, "failures": {"socks5bench has not ended well": 1}}
    failures = result.pop("failures")
    if family == "udp" and failures == {"refused: REP 7": 1}:  # a server need not offer it
        return {"failures": NOT_OFFERED}
    if trouble := server.trouble():
        failures[trouble] = 1
    if server.options and result.get("units"):
        result["cost"] = used / result["units"] * COSTS[family][1]
    result["failures"] = "; ".join(f"{kind}: {times}" for kind, times in failures.items())
    return {name: value for name, value in result.items() if name in COLUMNS}
