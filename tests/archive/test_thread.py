"""The writer thread: order, shared fsyncs, the bounded interval, errors."""

from __future__ import annotations

import threading
import time

import pytest

from archive.capture.cipher import iana_name
from archive.capture.thread import Job, WriterThread


class CountingWriter:
    """Stands in for a WarcWriter; every write makes it dirty."""

    def __init__(self):
        self.calls = []
        self.dirty = False

    def sync(self):
        self.calls.append("sync")
        self.dirty = False

    def note(self, what):
        self.calls.append(what)
        self.dirty = True
        return what


@pytest.fixture
def writing(monkeypatch):
    """``(writer, thread, delivered)``; the thread is stopped at the end."""
    monkeypatch.setattr("archive.capture.thread.WarcWriter", CountingWriter)
    writer, delivered = CountingWriter(), []
    thread = WriterThread(writer, 0.05, delivered.extend)
    yield writer, thread, delivered
    thread.stop(job(lambda writer: writer.note("end")))
    thread.join()


def job(work):
    return Job(work)


def wait_for(condition):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def busy(thread):
    """An event until which the thread is held up."""
    gate, started = threading.Event(), threading.Event()

    def hold(writer):
        started.set()
        gate.wait(5)

    thread.put([job(hold)])
    assert started.wait(5)
    return gate


def test_syncs_asked_for_together_share_one_fsync_after_the_writes_before_them(writing):
    writer, thread, delivered = writing
    gate = busy(thread)
    for number in range(10):
        thread.put([job(lambda writer, number=number: writer.note(number)), job(None)])
    gate.set()
    wait_for(lambda: len(delivered) == 21)
    assert writer.calls == [*range(10), "sync"]
    assert [entry.result for entry in delivered if entry.work][1:] == list(range(10))


def test_what_nobody_syncs_is_synced_after_the_interval(writing):
    writer, thread, _ = writing
    thread.put([job(lambda writer: writer.note("record"))])
    wait_for(lambda: writer.calls == ["record", "sync"])


def test_a_sync_that_nobody_asked_for_tells_of_its_error_all_the_same(writing):
    writer, thread, delivered = writing

    def broken():
        writer.dirty = False
        raise OSError("no disk")

    writer.sync = broken
    CountingWriter.sync, kept = lambda self: self.__dict__["sync"](), CountingWriter.sync
    try:
        thread.put([job(lambda writer: writer.note("record"))])
        wait_for(lambda: len(delivered) == 2)
    finally:
        CountingWriter.sync = kept
    assert [(entry.waiter, str(entry.error)) for entry in delivered] == [(None, "None"), (None, "no disk")]


def test_jobs_come_back_from_a_thread_that_dies(monkeypatch):
    def dies(self):
        self._batch()
        raise MemoryError

    monkeypatch.setattr(WriterThread, "_run", dies)
    delivered = []
    thread = WriterThread(CountingWriter(), 0.05, delivered.extend)
    thread.put([job(None), job(None)])
    thread.join()
    thread.put([job(None)])
    thread.stop(job(None))
    wait_for(lambda: len(delivered) == 4)
    assert {str(entry.error) for entry in delivered} == {"the thread that writes the archive has ended: MemoryError()"}


def test_an_error_comes_back_with_its_job_and_the_next_job_is_done(writing):
    _, thread, delivered = writing
    thread.put([job(lambda writer: 1 // 0)])
    thread.put([job(lambda writer: "next")])
    wait_for(lambda: len(delivered) == 2)
    assert isinstance(delivered[0].error, ZeroDivisionError)
    assert (delivered[1].result, delivered[1].error) == ("next", None)


def test_a_full_queue_blocks_until_there_is_room(writing, monkeypatch):
    monkeypatch.setattr("archive.capture.thread._QUEUE_SIZE", 3)
    writer, thread, delivered = writing
    gate = busy(thread)
    thread.put([job(None), job(None), job(None)])
    blocked = threading.Thread(target=thread.put, args=([job(lambda writer: writer.note("late"))],))
    blocked.start()
    blocked.join(0.1)
    assert blocked.is_alive()
    gate.set()
    blocked.join(5)
    assert not blocked.is_alive()
    wait_for(lambda: len(delivered) == 5)
    assert writer.calls == ["sync", "late"]


def test_a_queue_that_was_emptied_has_room_again_however_much_went_through(writing, monkeypatch):
    monkeypatch.setattr("archive.capture.thread._QUEUE_SIZE", 1)
    _, thread, delivered = writing

    def one_by_one():
        for number in range(1, 4):
            thread.put([job(lambda writer: None)])
            wait_for(lambda number=number: len(delivered) == number)

    putting = threading.Thread(target=one_by_one, daemon=True)
    putting.start()
    putting.join(10)
    assert not putting.is_alive()


@pytest.mark.parametrize(
    ("openssl", "iana"),
    [
        ("TLS_AES_256_GCM_SHA384", "TLS_AES_256_GCM_SHA384"),
        ("ECDHE-RSA-AES128-GCM-SHA256", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"),
        ("ECDHE-ECDSA-CHACHA20-POLY1305", "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"),
        ("DHE-RSA-AES256-SHA256", "TLS_DHE_RSA_WITH_AES_256_CBC_SHA256"),
        ("ECDHE-ECDSA-AES256-CCM8", "TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8"),
        ("AES128-SHA", "TLS_RSA_WITH_AES_128_CBC_SHA"),
        ("SOMETHING-NEW", "SOMETHING-NEW"),
    ],
)
def test_cipher_suites_get_their_registered_names(openssl, iana):
    assert iana_name(openssl) == iana
