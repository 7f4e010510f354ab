"""A working session: its beginning is a note beside the branch, its end one commit on it."""

from __future__ import annotations

import json
import subprocess
import sys
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from support import Repo

from lsp_server import Memory, Session
from lsp_server.errors import NotFoundError, RefusedError, SecretError, UsageError
from lsp_server.memory import Kind
from lsp_server.memory.working.results import Ending, State


def note(repo: Repo) -> Path:
    return repo.root / ".git" / "git-memory-session"


def on_branch(repo: Repo, path: str) -> str:
    return repo.git("show", f"memory:{path}")


def test_starting_is_noted_in_the_worktree_and_nowhere_else(repo: Repo, memory: Memory) -> None:
    before, version = repo.fingerprint(), memory.version()
    started = memory.start_session("Sign in", "bot")
    assert not started.went_on
    assert (repo.fingerprint(), memory.version()) == (before, version)
    known = json.loads(note(repo).read_text())
    assert known["goal"] == "Sign in"
    assert known["memory"] == version
    assert known["code"] == repo.git("rev-parse", "HEAD")
    assert memory.running_session() == started.session


def test_said_again_the_session_goes_on_with_a_new_goal_if_one_is_given(memory: Memory) -> None:
    first = memory.start_session("Sign in").session
    again = memory.start_session()
    assert again.went_on
    assert again.session == first
    other = memory.start_session("Sign out")
    assert (other.session.id, other.session.goal) == (first.id, "Sign out")


def test_a_goal_with_control_characters_is_words_and_the_session_ends(memory: Memory) -> None:
    started = memory.start_session("Sign\x1b[31m in\n\u202enow\x00", agent="a\x07b")
    assert (started.session.goal, started.session.agent) == ("Sign [31m in now", "a b")
    assert memory.end_session(Ending("", next_steps=["Sign out"])).record.fields["goal"] == "Sign [31m in now"


def test_a_session_that_was_never_ended_is_given_up_for_a_new_one(memory: Memory) -> None:
    first = memory.start_session("Sign in").session
    new = memory.start_session(new=True)
    assert new.given_up == first
    assert new.session.id != first.id
    assert memory.list() == []


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"id": "x", "started": "2026"}', '{"id": 1}', "[" * 9999]
)
def test_a_note_that_cannot_be_read_is_nobodys(repo: Repo, memory: Memory, text: str) -> None:
    note(repo).write_text(text)
    assert memory.running_session() is None
    assert not memory.start_session("Anew").went_on


def test_a_commit_in_the_note_that_could_be_an_option_is_left_out(repo: Repo, memory: Memory) -> None:
    session = memory.start_session().session
    known = json.loads(note(repo).read_text()) | {"memory": "--output=/tmp/x", "code": "-x"}
    note(repo).write_text(json.dumps(known))
    running = memory.running_session()
    assert running is not None
    assert (running.id, running.memory, running.code) == (session.id, None, None)
    assert memory.checklist().running == running


