"""Items that a thread makes before they are needed: their order, their number, their errors and their end."""

import threading
import time

import pytest

from century.songs.background import in_background


def wait_until(holds) -> None:
    for _ in range(1000):
        if not holds():
            time.sleep(0.01)


@pytest.mark.parametrize("count", [1, 3, 20])
def test_the_items_come_in_their_order(count):
    assert list(in_background(range(10), count)) == list(range(10))


def test_so_many_items_are_made_before_they_are_asked_for_and_no_more():
    made = []
    items = in_background((made.append(item) or item for item in range(100)), 3)
    assert next(items) == 0
    wait_until(lambda: len(made) == 4)  # the one that was taken, and three more
    items.close()
    assert len(made) == 4


def test_an_error_comes_after_the_items_before_it():
    def breaks():
        yield from range(3)
        raise OSError("disk full")

    items = in_background(breaks(), 2)
    assert [next(items) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(OSError, match="disk full"):
        next(items)


def test_when_it_is_closed_its_thread_has_ended_and_the_generator_is_closed():
    closed = []

    def numbers():
        try:
            yield from range(100)
        finally:
            closed.append(True)

    before = threading.active_count()
    source = numbers()  # held here, so that it is not closed for want of a holder
    items = in_background(source, 2)
    next(items)
    assert threading.active_count() == before + 1
    items.close()
    assert threading.active_count() == before
    assert closed == [True]
