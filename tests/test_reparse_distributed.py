"""The same items past one machine: on a Dask cluster, and from an S3-compatible storage."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request

import pytest

from tests.crawling import ENVIRONMENT, ROOT, run, scrapy


@contextlib.contextmanager
def started(*words, **environment):
    """A program of ours, ended with the block."""
    process = subprocess.Popen(
        [sys.executable, *words],
        cwd=ROOT,
        env={**ENVIRONMENT, "PYTHONPATH": str(ROOT), **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def warcs(demo):
    return sorted((demo.data / "warc").glob("*.warc.gz"))


def expected(demo):
    return (demo.data / "items" / "news.jsonl").read_bytes()


@contextlib.contextmanager
def dask(folder, count):
    """Address of a Dask scheduler, its process, and those of ``count`` workers without nannies: what is killed stays
    dead."""
    file = folder / "scheduler.json"
    here = ["--host", "127.0.0.1", "--scheduler-file", str(file), "--no-dashboard"]
    with contextlib.ExitStack() as stack:
        scheduler = stack.enter_context(started("-m", "distributed.cli.dask_scheduler", "--port", "0", *here))
        for _ in range(300):
            if file.exists():
                break
            time.sleep(0.1)
        worker = ["-m", "distributed.cli.dask_worker", *here, "--nthreads", "1", "--no-nanny"]
        workers = [stack.enter_context(started(*worker)) for _ in range(count)]
        address = json.loads(file.read_text(encoding="utf-8"))["address"]
        waiting = f"from distributed import Client; Client({address!r}).wait_for_workers({count}, timeout=60)"
        run([sys.executable, "-c", waiting])
        yield address, scheduler, workers


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory):
    """Address of a Dask scheduler with four workers, and their processes."""
    pytest.importorskip("distributed", reason="needs the extra distributed")
    with dask(tmp_path_factory.mktemp("dask"), 4) as (address, _, workers):
        yield address, workers


def test_a_cluster_of_this_machine_gives_the_same_items(demo, tmp_path):
    pytest.importorskip("distributed", reason="needs the extra distributed")
    output = tmp_path / "items.jsonl"
    scrapy("reparse", "--engine", "dask", "--jobs", 2, "--output", output, *warcs(demo))
    assert expected(demo) == output.read_bytes()


def test_a_cluster_elsewhere_gives_the_same_items(demo, scheduler, tmp_path):
    output = tmp_path / "items.jsonl"
    scrapy("reparse", "--engine", "dask", "--scheduler", scheduler[0], "--output", output, *warcs(demo))
    assert expected(demo) == output.read_bytes()


def test_a_killed_worker_loses_nothing(demo, scheduler, tmp_path):
    address, workers = scheduler
    output, flag = tmp_path / "items.jsonl", tmp_path / "killed"
    run([sys.executable, "-m", "tests.dying_worker", address, str(flag), str(output), *map(str, warcs(demo))])
    dead = [worker.pid for worker in workers if worker.poll() is not None]
    assert [int(flag.read_text(encoding="utf-8"))] == dead
    assert expected(demo) == output.read_bytes()


LEFT_ALONE = """
import os, signal, sys, dask
from migration_spider.reparse import dask_engine
from migration_spider.reparse.engines import EngineError
dask_engine.PATIENCE = 2.0
dask.config.set({"distributed.comm.timeouts.connect": "2s"})
try:
    with dask_engine.cluster(sys.argv[1], 1) as engine:
        os.kill(int(sys.argv[2]), signal.SIGKILL)
        list(engine(str, range(1000)))
except EngineError as error:
    print("EngineError:", error)
