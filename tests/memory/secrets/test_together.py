"""Many texts looked through at once: what the look at each one would find is never passed over."""

from __future__ import annotations

import random
import uuid

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kingfisher_sdk import Rules
from made_up import Maker
from secret_rule_examples import example, parse

from lsp_server.errors import SecretError
from lsp_server.memory.guard import Guard
from lsp_server.memory.secrets.prefilter import any_suspicious, suspicious
from lsp_server.memory.secrets.scanner import RULES
from lsp_server.memory.secrets.together import Text, without_secrets
from lsp_server.records.front_matter import json_string, split

ORDINARY = """---
id: {}
kind: bug
created: 2025-01-02T10:00:00+00:00
tags: [email, login]
---

# Case

Text.
"""


def looked_through(texts: list[str]) -> list[bool]:
    return without_secrets([Text(text, split(text).front or "", "") for text in texts])


def test_what_makes_one_text_suspicious_makes_all_of_them() -> None:
    """For each rule of the scanner, whatever the order in which the lines are looked at."""
    dice = random.Random(5)
    rules = Rules([RULES])
    for rule in rules.metadata():
        text = (
            f"Prose.\n\n{example(parse(rules.detail(rule['id'])['detection_regex']), dice, shortest=True)}\n"
        )
        if rule["visible"] and suspicious(text):
            lines = sorted({*text.split("\n"), "another line", "~ and one more"}, key=lambda _: dice.random())
            assert any_suspicious(lines), rule["id"]


WAYS = (
    lambda name, value: f"{name} = {value}\n",
    lambda name, value: f"{name} =\n  {value}\n",
    lambda name, value: f"{name}:\n\n'{value}'\n",
    lambda name, value: f"{name}\n = {value}\n",
    lambda name, value: f"{name}\n  :\n {value}\n",
    lambda name, value: f'{name}\n"=>\n"{value}"\n',
)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(WAYS), st.sampled_from(["password", "api_key", "datadog_key"]))
def test_a_name_and_its_value_on_different_lines_are_seen(seed: int, way, name: str) -> None:  # type: ignore[no-untyped-def]  # one of the ways above
    text = way(name, Maker(seed).password(32))
    lines = set(text.split("\n"))
    assert any_suspicious(lines) or not suspicious(text)


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(["body", "string", "quoted", "list", "key", "name"]))
def test_a_secret_is_seen_wherever_it_stands_among_hundreds(seed: int, where: str) -> None:
    dice = random.Random(seed)
    secret, _ = dice.choice([*Maker(seed).all_kinds().values()])
    one_line = " ".join(secret.split())
    front, body = {
        "body": ("", secret),
        "string": (f"title: {json_string(secret)}\n", ""),
        "quoted": ("title: '" + one_line.replace("'", "''") + "'\n", ""),
        "list": (f"tags: [{one_line}, other]\n", ""),
        "key": (f"title: {one_line}\n", ""),
        "name": (f"{one_line.replace(' ', '')}: 1\n", ""),
    }[where]
    texts = [ORDINARY.format(uuid.UUID(int=dice.getrandbits(128), version=4)) for _ in range(60)]
    at = dice.randrange(60)
    texts[at] = texts[at].replace("tags: [email, login]\n", f"tags: [email, login]\n{front}") + body + "\n"
    found = looked_through(texts)
    if found[at]:
        assert Guard().clean(texts[at], seen=False) == texts[at]


def test_ordinary_texts_need_no_further_look_whatever_else_is_there() -> None:
    texts = [ORDINARY.format(uuid.uuid4()) for _ in range(300)]
    assert all(looked_through(texts))
    texts[7] += f"password = '{Maker(1).password(20)}'\n"
    found = looked_through(texts)
    assert not found[7]
    assert sum(found) >= 250
    with pytest.raises(SecretError):
        Guard().clean(texts[7], seen=False)


@pytest.mark.parametrize("text", ["a\0b", "half \ud800", "---\n" + "a: b\n" * 300_000 + "---\n"])
def test_what_cannot_be_written_is_left_to_the_guard(text: str) -> None:
    assert looked_through([text, "ordinary"])[0] is False
