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
            f"there:\n    {stranger(piece, source).strip()}\nCopy them anew from the file, or mark the block as "
            f"```cpp sketch. TUTORIAL_UPDATE=1 does it where the first and the last line of the piece are still there.")
        numbers |= set(range(at, at + len(piece)))
        start = at + len(piece)
    return numbers


def renewed(block, source):
    """The lines of the block as the source has them now, each piece from its first line to its last; None if that cannot
    be told."""
    new, start = [], 0
    stripped = [line.strip() for line in source]
    for piece in pieces(block.lines):
        try:
            first = stripped.index(piece[0].strip(), start)
            last = stripped.index(piece[-1].strip(), first) if len(piece) > 1 else first
        except ValueError:
            return None
        new += ([SKIP] if new else []) + trim(source[first:last + 1])
        start = last + 1
    return new
