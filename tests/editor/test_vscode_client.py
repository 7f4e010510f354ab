"""What the VS Code client announces is what it does."""

from __future__ import annotations

import json
import re
from pathlib import Path

CLIENT = Path(__file__).parents[2] / "vscode-client"
# The rest needs the server, which restricted mode never starts: `withServer` says so.
WITHOUT_SERVER = {"restartServer", "chooseInterpreter", "showOutput", "howToInstall", "refreshView"}


def announced() -> dict[str, str]:
    """The palette's commands: title by name."""
    commands = json.loads((CLIENT / "package.json").read_text())["contributes"]["commands"]
    assert {one["category"] for one in commands} == {"Git Memory"}
    return {one["command"].removeprefix("gitMemory.ui."): one["title"] for one in commands}


def registered(how: str) -> set[str]:
    return set(re.findall(rf'{how}\("(\w+)"', (CLIENT / "src" / "commands.ts").read_text()))


def test_each_command_of_the_palette_does_something_and_is_kept_from_restricted_mode() -> None:
    assert registered("plain") == WITHOUT_SERVER
    needing = registered("withServer") | registered("aboutProposals") | registered("aboutPrograms")
    assert needing | WITHOUT_SERVER == set(announced())


def test_each_server_command_that_it_sends_is_one_of_the_servers() -> None:
    from lsp_server.editor.commands import COMMANDS

    source = "".join(path.read_text() for path in (CLIENT / "src").glob("*.ts"))
    sent = set(re.findall(r'execute(?:<[^(]*>)?\(\s*"(gitMemory\.\w+)"', source))
    assert {"gitMemory.sessionStart", "gitMemory.note", "gitMemory.artifact"} <= sent <= set(COMMANDS)


def test_each_command_of_the_palette_is_in_the_readme() -> None:
    page = (CLIENT / "README.md").read_text()
    missing = [
        title
        for title in announced().values()
        if not title.startswith("Record a ") and title.removesuffix("…") not in page
    ]
    assert missing == []
