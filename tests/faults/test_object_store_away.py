"""An S3 server that is slow, busy, cut off or gone: tried again, then told; nothing half, nothing silent."""

from __future__ import annotations

import hashlib
import io
import multiprocessing
import random
import ssl
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from archive.adapters.in_s3 import S3Store
from archive.adapters.s3_address import Patience
from archive.errors import EngineAway, NotFound
from tests.faults.between import Busy, Network, busy_server, network_before
from tests.on_engines import address, fresh_bucket, minio_client

pytestmark = pytest.mark.engine

MIB = 1 << 20
QUICK = Patience(silence_s=1.0, tries=3, pause_s=0.02)
LARGE = random.Random(63).randbytes(20 * MIB)
DIGEST = hashlib.sha256(LARGE).hexdigest()


@pytest.fixture(params=["minio", "versitygw"])
def bucket(request: pytest.FixtureRequest) -> Iterator[str]:
    with fresh_bucket(request.param) as url:
        straight = S3Store(url)
        straight.put(io.BytesIO(b"the first letter"))
        straight.close()
        yield url


@pytest.fixture
def straight(bucket: str) -> Iterator[S3Store]:
    """The store without anything between."""
    store = S3Store(bucket)
    yield store
    store.close()


@pytest.fixture
def network(bucket: str) -> Iterator[Network]:
    with network_before(bucket) as between:
        yield between


@pytest.fixture
def store(network: Network) -> Iterator[S3Store]:
    """The store by way of the network that can be spoilt."""
    held = S3Store(network.url, QUICK)
    yield held
    held.close()


@pytest.fixture
def busy(bucket: str) -> Iterator[Busy]:
    with busy_server(bucket) as server:
        yield server


def told_well(told: pytest.ExceptionInfo[EngineAway], url: str) -> None:
    """Host and bucket are named, the secret is not."""
    parts, words = urlsplit(url), str(told.value)
    assert f"{parts.hostname}:{parts.port}{parts.path}" in words
    assert str(parts.password) not in words


def test_a_body_cut_on_its_way_here_is_read_on_from_there(network: Network, store: S3Store, straight: S3Store) -> None:
    straight.put(io.BytesIO(LARGE))
    network.spoil("limit_data", bytes=7 * MIB)  # each connection breaks after so many
    with store.open(DIGEST) as stream:
        assert stream.read() == LARGE


def test_a_body_that_is_always_cut_is_an_engine_away(network: Network, store: S3Store, straight: S3Store) -> None:
    straight.put(io.BytesIO(LARGE))
    with pytest.raises(EngineAway) as told, store.open(DIGEST) as stream:
        assert stream.read(MIB) == LARGE[:MIB]
        network.spoil("limit_data", bytes=1000)
        network.spoil("reset_peer", "upstream", timeout=0)
        while stream.read(MIB):
            pass
    told_well(told, network.url)
    network.mend()
    assert store.verify(DIGEST)


def test_a_body_cut_on_its_way_there_is_sent_again_part_by_part(network: Network, store: S3Store) -> None:
    network.spoil("limit_data", "upstream", bytes=9 * MIB)  # one part passes, the second does not
    assert store.put(io.BytesIO(LARGE)) == (DIGEST, len(LARGE))
    network.mend()
    assert store.verify(DIGEST)


def test_a_body_that_never_arrives_leaves_nothing(network: Network, store: S3Store, straight: S3Store) -> None:
    held = set(straight.digests())
    assert not store.has(DIGEST)
    network.spoil("limit_data", "upstream", bytes=MIB)
    for content in (LARGE, LARGE[: 2 * MIB]):
        with pytest.raises(EngineAway) as told:
            store.put(io.BytesIO(content))
        told_well(told, network.url)
    assert set(straight.digests()) == held
    network.mend()
    assert store.put(io.BytesIO(LARGE))[0] == DIGEST
    assert straight.verify(DIGEST)


def test_a_slow_server_is_waited_for(network: Network, store: S3Store) -> None:
    network.spoil("latency", latency=300)
    digest, _ = store.put(io.BytesIO(b"a letter"))
    assert store.verify(digest)


def test_a_narrow_line_is_no_dead_one(network: Network, bucket: str) -> None:
    network.spoil("bandwidth", "upstream", rate=3000)  # KB/s: longer for a part than connecting may take
    store = S3Store(network.url, Patience(connect_s=0.2, silence_s=30.0, tries=1))
    digest, _ = store.put(io.BytesIO(LARGE[: 8 * MIB]))
    assert store.verify(digest)
    store.close()


def test_a_server_that_says_nothing_is_an_engine_away(network: Network, store: S3Store) -> None:
    digest, _ = store.put(io.BytesIO(b"a letter"))
    network.spoil("timeout", timeout=0)  # takes what is sent and answers nothing
    for ask in (lambda: store.put(io.BytesIO(b"other")), lambda: store.open(digest), lambda: list(store.digests())):
        with pytest.raises(EngineAway) as told:
            ask()
        told_well(told, network.url)
    network.mend()
    assert store.verify(digest)


def test_a_server_that_is_gone_is_an_engine_away_and_comes_back(network: Network, store: S3Store) -> None:
    digest, _ = store.put(io.BytesIO(b"a letter"))
    network.cut()
    for ask in (
        lambda: store.put(io.BytesIO(b"other")),
        lambda: store.open(digest),
        lambda: store.has(digest),
        lambda: store.verify(digest),
        lambda: store.remove(digest),
        lambda: list(store.digests()),
        lambda: store.description,
    ):
        with pytest.raises(EngineAway) as told:
            ask()
        told_well(told, network.url)
    network.join()
    assert store.verify(digest)


