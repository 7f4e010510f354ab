"""How many tokens a language model makes of a text, guessed on the high side: no tokenizer is asked.

Every model has its own, none is here, and a session's beginning must not wait for one. The guess is made of
what all of them have in common; docs/decisions/0029 tells how it compares.
"""

from __future__ import annotations

import re

_PIECES = re.compile(r"[A-Za-z]+|[0-9]+|[^\x00-\x7f]+|\n|[ \t]{2,}|[^\sA-Za-z0-9]")
_LETTERS = 5  # of a word, that at least are one token
_DIGITS = 3
_BYTES = 2.5  # of other scripts, in UTF-8


def tokens(text: str) -> int:
    """A word's letters by fives, a number's digits by threads of three, each sign and each end of a line by
    itself, other scripts by their bytes; single blanks belong to the word behind them."""
    count = 0
    for piece in _PIECES.findall(text):
        first = piece[0]
        if not first.isascii():
            count += -int(-len(piece.encode("utf-8", "replace")) // _BYTES)
        elif first.isalpha():
            count += -(-len(piece) // _LETTERS)
        elif first.isdigit():
            count += -(-len(piece) // _DIGITS)
        else:
            count += 1
    return count
