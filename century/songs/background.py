"""Items that a thread makes before they are needed."""

from collections import deque
from collections.abc import Generator, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")


def in_background(items: Iterable[Item], count: int) -> Generator[Item]:
    """The same items. While one is used, a thread makes the next `count` of them.

    The thread ends, and a generator is closed, when the iteration ends, be it by an error or because it is closed.
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
