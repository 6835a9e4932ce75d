"""Bulk matching past one machine: the same model file, by Splink on Spark.

Records are read here, in their order; everything after that happens where Spark's workers are, by this program's own
normalisation, keys and comparison. Splink weighs each pattern of levels. Clusters are made here, of likely pairs alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from archive.errors import BadInput
from dedup.adapters.spark_session import Watch, apart, insist, opened
from dedup.linkage.columns import Ints
from dedup.linkage.deciding_pairs import Decided, connected, scored, settled, table_of
from dedup.linkage.gathering import origins_of, tables_of
from dedup.linkage.matching import key_of
from dedup.linkage.model import Model
from dedup.linkage.pairing import PassReport, limits
from dedup.linkage.records import ORGANISATION, PERSON
from dedup.linkage.reporting import Report, report_of, write
from dedup.linkage.storing import Workspace
from dedup.linkage.tables import Table
from dedup.linkage.working import Told

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_ENDS = ("shiftright(pair, 32) as left_row", "pair & 4294967295 as right_row")
_PAIRS = """select distinct shiftleft(x.row, 32) | y.row as pair
            from joining x join joining y on x.way = y.way and x.key = y.key and x.row < y.row"""


def run(file: Path, output: Path, work: Path, model: Model | None, told: Told, master: str) -> Report:
    """Write who is who among a file's records, as `matching.run` does, of a file for which one machine is too small.

    `master`: Spark's address, or `local[N]` for N cores of this machine. With workers elsewhere, `work` is a folder that
    all of them see under one name, and each has this version of `dossier[spark]`. Goes on where an earlier call stopped.

    Raises:
        BadInput: there is no model, the file can not be read, there are no records in it, or Spark or Java is missing here.
        EngineAway: Spark does not start, or broke off.
    """
    if model is None:
        raise BadInput(
            "Spark runs a model that there is: name its file (--model), or train one with `dossier dedup train FILE`;"
            " some hundred thousand of the records are enough to learn from"
        )
    insist()
    space = Workspace(work, key_of([file], f"spark {model.version}"))
    with opened(master, space.folder / "spill") as session:
        _lay_records(file, space, told)
        report = apart(lambda: _Run(session, space, model, told).report(output))
    space.clear()
    return report


def _lay_records(file: Path, space: Workspace, told: Told) -> None:
    """The rows as Parquet that Spark reads, numbered in the file's order."""
    if space.state.get("laid"):
        return
    folder = space.folder / "records"
    folder.mkdir(exist_ok=True)
    refused: list[int] = []
    for tables in tables_of([file], space.rows, refused):
        origins = [origin for table in tables for origin in origins_of(table)]
        _lay(tables, space.rows, len(origins), folder)
        space.append({}, origins)
        told("records", space.rows, None)
    if not space.rows:
        raise BadInput("there is not one record to match")
    space.note(laid=True, refused=sum(refused))


def _lay(tables: Sequence[Table], first: int, count: int, folder: Path) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    from dedup.adapters.spark_work import RECORD
    from dedup.linkage.tables import READ

    cells: dict[str, list[str]] = {name: [] for name in READ}
    for table in tables:
        rows = len(next(iter(table.values())))
        for name, values in cells.items():
            values.extend(table.get(name) or [""] * rows)
    made = pa.table({"row": np.arange(first, first + count), **cells}, schema=RECORD)
    parquet.write_table(made, folder / f"{first:012d}.parquet")


