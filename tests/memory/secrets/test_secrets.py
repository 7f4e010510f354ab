"""A secret is found, named without being told, redacted or let through; nothing else is found."""

from __future__ import annotations

import base64
import pickle
import random
import subprocess
import sys
import uuid
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import pytest
from made_up import Maker

from lsp_server.errors import RefusedError
from lsp_server.memory.secrets import check, redact_all, scan
from lsp_server.memory.secrets import scanner as scanner_module
from lsp_server.memory.secrets.findings import Finding
from lsp_server.memory.secrets.redaction import message, redact

KINDS = list(Maker(0).all_kinds())
CORPORA = Path(__file__).parents[4] / "shared" / "corpora" / "adr"


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("kind", KINDS)
def test_a_secret_is_found_on_its_line(kind: str, seed: int) -> None:
    written, secret = Maker(seed).all_kinds()[kind]
    text = f"# Title\n\nWhat happened:\n\n{written}\n\nafter\n"
    (finding,) = check(text)
    assert finding.line == 5
    assert secret in text[finding.start : finding.end]
    assert text.split("\n")[4][finding.column - 1 :].startswith(
        text[finding.start : finding.end].split("\n", 1)[0]
    )


@pytest.mark.parametrize("kind", KINDS)
def test_a_redacted_text_has_no_secret_and_all_the_rest(kind: str) -> None:
    written, secret = Maker(7).all_kinds()[kind]
    text = f"é — “quoted” 🦀\r\n{written}\r\nZoë\r\n"
    findings = scan(text)
    clean = redact(text, findings)
    assert secret not in clean
    assert f"[redacted: {findings[0].rule}]" in clean
    assert clean.startswith("é — “quoted” 🦀\r\n")
    assert clean.endswith("\r\nZoë\r\n")
    assert check(clean) == []


@pytest.mark.parametrize("kind", KINDS)
def test_neither_message_nor_finding_tells_the_secret(kind: str) -> None:
    written, secret = Maker(8).all_kinds()[kind]
    findings = scan(f"\n\n{written}\n")
    told = message(findings) + repr(findings) + str(findings) + repr(pickle.dumps(findings))
    for part in secret.split("\n"):
        assert part not in told
    assert "\n" not in message(findings)
    assert f"line {findings[0].line}" in message(findings)
    assert findings[0].rule in message(findings)
    assert "--redact" in message(findings)
    assert f"--allow-secret {findings[0].fingerprint}" in message(findings)


def test_a_fingerprint_lets_one_secret_through_wherever_it_stands() -> None:
    maker = Maker(9)
    one, other = maker.password(), maker.password()
    (first, second) = check(f'password = "{one}"\npassword = "{other}"\n')
    assert first.fingerprint != second.fingerprint
    moved = f'\n\n# Title\n\npassword = "{other}" and again password = "{one}"\n'
    assert [f.fingerprint for f in check(moved, [first.fingerprint])] == [second.fingerprint]
    assert check(moved, [first.fingerprint, f" {second.fingerprint.upper()} "]) == []


def test_a_fingerprint_is_the_same_in_every_process_and_belongs_to_the_rule() -> None:
    value = "not" + "-a-secret"
    code = f"from lsp_server.memory.secrets.findings import fingerprint; print(fingerprint('r', {value!r}))"
    prints = {
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout.strip()
        for _ in range(2)
    }
    from lsp_server.memory.secrets.findings import fingerprint

    assert prints == {fingerprint("r", value)}
    assert fingerprint("s", value) not in prints
    assert len(prints.pop()) == 10


def test_several_secrets_are_each_named_once_and_in_order() -> None:
    kinds = Maker(10).all_kinds()
    text = "\n".join(written for written, _ in kinds.values())
    findings = scan(text)
    assert len(findings) == len(kinds)
    assert findings == sorted(findings)
    assert all(a.end <= b.start for a, b in pairwise(findings))
    clean = redact(text, findings)
    assert not [secret for _, secret in kinds.values() if secret in clean]
    assert f"{len(kinds)} places look like secrets: line 1 " in message(findings)
    assert f"and {len(kinds) - 5} more" in message(findings)


def test_lines_count_at_line_feeds_only_as_git_counts_them() -> None:
    written, _ = Maker(11).all_kinds()["GitHub"]
    (finding,) = scan(f"one\u2028still one\x0cstill\rone\r\ntwo\n{written}")
    assert finding.line == 3


@pytest.mark.parametrize("before", ["\ufeff", "\0", "\ud800", "🦀\n", "\u202e"])
def test_odd_characters_before_a_secret_move_nothing(before: str) -> None:
    written, secret = Maker(12).all_kinds()["GitHub"]
    text = before + written + before
    (finding,) = check(text)
    assert text[finding.start : finding.end] == secret


