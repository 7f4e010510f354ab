"""A team's own templates and settings apply for those who trust the repository, and do no harm there."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from support import Repo

from lsp_server import Memory
from lsp_server.errors import RefusedError
from lsp_server.memory import Kind

LEARNING = """{% from "records/_parts.j2" import front_matter, section -%}
{{ front_matter(record) }}

# {{ record.title ~ "\\n" }}
{{- section("Lesson", fields.lesson, hints.lesson) }}

Told by the team.
"""
HOVER = "The team's: {{ records[0].label }} [{{ records[0].title }}]({{ records[0].uri }})\n"
MESSAGE = "TEAM {{ subject }}\n\n{% for key, value in trailers %}\n{{ key }}: {{ value }}\n{% endfor %}\n"


@pytest.fixture
def put(repo: Repo, memory: Memory) -> Callable[[dict[str, str | bytes]], None]:
    """Put files on the memory branch as a person may: with git alone."""
    tree = Repo(repo.root.parent / "by-hand")

    def commit(files: dict[str, str | bytes]) -> None:
        repo.git("worktree", "add", "-q", str(tree.root), "memory")
        for path, text in files.items():
            tree.write(path, text)
        tree.commit("By hand")
        repo.git("worktree", "remove", "--force", str(tree.root))

    return commit


Put = Callable[[dict[str, "str | bytes"]], None]


def learn(memory: Memory) -> str:
    return memory.text(memory.record(Kind.LEARNING, "One", fields={"lesson": "Two."}).id)


def test_templates_apply_only_where_the_repository_is_trusted(memory: Memory, repo: Repo, put: Put) -> None:
    put({
        "templates/records/learning.md.j2": LEARNING,
        "templates/editor/hover.md.j2": HOVER,
        "templates/commits/message.j2": MESSAGE,
    })  # fmt: skip
    assert "Told by the team" not in learn(memory)
    assert not memory.is_trusted()
    memory.trust()
    assert memory.is_trusted()
    record = memory.record(Kind.LEARNING, "One", fields={"lesson": "Two."}, tags=["a, b".replace(",", "")])
    assert "## Lesson\n\nTwo.\n\n\nTold by the team.\n" in memory.text(record.id)
    assert memory.get(record.id).fields["lesson"].startswith("Two.")
    assert memory.hover([record.id]).startswith(f"The team's: {record.label} [One](file://")
    message = repo.git("log", "-1", "--format=%B", "memory")
    assert message.startswith("TEAM learning: record LEARN-")
    assert f"Memory-Id: {record.id}" in message
    assert memory.template_warnings() == ()
    assert memory.revoke_trust()
    assert "Told by the team" not in learn(memory)
    assert not memory.revoke_trust()


def test_a_template_may_include_the_built_in_one(memory: Memory, put: Put) -> None:
    put({"templates/records/learning.md.j2": '{% include "built-in/records/learning.md.j2" %}\nMore.\n'})
    memory.trust()
    assert learn(memory).endswith("## Lesson\n\nTwo.\nMore.\n")


def test_settings_choose_the_form_of_decisions_and_tags(memory: Memory, put: Put) -> None:
    put({"settings.yaml": "decision-form: nygard\ndefault-tags: [team-a, backend]\n"})
    assert memory.record(Kind.DECISION, "Untrusted").tags == ()
    memory.trust()
    decision = memory.record(Kind.DECISION, "One", fields={"context": "It was so."})
    assert "## Status\n\nProposed\n" in memory.text(decision.id)
    assert "## Context\n" in memory.text(decision.id)
    assert decision.tags == memory.get(decision.id).tags == ("team-a", "backend")
    assert memory.record(Kind.DECISION, "Two", tags=["mine"], form="madr").tags == ("mine",)
    assert "## Status" not in memory.text("ADR-3")
    assert "## Status\n\nProposed" in memory.draft(Kind.DECISION).path.read_text()
    assert memory.template_warnings() == ()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("decision-form: latex\n", "decision-form is one of madr, nygard"),
        ("default-tags: x\n", "default-tags is a list of words"),
        ('default-tags: ["a,b"]\n', "default-tags: a tag cannot contain a comma"),
        ("default-tags: [[a]]\n", "default-tags is a list of words"),
        ("decision-form: [nygard]\n", "decision-form is one of"),
        ("hooks: x\n", "there is no setting 'hooks'"),
        ("[", "it is not YAML"),
        ("x: " + "y" * 70_000, "larger than 64 kB"),
    ],
)
def test_settings_that_are_not_understood_are_said_and_do_not_apply(
    memory: Memory, put: Put, text: str, told: str
) -> None:
    put({"settings.yaml": text})
    memory.trust()
    decision = memory.record(Kind.DECISION, "One")
    assert decision.tags == ()
    assert "## Status" not in memory.text(decision.id)
    assert told in memory.template_warnings()[0]
    assert [file.wrong for file in memory.own_files()] == [memory.template_warnings()[0].partition(": ")[2]]


HOSTILE = {
    "a huge text": "{{ 'x' * 10**9 }}",
    "long output": "{% for a in range(99999) %}{{ 'x' * 1000 }}{% endfor %}",
    "loops in loops": "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
    "a macro that calls itself": "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "a template that includes itself": "{% include 'records/learning.md.j2' %}",
    "a way to the interpreter": "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "the same by a filter": "{{ ''|attr('__class__') }}",
    "the same by a format": "{{ '{0.__class__}'.format(1) }}",
    "a function's globals": "{{ cycler.__init__.__globals__ }}",
    "a file": "{% include '/etc/passwd' %}",
    "a file above": "{% include '../../README.md' %}",
    "a long range": "{{ range(10**9)|list }}",
    "a number without end": "{{ 10 ** (10 ** (10 ** 2)) }}",
    "no template": "{{ a",
    "too deep": "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}",
    "an unknown name": "{{ record.nothing }}",
    "another id": "---\nid: 5d2f0c1e-8a1b-4c3d-9e4f-0a1b2c3d4e5f\nkind: learning\n---\n# One\n",
    "no front matter": "# {{ record.title }}\n",
    "nothing": "",
    "half a character": "{{ '\\ud800' }}",
}


@pytest.mark.parametrize("template", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_template_loses_no_write_and_is_named(memory: Memory, put: Put, template: str) -> None:
    put({"templates/records/learning.md.j2": template})
    memory.trust()
    begun = time.monotonic()
    text = learn(memory)
    assert "# One\n\n## Lesson\n\nTwo.\n" in text
    assert time.monotonic() - begun < 20
    (told,) = memory.template_warnings()
    assert told.startswith("the template templates/records/learning.md.j2 is not used: ")
    assert told.endswith("; the built-in one was")
    assert told.isprintable()
    assert len(told) < 500


def test_a_template_that_takes_too_long_is_asked_once(memory: Memory, put: Put) -> None:
    put({"templates/editor/hover.md.j2": HOSTILE["loops in loops"]})
    memory.trust()
    record = memory.record(Kind.LEARNING, "One")
    assert memory.hover([record.id]).startswith("**LEARN-")
    begun = time.monotonic()
    assert memory.hover([record.id]).startswith("**LEARN-")
    assert time.monotonic() - begun < 1
    assert len(memory.template_warnings()) == 1
    put({"templates/editor/hover.md.j2": HOVER})  # mended, it applies at once
    assert memory.hover([record.id]).startswith("The team's: ")


@pytest.mark.parametrize(
    "template", ["\n\n{{ subject }}", "{{ subject }}\n", "{{ subject }}\x1b[2J\n\n", "{{ subject }}\nx\n"]
)
def test_a_commit_message_keeps_its_form_and_its_trailers(
    memory: Memory, repo: Repo, put: Put, template: str
) -> None:
    put({"templates/commits/message.j2": template})
    memory.trust()
    record = memory.record(Kind.LEARNING, "One")
    message = repo.git("log", "-1", "--format=%B", "memory")
    assert message.startswith("learning: record LEARN-")
    assert f"\n\nMemory-Id: {record.id}" in message
    assert "templates/commits/message.j2" in memory.template_warnings()[0]


def test_what_programs_read_cannot_be_replaced(memory: Memory, repo: Repo, put: Put) -> None:
    put({
        "templates/records/tombstone.yaml.j2": "x",
        "templates/records/allowed-secret.yaml.j2": "x",
        "templates/records/lerning.md.j2": "x",
        "templates/records/_own.j2": "{# a part #}",
        "templates/notes.txt": "x",
        "templates/records/bug.md.j2": b"\xff",
    })  # fmt: skip
    memory.trust()
    memory.delete(memory.record(Kind.BUG, "One").id)
    assert "label: BUG-1" in repo.git("show", "memory:deleted/bugs/0001.yaml")
    wrong = {file.path.rpartition("/")[2]: file.wrong for file in memory.own_files()}
    assert {name for name, told in wrong.items() if told} == set(wrong) - {"_own.j2"}
    assert "no template of that name" in wrong["lerning.md.j2"]


def test_the_part_that_all_records_share_can_be_replaced(memory: Memory, put: Put) -> None:
    parts = (Path(__file__).parents[2] / "templates" / "records" / "_parts.j2").read_text()
    put({"templates/records/_parts.j2": parts.replace("{{ heading }}", "Our {{ heading }}")})
    memory.trust()
    assert "## Our Lesson\n" in learn(memory)


def test_trust_is_kept_outside_the_repository_for_its_owner_alone(
    memory: Memory, repo: Repo, home: Path
) -> None:
    memory.trust()
    file = home / ".local" / "state" / "git-memory" / "trusted.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert list(json.loads(file.read_text())["repositories"]) == [str(repo.root / ".git")]
    (listed,) = memory.trusted_repositories()
    assert (listed.path, listed.is_there) == (repo.root / ".git", True)
    file.chmod(0o666)  # anybody may have written it
    assert not memory.is_trusted()
    file.chmod(0o600)
    assert memory.is_trusted()
    file.write_text("{")
    assert not memory.is_trusted()
    memory.trust()
    assert memory.is_trusted()


def test_a_copy_a_moved_and_a_newly_cloned_repository_are_not_trusted(memory: Memory, repo: Repo) -> None:
    memory.trust()
    memory.close()
    shutil.copytree(repo.root, repo.root.parent / "copy", symlinks=True)
    with Memory.open(repo.root.parent / "copy") as copy:
        assert not copy.is_trusted()
    repo.root.rename(repo.root.parent / "moved")
    with Memory.open(repo.root.parent / "moved") as moved:
        assert not moved.is_trusted()
        assert [entry.is_there for entry in moved.trusted_repositories()] == [False]
    repo.root.mkdir()
    repo.git("clone", "-q", str(repo.root.parent / "moved"), ".")
    with Memory.open(repo.root) as clone:
        assert not clone.is_trusted()


def test_a_link_to_the_repository_and_its_worktrees_are_the_same_repository(
    memory: Memory, repo: Repo
) -> None:
    memory.trust()
    (repo.root.parent / "link").symlink_to(repo.root)
    repo.git("worktree", "add", "-q", "../beside")
    for place in ("link", "beside"):
        with Memory.open(repo.root.parent / place) as opened:
            assert opened.is_trusted()


def test_trust_is_taken_back_while_another_has_the_memory_open(memory: Memory, repo: Repo, put: Put) -> None:
    put({"templates/records/learning.md.j2": LEARNING})
    with Memory.open(repo.root) as other:
        memory.trust()
        assert "Told by the team" in learn(other)
        memory.revoke_trust()
        assert "Told by the team" not in learn(other)


def test_for_now_trusts_without_a_trace(memory: Memory, repo: Repo, home: Path, put: Put) -> None:
    put({"templates/records/learning.md.j2": LEARNING})
    memory.trust(for_now=True)
    assert "Told by the team" in learn(memory)
    assert not (home / ".local" / "state" / "git-memory" / "trusted.json").exists()
    with Memory.open(repo.root) as other:
        assert not other.is_trusted()


def test_many_may_say_it_at_once(repo: Repo, new_repo: Callable[..., Repo]) -> None:
    roots = [new_repo(f"repo-{n}").root for n in range(8)]

    def trust(root: Path) -> None:
        with Memory.open(root) as memory:
            memory.trust()

    threads = [threading.Thread(target=trust, args=(root,)) for root in roots]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with Memory.open(repo.root) as memory:
        assert {entry.path for entry in memory.trusted_repositories()} == {root / ".git" for root in roots}


def test_without_a_home_nothing_can_be_trusted_for_good(repo: Repo) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "HOME"}
    environment |= {"GIT_CONFIG_GLOBAL": os.devnull}
    with Memory.open(repo.root, environment=environment) as memory:
        assert not memory.is_trusted()
        with pytest.raises(RefusedError, match="XDG_STATE_HOME"):
            memory.trust()


def test_a_memory_without_templates_of_its_own_starts_no_process_and_asks_for_no_trust(repo: Repo) -> None:
    program = f"""
import sys
from lsp_server import Memory
from lsp_server.memory import Kind
with Memory.open({str(repo.root)!r}) as memory:
    memory.initialise()
    memory.record(Kind.LEARNING, "One")
print([name for name in sys.modules if "sandbox" in name or "checking" in name])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
