"""The bench on which a brand's name is attacked: caught and missed by kind, innocent words, and one's own text."""

from __future__ import annotations

import pytest
from django.test import Client

from catalog.brand_bench import WORDS
from catalog.models import Brand, Category
from catalog.rules.lookalikes.spoofs import Attack
from shopadmin.accounts.models import User

from .bulk_buttons import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]
BENCH = "/catalog/rules/brands/"


@pytest.fixture
def reader(client: Client, bob: User) -> Client:
    client.force_login(bob)
    return client


def test_every_kind_of_attack_has_words() -> None:
    assert set(WORDS) == set(Attack)


def test_a_name_that_nobody_knows_is_attacked_alone(reader: Client) -> None:
    answer = reader.get(BENCH, {"brand": "Rolex"})

    bench = answer.context["bench"]
    assert bench.total > 100
    assert bench.recall > 0.9
    assert sum(kind.total for kind in bench.kinds) == bench.total
    assert "alone, as if it were protected" in text_of(answer)


def test_a_protected_brand_is_looked_for_beside_the_others(reader: Client) -> None:
    Brand.objects.create(name="Rolex", is_protected=True)

    assert "beside all protected brands" in text_of(reader.get(BENCH, {"brand": "rolex"}))


def test_ones_own_text_shows_what_is_seen_where(reader: Client) -> None:
    answer = reader.get(BENCH, {"brand": "Rolex", "try": "Steel R0LEX watch"})

    (naming,) = answer.context["bench"].namings
    assert (naming.brand, naming.start, naming.end) == ("Rolex", 6, 11)
    assert "<mark>R0LEX</mark>" in answer.content.decode()


def test_a_category_is_kept_and_an_odd_one_is_left_out(reader: Client) -> None:
    watches = Category.objects.create(name="Watches")

    assert reader.get(BENCH, {"brand": "Rolex", "category": watches.path}).context["category"] == watches.path
    assert reader.get(BENCH, {"brand": "Rolex", "category": "odd"}).context["category"] == ""


@pytest.mark.parametrize(
    ("brand", "said"), [("", "Which name?"), ("R", "One letter cannot be spoofed."), ("  ", "Which name?")]
)
def test_without_a_name_it_says_what_to_do(reader: Client, brand: str, said: str) -> None:
    assert said in text_of(reader.get(BENCH, {"brand": brand}))


def test_hidden_and_hostile_letters_are_shown(reader: Client) -> None:
    answer = reader.get(BENCH, {"brand": "<b>Ro\u200blex</b>", "try": "\u202e<script>"})

    assert answer.status_code == 200
    assert "<script>" not in answer.content.decode().split('id="results"')[1]
    assert "202E" in answer.content.decode()
