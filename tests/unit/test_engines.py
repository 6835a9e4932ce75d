"""What the engines' housekeeping promises: no stranger is stopped, nothing is left, an address stays good."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.engines import fleet as fleets
from tests.engines import processes
from tests.engines.asking import over_http
from tests.engines.description import Command, Engine, EngineError, Site
from tests.engines.environment import read_env, url_of, write_env
from tests.engines.fleet import Fleet
from tests.engines.ports import Address, choose, is_free, read_addresses, write_addresses
from tests.engines.processes import Started, end_leftovers, identify, launch, read_record, stop, write_record

PYTHON = Path(sys.executable).resolve()
SLEEPER = Command((str(PYTHON), "-c", "import time; time.sleep(60)"))


@pytest.fixture
def sleeper(tmp_path: Path) -> Iterator[Started]:
    started = launch(SLEEPER, tmp_path, tmp_path / "log")
    yield started
    processes.kill(started)


def test_a_number_that_went_to_another_process_is_not_ours(sleeper: Started) -> None:
    earlier = replace(sleeper, start_ticks=sleeper.start_ticks - 1)
    assert sleeper.is_alive
    assert not earlier.is_alive
    stop([earlier], signal.SIGKILL)
    processes.kill(earlier)
    assert sleeper.is_alive


def test_a_process_of_an_earlier_boot_is_not_ours(sleeper: Started) -> None:
    assert not replace(sleeper, boot="another").is_alive


def test_a_zombie_is_dead(tmp_path: Path) -> None:
    child = subprocess.Popen(["true"])
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert not identify(child.pid).is_alive
    child.wait()


def test_a_program_with_brackets_in_its_name_is_read_right(tmp_path: Path) -> None:
    program = tmp_path / "a) Z (b 1 2"
    program.symlink_to("/bin/sleep")
    started = launch(Command((str(program), "60")), tmp_path, tmp_path / "log")
    try:
        assert started.is_alive
    finally:
        processes.kill(started)
    assert not started.is_alive


def test_one_that_does_not_listen_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "CLEAN_END_S", 0.2)
    ready = tmp_path / "ready"
    code = f"import signal, time; signal.signal(15, signal.SIG_IGN); open({str(ready)!r}, 'w'); time.sleep(60)"
    started = launch(Command((str(PYTHON), "-c", code)), tmp_path, tmp_path / "log")
    while not ready.exists():
        assert started.is_alive
    stop([started], signal.SIGTERM)
    assert not started.is_alive


def test_what_outlived_its_parent_is_found_by_folder_and_program(tmp_path: Path) -> None:
    inside, outside = tmp_path / "data", tmp_path / "elsewhere"
    inside.mkdir()
    outside.mkdir()
    orphan = launch(SLEEPER, inside, tmp_path / "log")
    other_program = launch(Command(("/bin/sleep", "60")), inside, tmp_path / "log")
    other_folder = launch(SLEEPER, outside, tmp_path / "log")
    try:
        assert end_leftovers(inside, frozenset({PYTHON.name})) == [orphan.pid]
        assert [orphan.is_alive, other_program.is_alive, other_folder.is_alive] == [False, True, True]
    finally:
        for started in (orphan, other_program, other_folder):
            processes.kill(started)


def test_a_record_comes_back_and_half_a_record_is_none(tmp_path: Path) -> None:
    kept = [Started(1, 2, "boot"), Started(3, 4, "boot")]
    write_record(tmp_path / "a.json", kept)
    assert read_record(tmp_path / "a.json") == kept
    (tmp_path / "b.json").write_text('[{"pid": 1')
    assert read_record(tmp_path / "b.json") == []
    assert read_record(tmp_path / "c.json") == []


def test_an_address_is_kept_while_it_is_free(tmp_path: Path) -> None:
    first = choose(("sql", "admin"), None, set())
    assert len(set(first.ports.values())) == 2
    write_addresses(tmp_path / "addresses.json", {"one": first})
    assert (tmp_path / "addresses.json").stat().st_mode & 0o077 == 0
    assert choose(("sql", "admin"), read_addresses(tmp_path / "addresses.json")["one"], set()) == first


def test_a_port_that_someone_took_is_replaced_and_the_secret_stays() -> None:
    kept = choose(("sql",), None, set())
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", kept.ports["sql"]))
        stranger.listen()
        assert not is_free(kept.ports["sql"])
        fresh = choose(("sql",), kept, set())
    assert fresh.ports != kept.ports
    assert fresh.secret == kept.secret


def test_a_port_of_another_engine_is_never_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.engines.ports.FIRST_PORT", 20000)
    monkeypatch.setattr("tests.engines.ports.LAST_PORT", 20001)
    monkeypatch.setattr("tests.engines.ports.is_free", lambda port: True)
    assert choose(("sql",), None, {20000}).ports == {"sql": 20001}
    with pytest.raises(EngineError):
        choose(("sql",), None, {20000, 20001})


def test_an_engine_that_asks_for_other_ports_now_gets_them() -> None:
    fresh = choose(("http", "nodes"), Address({"http": 20000}, "secret"), set())
    assert tuple(fresh.ports) == ("http", "nodes")


def test_the_env_file_is_for_this_user_alone_and_goes_with_the_last_engine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DOSSIER_TEST_REDIS_URL", raising=False)
    write_env(tmp_path, {"redis": "redis://:a=b@127.0.0.1:1/0"})
    assert (tmp_path / "env").stat().st_mode & 0o077 == 0
    assert read_env(tmp_path) == {"DOSSIER_TEST_REDIS_URL": "redis://:a=b@127.0.0.1:1/0"}
    assert url_of("redis", tmp_path) == "redis://:a=b@127.0.0.1:1/0"
    monkeypatch.setenv("DOSSIER_TEST_REDIS_URL", "redis://elsewhere")
    assert url_of("redis", tmp_path) == "redis://elsewhere"
    write_env(tmp_path, {})
    assert not (tmp_path / "env").exists()
    assert url_of("minio", tmp_path) is None


def _ask(site: Site) -> str:
    over_http(site.port, "/")
    return "1.0"


def _serve(site: Site) -> list[Command]:
    return [Command((str(PYTHON), "-m", "http.server", "--bind", "127.0.0.1", str(site.port)))]


TOY = Engine(
    "toy",
    ("http",),
    frozenset({PYTHON.name}),
    install=lambda site: None,
    prepare=lambda site: None,
    commands=_serve,
    ask=_ask,
    url=lambda site: f"http://127.0.0.1:{site.port}",
)


@pytest.fixture
def toy_fleet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Fleet]:
    monkeypatch.setattr(fleets, "ENGINES", {"toy": TOY})
    fleet = Fleet(tmp_path / "engines")
    yield fleet
    fleet.down()


def test_up_is_safe_to_repeat_and_a_killed_engine_comes_back_where_it_was(toy_fleet: Fleet) -> None:
    (first,) = toy_fleet.up()
    (again,) = toy_fleet.up(["toy"])
    assert (again.port, again.started_s) == (first.port, None)
    toy_fleet.kill("toy")
    assert toy_fleet.status() == ["toy"]
    (back,) = toy_fleet.up()
    assert back.port == first.port
    assert back.started_s is not None


def test_down_leaves_no_process_no_record_and_no_address_in_the_env_file(toy_fleet: Fleet) -> None:
    toy_fleet.up()
    running = toy_fleet.processes("toy")
    assert running and all(process.is_alive for process in running)
    assert read_env(toy_fleet.folder)
    assert toy_fleet.down() == ["toy"]
    assert not any(process.is_alive for process in running)
    assert toy_fleet.processes("toy") == []
    assert read_env(toy_fleet.folder) == {}
    assert toy_fleet.down() == []


def test_down_ends_what_runs_without_a_record(toy_fleet: Fleet) -> None:
    toy_fleet.up()
    running = toy_fleet.processes("toy")
    (toy_fleet.folder / "run" / "toy.json").unlink()
    assert toy_fleet.down() == ["toy"]
    assert not any(process.is_alive for process in running)


def test_an_engine_that_ends_by_itself_says_so_with_its_last_words(
    toy_fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    dying = Command((str(PYTHON), "-c", "raise SystemExit('no room on this disk')"))
    monkeypatch.setitem(fleets.ENGINES, "toy", replace(TOY, commands=lambda site: [dying]))
    with pytest.raises(EngineError, match=r"toy: it ended by itself.*\n.*no room on this disk"):
        toy_fleet.up()
    assert toy_fleet.processes("toy") == []


def test_a_name_that_is_no_engine_is_refused(toy_fleet: Fleet) -> None:
    with pytest.raises(EngineError, match="No engine is called oracle"):
        toy_fleet.up(["oracle"])
