"""A memory branch as an enemy would push it: made object by object, so that no rule of git's cleans it up."""

from __future__ import annotations

import subprocess
import uuid
from collections.abc import Mapping
from typing import NamedTuple

from support import Repo

ESCAPE = "\x1b]0;owned\x07\x1b[2J"
REORDERED = "\u202egnp.exe\u2066"
LINKS = (
    "![](http://evil.example/x.png) [run](command:workbench.action.quit) <img src=//evil.example/y> "
    "[entity](&#99;ommand:x) [escaped](command\\:x) [vs](vscode://evil/x) [js]( javascript:alert(1) ) "
    "[reference][r] <command:x> !![two](http://evil.example/z) [web](https://example.org/page)\n\n"
    "[r]: command:workbench.action.quit\n"
)


class Odd(NamedTuple):
    """Something that is no file: a symbolic link to ``content``, or a submodule."""

    mode: str
    content: str


Node = str | bytes | Odd | Mapping[str, "Node"]


def record(kind: str, title: str, front: str, *, number: int | None = None, record_id: str = "") -> str:
    lines = f"---\nid: {record_id or uuid.uuid4()}\nkind: {kind}\n"
    lines += f"number: {number}\n" if number is not None else ""
    return (
        f"{lines}created: 2026-11-21T10:00:00+00:00\n{front}---\n\n# {title}\n\n## Description\n\n{LINKS}\n"
    )


def anchor(path: str, commit: str, born: str | None = None) -> str:
    """An anchor to the first lines of a path, born in ``commit`` at the path ``born``."""
    quoted = path.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')
    return (
        f'anchors:\n  - path: "{quoted}"\n    lines: 1-2\n    births:\n      - {commit} 1-2 {born or path}\n'
        '    text: |2-\n          """Signing in."""\n\n'
    )


