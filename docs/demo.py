"""The main job of Git Memory, on a throw-away clone: ``make demo`` or ``make demo REPO=path``.

Every command is printed before it runs; the server is the real one, spoken to as an editor does.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

BIN = Path(sys.executable).parent
COMMENTS = {
    ".py": "#",
    ".sh": "#",
    ".rb": "#",
    ".toml": "#",
    ".yml": "#",
    ".yaml": "#",
    ".mk": "#",
} | dict.fromkeys(
    [
        ".js",
        ".ts",
        ".tsx",
        ".jsx",
        ".go",
        ".rs",
        ".java",
        ".c",
        ".h",
        ".cc",
        ".cpp",
        ".hpp",
        ".cs",
        ".kt",
        ".swift",
        ".php",
    ],
    "//",
)
FOLDERS = (
    "docs/decisions",
    "docs/adr",
    "doc/adr",
    "docs/adrs",
    "docs/architecture/decisions",
    "adr",
    "docs/ADR",
)
BOLD, DIM, END = (
    ("\x1b[1m", "\x1b[2m", "\x1b[0m") if sys.stdout.isatty() and "NO_COLOR" not in os.environ else ("",) * 3
)


def heading(text: str) -> None:
    print(f"\n{BOLD}── {text}{END}")


def run(*command: str, cwd: Path, lines: int = 0) -> str:
    """Show a command, run it, show what it prints (``lines`` of it at most)."""
    print(f"{BOLD}$ {shlex.join(command)}{END}", flush=True)
    program = str(BIN / "git-memory") if command[:2] == ("git", "memory") else None
    real = [program, *command[2:]] if program else list(command)
    done = subprocess.run(real, cwd=cwd, check=False, capture_output=True, text=True, encoding="utf-8")
    printed = (done.stdout + done.stderr).rstrip()
    shown = printed.splitlines()
    for line in shown[: lines or None]:
        print(f"  {line}")
    if lines and len(shown) > lines:
        print(f"  {DIM}… {len(shown) - lines} more lines{END}")
    if done.returncode:
        raise SystemExit(f"demo: this command failed with exit code {done.returncode}")
    return done.stdout


def choose_line(clone: Path) -> tuple[str, int]:
    """A line of code worth a note: the first line of a function in the middle of a source file."""
    names = subprocess.run(["git", "ls-files", "-z"], cwd=clone, check=True, capture_output=True).stdout
    files = [
        name for raw in names.split(b"\0") if Path(name := raw.decode("utf-8", "replace")).suffix in COMMENTS
    ]
    files.sort(key=lambda name: ("git_store" not in name, "test" in name, name))
    for name in files:
        if not (clone / name).is_file() or (clone / name).is_symlink():
            continue
        lines = (clone / name).read_text("utf-8", "replace").split("\n")
        for number, line in enumerate(lines, 1):
            if (
                number > 20
                and not line.endswith("...")
                and line.lstrip().startswith(("def ", "func ", "fn ", "function ", "public "))
            ):
                return name, number
        if len(lines) > 10:
            telling = [n for n, line in enumerate(lines, 1) if len(line.strip()) > 12 and n > 5]
            if telling:
                return name, telling[0]
    raise SystemExit("demo: this repository has no source file that is long enough to show something")


class Editor:
    """What an editor does: start the server, open a file, ask for hovers."""

    def __init__(self, root: Path) -> None:
        self.server = subprocess.Popen(
            [BIN / "git-memory-lsp"], cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self.count = 0
        self.request("initialize", {"processId": os.getpid(), "rootUri": root.as_uri(), "capabilities": {}})
        self.send("initialized", {})

    def send(self, method: str, params: Any, **more: Any) -> None:
        assert self.server.stdin
        body = json.dumps({"jsonrpc": "2.0", "method": method, "params": params, **more}).encode()
        self.server.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.server.stdin.flush()

    def messages(self) -> Iterator[Any]:
        assert self.server.stdout
        while header := self.server.stdout.readline():
            length = 0
            while header.strip():
                name, _, value = header.partition(b":")
                length = int(value) if name.lower() == b"content-length" else length
                header = self.server.stdout.readline()
            yield json.loads(self.server.stdout.read(length))

    def request(self, method: str, params: Any) -> Any:
        self.count += 1
        self.send(method, params, id=self.count)
        for message in self.messages():
            if message.get("id") == self.count and "method" not in message:
                return message.get("result")
            if "id" in message and "method" in message:  # the server asks something: no editor here
                self.send_result(message["id"])
        raise SystemExit("demo: the server went away")

    def send_result(self, request_id: Any) -> None:
        assert self.server.stdin
        body = json.dumps({"jsonrpc": "2.0", "id": request_id, "result": None}).encode()
        self.server.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.server.stdin.flush()

    def hover(self, file: Path, line: int) -> str:
        uri = file.as_uri()
        text = file.read_text("utf-8", "replace")
        document = {"uri": uri, "languageId": "plaintext", "version": 1, "text": text}
        self.send("textDocument/didOpen", {"textDocument": document})
        place = {"line": line - 1, "character": 4}
        result = self.request("textDocument/hover", {"textDocument": {"uri": uri}, "position": place})
        contents = (result or {}).get("contents") or {}
        return contents.get("value", "") if isinstance(contents, dict) else str(contents)

    def close(self) -> None:
        self.request("shutdown", None)
        self.send("exit", None)
        self.server.wait(10)


def main(repository: str) -> None:
    source = Path(repository).resolve()
    with tempfile.TemporaryDirectory(prefix="git-memory-demo-") as folder:
        clone = Path(folder).resolve() / "clone"
        heading("A throw-away clone")
        run("git", "clone", "--quiet", str(source), str(clone), cwd=Path(folder))
        run("git", "config", "user.name", "Demo", cwd=clone)
        run("git", "config", "user.email", "demo@example.org", cwd=clone)

        heading("Start a memory, and bring in the decisions that are there")
        run("git", "memory", "init", cwd=clone)
        adrs = next((name for name in FOLDERS if (clone / name).is_dir()), None)
        if adrs:
            run("git", "memory", "import", "adr", adrs, cwd=clone, lines=16)
        else:
            print("  (no folder of ADRs in this repository)")

        path, line = choose_line(clone)
        original = (clone / path).read_text("utf-8", "replace").split("\n")
        heading(f"Decide something about line {line} of {path}")
        print(f"  {DIM}{line:4d} │{END} {original[line - 1]}")
        run(
            "git", "memory", "decide", "Keep this function small", "--status", "accepted",
            "--context", "People change this place often, and every change needs the whole in the head.",
            "--decision", "It does one thing; what is new becomes a function of its own.",
            "--good", "it can be read at a glance", "--tag", "style", "--at", f"{path}:{line}",
            cwd=clone,
        )  # fmt: skip

        heading("Commit code above that line: it moves by three")
        mark = COMMENTS[Path(path).suffix]
        changed = [*original[:2], *(f"{mark} a new line above ({n} of 3)" for n in (1, 2, 3)), *original[2:]]
        (clone / path).write_text("\n".join(changed), "utf-8")
        run("git", "commit", "--quiet", "--all", "--message", "Add three lines at the top", cwd=clone)

        heading(f"Start the real server: what an editor shows on line {line + 3}")
        editor = Editor(clone)
        shown = editor.hover(clone / path, line + 3)
        beside = editor.hover(clone / path, line + 2)
        editor.close()
        if "Keep this function small" not in shown or "Keep this function small" in beside:
            raise SystemExit("demo: the hover is not where it belongs")
        print(f"  {DIM}{line + 3:4d} │{END} {changed[line + 2]}")
        for text in shown.splitlines():
            print(f"       │ {text.replace((clone / '.git').as_uri(), 'file://….git')}")
        run("git", "memory", "why", f"{path}:{line + 3}", cwd=clone)

        heading("The branch is ordinary git: its log, and the diff a reviewer sees")
        run("git", "log", "--oneline", "memory", cwd=clone)
        run("git", "show", "--format=%an: %s%n%n%b", "memory", cwd=clone, lines=60)
        run("git", "status", "--short", "--branch", cwd=clone)
        print(f"\n{BOLD}Done.{END} The clone is gone; your repository was only read.")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else ".")
