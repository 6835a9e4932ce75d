"""What happens to us when a parser goes wrong: nothing, but for an answer with a reason."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.errors import LimitExceeded, Unreadable
from intake.limits import Limits
from intake.sandbox import Sandbox

TARGETS = str(Path(__file__).parent)
QUICK = Limits(wall_s=10, cpu_s=5, memory_bytes=512 << 20, file_bytes=1 << 20, result_bytes=1 << 20)


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    sys.path.insert(0, TARGETS)
    with Sandbox(QUICK) as sandbox:
        yield sandbox
    sys.path.remove(TARGETS)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_until(true: object, timeout_s: float = 10) -> bool:
    ends = time.monotonic() + timeout_s
    while time.monotonic() < ends:
        if true():  # type: ignore[operator]
            return True
        time.sleep(0.02)
    return False


def test_an_answer_comes_back_with_what_was_asked(box: Sandbox, tmp_path: Path) -> None:
    source = tmp_path / "source.txt"
    source.write_text("привет")
    answer = box.run("cell_targets:echo", scratch=tmp_path, source=source, number=3, words=["ё"])
    assert answer == {"said": {"number": 3, "words": ["ё"]}, "source": "привет", "scratch": str(tmp_path)}


@pytest.mark.parametrize(
    ("target", "kind", "reason"),
    [
        ("burn", LimitExceeded, "cpu_time"),
        ("eat_memory", LimitExceeded, "memory"),
        ("crash", Unreadable, "crashed"),
        ("leave", Unreadable, "crashed"),
        ("raise_unreadable", Unreadable, "encrypted"),
        ("raise_limit", LimitExceeded, "pages"),
        ("raise_bug", Unreadable, "parser_failed"),
        ("recurse", LimitExceeded, "depth"),
    ],
)
def test_each_way_to_go_wrong_has_its_reason(
    box: Sandbox, tmp_path: Path, target: str, kind: type[LimitExceeded | Unreadable], reason: str
) -> None:
    limits = Limits(wall_s=10, cpu_s=1, memory_bytes=512 << 20)
    with pytest.raises(kind) as caught:
        box.run(f"cell_targets:{target}", scratch=tmp_path, limits=limits)
    assert caught.value.reason == reason
    assert box.run("cell_targets:echo", scratch=tmp_path)["said"] == {}


def test_a_sleeping_parser_is_killed_in_time_and_the_others_go_on(box: Sandbox, tmp_path: Path) -> None:
    answers: list[object] = []

    def others() -> None:
        answers.extend(box.run("cell_targets:echo", scratch=tmp_path, n=n)["said"]["n"] for n in range(5))

    thread = threading.Thread(target=others)
    thread.start()
    with pytest.raises(LimitExceeded) as caught:
        box.run("cell_targets:sleep_for_ever", scratch=tmp_path, limits=Limits(wall_s=0.7))
    thread.join()
    assert caught.value.reason == "time"
    assert answers == [0, 1, 2, 3, 4]
    assert not alive(int((tmp_path / "pid").read_text()))


def test_an_answer_that_is_too_long_is_refused(box: Sandbox, tmp_path: Path) -> None:
    with pytest.raises(LimitExceeded) as caught:
        box.run("cell_targets:answer_much", scratch=tmp_path, size=4 << 20)
    assert caught.value.reason == "result_size"
    assert len(box.run("cell_targets:answer_much", scratch=tmp_path, size=500_000)) == 500_000


def test_the_cell_has_no_network_no_programs_and_no_way_out(box: Sandbox, tmp_path: Path) -> None:
    scratch, outside = tmp_path / "scratch", tmp_path / "outside"
    scratch.mkdir()
    answers = box.run("cell_targets:try_everything", scratch=scratch, outside=str(outside))
    allowed = {name for name, answer in answers.items() if answer == "allowed"}
    if not outside.exists():  # where the kernel has Landlock
        allowed -= {"write_outside"}
    assert allowed == {"write_inside", "start_thread"}


def test_our_secrets_are_not_in_the_cells_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOSSIER_DATABASE", "postgresql://user:secret@host/db")
    monkeypatch.syspath_prepend(TARGETS)
    with Sandbox(QUICK) as sandbox:
        known = sandbox.run("cell_targets:environment", scratch=tmp_path)
    assert "PATH" in known
    assert "DOSSIER_DATABASE" not in known


def test_nothing_survives_the_death_of_its_owner(tmp_path: Path) -> None:
    owner = (
        "import sys, pathlib; sys.path.insert(0, sys.argv[1])\n"
        "from intake.sandbox import Sandbox\n"
        "Sandbox().run('cell_targets:sleep_for_ever', scratch=pathlib.Path(sys.argv[2]))\n"
    )
    process = subprocess.Popen([sys.executable, "-c", owner, TARGETS, str(tmp_path)])
    pid_file = tmp_path / "pid"
    assert wait_until(lambda: pid_file.exists() and pid_file.read_text() != "")
    child = int(pid_file.read_text())
    assert alive(child)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert wait_until(lambda: not alive(child))


def test_a_server_that_was_killed_is_started_anew(tmp_path: Path) -> None:
    sys.path.insert(0, TARGETS)
    try:
        with Sandbox(QUICK) as sandbox:
            sandbox.run("cell_targets:echo", scratch=tmp_path)
            assert sandbox._server is not None
            os.kill(sandbox._server.pid, signal.SIGKILL)
            sandbox._server.wait()
            assert sandbox.run("cell_targets:echo", scratch=tmp_path, again=1)["said"] == {"again": 1}
    finally:
        sys.path.remove(TARGETS)
