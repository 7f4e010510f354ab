"""Importing ADRs: everything comes in as it was, once, with numbers and links that hold."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import Repo

from lsp_server import Memory
from lsp_server.errors import UsageError
from lsp_server.memory import Kind, Record
from lsp_server.records.front_matter import split

CORPORA = Path(os.environ.get("GIT_MEMORY_CORPORA", Path(__file__).parents[3] / "shared/corpora")) / "adr"

NYGARD = "# 1. Record decisions\n\nDate: 2020-01-02\n\n## Status\n\nAccepted\n\n## Context\n\nWe forget.\n"
SUPERSEDED = (
    "# 2. Use sessions\n\nDate: 2020-02-02\n\n## Status\n\nSuperseded by [3. Use JWT](0003-use-jwt.md)\n"
)
MADR = (
    "---\nstatus: proposed  # for now\ndate: 2021-03-04\ndecision-makers: [Ops]\n---\n\n# Use JWT\n\n"
    "## Context and Problem Statement\n\nx\n"
)


@pytest.fixture
def memory(repo: Repo) -> Iterator[Memory]:
    repo.write("docs/adr/0001-record-decisions.md", NYGARD)
    repo.write("docs/adr/0002-use-sessions.md", SUPERSEDED)
    repo.write("docs/adr/0003-use-jwt.md", MADR)
    repo.write("docs/adr/README.md", "# Decisions\n\n* [one](0001-record-decisions.md)\n")
    with Memory.open(repo.root) as opened:
        opened.initialise()
        yield opened


def test_title_number_date_status_and_links_come_out_right(memory: Memory, repo: Repo) -> None:
    report = memory.import_adrs(repo.root / "docs/adr")
    assert [(f.source, f.record.label if f.record else None) for f in report.files] == [
        ("0001-record-decisions.md", "ADR-0001"),
        ("0002-use-sessions.md", "ADR-0002"),
        ("0003-use-jwt.md", "ADR-0003"),
        ("README.md", None),
    ]
    seen = {r.label: (r.title, r.status, f"{r.created:%Y-%m-%d}") for r in memory.list(Kind.DECISION)}
    assert seen == {
        "ADR-0001": ("Record decisions", "accepted", "2020-01-02"),
        "ADR-0002": ("Use sessions", "superseded", "2020-02-02"),
        "ADR-0003": ("Use JWT", "proposed", "2021-03-04"),
    }
    assert [(x.relation.value, x.target) for x in memory.get("ADR-2").links] == [
        ("superseded-by", memory.get("ADR-3").id)
    ]
    assert [(x.relation.value, x.target) for x in memory.get("ADR-3").links] == [
        ("supersedes", memory.get("ADR-2").id)
    ]


def test_who_decided_is_found_wherever_the_file_says_it(memory: Memory, repo: Repo) -> None:
    bullet = "# Use tabs\n\n* Status: accepted\n* Deciders: Ada, Grace\n\n## Decision Outcome\n\nTabs.\n"
    repo.write("docs/adr/0004-use-tabs.md", bullet)
    memory.import_adrs(repo.root / "docs/adr")
    assert memory.get("ADR-4").fields["deciders"] == ("Ada", "Grace")
    assert memory.get("ADR-3").fields["deciders"] == ("Ops",)
    assert "deciders" not in memory.get("ADR-1").fields


def test_the_body_is_kept_byte_for_byte_and_the_import_is_one_commit(memory: Memory, repo: Repo) -> None:
    memory.import_adrs(repo.root / "docs/adr")
    assert split(memory.text("ADR-1")).body_text == NYGARD
    assert split(memory.text("ADR-3")).body_text == split(MADR).body_text
    assert "status: proposed  # for now\n" in memory.text("ADR-3")
    assert repo.git("rev-list", "--count", "memory") == "2"


def test_importing_twice_adds_nothing(memory: Memory, repo: Repo) -> None:
    memory.import_adrs(repo.root / "docs/adr")
    before = memory.version()
    report = memory.import_adrs(repo.root / "docs/adr")
    assert memory.version() == before
    assert [f.new for f in report.files] == [False] * 4
    repo.write(
        "docs/adr/0004-more.md", "# 4. More\n\n## Status\n\nAccepted\n\nSupersedes 0001\n\n## Decision\n\nx\n"
    )
    assert [f.source for f in memory.import_adrs(repo.root / "docs/adr").files if f.new] == ["0004-more.md"]
    assert memory.get("ADR-4").links[0].target == memory.get("ADR-1").id


def test_a_later_status_is_written_where_the_file_has_it(memory: Memory, repo: Repo) -> None:
    memory.import_adrs(repo.root / "docs/adr")
    for ref, status, expected in (
        ("ADR-1", "deprecated", [("-Accepted", "+Deprecated")]),
        ("ADR-3", "accepted", [("-status: proposed  # for now", "+status: accepted  # for now")]),
    ):
        memory.mark(ref, status)
        lines = repo.git("diff", "--unified=0", "memory~1", "memory").splitlines()
        changed = [line for line in lines if line[:1] in "+-" and line[:3] not in ("+++", "---")]
        assert [tuple(changed)] == expected


def test_numbers_given_twice_are_resolved_with_aliases(memory: Memory, repo: Repo) -> None:
    repo.write("docs/adr/0001-another-first.md", NYGARD.replace("Record decisions", "Another first"))
    report = memory.import_adrs(repo.root / "docs/adr")
    labels = {f.source: (f.record.label, f.record.aliases) for f in report.files if f.record}
    assert labels["0001-another-first.md"] == ("ADR-0001", ())
    assert labels["0001-record-decisions.md"] == ("ADR-0004", ("ADR-0001",))
    note = next(f.notes for f in report.files if f.source == "0001-record-decisions.md")
    assert any("ADR-0004" in sentence for sentence in note)
    assert memory.record(Kind.DECISION, "Next").label == "ADR-0005"


def test_a_number_too_high_to_go_on_from_stays_as_an_alias(memory: Memory, repo: Repo) -> None:
    repo.write("docs/adr/202009-use-kafka.md", NYGARD.replace("1. Record decisions", "202009. Use Kafka"))
    report = memory.import_adrs(repo.root / "docs/adr")
    notes = {f.source: f.notes for f in report.files}["202009-use-kafka.md"]
    assert notes == (
        "the number 202009 is too high to go on from; it is now ADR-0004, and ADR-202009 stays as an alias",
    )
    assert memory.get("ADR-202009").label == "ADR-0004"


def test_a_number_that_the_memory_has_given_already_is_not_taken_over(memory: Memory, repo: Repo) -> None:
    memory.record(Kind.DECISION, "Ours")
    memory.import_adrs(repo.root / "docs/adr")
    assert memory.get("ADR-1").title == "Ours"
    assert sorted(r.title for r in memory.list(Kind.DECISION)) == [
        "Ours",
        "Record decisions",
        "Use JWT",
        "Use sessions",
    ]


ODD: dict[str, bytes] = {
    "crlf.md": NYGARD.replace("\n", "\r\n").encode(),
    "bom.md": b"\xef\xbb\xbf" + NYGARD.encode(),
    "latin1.md": NYGARD.replace("forget", "oublié").encode("latin-1"),
    "own-id.md": b"---\nid: page-one\nlinks: {a: b}\nstatus: accepted\n---\n# A page\n\n## Decision\n\nx\n",
    "broken-front.md": b"---\nstatus: [\n---\n# Broken\n\n## Status\n\nAccepted\n\n## Decision\n\nx\n",
    "no-newline.md": NYGARD.rstrip("\n").encode(),
    "rest.rst": b"1. Use reST\n===========\n\nStatus\n------\n\nAccepted\n\nContext\n-------\n\nx\n\n"
    b"Decision\n--------\n\ny\n",
}


@pytest.mark.parametrize("name", ODD)
def test_odd_files_come_in_with_their_bytes(memory: Memory, repo: Repo, name: str) -> None:
    repo.write(f"odd/{name}", ODD[name])
    report = memory.import_adrs(repo.root / "odd")
    record = report.files[0].record
    assert record is not None, report.files[0].notes
    stored = repo_bytes(repo, record.path)
    raw = ODD[name].removeprefix(b"\xef\xbb\xbf")
    body = raw if not raw.startswith(b"---") or name == "broken-front.md" else raw.partition(b"\n---\n")[2]
    assert stored.endswith(body)
    assert memory.get(record.id).status == "accepted"


def repo_bytes(repo: Repo, path: str) -> bytes:
    done = subprocess.run(["git", "show", f"memory:{path}"], cwd=repo.root, check=True, capture_output=True)
    return done.stdout


def test_a_dry_run_reports_and_writes_nothing(memory: Memory, repo: Repo) -> None:
    before = memory.version()
    report = memory.import_adrs(repo.root / "docs/adr", dry_run=True)
    assert sum(f.record is not None for f in report.files) == 3
    assert memory.version() == before


def test_a_folder_that_is_none_is_refused(memory: Memory, repo: Repo) -> None:
    for folder in ("nowhere", "README.md"):
        with pytest.raises(UsageError):
            memory.import_adrs(repo.root / folder)


@pytest.mark.skipif(not CORPORA.is_dir(), reason="the corpora are not beside this checkout")
@pytest.mark.parametrize(
    "folder", ["semantic-kernel", "govuk-aws", "log4brains", "python-tuf", "madr", "cometbft"]
)
def test_a_real_folder_is_imported_whole(repo: Repo, folder: str) -> None:
    with Memory.open(repo.root) as memory:
        memory.initialise()
        report = memory.import_adrs(CORPORA / folder)
        found: list[Record] = [f.record for f in report.files if f.record]
        assert len(found) >= 8
        assert memory.broken_files() == []
        assert len({record.label for record in found}) == len(found)
        for file in report.files:
            if file.record:
                data = (CORPORA / folder / file.source).read_bytes()
                body = data.decode("utf-8", "replace")
                assert memory.text(file.record.id).endswith(split(body).body_text)
        assert [f.new for f in memory.import_adrs(CORPORA / folder).files if f.new] == []


def test_a_file_whose_front_matter_is_too_large_does_not_keep_the_others_out(
    memory: Memory, repo: Repo
) -> None:
    many = "".join(f"key-{n}: some value\n" for n in range(60_000))
    repo.write("docs/adr/0004-large.md", f"---\nstatus: accepted\n{many}---\n# Large\n\n## Context\n\nx\n")
    report = memory.import_adrs(repo.root / "docs/adr")
    told = {file.source: (file.record is not None, file.notes) for file in report.files}
    assert told["0001-record-decisions.md"][0]
    assert not told["0004-large.md"][0]
    assert "larger than a megabyte" in " ".join(told["0004-large.md"][1])


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read every file")
def test_a_file_that_cannot_be_read_does_not_keep_the_others_out(memory: Memory, repo: Repo) -> None:
    repo.write("docs/adr/0004-closed.md", NYGARD).chmod(0)
    told = {file.source: file for file in memory.import_adrs(repo.root / "docs/adr").files}
    assert told["0001-record-decisions.md"].record is not None
    assert told["0004-closed.md"].record is None
    assert told["0004-closed.md"].notes == ("it cannot be read: Permission denied",)


@pytest.mark.skipif(sys.platform != "linux", reason="a file system that takes any bytes as a name")
def test_a_name_that_is_not_utf8_comes_in_under_an_escape(memory: Memory, repo: Repo) -> None:
    repo.write(os.fsdecode(b"docs/adr/0004-caf\xe9.md"), NYGARD.replace("1. Record", "4. Keep"))
    told = {file.source: file for file in memory.import_adrs(repo.root / "docs/adr").files}
    record = told["0004-caf\\xe9.md"].record
    assert record is not None
    assert memory.get(record.id).title == "Keep decisions"
    again = memory.import_adrs(repo.root / "docs/adr")
    assert not any(file.new for file in again.files)