def test_the_end_writes_everywhere_it_belongs_in_one_commit(repo: Repo, memory: Memory) -> None:
    memory.start_session("Sign in by token", "bot")
    before = repo.git("rev-list", "--count", "memory")
    ended = memory.end_session(
        Ending(
            "Signing in works",
            accomplished=["Login endpoint", "Tests"],
            next_steps=["Refresh the token", "Limit the rate"],
            focus="Sessions",
            blockers=["No test server"],
            patterns=["testing: One fixture a user", "Early returns", "anti-patterns: Sleeping"],
            challenges=["Clocks"],
            decisions=["Tokens live an hour"],
            metrics={"test_coverage": 88},
        )
    )
    assert int(repo.git("rev-list", "--count", "memory")) == int(before) + 1
    changed = repo.git("show", "--name-only", "--format=", "memory").splitlines()
    assert sorted(changed) == sorted(ended.written)
    assert not note(repo).exists()
    record = memory.get(ended.record.label)
    assert record.fields["achievements"] == ("Login endpoint", "Tests")
    assert record.fields["challenges"] == ("Clocks",)
    assert (record.fields["goal"], record.fields["agent"]) == ("Sign in by token", "bot")
    context = on_branch(repo, "project-context.md")
    assert "- **Last session**: Signing in works\n" in context
    assert "- **Current focus**: Sessions\n" in context
    assert "- **Next planned**:\n  - Refresh the token\n  - Limit the rate\n" in context
    assert "- **Blockers**: No test server\n" in context
    assert "## Technical Decisions Made\n- Tokens live an hour\n" in context.replace("\n\n-", "\n-")
    log = on_branch(repo, "session-log.md")
    assert "Signing in works" in log
    assert "Login endpoint" in log
    patterns = on_branch(repo, "patterns-learned.md")
    sections = {part.split("\n")[0]: part for part in patterns.split("## ")}
    assert "- One fixture a user" in sections["Testing Patterns"]
    assert "- Early returns" in sections["Code Patterns"]
    assert "- Sleeping" in next(text for head, text in sections.items() if head.startswith("Anti"))
    assert "test_coverage: 88" in on_branch(repo, "project.yaml")
    month = f"{ended.ended.astimezone():%Y/%m}"
    assert "Session End\n- Summary: Signing in works\n- Next: Refresh" in on_branch(repo, f"log/{month}.md")


def test_what_is_not_said_is_filled_in_from_what_was_done(repo: Repo, memory: Memory) -> None:
    memory.record(Kind.BUG, "Before")
    repo.commit("Before the session")
    memory.start_session()
    memory.record(Kind.DECISION, "Use JWT", status="accepted")
    memory.record(Kind.LEARNING, "Emails differ by case")
    memory.close_bug("BUG-1")
    memory.checkpoint("Half way", fields={"completed": ["The model"]})
    repo.commit("Add the login endpoint", a__py="x = 1\n")
    ended = memory.end_session()
    done = ended.record.fields["achievements"]
    assert "Add the login endpoint" in done
    assert "The model" in done
    assert "ADR-0001 decided: Use JWT" in done
    assert "BUG-1 fixed: Before" in done
    assert not [one for one in done if "Before the session" in one]
    told = [one["activity"] for one in ended.record.fields["activities"]]
    assert any("record ADR-0001" in one for one in told)
    assert any(one.endswith("Add the login endpoint") for one in told)


