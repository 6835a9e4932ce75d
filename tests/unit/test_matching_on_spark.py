"""Matching past one machine: Splink on Spark says what this program says alone. Without the extra: what is missing, in words."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from api.wiring import matcher_of
from archive.errors import BadInput
from dedup.adapters import spark_session
from dedup.guard_models import shipped
from dedup.linkage import matching
from dedup.linkage.columns import NAMES, WORDS_OF, Columns, Vocabulary, columns_of
from dedup.linkage.keys import PASSES, blocking_keys
from dedup.linkage.model import without_junk
from dedup.linkage.patterns import patterns_of
from dedup.linkage.records import record_of
from tests.faults.killing import COMMAND, ROOT
from tests.linkage_people import people
from tests.linkage_writing import written

with_arrow = pytest.mark.skipif(find_spec("pyarrow") is None, reason="needs pyarrow: pip install 'dossier[spark]'")
_MISSING = [name for name in ("pyspark", "splink") if find_spec(name) is None]
with_spark = pytest.mark.skipif(
    bool(_MISSING) or not (os.environ.get("JAVA_HOME") or shutil.which("java")),
    reason=f"needs {', '.join(_MISSING) or 'Java 17'}: `make test-spark` installs the packages and runs this",
)
slow = pytest.mark.timeout(1500)
FIRMS = (
    {"kind": "organisation", "full_name": "ООО Теплый дом", "tax_id": "7707083893", "system": "F", "source_id": "F1"},
    {"kind": "organisation", "full_name": "Теплый дом, ООО", "tax_id": "7707083893", "system": "F", "source_id": "F2"},
    {"kind": "organisation", "full_name": "АО Светлый путь", "address": "г. Рябинск, ул. Лесная, д. 4"},
)


def quiet(what: str, done: int, total: int | None) -> None:
    """Hears of progress and says nothing."""


def dedup_run(*words: object) -> list[str]:
    return [*COMMAND, "dedup", "run", *map(str, words), "--json"]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """People in both alphabets, and three firms."""
    return written([*people(120).rows, *FIRMS], tmp_path_factory.mktemp("people") / "people.csv")


# ---- what is missing, and where -----------------------------------------------------------------------------------


def test_without_the_packages_the_command_says_what_to_install(file: Path, tmp_path: Path) -> None:
    blocked = "import sys; sys.modules['pyspark'] = None; from api.cli import main; sys.argv[0] = 'dossier'; main()"
    words = dedup_run(
        "--input", file, "--output", tmp_path / "c.csv", "--engine", "spark", "--model", _shipped(tmp_path)
    )
    words = [sys.executable, "-c", blocked, *words[len(COMMAND) :]]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "pip install 'dossier[spark]'" in done.stderr and "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == [tmp_path / "model.json"], "nothing was begun"


def test_without_java_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(spark_session, "find_spec", lambda name: name)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(BadInput, match=r"Java 17 or later.*openjdk-17-jre-headless.*no `java` on the path"):
        spark_session.insist()
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(BadInput, match="JAVA_HOME is"):
        spark_session.insist()


def test_spark_runs_a_model_that_there_is(file: Path, tmp_path: Path) -> None:
    match = matcher_of("spark", "local[2]")
    with pytest.raises(BadInput, match="dossier dedup train"):
        match(file, tmp_path / "c.csv", tmp_path / "work", None, quiet)


def test_the_directory_is_not_matched_on_spark(tmp_path: Path) -> None:
    words = [*COMMAND, "dedup", "run", "--engine", "spark", "--home", str(tmp_path / "home")]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "go with --input" in done.stderr


# ---- what Spark's workers do, without Spark -------------------------------------------------------------------------


@with_arrow
def test_workers_normalise_key_and_compare_as_this_program_does_alone() -> None:
    import pyarrow as pa

    from dedup.adapters import spark_work
    from dedup.linkage.tables import READ

    class Sent:
        value = shipped().to_json()

    model, made = shipped(), [*people(60).rows, *FIRMS]
    cells = {name: [row.get(name, "") for row in made] for name in READ}
    batch = pa.RecordBatch.from_pydict({"row": np.arange(5, 5 + len(made)), **cells}, schema=spark_work.RECORD)
    halves = [batch.slice(0, 41), batch.slice(41)]
    normalised = pa.Table.from_batches(spark_work.normalising(Sent())(halves)).combine_chunks().to_batches()[0]

    vocabulary = Vocabulary()
    columns = without_junk(columns_of([record_of(row, model.lexicon) for row in made], vocabulary), model)
    (read,), words = spark_work._read(normalised, "")
    for name in NAMES:
        assert _told(read, words, name) == _told(columns, vocabulary, name), name

    keyed = pa.Table.from_batches(spark_work.keying(Sent())([normalised])).to_pylist()
    said = {(one["way"], one["key"], one["row"] - 5) for one in keyed}
    ways = enumerate(blocking_keys(columns, vocabulary, PASSES))
    ours = {(w, k, r) for w, (_, make) in ways for keys in make() for r, k in enumerate(keys.tolist()) if k}
    assert said == ours and len(said) == len(keyed)

    left, right = np.divmod(np.arange(len(made) ** 2), len(made))
    sides = {f"{side}{name}": normalised.column(name).take(pa.array(rows)) for side, rows in
             ((spark_work.LEFT, left), (spark_work.RIGHT, right)) for name in spark_work.PARTS}  # fmt: skip
    both = pa.RecordBatch.from_pydict({"pair": left << 32 | right, **sides})
    (compared,) = spark_work.comparing(Sent())([both])
    one, other = ({name: values[rows] for name, values in columns.items()} for rows in (left, right))
    patterns = patterns_of(one, other, vocabulary, model.lexicon)
    assert compared.column("pattern").to_numpy().tolist() == patterns.tolist()


def _told(columns: Columns, vocabulary: Vocabulary, name: str) -> list[object]:
    if name not in WORDS_OF:
        return columns[name].tolist()
    texts = getattr(vocabulary, WORDS_OF[name]).texts
    return [texts[at] for at in columns[name]]


# ---- Spark itself -------------------------------------------------------------------------------------------------


def _shipped(folder: Path) -> Path:
    path = folder / "model.json"
    path.write_text(shipped().to_json(), encoding="utf-8")
    return path


@with_spark
@slow
def test_splink_on_spark_makes_the_same_clusters_record_for_record() -> None:
    words = [sys.executable, "-m", "benchmarks.on_spark", "--records", "2000", "--seed", "5"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["same_report"] and told["same_clusters"] and told["same_review"]
    assert (told["records"], told["weights_apart_bits"] < 1e-9) == (2000, True)


@with_spark
@slow
def test_stopped_by_ctrl_c_the_command_goes_on_where_it_was(file: Path, tmp_path: Path) -> None:
    model, output = _shipped(tmp_path), tmp_path / "spark.csv"
    words = dedup_run("--input", file, "--output", output, "--model", model, "--engine", "spark")
    words += ["--spark-master", "local[2]", "--home", str(tmp_path / "home")]
    kept = tmp_path / "spark.csv.work" / "keys" / "_SUCCESS"
    with subprocess.Popen(words, cwd=ROOT, stderr=subprocess.PIPE, text=True) as begun:
        while begun.poll() is None and not kept.exists():
            time.sleep(0.1)
        begun.send_signal(signal.SIGINT)
        _, said = begun.communicate()
    assert begun.returncode == 130, said
    assert "run the same command again to go on" in said and "Traceback" not in said
    assert not output.exists()
    made = kept.stat().st_mtime_ns
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as again:
        while again.poll() is None and kept.exists():
            assert kept.stat().st_mtime_ns == made, "what was done is not done again"
            time.sleep(0.1)
        told, said = again.communicate()
    assert again.returncode == 0, said
    assert json.loads(told)["records"] == len(file.read_text().splitlines()) - 1
    assert not kept.parent.parent.exists()
    ours = tmp_path / "ours.csv"
    matching.run(file, ours, tmp_path / "work", shipped(), quiet)
    for one, other in ((output, ours), (tmp_path / "spark.review.csv", tmp_path / "ours.review.csv")):
        assert one.read_bytes() == other.read_bytes()
