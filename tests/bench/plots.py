"""Plots, by gnuplot: a group of bars for each case, a bar for each server, a line from the least to the most."""
import itertools
import shutil
import subprocess
import sys

import cases
from results import by, median, names, number, values

COLOURS = ["#0b6e4f", "#c8553d", "#e0a458", "#5b7db1", "#8c6bb1", "#7f7f7f", "#a6761d", "#2f4858"]

SCRIPT = """
set terminal svg size 760,360 font 'sans-serif,12' background '#ffffff'
set output '{path}'
set title '{title}'
set style data histogram
set style histogram errorbars gap 1.5 linewidth 0.7
set style fill solid border rgb '#202020'
set boxwidth 0.95
set yrange [0:*]
set format y '%.6g'
set bmargin 3.5
set grid ytics linecolor rgb '#dddddd'
set border 3
set xtics nomirror scale 0
set ytics nomirror
set key outside right top reverse Left samplen 1.2
$data << END
{data}
END
plot {bars}
"""


def label(case):
    """"1 stream down" in two lines, for there is little room below a group."""
    return "\\n".join(case.rsplit(" ", case.count(" ") - 1))


def plot_one(path, title, groups, colours):
    """`groups`: for each case, for each server (median, least, most), or nothing. A server has one colour in all."""
    servers = list(dict.fromkeys(name for group in groups.values() for name in group))
    lines = []
    for case, group in groups.items():
        numbers = [" ".join(map(str, group[name])) if group.get(name) else "NaN NaN NaN" for name in servers]
        lines.append(" ".join([f'"{label(case)}"', *numbers]))
    bars = ", ".join(f"$data using {2 + 3 * i}:{3 + 3 * i}:{4 + 3 * i}:xtic(1) title '{name}' "
                     f"linecolor rgb '{colours[name]}'" for i, name in enumerate(servers))
    script = SCRIPT.format(path=path, title=title, data="\n".join(lines), bars=bars)
    done = subprocess.run(["gnuplot"], input=script, text=True, capture_output=True, check=False)
    if done.returncode != 0:
        print(f"gnuplot: {done.stderr}", file=sys.stderr)


def grouped(rows, column):
    """For each case and server the median, the least and the most; direct is no server."""
    groups = {}
    for case, its in by(rows, "case").items():
        mine = by(its, "server")
        groups[case] = {name: (median(mine[name], column), min(found), max(found)) for name in names(its)
                        if name != "direct" and (found := values(mine[name], column))}
    return groups


def with_each(rows):
    """The rows, with the memory of each connection."""
    for row in rows:
        if opened := number(row, "opened"):
            row["kib_each"] = (number(row, "kib") - number(row, "empty_kib")) / opened
    return rows


def plot(rows, folder):
    if not shutil.which("gnuplot"):
        print("No plots: there is no gnuplot.", file=sys.stderr)
        return
    colours = dict(zip((name for name in names(rows) if name != "direct"), itertools.cycle(COLOURS)))
    for family, its in by(rows, "family").items():
        if family == "idle":
            plot_one(folder / "idle-memory.svg", "idle: memory of the server for each connection, KiB (PSS)",
                     grouped(with_each(its), "kib_each"), colours)
            continue
        plot_one(folder / f"{family}.svg", f"{family}: {cases.RATES[family]}", grouped(its, "rate"), colours)
        plot_one(folder / f"{family}-cost.svg", f"{family}: {cases.COSTS[family][0]}", grouped(its, "cost"), colours)
