"""The rows of results.csv, as they are asked for: by case and server."""
import statistics


def number(row, name):
    """A value, or nothing when the run has none."""
    return float(row[name]) if row.get(name) else None


def values(rows, name):
    return [value for value in (number(row, name) for row in rows) if value is not None]


def median(rows, name):
    found = values(rows, name)
    return statistics.median(found) if found else None


def by(rows, name):
    """The rows in groups that have the same value, in the order in which they come."""
    groups = {}
    for row in rows:
        groups.setdefault(row[name], []).append(row)
    return groups


def names(rows):
    """The servers: direct, ours, the peers."""
    seen = list(dict.fromkeys(row["server"] for row in rows))
    return sorted(seen, key=lambda name: (name != "direct", not name.startswith("plainsocks")))


def peers(rows):
    return [name for name in names(rows) if name != "direct" and not name.startswith("plainsocks")]


def best_peer(rows):
    """Of the servers that are not ours, the one with the highest median rate in runs without failures. For the rows of
    one case."""
    groups = by([row for row in rows if not row["failures"]], "server")
    rates = {name: median(groups[name], "rate") for name in peers(rows) if name in groups}
    return max(rates, key=rates.get, default=None)


def ratios(rows, name, other, column="rate"):
    """Of one server to another, one for each round: their runs were close in time."""
    rounds = {row["round"]: number(row, column) for row in rows if row["server"] == other}
    found = []
    for row in rows:
        mine, its = number(row, column), rounds.get(row["round"])
        if row["server"] == name and mine is not None and its:
            found.append(mine / its)
    return found
