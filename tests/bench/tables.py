"""Tables for people, in Markdown."""
import statistics

import cases
from results import best_peer, by, median, names, number, ratios, values
from run import NOT_OFFERED

LATENCIES = "p50_ms", "p99_ms", "p99.9_ms"


def short(value, digits=3):
    """Three digits that count; whole numbers as they are."""
    if value is None:
        return "-"
    if value == 0 or abs(value) >= 10 ** digits:
        return f"{value:.0f}"
    return f"{float(f'{value:.{digits - 1}e}'):g}"


def span(found):
    return f"{short(min(found))} to {short(max(found))}" if found else "-"


def ratio(found):
    """The median, and the range when there are several."""
    if not found:
        return "-"
    text = f"{statistics.median(found):.2f}"
    return text if len(found) == 1 else f"{text} ({min(found):.2f} to {max(found):.2f})"


def table(head, lines):
    return "\n".join("| " + " | ".join(line) + " |" for line in [head, ["---"] * len(head), *lines]) + "\n"


def failed(rows):
    bad = [row for row in rows if row["failures"]]
    if bad and all(row["failures"] == NOT_OFFERED for row in bad):
        return f" ({NOT_OFFERED})"
    return f" ({len(bad)} of {len(rows)} runs failed)" if bad else ""


def rate_table(family, rows):
    """Of one case: who is how fast, and what it costs."""
    groups, best = by(rows, "server"), best_peer(rows)
    columns = [name for name in (*LATENCIES, "lost_percent") if values(rows, name)]
    lines = []
    for name in names(rows):
        mine = groups[name]
        shown = f"**{name}**" if name == best else name
        lines.append([shown + failed(mine), short(median(mine, "rate")), span(values(mine, "rate")),
                      ratio(ratios(rows, name, "direct")), ratio(ratios(rows, name, best)),
                      short(median(mine, "cost")), span(values(mine, "cost")),
                      *(short(median(mine, column)) for column in columns)])
    heads = [column.replace("_ms", " ms").replace("_percent", " %") for column in columns]
    return table(["server", cases.RATES[family], "from to", "of direct", f"of {best}" if best else "of best peer",
                  cases.COSTS[family][0], "from to", *heads], lines)


def idle_table(rows):
    """Of one case: what an open connection costs."""
    groups = by(rows, "server")

    def each(mine, name, less=None):
        """For one connection, without what there was before."""
        found = [(number(row, name) - (number(row, less) if less else 0)) / number(row, "opened")
                 for row in mine if number(row, "opened")]
        return short(statistics.median(found)) if found else "-"

    lines = []
    for name in names(rows):
        mine = groups[name]
        lines.append([name + failed(mine),
                      *(short(median(mine, column), 5) for column in ("tried", "opened", "answered")),
                      span(values(mine, "opened")), short(median(mine, "empty_kib"), 5),
                      each(mine, "kib", "empty_kib"), short(median(mine, "threads"), 5),
                      short(median(mine, "processes")), each(mine, "system_kib"), each(mine, "kernel_stack_kib"),
                      each(mine, "page_tables_kib"), short(median(mine, "opening_s")), short(median(mine, "cost"))])
    return table(["server", "tried", "opened", "answered after the hold", "opened, from to", "empty, KiB",
                  "KiB each", "threads", "processes", "whole system, KiB each", "kernel stacks, KiB each",
                  "page tables, KiB each", "s to open", cases.COSTS["idle"][0]], lines)


def failures(rows):
    lines = [[row["round"], f"{row['family']} {row['case']}", row["server"], row["failures"]]
             for row in rows if row["failures"] not in ("", NOT_OFFERED)]
    if not lines:
        return "No run had failures.\n"
    return f"{len(lines)} of {len(rows)} runs had failures:\n\n" + table(["round", "case", "server", "failures"], lines)


def noise(rows):
    stolen, others = values(rows, "stolen_percent"), values(rows, "others_percent")
    algorithms = sorted({row["congestion_control"] for row in rows if row["congestion_control"]})
    return (f"{len(by(rows, 'round'))} rounds. Of the processors, {statistics.median(stolen):.0f} % (up to "
            f"{max(stolen):.0f} %) were stolen by the machine below, and {statistics.median(others):.0f} % (up to "
            f"{max(others):.0f} %) worked for others. Congestion control: {', '.join(algorithms) or 'not asked'}.\n")


def tables(rows):
    """All of them."""
    if not rows:
        return "Nothing was measured.\n"
    parts = [noise(rows), failures(rows)]
    for family, ours in by(rows, "family").items():
        for case, its in by(ours, "case").items():
            parts += [f"### {family}, {case}\n", idle_table(its) if family == "idle" else rate_table(family, its)]
    return "\n".join(parts)
