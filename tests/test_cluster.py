"""A scheduler and its workers as processes of their own on 127.0.0.1: the same bytes, or one line."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest
from clones import REPOSITORY, digests, repro, run

pytestmark = pytest.mark.slow
SHARED = ["sweep", "selection", "producer_effect"]
LINE = r"DASK_SCHEDULER_ADDRESS = tcp://127.0.0.1:\d+: the cluster does not do the work: .*{}.*; look after .*\n"


@contextmanager
def started(*command, cwd=REPOSITORY, **environment):
    process = subprocess.Popen(
        [sys.executable, "-m", "dask", *command],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(cwd), **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        os.killpg(process.pid, signal.SIGKILL)  # a nanny and its worker together
        process.wait()


@contextmanager
def scheduler(folder, **options):
    """The address of a scheduler, and its process."""
    file = folder / "scheduler.json"
    arguments = "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", file
    with started("scheduler", *arguments, **options) as one:
        while not (file.exists() and (found := re.search(r"tcp://127.0.0.1:\d+", file.read_text()))):
            assert one.poll() is None
            time.sleep(0.1)
        yield found[0], one


def worker(address, *options, **environment):
    options = options or ("--preload-nanny", "stages.worker")
    return started(
        "worker", address, "--host", "127.0.0.1", "--nthreads", "1", "--no-dashboard", *options, **environment
    )


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """The address of a scheduler with two workers."""
    with scheduler(tmp_path_factory.mktemp("cluster")) as (address, _), worker(address), worker(address):
        yield address


@pytest.fixture(scope="module")
def lone_scheduler(tmp_path_factory):
    """The address of a scheduler without workers: a test that starts one also ends it."""
    with scheduler(tmp_path_factory.mktemp("scheduler")) as (address, _):
        yield address


PROGRAM = """
import os, signal, sys, time
from pathlib import Path
signal.alarm(300)  # seconds: no fault may hold up the tests
from stages.__main__ import set_up_process
set_up_process("test")
import numpy as np
from century import InputError
from century.cluster import in_order

def same(x, number):
    return number

def add(x, number):
    return float(x.sum()) + number

def is_aligned(x, number):
    return x.flags.aligned

def die_once(x, number, flag):
    try:
        flag.touch(exist_ok=False)
    except FileExistsError:
        return add(x, number)
    os.kill(os.getpid(), signal.SIGKILL)

def die(x, pid):
    os.kill(pid or os.getpid(), signal.SIGKILL)
    time.sleep(60)

class KillsOnArrival:
    def __reduce__(self):
        kill = "os.getpid() == sender or os.path.exists(flag) or (open(flag, 'x').close(), os.kill(os.getpid(), 9))"
        return eval, (kill.replace("os.", "__import__('os')."), dict(flag={2!r}, sender=os.getpid()))

{3}
try:
    print(list(in_order({0}, [KillsOnArrival() if {2!r} else np.arange(10.0)], [{1}])))
except InputError as error:
    sys.exit(str(error))
"""


def ask(address, function, *items, killer="", before="", **environment):
    """What a process says that has a function computed for some items, where there is a cluster."""
    switch = {"DASK_SCHEDULER_ADDRESS": address, "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "60s"}
    program = PROGRAM.format(function, ", ".join(items), str(killer), before)
    return run(sys.executable, "-c", program, cwd=REPOSITORY, check=False, **{**switch, **environment})


def test_the_stages_that_share_their_work_write_the_same_bytes_on_a_cluster(clone, cluster):
    before = digests(clone), (clone / "dvc.lock").read_bytes()
    result = repro(clone, "--force", "--single-item", *SHARED, DASK_SCHEDULER_ADDRESS=cluster)
    assert result.ran == SHARED
    assert (digests(clone), (clone / "dvc.lock").read_bytes()) == before


def test_results_come_in_the_order_of_the_items(cluster):
    done = ask(cluster, "add", "(3,)", "(1,)", "(2,)")
    assert (done.stdout, done.stderr) == ("[48.0, 46.0, 47.0]\n", "")


def test_numbers_arrive_where_a_product_needs_no_copy_of_them(cluster):
    done = ask(cluster, "is_aligned", *[f"({number},)" for number in range(8)])
    assert (done.stdout, done.stderr) == (f"{[True] * 8}\n", "")


def test_what_dask_leaves_unfinished_when_it_stops_is_not_printed(cluster):
    before = """
import asyncio, tornado.gen, tornado.log
known = tornado.gen.with_timeout
def with_timeout(*arguments, **options):
    asyncio.get_event_loop().create_future().set_exception(TimeoutError("nobody asks for this"))
    tornado.log.app_log.error("nor for this")
    return known(*arguments, **options)
tornado.gen.with_timeout = with_timeout
"""
    done = ask(cluster, "add", "(1,)", "(2,)", before=before)
    assert (done.stdout, done.stderr) == ("[46.0, 47.0]\n", "")


def test_another_worker_does_what_a_killed_one_has_not_done(cluster, tmp_path):
    items = [f"({number}, Path({str(tmp_path / 'killed')!r}))" for number in range(6)]
    done = ask(cluster, "die_once", *items)
    assert (done.stdout, done.stderr) == (f"{[45.0 + number for number in range(6)]}\n", "")
    assert (tmp_path / "killed").exists()


def test_a_worker_that_is_killed_while_it_gets_the_data_does_not_hold_up_the_others(cluster, tmp_path):
    done = ask(cluster, "same", "(1,)", "(2,)", killer=tmp_path / "killed")
    assert (done.stdout, done.stderr) == ("[1, 2]\n", "")
    assert (tmp_path / "killed").exists()


def test_a_worker_that_dies_before_it_gets_the_data_does_not_hold_up_the_others(cluster):
    forget = """
