"""The bench works, and nothing escapes it."""
import csv
import json
import os
import pathlib
import subprocess
import sys

import pytest

import tables
from bad_proxy import BadProxy
from results import best_peer, ratios

HERE = pathlib.Path(__file__).parent
PROGRAM = os.path.abspath(os.environ["SOCKS5BENCH"])

# How each mode notices each bug.
NOTICED = [
    ("none", [], ["bulk", "connect", "latency", "idle", "udp"]),
    ("flip", ["wrong octets"], ["bulk", "connect", "latency", "idle", "udp"]),
    ("lose", ["wrong octets"], ["bulk"]),
    ("lose", ["no answer"], ["connect", "latency", "idle"]),
    ("lose", ["wrong size"], ["udp"]),
    ("double", ["wrong octets"], ["bulk", "connect", "latency", "idle"]),
    ("double", ["wrong size"], ["udp"]),
    ("swallow", ["lost octets"], ["bulk"]),
    ("refuse", ["refused: REP 5"], ["bulk", "connect", "latency", "idle", "udp"]),
    ("reset", ["read: Connection reset by peer", "write: Connection reset by peer", "write: Broken pipe",
               "connect: Connection reset by peer"], ["bulk", "connect", "latency", "idle", "udp"]),
]


def measured(mode, server, *options):
    """What the load program says."""
    command = [PROGRAM, mode, f"--server={server}", "--seconds=0.2", "--patience=0.5", *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode in (0, 1), done.stderr
    result = json.loads(done.stdout)
    assert (done.returncode == 1) == bool(result["failures"])
    return result


@pytest.mark.parametrize("bug,expected,mode", [(bug, expected, mode) for bug, expected, modes in NOTICED
                                               for mode in modes])
def test_it_notices(bug, expected, mode):
    with BadProxy(bug) as proxy:
        options = ["--direction=both"] if mode == "bulk" else []
        failures = measured(mode, proxy.address, *options)["failures"]
    assert bool(failures) == bool(expected), failures
    assert set(failures) <= set(expected), failures


def test_it_notices_that_nobody_listens():
    with BadProxy("none") as proxy:
        address = proxy.address
    for mode in "bulk", "connect", "latency", "idle", "udp":
        assert "connect: Connection refused" in measured(mode, address)["failures"]


def test_it_counts_lost_datagrams():
    with BadProxy("swallow") as proxy:
        result = measured("udp", proxy.address)
    assert not result["failures"]
    assert 5 < result["lost_percent"] < 15


def test_every_mode_and_all_that_is_made_of_it(tmp_path):
    cases = ["bulk", "connect", "latency 1 ", "latency 100 ", "idle 100 ", "udp"]
    command = [sys.executable, "-B", HERE / "bench.py", f"--program={PROGRAM}", f"--servers={HERE}/servers/plainsocks",
               "--rounds=1", "--seconds=0.2", f"--out={tmp_path}", *cases]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    with open(tmp_path / "results.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2 * 13  # direct, plainsocks
    assert [row for row in rows if row["failures"]] == []
    assert [row for row in rows if not float(row["rate"]) > 0] == []
    assert [row for row in rows if row["server"] == "plainsocks" and not float(row["cost"]) > 0] == []
    assert "No run had failures." in done.stdout
    assert done.stdout.count("###") == 13


def row(turn, server, rate, failures=""):
    return {"round": str(turn), "case": "c", "family": "bulk", "server": server, "rate": str(rate),
            "failures": failures}


def test_ratios_are_of_the_same_round_and_the_best_peer_is_one_that_works():
    rows = [row(1, "plainsocks", 10), row(1, "slow", 5), row(1, "fast", 20), row(1, "broken", 99, "wrong octets: 1"),
            row(2, "fast", 1), row(2, "slow", 2), row(2, "plainsocks", 2), row(2, "broken", 99, "wrong octets: 1")]
    assert best_peer(rows) == "fast"
    assert ratios(rows, "plainsocks", "fast") == [0.5, 2]


@pytest.mark.parametrize("value,shown", [(None, "-"), (0.0, "0"), (0.012345, "0.0123"), (12.345, "12.3"),
                                         (1234.5, "1234"), (98765.4, "98765")])
def test_numbers_are_short(value, shown):
    assert tables.short(value) == shown
