"""Whatever a memory holds: what is exported and imported into an empty one is the same memory."""

from __future__ import annotations

import os
import tempfile
import uuid
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from support import Repo

from lsp_server import Memory
from lsp_server.memory.edits import Edits
from lsp_server.memory.exporting.directory_records import Records
from lsp_server.memory.importing.directory_files import read_directory
from lsp_server.memory.importing.directory_records import restored_body
from lsp_server.records.document import parse
from lsp_server.records.fields import FIELDS
from lsp_server.records.model import Kind
from lsp_server.records.project_directory.beside import Beside, bytes_of
from lsp_server.rendering.environment import Templates

TEMPLATES = Templates()
LONG = os.environ.get("GIT_MEMORY_STRESS") == "1"
RECORDS = 3000 if LONG else 80
HEADINGS = [field.key for kind in FIELDS for field in FIELDS[kind] if not field.in_front_matter]

LINES = st.sampled_from(
    [
        "",
        "words",
        "---",
        "***",
        "```",
        "```python",
        "~~~",
        "# Title",
        "## Deep",
        "### Deeper",
        "###### Deepest",
        "## Decision 007: Not me",
        "## 2025-01-07: Not me either",
        "# Bug #003: Nor me",
        "* Good, because it works",
        "* Bad, because it does not",
        "* Good, neither",
        "- item",
        "  more of it",
        "  - inner",
        "1. first",
        "**Positive:**",
        "**Negative:**",
        "**Lesson:** told",
        "**Date:** 1999-01-01",
        "**Status:** Rejected",
        "<!--",
        "-->",
        "<!-- git-memory: 5d2f0c1e-8a1b-4c3d-9e4f-0a1b2c3d4e5f -->",
        "Text\n===",
        "Text\n---",
        "\r",
        "a\r\nb",
        "\x0b\x85\u2028",
        "\\#",
        "é ü 漢字 🙂",
        "| a | b |",
        "    indented",
        "<<<<<<< ours",
        "=======",
        ">>>>>>> theirs",
        *(f"## {heading}" for heading in HEADINGS),
        "### Rationale",
        "### Consequences",
        "## Deployed",
        "- Committed in: abc",
        "- Deployed to: a, b",
    ]
)
ANY = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
BODIES = st.lists(LINES | ANY, max_size=14).map("\n".join)
TITLES = st.sampled_from(
    ["A title", "Ends in #", "# begins", "2024-01-01: dated", "Decision 3: x", "Bug #7", "a: b"]
) | (st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=20))
FRONT = st.sampled_from(
    [
        "",
        "tags: [a, b c]\n",
        "tags: [a]  # why\n",
        "code:\n  commit: 0123456789012345678901234567890123456789\n  branch: main\n",
        "anchors:\n  - path: src/a.py\n",
        "custom: any\nother: [1, 2]\n",
        "aliases: [ADR-0900]\n",
        "links:\n  - relates-to: 5d2f0c1e-8a1b-4c3d-9e4f-0a1b2c3d4e5f\n",
        "severity: high\nreported-by: 'somebody: else'\nfixed-in: abc\n",
        "deployed-to: [a, b]\ndeployed: 2026-01-01\n",
        "phase: build\nstate: completed\nsession: s1\ncurrent-task: a task\n",
        "metrics:\n  tests: 8\n  rate: 1.50\n",
        'json: "[{\\"a\\": 1}, [\\"timestamp\\"]]"\n',
        "imported: bugs/odd name.md 0123456789abcdef 0123456789abcdef\n",
        "imported: bugs/bug_5.md 0123456789abcdef 0123456789abcdef\n",
        'decision-makers: [the team, "a, b"]\n',
        "created: 2025-01-07T00:00:00Z\n",
    ]
)
STATUSES = {
    Kind.DECISION: ("proposed", "accepted", "rejected", "deprecated", "superseded"),
    Kind.BUG: ("open", "in-progress", "fixed", "closed", "wont-fix"),
}


