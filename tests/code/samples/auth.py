"""Signing in, with all that makes a name hard to tell."""

import functools
from typing import TYPE_CHECKING, overload

LIMIT, WINDOW = 5, 60
retries: int = 3
type Pair[T] = tuple[T, T]

if TYPE_CHECKING:

    class Token:
        value: str
else:

    class Token:
        pass


class Login:
    """One attempt."""

    tries = 0

    def __init__(self, user):
        self.user = user
        self._name = local = user.name

    @property
    def name(self):
        return self._name

    @name.setter
    def name(self, value):
        self._name = value

    @overload
    def check(self, password: str) -> bool: ...

    @overload
    def check(self, password: bytes) -> bool: ...

    def check(self, password):
        def digest(text):
            return hash(text)

        return digest(password) == self.user.digest

    class Error(Exception):
        def __str__(self):
            return "no"


@functools.cache
@functools.wraps(
    print,
)
def settings():
    inner = 1
    return inner


async def sign_out(user):
    async with user.session:
        pass
