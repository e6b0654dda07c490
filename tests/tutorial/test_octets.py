"""The octets on the pages are those of the captures, and so are the pictures of them."""
import re

import pytest

import pcap
import strips
from pages import UPDATE, blocks, name, pages, read

OCTETS = re.compile(r"((?:[0-9a-f]{2} )*[0-9a-f]{2})(?:  +(\S+)( .*)?)?")  # and behind two blanks, the field and its meaning
HEX = blocks("hex")
BLOCKS = pytest.mark.parametrize("block", HEX, ids=name)


def row(text, where):
    """Octets, the name of the field, and what it says."""
    match = OCTETS.fullmatch(text)
    assert match, f"{where}: expected octets like 05 01 00, then two blanks, then a name; it is: {text!r}"
    return bytes.fromhex(match.group(1)), (match.group(2) or "").rstrip(":,"), (match.group(3) or "").strip()


def frame_of(block):
    """Its number, the frame, and which way it goes."""
    number = re.search(r"\bframe (\d+)\b", block.caption)
    assert number, f"{block.where}: the caption says no frame: {block.caption!r}"
    frames = pcap.frames(block.target)
    frame = frames[int(number.group(1)) - 1]
    way = "client → proxy" if frame.source in pcap.clients(frames) else "proxy → client"
    return int(number.group(1)), frame, way


def rewrite(block, line, old, new):
    page = block.page.read_text(encoding="utf-8").splitlines(keepends=True)
    page[line - 1] = page[line - 1].replace(old.hex(" "), new.hex(" "), 1)
    block.page.write_text("".join(page), encoding="utf-8")


@BLOCKS
def test_octets(block):
    """The caption names the capture and the frame: [greeting](greeting.pcap), frame 4."""
    number, frame, _ = frame_of(block)
    at = 0
    for line, text in enumerate(block.lines, block.line + 1):
        shown, *_ = row(text, f"{block.where}: line {line}")
        there = frame.octets[at:at + len(shown)]
        if shown != there and UPDATE and len(there) == len(shown):
            rewrite(block, line, shown, there)
            shown = there
        assert shown == there, (f"{block.where}: line {line} is {shown.hex(' ')}, and {block.target.name} has there "
                                f"{there.hex(' ')}. TUTORIAL_UPDATE=1 writes that into the page.")
        at += len(shown)
    rest = frame.octets[at:].hex(" ")
    assert not rest, f"{block.where}: {block.target.name}, frame {number}, goes on with {rest}"


def picture(block):
    """Where the picture of the block is, and what has to be in it."""
    number, _, way = frame_of(block)
    fields = [row(text, block.where)[:2] for text in block.lines]
    path = block.page.parent / f"octets-{block.target.stem}-{number}.svg"
    return path, strips.draw(f"{way}, {block.target.name}, frame {number}", fields)


def behind(block):
    """The first line of prose behind the block."""
    end = block.line + len(block.lines) + 1
    return next((text.strip() for number, text in read(block.page).prose if number > end and text.strip()), "")


def is_shown(block):
    path, _ = picture(block)
    return path.exists() or f"({path.name})" in block.page.read_text(encoding="utf-8")


@BLOCKS
def test_picture(block):
    """As the octets are today, and behind its block; for each block that has one."""
    path, fresh = picture(block)
    if not is_shown(block):
        pytest.skip("there is no picture of it")
    fields = dict.fromkeys(field for text in block.lines if (field := row(text, block.where)[1]))
    link = f"![The octets of the message, a box each, with the fields {', '.join(fields)}]({path.name})"
    assert behind(block) == link, f"{block.where}: behind this block should stand {link}"
    if UPDATE:
        path.write_text(fresh, encoding="utf-8")
    assert path.exists() and path.read_text(encoding="utf-8") == fresh, (
        f"{block.where}: the picture {path.name} does not show these octets. TUTORIAL_UPDATE=1 draws it anew.")


def test_no_picture_is_left_over():
    """Each belongs to a block."""
    needed = {picture(block)[0] for block in HEX if is_shown(block)}
    for page in pages():
        for path in page.path.parent.glob("octets-*.svg"):
            assert path in needed, f"{path.name}: no page has a block of octets for it"
