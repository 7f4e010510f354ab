"""What services give out as keys and tokens is found, each format by itself."""

from __future__ import annotations

import pytest
from common_formats import common_formats
from made_up import Maker

from lsp_server.memory.secrets import check, redact_all, suspicious
from lsp_server.memory.secrets.redaction import redact

FORMATS = list(common_formats(Maker(0)))


def test_more_than_a_hundred_formats_are_looked_for() -> None:
    assert len(FORMATS) > 100


@pytest.mark.parametrize("name", FORMATS)
def test_a_common_format_is_found_and_redacted(name: str) -> None:
    written = common_formats(Maker(21))[name]
    text = f"# Title\n\nWhat happened:\n\n{written}\n\nafter\n"
    findings = check(text)
    assert findings
    assert {finding.line for finding in findings} <= set(range(5, 6 + written.count("\n")))
    assert check(redact(text, findings)) == []


@pytest.mark.parametrize("seed", range(3))
def test_every_one_of_them_makes_a_text_suspicious(seed: int) -> None:
    quiet = [
        name for name, text in common_formats(Maker(seed)).items() if not suspicious(f"Some words. {text}.")
    ]
    assert quiet == []


def test_a_machines_text_loses_them_all_and_is_never_held_up() -> None:
    texts = list(common_formats(Maker(22)).values())[:40]
    clean, count = redact_all("\n\n".join(["First.", *texts, "Last."]))
    assert count >= len(texts)
    assert clean.startswith("First.\n\n[redacted: ") or "[redacted: " in clean
    assert clean.endswith("\n\nLast.")
    assert redact_all(clean) == (clean, 0)
