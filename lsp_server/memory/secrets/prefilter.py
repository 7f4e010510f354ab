"""Is a text worth loading the scanner for? Quick, and wrong in one direction only.

``suspicious`` is true of every text in which the scanner, with our configuration, finds something. It
may be true of others: that costs a scan, nothing else. The scanner's rules are about either a *prefix*
(``glpat-`` and 20 characters), a *name before a value* (``datadog_key = `` and 32 characters), or
something of their own (a URL with a password, a PEM block). The first two come as tables made from the
rules (``prefilter_table``); the tests show for every rule of the installed scanner that it is covered.

Everything works on the lower-cased text, in time linear in its length.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache, lru_cache
from itertools import pairwise
from typing import NamedTuple

from lsp_server.memory.secrets.prefilter_table import NAMES, PREFIXES

LONG = 16
"""No prefixed secret is shorter than this many characters, its prefix included."""

_MANY = 4000
"""A text with more values or URLs than this goes to the scanner unseen: that keeps the worst case small."""

_LARGE = 2000  # characters, of which it pays to look at the lengths of words first

_NAME_REACHES = 64
"""How far before the sign a name may begin: itself, and what else belongs to a longer name."""

_WRITTEN_AS_SECRET = (
    *("password", "passwd", "passphrase", "pwd", "secret", "token", "credential"),
    *(f"{of}{dash}key" for of in ("api", "access", "auth", "private", "account") for dash in ("", "_", "-")),
    *(f"{of}{dash}key" for of in ("client", "encryption", "signing") for dash in ("", "_", "-")),
)
"""The names of rules.yml; their values have eight characters or more and a digit in them."""

_ID_OR_DATE = "[0-9a-f:.+t-]*"
_IN_IDS = tuple(prefix for prefix in PREFIXES if not set(prefix) - set("0123456789abcdef:.+t-"))
_CAPITAL_IN_RULES = frozenset(("acca", "eaaa"))
"""Prefixes that the scanner's rules know in capital letters only, AWS's and Square's; a test looks."""
_NAMES = (*NAMES.items(), *((name, 0) for name in _WRITTEN_AS_SECRET))
# Rules that have neither a prefix nor a value right behind a name: these words, and a long word somewhere.
_NEAR_A_LONG_WORD = ("influx", "bitly", "cloudinary", "couchbase", "capella", "amplitude", "aiven")
# Curl's options, a Kubernetes secret, Google's and NuGet's files …: a word, and all the words of one group.
_TOGETHER: tuple[tuple[str, tuple[tuple[str, ...], ...]], ...] = (
    ("curl", ((" -",), ("\t-",), ("\n-",), ("\r-",))),
    ("-----begin", (("private key",),)),
    ("secret", (
        ("kind:", "data:"),
        ('"client_secret"', '"refresh_token"'),
        ("secret_key", "=>", "sk_"),
        ("hcp_client_secret",),
        ("_token_apikeyclientsecret",),
    )),
    ("key", (
        ("<add key=",),
        ("client-key-data",),
        ("privatekey", "="),
        ("presharedkey", "="),
        ("apikey-v1",),
    )),
    ("contribsys", ((),)),
    ("machine", (("login", "password"),)),
    ('"auth"', ((":",),)),
    ("@bitbucket.org/", ((),)),
    ("xapp-", ((),)), ("xox", (("xoxa-",), ("xoxr-",), ("xoxo-",), ("xoxs-",))),
    ("flyv1", ((),)),
    ("codecatalyst.aws/", ((),)),
)  # fmt: skip
# Python's split() takes these for blanks, the scanner does not: where they stand, let the scanner look.
_ODD_BLANKS = ("\x1c", "\x1d", "\x1e", "\x1f")


_CUT = 80
"""No more of a value is looked at."""

_BLANKS = (
    *range(9, 14),
    0x20,
    0x85,
    0xA0,
    0x1680,
    *range(0x2000, 0x200B),
    0x2028,
    0x2029,
    0x202F,
    0x205F,
    0x3000,
)
_BEFORE_A_SIGN = "=:>|?,'\"" + "".join(map(chr, _BLANKS))