def test_what_others_did_is_not_taken_for_ones_own(
    repo: Repo, memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory.start_session("Mine")
    with monkeypatch.context() as other:
        other.setenv("GIT_AUTHOR_NAME", "Another")
        other.setenv("GIT_AUTHOR_EMAIL", "another@example.org")
        with Memory.open(repo.root) as theirs:
            theirs.record(Kind.LEARNING, "Theirs")
        repo.commit("Their commit")
    ended = memory.end_session()
    assert "Theirs" not in str(ended.record.fields)
    assert "Their commit" not in str(ended.record.fields)


def test_a_session_in_which_nothing_was_done_needs_a_word(memory: Memory) -> None:
    memory.start_session()
    with pytest.raises(UsageError, match="--discard"):
        memory.end_session()
    assert memory.running_session() is not None
    assert memory.discard_session()
    assert memory.running_session() is None
    with pytest.raises(UsageError, match=r"^no session is under way here, and nothing is said: give"):
        memory.end_session()
    ended = memory.end_session("Done").record.label
    with pytest.raises(UsageError, match=rf"^no session is .* nothing was done since {ended} ended"):
        memory.end_session()
    with pytest.raises(UsageError, match=rf"^{ended} has ended already: say what is to be added"):
        memory.end_session(session=ended)
    with pytest.raises(UsageError, match=r"^nothing is said of session 'other': give a summary"):
        memory.end_session(session="other")


def put(repo: Repo, path: str, data: bytes) -> None:
    """A person's edit by hand, in a worktree of the branch."""
    repo.git("worktree", "add", "-q", "../by-hand", "memory")
    worktree = repo.root.parent / "by-hand"
    (worktree / path).write_bytes(data)
    repo.git("-C", str(worktree), "add", path)
    repo.git("-C", str(worktree), "commit", "-q", "-m", "By hand")
    repo.git("worktree", "remove", "--force", "../by-hand")


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("project-context.md", b"# Context\n\n## Recent Work\n- **Last session**: caf\xe9\n"),
        ("project.yaml", b"name: [\n"),
        ("session-log.md", b"\xff\xfe"),
        ("patterns-learned.md", b"# Patterns\n\n```\nnever closed\n"),
    ],
)
def test_a_document_that_cannot_be_written_keeps_nothing_else_out(
    repo: Repo, memory: Memory, path: str, data: bytes
) -> None:
    memory.end_session("Before")
    put(repo, path, data)
    memory.start_session("Sign in")
    said = Ending("Works", focus="Rates", blockers=["a", "b"], metrics={"lines": 3}, patterns=["Early"])
    ended = memory.end_session(said)
    read = ["git", "-C", str(repo.root), "show", f"memory:{path}"]
    assert subprocess.run(read, capture_output=True, check=True).stdout == data
    assert memory.get(ended.record.label).fields["summary"] == "Works"
    others = {"project-context.md", "project.yaml", "session-log.md", "patterns-learned.md"} - {path}
    assert others < set(ended.written)
    assert all(path in one.why for one in ended.left_out)
    commands = [one.command for one in ended.left_out]
    assert (
        commands
        == {
            "project-context.md": [
                "git memory set context/recent-work/current-focus Rates",
                "git memory set context/recent-work/blockers --item a --item b",
                "git memory set context/recent-work/last-session Works",
            ],
            "project.yaml": ["git memory set project/metrics/lines 3"],
            "session-log.md": [""],
            "patterns-learned.md": ["git memory note patterns/code-patterns Early"],
        }[path]
    )
    assert memory.running_session() is None


def test_what_is_said_of_a_session_that_has_ended_is_added_to_it(repo: Repo, memory: Memory) -> None:
    first = memory.end_session(Ending("Sign in works", ["Login"], ["Log out"]), session="one")
    repo.commit("Of nobody's session")
    again = memory.end_session(Ending("so does sign up", ["Sign up"], ["Mails"]), session="one")
    assert again.was_ended
    assert (again.record.id, again.ended) == (first.record.id, first.ended)
    fields = again.record.fields
    assert fields["summary"] == "Sign in works; so does sign up"
    assert fields["achievements"] == ("Login", "Sign up")
    assert fields["next_session"] == {"goal": "Log out; Mails"}
    assert "Of nobody's session" not in str(fields)
    context = on_branch(repo, "project-context.md")
    assert "- **Last session**: Sign in works; so does sign up\n" in context
    assert "- **Next planned**:\n  - Log out\n  - Mails\n" in context
    assert on_branch(repo, "session-log.md").count("so does sign up") == 1
    version = memory.version()
    retried = memory.end_session(Ending("so does sign up", ["Sign up"], ["Mails"]), session="one")
    assert (retried.was_written, retried.written, memory.version()) == (True, (), version)
    memory.end_session("Another")
    memory.end_session("late words", session="one")
    assert "- **Last session**: Another\n" in on_branch(repo, "project-context.md")
    assert memory.get(first.record.id).fields["summary"].endswith("; late words")


def test_a_label_that_nobody_has_and_a_session_that_cannot_be_read_are_not_taken_for_a_name(
    repo: Repo, memory: Memory
) -> None:
    with pytest.raises(NotFoundError, match="SESSION-deadbeef"):
        memory.end_session("Done", session="SESSION-deadbeef")
    record = memory.end_session("Done").record
    put(repo, record.path, b"id: [\n")
    for ref in (record.id[:8], record.id):
        with pytest.raises(RefusedError, match="cannot be read"):
            memory.end_session("More", session=ref)


