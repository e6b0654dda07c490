"""What is measured: families of cases. Each case is a run of socks5bench with these options."""

FAMILIES = {
    "bulk": {f"{streams} {'stream' if streams == 1 else 'streams'} {direction}":
             ["bulk", f"--count={streams}", f"--direction={direction}"]
             for streams in (1, 4) for direction in ("down", "up", "both")},
    "connect": {f"{clients} {'client' if clients == 1 else 'clients'}": ["connect", f"--count={clients}"]
                for clients in (1, 32)},
    "latency": {f"{connections} {'connection' if connections == 1 else 'connections'}":
                ["latency", f"--count={connections}"] for connections in (1, 100, 1000)},
    "idle": {f"{connections} connections": ["idle", "--pause", f"--count={connections}"]
             for connections in (100, 1000, 5000, 10000)},
    "udp": {f"{size} octets": ["udp", f"--size={size}", "--window=32"] for size in (64, 1200)},
}

# For each family: what its rate is; and what the processor's time for one unit of work is called, and its unit: seconds
# for a GiB, microseconds for all else.
RATES = {"bulk": "MiB/s", "connect": "cycles/s", "latency": "round trips/s", "idle": "opened/s", "udp": "echoes/s"}
COSTS = {"bulk": ("CPU s/GiB", 1), "connect": ("CPU us/cycle", 1e6), "latency": ("CPU us/round trip", 1e6),
         "idle": ("CPU us/connection", 1e6), "udp": ("CPU us/echo", 1e6)}


def chosen(words):
    """The cases that begin with one of these words, as (family, case, options). No words: all."""
    every = [(family, case, options) for family, cases in FAMILIES.items() for case, options in cases.items()]
    found = [each for each in every if not words or any(f"{each[0]} {each[1]}".startswith(word) for word in words)]
    if not found:
        raise SystemExit("There is no such case. There are: " + ", ".join(f"{each[0]} {each[1]}" for each in every))
    return found
