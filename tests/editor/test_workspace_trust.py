"""``{"workspaceTrusted": true}`` in the editor's first message: the workspace's own templates apply."""

from __future__ import annotations

from typing import Any

import pytest
from client import EVERYTHING, Client
from support import Repo

from lsp_server import Memory
from lsp_server.memory import CodeRange, Kind

HOVER = "The team's: {{ records[0].label }}\n"


@pytest.mark.parametrize(
    ("options", "applies"),
    [
        ({"workspaceTrusted": True}, True),
        ({"workspaceTrusted": False}, False),
        ({"workspaceTrusted": "true"}, False),
        ([1], False),
        (None, False),
    ],
)
def test_templates_apply_where_the_editor_trusts_the_workspace(
    client: Client, repo: Repo, memory: Memory, options: Any, applies: bool
) -> None:
    _put_template(repo)
    memory.record(Kind.DECISION, "One", at=[CodeRange("src/auth.py", 5, 6)])
    _initialize(client, repo, options)
    uri = client.open(repo.root / "src" / "auth.py")
    shown = client.shown(uri, 4)["contents"]["value"]
    assert shown.startswith("The team's: ADR-" if applies else "**ADR-")
    assert not memory.is_trusted()


def test_a_repository_outside_of_the_workspace_is_not_trusted_with_it(
    client: Client, repo: Repo, memory: Memory
) -> None:
    _put_template(repo)
    memory.record(Kind.DECISION, "One", at=[CodeRange("src/auth.py", 5, 6)])
    beside = Repo(repo.root.parent / "workspace")
    beside.root.mkdir()
    beside.git("init", "-q")
    _initialize(client, beside, {"workspaceTrusted": True})
    uri = client.open(repo.root / "src" / "auth.py")
    assert client.shown(uri, 4)["contents"]["value"].startswith("**ADR-")


def _put_template(repo: Repo) -> None:
    tree = Repo(repo.root.parent / "by-hand")
    repo.git("worktree", "add", "-q", str(tree.root), "memory")
    tree.write("templates/editor/hover.md.j2", HOVER)
    tree.commit("By hand")
    repo.git("worktree", "remove", "--force", str(tree.root))


def _initialize(client: Client, repo: Repo, options: Any) -> None:
    folder = {"uri": repo.root.as_uri(), "name": "repo"}
    client.request(
        "initialize",
        {
            "processId": None,
            "rootUri": None,
            "capabilities": EVERYTHING,
            "workspaceFolders": [folder],
            "initializationOptions": options,
        },
    )
    client.notify("initialized", {})
