"""Two compiled rivals, which are installed for `make bench` alone.

JAX compiles a whole epoch. Vowpal Wabbit is what the paper of the data set predicts the year with (Bertin-Mahieux,
Ellis, Whitman and Lamere, The Million Song Dataset, ISMIR 2011).

Shapes: X (n, d) songs, t (n,) labels 0 or 1, w (d,).
"""

from collections.abc import Callable
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pyarrow as pa
from pyarrow import compute
from vowpalwabbit import Workspace

from century.arrays import Array

CONSTANT = 116060  # where Vowpal Wabbit keeps the bias among its 2^18 weights


def jax_epoch(X: Array, t: Array, batch_size: int) -> Callable[[Array], Array]:
    """What takes an order of the songs (n,) to w after one epoch from zero, compiled as a whole."""

    @jax.jit
    def epoch(X: jax.Array, t: jax.Array, order: jax.Array) -> jax.Array:
        def step(w: jax.Array, batch: jax.Array) -> tuple[jax.Array, None]:
            rows = X[batch]
            return w - 0.1 / batch_size * (jax.nn.sigmoid(rows @ w) - t[batch]) @ rows, None

        batches = order[: len(order) // batch_size * batch_size].reshape(-1, batch_size)
        return jax.lax.scan(step, jnp.zeros(X.shape[1]), batches)[0]

    songs = jnp.asarray(X), jnp.asarray(t, jnp.float32)
    return lambda order: np.asarray(epoch(*songs, order))


def write_for_vowpal_wabbit(path: Path, X: Array, t: Array) -> None:
    """The songs as text and as the tool's own binary cache, which is what it reads in every pass but the first."""
    cells = [compute.binary_join_element_wise(str(j), pa.array(x).cast(pa.string()), ":") for j, x in enumerate(X.T)]
    lines = compute.binary_join_element_wise(pa.array(np.where(t == 1, "1 |", "-1 |")), *cells, " ")
    path.write_text("\n".join(lines.to_pylist()) + "\n", encoding="utf-8")
    vowpal_wabbit(path)


def vowpal_wabbit(path: Path) -> Array:
    """w (91,), the bias last, after one pass with its defaults: a song is a step, and a weight has its own rate."""
    tool = Workspace(f"--data {path} --cache_file {path}.cache --loss_function logistic --quiet")
    w = np.array([tool.get_weight(j) for j in [*range(90), CONSTANT]])
    tool.finish()
    return w
