"""The runner of the examples itself: what it takes for true, and what not."""

from __future__ import annotations

from pathlib import Path

import pytest
from docs.expected import Ids
from docs.pages import read_page
from docs.runner import ExampleError, run_page
from support import Repo

OPT_IN = "<!-- examples are run -->\n"


def run(text: str, repo: Repo, tmp_path: Path) -> None:
    place = tmp_path / "page.md"
    place.write_text(text, encoding="utf-8")
    page = read_page(place)
    assert page is not None
    run_page(page, repo.root, tmp_path)


def console(text: str) -> str:
    return f"{OPT_IN}\n```console\n{text}\n```\n"


def test_a_page_that_has_not_opted_in_is_none(tmp_path: Path) -> None:
    (tmp_path / "page.md").write_text("```console\n$ false\n```\n")
    assert read_page(tmp_path / "page.md") is None


def test_a_true_page_passes(repo: Repo, tmp_path: Path) -> None:
    run(
        f"""{OPT_IN}
<!-- before the next example:
git memory bug "Login fails" --severity high
word=remembered
-->

```console
$ git memory learn "Emails differ by case" --at src/auth.py:5
LEARN-f1265745 f1265745-8b0e-4c55-9d3a-6f0e2b7c4a18 Emails differ by case
  at src/auth.py:5
$ git memory show LEARN-f1265745 | head -n 1
LEARN-f1265745 Emails differ by case
$ cat <<END
> one
> $word
> END
one
remembered
$ git memory show BUG-9
error: …
$ cd src && ls
auth.py
```

<!-- not run: nobody has such a command -->
```console
$ no-such-command
```

```python
from lsp_server import Memory

with Memory.open(".") as memory:
    label = memory.get("LEARN-f1265745").label
```

```python
>>> import asyncio, os
>>> os.path.basename(os.getcwd())
'src'
>>> label
'LEARN-f1265745'
>>> await asyncio.sleep(0, "waited for")
'waited for'
```
""",
        repo,
        tmp_path,
    )


@pytest.mark.parametrize(
    "text",
    [
        console("$ echo one\ntwo"),
        console("$ echo one\none\ntwo"),
        console("$ printf 'one\\ntwo\\n'\none"),
        console("$ false"),
        console("$ echo done\nerror: …"),
        console("$ git memory learn One\nLEARN-f1265745 f1265745-8b0e-4c55-9d3a-6f0e2b7c4a18 Two"),
        console("$ git memory learn One\nLEARN-f1265745 a1265745-8b0e-4c55-9d3a-6f0e2b7c4a18 One").replace(
            "a126", "f126"
        )
        + "```console\n$ git memory learn Two\nLEARN-f1265745 …\n```\n",
        f"{OPT_IN}<!-- before the next example:\nfalse\ntrue\n-->\n",
        f"{OPT_IN}```python\nassert 1 == 2\n```\n",
        f"{OPT_IN}```python\n>>> 1 + 1\n3\n```\n",
        f"{OPT_IN}```python\nno_such_name\n```\n",
    ],
    ids=lambda text: text.removeprefix(OPT_IN).split("\n")[2][:30],
)
def test_what_is_not_so_is_told_with_its_line(text: str, repo: Repo, tmp_path: Path) -> None:
    with pytest.raises(ExampleError, match=r"page\.md:\d+: "):
        run(text, repo, tmp_path)


def test_what_a_page_cannot_know_matches_anything_of_its_form() -> None:
    ids = Ids()
    assert ids.matches(
        "at 2026-11-21 10:00, version 1.2.3\n…\n2 days ago",
        "at 2020-01-02 23:59, version 0.10.0\na\nb\njust now",
    )
    assert not ids.matches("at 2026-11-21", "at some day")
    assert ids.matches("commit a08f77d232", "commit 0123456789")
    assert ids.actual_text("git show a08f77d") == "git show 0123456"
    assert not ids.matches("commit a08f77d232", "commit 1123456789")
