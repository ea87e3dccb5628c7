"""How a search asks: one version only, through its own index, in a fixed number of statements."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from django.db import connection

from catalog.models import Offer
from tagging.matching import search as searching
from tagging.matching.search import IndexVersionGone, QueryVectors, candidates, search, walk_statement
from tagging.matching.types import IncompatibleVersions
from tagging.models import IndexVersion
from tagging.vector_io import binary_cursor
from tests import factories

from .shelf import MODEL, Shelf, fill, queries, unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf() -> Shelf:
    return fill(np.random.default_rng(8), products=150)


def statements(act: Callable[[], Any]) -> list[str]:
    """Do something, and return the statements that went to the server, read off the wire by libpq itself."""
    with tempfile.TemporaryFile("w+") as trace:
        pgconn = connection.connection.pgconn
        pgconn.trace(trace.fileno())
        try:
            act()
        finally:
            pgconn.untrace()
        trace.seek(0, os.SEEK_SET)
        sent = [line for line in trace if "\tF\t" in line and ("\tParse\t" in line or "\tQuery\t" in line)]
    return [line for line in sent if "SAVEPOINT" not in line]


def test_queries_of_another_model_are_refused(shelf: Shelf) -> None:
    foreign = QueryVectors("1" * 16, queries(np.random.default_rng(1), 1).vectors)
    with pytest.raises(IncompatibleVersions, match="project them with the version's own model"):
        search(shelf.version, foreign, k=1, market="AA")


@pytest.mark.parametrize("state", ["building", "failed"])
def test_a_version_that_is_not_complete_is_refused(state: str) -> None:
    with pytest.raises(ValueError, match="only a complete version can be searched"):
        search(factories.index_version(state), queries(np.random.default_rng(1), 1), k=1, market="AA")


def test_a_version_that_was_cleared_away_does_not_look_like_an_empty_shop() -> None:
    version = factories.index_version("retired")
    with pytest.raises(IndexVersionGone, match="search that one"):
        search(version, queries(np.random.default_rng(1), 1), k=1, market="AA")


def test_an_empty_live_version_has_nothing_to_give() -> None:
    assert search(factories.index_version(), queries(np.random.default_rng(1), 2), k=1, market="AA") == [[], []]


def test_entries_of_another_version_are_never_compared(shelf: Shelf) -> None:
    IndexVersion.objects.filter(pk=shelf.version.pk).update(state="retired")
    other = factories.index_version()
    assert search(other, queries(np.random.default_rng(1), 1), k=5, market="AA") == [[]]


@pytest.mark.parametrize(
    "vectors",
    [
        pytest.param(np.ones((2, 255), np.float32), id="too short"),
        pytest.param(unit(np.ones(256)), id="not a list of vectors"),
        pytest.param(np.ones((1, 256), np.float32), id="not of unit length"),
        pytest.param(np.full((1, 256), np.nan, np.float32), id="not numbers"),
        pytest.param(np.zeros((1, 256), np.float32), id="zero"),
    ],
)
def test_vectors_that_no_model_projected_are_refused(vectors: np.ndarray) -> None:
    with pytest.raises(ValueError, match="Query vectors"):
        QueryVectors(MODEL, vectors)


def test_the_walk_goes_through_the_versions_own_index(shelf: Shelf) -> None:
    linkable, parameters = Offer.objects.linkable("AA").values("product_id").query.sql_with_params()
    vectors = list(queries(np.random.default_rng(1), 3).vectors)
    with binary_cursor() as cursor:
        statement = f"EXPLAIN {walk_statement(shelf.version.pk, linkable)}"
        plan = "\n".join(row[0] for row in cursor.execute(statement, [vectors, *parameters, 10]))
    assert f"Index Scan using {shelf.version.vector_index}" in plan
    assert "Order By: (vector <#> query.vector)" in plan
    assert "Sort" not in plan


@pytest.mark.parametrize(
    ("exact_up_to", "wanted"), [pytest.param(20_000, 3, id="exact"), pytest.param(-1, 4, id="walk")]
)
@pytest.mark.parametrize("count", [1, 50])
def test_the_number_of_statements_does_not_depend_on_the_number_of_queries(
    shelf: Shelf, exact_up_to: int, wanted: int, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "EXACT_UP_TO", exact_up_to)
    asked = queries(np.random.default_rng(2), count)
    search(shelf.version, asked, k=5, market="AA")
    assert len(statements(lambda: search(shelf.version, asked, k=5, market="AA"))) == wanted


def test_candidates_of_any_number_of_products_take_one_statement(shelf: Shelf) -> None:
    found = search(shelf.version, queries(np.random.default_rng(2), 20), k=10, market="AA")
    assert len(statements(lambda: candidates(shelf.version, found))) == 1
