"""Sessions on the branch: saved, found again, edited by hand and by others at the same time."""

from __future__ import annotations

import json
import subprocess
import textwrap
from dataclasses import replace

import pytest
from forking import start_script
from support import Repo

from lsp_server import Memory, Session
from lsp_server.errors import AmbiguousError, NotFoundError, RefusedError, SecretError, UsageError
from lsp_server.memory import Kind

ID = "a1b2c3d4-5678-40ab-8def-1234567890ab"
PATH = "sessions/2025/01/2025-01-31_a1b2c3d4/session.yaml"
SAID = ({"role": "user", "content": "How do I add?"}, {"role": "assistant", "content": "With a plus sign."})


def session(**given: object) -> Session:
    return replace(Session(ID, "2025-01-31T14:30:00", messages=SAID), **given)  # type: ignore[arg-type]  # by name


def file(repo: Repo, path: str = PATH) -> str:
    return repo.git("show", f"memory:{path}")


def rewrite(repo: Repo, text: str, path: str = PATH) -> None:
    """Commit an edit by hand, as git itself does it."""
    stream = (
        f"commit refs/heads/memory\ncommitter X <x@example.org> 1800000000 +0000\ndata 1\nx\n"
        f"from refs/heads/memory^0\nM 100644 inline {path}\ndata {len(text.encode())}\n{text}\n"
    )
    subprocess.run(["git", "fast-import", "--quiet"], cwd=repo.root, input=stream.encode(), check=True)


def test_a_session_is_one_readable_file_and_one_commit(memory: Memory, repo: Repo) -> None:
    before = repo.git("rev-list", "--count", "memory")
    saved = memory.save_session(session(goal="Add two numbers", agent="Ada"))
    assert int(repo.git("rev-list", "--count", "memory")) == int(before) + 1
    assert file(repo) + "\n" == (
        f'id: {ID}\nkind: session\ncreated_at: "2025-01-31T14:30:00"\nupdated_at: "{saved.updated_at}"\n'
        "goal: Add two numbers\nagent: Ada\n\nmessages:\n"
        '  - role: user\n    content: "How do I add?"\n'
        "  - role: assistant\n    content: With a plus sign.\n"
    )
    assert (
        repo.git("log", "-1", "--format=%s", "memory") == 'session: save SESSION-a1b2c3d4 "Add two numbers"'
    )


def test_it_is_found_as_every_record_is(memory: Memory) -> None:
    saved = memory.save_session(session(goal="Add two numbers", name="session_20250131_1430"))
    for ref in ("latest", ID, "a1b2", "SESSION-a1b2c3d4", "session-a1b2", "session_20250131_1430"):
        assert memory.session(ref) == saved
    assert [record.label for record in memory.list(Kind.SESSION)] == ["SESSION-a1b2c3d4"]
    assert [hit.record.id for hit in memory.search("plus sign")] == [ID]
    assert memory.get("SESSION-a1b2c3d4").fields["message_count"] == 2
    (summary,) = memory.sessions()
    assert (summary.title, summary.messages, summary.ended_at) == ("Add two numbers", 2, None)


def test_its_history_tells_times_as_people_read_them(memory: Memory) -> None:
    memory.save_session(session(goal="Add two numbers", ended_at="2025-01-31T15:00:02.794+00:00"))
    assert "ended at 2025-01-31 15:00" in memory.history(ID)[0].change.summary.split(", ")


def test_what_is_not_there_or_not_clear_is_said(memory: Memory) -> None:
    with pytest.raises(NotFoundError, match="there is no session"):
        memory.session()
    memory.save_session(session())
    memory.save_session(session(id=ID.replace("a1b2c3d4", "a1b2ffff")))
    learned = memory.record(Kind.LEARNING, "Something")
    with pytest.raises(AmbiguousError, match="SESSION-a1b2"):
        memory.session("a1b2")
    with pytest.raises(UsageError, match="is a learning, not a session"):
        memory.session(learned.label)
    with pytest.raises(NotFoundError):
        memory.session("ffff")


def test_saving_again_what_did_not_change_writes_nothing(memory: Memory) -> None:
    saved = memory.save_session(session())
    version = memory.version()
    assert memory.save_session(saved) == saved
    assert memory.save_session(memory.session()) == saved
    assert memory.version() == version


