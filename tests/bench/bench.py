#!/usr/bin/python3
"""Measures SOCKS5 servers, in alternation, next to direct loopback: see README.md."""
import argparse
import csv
import os
import pathlib
import resource
import sys

import cases
import plots
import tables
from run import COLUMNS, run
from server import HERE, Direct, NotStarted, Server, own_network


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, epilog="A case begins with one of: " + ", ".join(
        cases.FAMILIES) + ". For example: bulk, or 'connect 32'. No case: all.")
    parser.add_argument("cases", nargs="*", metavar="CASE")
    parser.add_argument("--program", default="socks5bench", help="the load program")
    parser.add_argument("--servers", action="append", default=[], metavar="FILE_OR_FOLDER",
                        help="scripts that start a server, or a folder of them; may be given again. The first one is "
                        f"ours, the others are peers. Default: {HERE}/servers")
    parser.add_argument("--rounds", type=int, default=5, metavar="N")
    parser.add_argument("--seconds", type=float, default=1.5, help="of each run")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("results"), metavar="FOLDER",
                        help="for results.csv, tables.md and the plots")
    parser.add_argument("--show", action="store_true", help="measure nothing: tables and plots of the results there")
    return parser.parse_args()


def scripts(given):
    """The start scripts; plainsocks before the others of its folder."""
    found = []
    for path in map(pathlib.Path, given or [HERE / "servers"]):
        inside = path.iterdir() if path.is_dir() else [path]
        found += sorted((str(p) for p in inside if os.access(p, os.X_OK)),
                        key=lambda p: (not os.path.basename(p).startswith("plainsocks"), p))
    return found


def raise_limit():
    """As many open files as the system lets us have, also for the servers."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    wanted = 2 * 10000 + 200
    if most != resource.RLIM_INFINITY and most < wanted:
        print(f"Only {most} open files are allowed (ulimit -Hn): so idle has at most {max(100, (most - 200) // 2)} "
              f"connections. {wanted} would be enough.")


def order(names, turn):
    """Another one in each round: each server comes early and late, and after different ones."""
    turned = names[turn % len(names):] + names[:turn % len(names)]
    return turned if turn % 2 == 0 else turned[::-1]


def measured(given, network):
    """The rows of all runs, one after the other."""
    starts = [None, *scripts(given.servers)]
    chosen = cases.chosen(given.cases)
    for turn in range(given.rounds):
        for family, case, options in chosen:
            for script in order(starts, turn):
                name = os.path.basename(script) if script else Direct.name
                row = {"round": turn + 1, "family": family, "case": case, "server": name}
                try:
                    with Server(script, network) if script else Direct(network) as server:
                        row |= run(given.program, family, [*options, f"--seconds={given.seconds}"], server)
                except NotStarted as error:
                    row["failures"] = str(error)
                print(f"round {turn + 1}: {family} {case}, {name}: {row.get('rate', 0):.0f} {cases.RATES[family]}"
                      f"{'; FAILED: ' + row['failures'] if row['failures'] else ''}", file=sys.stderr, flush=True)
                yield row


def main():
    given = arguments()
    given.out.mkdir(parents=True, exist_ok=True)
    results = given.out / "results.csv"
    if not given.show:
        network = own_network()
        if not network:
            print("No network namespaces here (as root, or for users with user namespaces; needs iproute2): all runs "
                  "share the ports of this machine, and its congestion control.")
        raise_limit()
        with results.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            for row in measured(given, network):
                writer.writerow(row)
                file.flush()
    with results.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    text = tables.tables(rows)
    print(text)
    (given.out / "tables.md").write_text(text, encoding="utf-8")
    plots.plot(rows, given.out)


if __name__ == "__main__":
    main()