@dataclass(frozen=True, slots=True)
class _Run:
    """One file on its way through Spark. What a step makes is kept in the folder, and is not made twice."""

    session: SparkSession
    space: Workspace
    model: Model
    told: Told

    def report(self, output: Path) -> Report:
        """Do all steps, write the answers, and say what was found."""
        from dedup.adapters import spark_work as work

        model = self.session.sparkContext.broadcast(self.model.to_json())
        records = self.session.read.parquet(_address(self.space.folder / "records"))
        people = self.step("normalised", lambda: records.mapInArrow(work.normalising(model), work.NORMALISED))
        keys = self.step("keys", lambda: people.mapInArrow(work.keying(model), work.KEYED))
        passes = self.passes(keys)
        pairs = self.step("pairs", lambda: self.pairs(keys, [most for most, _ in passes]))
        both = self.step("compared", lambda: _with_both(pairs, people).mapInArrow(work.comparing(model), work.COMPARED))
        decided, count = self.decided(both, self.counts(people))
        write(output, self.space, decided)
        refused = int(self.space.state.get("refused", 0))
        return report_of(decided, count, refused, self.model.version, [report for _, report in passes])

    def step(self, name: str, make: Callable[[], DataFrame]) -> DataFrame:
        """A table of the folder, made unless it is there whole."""
        place = self.space.folder / name
        if not (place / "_SUCCESS").is_file():
            with Watch(self.session, name, self.told):
                make().write.mode("overwrite").parquet(_address(place))
        return self.session.read.parquet(_address(place))

    def counts(self, people: DataFrame) -> tuple[int, int]:
        """How many persons and organisations there are."""
        found = {row["kind"]: row["count"] for row in people.groupBy("kind").count().collect()}
        return found.get(PERSON, 0), found.get(ORGANISATION, 0)

    def passes(self, keys: DataFrame) -> list[tuple[int, PassReport]]:
        """For each pass, how many records may share a key, and what it gives then."""
        if "passes" not in self.space.state:
            self.space.note(passes=[(most, list(asdict(report).values())) for most, report in self._passes(keys)])
        return [(most, PassReport(*report)) for most, report in self.space.state["passes"]]

    def _passes(self, keys: DataFrame) -> list[tuple[int, PassReport]]:
        with Watch(self.session, "passes", self.told):
            sizes = keys.groupBy("way", "key").count().withColumnRenamed("count", "size").where("size > 1")
            found = _as_ints(sizes.groupBy("way", "size").count().orderBy("way", "size"), "way", "size", "count")
        of = [found["way"] == way for way in range(len(self.model.passes))]
        return [
            limits(name, found["size"][mine], found["count"][mine], self.space.rows)
            for name, mine in zip(self.model.passes, of, strict=True)
        ]

    def pairs(self, keys: DataFrame, most: Sequence[int]) -> DataFrame:
        """Pairs of records that share a key, each once; keys that too many share are left out."""
        limit = self.session.createDataFrame(list(enumerate(most)), "way int, most bigint")
        sizes = keys.groupBy("way", "key").count().join(limit.hint("broadcast"), "way")
        kept = sizes.where("count > 1 and count <= most").select("way", "key")
        keys.join(kept, ["way", "key"], "left_semi").createOrReplaceTempView("joining")
        return self.session.sql(_PAIRS)

    def decided(self, both: DataFrame, counts: tuple[int, int]) -> tuple[Decided, int]:
        """Who is who, and how many pairs were compared: by Splink's weights, and this program's rules for clusters."""
        from dedup.adapters.splink_odds import SplinkOdds

        with Watch(self.session, "patterns", self.told):
            found = _as_ints(both.groupBy("pattern").count().orderBy("pattern"), "pattern", "count")
        with Watch(self.session, "weights", self.told):
            odds = SplinkOdds(self.session, self.model, counts)
            table = table_of(found["pattern"], found["count"], self.model, odds)
        with Watch(self.session, "likely pairs", self.told):
            likely = self.of_patterns(both, found["pattern"][table.same >= self.model.review])
            groups = connected(self.space.rows, _as_ints(likely, "pair")["pair"])
            inside = _as_ints(self.within(both, groups).orderBy("pair"), "pair", "pattern")
        at = np.searchsorted(found["pattern"], inside["pattern"]).astype(np.int32)
        decided = settled(scored(inside["pair"], at, table), counts, self.model)
        return decided, int(found["count"].sum())

    def of_patterns(self, both: DataFrame, patterns: Ints) -> DataFrame:
        """The pairs that have one of these patterns."""
        wanted = self.table("likely_patterns", {"pattern": patterns})
        return both.join(wanted.hint("broadcast"), "pattern", "left_semi")

    def within(self, both: DataFrame, groups: Ints) -> DataFrame:
        """The pairs of which both records are in one group of several."""
        rows = np.flatnonzero(np.bincount(groups, minlength=len(groups))[groups] > 1)
        members = self.table("groups", {"row": rows, "label": groups[rows]})
        found = both.selectExpr("*", *_ENDS)
        for side in ("left", "right"):
            found = found.join(members.selectExpr(f"row as {side}_row", f"label as {side}_label"), f"{side}_row")
        return found.where("left_label = right_label")

    def table(self, name: str, columns: dict[str, Ints]) -> DataFrame:
        """Numbers of this process as a table of Spark's, by way of the folder."""
        import pyarrow as pa
        from pyarrow import parquet

        place = self.space.folder / f"{name}.parquet"
        parquet.write_table(pa.table(columns), place)
        return self.session.read.parquet(_address(place))


def _with_both(pairs: DataFrame, people: DataFrame) -> DataFrame:
    """Each pair with what is compared of its two records."""
    from dedup.adapters.spark_work import LEFT, PARTS, RIGHT

    found = pairs.selectExpr("pair", *_ENDS)
    for side in (LEFT, RIGHT):
        named = people.selectExpr(f"row as {side}row", *(f"{part} as {side}{part}" for part in PARTS))
        found = found.join(named, f"{side}row")
    return found.drop("left_row", "right_row")


def _as_ints(table: DataFrame, *names: str) -> dict[str, Ints]:
    """The columns, brought here."""
    found = table.select(*names).toArrow()
    return {name: found.column(name).to_numpy().astype(np.int64) for name in names}


def _address(place: Path) -> str:
    return place.resolve().as_uri()
