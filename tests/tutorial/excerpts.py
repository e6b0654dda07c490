"""A block of C++ is literally in the file that its caption links."""
import textwrap

SKIP = "// ..."


def pieces(lines):
    """The runs of lines between the skips."""
    found = [[]]
    for line in lines:
        if line.strip() == SKIP:
            found.append([])
        else:
            found[-1].append(line)
    return [trimmed for trimmed in map(trim, found) if trimmed]


def trim(lines):
    """Without blank lines around it, and flush left."""
    text = textwrap.dedent("\n".join(lines)).strip("\n")
    return text.splitlines()


def find(piece, source, start):
    """Where the piece begins in the source, which may be indented. None if it is nowhere."""
    for at in range(start, len(source) - len(piece) + 1):
        if trim(source[at:at + len(piece)]) == piece:
            return at
    return None


def stranger(piece, source):
    """The first line of a piece that is not in the source, or the piece's first line if all are, in another order."""
    known = {line.strip() for line in source}
    return next((line for line in piece if line.strip() not in known), piece[0])


def shown(block, source):
    """The numbers of the source's lines, from 0, that the block shows. Fails when it shows something else."""
    numbers, start = set(), 0
    for piece in pieces(block.lines):
        at = find(piece, source, start)
        assert at is not None, (
            f"{block.where}: {block.target.name} has no such lines (any more), or not in this order. The first that is not "
            f"there:\n    {stranger(piece, source).strip()}\nCopy them anew from the file. "
            f"TUTORIAL_UPDATE=1 does it where the first and the last line of the piece are still there.")
        numbers |= set(range(at, at + len(piece)))
        start = at + len(piece)
    return numbers


def renewed(block, source):
    """The lines of the block as the source has them now, each piece from its first line to its last; None if that cannot
    be told."""
    new, start = [], 0
    for piece in pieces(block.lines):
        at = find(piece, source, start)
        end = at + len(piece) if at is not None else None
        if at is None:
            at, end = changed(piece, source, start)
        if end is None:
            return None
        new += ([SKIP] if new else []) + trim(source[at:end])
        start = end
    return new


def changed(piece, source, start):
    """Where a piece that is not there any more begins and ends now: its first line, and the first line like its last one,
    as far to the left as that is, behind all of its lines that are still there. (None, None) if that cannot be told."""
    firsts = [at for at in range(start, len(source)) if source[at].strip() == piece[0].strip()]
    if len(firsts) != 1:
        return None, None
    shift = indent(source[firsts[0]]) - indent(piece[0])
    told = {line.strip() for line in piece if sum(other.strip() == line.strip() for other in source) == 1}
    known = max(at for at, line in enumerate(source) if line.strip() in told or at == firsts[0])
    lasts = [at for at in range(known, len(source))
             if source[at].strip() == piece[-1].strip() and indent(source[at]) - indent(piece[-1]) == shift]
    return (firsts[0], 1 + lasts[0]) if lasts else (None, None)


def indent(line):
    return len(line) - len(line.lstrip())
