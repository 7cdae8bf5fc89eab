"""Items that a thread makes before they are needed."""

from collections import deque
from collections.abc import Generator, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")


def in_background(items: Iterable[Item], count: int) -> Generator[Item]:
    """The same items. While one is used, a thread makes the next `count` of them.

    When the iteration ends, by an error or by being closed as well, so does the thread, and a generator is closed.
    """
    source = iter(items)
    thread = ThreadPoolExecutor(1)
    try:
        made = deque(thread.submit(next, source, None) for _ in range(count))
        while (item := made.popleft().result()) is not None:
            made.append(thread.submit(next, source, None))
            yield item
    finally:
        thread.shutdown(cancel_futures=True)
        if isinstance(source, Generator):
            source.close()