def test_an_edit_by_hand_is_kept_and_picked_up(memory: Memory, repo: Repo) -> None:
    begun = memory.save_session(session(goal="Add"))
    text = file(repo).replace("goal: Add", "goal: Add and subtract  # both").replace("a plus sign", "`+`")
    rewrite(repo, text + "\n")
    saved = memory.save_session(
        replace(begun, messages=(*begun.messages, {"role": "user", "content": "Thanks"}))
    )
    assert saved.goal == "Add and subtract"
    assert [message["content"] for message in saved.messages] == ["How do I add?", "With `+`.", "Thanks"]
    assert "goal: Add and subtract  # both\n" in file(repo)


def test_a_save_over_what_somebody_broke_is_refused_with_its_line(memory: Memory, repo: Repo) -> None:
    saved = memory.save_session(session())
    rewrite(repo, file(repo).replace("    content", "\tcontent", 1))
    more = replace(saved, messages=(*SAID, {"role": "user", "content": "Thanks"}))
    with pytest.raises(RefusedError, match=r"line 8: .* tab .* in a worktree of the branch"):
        memory.save_session(more)
    rewrite(repo, file(repo).replace("\tcontent", "    content"))
    assert memory.save_session(more).messages == more.messages


def test_what_two_sides_added_is_all_kept(memory: Memory) -> None:
    begun = memory.save_session(session())
    for number in range(3):
        said = {"role": "user", "content": f"From {number}"}
        memory.save_session(replace(begun, messages=(*begun.messages, said), summary=None))
    assert [m["content"] for m in memory.session().messages[2:]] == ["From 0", "From 1", "From 2"]


def test_a_message_that_was_taken_out_stays_out(memory: Memory) -> None:
    begun = memory.save_session(session())
    other = replace(begun, messages=(*begun.messages, {"role": "user", "content": "More"}))
    memory.save_session(replace(begun, messages=begun.messages[1:]))
    assert [m["content"] for m in memory.save_session(other).messages] == ["With a plus sign.", "More"]


def test_a_session_deleted_meanwhile_comes_back_with_what_was_said(memory: Memory) -> None:
    begun = memory.save_session(session())
    memory.delete(ID)
    memory.save_session(replace(begun, summary="Still here"))
    assert memory.session().summary == "Still here"


def test_a_clock_that_goes_back_turns_no_save_back(memory: Memory) -> None:
    begun = memory.save_session(session())
    ahead = replace(begun, updated_at="2999-01-01T00:00:00+00:00", summary="In the future")
    memory.save_session(ahead)
    saved = memory.save_session(replace(memory.session(), summary="And on"))
    assert saved.updated_at == "2999-01-01T00:00:00+00:00"
    assert memory.session().summary == "And on"


def test_two_sessions_with_the_same_beginning_of_an_id_have_folders_of_their_own(memory: Memory) -> None:
    first = memory.save_session(session())
    other = memory.save_session(session(id="a1b2c3d4-9999-40ab-8def-1234567890ab"))
    assert first.origin is not None
    assert other.origin is not None
    assert other.origin.path == "sessions/2025/01/2025-01-31_a1b2c3d4-9999/session.yaml"
    assert len(memory.sessions()) == 2


def test_an_id_that_does_not_fit_its_folder_is_told_by_the_id(memory: Memory, repo: Repo) -> None:
    saved = memory.save_session(session())
    place = "sessions/2024/12/2024-12-24_ffffffff/session.yaml"
    rewrite(repo, file(repo).replace(ID, "b" * 8 + ID[8:]) + "\n", place)
    assert memory.session("bbbbbbbb").messages == saved.messages
    again = memory.save_session(replace(memory.session("bbbbbbbb"), summary="Found"))
    assert again.origin is not None
    assert again.origin.path == place


def test_a_file_that_cannot_be_read_is_named_and_takes_nothing_down(memory: Memory, repo: Repo) -> None:
    memory.save_session(session())
    memory.save_session(session(id=ID.replace("a1b2", "c1c2"), messages=()))
    rewrite(repo, file(repo) + '\n  - "never closed\n')
    with pytest.raises(RefusedError, match="cannot be read: line 11"):
        memory.session("a1b2")
    assert len(memory.sessions()) == 2


