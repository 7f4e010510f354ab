"""Which language a file is in, and its tree-sitter grammar. Grammars are packages of their own: each is
imported when the first file of its language is looked at."""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tree_sitter import Language, Query

    from lsp_server.code.syntax.model import Rules


class Grammar(NamedTuple):
    """Where a language's grammar and our rules for it are."""

    language: str
    package: str
    function: str
    rules: str


_GRAMMARS = {
    name: Grammar(language, f"tree_sitter_{package}", function, rules)
    for name, language, package, function, rules in (
        ("python", "Python", "python", "language", "python:RULES"),
        ("typescript", "TypeScript", "typescript", "language_typescript", "ecmascript:TYPESCRIPT_RULES"),
        ("tsx", "TypeScript", "typescript", "language_tsx", "ecmascript:TYPESCRIPT_RULES"),
        ("javascript", "JavaScript", "javascript", "language", "ecmascript:RULES"),
        ("go", "Go", "go", "language", "go:RULES"),
        ("rust", "Rust", "rust", "language", "rust:RULES"),
        ("java", "Java", "java", "language", "java:RULES"),
        ("c", "C", "c", "language", "c_family:C_RULES"),
        ("cpp", "C++", "cpp", "language", "c_family:CPP_RULES"),
    )
}

# A header is read as C++, which nearly all C is too, and as C where that does not go.
_ENDINGS = {
    ending: names.split()
    for endings, names in (
        ("py pyi pyw", "python"),
        ("ts mts cts", "typescript"),
        ("tsx", "tsx"),
        ("js mjs cjs jsx", "javascript"),
        ("go", "go"),
        ("rs", "rust"),
        ("java", "java"),
        ("c", "c"),
        ("h", "cpp c"),
        ("cc cpp cxx c++ hpp hh hxx h++ ipp inl tpp tcc cppm ixx", "cpp"),
    )
    for ending in endings.split()
}
_SCRIPTS = {"python": "python", "node": "javascript", "deno": "typescript", "bun": "typescript"}
_SHEBANG = re.compile(r"#!\s*(?:\S*/)?([a-z]+)[0-9.]*(?:\s+(?:-\S+\s+)*([a-z]+))?")

LANGUAGES = "Python, TypeScript, JavaScript, Go, Rust, Java, C and C++"


def grammars_of(path: str, first_line: str = "") -> list[Grammar]:
    """The grammars that a file may be read by, the likeliest first; none for other languages."""
    name = path.rpartition("/")[2]
    stem, dot, ending = name.rpartition(".")
    if dot and stem:
        # On a file system with a C++ habit, `.C` and `.H` are C++, and `.c` is C.
        names = ["cpp"] if ending in ("C", "H") else _ENDINGS.get(ending.lower(), [])
    else:
        found = _SHEBANG.match(first_line)
        program = (found[2] if found[1] == "env" else found[1]) if found else None
        names = [_SCRIPTS[program]] if program in _SCRIPTS else []
    return [_GRAMMARS[name] for name in names]


@cache
def load(grammar: Grammar) -> tuple[Language, Query, Rules]:
    """A language, the query that finds what its rules are about, and the rules. Raises ``ImportError``
    where its package is not installed, ``ValueError`` where it does not fit the installed tree-sitter."""
    from tree_sitter import Language, Query

    language = Language(getattr(import_module(grammar.package), grammar.function)())
    module, _, table = grammar.rules.partition(":")
    rules: Rules = getattr(import_module(f"lsp_server.code.syntax.{module}"), table)
    query = Query(language, f"[{' '.join(f'({name})' for name in rules)}] @defined")
    return language, query, rules
