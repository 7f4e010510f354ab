"""Living documents through ``Memory``: made when first written to, changed in one commit each, read back."""

from __future__ import annotations

import contextlib
import subprocess
from datetime import datetime, timezone

import pytest
from forking import start_script
from support import Repo

from lsp_server import Memory
from lsp_server.errors import NotFoundError, RefusedError, SecretError, UsageError

GITHUB_TOKEN = "ghp_" + "a1B2c3D4e5F6g7H8i9J0" + "k1L2m3N4o5P6q7R8"
NOW = datetime(2026, 11, 21, 10, 5, tzinfo=timezone.utc)


def text(repo: Repo, path: str) -> str:
    return repo.git("show", f"memory:{path}") + "\n"


def subject(repo: Repo) -> str:
    return repo.git("log", "-1", "--format=%s", "memory", "--")


def test_a_document_is_made_with_the_first_note(repo: Repo, memory: Memory) -> None:
    assert not memory.document("patterns").exists
    noted = memory.note("patterns/anti-patterns", "Mutable default arguments")
    assert (noted.changed, noted.made, noted.path) == (True, True, "patterns-learned.md")
    assert text(repo, "patterns-learned.md") == (
        "# Learned Patterns\n\n## Code Patterns\n\n## Performance Patterns\n\n## Testing Patterns\n\n"
        "## Anti-Patterns (Things That Don't Work)\n- Mutable default arguments\n"
    )
    assert subject(repo) == 'note: add to patterns/anti-patterns "Mutable default arguments"'
    assert repo.git("diff", "--name-only", "memory~", "memory", "--") == "patterns-learned.md"
    assert memory.document("patterns").values("anti-patterns") == ("Mutable default arguments",)


def test_what_is_there_already_makes_no_commit(repo: Repo, memory: Memory) -> None:
    first = memory.note("context/blockers", "No CI")
    again = memory.note("context/blockers", "No CI")
    assert not again.changed
    assert again.version == first.version


def test_a_field_is_set_and_read(repo: Repo, memory: Memory) -> None:
    memory.set("context/active-project", "Shop API")
    memory.set("context/next-planned", ["Tokens", "Rate limits"])
    document = memory.document("context")
    assert document.value("context/active-project") == "Shop API"
    assert document.values("next-planned") == ("Tokens", "Rate limits")
    assert document.values("recent-work/blockers") == ()
    assert subject(repo) == 'note: set context/next-planned to "Tokens, Rate limits"'


def test_several_changes_are_one_commit_in_a_batch(repo: Repo, memory: Memory) -> None:
    before = repo.git("rev-list", "--count", "memory", "--")
    with memory.batch("note: the end of the day"):
        memory.note("context/blockers", "No CI")
        memory.note("context/blockers", "No time")
        memory.append_log("Stopped", when=NOW)
        assert memory.document("context").values("blockers") == ("No CI", "No time")
    assert int(repo.git("rev-list", "--count", "memory", "--")) == int(before) + 1


def test_the_project_is_kept_in_yaml(repo: Repo, memory: Memory) -> None:
    memory.set("project/name", "Shop")
    memory.set("project/version", "1.10")
    memory.set("project/stack/frontend", "React 18 + TypeScript")
    memory.note("project/team", "Ada (developer)")
    memory.note("project/milestones", "MVP (2026-01-31)")
    memory.set("project/milestones/mvp/status", "Completed")
    memory.set("project/metrics/test_coverage", "85")
    assert text(repo, "project.yaml") == (
        'name: Shop\nversion: "1.10"\nstatus:\ndescription:\nstack:\n  frontend: React 18 + TypeScript\n'
        "team:\n  Ada: developer\nmilestones:\n  MVP:\n    status: completed\n    target_date: 2026-01-31\n"
        "metrics:\n  test_coverage: 85\n"
    )