class _Patterns(NamedTuple):
    value: re.Pattern[str]
    """A sign, the gap behind it, and a value."""
    not_of_a_name: re.Pattern[str]
    shapes: tuple[tuple[str, re.Pattern[str]], ...]
    """Secrets known by what they look like inside, each with a text that all of them have in it."""
    header: re.Pattern[str]
    id_or_date: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    return _Patterns(
        re.compile(rf"""[=>:|,](?=([\s'"`=]{{0,6}}?)([^\s'"`<>{{}}]{{7,{_CUT}}}))"""),
        re.compile(r"[^ \t\w.-]"),
        tuple(
            (inside, re.compile(shape))
            for inside, shape in (
                (".", r"\.(?<=[0-9a-f]{32}\.)[0-9a-z]{16}"),
                ("sk", r"sk[0-9a-f]{32}"),
                (".ey", r"\.ey[0-9a-z/\\_-]{17}"),
                (".acc", r"\.acc[_-][0-9a-z-]{10}"),
                ("|", r"[0-9][|][0-9a-z_-]{27}"),
                ("%", r"[0-9]%[0-9a-z_-]{27}"),
                ("q~", r"[0-9]q~[\w.~-]{31}"),
                ("==:", r"[a-z0-9+/]{22}==:[a-z0-9]{32}"),
                ("!", r"00[a-z0-9]{13}![\w.-]{80}"),
                ("_mmk", r"[a-z0-9]{29}_mmk"),
                ("==", r"[a-z0-9+/]{86}=="),
                (".", r"\.[a-z0-9_-]{6}\.[a-z0-9_-]{27}"),
                (":aa", r"[0-9]:aa[a-z0-9_-]{33}"),
                ("-us", r"-us(?<=[0-9a-f]{32}-us)[0-9]"),
            )
        ),
        re.compile(
            r"""authorization["']?\s{0,3}[=:]\s{0,3}["']?(?:bearer|basic|token)\s{1,3}[\w+/=.~-]{16}"""
            r"""|aws[_-]?(?:session|security)[_-]?token["']?\s*[=:]"""
        ),
        re.compile(_ID_OR_DATE),
    )


def suspicious(text: str) -> bool:
    """Whether the scanner has to look at ``text``. True wherever it would find something."""
    folded = text.lower().replace("ſ", "s")  # what the scanner's rules take for the same letter
    return (
        bool([1 for blank in _ODD_BLANKS if blank in text])
        or _has_url_with_password(folded)
        or bool([1 for word, groups in _TOGETHER if word in folded and _has_one_of(groups, folded)])
        or _has_prefixed(folded.split(), folded, text)
        or _has_named_value(folded)
    )


def any_suspicious(lines: Collection[str]) -> bool:
    """Whether the scanner has to look at one of many texts, given by all their lines, each once and in any
    order. True wherever ``suspicious`` is true of one of them, and more often where it is not."""
    text = "\n" + "\n".join(lines) + "\n"
    folded = text.lower().replace("ſ", "s")
    # A sign that ends a line may have its value on the next, and one that begins a line its name on the one
    # before: for all we know here, they are a secret's.
    return (
        bool([1 for blank in _ODD_BLANKS if blank in text])
        or _has_url_with_password(folded)
        or bool([1 for word, groups in _TOGETHER if word in folded and _has_one_of(groups, folded)])
        or _has_prefixed(set(folded.split()), folded, text)
        or _begins_with_a_sign().search(folded) is not None
        or _has_named_value(folded.replace("\n", f"\n{'~' * _CUT}\n"), most=len(folded))
    )


@cache
def _begins_with_a_sign() -> re.Pattern[str]:
    before = re.escape(_BEFORE_A_SIGN.replace("\n", ""))
    return re.compile(rf"""\n[{before}]*[=>:|,][\s'"`=]{{0,6}}?(?:[^\s'"`<>{{}}]{{7}}|\n)""")


def _has_one_of(groups: tuple[tuple[str, ...], ...], folded: str) -> bool:
    return any(all(word in folded for word in group) for group in groups)


