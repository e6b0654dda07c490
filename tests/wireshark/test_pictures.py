"""The pictures of Wireshark: each is on a page, and as all others are. What is on them only a look can tell."""
import pathlib
import re
import struct
import zlib

import pytest

TOP = pathlib.Path(__file__).parents[2]
PICTURES = TOP / "wireshark" / "pictures"
FOUND = sorted(PICTURES.iterdir())
PAGES = [*TOP.glob("*.md"), *TOP.glob("[!.]*/**/*.md")]


def shown(page):
    """The paths of the pictures on a page; those of other sites are not ours."""
    links = re.findall(r"!\[[^\]]*\]\(([^)]+)\)", page.read_text(encoding="utf-8"))
    return [(page.parent / link).resolve() for link in links if "://" not in link]


def chunks(octets):
    """Name and content of each part of a PNG."""
    assert octets[:8] == b"\x89PNG\r\n\x1a\n"
    at = 8
    while at < len(octets):
        length, name = struct.unpack_from(">I4s", octets, at)
        checksum, = struct.unpack_from(">I", octets, at + 8 + length)
        assert zlib.crc32(octets[at + 4:at + 8 + length]) == checksum, f"the chunk {name} at octet {at} is not what it was"
        yield name.decode(), octets[at + 8:at + 8 + length]
        at += length + 12
    assert at == len(octets), "it ends too early"


def test_all_are_shown():
    """Each picture is on some page; and the page on Wireshark has some."""
    assert {path for page in PAGES for path in shown(page) if path.parent == PICTURES} == set(FOUND)
    assert shown(TOP / "wireshark" / "README.md")


def test_all_are_made():
    """The script makes each of them, and no other."""
    script = (TOP / "wireshark" / "shoot.sh").read_text(encoding="utf-8")
    assert sorted(re.findall(r"^(?:shoot|save) ([\w-]+)", script, re.MULTILINE)) == [path.stem for path in FOUND]


@pytest.mark.parametrize("path", FOUND, ids=lambda path: path.name)
def test_format(path):
    """A whole PNG with a palette and nothing but the picture in it, small, and hardly wider than a page, which would make
    the letters smaller: but for the import, which shows a part of the screen, large letters."""
    octets = path.read_bytes()
    parts = list(chunks(octets))
    width, height, _, colour = struct.unpack_from(">IIBB", parts[0][1])
    assert path.suffix == ".png" and len(octets) < 200_000 and colour == 3
    assert [name for name, _ in parts if name != "IDAT"] == ["IHDR", "PLTE", "IEND"]
    if path.name.startswith("import-"):
        assert 400 <= width <= 1600 and 200 <= height <= 1000
    else:
        assert width == 960 and 300 <= height <= 640
