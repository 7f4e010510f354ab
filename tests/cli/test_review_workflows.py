"""The workflow files in ``docs/workflows``: their linters find nothing, and their steps do what they say."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

if TYPE_CHECKING:
    from tests.cli.conftest import Repo

BIN = Path(sys.executable).parent
WORKFLOWS = Path(__file__).resolve().parents[2] / "docs" / "workflows"
GITHUB = WORKFLOWS / "github-memory-review.yml"
GITLAB = WORKFLOWS / "gitlab-memory-review.yml"


def _lint(*command: str | Path) -> None:
    done = subprocess.run([BIN / command[0], *command[1:]], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_github_workflow_has_the_shape_that_github_reads() -> None:
    _lint("check-jsonschema", "--builtin-schema", "vendor.github-workflows", GITHUB)


def test_the_gitlab_pipeline_has_the_shape_that_gitlab_reads() -> None:
    _lint("check-jsonschema", "--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci", GITLAB)


def test_a_security_linter_finds_nothing_in_the_github_workflow() -> None:
    _lint("zizmor", "--offline", "--no-progress", "--persona", "pedantic", GITHUB)


def test_the_scripts_are_shell_and_take_no_text_of_other_people_into_it() -> None:
    steps = yaml.safe_load(GITHUB.read_text())["jobs"]["comment"]["steps"]
    for script in (
        *(step["run"] for step in steps),
        *yaml.safe_load(GITLAB.read_text())["memory-review"]["script"],
    ):
        assert "${{" not in script
        subprocess.run(["bash", "-n"], input=script, text=True, check=True)
    assert all("uses" not in step for step in steps)


class _Forge(BaseHTTPRequestHandler):
    """A forge that keeps comments: as GitHub answers, and as GitLab does."""

    comments: list[dict[str, Any]]

    def _answer(self, document: Any) -> None:
        data = json.dumps(document).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _body(self) -> str:
        assert self.headers["Authorization"] == "Bearer t" or self.headers["PRIVATE-TOKEN"] == "t"
        return str(json.loads(self.rfile.read(int(self.headers["Content-Length"])))["body"])

    def do_GET(self) -> None:
        if self.path == "/user":
            self._answer({"id": 7})
            return
        page = int(self.path.rpartition("&page=")[2])
        self._answer(self.comments[(page - 1) * 100 : page * 100])

    def do_POST(self) -> None:
        comment = {
            "id": len(self.comments) + 1,
            "body": self._body(),
            "user": {"login": "github-actions[bot]"},
            "author": {"id": 7},
        }
        self.comments.append(comment)
        self._answer(comment)

    def do_PATCH(self) -> None:
        comment = self.comments[int(self.path.rpartition("/")[2]) - 1]
        comment["body"] = self._body()
        self._answer(comment)

    def do_PUT(self) -> None:
        self.do_PATCH()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def forge() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Its address and its comments: 120 by others, one of which begins with our mark."""
    comments = [
        {"id": n + 1, "body": "+1", "user": {"login": "ann"}, "author": {"id": 1}} for n in range(120)
    ]
    comments[50]["body"] = "<!-- git-memory-review -->\nforged"
    handler = type("Forge", (_Forge,), {"comments": comments})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}", comments
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def proposal(repo: Repo) -> Repo:
    """A memory on ``base``, and ``proposal`` with one more decision; the memory has moved on meanwhile."""
    repo.do("decide", "Use Postgres")
    repo.git("branch", "base", "memory")
    repo.do("decide", "Use JWT @everyone")
    repo.git("update-ref", "refs/pull/7/head", "memory")
    repo.git("update-ref", "refs/heads/memory", "base")
    repo.do("bug", "Login fails")
    return repo


def _sh(script: str, cwd: Path, repo: Repo, **variables: str) -> None:
    environment = {**repo.environment, **variables, "no_proxy": "127.0.0.1"}
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        cwd=cwd, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_github_steps_write_one_comment_and_keep_it_up_to_date(
    proposal: Repo, tmp_path: Path, forge: tuple[str, list[dict[str, Any]]]
) -> None:
    address, comments = forge
    steps = {s["name"]: s["run"] for s in yaml.safe_load(GITHUB.read_text())["jobs"]["comment"]["steps"]}
    assert steps.pop("Install Git Memory")
    runner = tmp_path / "runner"

    def run() -> None:
        shutil.rmtree(runner, ignore_errors=True)
        (runner / "git-memory").mkdir(parents=True)
        (runner / "git-memory" / "bin").symlink_to(BIN)
        for script in steps.values():
            _sh(
                script, runner, proposal,
                RUNNER_TEMP=str(runner), GITHUB_STEP_SUMMARY=str(runner / "summary.md"), TOKEN="t",
                GITHUB_SERVER_URL=f"file://{proposal.path.parent}", GITHUB_REPOSITORY=proposal.path.name,
                GITHUB_API_URL=address, BASE="memory", NUMBER="7",
            )  # fmt: skip

    run()
    assert len(comments) == 121
    first = comments[-1]["body"]
    assert "- **ADR-0002** Use JWT" in first
    assert "BUG-1" not in first  # what the memory got meanwhile is not the proposal's
    assert (runner / "summary.md").read_text() == first
    proposal.git("update-ref", "refs/pull/7/head", "base")
    run()
    assert len(comments) == 121
    assert "Nothing differs." in comments[-1]["body"]
    assert comments[50]["body"].endswith("forged")


def test_the_gitlab_job_writes_one_note_and_keeps_it_up_to_date(
    proposal: Repo, tmp_path: Path, forge: tuple[str, list[dict[str, Any]]]
) -> None:
    address, comments = forge
    install, _, *scripts = yaml.safe_load(GITLAB.read_text())["memory-review"]["script"]
    assert install == "python3 -m venv /tmp/git-memory"
    checkout = tmp_path / "checkout"
    proposal.git("branch", "proposal", "refs/pull/7/head")
    proposal.git("clone", "-q", "--branch", "proposal", proposal.path, checkout)

    def run(**more: str) -> None:
        for script in scripts:
            _sh(
                script.replace("/tmp/git-memory/bin", str(BIN)), checkout, proposal,
                CI_API_V4_URL=address, CI_MERGE_REQUEST_IID="7", CI_MERGE_REQUEST_PROJECT_ID="1",
                CI_MERGE_REQUEST_DIFF_BASE_SHA=proposal.git("rev-parse", "base"),
                CI_COMMIT_SHA=proposal.git("rev-parse", "proposal"), **more,
            )  # fmt: skip

    run()
    assert len(comments) == 120  # a fork has no token: it prints, and ends well
    run(MEMORY_REVIEW_TOKEN="t")
    run(MEMORY_REVIEW_TOKEN="t", CI_MERGE_REQUEST_SOURCE_BRANCH_SHA=proposal.git("rev-parse", "base"))
    assert len(comments) == 121
    assert "Nothing differs." in comments[-1]["body"]