def test_a_comment_cannot_wave_a_secret_through() -> None:
    written, _ = Maker(13).all_kinds()["GitHub"]
    for comment in (
        "kingfisher:ignore",
        "gitleaks:allow",
        "betterleaks:allow",
        "pragma: allowlist secret",
        "noqa",
    ):
        assert check(f"{written} # {comment}\n")


def _ordinary() -> list[str]:
    dice = random.Random(14)
    picture = base64.b64encode(dice.randbytes(5000)).decode()
    identifier, commit, long_commit = (
        uuid.UUID(int=dice.getrandbits(128)),
        dice.randbytes(20).hex(),
        dice.randbytes(32).hex(),
    )
    return [
        "The token is refreshed; password: required. Secret: none. Key: see the vault.",
        f"![a picture](data:image/png;base64,{picture})",
        f"---\nid: {identifier}\nlinks:\n  - supersedes: {identifier}\n"
        f"code:\n  commit: {commit}\n---\n# Tokens\n",
        f"births:\n  - {commit} 8-10 src/api_key.py\n  - {long_commit} 3 src/password.py\n",
        f"sha256:{long_commit}\nmd5 {dice.randbytes(16).hex()}\nintegrity sha512-{picture[:86]}==\n",
        f"src/auth_token.py: {commit}\nkey: {identifier}\nmessage: {identifier}\nlinear: {commit}\n",
        f"deepgram: {commit}\nheroku = {identifier}\nsentry: {long_commit}\n",
        "def login(user, password: str):\n    token = make_token(user)\n    secret_name: 'my-secret'\n",
        "password: ${DB_PASSWORD}\napi_key = os.environ['API_KEY']\nAuthorization: Bearer <token>\n",
        'password = "your-password-1234"\ntoken: "xxxxxxxxxxxx1234"\nsecret = "********1"\n',
        "https://user:password@example.com/ and postgres://localhost:5432/app and git@host.org:a/b.git",
    ]


@pytest.mark.parametrize("text", _ordinary(), ids=range(len(_ordinary())))
def test_ordinary_text_has_no_findings(text: str) -> None:
    assert scan(text) == []


def test_an_id_is_a_secret_where_the_text_calls_it_one() -> None:
    dice = random.Random(15)
    assert scan(f'api_key = "{dice.randbytes(20).hex()}"\n')
    assert scan(f'client_secret: "{uuid.UUID(int=dice.getrandbits(128))}"\n')


@pytest.mark.skipif(not CORPORA.is_dir(), reason="the folders of real ADRs are not beside this checkout")
def test_no_real_adr_has_findings() -> None:
    found = {p.name: scan(p.read_text(errors="replace")) for p in CORPORA.rglob("*.md")}
    assert len(found) > 200
    assert {name: findings for name, findings in found.items() if findings} == {}


@pytest.mark.parametrize(
    "text", ["refused (%s) in 3 s", "https://x.example/?token=%s&n=1", "{%s}", "<%s>", "%s, x"]
)
def test_a_secret_that_a_message_closes_by_a_bracket_is_found_in_machines_texts(text: str) -> None:
    token = "sk_" + "live_4eC39HqLyjWDarjtT1zdp7dc99"
    clean, count = redact_all(text % token)
    assert count == 1
    assert token not in clean
    assert clean.startswith(text.partition("%")[0])
    assert clean.endswith(text.rpartition("s")[2])


def test_threads_share_one_scanner() -> None:
    texts = [Maker(seed).all_kinds()["GitHub"][0] for seed in range(40)]
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(check, texts))
    assert all(len(findings) == 1 for findings in found)
    assert len(scanner_module._loaded) == 1


def test_without_the_scanner_suspicious_text_is_refused_and_ordinary_text_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(scanner_module, "_loaded", [])
    monkeypatch.setitem(sys.modules, "kingfisher_sdk", None)
    written, secret = Maker(16).all_kinds()["GitHub"]
    with pytest.raises(RefusedError, match="pip install") as refused:
        check(written)
    assert secret not in str(refused.value)
    assert check("# A title\n\nprose\n") == []


def test_an_empty_text_has_no_findings() -> None:
    assert check("") == scan("") == []
    assert redact("", []) == ""


def test_a_message_about_one_place() -> None:
    finding = Finding(20, 60, 3, 5, "github-pat", "0a1b2c3d4e")
    assert message([finding]) == (
        "line 3 looks like a secret (github-pat); --redact takes it out, "
        "--allow-secret 0a1b2c3d4e lets it through"
    )


def test_a_secret_that_is_a_key_leaves_what_stands_under_it_as_it_is() -> None:
    from lsp_server.memory.secrets.values import without

    token = "ghp_" + "a1B2c3D4e5F6g7H8i9J0" + "k1L2m3N4o5P6q7R8"
    assert without({token: "plain", "more": {token: ["a", "b"]}}, tuple) == {
        "[redacted: github-pat]": "plain",
        "more": {"[redacted: github-pat]": ["a", "b"]},
    }
