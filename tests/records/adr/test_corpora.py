"""Real folders of ADRs, file by file, against what a person read in them (``expected/<folder>.txt``).

The folders are not part of this project; where they are absent, these tests are skipped.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lsp_server.records.adr import Adr, change_status, day_comes_first, read_adr

EXPECTED = Path(__file__).parent / "expected"
FOLDERS = sorted(file.stem for file in EXPECTED.glob("*.txt"))


# Read before any fixture scrubs the environment's GIT_ variables.
BESIDE = Path(__file__).resolve().parents[3].parent / "shared" / "corpora"
CORPORA = Path(os.environ.get("GIT_MEMORY_CORPORA", BESIDE)) / "adr"


def texts(folder: str) -> dict[str, str]:
    root = CORPORA / folder
    if not root.is_dir():
        pytest.skip(f"the sample folder {folder} is not here (GIT_MEMORY_CORPORA says where they are)")
    return {
        path.relative_to(root).as_posix(): path.read_bytes().decode("utf-8")
        for path in sorted(root.rglob("*.md"))
    }


def row(name: str, adr: Adr) -> str:
    if not adr.is_adr:
        return name
    links = ", ".join(f"{link.relation.value} {link.target}" for link in adr.links)
    number = "-" if adr.number is None else str(adr.number)
    return " | ".join([name, number, str(adr.date or "-"), adr.status or "-", links or "-", str(adr.title)])


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_file_is_read_as_a_person_reads_it(folder: str) -> None:
    files = texts(folder)
    day_first = day_comes_first(files.values())
    found = [row(name, read_adr(name, text, day_first=day_first)) for name, text in files.items()]
    lines = (EXPECTED / f"{folder}.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not line.startswith("#")] == found


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_status_can_be_changed_on_its_one_line(folder: str) -> None:
    for name, text in texts(folder).items():
        adr = read_adr(name, text)
        if not adr.is_adr or adr.status_place is None:
            continue
        for status in ("rejected", "deprecated", "superseded"):
            changed = change_status(text, status, name=name)
            assert changed is not None
            assert read_adr(name, changed).status == status
            before, after = text.split("\n"), changed.split("\n")
            lines = [number for number, (a, b) in enumerate(zip(before, after, strict=True)) if a != b]
            assert lines in ([], [adr.status_place.line]), name


@pytest.mark.parametrize("folder", FOLDERS)
def test_whatever_is_not_understood_is_said(folder: str) -> None:
    for name, text in texts(folder).items():
        adr = read_adr(name, text)
        assert adr.notes or (adr.is_adr and adr.status and adr.title), name