def test_the_last_session_is_the_one_that_ended_last(memory: Memory) -> None:
    def ended(began: int, end: int | None) -> str:
        began_at, ended_at = (f"2026-11-20T{hour:02}:00:00+00:00" if hour else None for hour in (began, end))
        session = Session(str(uuid.uuid4()), created_at=str(began_at), ended_at=ended_at)
        memory.save_session(session)
        return session.id

    last = ended(9, 13)
    ended(10, 11)
    ended(12, None)
    assert memory.checklist().after == f"SESSION-{last[:8]}"


def test_a_session_gone_on_with_keeps_what_it_said_of_itself(memory: Memory) -> None:
    first = memory.end_session("Half of it", goal="All of it")
    memory.resume_session(first.record.id)
    again = memory.end_session(Ending(next_steps=["The rest"]))
    assert (again.record.id, again.record.fields["summary"]) == (first.record.id, "Half of it")
    memory.resume_session(first.record.id)
    assert memory.end_session("the rest, too").record.fields["summary"] == "Half of it; the rest, too"


def test_words_for_a_session_that_somebody_else_has_ended_are_not_lost(repo: Repo, memory: Memory) -> None:
    running = memory.start_session("Sign in").session
    left = note(repo).read_text()
    memory.end_session("Done by another", session=running.id)
    note(repo).write_text(left)
    ended = memory.end_session("Mine")
    assert ended.record.fields["summary"] == "Done by another; Mine"
    assert not note(repo).exists()


def test_blockers_stay_unless_they_are_said_and_an_empty_list_takes_them_away(
    repo: Repo, memory: Memory
) -> None:
    memory.end_session(Ending("One", blockers=["No server"]))
    memory.end_session("Two")
    assert "- **Blockers**: No server" in on_branch(repo, "project-context.md")
    memory.end_session(Ending("Blank", blockers=[" "]))
    assert "- **Blockers**: No server" in on_branch(repo, "project-context.md")
    memory.end_session(Ending("Three", blockers=[]))
    assert "No server" not in on_branch(repo, "project-context.md")


def test_a_clock_that_went_back_gives_no_negative_duration(repo: Repo, memory: Memory) -> None:
    memory.start_session("Sign in")
    known = json.loads(note(repo).read_text())
    later = datetime.now(timezone.utc) + timedelta(days=2)
    note(repo).write_text(json.dumps(known | {"started": later.isoformat()}))
    repo.commit("Done meanwhile")
    ended = memory.end_session("Done")
    assert ended.seconds == 0
    assert later > ended.ended >= ended.started
    assert any("Done meanwhile" in one["activity"] for one in ended.record.fields["activities"])


def test_a_secret_is_refused_and_the_session_goes_on(repo: Repo, memory: Memory) -> None:
    secret = "ghp_" + "16C7e42F292c6912E7710c838347Ae178B4a"
    memory.start_session("Sign in")
    version = memory.version()
    for ending in (
        Ending(f"It is {secret}"),
        Ending("x", next_steps=[secret]),
        Ending("x", patterns=[secret]),
    ):
        with pytest.raises(SecretError) as refused:
            memory.end_session(ending)
        assert secret not in str(refused.value)
        assert refused.value.text is None
    assert memory.version() == version
    ended = memory.end_session(Ending(f"It is {secret}"), redact=True)
    assert secret not in repo.git("log", "-p", "memory")
    assert ended.record.fields["summary"].startswith("It is ")


def test_a_write_that_is_refused_gives_back_what_was_said(repo: Repo, memory: Memory) -> None:
    memory.start_session("Sign in")
    repo.git("worktree", "add", "-q", "../checked-out", "memory")
    with pytest.raises(RefusedError) as refused:
        memory.end_session(Ending("Signing in works", next_steps=["Refresh"]))
    assert refused.value.text is not None
    said = memory.read_ending(refused.value.text)
    assert (said.summary, said.next_steps) == ("Signing in works", ("Refresh",))
    assert memory.running_session() is not None


