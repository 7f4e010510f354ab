"""Compiled templates, kept between processes where that is possible."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from jinja2 import FileSystemBytecodeCache
from jinja2.bccache import Bucket


class CompiledTemplates(FileSystemBytecodeCache):
    """A cache that costs time, and nothing else, on a disk that is full or cannot be written. What a killed
    process leaves in it goes with the next template that is kept there."""

    def dump_bytecode(self, bucket: Bucket) -> None:
        from lsp_server.store.half_written import write_whole  # seldom: each template once

        with suppress(OSError):
            place = Path(self._get_cache_filename(bucket))
            write_whole(place, bucket.bytecode_to_string(), mode=0o600)
