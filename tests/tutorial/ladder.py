"""The growing program: what the blocks of a chapter make of the program of the chapter before.

A block of the program has a caption that says where it goes: *proxy.cpp, PLACE* or *proxy.cpp, in `SCOPE`, PLACE*. PLACE is

    the whole file
    at the end                           of the file or of the scope
    above `X`, below `X`
    in the place of `X`                  or: of `X` to `Y`
    without `X`                          or: `X` to `Y`; such a line has no block

X is `f()`, `struct s` and the like: a whole definition with the comment above it; or the beginning of a line of the file or of the
scope, which stands for a whole statement, or in "the line `X`" for just that line. There must be only one. Around definitions blank
lines come by themselves.

    python3 ladder.py NN    applies and compiles chapter NN step by step, and compares the end with its proxy.cpp
"""
import difflib
import functools
import re
import sys
from dataclasses import dataclass

from pages import CHAPTERS, TOP, TUTORIAL, read

CAPTION = re.compile(r"\s*\*proxy\.cpp, (?:in `([^`]+)`, )?(.+?)[.:]?\*[.:]?\s*")
PLACE = re.compile(r"(above|below|in the place of|without) (the line )?`([^`]+)`(?: to `([^`]+)`)?")
NEW_LINES = 25  # at most, in a step


@dataclass
class Edit:
    """A block, or a line of the page that takes something out."""
    where: str  # of the page
    line: int
    caption: str
    lines: list


class Misplaced(AssertionError):
    pass


def is_program(block):
    return block.info == ["cpp"] and CAPTION.fullmatch(block.caption) is not None


def bare(line):
    """Without what could hold a bracket that does not count."""
    return re.sub(r"//.*", "", re.sub(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'', '""', line))


def indent(line):
    return len(line) - len(line.lstrip())


def end_of(lines, first):
    """Behind the definition or statement that begins there."""
    if lines[first].lstrip().startswith(("#", "//")):
        return first + 1
    depth = 0
    for at in range(first, len(lines)):
        text = bare(lines[at])
        depth += sum(text.count(c) for c in "({[") - sum(text.count(c) for c in ")}]")
        if depth <= 0 and text.rstrip().endswith((";", "}", ":")):
            return at + 1
    raise Misplaced(f"has no end: {lines[first].strip()}")


def begin_of(lines, first):
    """With the comment above a definition, and `template`."""
    while first > 0 and re.match(r"\s*(//(?! ----)|template )", lines[first - 1]) and indent(lines[first - 1]) == indent(lines[first]):
        first -= 1
    return first


def find(lines, what, scope):
    """(begin, end) of what is meant. `scope` is (begin, end, indent of its members if it is a class)."""
    begin, end, member = scope
    inside = range(begin, end)
    if name := re.fullmatch(r"([~\w]+)\(\)", what):
        depth = member or 0
        found = [at for at in inside if indent(lines[at]) == depth and re.match(rf"[^()=]*(?<![\w.]){re.escape(name[1])}\(", bare(lines[at]))
                 and not re.match(r"\s*(return|throw)\b", lines[at])]
        whole = True
    elif re.match(r"(struct|class|enum) ", what):
        found = [at for at in inside if re.match(rf"\s*{re.escape(what)}\b", lines[at]) and not bare(lines[at]).rstrip().endswith(");")]
        whole = True
    else:
        found = [at for at in inside if lines[at].strip() == what] or [at for at in inside if lines[at].strip().startswith(what)]
        whole = False
    if len(found) != 1:
        raise Misplaced(f"`{what}` is there {len(found)} times" if found else f"`{what}` is not there")
    first = found[0]
    return (begin_of(lines, first) if whole else first), end_of(lines, first)


def scope_of(lines, name):
    if name is None:
        return 0, len(lines), None
    first, end = find(lines, name, (0, len(lines), None))
    while "{" not in bare(lines[first]):
        first += 1
    return first + 1, end - 1, 4 if re.match(r"\s*(struct|class) ", lines[first]) else None


def kind(line):
    """Lines of the same kind stand together, others have a blank line between them."""
    text = bare(line).strip()
    if text.startswith("#"):
        return "include"
    if re.match(r"using |namespace \w+ = ", text):
        return "using"
    if re.match(r"enum |struct |class ", text) or not text.endswith(";") or (indent(line) and "(" in text):
        return "definition"
    return "variable"


def separated(above, below, depth):
    """Belongs a blank line between these two?"""
    if not above.strip() or not below.strip() or above.rstrip().endswith(("{", ":")) or indent(below) < depth:
        return False
    if re.match(r"\s*//(?! ----)", above):  # a comment stands at what it is about
        return False
    return "definition" in (kind(above), kind(below)) or kind(above) != kind(below)


def put(lines, begin, end, new, depth):
    """The new lines in the place of lines[begin:end]; depth is None within a function."""
    before, after = lines[:begin], lines[end:]
    if depth is None or (new and indent(new[0]) != depth):
        return before + new + after
    if new and before and separated(before[-1], new[0], depth):
        new = ["", *new]
    if new and after and separated(new[-1], after[0], depth):
        new = [*new, ""]
    if not new and before and after and not before[-1].strip() and not after[0].strip():
        after = after[1:]
    return before + new + after