@st.composite
def records(draw: st.DrawFn) -> tuple[str, str]:
    """A record's file without its number, and its kind's folder."""
    kind = draw(st.sampled_from([Kind.DECISION, Kind.LEARNING, Kind.BUG, Kind.CHECKPOINT]))
    front = draw(FRONT)
    status = f"status: {draw(st.sampled_from(STATUSES[kind]))}\n" if kind in STATUSES else ""
    created = "" if "created" in front else "created: 2026-11-21T10:00:00.123+02:00\n"
    ends = draw(st.sampled_from(["\n", "", "\n\n"]))
    text = f"kind: {kind.value}\n{status}{created}{front}---\n\n# {draw(TITLES)}\n\n{draw(BODIES)}{ends}"
    return kind.value, text


def files_of(memory: Memory) -> dict[str, bytes]:
    """Every file of the memory, but its format."""
    snapshot = memory._core.store.snapshot()
    return {
        file.path: snapshot.read(file.path) or b"" for file in snapshot.files() if file.path != "memory.yaml"
    }


def put(memory: Memory, files: dict[str, bytes]) -> None:
    """Files on the branch, as if somebody had written them there by hand."""

    def change(edits: Edits) -> str:
        for path, data in files.items():
            edits.write(path, data)
        return "By hand"

    memory._core.commit(change)


def new_memory(directory: Path) -> Memory:
    directory.mkdir(parents=True)
    repo = Repo(directory)
    repo.git("init", "-q")
    repo.commit("Start")
    memory = Memory.open(directory)
    memory.initialise()
    return memory


def assert_comes_back(files: dict[str, bytes]) -> None:
    with tempfile.TemporaryDirectory() as top:
        with new_memory(Path(top, "one")) as memory:
            put(memory, files)
            before = files_of(memory)
            memory.export_directory(Path(top, "out"))
        with new_memory(Path(top, "two")) as memory:
            report = memory.import_directory(Path(top, "out"))
            after = files_of(memory)
            told = [(thing.source, thing.taken.value, thing.notes) for thing in report.files]
            assert sorted(after) == sorted(before), told
            for path, data in before.items():
                assert after[path] == data, (path, told)
            memory.export_directory(Path(top, "again"))
        one, two = (
            {p.relative_to(Path(top, n)): p.read_bytes() for p in Path(top, n).rglob("*") if p.is_file()}
            for n in ("out", "again")
        )
        assert one == two


def as_files(given: list[tuple[str, str]]) -> dict[str, bytes]:
    made: dict[str, bytes] = {}
    for count, (kind, text) in enumerate(given, 1):
        record_id = uuid.UUID(int=count << 90 | 4 << 76 | 8 << 60)
        folder = f"{kind}s" if kind in ("decision", "bug") else f"{kind}s/2026/11"
        number = f"number: {count}\n" if kind in ("decision", "bug") else ""
        made[f"{folder}/{count:04d}-x.md"] = f"---\nid: {record_id}\n{number}{text}".encode()
    return {path: data for path, data in made.items() if parse(path, data).record is not None}


@settings(max_examples=RECORDS, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(records(), min_size=1, max_size=6))
def test_a_record_is_told_by_its_file_and_what_stands_beside_it(given: list[tuple[str, str]]) -> None:
    files = as_files(given)
    beside = Beside()
    written = Records(beside)
    for path, data in files.items():
        record = parse(path, data).record
        assert record is not None
        written.add(record, data)
    written.finish()
    with tempfile.TemporaryDirectory() as top:
        for name, data in written.files.items():
            place = Path(top, name)
            place.parent.mkdir(exist_ok=True)
            place.write_bytes(data)
        things = read_directory(Path(top), lambda _: None)[0] if files else []
    told: dict[str, bytes | None] = {}
    for thing in things:
        if thing.id in beside.records:
            said = beside.records[thing.id]
            assert said["digest"] == thing.digest, thing
            assert thing.entry is not None
            whole = bytes_of(said)
            if whole is None:
                body = restored_body(TEMPLATES, said["front"], thing.entry, said["path"])
                whole = f"---\n{said['front']}---\n{body}".encode()
            told[said["path"]] = whole
    assert told == files


@settings(
    max_examples=RECORDS // 26,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],  # an example takes a second: it is not made smaller
)
@given(st.lists(records(), min_size=8, max_size=12))
def test_any_records_come_back_byte_for_byte(given: list[tuple[str, str]]) -> None:
    assert_comes_back(as_files(given))