def test_a_busy_server_is_asked_again(busy: Busy) -> None:
    store = S3Store(busy.url, QUICK)
    digest, _ = store.put(io.BytesIO(b"a letter"))
    for ask in (lambda: store.put(io.BytesIO(LARGE)), lambda: store.verify(digest), lambda: list(store.digests())):
        busy.refusals = 2
        ask()
        assert busy.refusals == 0
    assert store.verify(DIGEST)
    store.close()


def test_a_server_that_stays_busy_is_an_engine_away(busy: Busy, straight: S3Store) -> None:
    store = S3Store(busy.url, QUICK)
    digest, _ = store.put(io.BytesIO(b"a letter"))
    held = set(straight.digests())
    for ask in (
        lambda: store.put(io.BytesIO(b"other")),
        lambda: store.put(io.BytesIO(LARGE)),
        lambda: store.open(digest),
        lambda: store.has(digest),
        lambda: list(store.digests()),
    ):
        busy.refusals, busy.refused = 1000, 0
        with pytest.raises(EngineAway) as told:
            ask()
        told_well(told, busy.url)
        assert 0 < busy.refused < 20, "it is not asked for ever"
    busy.refusals = 0
    assert set(straight.digests()) == held
    store.close()


def test_busy_while_worm_is_tried_out_is_not_taken_for_a_lock_that_holds() -> None:
    with fresh_bucket("minio") as url, busy_server(url) as busy:
        store = S3Store(f"{busy.url}?worm=compliance", QUICK)
        assert "versioning enabled" in store.description
        for answered in range(8):
            busy.let_through, busy.refusals = answered, QUICK.tries  # one question fails, the next are answered
            with pytest.raises(EngineAway):
                store.protection()
        busy.refusals = 0
        assert store.protection().proven, "what was not answered is asked again"
        store.close()


def test_over_tls_it_is_all_the_same_and_a_stranger_is_not_trusted(
    bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=store -addext subjectAltName=IP:127.0.0.1"
    subprocess.run([*command.split(), "-out", certificate, "-keyout", key], check=True, capture_output=True)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    with busy_server(bucket, tls) as server:
        store = S3Store(server.url, QUICK)
        with pytest.raises(EngineAway, match="certificate"):
            store.put(io.BytesIO(LARGE))
        store.close()
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        store = S3Store(server.url, QUICK)
        for content in (b"a letter", LARGE):
            digest, _ = store.put(io.BytesIO(content))
            assert store.verify(digest)
        store.close()


@pytest.mark.parametrize("engine", ["minio", "versitygw"])
def test_a_wrong_secret_is_told_with_the_remedy_and_without_the_secret(engine: str) -> None:
    parts = urlsplit(address(engine))
    url = f"{parts.scheme}://{parts.username}:not-the-secret@{parts.hostname}:{parts.port}/some-bucket"
    store = S3Store(url)
    for ask in (lambda: store.put(io.BytesIO(b"a letter")), lambda: store.has(DIGEST), lambda: store.description):
        with pytest.raises(EngineAway, match=r"refuses.*look|right") as told:
            ask()
        assert "not-the-secret" not in str(told.value)
    store.close()


def test_a_bucket_that_goes_away_is_no_empty_one(bucket: str, straight: S3Store) -> None:
    (digest,) = straight.digests()
    straight.remove(digest)
    minio_client(bucket).remove_bucket(urlsplit(bucket).path.strip("/"))
    for ask in (lambda: straight.has(digest), lambda: straight.verify(digest), lambda: list(straight.digests())):
        with pytest.raises(EngineAway):
            ask()
        straight._bucket_is_there = True
    straight._bucket_is_there = False
    straight.put(io.BytesIO(b"the first letter"))


def test_many_threads_keep_and_read_through_one_store(bucket: str) -> None:
    store, wrong = S3Store(bucket, QUICK), list[BaseException]()

    def work(who: int) -> None:
        try:
            for turn in range(8):
                content = f"{who % 4} {turn}".encode() * 1000
                digest, _ = store.put(io.BytesIO(content))
                with store.open(digest) as stream:
                    assert stream.read() == content
        except BaseException as error:
            wrong.append(error)

    threads = [threading.Thread(target=work, args=(who,)) for who in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert len(set(store.digests())) == 4 * 8 + 1
    store.close()


def test_a_forked_process_has_connections_of_its_own(bucket: str) -> None:
    store = S3Store(bucket)
    (digest,) = store.digests()
    ours = store._pool

    def work() -> None:
        assert store.verify(digest)
        assert store._pool is not ours

    child = multiprocessing.get_context("fork").Process(target=work)
    child.start()
    child.join()
    assert child.exitcode == 0
    assert store.verify(digest)
    assert store._pool is ours
    store.close()


def test_what_the_server_changed_is_not_taken_for_kept(bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    store = S3Store(bucket)
    send = store._client.put_object

    def other(bucket_name: str, name: str, data: io.BytesIO, length: int, **told: object) -> object:
        # A server without checksums that keeps something else.
        return send(bucket_name, name, io.BytesIO(b"?" * length), length)

    monkeypatch.setattr(store._client, "put_object", other)
    with pytest.raises(EngineAway, match="other bytes"):
        store.put(io.BytesIO(b"a letter"))
    monkeypatch.undo()
    assert not store.has(hashlib.sha256(b"a letter").hexdigest())
    with pytest.raises(NotFound):
        store.open(hashlib.sha256(b"a letter").hexdigest())
    store.close()
