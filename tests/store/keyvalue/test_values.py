"""Values as JSON, and keys as names of files: what goes in comes out."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from store.keyvalue.conformance import plain_keys, plain_values, same

from lsp_server.store.keyvalue.keys import file_name
from lsp_server.store.keyvalue.values import dumps, loads


@settings(max_examples=60, deadline=None)
@given(plain_values)
def test_any_value_comes_back_as_it_was(value: Any) -> None:
    text = dumps(value)
    assert same(loads(text), value)
    assert same(loads(json.dumps(json.loads(text), indent=2)), value)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        plain_keys | st.text(st.sampled_from("aA.%=/"), min_size=1, max_size=5), unique=True, max_size=20
    )
)
def test_no_two_keys_have_one_name_whatever_the_disk_makes_of_case(keys: list[str]) -> None:
    names = [file_name(key) for key in keys]
    assert len({name.lower() for name in names}) == len(keys)
    for name in names:
        assert len(name) <= 150
        assert name.isascii()
        assert "/" not in name
        assert name[0] != "."
        assert name[-1] != "."


def test_the_name_of_a_plain_key_can_be_read() -> None:
    assert file_name("user:123:preferences") == "user%3A123%3Apreferences"
    assert file_name("test_key") == "test_key"
    assert file_name("../../etc/passwd") == "%2E.%2F..%2Fetc%2Fpasswd"
    assert file_name("con.txt") == "%63on.txt"
    assert len(file_name("k" * 10_000)) < 150
