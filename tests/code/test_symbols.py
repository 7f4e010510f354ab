"""The symbols of real files, one of each language; the outline that is expected stands beside each."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path

import pytest

from lsp_server.code.grammars import load
from lsp_server.code.naming import find
from lsp_server.code.symbols import NoSymbolsError, Outline, Symbol, outline
from lsp_server.code.text import split_lines
from lsp_server.errors import UsageError
from lsp_server.records.anchors import CodeSymbol

SAMPLES = Path(__file__).parent / "samples"
FILES = sorted(path for path in SAMPLES.iterdir() if path.suffix != ".outline")


def read(name: str) -> Outline:
    return outline(name, split_lines((SAMPLES / name).read_bytes()))


def told(symbols: Outline) -> str:
    """``25-27 function Login.check``, a line for each."""
    return "".join(
        f"{one.span:>7} {one.what} {one.name}{'' if one.has_body else ' (declared)'}\n"
        for one in symbols.symbols
    )


def looked_for(place: str) -> Symbol:
    """``auth.py::Login.check:12`` in the samples."""
    path, _, name = place.partition("::")
    name, line = name.rsplit(":", 1) if name.rpartition(":")[2].isdigit() else (name, "0")
    return find(read(path), CodeSymbol(path, name, int(line)))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_file_has_these_symbols_on_these_lines(path: Path) -> None:
    assert told(read(path.name)) == path.with_name(f"{path.name}.outline").read_text("utf-8")


@pytest.mark.parametrize(
    ("place", "lines"),
    [
        ("auth.py::Login.check", (43, 47)),  # the definition, not its overloads' signatures
        ("auth.py::Login.check:41", (40, 41)),  # unless a line says which
        ("auth.py::settings", (54, 60)),  # with its decorators
        ("auth.py::Login.name:34", (33, 35)),  # the setter
        ("auth.py::LIMIT", (6, 6)),
        ("store.ts::Store.load", (40, 44)),
        ("store.ts::Store.#hidden", (48, 48)),
        ("store.ts::api.remove", (56, 58)),  # a function in an object
        ("store.ts::api.nested.deep", (59, 59)),
        ("store.ts::add", (63, 63)),  # a const among several
        ("store.ts::Card", (65, 67)),  # within a call that wraps it
        ("store.ts::find", (17, 20)),
        ("card.tsx::Card", (5, 8)),
        ("routes.js::Session.end", (15, 17)),  # by its prototype
        ("routes.js::start", (21, 24)),  # an export
        ("routes.js::log-out", (32, 34)),
        ("routes.js::Router.get", (41, 43)),
        ("server.go::Server.Start", (42, 46)),  # by its receiver
        ("server.go::Stack.Push", (50, 52)),
        ("engine.rs::Engine.new", (28, 36)),  # an impl block, with its attributes
        ("engine.rs::Engine::new", (28, 36)),  # as Rust says it
        ("engine.rs::it_runs", (66, 67)),  # a module may be left out
        ("Bank.java::Bank.Account.Listener.changed", (35, 35)),
        ("Bank.java::Bank#toString", (17, 20)),
        ("Bank.java::Bank.pay:31", (30, 31)),
        ("list.c::make", (34, 40)),
        ("list.c::point", (18, 20)),
        ("account.cpp::bank::Account::operator==", (42, 42)),  # outside of its class
        ("account.cpp::Account.~Account", (40, 40)),  # a namespace may be left out
        ("account.cpp::bank.tools.find", (69, 71)),
        ("account.cpp::Box.as", (51, 55)),
        ("shape.h::area", (12, 12)),
    ],
)
def test_a_symbol_is_found_by_its_name(place: str, lines: tuple[int, int]) -> None:
    found = looked_for(place)
    assert (found.start, found.end) == lines


@pytest.mark.parametrize(
    ("place", "says"),
    [
        ("auth.py::Token", "has 2 symbols Token: 12-13 (class) and 16-17 (class); say which by one of its"),
        ("auth.py::Login.name", "29-31 (getter) and 33-35 (setter)"),
        ("auth.py::Login.name", "like auth.py::Login.name:29"),
        ("auth.py::Login.name:3", "line 3 of auth.py is not in Login.name; that stands at 29-31 (getter)"),
        ("store.ts::Store.size", "32-34 (getter) and 36-38 (setter)"),
        ("server.go::init", "34-36 (function) and 38-40 (function)"),
        ("engine.rs::State.fmt", "47-49 (function) and 53-55 (function)"),
        ("Bank.java::Bank.pay", "22-28 (method) and 30-31 (method)"),
        ("list.c::push", "43-46 (function) and 48-51 (function)"),
        ("account.cpp::Account::pay", "has 2 symbols bank.Account.pay: 44-47 (function) and 49 (function)"),
    ],
)
def test_what_may_be_several_is_refused_and_each_is_named_with_its_lines(place: str, says: str) -> None:
    with pytest.raises(UsageError) as refused:
        looked_for(place)
    assert says in str(refused.value)


@pytest.mark.parametrize(
    ("place", "says"),
    [
        ("auth.py::check", "auth.py has no symbol check; did you mean Login.check?"),
        ("auth.py::login.CHECK", "did you mean Login.check?"),
        ("auth.py::Login.chek", "did you mean Login.check?"),
        ("auth.py::setings", "did you mean settings?"),
        ("Bank.java::Account", "did you mean Bank.Account?"),
        ("server.go::Start", "did you mean Server.Start?"),
        ("engine.rs::run", "did you mean Run, Run.run or Engine.run?"),
        ("card.tsx::zzz", "card.tsx has no symbol zzz; it has Props, Card, App"),
    ],
)
def test_a_name_that_is_not_there_is_answered_with_those_like_it(place: str, says: str) -> None:
    with pytest.raises(UsageError) as refused:
        looked_for(place)
    assert says in str(refused.value)


def test_a_file_without_symbols_says_so() -> None:
    with pytest.raises(UsageError, match=r"a\.py has no symbols; name lines of it instead: a\.py:LINE"):
        find(outline("a.py", ["print(1)"]), CodeSymbol("a.py", "f"))


@pytest.mark.parametrize("path", ["query.sql", "Makefile", "a.rb", "no-ending", ".py"])
def test_other_languages_are_told_to_name_lines(path: str) -> None:
    with pytest.raises(NoSymbolsError, match=r"only those of Python, .* name lines instead: .*:LINE"):
        outline(path, ["f = 1"])


@pytest.mark.parametrize(
    ("first", "names"),
    [
        ("#!/usr/bin/env python3", ["f"]),
        ("#!/usr/bin/python3.11 -u", ["f"]),
        ("#!/usr/bin/env -S python3 -u", ["f"]),
    ],
)
def test_a_script_without_an_ending_is_told_by_its_first_line(first: str, names: list[str]) -> None:
    assert outline("bin/tool", [first, "def f():", "    pass"]).names == names


def test_a_file_too_large_to_have_been_written_by_people_is_not_looked_through() -> None:
    with pytest.raises(NoSymbolsError, match="too large"):
        outline("a.js", ["x" * 4_000_001])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_half_of_a_file_still_tells_its_symbols_and_never_fails(path: Path) -> None:
    lines = split_lines(path.read_bytes())
    for cut in range(0, len(lines), 5):
        upper = outline(path.name, lines[:cut])
        assert all(1 <= one.start <= one.end <= max(cut, 1) for one in upper.symbols)
    # A scope that is not closed may be missing from a name.
    names = {one.name.rpartition(".")[2] for one in read(path.name).symbols}
    assert names & {
        one.name.rpartition(".")[2] for one in outline(path.name, lines[: len(lines) * 3 // 4]).symbols
    }


@pytest.mark.parametrize(
    ("path", "broken", "there"),
    [
        ("a.py", "def one():\n    return 1\n\ndef tw(:\n\ndef three():\n    return 3\n", {"one", "three"}),
        ("a.ts", "function one() {}\nconst x = {\nfunction three() { return 3 }\n", {"one", "three"}),
        ("a.go", "package a\nfunc one() {}\nfunc tw( {\n}\nfunc three() {}\n", {"one", "three"}),
        ("a.c", "int one(void) { return 1; }\nint tw(\nint three(void) { return 3; }\n", {"one"}),
    ],
)
def test_a_syntax_error_does_not_hide_what_stands_around_it(path: str, broken: str, there: set[str]) -> None:
    found = outline(path, split_lines(broken))
    assert found.is_broken
    assert there <= set(found.names)


def test_lines_count_as_git_counts_them() -> None:
    text = "# a form feed \x0c and a separator \u2028 and é end no line\ndef f():\n    pass\n"
    (found,) = outline("a.py", split_lines(text)).symbols
    assert (found.start, found.end) == (2, 3)
    assert outline("a.py", split_lines(text.replace("\n", "\r\n"))).symbols == (found,)


def test_deep_nesting_ends_no_process() -> None:
    nested = "".join(f"function f{depth}() {{" for depth in range(3000)) + "}" * 3000
    assert outline("a.js", [nested]).names[:2] == ["f0", "f0.f1"]
    brackets = ("a.js", "(" * 20_000 + ")" * 20_000), ("a.js", "{" * 100_000), ("a.tsx", "<a " * 20_000)
    for path, text in (*brackets, ("a.cpp", "void " + "a::" * 3_000 + "b() {}")):
        with suppress(NoSymbolsError):
            outline(path, [text])


def test_without_its_grammar_a_language_is_told_to_name_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    load.cache_clear()
    monkeypatch.setitem(sys.modules, "tree_sitter_go", None)  # as Python has what cannot be imported
    with pytest.raises(NoSymbolsError, match=r"need the package tree-sitter-go.*name lines instead"):
        outline("a.go", ["package a", "func f() {}"])
