"""The seed is what its script makes, and its tables and files belong together."""

import csv
import subprocess
import sys
from pathlib import Path

import pytest

SEED = Path(__file__).parents[2] / "seed"
TYPES = {
    *("authority_inquiry", "contract_copy", "debt_answer", "invoice", "meter_reading", "meter_replacement_act"),
    *("new_connection", "other", "payment_dispute", "power_increase", "power_of_attorney", "quality_complaint"),
    *("recalculation_request", "takeover_application"),
}


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("reportlab")
    if not Path("/usr/share/fonts/truetype/dejavu/DejaVuSerif.ttf").exists():
        pytest.skip("needs the package fonts-dejavu")
    out = tmp_path_factory.mktemp("seed")
    subprocess.run([sys.executable, SEED / "make_mailbag.py", "--out", out], check=True)
    return out


def test_the_script_makes_the_committed_files_and_tables(made: Path) -> None:
    assert files(made / "mailbag") == files(SEED / "mailbag")
    for name in ("customers.csv", "expected.csv"):
        assert (made / name).read_bytes() == (SEED / name).read_bytes()


@pytest.mark.parametrize("name", ["email/nested.eml", "form/shed.json", "upload/reply.txt"])
def test_files_that_no_library_draws_are_the_same_to_the_byte(made: Path, name: str) -> None:
    assert (made / "mailbag" / name).read_bytes() == (SEED / "mailbag" / name).read_bytes()


def test_every_file_is_expected_and_every_expected_file_is_there() -> None:
    assert {row["file"] for row in table(SEED / "expected.csv")} == files(SEED / "mailbag")


def test_expected_customers_are_in_the_directory_and_repeats_name_a_file() -> None:
    known = {row["source_id"] for row in table(SEED / "customers.csv")}
    for row in table(SEED / "expected.csv"):
        assert row["source_id"] in known | {""}, row
        assert (row["outcome"] == "duplicate") == bool(row["duplicate_of_file"]), row
        assert not row["duplicate_of_file"] or (SEED / "mailbag" / row["duplicate_of_file"]).is_file()


def test_a_filed_letter_has_a_customer_and_all_types_occur() -> None:
    rows = table(SEED / "expected.csv")
    assert all(row["source_id"] for row in rows if row["outcome"] == "filed")
    assert {row["document_type"] for row in rows} - {""} == TYPES


def test_the_directory_holds_families_and_a_father_and_son_of_one_name() -> None:
    customers = table(SEED / "customers.csv")
    homes = [(row["full_name"], row["address"]) for row in customers]
    assert 280 <= len(customers) <= 320
    assert len(homes) - len(set(homes)) >= 8
    accounts = [account for row in customers for account in row["accounts"].split(";")]
    assert len(accounts) == len(set(accounts))


def test_the_tax_ids_of_people_have_right_check_digits() -> None:
    numbers = [row["tax_id"] for row in table(SEED / "customers.csv") if len(row["tax_id"]) == 12]
    assert numbers
    for number in numbers:
        weights = (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
        assert sum(int(d) * w for d, w in zip(number, weights, strict=False)) % 11 % 10 == int(number[11]), number


def test_the_mailbag_stays_small() -> None:
    assert sum((SEED / "mailbag" / name).stat().st_size for name in files(SEED / "mailbag")) < 8_000_000
