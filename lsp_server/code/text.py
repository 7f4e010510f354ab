"""A file's text as lines, split and decoded in one way wherever lines are made or compared."""

from __future__ import annotations

_BINARY_PROBE = 8000  # as many bytes as git looks at


def split_lines(content: bytes | str) -> tuple[str, ...]:
    """git's lines: split at LF only, without terminators (LF or CRLF), none for an empty file.

    Bytes that are not UTF-8 become U+FFFD, so that a line can be stored in a record and still compares
    equal to itself. A byte order mark is dropped, as editors do.
    """
    text = content if isinstance(content, str) else content.decode("utf-8", "replace")
    text = text.removeprefix("\ufeff")
    if not text:
        return ()
    lines = text.split("\n")
    if not lines[-1]:
        lines.pop()
    # Without this, a file checked out with CRLF would share no line with its committed self.
    return tuple(line.removesuffix("\r") for line in lines)


def text_lines(content: bytes | None) -> tuple[str, ...] | None:
    """A file's lines; None where there is no file, or it is binary."""
    return None if content is None or is_binary(content) else split_lines(content)


def is_binary(content: bytes) -> bool:
    """Whether git takes it for binary: a NUL near its beginning."""
    return b"\0" in content[:_BINARY_PROBE]


def count_lines(content: bytes) -> int:
    """Lines as git counts them: a last line without LF is a line."""
    return content.count(b"\n") + (0 if content.endswith(b"\n") or not content else 1)
