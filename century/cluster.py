"""Where the independent parts of a stage are computed: in threads of this machine, or on a cluster of Dask.

The environment variable DASK_SCHEDULER_ADDRESS, which Dask reads itself, is the switch. It is no parameter, because it
changes no byte of a result: a worker that would compute other last digits than this process refuses to work.
"""

import asyncio
import hashlib
import os
import pickle
import platform
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor
from functools import cache, partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import threadpoolctl

from century import InputError

if TYPE_CHECKING:
    from distributed import Client

SWITCH = "DASK_SCHEDULER_ADDRESS"
SENDINGS = 3  # of the data: they are lost with the last worker that holds them

Result = TypeVar("Result")
Item = tuple[object, ...]


def in_order(function: Callable[..., Result], data: Sequence[object], items: Iterable[Item]) -> Iterator[Result]:
    """function(*data, *item) for each item, computed side by side, in the order of the items.

    A cluster gets the data once, not once for each item, and there must be at least one item. If a worker dies, another
    one computes what it has not finished. Raises InputError where the cluster cannot do the work.
    """
    if os.environ.get(SWITCH):
        yield from on_cluster(function, data, list(items))
        return
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        yield from threads.map(lambda item: function(*data, *item), items)


def on_cluster(function: Callable[..., Result], data: Sequence[object], items: list[Item]) -> Iterator[Result]:
    import dask  # imported here, because only work on a cluster needs it

    # What fails is raised here. What is printed besides comes from work that Dask leaves unfinished when it stops.
    loggers = "asyncio", "distributed", "distributed.client", "tornado.application"
    dask.config.set(logging=dict.fromkeys(loggers, "critical"))
    from distributed import KilledWorker
    from distributed.comm.core import CommClosedError

    work = partial(run_item, environment(), function)
    done = 0
    try:
        with connected() as client:
            for sending in range(SENDINGS):
                client.wait_for_workers(1, timeout=dask.config.get("distributed.comm.timeouts.connect"))
                try:
                    client.run(pickle.loads, pickle.dumps(run_item))  # fails where a worker does not have this code
                    # Each by itself, as a broadcast would never end if one of them died.
                    sent = [client.scatter(Packed(data), workers=[worker]) for worker in client.nthreads()][-1]
                    futures = deque(client.submit(work, sent, *item, pure=False) for item in items[done:])
                    while futures:
                        yield futures[0].result()
                        futures.popleft()
                        done += 1
                    return
                except (OSError, CancelledError, LookupError):  # LookupError: a worker died before it was sent the data
                    if sending == SENDINGS - 1:
                        raise
    except (CancelledError, KilledWorker):
        raise not_done("its workers died again and again, perhaps because memory ran out") from None
    except CommClosedError:
        raise not_done("a connection to it was lost again and again") from None
    except (OSError, ImportError, AttributeError, RuntimeError) as error:  # all but OSError: the workers lack this code
        raise not_done(str(error)) from None


def connected() -> "Client":
    """A client of the scheduler. Raises InputError where something else answers, for which Dask would wait for ever."""
    import dask
    from dask.utils import parse_timedelta
    from distributed import Client, Security
    from distributed.comm import connect

    patience = 2 * parse_timedelta(dask.config.get("distributed.comm.timeouts.connect"))  # seconds
    security = Security().get_connection_args("client")

    async def knock() -> None:
        (await asyncio.wait_for(connect(os.environ[SWITCH], **security), patience)).abort()

    try:
        asyncio.run(knock())
        return Client()
    except Exception as error:  # each protocol has errors of its own
        if isinstance(error, OSError) and not isinstance(error, TimeoutError):
            raise
        why = str(error) or f"no answer within {patience:g} s"
        raise not_done(f"this is not the address of a scheduler of Dask: {why}") from None


def not_done(why: str) -> InputError:
    return InputError(
        f"{SWITCH} = {os.environ[SWITCH]}: the cluster does not do the work: {why}; look after its scheduler and its "
        f"workers, or unset {SWITCH} to work on this machine"
    )


class Packed:
    """Data that travel as one string of bytes.

    Dask would hand on the numbers of an array where they arrive in memory, which may be an address that is not aligned.
    Unpacked from one string they are aligned, as BLAS wants them.
    """

    def __init__(self, data: Sequence[object]) -> None:
        self.data = data

    def __getstate__(self) -> bytes:
        return pickle.dumps(self.data, protocol=5)

    def __setstate__(self, packed: bytes) -> None:
        self.data = pickle.loads(packed)


def run_item(expected: dict[str, str], function: Callable[..., Result], packed: Packed, *item: object) -> Result:
    """What a worker does: function(*data, *item), where that gives the same bytes as in the process that asks."""
    for name, here in environment().items():
        if here != expected[name]:
            raise InputError(
                f"a worker on {platform.node()} has {here} as its {name}, and not {expected[name]} as this process; "
                "start it in the same version of this repository and of its requirements.txt, with `python -m dask "
                "worker ADDRESS --preload-nanny stages.worker`"
            )
    return function(*packed.data, *item)


@cache
def environment() -> dict[str, str]:
    """All but the input that the bytes of a result depend on: this library, others, and what they do on a processor."""
    code = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        code.update(path.read_bytes())
    blas = [pool for pool in threadpoolctl.threadpool_info() if pool["user_api"] == "blas"]
    loops = [loop for loops in np.lib.introspect.opt_func_info().values() for loop in loops.values()]
    return {
        "code": code.hexdigest()[:12],
        "libraries": ", ".join(f"{name} {version(name)}" for name in ("numpy", "scipy", "scikit-learn")),
        "BLAS": ", ".join(sorted({f"{pool['architecture']} in {pool['num_threads']} threads" for pool in blas})),
        "loops of NumPy": ", ".join(sorted({loop["current"] for loop in loops})),
    }
