"""Splink on DuckDB on the file that `matching_generated` matches, with the comparisons and training its guides recommend.

    python -m benchmarks.made_customers PERSONS FILE.csv
    python -m benchmarks.rival_splink FILE.csv [--threads 2]

Needs the extra `benchmarks`. Cells are cleaned for it in SQL (one case, names parted by their usual order, plain numbers,
values of nobody left out). Prints pairwise precision, recall and F1 of its clusters at .95 and at the best of many thresholds
(which only the truth can choose), CPU-seconds and peak memory.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

THRESHOLDS = (0.8, 0.99, 0.999, 0.9999)
_CLEAN = r"""
create table people as
with told as (
    select row_number() over () - 1 as unique_id, *,
           string_split(regexp_replace(lower(full_name), '\s+', ' ', 'g'), ' ') as words
    from read_csv(?, all_varchar = true, header = true, null_padding = true)
)
select unique_id,
       nullif(lower(coalesce(nullif(surname, ''), words[1])), '') as surname,
       nullif(rtrim(lower(coalesce(nullif(given_name, ''), words[2])), '.'), '') as given,
       nullif(rtrim(lower(coalesce(nullif(patronymic, ''), words[3])), '.'), '') as middle,
       case when birth_date not in ('', '1900-01-01') then birth_date end as birth,
       nullif(tax_id, '') as tax_id,
       case when phones not in ('', '0000000000') then right(regexp_replace(phones, '\D', '', 'g'), 10) end as phone,
       nullif(lower(emails), '') as email,
       nullif(regexp_extract(address, '\d{6}'), '') as postcode,
       nullif(trim(regexp_replace(regexp_replace(lower(address), '\d{6}', ''),
              '\b(г|ул|улица|д|дом|кв|квартира)\b\.?|[,.]|\s+', ' ', 'g')), '') as home,
       nullif(regexp_replace(accounts, '\W', '', 'g'), '') as account,
       nullif(regexp_replace(contracts, '\W', '', 'g'), '') as contract,
       nullif(regexp_replace(meters, '\W', '', 'g'), '') as meter
from told
"""


def main() -> None:
    """Print a row."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--threads", type=int, default=2)
    asked = parser.parse_args()
    for part in measure(asked.file, asked.threads):
        print(json.dumps(part), flush=True)


def measure(file: Path, threads: int) -> Iterator[dict[str, object]]:
    """Train, predict, cluster: what that costs; then how it compares with the truth beside the file."""
    started = time.monotonic()
    connection = duckdb.connect()
    connection.execute(f"set threads = {threads}")
    connection.execute(_CLEAN, [str(file)])
    api = DuckDBAPI(connection)
    linker = Linker(api.register("people"), _settings(), log_level="ERROR")
    _train(linker)
    pairs = linker.inference.predict(threshold_match_probability=min(THRESHOLDS))
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, threshold_match_probability=0.95)
    used = resource.getrusage(resource.RUSAGE_SELF)
    cost = {"cpu_s": round(used.ru_utime + used.ru_stime, 1), "wall_s": round(time.monotonic() - started, 1)}
    cost["peak_gib"] = round(used.ru_maxrss / 2**20, 2)
    records = connection.execute("select count(*) from people").fetchall()[0][0]
    yield {"rival": "splink", "records": records} | cost
    truth = str(file.with_suffix(".truth.csv"))
    connection.execute("create table truth as select source_id::bigint as unique_id, person from read_csv(?)", [truth])
    at_95 = {"threshold": 0.95} | _scored(connection, clusters.physical_name)
    yield {"at_95": at_95}
    found = [at_95, *(_at(linker, pairs, t, connection) for t in THRESHOLDS)]
    yield {"best": max(found, key=lambda scores: scores["f1"])}


def _settings() -> SettingsCreator:
    return SettingsCreator(
        link_type="dedupe_only",
        blocking_rules_to_generate_predictions=[
            block_on("phone"),
            block_on("tax_id"),
            block_on("email"),
            block_on("contract"),
            block_on("account"),
            block_on("surname", "birth"),
            block_on("given", "birth"),
            block_on("surname", "given", "middle"),
            block_on("surname", "meter"),
            block_on("given", "meter"),
            block_on("surname", "given", "postcode"),
        ],
        comparisons=[
            cl.ForenameSurnameComparison("given", "surname"),
            cl.NameComparison("middle").configure(term_frequency_adjustments=True),
            cl.DateOfBirthComparison("birth", input_is_string=True),
            cl.DamerauLevenshteinAtThresholds("tax_id", 1),
            cl.DamerauLevenshteinAtThresholds("phone", 1),
            cl.EmailComparison("email"),
            cl.ExactMatch("account"),
            cl.ExactMatch("contract"),
            cl.ExactMatch("meter"),
            cl.JaroWinklerAtThresholds("home", [0.95, 0.88]),
            cl.ExactMatch("postcode"),
        ],
    )


def _train(linker: Linker) -> None:
    certain = [block_on("tax_id"), block_on("given", "surname", "birth"), block_on("contract", "birth")]
    linker.training.estimate_probability_two_random_records_match(certain, recall=0.7)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e7)
    for rule in (block_on("surname", "given"), block_on("birth", "postcode"), block_on("phone")):
        linker.training.estimate_parameters_using_expectation_maximisation(rule)


def _at(linker: Linker, pairs: object, threshold: float, connection: duckdb.DuckDBPyConnection) -> dict[str, float]:
    found = linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, threshold_match_probability=threshold)
    return {"threshold": threshold} | _scored(connection, found.physical_name)


def _scored(connection: duckdb.DuckDBPyConnection, clusters: str) -> dict[str, float]:
    """Pairwise, over all pairs of records of one cluster and of one person."""
    right, said, true = (
        connection.execute(
            f"""select coalesce(sum(n * (n - 1) / 2), 0)
                from (select count(*) as n from {clusters} join truth using (unique_id) group by {by})"""
        ).fetchall()[0][0]
        for by in ("cluster_id, person", "cluster_id", "person")
    )
    precision, recall = right / max(said, 1), right / true
    f1 = 2 * precision * recall / max(precision + recall, 1e-9)
    return {"precision": round(precision, 5), "recall": round(recall, 5), "f1": round(f1, 5)}


if __name__ == "__main__":
    main()