def applied(lines, edit):
    """The program after this edit."""
    scope_name, place = CAPTION.fullmatch(edit.caption).groups()
    new = list(edit.lines)
    try:
        if place == "the whole file":
            return new
        scope = scope_of(lines, scope_name)
        depth = 0 if scope_name is None else scope[2]
        if place == "at the end":
            return put(lines, scope[1], scope[1], new, depth)
        match = PLACE.fullmatch(place)
        if not match:
            raise Misplaced(f"what place is {place!r}? See ladder.py")
        how, only_line, what, last = match.groups()
        begin, end = find(lines, what, scope)
        if only_line:
            end = begin + 1
            depth = None  # no blank lines around it
        if last:
            end = find(lines, last, (begin + 1, scope[1], scope[2]))[1]
        if how == "above":
            end = begin
        elif how == "below":
            begin = end
        elif how == "without" and depth is None:  # a blank line on both sides
            if begin and end < len(lines) and not lines[begin - 1].strip() and not lines[end].strip():
                end += 1
        return put(lines, begin, end, new, depth)
    except Misplaced as wrong:
        raise Misplaced(f"{edit.where}: {edit.caption.strip()}: in the program as the page has made it so far, {wrong}") from None


def folder_of(chapter):
    return next(folder for folder in CHAPTERS if folder.name.startswith(f"{chapter:02}-"))


def program(chapter):
    """The lines of proxy.cpp at the end of a chapter."""
    return (folder_of(chapter) / "proxy.cpp").read_text(encoding="utf-8").splitlines() if chapter else []


@dataclass
class Step:
    """A section of a page, or an answer: the program when it has been typed."""
    title: str
    line: int  # where it ends
    program: list
    new: int  # lines
    answer: bool


@functools.cache
def answers(path):
    """The lines between which each answer of a page stands."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return list(zip(*([number for number, text in enumerate(lines, 1) if tag in text] for tag in ("<details>", "</details>"))))


def answer_at(path, line):
    """The answer in which a line stands, by the line where it begins; or None."""
    return next((begin for begin, end in answers(path) if begin < line < end), None)


@functools.cache
def edits(path):
    """Of a page, in order: (Edit, the answer it stands in, or None)."""
    page = read(path)
    relative = path.relative_to(TOP)
    found = [Edit(block.where, block.line, block.caption, block.lines) for block in page.blocks if is_program(block)]
    for number, text in page.prose:
        match = CAPTION.fullmatch(text)
        if match and match.group(2).startswith("without "):
            found.append(Edit(f"{relative}:{number}", number, text, []))
    return [(edit, answer_at(path, edit.line)) for edit in sorted(found, key=lambda edit: edit.line)]


@functools.cache
def states(path):
    """What the page makes of the program: [(line, answer or None, program)], after each edit. Each answer changes the program of the
    end of the chapter."""
    current = {None: program(int(path.parent.name[:2]) - 1)}  # by answer
    history = [(0, None, current[None])]
    for edit, answer in sorted(edits(path), key=lambda found: found[1] is not None):  # the answers last
        current[answer] = applied(current.get(answer, current[None]), edit)
        history.append((edit.line, answer, current[answer]))
    return sorted(history, key=lambda state: state[0])


def program_at(path, line):
    """What the reader's proxy.cpp is at this line of the page."""
    def last(wanted):
        return [text for at, answer, text in states(path) if at < line and answer == wanted][-1:]
    return (last(answer_at(path, line)) or last(None))[0]


@functools.cache
def steps(path):
    """The sections of a page that change the program."""
    headings = [(number, text.lstrip("# ")) for number, text in read(path).prose if re.match(r"#+ ", text)]
    found, before = [], states(path)[0][2]
    main = [state for state in states(path) if state[1] is None]
    for index, (number, title) in enumerate(headings):
        end = headings[index + 1][0] if index + 1 < len(headings) else 10 ** 9
        inside = [text for line, _, text in main if number < line < end]
        if inside:
            added = sum(1 for line in difflib.ndiff(before, inside[-1]) if line.startswith("+ ") and line[2:].strip())
            found.append(Step(title, end, inside[-1], added, False))
            before = inside[-1]
    last = {}
    for line, answer, text in states(path):
        if answer is not None:
            last[answer] = Step(f"the answer in line {answer}", line, text, 0, True)
    return found + list(last.values())


def made(chapter):
    """The program when all of the page has been typed."""
    return [text for _, answer, text in states(folder_of(chapter) / "README.md") if answer is None][-1]


def difference(chapter):
    """Between that and the chapter's proxy.cpp."""
    page = folder_of(chapter) / "README.md"
    return "\n".join(difflib.unified_diff(made(chapter), program(chapter), f"what {page.relative_to(TOP)} makes",
                                          f"{page.parent.name}/proxy.cpp", lineterm=""))


def main(chapter):
    import compilers
    page = folder_of(chapter) / "README.md"
    for step in steps(page):
        compilers.check(step.program)
        print(f"{step.new:3} new lines, {len(step.program):3} in all: {step.title}" + (f"  MORE THAN {NEW_LINES}" if step.new > NEW_LINES else ""))
    print(difference(chapter) or f"{page.relative_to(TUTORIAL)} makes its proxy.cpp")


if __name__ == "__main__":
    main(int(sys.argv[1]))
