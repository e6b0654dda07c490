"""The drawings that no page describes octet by octet: they are as they are drawn today."""
import itertools
import re
from xml.etree import ElementTree

import pytest

import connect
import pcap
import score
from pages import TUTORIAL, UPDATE


def check(path, fresh):
    if UPDATE:
        path.write_text(fresh, encoding="utf-8")
    assert path.exists() and path.read_text(encoding="utf-8") == fresh, (
        f"{path.relative_to(TUTORIAL)} is not what is drawn today. TUTORIAL_UPDATE=1 draws it anew.")


def test_connect():
    check(connect.PICTURE, connect.draw())


@pytest.mark.parametrize("step", connect.STEPS, ids=lambda step: step.says)
def test_what_is_said_of_a_step(step):
    """Octets and addresses are those of the frames, and all of it fits into a line."""
    frames = [pcap.frames(connect.CAPTURE)[number - 1] for number in step.frames]
    for octets in re.findall(r"\b[0-9a-f]{2}(?: [0-9a-f]{2})+\b", step.waits):
        assert bytes.fromhex(octets) in frames[0].octets
    for host, port in re.findall(r"([\d.]+), port (\d+)", step.says):
        assert bytes([*map(int, host.split(".")), *int(port).to_bytes(2, "big")]) in frames[0].octets
    assert len(step.says) <= 47 and len(step.waits) <= 60


def test_score():
    check(score.PICTURE, score.draw(score.listed()))


@pytest.mark.parametrize("path", sorted(TUTORIAL.rglob("*.svg")), ids=lambda path: path.name)
def test_is_xml(path):
    """And has nothing in it that GitHub would not show: no script, and nothing from elsewhere."""
    root = ElementTree.fromstring(path.read_text(encoding="utf-8"))
    names = {element.tag.split("}")[1] for element in root.iter()}
    assert names <= {"svg", "style", "rect", "path", "text", "tspan", "g"}
    assert not re.search(r"url\(|@import|href", path.read_text(encoding="utf-8"))


def test_the_map_has_the_same_numbers():
    """As the picture above it; chapter 12 passes what chapter 11 does."""
    rows = re.findall(r"^\| (\d+) \|.* (\d+) \|$", (TUTORIAL / "README.md").read_text(encoding="utf-8"), re.M)
    sums = dict(zip((number for number, _, _ in score.listed()), itertools.accumulate(new for _, _, new in score.listed())))
    assert {int(chapter): int(cases) for chapter, cases in rows} == sums | {12: sums[11]}
