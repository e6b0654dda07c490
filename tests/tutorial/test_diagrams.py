"""The diagrams are of the two kinds of Mermaid that the pages use, and every line of them is one that Mermaid draws as it is meant."""
import re
from collections import Counter

import pytest

from pages import TOP, blocks, name

PARTICIPANT = re.compile(r"    participant (\w+)(?: as \S.*)?")
MESSAGE_OR_NOTE = re.compile(r"    (?:(\w+)--?>>(\w+)|Note over (\w+)(?:,(\w+))?): \S.*")
BOX = r'\w+(?:\["[^"]+"\])?'
ARROW = r' -->(?:\|(?:[\w ]+|"[^"|]+")\|)? '
DIAGRAMS = pytest.mark.parametrize("block", blocks("mermaid"), ids=name)


def sequence(lines):
    """Who takes part is said first: Mermaid would take a wrong name for one more participant."""
    known = set()
    for number, text in lines:
        if match := PARTICIPANT.fullmatch(text):
            known.add(match.group(1))
        elif match := MESSAGE_OR_NOTE.fullmatch(text):
            for wrong in set(filter(None, match.groups())) - known:
                yield number, f"{wrong!r} is none of the participants, which are {sorted(known)}"
        else:
            yield number, f"{text!r} is no participant, no message and no note"


def flowchart(lines):
    """A box has its text once, or is its own text and stands in two places: Mermaid would draw a box for a wrong name."""
    seen, texts, first = Counter(), Counter(), {}
    for number, text in lines:
        if not re.fullmatch(f"    {BOX}(?:{ARROW}{BOX})+", text):
            yield number, f"{text!r} is no row of boxes and arrows"
            continue
        for part in re.split(ARROW, text.strip()):
            box, _, label = part.partition("[")
            seen[box] += 1
            texts[box] += bool(label)
            first.setdefault(box, number)
    for box, number in first.items():
        if texts[box] > 1:
            yield number, f"the box {box!r} has {texts[box]} texts"
        if not texts[box] and seen[box] == 1:
            yield number, f"the box {box!r} has no text, and stands nowhere else"


@DIAGRAMS
def test_diagram(block):
    """Its first line says which kind it is."""
    kinds = {"sequenceDiagram": sequence, "flowchart LR": flowchart, "flowchart TD": flowchart}
    assert block.lines[0] in kinds, f"{block.where}: {block.lines[0]!r} is none of {list(kinds)}"
    for number, wrong in kinds[block.lines[0]](enumerate(block.lines[1:], block.line + 2)):
        pytest.fail(f"{block.page.relative_to(TOP)}:{number}: {wrong}")
