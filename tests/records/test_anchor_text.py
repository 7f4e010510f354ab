"""Anchors in the front matter: lines, symbols, whole files and folders, both ways."""

from __future__ import annotations

import pytest
import yaml

from lsp_server.records.anchor_text import read_anchors, write_anchor
from lsp_server.records.anchors import ROOT, UNCOMMITTED, Anchor, Beside, Birth, CodeRange, whole

LINES = Anchor(CodeRange("src/auth.py", 3, 4), (Birth(UNCOMMITTED, "src/auth.py", 3, 4),), ("a", "b"))


def read(text: str) -> tuple[tuple[Anchor, ...], list[str]]:
    return read_anchors(yaml.safe_load(text.replace("lines: 3-4", "lines: '3-4'")))


@pytest.mark.parametrize(
    "anchor",
    [
        LINES,
        LINES._replace(symbol="Login.check"),
        LINES._replace(symbol="operator=="),
        LINES._replace(symbol="~Login"),
        LINES._replace(symbol="#secret: yes"),
        Anchor(whole("src/auth.py")),
        Anchor(whole("src/auth/")),
        Anchor(whole("yes")),
        Anchor(whole("a: b/#c/")),
        Anchor(whole(ROOT)),
    ],
    ids=str,
)
def test_an_anchor_is_read_as_it_was_written(anchor: Anchor) -> None:
    assert read(f"- {write_anchor(anchor)}\n") == ((anchor,), [])


def test_a_whole_file_is_written_as_a_path_and_nothing_else() -> None:
    assert write_anchor(Anchor(whole("src/auth/"))) == "path: src/auth/"


def test_a_symbol_is_written_beside_its_lines() -> None:
    assert write_anchor(LINES._replace(symbol="Login.check")).splitlines()[:3] == [
        "path: src/auth.py",
        "  lines: 3-4",
        "  symbol: Login.check",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "- path: src/../../etc/",
        "- path: /",
        "- path: ../",
        "- path: ./src/",
        "- path: .git/",
        "- path: src//",
        "- path: src/\n  lines: 3-4",
        "- path: src/\n  symbol: f",
        "- path: src/auth.py\n  symbol: f",
        "- path: src/auth.py\n  text: gone",
        "- path: src/auth.py\n  lines:",
        "- path: src/auth.py\n  lines: 3-4\n  symbol: [f]",
        '- path: src/auth.py\n  lines: 3-4\n  symbol: "f\\e[1m"',
        "- lines: 3-4",
    ],
)
def test_what_is_no_place_in_the_repository_is_a_problem_and_no_anchor(text: str) -> None:
    anchors, wrong = read(text)
    assert anchors == ()
    assert len(wrong) == 1


def test_a_folder_holds_what_lies_in_it_at_any_depth() -> None:
    folder = whole("src/auth/")
    assert folder.holds("src/auth/login.py")
    assert folder.holds("src/auth/deep/er.py")
    assert not folder.holds("src/auth.py")
    assert not folder.holds("src/authority/login.py")
    assert whole(ROOT).holds("anything/at/all")
    assert not whole("src/auth").holds("src/auth/login.py")


@pytest.mark.parametrize(
    ("written", "beside"),
    [
        ("1 0 6f1c0e5a9b3d2748", Beside(1, 0, "6f1c0e5a9b3d2748")),
        ("2 3 1234567890123456 1-2,4", Beside(2, 3, "1234567890123456", (1, 2, 4))),
        ("0 0 -", Beside(0, 0, "")),
        ("1 0 6f1c", None),
        ("1 0 6f1c0e5a9b3d2748 1-999999,1-999999", None),
        ("nothing", None),
        (["1"], None),
    ],
)
def test_what_stood_beside_lines_is_read_back_and_nonsense_is_nothing(
    written: object, beside: Beside | None
) -> None:
    item = {"path": "a.py", "lines": "3", "births": ["uncommitted 3 a.py"], "text": "x", "beside": written}
    (anchor,), wrong = read_anchors([item])
    assert (anchor.beside, wrong) == (beside, [])
    if beside is not None:
        again, _ = read(f"- {write_anchor(anchor)}".replace("lines: 3", "lines: '3'"))
        assert again == (anchor,)
