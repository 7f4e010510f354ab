"""What an editor lists of our own documents: headings, fields, keys and messages; of nothing else."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

from client import EVERYTHING, Client
from support import Repo

from lsp_server import Memory
from lsp_server.editor.outline import Entry, markdown_outline, yaml_outline
from lsp_server.memory import Kind

SESSION = """\
id: 9f3c1a2b-0000-4000-8000-000000000000
kind: session
goal: |
  Do this: now
activities:
  - time: 10:00
    description: read the code
system_messages:
- role: system
  content: |
    You are a helpful assistant.
    role: nobody
messages:
  - role: user
    content: "What is 2 + 2?"
  - role: assistant
    content: null
    tool_calls:
      - id: call_1
        function: {name: calculator}
  - content: "four and
      more: things"
    role: tool
    tool_call_id: call_1
"""
PROJECT = """\
name: Shop
milestones:
  - name: MVP
    status: completed
  - status: in_progress
    name: Beta
metrics:
  test_coverage: 85
"""
CONTEXT = """\
# Current Project Context

## Active Project: Shop
- **Type**: API
- **Stage:** Development

```
## not a heading
```

## Recent Work
- **Blockers**: none
"""


def told(entries: list[Entry]) -> list[Any]:
    """Names alone, what is below an entry as a list behind it."""
    plain: list[Any] = []
    for entry in entries:
        plain.append(entry.name)
        if entry.children:
            plain.append(told(entry.children))
    return plain


def test_a_session_lists_its_messages_by_role_and_first_words() -> None:
    listed = told(yaml_outline(SESSION.split("\n")))
    assert listed[listed.index("system_messages") + 1] == ["system: You are a helpful assistant."]
    assert listed[listed.index("messages") + 1] == [
        "user: What is 2 + 2?",
        "assistant: tool call",
        "tool: four and",
    ]
    assert listed[listed.index("activities") + 1][0] == "read the code"


def test_each_message_spans_its_lines() -> None:
    lines = SESSION.split("\n")
    (messages,) = [entry for entry in yaml_outline(lines) if entry.name == "messages"]
    assert [lines[one.start].strip() for one in messages.children] == [
        "- role: user",
        "- role: assistant",
        '- content: "four and',
    ]
    assert (messages.children[0].end + 1, messages.end) == (messages.children[1].start, len(lines) - 2)


def test_project_yaml_lists_its_milestones_by_name() -> None:
    assert told(yaml_outline(PROJECT.split("\n"))) == [
        "name",
        "milestones",
        ["MVP", ["name", "status"], "Beta", ["status", "name"]],
        "metrics",
        ["test_coverage"],
    ]


def test_a_document_lists_sections_in_each_other_and_their_fields() -> None:
    (title,) = markdown_outline(CONTEXT.split("\n"))
    assert told([title]) == [
        "Current Project Context",
        ["Active Project: Shop", ["Type", "Stage"], "Recent Work", ["Blockers"]],
    ]
    assert [(one.name, one.detail) for one in title.children[0].children] == [
        ("Type", "API"),
        ("Stage", "Development"),
    ]


def test_what_is_broken_is_listed_as_far_as_it_can_be_read() -> None:
    assert told(
        yaml_outline(['goal: "never ends', "messages:", "  - role: user", "   content: [", ":::", "- "])
    )
    assert told(markdown_outline(["---", "kind: decision", "# Title", "##", "- **: x"])) == [
        "Title",
        ["(no title)"],
    ]


def test_a_records_file_lists_its_keys_and_sections(editor: Client, memory: Memory, repo: Repo) -> None:
    memory.record(
        Kind.DECISION, "Use JWT", fields={"context": "Sessions do not scale.", "rationale": "Simple."}
    )
    uri = editor.open(Path(editor.execute("gitMemory.open", ref="ADR-1")["uri"].removeprefix("file://")))
    flat = editor.request("textDocument/documentSymbol", {"textDocument": {"uri": uri}})
    names = [one["name"] for one in flat]
    assert names.index("kind") < names.index("Use JWT") < names.index("Rationale")
    assert {one["containerName"] for one in flat if one["name"].startswith("Context")} == {"Use JWT"}
    source = editor.open(repo.root / "src/auth.py")
    assert editor.request("textDocument/documentSymbol", {"textDocument": {"uri": source}}) is None


def test_an_editor_with_trees_gets_a_tree(client: Client, memory: Memory, repo: Repo) -> None:
    capabilities = copy.deepcopy(EVERYTHING)
    capabilities["textDocument"]["documentSymbol"] = {"hierarchicalDocumentSymbolSupport": True}
    client.initialize(repo.root, capabilities=capabilities)
    memory.record(Kind.LEARNING, "Emails differ by case", fields={"lesson": "Normalise first."})
    uri = client.open(memory.view(memory.list()[0].id).path)
    tree = client.request("textDocument/documentSymbol", {"textDocument": {"uri": uri}})
    (title,) = [one for one in tree if one["name"] == "Emails differ by case"]
    assert [one["name"] for one in title["children"]] == ["Lesson"]
    assert title["range"]["start"]["line"] <= title["children"][0]["selectionRange"]["start"]["line"]


def test_an_editor_that_takes_registrations_is_never_asked_about_code(
    client: Client, memory: Memory, repo: Repo
) -> None:
    capabilities = copy.deepcopy(EVERYTHING)
    for name in ("documentSymbol", "completion", "documentLink"):
        capabilities["textDocument"][name] = {"dynamicRegistration": True}
    client.answers["client/registerCapability"] = lambda _: None
    said = client.initialize(repo.root, capabilities=capabilities)["capabilities"]
    assert not {"documentSymbolProvider", "completionProvider", "documentLinkProvider"} & set(said)

    def registered() -> Any:
        return next((one for one in client.requests if one["method"] == "client/registerCapability"), None)

    params = client.wait(registered, "a registration")["params"]
    patterns = {
        one["method"]: [
            part.get("pattern", part.get("scheme")) for part in one["registerOptions"]["documentSelector"]
        ]
        for one in params["registrations"]
    }
    names = ("documentSymbol", "completion", "documentLink")
    assert patterns == {f"textDocument/{name}": ["**/git-memory/drafts/*/*", "git-memory"] for name in names}
    memory.record(Kind.LEARNING, "Emails differ by case")
    uri = client.open(memory.view(memory.list()[0].id).path)
    assert client.request("textDocument/documentSymbol", {"textDocument": {"uri": uri}})
