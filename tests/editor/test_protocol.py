"""What every client may rely on, whatever it sends. A bare pygls server fails most of this."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from client import SERVER, Client, at

from lsp_server import __version__

PARSE_ERROR, INVALID_REQUEST, METHOD_NOT_FOUND, INVALID_PARAMS = -32700, -32600, -32601, -32602
NOT_INITIALIZED, CANCELLED = -32002, -32800


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """One server for all that must leave it as it was: each test looks that it still serves."""
    place = tmp_path_factory.mktemp("ready")
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    client = Client({**clean, "HOME": str(place)}, place, real=True)
    client.initialize(place)
    yield client
    client.close()


@pytest.fixture
def own(start: Callable[..., Client], tmp_path: Path) -> Client:
    """A server for what ends it: the installed program."""
    client = start(real=True)
    client.initialize(tmp_path)
    return client


def still_serves(client: Client) -> bool:
    return client.request("textDocument/hover", at("file:///nowhere", 0)) is None


@pytest.mark.parametrize(
    "params",
    [
        None,
        [],
        {},
        "text",
        {"textDocument": 5, "position": {"line": 0, "character": 0}},
        {"textDocument": {"uri": "file:///x"}, "position": {"line": "one", "character": 0}},
        {"textDocument": {"uri": "file:///x"}, "position": {"line": -1, "character": 0}},
        {"textDocument": {"uri": "file:///x"}, "position": None},
    ],
)
def test_parameters_of_the_wrong_type_are_answered_with_invalid_params(ready: Client, params: object) -> None:
    assert ready.error("textDocument/hover", params) == INVALID_PARAMS
    assert still_serves(ready)


def test_parameters_may_be_left_out_entirely(ready: Client) -> None:
    ready.send({"jsonrpc": "2.0", "id": "a", "method": "textDocument/hover"})
    assert ready.response("a")["error"]["code"] == INVALID_PARAMS


def test_an_unknown_method_is_answered_with_and_without_parameters(ready: Client) -> None:
    ready.send({"jsonrpc": "2.0", "id": "a", "method": "no/such"})
    assert ready.response("a")["error"]["code"] == METHOD_NOT_FOUND
    assert ready.error("no/such", {"x": [1]}) == METHOD_NOT_FOUND
    assert ready.error("$/no/such", {}) == METHOD_NOT_FOUND


def test_unknown_notifications_are_ignored(ready: Client) -> None:
    ready.send({"jsonrpc": "2.0", "method": "no/such"})
    ready.notify("$/whatever", {"x": 1})
    ready.notify("textDocument/didOpen", {"wrong": True})
    ready.notify("textDocument/didChange", [1, 2])
    ready.send({"jsonrpc": "2.0", "method": "textDocument/hover"})
    assert still_serves(ready)


def test_a_request_that_names_a_notification_is_answered(ready: Client) -> None:
    assert ready.error("textDocument/didOpen", {}) == METHOD_NOT_FOUND
    assert ready.error("exit") == METHOD_NOT_FOUND
    assert still_serves(ready)


def test_a_request_before_initialize_is_refused(client: Client) -> None:
    assert client.error("textDocument/hover", at("file:///x", 0)) == NOT_INITIALIZED
    assert client.error("shutdown") == NOT_INITIALIZED
    client.initialize()
    assert still_serves(client)


def test_notifications_before_initialize_are_dropped(client: Client, tmp_path: Path) -> None:
    client.open(tmp_path / "a.txt", "text")
    client.initialize()
    assert still_serves(client)


def test_a_second_initialize_is_refused_and_changes_nothing(ready: Client) -> None:
    assert (
        ready.error("initialize", {"processId": None, "rootUri": None, "capabilities": {}}) == INVALID_REQUEST
    )
    assert still_serves(ready)


def test_a_malformed_initialize_can_be_said_again(client: Client) -> None:
    assert client.error("initialize", {"processId": "me"}) == INVALID_PARAMS
    assert client.initialize()["serverInfo"]["name"] == "git-memory"


def test_capabilities_that_nobody_knows_do_not_refuse_the_editor(client: Client) -> None:
    capabilities = {
        "textDocument": {
            "completion": {"completionItem": "surprise"},
            "hover": {"contentFormat": ["markdown"]},
        },
        "workspace": {"symbol": {"symbolKind": {"valueSet": ["new"]}}},
        "somethingElse": [1],
    }
    assert client.initialize(capabilities=capabilities)["capabilities"]["hoverProvider"] is True


def test_a_request_after_shutdown_is_refused(own: Client) -> None:
    assert own.request("shutdown") is None
    assert own.error("textDocument/hover", at("file:///x", 0)) == INVALID_REQUEST
    assert own.error("shutdown") == INVALID_REQUEST
    own.notify("exit")
    assert own.ended() == 0


def test_exit_without_shutdown_is_a_failure(own: Client) -> None:
    own.notify("exit")
    assert own.ended() == 1


def test_exit_before_initialize_ends_the_server(client: Client) -> None:
    client.notify("exit")
    assert client.ended() == 1


def test_the_end_of_the_input_ends_the_server(own: Client) -> None:
    assert still_serves(own)
    assert own.process.stdin is not None
    own.process.stdin.close()
    assert own.ended() == 1


def test_the_server_does_not_outlive_the_editor(client: Client, tmp_path: Path) -> None:
    editor = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        client.initialize(tmp_path, process_id=editor.pid)
        assert still_serves(client)
        editor.kill()  # and nobody waits for it: a zombie is dead too
        assert client.ended() == 1
    finally:
        editor.kill()
        editor.wait()


def test_an_editor_in_another_container_is_served(client: Client, tmp_path: Path) -> None:
    client.initialize(tmp_path, process_id=2**22 + 12345)  # above what Linux gives
    time.sleep(0.3)
    assert still_serves(client)


def framed(body: bytes, header: str) -> bytes:
    return header.replace("{n}", str(len(body))).encode() + body


@pytest.mark.parametrize(
    "header",
    [
        "content-length: {n}\r\n\r\n",
        "CONTENT-LENGTH:{n}\r\n\r\n",
        "Content-Length:   {n}  \r\n\r\n",
        "Content-Type: application/vscode-jsonrpc; charset=utf-8\r\ncontent-length: {n}\r\n\r\n",
        "Content-Length: {n}\r\nX-Other: Content-Length\r\n\r\n",
        "Content-Length: {n}\n\n",
    ],
)
def test_header_names_are_read_in_any_case(ready: Client, header: str) -> None:
    body = json.dumps({"jsonrpc": "2.0", "id": "h", "method": "no/such"}).encode()
    ready.send_bytes(framed(body, header))
    assert ready.response("h")["error"]["code"] == METHOD_NOT_FOUND


def test_a_message_may_arrive_byte_by_byte(ready: Client) -> None:
    body = '{"jsonrpc":"2.0","id":"é","method":"no/such"}'.encode()
    for byte in framed(body, "Content-Length: {n}\r\n\r\n"):
        ready.send_bytes(bytes([byte]))
    assert ready.response("é")["error"]["code"] == METHOD_NOT_FOUND


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"id": ' + b"9" * 5000 + b"}"])
def test_what_is_not_json_is_answered_and_survived(ready: Client, body: bytes) -> None:
    ready.send_bytes(framed(body, "Content-Length: {n}\r\n\r\n"))
    assert ready.response(None)["error"]["code"] == PARSE_ERROR
    assert still_serves(ready)


@pytest.mark.parametrize(
    "message",
    [
        [],
        [{"jsonrpc": "2.0", "id": 1, "method": "shutdown"}],
        "text",
        None,
        {"id": {"a": 1}, "method": "textDocument/hover", "jsonrpc": "2.0"},
        {"id": None, "method": "textDocument/hover", "jsonrpc": "2.0"},
        {"id": True, "method": "textDocument/hover", "jsonrpc": "2.0"},
    ],
)
def test_what_is_no_message_is_answered_with_invalid_request(ready: Client, message: object) -> None:
    ready.send(message)
    assert ready.response(None)["error"]["code"] == INVALID_REQUEST
    assert still_serves(ready)


def test_other_versions_and_odd_methods_are_answered_under_their_id(ready: Client) -> None:
    ready.send({"jsonrpc": "1.0", "id": "v", "method": "shutdown"})
    assert ready.response("v")["error"]["code"] == INVALID_REQUEST
    ready.send({"jsonrpc": "2.0", "id": "m", "method": 5})
    assert ready.response("m")["error"]["code"] == INVALID_REQUEST


def test_answers_to_nothing_are_ignored(ready: Client) -> None:
    ready.send({"jsonrpc": "2.0", "id": 99, "result": None})
    ready.send({"jsonrpc": "2.0", "id": "x", "error": {"code": 1, "message": "no"}})
    ready.send({"jsonrpc": "2.0"})
    assert still_serves(ready)


def test_cancelling_what_is_over_or_never_was_does_nothing(ready: Client) -> None:
    ready.notify("$/cancelRequest", {"id": 1})
    ready.notify("$/cancelRequest", {"id": "never"})
    ready.notify("$/cancelRequest", {"wrong": 1})
    ready.notify("$/cancelRequest")
    assert still_serves(ready)
    assert "Cancel" not in ready.log.read_text()


def test_garbage_between_messages_does_not_lose_the_next_one(ready: Client) -> None:
    ready.send_bytes(b"X-Nothing: 1\r\n\r\n")
    assert still_serves(ready)


def mutated(source: random.Random, value: Any) -> Any:
    """A value with some of what is in it left out, renamed or replaced by something else."""
    if source.random() < 0.15:
        return source.choice(
            [None, True, -1, 1.5, 2**70, "", "text", "\ud800", [], [None], {}, {"a": {}}, "file:///x"]
        )
    if isinstance(value, dict):
        kept = {name: mutated(source, item) for name, item in value.items() if source.random() < 0.95}
        return kept if source.random() < 0.9 else {**kept, "jsonrpc": "2.0", "extra": 1}
    return [mutated(source, item) for item in value] if isinstance(value, list) else value


def test_every_request_of_a_fuzz_is_answered_exactly_once(ready: Client) -> None:
    source = random.Random(7)
    uri = "untitled:fuzz"
    span = {"start": {"line": 0, "character": 0}, "end": {"line": 2, "character": 3}}
    place = {"textDocument": {"uri": uri}, "position": {"line": 0, "character": 1}}
    well_formed: dict[str, Any] = {
        "textDocument/hover": place,
        "textDocument/definition": place,
        "textDocument/codeAction": {
            "textDocument": {"uri": uri},
            "range": span,
            "context": {"diagnostics": []},
        },
        "workspace/executeCommand": {
            "command": "gitMemory.search",
            "arguments": [{"words": "x", "uri": "file:///"}],
        },
        "initialize": {"processId": 1, "capabilities": {}, "rootUri": None},
        "textDocument/didOpen": {
            "textDocument": {"uri": uri, "languageId": "x", "version": 1, "text": "ADR-1\n"}
        },
        "textDocument/didChange": {
            "textDocument": {"uri": uri, "version": 2},
            "contentChanges": [{"range": span, "text": "\r\n"}],
        },
        "textDocument/willSave": {"textDocument": {"uri": uri}, "reason": 1},
        "textDocument/didSave": {"textDocument": {"uri": uri}},
        "textDocument/didClose": {"textDocument": {"uri": uri}},
        "workspace/didChangeWorkspaceFolders": {
            "event": {"added": [], "removed": [{"uri": uri, "name": "x"}]}
        },
        "$/cancelRequest": {"id": "fuzz-1"},
        "$/setTrace": {"value": "off"},
    }
    asked = []
    for number in range(600):
        method = source.choice(list(well_formed))
        message = {"jsonrpc": "2.0", "method": method, "params": mutated(source, well_formed[method])}
        if source.random() < 0.7:
            message["id"] = f"fuzz-{number}"
            asked.append(message["id"])
        ready.send(message)
    for msg_id in asked:
        assert set(ready.response(msg_id)) & {"result", "error"}
    assert still_serves(ready)
    answered = Counter(message["id"] for message in ready.raw if "method" not in message)
    assert [answered[msg_id] for msg_id in asked] == [1] * len(asked)


def test_many_requests_at_once_are_each_answered_once(ready: Client) -> None:
    asked = [ready.begin("textDocument/hover", at("file:///x", 0)) for _ in range(300)]
    for msg_id in asked:
        assert ready.response(msg_id)["result"] is None
    answered = Counter(message["id"] for message in ready.raw if "method" not in message)
    assert [answered[msg_id] for msg_id in asked] == [1] * len(asked)


def test_documents_without_a_file_are_left_alone(own: Client) -> None:
    for uri in (
        "untitled:Untitled-1",
        "git:/a?b",
        "vscode-notebook-cell:/x#y",
        "file://host/x",
        "",
        "file:///a%00b",
    ):
        item = {"uri": uri, "languageId": "x", "version": 1, "text": "ADR-1\n"}
        own.notify("textDocument/didOpen", {"textDocument": item})
        assert own.hover(uri, 0, 2) is None
        assert own.actions(uri, 0) == {}
        own.notify("textDocument/didSave", {"textDocument": {"uri": uri}})
        own.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    assert [n for n in own.notifications if n["method"] == "window/showMessage"] == []


def test_the_version_and_the_help_are_said_without_serving(client: Client) -> None:

    said = subprocess.run(
        [SERVER, "--version"], capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL
    )
    assert said.stdout == f"git-memory-lsp {__version__}\n"
    said = subprocess.run(
        [SERVER, "--help"], capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL
    )
    assert "Language Server Protocol" in said.stdout


def test_a_client_that_does_not_read_does_not_stop_the_server(
    start: Callable[[], Client], tmp_path: Path
) -> None:
    # More answers than a pipe holds, none read until all was sent.
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "no/such/" + "x" * 1000}).encode()
    first = json.dumps(
        {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {"processId": None, "capabilities": {}}}
    ).encode()
    client = start()
    client.send_bytes(framed(first, "Content-Length: {n}\r\n\r\n"))
    client.send_bytes(framed(body, "Content-Length: {n}\r\n\r\n") * 1000)
    client.wait(lambda: sum(m.get("id") == 1 for m in client.raw) == 1000, "a thousand answers")
