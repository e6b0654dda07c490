"""What the system says about the machine and about processes: /proc, read without a pause."""
import os
import pathlib
import re
import time

TICK = os.sysconf("SC_CLK_TCK")


def processor_times():
    """Seconds since the machine started, of all processors together: those at work, and those that were stolen, by the
    machine below this one."""
    fields = pathlib.Path("/proc/stat").read_text(encoding="ascii").split("\n", 1)[0].split()[1:]
    user, nice, system, _, _, irq, softirq, steal = (int(field) / TICK for field in fields[:8])
    return user + nice + system + irq + softirq, steal


def memory(*names):
    """These lines of /proc/meminfo, in KiB."""
    text = pathlib.Path("/proc/meminfo").read_text(encoding="ascii")
    return [int(re.search(rf"^{name}:\s+(\d+)", text, re.M).group(1)) for name in names]


def settle():
    """Until the memory of the machine rests: the system takes its time to free what processes leave behind."""
    before, limit = 0, time.monotonic() + 3
    while abs((now := memory("MemAvailable")[0]) - before) > 512 and time.monotonic() < limit:
        before = now
        time.sleep(0.2)


def session(leader):
    """The processes of a session, which is a server with all its children."""
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        fields = stat(name)
        if fields and int(fields[3]) == leader:
            found.append(int(name))
    return found


def stat(pid):
    """The fields of /proc/PID/stat from the state on, or nothing when the process has gone."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rsplit(")", 1)[1].split()
    except OSError:
        return []


def processor_time(pids):
    """Seconds that these processes have used, with those of their children that have ended."""
    total = 0
    for pid in pids:
        fields = stat(pid)
        if not fields:
            continue
        try:  # the clock of another process, see clock_getcpuclockid(3): exact, where /proc/PID/stat counts ticks
            total += time.clock_gettime(~pid << 3 | 2)
        except OSError:
            total += (int(fields[11]) + int(fields[12])) / TICK
        total += (int(fields[13]) + int(fields[14])) / TICK
    return total


def own_memory(pids):
    """KiB of these processes; what several of them share counts once (PSS)."""
    total = 0
    for pid in pids:
        try:
            text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
            total += int(re.search(r"^Pss:\s+(\d+)", text, re.M).group(1))
        except (OSError, AttributeError):  # it has gone
            pass
    return total


def threads(pids):
    return sum(int(fields[17]) for fields in map(stat, pids) if fields)


def listens(pid, port):
    """Whether somebody listens at that port in the network of that process. Nobody has to connect to find out."""
    end = f":{port:04X}"
    for name in "tcp", "tcp6":
        try:
            lines = pathlib.Path(f"/proc/{pid}/net/{name}").read_text(encoding="ascii").splitlines()[1:]
        except OSError:
            continue
        for fields in map(str.split, lines):
            if fields[1].endswith(end) and fields[3] == "0A":
                return True
    return False