def test_comments_and_order_of_the_project_stay(repo: Repo, memory: Memory) -> None:
    own = "# ours\nmetrics: # counted\n    bugs: 1 # by hand\nversion: '1'\nteam: {Ada: dev}\nodd: [1, 2]\n"
    memory.replace_document("project", own)
    memory.set("project/metrics/lines", "12")
    memory.set("project/metrics/bugs", "2")
    memory.set("project/version", "2.0")
    memory.note("project/team", "Bob")
    assert text(repo, "project.yaml") == (
        "# ours\nmetrics: # counted\n    bugs: 2 # by hand\n    lines: 12\nversion: \"2.0\"\n"
        "team:\n  Ada: dev\n  Bob:\nodd: [1, 2]\n"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("address", "value", "said"),
    [
        ("project/metrics/coverage", "much", "is a number"),
        ("project/milestones/Beta/status", "almost", "is planned, in_progress, completed, cancelled"),
        ("project/milestones/Beta/target_date", "soon", "is a date like"),
        ("project/metrics", "1", "say which"),
        ("context", "x", "say where in context"),
        ("context/recent-work", "x", "is a list"),
        ("log", "x", "say where in log"),
    ],
)
def test_what_makes_no_sense_is_refused(memory: Memory, address: str, value: str, said: str) -> None:
    before = memory.version()
    with pytest.raises(UsageError, match=said):
        memory.set(address, value)
    assert memory.version() == before


@pytest.mark.parametrize("address", ["nothing/there", "project/versoin", "context/blokers", "session-log/x"])
def test_an_address_that_means_nothing_is_not_found(memory: Memory, address: str) -> None:
    with pytest.raises(NotFoundError, match="there is"):
        memory.note(address, "x")


def test_yaml_that_a_person_broke_is_left_alone(repo: Repo, memory: Memory) -> None:
    memory.set("project/name", "Shop")
    with pytest.raises(RefusedError, match="cannot be read: line 2: "):
        memory.replace_document("project", 'name: Shop\nteam: "Ada\n')


def test_the_log_is_in_order_also_when_the_clock_goes_back(repo: Repo, memory: Memory) -> None:
    memory.append_log("Second", ["b"], when=NOW)
    memory.append_log("First", when=NOW.replace(hour=8))
    memory.append_log("The day before", when=NOW.replace(day=20))
    memory.append_log("Another month", when=NOW.replace(month=10))
    assert text(repo, "log/2026/11.md") == (
        "# Development Log\n\n## 2026-11-20\n\n### 10:05 - The day before\n\n## 2026-11-21\n\n"
        "### 08:05 - First\n\n### 10:05 - Second\n- b\n"
    )
    assert memory.document("log/2026/10").exists
    assert memory.document("log").path == "log/2026/11.md"


def test_an_entry_of_today_in_the_session_log_is_added_to(repo: Repo, memory: Memory) -> None:
    memory.note("session-log/accomplished", "Login")
    memory.note("session-log/accomplished", "Logout")
    memory.set("session-log/focus", "Auth")
    assert text(repo, "session-log.md").count("## ") == 1
    assert memory.document("session-log").values("accomplished") == ("Login", "Logout")


def test_each_person_has_preferences_beside_the_common_ones(repo: Repo, memory: Memory) -> None:
    memory.note("preferences/libraries", "pytest")
    memory.note("preferences/libraries", "numpy", person=memory.person())
    memory.note("preferences/libraries", "attrs", person="Ørsted")
    assert memory.document("preferences").values("libraries") == ("pytest",)
    assert memory.document("preferences", "A Developer").values("libraries") == ("numpy",)
    assert text(repo, "user-preferences/a-developer.md").startswith("# User Preferences: A Developer\n")
    people = {state.person for state in memory.documents() if state.name == "preferences"}
    assert {None, "a-developer"} < people
    assert len(people) == 3
    with pytest.raises(UsageError, match="one for all"):
        memory.note("context/blockers", "x", person="Ada")


