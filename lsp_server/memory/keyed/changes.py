"""What changed in keyed values, in words that people use."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from lsp_server.memory.documents.changes import in_words
from lsp_server.memory.keyed.values_plain import plain_value
from lsp_server.memory.titles import printable
from lsp_server.records.shortening import shortened
from lsp_server.store.keyvalue.branch_files import read_file
from lsp_server.store.keyvalue.value_paths import is_value_path

if TYPE_CHECKING:
    from lsp_server.memory.core import Core
    from lsp_server.memory.review_results import FileChange
    from lsp_server.store.base import Difference
    from lsp_server.store.keyvalue.base import Item, Value

_LONGEST = 60  # characters of a value
_READ = 1000  # values whose changes are told


def with_changes(
    core: Core, differences: Sequence[Difference], files: Sequence[FileChange]
) -> list[FileChange]:
    """The changed files of a comparison, keyed values with their keys and with what changed."""
    wanted = [
        (each.path, side, blob.object_id)
        for each in islice((each for each in differences if is_value_path(each.path)), _READ)
        for side, blob in enumerate((each.old, each.new))
        if blob is not None and blob.is_file
    ]
    contents = core.store.contents([object_id for _, _, object_id in wanted])
    items: dict[str, list[Item | None]] = {}
    for (path, side, _), (_, data) in zip(wanted, contents, strict=True):
        items.setdefault(path, [None, None])[side] = read_file(path, data)
    result = []
    for file in files:
        old, new = items.get(file.path, (None, None))
        item = new or old
        if item is None or (new is None and file.change == "changed"):  # what stands there now is no value
            result.append(file)
        else:
            result.append(file._replace(key=item.key, remark=in_words(list(facts(old, new)))))
    return result


def facts(old: Item | None, new: Item | None) -> Iterator[str]:
    """What differs between what stood under a key and what does; None: nothing."""
    if new is None:
        if old is not None:
            yield f"was {_said(old.value)}"
        return
    if old is None:
        yield _said(new.value)
    else:
        yield from _differing("", old.value, new.value)
    if new.expires != (old.expires if old else None):
        yield f"expires {new.expires:%Y-%m-%d %H:%M} UTC" if new.expires else "expires no more"


def _differing(place: str, old: Value, new: Value) -> Iterator[str]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys((*old, *new)):
            below = f"{place}.{_name(key)}" if place else _name(key)
            if key not in new:
                yield f"{below} is gone, was {_said(old[key])}"
            elif key not in old:
                yield f"{below} is {_said(new[key])}"
            else:
                yield from _differing(below, old[key], new[key])
    elif _plain(old) != _plain(new):
        yield f"{place + ' ' if place else ''}is {_said(new)}, was {_said(old)}"


def _name(key: str) -> str:
    return shortened(printable(key), _LONGEST)


def _said(value: Value) -> str:
    return shortened(printable(_plain(value)), _LONGEST)


def _plain(value: Value) -> str:
    return json.dumps(plain_value(value), ensure_ascii=False)
