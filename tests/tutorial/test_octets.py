"""The octets on the pages are those of the captures."""
import os
import re

import pytest

import pcap
from pages import blocks, name

OCTETS = re.compile(r"((?:[0-9a-f]{2} )*[0-9a-f]{2})(?:  .*)?")  # and behind two blanks, in words, what they are


def octets(line, where):
    match = OCTETS.fullmatch(line)
    assert match, f"{where}: expected octets like 05 01 00, then two blanks, then a name; it is: {line!r}"
    return bytes.fromhex(match.group(1))


@pytest.mark.parametrize("block", blocks("hex"), ids=name)
def test_octets(block):
    """The caption names the capture and the frame: [greeting](greeting.pcap), frame 4."""
    number = re.search(r"\bframe (\d+)\b", block.caption)
    assert number, f"{block.where}: the caption says no frame: {block.caption!r}"
    real = pcap.frames(block.target)[int(number.group(1)) - 1]
    at = 0
    for line, text in enumerate(block.lines, block.line + 1):
        where = f"{block.page.name}:{line}"
        shown = octets(text, where)
        there = real[at:at + len(shown)]
        if shown != there and os.environ.get("TUTORIAL_UPDATE") and len(there) == len(shown):
            page = block.page.read_text(encoding="utf-8").splitlines(keepends=True)
            page[line - 1] = page[line - 1].replace(shown.hex(" "), there.hex(" "), 1)
            block.page.write_text("".join(page), encoding="utf-8")
            shown = there
        assert shown == there, (f"{block.where}: line {line} is {shown.hex(' ')}, and {block.target.name} has there "
                                f"{there.hex(' ')}. TUTORIAL_UPDATE=1 writes that into the page.")
        at += len(shown)
    assert at == len(real), f"{block.where}: {block.target.name}, frame {number.group(1)}, goes on with {real[at:].hex(' ')}"
