"""The pre-filter can only over-report, is quiet on ordinary text, and is linear."""

from __future__ import annotations

import random
import re
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kingfisher_sdk import Rules, Scanner
from made_up import Maker
from secret_rule_examples import example, parse

from lsp_server.memory.secrets import scan, suspicious
from lsp_server.memory.secrets.scanner import RULES

CORPORA = Path(__file__).parents[4] / "shared" / "corpora" / "adr"

AROUND = [("", ""), ("A sentence, then: ", " and more."), ("```\n", "\n```\n"), ("- `", "`"), ('x = "', '"')]


@pytest.fixture(scope="module")
def rules() -> Rules:
    return Rules([RULES])


def test_every_rule_of_the_scanner_is_covered(rules: Rules) -> None:
    """Fails when a new release brings a rule that the tables do not cover: make them anew."""
    dice = random.Random(2)
    scanner = Scanner(rules, base64=False)
    missed: dict[str, int] = {}
    seen = set()
    for rule in rules.metadata():
        if not rule["visible"]:
            continue
        tree = parse(rules.detail(rule["id"])["detection_regex"])
        for number in range(14):
            text = f"Some prose.\n\n{example(tree, dice, shortest=number % 2 == 0)}\n"
            seen |= {found.rule_id for found in scanner.scan(text) if found.visible}
            if not suspicious(text) and (not _may_be_unreported(rule["id"]) or scan(text)):
                missed[rule["id"]] = missed.get(rule["id"], 0) + 1
    assert missed == {}
    assert len(seen) > 350


def _may_be_unreported(rule: str) -> bool:
    """Rules that ask more than their expression says (a digit in the value, a real host): the pre-filter
    asks it too, so an example that the scanner itself passes over proves nothing."""
    return rule.startswith("gitmemory.") or rule.endswith((".mongodb-connection-string", "credential-uri"))


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(AROUND), st.text(max_size=30), st.sampled_from(["\n", "\r\n"]))
def test_whatever_the_scanner_finds_is_suspicious(
    seed: int, around: tuple[str, str], noise: str, newline: str
) -> None:
    written, _ = random.Random(seed).choice([*Maker(seed).all_kinds().values()])
    text = f"{noise}{newline}{around[0]}{written}{around[1]}{newline}{noise}"
    assert suspicious(text) or not scan(text)


@pytest.mark.parametrize("blank", ["\x1c", "\x1f", "\x85", "\xa0", "\u2003", "\u2028", "\v", "\f", "\t"])
def test_odd_blanks_hide_nothing(blank: str) -> None:
    for written, _ in Maker(3).all_kinds().values():
        text = written.replace(" ", blank)
        assert suspicious(text) or not scan(text)


def test_characters_that_fold_into_several_hide_nothing() -> None:
    password = Maker(4).password(40)
    for letter in "ßİﬃſK":
        for text in (f'{letter * 20} password{letter * 5} = "{password}"', f"to{letter}ken={password}"):
            assert suspicious(text) or not scan(text)


@pytest.mark.parametrize(
    "text",
    [
        "The token is kept by the secret service. A password reset asks for the API key first.",
        "Token: a JWT. Secret: none. Password: required. Key: see the vault. Passphrase: optional.",
        "We decided to rotate every secret, key, token, password and credential once a quarter.",
        "password: ${DB_PASSWORD}\napi_key: $(cat key)\ntoken: <your-token>\n",
        "secretKeyRef:\n  name: my-secret\n  key: password\n",
        "See https://example.com:8080/docs and git@github.com:owner/name.git for GitHub, GitLab and Stripe.",
        "def login(user, password: str, token=None):\n    self.password = password\n    return token\n",
    ],
)
def test_words_about_secrets_are_not_suspicious(text: str) -> None:
    assert not suspicious(text)


def test_a_record_full_of_ids_is_not_suspicious() -> None:
    dice = random.Random(5)
    commit = f"{dice.getrandbits(160):040x}"
    text = (
        f"---\nid: {uuid.UUID(int=dice.getrandbits(128))}\nkind: decision\nstatus: accepted\n"
        f"tags: [secret, token, auth]\nlinks:\n  - supersedes: {uuid.UUID(int=dice.getrandbits(128))}\n"
        f"code:\n  commit: {commit}\n  branch: main\nanchors:\n  - path: src/auth.py\n    lines: 10-12\n"
        f"    births:\n      - {commit} 8-10 src/auth.py\n"
        f"      - {dice.getrandbits(256):064x} 3 src/login.py\n"
        "---\n# Use JWT for authentication\n\nSigned tokens need no session store.\n"
    )
    assert not suspicious(text)


