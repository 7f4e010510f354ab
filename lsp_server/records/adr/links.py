"""What an ADR says of others: supersedes, amends, relates to, and the other way round."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from lsp_server.records.adr.inline import references
from lsp_server.records.adr.layout import Line
from lsp_server.records.adr.model import AdrLink
from lsp_server.records.model import Relation

_VERBS = (
    (
        Relation.SUPERSEDED_BY,
        r"super[cs]+e+ded(?:\W+\w+){0,3}?\W+(?:by|with|in|through|for)|superseded-by|"
        r"superseded,? see\b|superseded(?=\W*[:(\[])|"
        r"replaced(?:\W+\w+){0,2}?\W+(?:by|with)|obsoleted by|"
        r"overridden by|overruled by|deprecated by|supplanted by|deprecated in favou?r of|"
        r"ersetzt durch|abgelöst durch|"
        r"remplacée? par|(?:sustituid|reemplazad)[oa] por|sostituit[oa] da|vervangen door|substituíd[oa] por|"
        r"заменено на",
    ),
    (
        Relation.SUPERSEDES,
        r"super[cs]+e+des?|superseding|replaces|obsoletes|overrides|supplants|ersetzt|remplace",
    ),
    (
        Relation.AMENDED_BY,
        r"(?:amended|modified|refined|extended|updated|revised|adjusted)(?:\W+\w+){0,2}?\W+"
        r"(?:by|in|through)|amended-by",
    ),
    (Relation.AMENDS, r"amends?|amending|modifies|refines|extends|updates|revises"),
    (
        Relation.RELATES_TO,
        r"relate[sd](?:[ -]to)?|clarifie[sd](?: by)?|depends on|depended on by|see also|"
        r"linked (?:to|by|from)|see|complements|builds on|follows|influenced by|in favou?r of|"
        r"enable[sd](?: by)?|conflicts with|required by|implements|implemented by|based on",
    ),
)
_VERB = re.compile(
    "|".join(rf"(?P<v{i}>\b(?:{words})\b)" for i, (_, words) in enumerate(_VERBS)), re.IGNORECASE
)
_PROSE = re.compile(
    r"\b(?:super[cs]+e+d|amend(?:s|ed)|replaces\b|replaced by|obsoletes|deprecated in favou?r of)",
    re.IGNORECASE,
)
# What _PROSE needs at least, found faster.
_PROSE_PARTS = ("uper", "UPER", "mend", "eplace", "bsolete", "eprecated")
_NAMED = re.compile(
    r"\b(?:ADR|Architect\w+ Decision(?: Record)?|Decision(?: Record)?|LADR)s?(?:[-_ #.]|no\.?)*(\d{1,6})\b"
    r"(?!-[a-z]|\.\d)((?:\s*(?:,|and|&|/|\bund\b)\s*(?:ADR)?[-_ #]*\d{1,6}\b)*)",
    re.IGNORECASE,
)
_BARE = re.compile(
    r"\W*(?:#|№|no\.?\s*|[A-Z]{1,6}[-_ ]?)?(\d{1,6})(?=\W*(?:\Z|[\s,.;)]))"
    r"((?:\s*(?:,|and|&)\s*#?\d{1,6}\b)*)",
    re.IGNORECASE,
)
_FILE = re.compile(
    r"(?<![\w/.-])(?:[\w./-]*/)?"
    r"((?:(?:adr[-_]?)?\d{3,8}[-_][a-z][\w-]*|adr[-_]?\d+[\w-]*(?=\.))(?:\.(?:md|rst|adoc))?)(?![\w/])",
    re.IGNORECASE,
)
_SLUG = re.compile(r"(?:adr[-_]?)?\d{1,8}[-_.\s]|adr[-_ ]?\d|\d{4}-\d\d-\d\d|\d+\Z", re.IGNORECASE)
_PAGE = re.compile(r"\.(?:md|markdown|mdx|rst|adoc|asciidoc|html?|txt)\Z", re.IGNORECASE)
_NOT_A_RECORD = re.compile(r"(?:readme|index|template|changelog|contributing|glossary)\b", re.IGNORECASE)
_HOPE = re.compile(
    r"\b(?:may|might|will|would|should|could|can|must|cannot|if|until|unless|when|once|to be|not)\b|n't\b",
    re.IGNORECASE,
)
_ITEM = re.compile(r"\s*(?:[-*+•]|\d+[.)])\s")


def links_in(line: Line, known: Mapping[str, str], default: Relation | None) -> Iterator[AdrLink]:
    """The links that a line of a status, a field or a list of links makes.

    A verb holds for what follows it up to the next; ``default`` is for references with none before them.
    """
    text = line.text
    verbs = [(m.start(), m.end(), _VERBS[int((m.lastgroup or "v4")[1:])][0]) for m in _VERB.finditer(text)]
    shown = references(text, known)
    verbs = [v for v in verbs if not any(ref.start < v[0] and v[1] < ref.end for ref in shown)]
    spans: list[tuple[int, int, Relation | None]] = [(0, verbs[0][0] if verbs else len(text), default)]
    for index, (_, end, relation) in enumerate(verbs):
        spans.append((end, verbs[index + 1][0] if index + 1 < len(verbs) else len(text), relation))
    for start, end, said in spans:
        if said is not None:
            explicit = start > 0
            for target in _targets(text, start, end, known, explicit=explicit):
                yield AdrLink(said, target, line.number)


def prose_links(lines: list[Line], known: Mapping[str, str]) -> Iterator[AdrLink]:
    """What running text says plainly: "This decision supersedes [ADR-3](0003-x.md)"."""
    for index, line in enumerate(lines):
        if not any(part in line.text for part in _PROSE_PARTS):
            continue
        for match in _PROSE.finditer(line.text):
            verb = _VERB.match(line.text, match.start())
            sentence = line.text[: match.start()].rpartition(". ")[2]
            if verb is None or verb.lastgroup == "v4" or _HOPE.search(sentence) or _NAMED.search(sentence):
                continue
            following = line.text[verb.end() :]
            if len(following) < 60 and index + 1 < len(lines) and not _ITEM.match(lines[index + 1].text):
                following += " " + lines[index + 1].text.strip()
            following = re.split(r"[.!?]\s|[.!?]\Z", following, maxsplit=1)[0]
            if _VERB.search(following[:40]) or "](" in sentence:
                continue
            relation = _VERBS[int((verb.lastgroup or "v0")[1:])][0]
            for target in _targets(following, 0, 110, known, explicit=False):
                yield AdrLink(relation, target, line.number)


def field_links(relation: Relation, text: str, line: int, known: Mapping[str, str]) -> Iterator[AdrLink]:
    """The links of a field such as ``Supersedes: ADR-3, 0004-x.md``."""
    whole = Line(line, 0, text, text)
    if _VERB.search(text):
        yield from links_in(whole, known, relation)
        return
    for target in _targets(text, 0, len(text), known, explicit=True):
        yield AdrLink(relation, target, line)


def unique(links: Iterable[AdrLink], number: int | None, stem: str) -> tuple[AdrLink, ...]:
    """Each link once, without links to itself; a plain relation is left out where a stronger one stands."""
    found: dict[str, AdrLink] = {}
    for link in links:
        name = _PAGE.sub("", link.target)
        if name == stem or (name.isdigit() and int(name) == number):
            continue
        key = name
        if match := re.match(r"(?:adr[-_]?)?0*(\d{1,6})(?=[-_]|\Z)(?!\d{8})", name, re.IGNORECASE):
            key = match[1]
        before = found.get(key)
        if before is None or (
            before.relation is Relation.RELATES_TO and link.relation is not Relation.RELATES_TO
        ):
            found[key] = link
        elif before.relation is not link.relation and link.relation is not Relation.RELATES_TO:
            found[key + link.relation.value] = link
    return tuple(sorted(found.values(), key=lambda link: link.line))


def _targets(text: str, start: int, end: int, known: Mapping[str, str], *, explicit: bool) -> list[str]:
    part = text[start:end]
    taken: list[tuple[int, int]] = []
    found: list[tuple[int, str]] = []
    for ref in references(part, known):
        if target := _target_of(ref.words, ref.target, explicit=explicit):
            taken.append((ref.start, ref.end))
            found.append((ref.start, target))
        elif ref.target:
            taken.append((ref.start, ref.end))
    rest = list(part)
    for begin, stop in taken:
        rest[begin:stop] = " " * (stop - begin)
    left = re.sub(r"https?://\S+", lambda m: " " * len(m[0]), "".join(rest))
    found += [(match.start(), match[1]) for match in _FILE.finditer(left)]
    left = _FILE.sub(lambda m: " " * len(m[0]), left)
    named = list(_NAMED.finditer(left))
    if not named and explicit and not taken and (bare := _BARE.match(left)):
        named = [bare]
    for match in named:
        found += [(match.start(), str(int(n))) for n in (match[1], *re.findall(r"\d+", match[2]))]
    return [target for _, target in sorted(found, key=lambda pair: pair[0])]


def _target_of(words: str, url: str, *, explicit: bool) -> str | None:
    """The ADR that a link leads to, None for any other page."""
    path = url.split("#", maxsplit=1)[0].split("?", maxsplit=1)[0]
    base = path.rstrip("/").rpartition("/")[2]
    foreign = "://" in url
    if foreign and (not explicit or not re.search(r"/[^/]*(?:adr|decision)[^/]*/", path, re.IGNORECASE)):
        return None
    if _NOT_A_RECORD.match(base):
        return None
    if base and (_PAGE.search(base) or _SLUG.match(base)):
        if _SLUG.match(base) or (explicit and _PAGE.search(base)):
            return base
        if "/" not in path.removeprefix("./") and _PAGE.search(base):
            return base
    if not foreign and (match := _NAMED.search(words)):
        return str(int(match[1]))
    if not url and explicit and (match := re.fullmatch(r"\W*(\d{1,6})(?:\.\s.*)?", words)):
        return str(int(match[1]))
    return None
