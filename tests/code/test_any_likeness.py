"""Functions and sections that are mostly equal lines, changed at random as people change them: a note is on a
line of its own, or said to be lost, and never on the same words of another function.

Every line knows who it is, so nobody needs to judge what git makes of them.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from itertools import count
from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest

from lsp_server.code.file_view import CodeFiles
from lsp_server.code.model import Certainty
from lsp_server.code.telling_lines import has_word
from lsp_server.records.anchors import CodeRange
from lsp_server.store.git_process import Git, clean_environment

EXAMPLES = 10
NAMES = ("load_users", "load_orders", "save_invoice", "send_mail", "check_token", "parse_date", "close_all")
LATER = ("archive_old", "find_page", "refund_order", "remove_customer", "sum_of_all", "next_of_them")


class Language(NamedTuple):
    """What a function or section begins with, the line that only it has, what it shares with others."""

    path: str
    head: tuple[str, ...]
    own: str
    shared: tuple[str, ...]
    end: tuple[str, ...]


LANGUAGES = {
    "python": Language(
        "{}.py",
        ("def {}(client):",),
        '    rows = client.fetch("{}")',
        (
            "    if not rows:",
            "        return None",
            "    rows.sort()",
            "    log.debug(rows)",
            "    return rows",
        ),
        ("", ""),
    ),
    "braces": Language(
        "{}.c",
        ("static int", "{}(struct item *p)", "{{"),
        '\tp->kind = find("{}");',
        ("\tif (p->next) {", "\t\tp = p->next;", "\t} else {", "\t\treturn 0;", "\t}", "\tunlock(p);"),
        ("}", ""),
    ),
    "sections": Language(
        "{}.ini",
        ("[{}]",),
        "url = https://{}.example.org",
        ("timeout = 30", "retries = 3", "mode = safe", "user = app"),
        ("",),
    ),
    "headings": Language(
        "{}.md",
        ("## {}", ""),
        "The step {} is described here.",
        ("- Run the tests", "- Ask for a review", "- Push the tag", "  and wait"),
        ("",),
    ),
}


class Line:
    """One line that knows who it is, whatever stands on it, and what function it was written for."""

    def __init__(self, text: str, of: str) -> None:
        self.text, self.of = text, of


class Part(NamedTuple):
    """A function or section."""

    name: str
    lines: list[Line]


Files = dict[str, list[Part]]


def part(language: Language, name: str) -> Part:
    texts = [text.format(name) for text in (*language.head, language.own)]
    return Part(name, [Line(text, name) for text in (*texts, *language.shared, *language.end)])


# What people do. Each changes one file, or the two; `free` are names that nothing has yet.
def write_another(files: Files, chance: Random, language: Language, free: list[str]) -> None:
    parts = files[chance.choice(sorted(files))]
    parts.insert(chance.randrange(len(parts) + 1), part(language, free.pop()))


def change_places(files: Files, chance: Random, language: Language, free: list[str]) -> None:
    chance.shuffle(files[chance.choice(sorted(files))])


def sort(files: Files, chance: Random, language: Language, free: list[str]) -> None:
    for parts in files.values():
        parts.sort(key=lambda one: one.name)


def take_one_out(files: Files, chance: Random, language: Language, free: list[str]) -> None:
    parts = files[chance.choice(sorted(files))]
    if len(parts) > 1:
        parts.pop(chance.randrange(len(parts)))


def move_to_another_file(files: Files, chance: Random, language: Language, free: list[str]) -> None:
    here, there = chance.sample(sorted(files), 2)
    if len(files[here]) > 1:
        files[there].insert(0, files[here].pop(chance.randrange(len(files[here]))))


def rename_one(files: Files, chance: Random, language: Language, free: list[str]) -> None:
    parts = files[chance.choice(sorted(files))]
    at = chance.randrange(len(parts))
    old, name = parts[at].name, free.pop()
    own = language.own.format(old)
    lines = [
        line if line.text == own or old not in line.text else Line(line.text.replace(old, name), line.of)
        for line in parts[at].lines
    ]
    parts[at] = Part(name, lines)


def edit_a_line(files: Files, chance: Random, language: Language, free: list[str]) -> None:
    lines, at = _shared(files, chance, language)
    lines[at] = Line(f"{lines[at].text} {free.pop()}", lines[at].of)


def take_a_line_out(files: Files, chance: Random, language: Language, free: list[str]) -> None:
    lines, at = _shared(files, chance, language)
    del lines[at]


def write_a_line_of_others(files: Files, chance: Random, language: Language, free: list[str]) -> None:
    lines, at = _shared(files, chance, language)
    lines.insert(at, Line(chance.choice(language.shared), lines[at].of))


def change_the_names_of_two_files(files: Files, chance: Random, language: Language, free: list[str]) -> None:
    one, other = sorted(files)
    files[one], files[other] = files[other], files[one]


def _shared(files: Files, chance: Random, language: Language) -> tuple[list[Line], int]:
    lines = chance.choice(files[chance.choice(sorted(files))]).lines
    places = [at for at, line in enumerate(lines) if line.text in language.shared]
    return lines, chance.choice(places)


Change = Callable[[Files, Random, Language, list[str]], None]
CHANGES: tuple[Change, ...] = (
    write_another,
    change_places,
    sort,
    take_one_out,
    move_to_another_file,
    rename_one,
    edit_a_line,
    take_a_line_out,
    write_a_line_of_others,
    change_the_names_of_two_files,
)


def written(files: Files, message: str, second: int) -> bytes:
    """A commit for ``git fast-import``."""
    out = f"commit refs/heads/main\ncommitter Ann <ann@example.org> {1_700_000_000 + second} +0000\n"
    out += f"data {len(message)}\n{message}\ndeleteall\n"
    for path, parts in files.items():
        text = "".join(f"{line.text}\n" for one in parts for line in one.lines)
        out += f"M 644 inline {path}\ndata {len(text)}\n{text}\n"
    return out.encode()


def lines_of(files: Files) -> dict[str, list[Line]]:
    return {path: [line for one in parts for line in one.lines] for path, parts in files.items()}


@pytest.mark.parametrize("language", LANGUAGES.values(), ids=LANGUAGES)
def test_a_note_is_never_on_the_same_words_of_another_function(tmp_path: Path, language: Language) -> None:
    for example in range(EXAMPLES):
        chance = Random(f"{language.path} {example}")
        changes = chance.choices(CHANGES, k=chance.randint(1, 3))
        never_on_another(tmp_path / f"{example}.git", language, chance, changes)


def never_on_another(root: Path, language: Language, chance: Random, changes: list[Change]) -> None:
    one, other = (language.path.format(name) for name in ("one", "other"))
    files: Files = {
        one: [part(language, name) for name in NAMES[:4]],
        other: [part(language, name) for name in NAMES[4:]],
    }
    free, seconds = list(LATER), count()
    history = written(files, "Begin", next(seconds))
    then = lines_of(files)
    for change in changes:
        change(files, chance, language, free)
        history += written(files, change.__name__, next(seconds))
    now = lines_of(files)

    subprocess.run(["git", "init", "--quiet", "--bare", str(root)], check=True)
    git = Git(root, clean_environment(os.environ))
    git.run(["fast-import", "--quiet"], stdin=history)
    first, *_, last = git.run(["rev-list", "--reverse", "main"]).decode().split()
    before, code = CodeFiles(git, None, first), CodeFiles(git, None, last)

    owns = {language.own.format(name).strip() for name in NAMES}
    for path, lines in then.items():
        for number, line in enumerate(lines, start=1):
            if has_word(line.text) and chance.random() < 0.3:
                end = min(len(lines), number + chance.choice((0, 0, 3)))
                noted = lines[number - 1 : end]
                its = {one.of for one in noted}
                located = code.find(before.anchor(CodeRange(path, number, end)), made_at=first)
                if number == end and line.text.strip() in owns and line in now[path]:
                    assert located.ranges, (changes, path, number)  # what says most is never called lost
                if located.certainty is Certainty.TEXT and any(one.text.strip() in owns for one in noted):
                    continue  # the whole text, and there is one only
                for place in located.ranges:
                    for shown in now[place.path][place.start - 1 : place.end]:
                        assert shown.of in its or not has_word(shown.text), (
                            changes,
                            path,
                            number,
                            located,
                        )
