"""A table with a line for each comparison: both sides, their ratio, and whether it is what was asked."""

import statistics
import time
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")

PAIRS = 5
HEAD = "| ours against the other | ours | other | ours / other | range | asked |\n|---|---|---|---|---|---|"


def line(name: str, pairs: list[tuple[float, float]], unit: str, at_most: float | None = None) -> None:
    """The medians of both sides in all pairs (ours, other); the median and the range of the pairs' own ratios."""
    ours, other = (statistics.median(side) for side in zip(*pairs, strict=True))
    ratios = [a / b for a, b in pairs]
    ratio = statistics.median(ratios)
    asked = "" if at_most is None else f"at most {at_most:.2f}: {'met' if ratio <= at_most else 'not met'}"
    cells = [name, f"{digits(ours)} {unit}", f"{digits(other)} {unit}", f"{ratio:.2f}"]
    print(f"| {' | '.join([*cells, f'{min(ratios):.2f} to {max(ratios):.2f}', asked])} |", flush=True)


def digits(x: float) -> str:
    """Three of them, or all before the point."""
    return f"{x:.3f}" if x < 1 else f"{x:#.3g}" if x < 100 else f"{x:.0f}"


def compare(name: str, ours: Callable[[], object], other: Callable[[], object], at_most: float | None = None) -> None:
    """A line of seconds: both in turn, so that a busy spell of the machine meets both, after one uncounted run."""
    ours(), other()
    line(name, [(seconds(ours), seconds(other)) for _ in range(PAIRS)], "s", at_most)


def seconds(work: Callable[[], object]) -> float:
    return timed(work)[0]


def timed(work: Callable[[], Result]) -> tuple[float, Result]:
    """The seconds that it takes, and what it gives."""
    begun = time.perf_counter()
    result = work()
    return time.perf_counter() - begun, result
