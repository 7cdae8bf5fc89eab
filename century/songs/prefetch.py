"""Making the next items in a thread while one is used."""

from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")


def prefetch(items: Iterable[Item], most: int) -> Iterator[Item]:
    """The same items; a thread makes the next ones, so many at the most, while one is used.

    When an error leaves it, or it is closed, the thread has ended and the items are closed, if they are a generator.
    """
    source = iter(items)
    thread = ThreadPoolExecutor(1)
    try:
        made = deque(thread.submit(next, source, None) for _ in range(most))
        while (item := made.popleft().result()) is not None:
            made.append(thread.submit(next, source, None))
            yield item
    finally:
        thread.shutdown(cancel_futures=True)
        if isinstance(source, Generator):
            source.close()