def _has_url_with_password(folded: str) -> bool:
    if "://" not in folded:
        return False
    pieces = folded.split("://", _MANY)
    if len(pieces) > _MANY:
        return True
    for before, after in pairwise(pieces):
        url = after[:700].split(None, 1)[0] if after and not after[0].isspace() else ""
        if before.endswith(("mongodb", "mongodb+srv")):
            if ":" in url.rpartition("@")[0]:
                return True
            continue
        user_and_password, at, _ = url.partition("@")
        if at and ":" in user_and_password and "/" not in user_and_password:
            return True
    return False


def _has_prefixed(words: Collection[str], folded: str, text: str) -> bool:
    if max(map(len, words), default=0) < LONG:
        return False
    found = [word for word in words if len(word) >= LONG]
    long_words = " ".join(found)
    # Ids and dates are most of the long words, and few prefixes can be in them. (Lists, not generators, all
    # over: a generator's step costs more than a look.)
    is_id = _patterns().id_or_date.fullmatch
    others = " ".join([word for word in found if is_id(word) is None])
    met = []
    if others:
        asked = PREFIXES if len(others) < _LARGE else _no_longer_than(max(map(len, others.split())))
        met += [prefix for prefix in asked if prefix in others and _prefixed(prefix).search(others)]
    met += [prefix for prefix in _IN_IDS if prefix in long_words and _prefixed(prefix).search(long_words)]
    if met and not _only_within_ids(met, text):
        return True
    if [1 for inside, shape in _patterns().shapes if inside in long_words and shape.search(long_words)]:
        return True
    return bool([1 for word in _NEAR_A_LONG_WORD if word in folded])


def _no_longer_than(most: int) -> list[str]:
    """The prefixes of secrets that a word of so many characters can hold."""
    return [prefix for prefix, (rest, *_) in PREFIXES.items() if len(prefix) + rest <= most]


def _only_within_ids(prefixes: list[str], text: str) -> bool:
    """Whether these prefixes stand in ids only, which are in small letters as the rules' own are not. One
    random id in eight thousand has such a prefix."""
    if not _CAPITAL_IN_RULES.issuperset(prefixes):
        return False
    others = _small_id().sub(" ", text).lower()
    return not any(_prefixed(prefix).search(others) for prefix in prefixes)


@cache
def _small_id() -> re.Pattern[str]:
    """A UUID or an object's id in small letters, with nothing beside it that could belong to a secret."""
    return re.compile(
        r"(?<![\w-])(?:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-f]{40}(?:[0-9a-f]{24})?)(?![\w-])"
    )


@cache
def _prefixed(prefix: str) -> re.Pattern[str]:
    rest, plain, begins_word = PREFIXES[prefix]
    before = "(?<![a-z0-9_])" if begins_word else ""
    return re.compile(f"{before}{re.escape(prefix)}{'[a-z0-9_-]' if plain else '[^ ]'}{{{rest}}}")


def _has_named_value(folded: str, most: int = _MANY) -> bool:
    patterns = _patterns()
    for count, match in enumerate(patterns.value.finditer(folded)):
        if count > most:
            return True
        before = folded[max(0, match.start() - _NAME_REACHES) : match.start()]
        before = before.rstrip(_BEFORE_A_SIGN)
        name = patterns.not_of_a_name.split(before[before.rfind("\n") + 1 :])[-1]
        names = _names_in(name)
        if names and _names_a_secret(names, gap=match[1], value=match[2]):
            return True
    asked = "authorization" in folded or "aws" in folded
    return asked and patterns.header.search(folded) is not None


@lru_cache(4096)
def _names_in(name: str) -> tuple[tuple[str, int], ...]:
    """The names of secrets that stand in ``name``, each with the shortest value that it may have; 0: see
    ``_WRITTEN_AS_SECRET``. Remembered, because texts repeat their keys."""
    return tuple([named for named in _NAMES if named[0] in name])


def _names_a_secret(names: tuple[tuple[str, int], ...], *, gap: str, value: str) -> bool:
    length = len(value)
    quoted = "'" in gap or '"' in gap
    for word, shortest in names:
        if shortest and shortest <= length:
            return True
        if not shortest and (
            (quoted and word == "password")
            or length >= _CUT
            or (length >= (8 if quoted else 12) and any(map(str.isdigit, value)))
        ):
            return True
    return False