@pytest.mark.parametrize("prefix", ["acca", "eaaa"])
def test_an_id_that_begins_as_a_secret_does_is_none(prefix: str) -> None:
    dice = random.Random(6)
    for _ in range(40):
        record_id = prefix + str(uuid.UUID(int=dice.getrandbits(128)))[4:]
        last_group = f"{str(uuid.UUID(int=dice.getrandbits(128)))[:24]}{prefix}{dice.getrandbits(32):08x}"
        commit = f"{prefix}{dice.getrandbits(144):036x}"
        for written in (record_id, last_group, commit):
            for text in (
                f"id: {written}\nkind: bug\n",
                f"Memory-Id: {written}",
                f"See `{written}`, '{written}'.",
            ):
                assert not suspicious(text)
                assert scan(text) == []


@pytest.mark.parametrize("prefix", ["acca", "eaaa"])
def test_beside_an_id_a_secret_with_its_prefix_is_still_seen(prefix: str, rules: Rules) -> None:
    expressions = [rules.detail(rule["id"])["detection_regex"] for rule in rules.metadata()]
    naming_it = [expression for expression in expressions if prefix in expression.lower()]
    assert naming_it
    for expression in naming_it:  # a new release might know it in small letters, too
        assert prefix.upper() in expression
        assert "(?i" not in expression
    dice = random.Random(7)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    record_id = prefix + str(uuid.UUID(int=dice.getrandbits(128)))[4:]
    for _ in range(40):
        secret = prefix.upper() + "".join(dice.choices(letters, k=16 if prefix == "acca" else 30))
        for text in (f"id: {record_id}\nkey {secret}\n", f"{secret} {record_id}", f"{record_id}: {secret}"):
            assert suspicious(text)
            assert scan(text.lower()) == []


@pytest.mark.skipif(not CORPORA.is_dir(), reason="the folders of real ADRs are not beside this checkout")
def test_at_most_one_real_adr_in_ten_is_suspicious() -> None:
    texts = [p.read_text(errors="replace") for p in CORPORA.rglob("*.md")]
    assert len(texts) > 200
    assert sum(map(suspicious, texts)) < len(texts) / 10


ADVERSARIAL = {
    "signs": "=", "signs and letters": "=a", "short values": ": abcdefg ", "names": "token = abcdefg, ",
    "schemes": "://", "users": "://a:", "prefixes": "sk-", "jwt": ".ey", "jwt starts": "ey", "hex": "0a",
    "one letter": "a", "dots": ".", "blanks": " ", "newlines": "\n", "quotes": "='\"",
    "words": "private key ",
    "header": "authorization: ", "aws": "aws_session_token ", "curl": "curl", "wide": "ß=",
}  # fmt: skip


@pytest.mark.parametrize("piece", ADVERSARIAL.values(), ids=ADVERSARIAL.keys())
def test_time_grows_with_the_length_of_the_text(piece: str) -> None:
    """Four times the text takes about four times as long; anything quadratic would take sixteen."""

    def seconds(length: int) -> float:
        text = (piece * (length // len(piece) + 1))[:length]
        best = 9.0
        for _ in range(3):
            begun = time.process_time()
            suspicious(text)
            best = min(best, time.process_time() - begun)
        return best

    suspicious(piece)  # compiles
    small, large = seconds(60_000), seconds(240_000)
    assert large < max(10 * small, 0.03)


def test_ordinary_text_loads_no_scanner() -> None:
    code = (
        "import sys; from lsp_server.memory.secrets import check; "
        "assert check('# Use JWT\\n\\nA token and a password.\\n') == []; "
        "print([m for m in sys.modules if 'kingfisher' in m])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_pre_filter_needs_the_standard_library_only() -> None:
    source = Path(suspicious.__code__.co_filename).read_text()
    imported = set(re.findall(r"^(?:from|import) ([\w.]+)", source, re.MULTILINE))
    assert imported == {
        "__future__",
        "collections.abc",
        "re",
        "functools",
        "itertools",
        "typing",
        "lsp_server.memory.secrets.prefilter_table",
    }
