"""Making the next items in a thread while one is used."""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")


def prefetch(items: Iterable[Item], most: int) -> Iterator[Item]:
    """The same items; a thread makes the next ones, so many at the most, while one is used."""
    coming = iter(items)
    with ThreadPoolExecutor(1) as thread:
        made = deque(thread.submit(next, coming, None) for _ in range(most))
        while (item := made.popleft().result()) is not None:
            made.append(thread.submit(next, coming, None))
            yield item