"""


@pytest.mark.parametrize(("killed", "says"), [("worker", "no worker for 2 seconds"), ("scheduler", "is gone")])
def test_a_cluster_that_is_gone_is_one_clear_error(tmp_path, killed, says):
    pytest.importorskip("distributed", reason="needs the extra distributed")
    with dask(tmp_path, 1) as (address, scheduler, (worker,)):
        process = worker if killed == "worker" else scheduler
        printed = run([sys.executable, "-c", LEFT_ALONE, address, str(process.pid)]).decode()
    assert "EngineError: " in printed
    assert says in printed


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--scheduler", "tcp://127.0.0.1:9"], "--engine dask"),
        (["--jobs", "0"], "at least 1"),
    ],
)
def test_wrong_usage_is_exit_code_2(demo, tmp_path, words, says):
    output = scrapy("reparse", *words, "--output", tmp_path / "x", *warcs(demo), code=2).decode()
    assert says in output
    assert "Traceback" not in output


# However fast it is, it does not end before it is interrupted.
ENDLESS = """
import signal, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell starts what is in its background without
from migration_spider.reparse import rebuild
from scrapy.cmdline import execute
rebuild._put = lambda *_: time.sleep(60)
execute()
"""


def test_a_rebuild_that_is_interrupted_leaves_nothing(demo, tmp_path):
    words = ["-c", ENDLESS, "reparse", "--jobs", "2", "--output", str(tmp_path / "items.jsonl"), *warcs(demo)]
    process = subprocess.Popen(
        [sys.executable, *map(str, words)],
        cwd=ROOT,
        env=ENVIRONMENT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with process:
        for _ in range(600):
            if list(tmp_path.glob(".reparse-*")):
                break
            time.sleep(0.05)
        os.killpg(process.pid, signal.SIGINT)
        _, told = process.communicate(timeout=60)
    assert (130, "scrapy reparse: interrupted; nothing was written") == (process.returncode, told.splitlines()[-1])
    assert [] == list(tmp_path.iterdir())


def test_an_extra_that_is_not_installed_is_named(demo, tmp_path):
    try:
        import distributed  # noqa: F401
    except ImportError:
        output = scrapy("reparse", "--engine", "dask", "--output", tmp_path / "x", *warcs(demo), code=2).decode()
        assert "'.[distributed]'" in output
        assert "Traceback" not in output
    else:
        pytest.skip("the extra distributed is installed")


MOTO = """
import logging
from moto.server import ThreadedMotoServer
logging.disable()
server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
server.start()
print("http://%s:%s" % server.get_host_and_port(), flush=True)
input()
"""


@pytest.fixture(scope="module")
def storage(demo):
    """Address of an S3 server whose bucket ``archive`` has the files of the demo archive in ``warc/``."""
    pytest.importorskip("s3fs", reason="needs the extra s3")
    pytest.importorskip("moto", reason="needs moto[server]")
    with started("-c", MOTO) as server:
        address = server.stdout.readline().strip()
        files = {f"archive/warc/{path.name}": path.read_bytes() for path in warcs(demo)}
        for name, data in {"archive": b"", **files}.items():
            kind = {"Content-Type": "application/octet-stream"}
            request = urllib.request.Request(f"{address}/{name}", data, kind, method="PUT")
            with urllib.request.urlopen(request, timeout=60) as answer:
                assert 200 == answer.status
        yield address


def keys(storage):
    return {
        "AWS_ENDPOINT_URL": storage,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }


def reparse_remote(storage, *words, code=0):
    done = subprocess.run(
        [sys.executable, "-m", "scrapy", "reparse", *map(str, words)],
        cwd=ROOT,
        env={**os.environ, **keys(storage)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
        check=False,
    )
    assert code == done.returncode, done.stdout[-3000:]
    return done.stdout


@pytest.mark.parametrize("engine", [[], ["--engine", "dask", "--jobs", "2"]])
def test_an_archive_on_s3_gives_the_same_items(demo, storage, tmp_path, engine):
    if engine:
        pytest.importorskip("distributed", reason="needs the extra distributed")
    output = tmp_path / "items.jsonl"
    reparse_remote(storage, *engine, "--output", output, "s3://archive/warc/*.warc.gz")
    assert expected(demo) == output.read_bytes()


def test_a_name_that_is_not_there_is_one_clear_line(storage, tmp_path):
    printed = reparse_remote(storage, "--output", tmp_path / "x", "s3://archive/no-such.warc.gz", code=2)
    assert "s3://archive/no-such.warc.gz: no such file" in printed
    assert "Traceback" not in printed
