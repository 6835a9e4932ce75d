"""Verify compares every index with the record, and finds what is planted; nothing where all is well."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from archive import outbox
from archive.adapters.in_sqlite import SqliteCatalogue
from archive.ports import ObjectStore
from archive.schema import branch, document
from search.feeding import Feeder
from search.ports import CustomerIndex, DocumentIndex, Gone
from search.proving import differences
from tests.contracts.index_things import EVERYBODY
from tests.contracts.index_things import customer as a_customer
from tests.contracts.index_things import document as a_document
from tests.on_engines import INDEXES, opened_indexes
from tests.unit.test_search_feeding import change_type, file_letter, load_customers


class Proven:
    """Two letters, one of them marked, and two customers, all indexed."""

    def __init__(self, catalogue: SqliteCatalogue, documents: DocumentIndex, customers: CustomerIndex) -> None:
        self.catalogue, self.documents, self.customers = catalogue, documents, customers

    def found(self) -> list[tuple[str, str]]:
        """Kind and subject of each difference."""
        told = list(differences(self.catalogue, self.documents, self.customers, EVERYBODY))
        assert all("dossier reindex" in problem.words and not problem.harmless for problem in told)
        return [(problem.kind, problem.subject) for problem in told]

    def plant(self, index: DocumentIndex | CustomerIndex) -> None:
        """Let what was put or deleted behind the feeder's back be seen."""
        index.commit()
        index.release()


@pytest.fixture(params=INDEXES)
def proven(
    request: pytest.FixtureRequest, catalogue: SqliteCatalogue, objects: ObjectStore, tmp_path: Path
) -> Iterator[Proven]:
    for indexes in opened_indexes(request, tmp_path):
        made = Proven(catalogue, indexes.documents(), indexes.customers())
        with catalogue.writing() as connection:
            connection.execute(insert(branch).values(code="north", name="North"))
        for text in ("one", "two"):
            file_letter(catalogue, objects, text)
        with catalogue.writing() as connection:
            connection.execute(update(document).where(document.c.id == 2).values(mark="sealed"))
        load_customers(catalogue, tmp_path, "1,person,Poole,Ann,A-1,north", "2,person,Reed,Bob,A-2,north")
        feeder = Feeder(catalogue, objects, made.documents, made.customers)
        while feeder.feed():
            pass
        yield made


def test_a_whole_index_has_no_differences(proven: Proven) -> None:
    assert proven.found() == []


def test_what_waits_for_the_index_is_no_difference(proven: Proven) -> None:
    with proven.catalogue.writing() as connection:
        change_type(connection, 1, "invoice")
    assert proven.found() == []
    with proven.catalogue.writing() as connection:
        outbox.settle(connection, outbox.pending(connection))
    assert proven.found() == [("index_different", "document:1")]


def test_a_letter_and_a_customer_that_are_lacking_are_named(proven: Proven) -> None:
    with proven.catalogue.reading() as connection:
        version = connection.execute(select(document.c.version).where(document.c.id == 2)).scalar_one()
    proven.documents.delete_many([Gone(2, version)])
    proven.plant(proven.documents)
    proven.customers.delete_many([Gone(1, 1)])
    proven.plant(proven.customers)
    assert proven.found() == [("index_lacks", "document:2"), ("index_lacks", "customer:1")]


def test_what_is_found_and_not_on_record_is_named(proven: Proven) -> None:
    proven.documents.put_many([replace(a_document(77, "long gone"), branch="elsewhere")])
    proven.plant(proven.documents)
    proven.customers.put_many([a_customer(78, "Nobody")])
    proven.plant(proven.customers)
    assert proven.found() == [("index_has_more", "document:77"), ("index_has_more", "customer:78")]