def test_a_secret_is_not_written(memory: Memory) -> None:
    before = memory.version()
    with pytest.raises(SecretError):
        memory.note("context/blockers", f"the token {GITHUB_TOKEN} expires")
    with pytest.raises(SecretError):
        memory.set("project/description", GITHUB_TOKEN)
    assert memory.version() == before
    memory.note("context/blockers", f"the token {GITHUB_TOKEN} expires", redact=True)
    assert GITHUB_TOKEN not in memory.document("context").text


@pytest.mark.parametrize(
    ("address", "person"),
    [
        (f"project/metrics/{GITHUB_TOKEN}", None),
        (f"context/recent-work/{GITHUB_TOKEN}", None),
        ("preferences/level", f"Ada {GITHUB_TOKEN}"),
    ],
)
def test_no_secret_becomes_a_key_a_field_or_a_persons_name(
    repo: Repo, memory: Memory, address: str, person: str | None
) -> None:
    with pytest.raises(SecretError):
        memory.set(address, "1", person=person, new=True)
    with contextlib.suppress(RefusedError):
        memory.set(address, "1", person=person, new=True, redact=True)
    assert GITHUB_TOKEN.lower() not in repo.git("log", "-p", "memory", "--").lower()
    assert not any(state.problem for state in memory.documents())


def test_an_edit_of_the_whole_text_is_merged_with_what_came_meanwhile(memory: Memory) -> None:
    memory.note("patterns/code", "a")
    base = memory.document("patterns").text
    memory.note("patterns/code", "b")
    memory.replace_document("patterns", base.replace("- a", "- a\n- mine"), base)
    assert set(memory.document("patterns").values("code")) == {"a", "b", "mine"}


def test_a_document_that_is_not_utf8_is_left_alone(repo: Repo, memory: Memory) -> None:
    memory.note("patterns/code", "a")
    put_on_branch(repo, "patterns-learned.md", b"# Learned\xe9\n")
    with pytest.raises(RefusedError, match="is not UTF-8"):
        memory.note("patterns/code", "b")
    assert "is not UTF-8" in next(s.problem for s in memory.documents() if s.name == "patterns")


def put_on_branch(repo: Repo, path: str, data: bytes) -> None:
    """What somebody's own git would do."""
    done = subprocess.run(
        ["git", "fast-import", "--quiet", "--force"], cwd=repo.root, check=True,
        input=b"commit refs/heads/memory\ncommitter B <b@example.org> 1790000000 +0000\ndata 2\nx\n"
        b"from refs/heads/memory^0\nM 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(data), data),
    )  # fmt: skip
    assert done.returncode == 0


WRITER = """
import sys
from lsp_server import Memory
with Memory.open(sys.argv[1]) as memory:
    who = sys.argv[2]
    memory.note("patterns/anti-patterns", f"bullet of {who}")
    memory.note("context/blockers", f"blocker of {who}")
    memory.append_log(f"entry of {who}")
    memory.set(f"project/metrics/of_{who}", who)
"""


def test_twenty_processes_write_to_the_same_sections(repo: Repo, memory: Memory) -> None:
    running = [start_script(WRITER, repo.root, str(number)) for number in range(20)]
    assert [process.wait(120) for process in running] == [0] * 20
    everybody = {str(number) for number in range(20)}
    bullets = memory.document("patterns").values("anti-patterns")
    assert len(bullets) == 20
    assert {one.removeprefix("bullet of ") for one in bullets} == everybody
    blockers = memory.document("context").values("blockers")
    assert len(blockers) == 20
    assert {one.removeprefix("blocker of ") for one in blockers} == everybody
    entries = [one.name for one in memory.document("log").sections if one.level == 3]
    assert {one.rpartition(" ")[2] for one in entries} == everybody
    assert entries == sorted(entries, key=lambda one: one[:5])
    assert len(memory.document("project").text.split("of_")) == 21


def test_a_heading_without_a_word_is_no_address(memory: Memory) -> None:
    memory.replace_document("patterns", "# Patterns\n\n##\n- x\n\n## \U0001f680\n- **A**: y\n\n## Own\n- z\n")
    addresses = memory.addresses()
    assert "patterns/own" in addresses
    assert [one for one in addresses if not all(one.split("/"))] == []
