"""Keyed values in an editor: shown by key, each a JSON file whose save stores it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from client import Client
from support import Repo

from lsp_server import Memory

PREFERENCES = {"theme": "dark", "editor": {"tabs": 4}}


def path_of(uri: str) -> Path:
    return Path(uri.removeprefix("file://"))


def opened(editor: Client, key: str) -> str:
    """The URI of a value's open file."""
    told = editor.execute("gitMemory.value", key=key)
    assert told["shown"] is True
    return editor.open(path_of(told["uri"]), language="json")


def test_a_value_is_edited_as_json_and_a_save_by_hand_stores_it(
    editor: Client, memory: Memory, repo: Repo
) -> None:
    before = repo.fingerprint()
    values = memory.values()
    values.store("user:1:preferences", PREFERENCES, ttl=3600)
    expires = values.item("user:1:preferences").expires  # type: ignore[union-attr]  # it was stored above
    uri = opened(editor, "user:1:preferences")
    path = path_of(uri)
    assert json.loads(path.read_text()) == PREFERENCES
    assert path.name.startswith("user.1.preferences-")
    version = memory.version()
    editor.save(uri, path.read_text().replace('"dark"', '"light"'), reason=2)  # the editor's own save
    editor.save(uri)
    assert editor.message("Stored user:1:preferences") == "Stored user:1:preferences"
    item = values.item("user:1:preferences")
    assert item is not None
    assert item.value == {"theme": "light", "editor": {"tabs": 4}}
    assert item.expires == expires
    assert memory.version() != version
    editor.save(uri)
    assert editor.message("othing was changed")
    assert repo.fingerprint() == before

    # What others changed meanwhile is merged in, and the file has both.
    values.update("user:1:preferences", {"editor": {"wrap": True}})
    editor.save(uri, path.read_text().replace('"light"', '"blue"'))
    assert editor.message("with what was changed meanwhile")
    assert values.retrieve("user:1:preferences") == {"theme": "blue", "editor": {"tabs": 4, "wrap": True}}
    assert json.loads(path.read_text()) == values.retrieve("user:1:preferences")

    # What is no value is told at its line, and changes nothing.
    editor.save(uri, '{\n "theme": ,\n}\n')
    assert "line 2, column 11 is no JSON" in editor.message("Git Memory: user:1:preferences stays as it was")
    found = editor.notified("textDocument/publishDiagnostics", lambda said: said["diagnostics"])
    assert found["diagnostics"][0]["range"]["start"]["line"] == 1
    assert values.retrieve("user:1:preferences")["theme"] == "blue"
    editor.save(uri, "")
    assert editor.message("the file is empty")
    assert values.retrieve("user:1:preferences")["theme"] == "blue"


def test_an_open_value_follows_what_is_written_and_secrets_stay_out(editor: Client, memory: Memory) -> None:
    key = "deploy:../`x`\n"
    told = editor.execute("gitMemory.setValue", key=key, value={"$date": "2026-11-21"}, ttl=60)
    assert editor.message("Stored")
    assert told["value"] == {"$date": "2026-11-21"}
    assert told["expires"] is not None
    uri = opened(editor, key)
    path = path_of(uri)
    assert path.parent.parent.name == "drafts"
    editor.execute("gitMemory.setValue", key=key, value=["a"])
    assert json.loads(path.read_text()) == ["a"]
    secret = "ghp_" + "16C7e42F292c6912E7710c838347Ae178B4a"[::-1]
    editor.save(uri, json.dumps([secret]))
    said = editor.message("Git Memory: ")
    assert "looks like a secret" in said
    assert secret not in said
    assert memory.values().retrieve(key) == ["a"]
    assert editor.execute("gitMemory.deleteValue", key=key) == {"deleted": 1}
    assert editor.message("Deleted")
    assert editor.execute("gitMemory.deleteValue", key=key) == {"deleted": 0}
    assert editor.message("There is no value under deploy:../")
    editor.save(uri, '["b"]')
    assert editor.message("which was gone meanwhile")
    assert memory.values().retrieve(key) == ["b"]


def test_a_new_key_begins_with_an_empty_object_that_is_not_stored_by_itself(
    editor: Client, memory: Memory
) -> None:
    version = memory.version()
    assert editor.execute("gitMemory.value", key="build:last")["exists"] is False
    uri = opened(editor, "build:last")
    assert path_of(uri).read_text() == "{}\n"
    editor.save(uri)
    assert editor.message("othing was written")
    editor.save(uri, '"green"', reason=2)
    assert memory.version() == version
    editor.save(uri)
    assert editor.message("Stored build:last")
    assert memory.values().retrieve("build:last") == "green"
    assert editor.error("workspace/executeCommand", {"command": "gitMemory.value", "arguments": [{}]})
    assert editor.execute("gitMemory.value", key="a\0b") is None
    assert editor.message("NUL")


def test_values_are_shown_by_key_and_each_line_leads_to_its_value(editor: Client, memory: Memory) -> None:
    values = memory.values()
    odd = 'a`b"\n- `c` is `1`'
    with memory.batch("values: some"):
        for key in ("user:1:name", "user:2:name", "build", odd):
            values.store(key, {"of": key})
    told = editor.execute("gitMemory.values", prefix="user:", show=False)
    assert [one["key"] for one in told["values"]] == ["user:1:name", "user:2:name"]
    assert "uri" not in told
    page = editor.execute("gitMemory.values")
    path = path_of(page["uri"])
    assert (path.name, path.stat().st_mode & 0o222) == ("values.md", 0)
    lines = path.read_text().split("\n")
    assert lines[:3] == ["# Values", "", "4 values under keys."]
    assert lines[5].startswith('- `build` is `{"of": "build"}`, since 20')
    uri = editor.open(path)
    actions = editor.actions(uri, 4)
    editor.run(next(action for title, action in actions.items() if title.startswith('Delete "a')))
    assert values.retrieve(odd) is None
    links = editor.request("textDocument/documentLink", {"textDocument": {"uri": uri}})
    on_line = {one["range"]["start"]["line"]: one for one in links}
    assert on_line.keys() == {4, 5, 6, 7}
    target = editor.request("documentLink/resolve", on_line[6])["target"]
    assert json.loads(path_of(target).read_text()) == {"of": "user:1:name"}
    definition: Any = editor.request(
        "textDocument/definition", {"textDocument": {"uri": uri}, "position": {"line": 6, "character": 5}}
    )
    assert [one["uri"] for one in definition] == [target]
