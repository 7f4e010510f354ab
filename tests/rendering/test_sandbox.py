"""The process that renders foreign templates: it can do nothing else, is used again, and always ends."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lsp_server.rendering.markdown import harmless
from lsp_server.rendering.sandbox import Sandbox, SandboxError


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    made = Sandbox()
    yield made
    made.close()


def process(sandbox: Sandbox) -> int:
    assert sandbox._process is not None
    return sandbox._process.pid


def test_one_process_renders_many_and_ends_with_its_owner(sandbox: Sandbox) -> None:
    sources = {"one": "1 {{ a | scalar }}", "two": "{% include 'one' %} 2 {{ b | flow }}"}
    assert sandbox.render(sources, "one", {"a": "x: y"}) == '1 "x: y"'
    first = process(sandbox)
    assert sandbox.render(sources, "two", {"a": 1, "b": ["x", "y, z"]}) == '1 1 2 [x, "y, z"]'
    assert sandbox.render({"one": "other"}, "one", {}) == "other"
    assert process(sandbox) == first
    sandbox.close()
    sandbox.close()
    with pytest.raises(ProcessLookupError):
        os.kill(first, 0)
    assert sandbox.render(sources, "one", {"a": 1}) == "1 1"


def test_a_process_that_was_killed_is_started_again(sandbox: Sandbox) -> None:
    sources = {"one": "1"}
    assert sandbox.render(sources, "one", {}) == "1"
    os.kill(process(sandbox), signal.SIGKILL)
    time.sleep(0.1)
    assert sandbox.render(sources, "one", {}) == "1"


def test_after_a_template_without_end_the_next_is_rendered(sandbox: Sandbox) -> None:
    endless = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
    with pytest.raises(SandboxError, match="too long") as refused:
        sandbox.render({"one": endless}, "one", {})
    assert refused.value.lasting
    assert sandbox.render({"one": "1"}, "one", {}) == "1"


def test_threads_get_their_own_answers(sandbox: Sandbox) -> None:
    sources = {"one": "{{ n }}"}
    answers: dict[int, str] = {}

    def ask(number: int) -> None:
        answers[number] = sandbox.render(sources, "one", {"n": number})

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {n: str(n) for n in range(20)}


@pytest.mark.skipif(not Path("/proc/self/limits").exists(), reason="this system does not tell the limits")
def test_the_process_has_no_rights_left_that_a_template_could_use(sandbox: Sandbox) -> None:
    """Also where Jinja2's own sandbox should have a hole."""
    sandbox.render({"one": "1"}, "one", {})
    limits = Path(f"/proc/{process(sandbox)}/limits").read_text()
    found = {line[:26].strip(): line[26:].split()[0] for line in limits.splitlines()[1:]}
    assert found["Max open files"] == "3"  # standard input, output and error
    assert found["Max file size"] == "0"
    assert found["Max processes"] == "0"
    assert found["Max core file size"] == "0"
    assert int(found["Max address space"]) <= 512 << 20
    environment = Path(f"/proc/{process(sandbox)}/environ").read_bytes()
    assert b"HOME" not in environment
    assert os.readlink(f"/proc/{process(sandbox)}/cwd") == "/"  # noqa: PTH115 (a path of another process)


def test_a_module_beside_the_user_is_not_imported(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "jinja2.py").write_text("raise SystemExit('owned')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.syspath_prepend("")
    assert sandbox.render({"one": "1"}, "one", {}) == "1"


def test_an_error_is_one_line(sandbox: Sandbox) -> None:
    with pytest.raises(SandboxError) as refused:
        sandbox.render({"one": "{% include 'a\n\x1b[2Jb' %}"}, "one", {})
    assert str(refused.value).isprintable()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("![a](http://x)", "[a](http://x)"),
        ("!![a](http://x)", "[a](http://x)"),
        ("<img src=x>", "&lt;img src=x>"),
        ("\\<b>", "&lt;b>"),
        ("[a](command:x)", "[a]\\(command:x)"),
        ("[a]( command:x)", "[a]\\( command:x)"),
        ("[a](\ncommand:x)", "[a]\\(\ncommand:x)"),
        ("[a](&#99;ommand:x)", "[a]\\(&#99;ommand:x)"),
        ("[a](command\\:x)", "[a]\\(command\\:x)"),
        ("[a](<command:x>)", "[a]\\(&lt;command:x>)"),
        ("[a]: command:x", "[a]\\: command:x"),
        ("[a]:\n  vscode://x", "[a]\\:\n  vscode://x"),
        ("[a](https://example.org/x)", "[a](https://example.org/x)"),
        ("handlers[name](event) and x[1]: int", "handlers[name](event) and x[1]: int"),
        ("[a](file:///kept) [b](file:///kept/../x)", "[a](file:///kept) [b]\\(file:///kept/../x)"),
    ],
)
def test_markdown_is_made_harmless(text: str, shown: str) -> None:
    assert harmless(text, keeping=["file:///kept"]) == shown