def test_secrets_that_were_said_are_replaced_and_those_in_the_head_refused(
    memory: Memory, repo: Repo
) -> None:
    secret = "ghp_" + "16C7e42F292c6912E7710c838347Ae178B4a"
    call = {
        "id": "c",
        "type": "function",
        "function": {"name": "push", "arguments": json.dumps({"token": secret})},
    }
    said = (
        {"role": "user", "content": f"My token is {secret}"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
    )
    saved = memory.save_session(session(messages=said))
    assert secret not in file(repo)
    assert "[redacted: " in saved.messages[0]["content"]
    assert memory.session() == saved
    with pytest.raises(SecretError):
        memory.save_session(replace(saved, summary=f"It is {secret}"), redact=False)
    assert secret not in str(memory.save_session(replace(saved, summary=f"It is {secret}")).summary)


def test_secrets_in_texts_in_texts_are_replaced_and_json_stays_json(memory: Memory, repo: Repo) -> None:
    key, word = "sk_" + "live_" + "Ab3dEf6hIj9kLmN2pQr5sTu8", "0123f9a8b7c6d5e4" + "f3a2b1c0d9e8f7a6"
    token = (
        "eyJ"
        + "hbGciOiJIUzI1NiJ9."
        + "eyJ"
        + "zdWIiOiIxMjM0NTY3ODkwIn0."
        + "Ab3dEf6hIj9kLmN2pQr5sTu8Ab3dEf6hIj9kLm"
    )
    lines = [
        "-----BEGIN RSA " + "PRIVATE KEY-----",
        *(word * 2 for _ in range(8)),
        "-----END RSA PRIVATE KEY-----",
    ]
    given = [
        json.dumps({"code": f"a = 1\n{key}\nb"}),
        json.dumps({"cmd": json.dumps({"value": token}), "next": json.dumps({"api_key": word})}),
        json.dumps({"file": lines}),
    ]
    calls = [{"function": {"name": "run", "arguments": one}} for one in given]
    other = {"lines": lines, key: 1, key.replace("Ab", "Ba"): 2, "api_key": word}
    said = ({"role": "assistant", "tool_calls": calls}, {"role": "tool", "content": other})
    saved = memory.save_session(session(messages=said))
    assert not any(one in file(repo) for one in (key, key.replace("Ab", "Ba"), word, token))
    arguments = [json.loads(call["function"]["arguments"]) for call in saved.messages[0]["tool_calls"]]
    assert arguments[0] == {"code": "a = 1\n[redacted: stripe-access-token]\nb"}
    assert json.loads(arguments[1]["cmd"])["value"].startswith("[redacted: ")
    assert json.loads(arguments[1]["next"])["api_key"].startswith("[redacted: ")
    assert [value for value in saved.messages[1]["content"].values() if isinstance(value, int)] == [1, 2]
    assert memory.session(ID).messages == saved.messages


def test_a_batch_saves_sessions_with_the_rest(memory: Memory, repo: Repo) -> None:
    before = int(repo.git("rev-list", "--count", "memory"))
    with memory.batch("sessions of a day"):
        one = memory.save_session(session())
        memory.save_session(replace(one, summary="Done"))
        memory.save_session(session(id=ID.replace("a1b2", "c1c2")))
    assert int(repo.git("rev-list", "--count", "memory")) == before + 1
    assert [(one.id[:4]) for one in memory.sessions()] == ["c1c2", "a1b2"]
    assert memory.session("a1b2").summary == "Done"


def test_twenty_processes_that_add_to_one_session_lose_nothing(memory: Memory, repo: Repo) -> None:
    memory.save_session(session())
    script = textwrap.dedent(
        """
        import sys
        from dataclasses import replace
        from lsp_server import Memory
        with Memory.open(sys.argv[1]) as memory:
            begun = memory.session()
            said = {"role": "user", "content": f"From {sys.argv[2]}"}
            memory.save_session(replace(begun, messages=(*begun.messages, said)))
        """
    )
    running = [start_script(script, repo.root, str(number)) for number in range(20)]
    assert [process.wait(120) for process in running] == [0] * 20
    found = memory.session()
    assert found.messages[:2] == SAID
    assert sorted(m["content"] for m in found.messages[2:]) == sorted(
        f"From {number}" for number in range(20)
    )