def test_an_end_that_was_stopped_behind_its_commit_is_not_written_twice(repo: Repo, memory: Memory) -> None:
    memory.start_session("Sign in")
    left = note(repo).read_text()
    ended = memory.end_session("Done")
    note(repo).write_text(left)  # as if the process had died before it removed the note
    version = memory.version()
    again = memory.end_session("Done")
    assert again.was_written
    assert again.record.id == ended.record.id
    assert memory.version() == version
    assert not note(repo).exists()
    note(repo).write_text(left)
    assert memory.running_session() is None
    assert not memory.start_session("Next").went_on


_ENDING = """
import sys
from lsp_server import Memory, Session
with Memory.open(".") as memory:
    memory.end_session(f"Ended by {sys.argv[1]}", session=sys.argv[1])
"""


def test_many_sessions_that_end_at_the_same_moment_are_all_there(repo: Repo, memory: Memory) -> None:
    names = [f"session_{n}" for n in range(4)]
    running = [subprocess.Popen([sys.executable, "-c", _ENDING, name], cwd=repo.root) for name in names]
    assert [process.wait() for process in running] == [0] * len(names)
    records = memory.list(kind=Kind.SESSION)
    assert sorted(record.fields["name"] for record in records) == names
    log = on_branch(repo, "session-log.md")
    assert all(f"Ended by {name}" in log for name in names)


def test_save_session_end_takes_the_names_of_other_programs(memory: Memory) -> None:
    ended = memory.save_session_end("session_20250107_1000", ["Registration"], ["Case"], ["Login"])
    assert ended.record.fields["name"] == "session_20250107_1000"
    again = memory.save_session_end("session_20250107_1000", ["Login"], [], [])
    assert again.record.id == ended.record.id
    assert again.record.fields["achievements"] == ("Registration", "Login")
    assert again.record.fields["next_session"] == {"goal": "Login"}
    assert again.seconds >= 0
    running = memory.start_session("Third").session
    third = memory.save_session_end(None, "One thing")
    assert (third.record.id, third.record.fields["achievements"]) == (running.id, ("One thing",))


def test_a_conversation_that_was_saved_meanwhile_keeps_its_messages(memory: Memory) -> None:
    running = memory.start_session("Talk").session
    said = ({"role": "user", "content": "Hello"},)
    talk = Session(running.id, created_at=running.started.isoformat(), messages=said)
    memory.save_session(talk)
    assert memory.running_session() is not None
    memory.end_session("Talked")
    session = memory.session(running.id)
    assert session.messages == said
    assert session.summary == "Talked"
    assert session.ended_at


def test_a_session_on_a_proposal_stays_on_it(
    repo: Repo, memory: Memory, new_repo: Callable[..., Repo]
) -> None:
    repo.git("worktree", "add", "-q", "../side", "-b", "side")
    with Memory.open(repo.root.parent / "side") as side:
        side.propose("idea")
        side.start_session("Aside")
        assert memory.running_session() is None, "each worktree has its own"
        side.end_session("Thought about it")
    assert memory.list(kind=Kind.SESSION) == []
    assert "Thought about it" in repo.git("show", "memory-proposals/idea:session-log.md")


def test_the_form_reads_back_as_what_it_was_made_of(memory: Memory) -> None:
    from lsp_server.memory.working.ending_form import form, form_to_fill, read_ending

    said = Ending(
        "Signing in: it works",
        ("Login **now**: fast", "`a` and `b`"),
        ("Next: more",),
        "The *focus*",
        ("One", "Two"),
        ("testing: x",),
        ("Hard",),
        ("Decide: y",),
    )
    assert read_ending(form(said)) == said
    assert read_ending(form_to_fill(said)) == said


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Just a summary\nin two lines", Ending("Just a summary in two lines")),
        ("## Next\n\n* One\n* Two\n", Ending(next_steps=("One", "Two"))),
        ("S\n\n## Achievements\n1. One\n2. Two\n", Ending("S", ("One", "Two"))),
        ("S\n\n## Next steps\nA plain line\n", Ending("S", next_steps=("A plain line",))),
        (
            '{"summary": "S", "next": "N", "metrics": {"a": 1}}',
            Ending("S", next_steps=("N",), metrics={"a": 1}),
        ),
        (
            '{"next_session": {"goal": "G"}, "challenges": ["C"]}',
            Ending(next_steps=("G",), challenges=("C",)),
        ),
    ],
)
def test_what_is_said_may_be_a_text_or_json(memory: Memory, text: str, expected: Ending) -> None:
    assert memory.read_ending(text) == expected


