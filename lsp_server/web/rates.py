"""How much may come: an allowance that fills up again with time."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict


class Allowance:
    """So many units a second, and at most ``most`` at once. Threads may share one."""

    def __init__(self, rate: float, most: float) -> None:
        self._rate = rate
        self._most = most
        self._level = most
        self._at = time.monotonic()
        self._lock = threading.Lock()

    def take(self, units: float) -> float:
        """Take so many; 0.0, or the seconds until they are there (nothing is taken then)."""
        with self._lock:
            self._fill()
            if self._level < units:
                return (units - self._level) / self._rate
            self._level -= units
            return 0.0

    def owe(self, units: float) -> None:
        """Take what has been used already, there or not; what comes next waits for it."""
        with self._lock:
            self._fill()
            self._level = max(-self._most, self._level - units)

    def _fill(self) -> None:
        now = time.monotonic()
        self._level = min(self._most, self._level + (now - self._at) * self._rate)
        self._at = now


class Allowances:
    """An allowance for each key; of those that nobody has asked for of late, the oldest are forgotten."""

    def __init__(self, rate: float, most: float, *, remembered: int = 10_000) -> None:
        self._rate = rate
        self._most = most
        self._remembered = remembered
        self._by_key: OrderedDict[bytes, Allowance] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, key: bytes) -> Allowance:
        """The key's."""
        with self._lock:
            found = self._by_key.pop(key, None) or Allowance(self._rate, self._most)
            self._by_key[key] = found
            if len(self._by_key) > self._remembered:
                self._by_key.popitem(last=False)
            return found
