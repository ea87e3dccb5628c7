"""What two people who edit one listing do to each other: each is asked, and nobody's change is lost."""

from __future__ import annotations

import json
import threading

import pytest
from django.db import close_old_connections, connection
from django.test import Client

from catalog.listings import EditedMeanwhile, edit_listing, values_of
from catalog.membership import MemberRole
from catalog.models import Product
from shopadmin.accounts.models import User
from tests import factories

from .listing_forms import US, edit, sent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]


def test_the_form_carries_what_one_began_with(merchant: Client, juice: Product) -> None:
    editor = merchant.get(juice.get_absolute_url()).context["editor"]

    assert json.loads(editor.base) == values_of(juice).flat()


def test_a_save_against_a_newer_version_is_asked_about_field_by_field(merchant: Client, juice: Product) -> None:
    begun = sent(juice, title="Mine", description="Mine")
    theirs = values_of(juice)
    edit(merchant, juice, title="Theirs", offers=[{**US, "stock": 3}])

    response = merchant.post(f"/catalog/products/{juice.pk}/edit", begun)

    assert response.status_code == 409
    questions = {question.label: question for question in response.context["editor"].questions}
    assert (questions["Title"].mine, questions["Title"].theirs, questions["Title"].side) == ("Mine", "Theirs", "mine")
    assert questions["Offer in United States"].side == "theirs"
    assert questions["Offer in United States"].theirs == "$4.99, 3 in stock"
    assert "Description" not in questions
    juice.refresh_from_db()
    assert (juice.title, juice.version) == ("Theirs", 2)
    assert theirs.title == "Apple juice"


def test_the_choices_are_saved(merchant: Client, juice: Product) -> None:
    begun = sent(juice, title="Mine", description="Mine", sku="MINE")
    edit(merchant, juice, title="Theirs", sku="THEIRS", offers=[{**US, "stock": 3}])

    chosen = {"version": 2, "choice-title": "theirs", "choice-sku": "mine", "choice-offer-US": "theirs"}
    merchant.post(f"/catalog/products/{juice.pk}/edit", {**begun, **chosen})

    juice.refresh_from_db()
    assert (juice.title, juice.sku, juice.description, juice.version) == ("Theirs", "MINE", "Mine", 3)
    assert juice.offers.get().stock == 3


def test_a_third_save_meanwhile_is_asked_about_again(merchant: Client, juice: Product) -> None:
    begun = sent(juice, title="Mine")
    edit(merchant, juice, title="Theirs")
    edit(merchant, juice, title="Theirs again")

    response = merchant.post(f"/catalog/products/{juice.pk}/edit", {**begun, "version": 2, "choice-title": "theirs"})

    assert response.status_code == 409
    assert [question.theirs for question in response.context["editor"].questions] == ["Theirs again"]


def test_a_newer_version_that_changed_none_of_the_fields_is_no_conflict(merchant: Client, juice: Product) -> None:
    begun = sent(juice, title="Mine")
    juice.change()

    assert merchant.post(f"/catalog/products/{juice.pk}/edit", begun).status_code == 302
    juice.refresh_from_db()
    assert juice.title == "Mine"


@pytest.mark.parametrize("base", ["", "no json", "[]", "[" * 3000, '{"title": 7}', "null"])
def test_a_beginning_that_is_not_ours_makes_everything_a_question(merchant: Client, juice: Product, base: str) -> None:
    begun = sent(juice, title="Mine")
    edit(merchant, juice, title="Theirs")

    response = merchant.post(f"/catalog/products/{juice.pk}/edit", {**begun, "base": base})

    assert response.status_code == 409
    assert [question.side for question in response.context["editor"].questions] == ["mine"]


def test_the_question_says_who_changed_it_and_names_staff_to_staff_only(
    client: Client, juice: Product, mallory: User, alice: User
) -> None:
    colleague = factories.user("ana", factories.Role.MERCHANT)
    factories.seller("Mine", colleague, MemberRole.EDITOR)
    begun = {**sent(juice, title="Mine", sku="MINE"), "seen": "0"}
    for person, change in ((colleague, {"title": "Theirs"}), (alice, {"sku": "THEIRS"})):
        client.force_login(person)
        edit(client, juice, **change)

    client.force_login(mallory)
    response = client.post(f"/catalog/products/{juice.pk}/edit", begun)

    assert {q.label: q.edit.who for q in response.context["editor"].questions} == {
        "Title": "Ana",
        "SKU": "Shopadmin’s team",
    }


def test_the_open_page_hears_of_what_others_did_and_not_of_ones_own(
    client: Client, juice: Product, mallory: User, alice: User
) -> None:
    client.force_login(mallory)
    edit(client, juice, title="Pear juice")
    address = f"{juice.get_absolute_url()}news?seen=0"
    assert client.get(address).status_code == 204

    client.force_login(alice)
    news = client.get(address).content.decode()
    assert "Mallory changed Title," in news
    newest = client.get(juice.get_absolute_url()).context["newest"]
    assert client.get(f"{juice.get_absolute_url()}news?seen={newest}").status_code == 204


@pytest.mark.django_db(transaction=True)
def test_of_two_people_who_save_at_once_one_is_told() -> None:
    factories.rows_of_migrations()
    item = factories.product("Apple juice")
    person = factories.user("ana", factories.Role.ADMIN)
    ready, outcomes = threading.Barrier(2), []

    def save(title: str) -> None:
        try:
            product = Product.objects.get(pk=item.pk)
            values = values_of(product)
            ready.wait(10)
            edit_listing(product=product, values=type(values)(**{**as_fields(values), "title": title}), actor=person)
            outcomes.append("saved")
        except EditedMeanwhile:
            outcomes.append("told")
        finally:
            connection.close()

    threads = [threading.Thread(target=save, args=(title,)) for title in ("One", "Two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    close_old_connections()

    item.refresh_from_db()
    assert sorted(outcomes) == ["saved", "told"]
    assert item.version == 2


def as_fields(values) -> dict[str, object]:
    return {name: getattr(values, name) for name in values.__dataclass_fields__}
