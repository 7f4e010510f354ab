"""Markdown from a repository, made harmless where an editor shows it."""

from __future__ import annotations

import re
from collections.abc import Sequence

# What may begin with a scheme: an address without one of these three leads to no command.
_ADDRESS = r"\s*[^\s)]*[:&\\]"


def harmless(text: str, *, keeping: Sequence[str] = ()) -> str:
    """Markdown without images (a hover must not load anything), raw HTML, and links that lead elsewhere
    than to a web page: a link can be a command of the editor's. ``keeping`` are addresses to leave linked.
    """
    kept = "".join(f"(?!{re.escape(address)}\\))" for address in keeping)
    text = re.sub(r"!+(?=\[)", "", text)
    text = re.sub(r"\\?<", "&lt;", text)
    text = re.sub(rf"\]\({kept}(?!https?://)(?={_ADDRESS})", r"]\\(", text)
    # The definition of a link, whose address may stand on the next line.
    return re.sub(rf"\]:(?={_ADDRESS})", r"]\\:", text)