def tree(commit: str, outside: str) -> dict[str, Node]:
    """The files of the branch. ``commit`` is one of the code, ``outside`` a file that is not ours to read."""
    bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9)
    )
    here = anchor("src/auth.py", commit)
    places = [
        outside,
        "../outside.txt",
        "-x",
        "--output=x",
        ".git/config",
        ":(glob)**",
        "a\nb",
        "src/../../x",
    ]
    bugs: dict[str, Node] = {
        f"{number:04d}-place.md": record("bug", f"Place {number}", anchor(place, commit), number=number)
        for number, place in enumerate(places, 20)
    }
    bugs |= {
        "0001-title.md": record(
            "bug", f"A {ESCAPE} title {REORDERED} ![](http://evil.example/t)", here, number=1
        ),
        "0002-status.md": record(
            "bug", "Status", f'status: "x\\e[2J\\n\\n![](http://evil.example/s)"\n{here}', number=2
        ),
        "0003-tags.md": record(
            "bug",
            "Tags",
            f'tags: ["<img src=//evil.example>", "[x](command:y)", "\\e[2J", "-rf"]\n{here}',
            number=3,
        ),
        "0004-code.md": record(
            "bug", "Code", f'code:\n  commit: --output={outside}\n  branch: "-x\\e[2J"\n{here}', number=4
        ),
        "0005-links.md": record(
            "bug",
            "Links",
            f'links:\n  - supersedes: ../../X\n  - relates-to: "-rf"  # \x1b[2J\n{here}',
            number=5,
        ),
        "0006-aliases.md": record(
            "bug", "Aliases", f'aliases: ["../../x", "-rf", ":(glob)**", "BUG-1", "\\e[2J"]\n{here}', number=6
        ),
        "0007-born.md": record("bug", "Born", anchor("src/auth.py", "--output=x", "-x"), number=7),
        "0008-born.md": record("bug", "Born", anchor("src/auth.py", commit, outside), number=8),
        "0009-born.md": record("bug", "Born", anchor("src/auth.py", commit, "../outside.txt"), number=9),
        "0010-bomb.md": record("bug", "Bomb", bomb, number=10),
        "0011-huge.md": record("bug", "Huge", f"x: {'y' * (3 << 20)}\n", number=11),
        "0012-deep.md": record("bug", "Deep", f"x: {'[' * 20_000}\n", number=12),
        "0013-tag.md": record(
            "bug", "Object", "x: !!python/object/apply:os.system [touch owned]\n", number=13
        ),
        "0014-same.md": record("bug", "Same number", here, number=1),
        "0999999999-last.md": record("bug", "Last", here, number=999_999_999),
        "0015-id.md": record("bug", "Id", here, number=15, record_id="../../X"),
        "0016-id.md": record("bug", "Id", here, number=16, record_id="-rf"),
        "0017-id.md": record("bug", "Id", here, number=17, record_id='"a\\nb"'),
        "0018-bytes.md": b"---\nid: \xff\xfe\nkind: bug\n---\n# \xff\n",
        "0019-nul.md": b"---\nid: 1\nkind: bug\n---\n# a\0b\n",
        "-rf.md": record("bug", "Option", here, number=40),
        "--output=owned.md": record("bug", "Option", here, number=41),
        ":(top)*.md": record("bug", "Pathspec", here, number=42),
        "a\nb.md": record("bug", "Newline", here, number=43),
        f"{ESCAPE}.md": record("bug", "Escape", here, number=44),
        "\\..\\x.md": record("bug", "Backslash", here, number=45),
        "0050-link.md": Odd("120000", outside),
        "0051-link.md": Odd("120000", "../../.git/config"),
        "sub": Odd("160000", commit),
        "..": {"evil.md": record("bug", "Above", here, number=46)},
        ".": {"evil.md": record("bug", "Here", here, number=47)},
        ".git": {
            "config": "[core]\n\tfsmonitor = touch owned\n",
            "evil.md": record("bug", "Git", here, number=48),
        },
    }
    return {
        "memory.yaml": "format: 1\n",
        "bugs": bugs,
        "decisions": Odd("120000", "/"),
        "learnings": {"2026": {"11": {"21-a.md": record("learning", LINKS.partition("\n")[0], here)}}},
        "checkpoints": {
            "2026": {
                "11": {"21-a.md": record("checkpoint", "C", f'previous: "--x"\nelapsed: "\\e[2J"\n{here}')}
            }
        },
        "deleted": {
            "bugs": {
                "0099.yaml": 'label: "BUG-0099\\e[2J"\nid: ../../X\ntitle: "\\e[2J"\n',
                "0098.yaml": Odd("120000", outside),
            },
        },
        "allowed-secrets": {
            "..": {"x.yaml": "why: x\n"},
            "0123456789.yaml": 'why: "\\e[2J"\nwho: "\\e[2J"\n',
        },
        "settings.yaml": "decision-form: ../../x\ndefault-tags: [\"<img>\", '\x1b[2J']\n",
        "templates": {
            "records": {"bug.md.j2": "{% include '/etc/passwd' %}", "../x.j2": "x"},
            "editor": {"hover.md.j2": f"![](http://evil.example/h) [x](command:y) {ESCAPE}"},
            "commits": {"message.j2": Odd("120000", outside)},
        },
        "drafts": {"x.md": record("bug", "Draft", here, number=60)},
        "-rf": "option\n",
        "..": {"outside.txt": "overwritten\n"},
        ".git": {"hooks": {"post-commit": "#!/bin/sh\ntouch owned\n"}},
    }


def push(repo: Repo, files: Mapping[str, Node], ref: str = "refs/heads/memory") -> str:
    """Put the branch in a repository, as a fetch would; the commit."""
    root = _write(repo, files)
    bad = f"A {ESCAPE} Name"
    message = (
        f"bug: {ESCAPE} subject {REORDERED}\n\nBody {ESCAPE}\n\nMemory-Id: ../../X\nCode-Commit: --output=x\n"
    )
    who = f"{bad} <a@b> 1763719200 +0000"
    text = f"tree {root}\nauthor {who}\ncommitter {who}\n\n{message}"
    commit = _object(repo, "commit", text.encode())
    repo.git("update-ref", ref, commit)
    return commit


def _write(repo: Repo, files: Mapping[str, Node]) -> str:
    entries = []
    for name, node in files.items():
        if isinstance(node, Odd):
            mode = node.mode
            found = node.content if mode == "160000" else _object(repo, "blob", node.content.encode())
        elif isinstance(node, Mapping):
            mode, found = "40000", _write(repo, node)
        else:
            mode, found = "100644", _object(repo, "blob", node.encode() if isinstance(node, str) else node)
        sort = name + ("/" if mode == "40000" else "")
        entries.append((sort.encode(), f"{mode} {name}\0".encode() + bytes.fromhex(found)))
    return _object(repo, "tree", b"".join(entry for _, entry in sorted(entries)))


def _object(repo: Repo, kind: str, data: bytes) -> str:
    arguments = ["git", "hash-object", "-w", "-t", kind, "--literally", "--stdin"]
    done = subprocess.run(arguments, cwd=repo.root, input=data, capture_output=True, check=True)
    return done.stdout.decode().strip()
