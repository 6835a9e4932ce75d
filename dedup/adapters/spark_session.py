"""Spark, opened and closed again: what it needs, said in words where that is missing, and how far its work is."""

from __future__ import annotations

import os
import re
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from archive.errors import BadInput, EngineAway, EngineFailed
from dedup.linkage.working import Told

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_Answer = TypeVar("_Answer")
_EXTRA = "pip install 'dossier[spark]'"
_JAVA = "Spark runs on Java 17 or later: install one (on Debian `apt-get install openjdk-17-jre-headless`)"
_LOOKED_AT_S = 0.5
_AS_IS: dict[str, str] = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
}
_ALONE: dict[str, str] = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    # Two hundred parts, Spark's default, are for clusters: here each would be a few rows.
    "spark.sql.shuffle.partitions": "16",
}
"""On this machine alone: nobody else is let in."""
_LOG = """rootLogger.level = error
rootLogger.appenderRef.console.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.target = SYSTEM_ERR
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = Spark: %p %c{1}: %m%n
"""
"""Errors alone: how far the work is, is told by `Watch`."""


@contextmanager
def opened(master: str, spill: Path) -> Iterator[SparkSession]:
    """A session of Spark's, ended with the block. `spill`: where it lays what memory does not hold, on this machine.

    What else is to be set (memory, cores, where the workers are) is read by Spark from its own configuration.

    Raises:
        EngineAway: Spark could not be started, or no master answers.
        EngineFailed: it broke over this work.
    """
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    # Workers are started by Spark, which would take whatever `python3` is.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    try:
        session = _started(master, spill)
    except (PySparkException, Py4JError, OSError) as error:
        raise EngineAway(f"Spark does not start at {master}: {_why(error)}. {_JAVA}") from error
    try:
        yield session
    except (PySparkException, Py4JError) as error:
        raise EngineFailed(
            f"Spark broke off: {_why(error)}; run the same command again: what is done is kept"
        ) from error
    finally:
        with suppress(Py4JError, OSError):
            session.stop()


def apart(work: Callable[[], _Answer]) -> _Answer:
    """Answer what `work` does, in a thread of its own.

    A thread that waits for Spark can ask nothing else of it: from this one Ctrl-C reaches it, and ends what is under way.
    """
    answer: Future[_Answer] = Future()

    def do() -> None:
        try:
            answer.set_result(work())
        except BaseException as error:
            answer.set_exception(error)

    threading.Thread(target=do, daemon=True).start()
    return answer.result()


def insist() -> None:
    """See to it that there is all that a session needs.

    Raises:
        BadInput: pyspark, Splink or Java is missing here.
    """
    missing = [name for name in ("pyspark", "pyarrow", "splink") if find_spec(name) is None]
    if missing:
        raise BadInput(f"Spark is not installed here (there is no {missing[0]}): {_EXTRA}")
    home = os.environ.get("JAVA_HOME")
    java = Path(home, "bin", "java") if home else None
    if not (java.is_file() if java else shutil.which("java")):
        where = f"JAVA_HOME is {home}, where there is no bin/java" if home else "there is no `java` on the path"
        raise BadInput(f"{_JAVA}, or set JAVA_HOME; {where}")


def _started(master: str, spill: Path) -> SparkSession:
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master(master).appName("dossier")
    alone = master.startswith("local")
    for name, value in _AS_IS.items() | (_ALONE.items() if alone else set()):
        builder = builder.config(name, value)
    if alone:
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        shutil.rmtree(spill, ignore_errors=True)
        spill.mkdir()
        says = spill.resolve() / "log4j2.properties"
        says.write_text(_LOG, encoding="ascii")
        builder = builder.config("spark.driver.extraJavaOptions", f"-Dlog4j2.configurationFile={says.as_uri()}")
        builder = builder.config("spark.local.dir", str(spill.resolve()))
        builder = builder.config("spark.sql.warehouse.dir", (spill.resolve() / "warehouse").as_uri())
    return builder.getOrCreate()


_TOLD = re.compile(r"^(?:: )?(?:[\w$]+\.)*\w*(?:Error|Exception|BadInput): .+", re.MULTILINE)


def _why(error: BaseException) -> str:
    """What went wrong, out of Java's and Python's traces of it."""
    told = _TOLD.search(str(error))
    return told[0].removeprefix(": ") if told else next(iter(str(error).splitlines()), type(error).__name__)


class Watch:
    """Tells how far the work within the block is, in Spark's tasks; how many there are Spark plans as it goes."""

    def __init__(self, session: SparkSession, what: str, told: Told) -> None:
        self._context, self._what, self._told = session.sparkContext, what, told
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._done = 0

    def __enter__(self) -> Watch:
        self._context.setJobGroup(self._what, self._what, interruptOnCancel=True)
        self._told(self._what, 0, None)
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        if kind is None:
            self._told(self._what, self._done, self._done)

    def _look(self) -> None:
        tracker = self._context.statusTracker()
        # Where Spark is ending, whoever does the work says why.
        with suppress(Exception):
            while not self._ended.wait(_LOOKED_AT_S):
                jobs = [tracker.getJobInfo(job) for job in tracker.getJobIdsForGroup(self._what)]
                stages = [tracker.getStageInfo(stage) for job in jobs if job for stage in job.stageIds]
                self._done = sum(stage.numCompletedTasks for stage in stages if stage)
                self._told(self._what, self._done, None)