@pytest.mark.parametrize(
    "text", ["{", '{"sumary": "x"}', '{"next": 3}', "x\n\n## Weather\n- fine", '{"metrics": []}']
)
def test_what_is_neither_is_refused(memory: Memory, text: str) -> None:
    with pytest.raises(UsageError):
        memory.read_ending(text)


def test_a_session_ended_in_two_clones_at_once_merges_without_a_conflict(
    repo: Repo, memory: Memory, new_repo: Callable[..., Repo]
) -> None:
    memory.end_session(Ending("Before", focus="Old", next_steps=["Old"], blockers=["Old"]))
    hub = new_repo("hub.git", "--bare")
    repo.git("remote", "add", "origin", str(hub.root))
    repo.git("push", "-q", "origin", "main")
    memory.sync()
    repo.git("clone", "-q", str(hub.root), str(repo.root.parent / "other"))
    with Memory.open(repo.root.parent / "other") as other:
        other.initialise()
        for whose, one in (("ours", memory), ("theirs", other)):
            one.start_session(f"Goal of {whose}")
            one.end_session(
                Ending(
                    f"Did {whose}",
                    (f"A {whose}", f"B {whose}"),
                    (f"C {whose}", f"D {whose}"),
                    f"F {whose}",
                    (f"G {whose}",),
                    (f"testing: P {whose}",),
                    (),
                    (f"E {whose}",),
                )
            )
        memory.sync()
        other.sync()
        memory.sync()
        assert memory.version() == other.version()
        assert memory.list(conflicts=True) == []
        texts = {
            path: on_branch(repo, path)
            for path in repo.git("ls-tree", "-r", "--name-only", "memory").splitlines()
        }
        assert not [path for path, text in texts.items() if "<<<<<<<" in text or "conflicts:" in text]
        everything = "\n".join(texts.values())
        for whose in ("ours", "theirs"):
            assert all(f"{letter} {whose}" in everything for letter in "ABCDEFGP")
        work = next(part for part in memory.briefing().parts if part.name == "work")
        assert {"Did ours", "Did theirs"} <= {line.text for line in work.lines}
        other.end_session("After both")
        other.sync()
        memory.sync()
        assert on_branch(repo, "project-context.md").count("**Last session**") == 1


def test_the_checklist_knows_of_the_end(memory: Memory) -> None:
    memory.start_session("Sign in")
    memory.record(Kind.LEARNING, "One")
    assert {point.name for point in memory.checklist().due} >= {"session", "next", "log"}
    memory.end_session(Ending("Done", next_steps=["More"]))
    found = memory.checklist()
    states = {point.name: point.state for point in found.points}
    assert found.over
    assert [states[name] for name in ("log", "session", "next", "learnings")] == [State.DONE] * 4


def test_a_secret_in_a_commits_subject_is_blacked_out_and_holds_nothing_up(
    repo: Repo, memory: Memory
) -> None:
    secret = "ghp_" + "16C7e42F292c6912E7710c838347Ae178B4a"
    memory.start_session()
    repo.commit(f"Use {secret} no more")
    ended = memory.end_session()
    assert secret not in repo.git("log", "-p", "memory")
    assert "no more" in str(ended.record.fields["achievements"])


def test_texts_of_any_shape_stand_on_one_line(repo: Repo, memory: Memory) -> None:
    long = "A very long summary of all that was done, " * 20
    ended = memory.end_session(Ending(long, ["Two\nlines", " "], ["", "\n"], blockers=["a\nb"]))
    assert ended.record.fields["achievements"] == ("Two lines",)
    assert "- **Blockers**: a b\n" in on_branch(repo, "project-context.md")
    heading = next(line for line in on_branch(repo, "session-log.md").splitlines() if "A very long" in line)
    assert len(heading) < 150
    assert heading.endswith("…")