import distributed
known = distributed.Client.nthreads
answers = [lambda _: {}, lambda client: {"tcp://127.0.0.1:9": 1, **known(client)}, known]
distributed.Client.nthreads = lambda client: answers.pop(0)(client)
"""
    done = ask(cluster, "add", "(1,)", "(2,)", before=forget)
    assert (done.stdout, done.stderr) == ("[46.0, 47.0]\n", "")


def test_data_that_were_lost_with_the_only_worker_are_sent_again(lone_scheduler, tmp_path):
    items = [f"({number}, Path({str(tmp_path / 'killed')!r}))" for number in range(3)]
    with worker(lone_scheduler):  # the nanny starts another one
        done = ask(lone_scheduler, "die_once", *items)
    assert (done.stdout, done.stderr) == ("[45.0, 46.0, 47.0]\n", "")
    assert (tmp_path / "killed").exists()


def test_work_that_kills_every_worker_is_given_up_with_one_line(cluster):
    done = ask(cluster, "die", "(None,)")
    assert done.returncode == 1
    assert re.fullmatch(LINE.format("its workers died again and again"), done.stderr)


def test_a_scheduler_that_is_not_there_is_one_line():
    done = ask("tcp://127.0.0.1:1", "add", "(1,)", DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT="1s")
    assert done.returncode == 1
    assert re.fullmatch(LINE.format("Timed out trying to connect"), done.stderr)


@pytest.mark.parametrize("address", ["nonsense", "127.0.0.1", "ftp://127.0.0.1:1", "tcp://127.0.0.1:port", "tls://a:1"])
def test_what_is_no_address_is_one_line(address):
    done = ask(address, "add", "(1,)")
    assert done.returncode == 1
    line = LINE.replace(r"tcp://127.0.0.1:\d+", re.escape(address))
    assert re.fullmatch(line.format("this is not the address of a scheduler of Dask"), done.stderr)


def test_a_server_that_never_answers_is_one_line():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        done = ask(address, "add", "(1,)", DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT="1s")
    assert done.returncode == 1
    assert re.fullmatch(LINE.format("no answer within 2 s"), done.stderr)


def test_an_empty_switch_is_none():
    assert ask("", "add", "(1,)").stdout == "[46.0]\n"


def test_a_scheduler_without_workers_is_one_line(lone_scheduler):
    done = ask(lone_scheduler, "add", "(1,)", DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT="5s")
    assert done.returncode == 1
    assert re.fullmatch(LINE.format("Only 0/1 workers arrived"), done.stderr)


def test_a_scheduler_that_goes_away_is_one_line(tmp_path):
    with scheduler(tmp_path) as (address, process), worker(address):
        ask(address, "add", "(1,)")  # waits for the worker as long as a busy machine needs to start it
        done = ask(address, "die", f"({process.pid},)", DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT="5s")
    assert done.returncode == 1
    assert re.fullmatch(
        LINE.format("(Timed out trying to connect|a connection to it was lost again and again)"), done.stderr
    )


@pytest.mark.parametrize(
    ("options", "environment", "what"),
    [
        (("--no-nanny",), {"OPENBLAS_NUM_THREADS": "2"}, r"\w+ in 2 threads as its BLAS, and not \w+ in 1 threads"),
        ((), {"century": "# other"}, r"\w{12} as its code, and not \w{12}"),
    ],
)
def test_a_worker_that_would_compute_other_digits_refuses_and_says_why(
    lone_scheduler, tmp_path, options, environment, what
):
    other = tmp_path / "other"
    for folder in ("century", "stages"):
        shutil.copytree(REPOSITORY / folder, other / folder)
    (other / "century/answers.py").open("a").write(environment.pop("century", ""))
    with worker(lone_scheduler, *options, cwd=other, **environment):
        done = ask(lone_scheduler, "add", "(1,)")
    assert done.returncode == 1
    assert re.fullmatch(rf"a worker on \S+ has {what} as this process; start it in the same .*\n", done.stderr)


def test_a_scheduler_without_this_code_is_one_line(tmp_path):
    with scheduler(tmp_path, cwd=tmp_path) as (address, _), worker(address, "--no-nanny"):
        done = ask(address, "add", "(1,)")
    assert done.returncode == 1
    assert re.fullmatch(LINE.format("deserialization of the task graph"), done.stderr)


def test_a_worker_without_this_code_is_one_line(lone_scheduler, tmp_path):
    with worker(lone_scheduler, "--no-nanny", cwd=tmp_path):
        done = ask(lone_scheduler, "add", "(1,)")
    assert done.returncode == 1
    assert re.fullmatch(LINE.format("No module named 'century'"), done.stderr)


def test_without_the_switch_dask_is_not_imported():
    program = PROGRAM.format("add", "(1,), (2,)", "", "") + "assert not {'dask', 'distributed'} & set(sys.modules)"
    done = run(sys.executable, "-c", program, cwd=REPOSITORY)
    assert done.stdout == "[46.0, 47.0]\n"
