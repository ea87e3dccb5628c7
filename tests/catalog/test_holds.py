"""Holding a listing back, releasing it, the appeal and its answer."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from catalog.holding import OwnHold, answer_appeal, make_appeal, place_hold, release_hold
from catalog.listings import Refusal
from catalog.membership import MemberRole
from catalog.models import Appeal, Hold, Product
from shopadmin.accounts.audit.models import AuditEntry
from shopadmin.accounts.models import Notification, User
from shopadmin.accounts.roles import Role
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]
HOLD = {"ground": "counterfeit", "explanation": "The logo is mirrored.", "remedy": "Send the invoice."}


@pytest.fixture
def pablo(db: None) -> User:
    return factories.user("pablo", Role.POLICY)


@pytest.fixture
def held(juice: Product, petra: User) -> Hold:
    return hold(juice, petra)


def hold(product: Product, by: User | None) -> Hold:
    return place_hold(product=product, actor=by, **{**HOLD, "ground": Hold.Ground.COUNTERFEIT})


def page_of(client: Client, user: User, product: Product) -> str:
    client.force_login(user)
    return client.get(product.get_absolute_url()).content.decode()


def test_a_held_listing_is_linked_nowhere_and_comes_back_as_it_was(juice: Product, petra: User) -> None:
    placed = hold(juice, petra)
    juice.refresh_from_db()
    assert (juice.status, placed.status_before) == (Product.Status.HELD, Product.Status.LIVE)

    assert release_hold(hold=placed, reason="The invoice is fine.", actor=petra) == Product.Status.LIVE
    juice.refresh_from_db()
    assert juice.status == Product.Status.LIVE


def test_what_was_live_and_lacks_something_by_now_comes_back_as_a_draft(held: Hold, petra: User) -> None:
    held.product.images.all().delete()

    assert release_hold(hold=held, reason="Fine.", actor=petra) == Product.Status.DRAFT


def test_one_hold_at_a_time_and_none_on_what_is_removed(held: Hold, juice: Product, pablo: User) -> None:
    with pytest.raises(Refusal, match="somebody else has just held"):
        hold(juice, pablo)
    with pytest.raises(Refusal, match="nothing to hold back"):
        hold(factories.product(status=Product.Status.REMOVED), pablo)


def test_the_merchant_reads_why_and_what_to_do_and_the_role_but_no_name(
    client: Client, held: Hold, mallory: User, juice: Product, alice: User
) -> None:
    page = page_of(client, mallory, juice)
    for text in ("may be counterfeit", "The logo is mirrored.", "Send the invoice.", "our policy staff"):
        assert text in page
    assert "The logo is mirrored." in page[page.index("timeline-title") :]
    assert "Petra" not in page
    assert "Petra" in page_of(client, alice, juice)


@pytest.mark.parametrize(("by", "words"), [("alice", "an admin of this site"), (None, "an automatic check")])
def test_who_else_may_have_held_it(
    client: Client, juice: Product, mallory: User, by: str | None, words: str, request: pytest.FixtureRequest
) -> None:
    hold(juice, request.getfixturevalue(by) if by else None)

    assert words in page_of(client, mallory, juice)


def test_staff_hold_and_release_on_the_page(client: Client, juice: Product, petra: User) -> None:
    client.force_login(petra)
    incomplete = client.post(f"{juice.get_absolute_url()}hold", {"ground": "counterfeit"})
    assert incomplete.status_code == 422
    assert "Say what is wrong" in incomplete.content.decode()

    client.post(f"{juice.get_absolute_url()}hold", HOLD)
    placed = Hold.objects.get()
    assert (placed.placed_by, placed.explanation) == (petra, HOLD["explanation"])
    assert client.post(f"/catalog/holds/{placed.pk}/release").status_code == 422
    client.post(f"/catalog/holds/{placed.pk}/release", {"reason": "All fine."})

    placed.refresh_from_db()
    assert (placed.released_by, placed.release_reason) == (petra, "All fine.")
    assert "All fine." in page_of(client, petra, juice)


def test_a_merchant_appeals_once(client: Client, held: Hold, mallory: User, juice: Product) -> None:
    client.force_login(mallory)
    address = f"/catalog/holds/{held.pk}/appeal"
    assert client.post(address, {"text": " "}).status_code == 422

    client.post(address, {"text": "It is genuine."})
    again = client.post(address, {"text": "Really."}, follow=True)

    assert "was made before" in again.content.decode()
    assert Appeal.objects.get().text == "It is genuine."
    assert "Appeal against it" not in again.content.decode()


def test_there_is_no_appeal_against_a_hold_that_has_ended(held: Hold, petra: User, mallory: User) -> None:
    release_hold(hold=held, reason="Fine.", actor=petra)

    with pytest.raises(Refusal, match="has ended"):
        make_appeal(hold=held, text="But", actor=mallory)


@pytest.mark.parametrize(
    ("verdict", "state", "status"), [("uphold", "upheld", "held"), ("overturn", "overturned", "live")]
)
def test_somebody_else_answers(
    client: Client, held: Hold, mallory: User, pablo: User, juice: Product, verdict: str, state: str, status: str
) -> None:
    appeal = make_appeal(hold=held, text="It is genuine.", actor=mallory)
    client.force_login(pablo)
    address = f"/catalog/appeals/{appeal.pk}/answer"
    assert client.post(address, {"verdict": verdict}).status_code == 422

    client.post(address, {"verdict": verdict, "answer": "We looked."})

    appeal.refresh_from_db()
    juice.refresh_from_db()
    assert (appeal.state, appeal.answered_by, appeal.answer, juice.status) == (state, pablo, "We looked.", status)
    late = client.post(address, {"verdict": "overturn", "answer": "Again."}, follow=True)
    assert "the appeal is answered already" in late.content.decode()


def test_nobody_answers_an_appeal_against_a_hold_of_their_own(
    client: Client, held: Hold, mallory: User, petra: User, juice: Product
) -> None:
    appeal = make_appeal(hold=held, text="It is genuine.", actor=mallory)
    with pytest.raises(OwnHold):
        answer_appeal(appeal=appeal, is_upheld=True, answer="No.", actor=petra)

    assert "so somebody else answers" in page_of(client, petra, juice)
    client.post(f"/catalog/appeals/{appeal.pk}/answer", {"verdict": "uphold", "answer": "No."})

    appeal.refresh_from_db()
    assert appeal.state == Appeal.State.WAITING


def test_the_database_refuses_it_too(held: Hold, mallory: User, petra: User, pablo: User) -> None:
    appeal = make_appeal(hold=held, text="It is genuine.", actor=mallory)
    with pytest.raises(IntegrityError, match="may not answer the appeal"), transaction.atomic():
        appeal.close(Appeal.State.UPHELD, "No.", by=petra)
    assert appeal.close(Appeal.State.UPHELD, "No.", by=pablo)
    with pytest.raises(IntegrityError), transaction.atomic():
        Appeal.objects.update(answered_by=petra)


def test_releasing_a_hold_closes_the_appeal_in_the_merchants_favour(held: Hold, mallory: User, petra: User) -> None:
    appeal = make_appeal(hold=held, text="It is genuine.", actor=mallory)

    release_hold(hold=held, reason="True.", actor=petra)

    appeal.refresh_from_db()
    assert (appeal.state, appeal.answered_by, appeal.answer) == ("overturned", None, "True.")


def test_the_queue_shows_the_oldest_appeal_first_with_a_constant_number_of_queries(
    client: Client, petra: User, pablo: User, mallory: User, django_assert_num_queries
) -> None:
    own = factories.seller("Mine", mallory)
    titles = [f"Juice {number}" for number in range(6)]
    appeals = [
        make_appeal(hold=hold(factories.product(title, of=own), petra), text="It is genuine.", actor=mallory)
        for title in titles
    ]
    appeals[1].close(Appeal.State.UPHELD, "No.", by=pablo)
    client.force_login(petra)
    client.get("/catalog/appeals/")

    with django_assert_num_queries(9):
        response = client.get("/catalog/appeals/")

    shown = [appeal.hold.product.title for appeal in response.context["page"].rows]
    assert shown == [titles[0], *titles[2:]]
    assert "decided by you: somebody else answers" in response.content.decode()


def test_owners_and_editors_are_told_and_the_log_keeps_every_step(
    juice: Product, petra: User, pablo: User, mallory: User
) -> None:
    editor, viewer = factories.user("ed", Role.MERCHANT), factories.user("vera", Role.MERCHANT)
    factories.seller("Mine", editor, MemberRole.EDITOR)
    factories.seller("Mine", viewer, MemberRole.VIEWER)

    placed = hold(juice, petra)
    appeal = make_appeal(hold=placed, text="It is {genuine}.", actor=mallory)
    answer_appeal(appeal=appeal, is_upheld=False, answer="You are right.", actor=pablo)

    for person in (mallory, editor):
        told = Notification.objects.filter(recipient=person).order_by("pk")
        assert [(row.kind, row.title, row.body) for row in told] == [
            ("listing.held", "Your listing “Apple juice” is held back", "The logo is mirrored."),
            ("appeal.answered", "Your appeal for “Apple juice” is answered: the hold is lifted", "You are right."),
        ]
    assert not Notification.objects.filter(recipient__in=[viewer, petra, pablo]).exists()
    entries = AuditEntry.objects.for_target("catalog.product", juice.pk).order_by("pk")
    assert [(entry.action, entry.actor_name, entry.reason) for entry in entries] == [
        ("listing.held", "Petra", "The logo is mirrored."),
        ("hold.appealed", "Mallory", "It is {genuine}."),
        ("appeal.answered", "Pablo", "You are right."),
        ("listing.released", "Pablo", "You are right."),
    ]
    assert {entry.tenant_key for entry in entries} == {juice.seller_id}


def test_only_those_who_may_reach_each_step(
    client: Client, held: Hold, juice: Product, mallory: User, bob: User, petra: User
) -> None:
    appeal = make_appeal(hold=held, text="It is genuine.", actor=mallory)
    release, answer = f"/catalog/holds/{held.pk}/release", f"/catalog/appeals/{appeal.pk}/answer"
    against = f"/catalog/holds/{held.pk}/appeal"
    stranger = factories.user("oscar", Role.MERCHANT)
    viewer = factories.user("vera", Role.MERCHANT)
    factories.seller("Mine", viewer, MemberRole.VIEWER)

    for person, address, status in (
        (mallory, release, 403), (mallory, answer, 403), (mallory, f"{juice.get_absolute_url()}hold", 403),
        (bob, release, 403), (bob, answer, 403), (bob, against, 403), (petra, against, 403),
        (viewer, against, 403), (stranger, against, 404), (stranger, juice.get_absolute_url(), 404),
    ):  # fmt: skip
        client.force_login(person)
        found = client.get(address) if address.endswith(f"{juice.pk}/") else client.post(address, {})
        assert found.status_code == status, (person, address)


@pytest.mark.django_db(transaction=True)
def test_of_two_people_who_hold_or_decide_at_once_one_comes_second_and_is_told() -> None:
    factories.rows_of_migrations()
    merchant = factories.user("mallory", Role.MERCHANT)
    people = [factories.user(name, Role.POLICY) for name in ("petra", "pablo", "paula")]
    item = factories.product(of=factories.seller("Mine", merchant))

    assert at_once(lambda: hold(Product.objects.get(pk=item.pk), people[0])) == ["done", "refused"]
    placed = Hold.objects.get()
    assert at_once(lambda: make_appeal(hold=placed, text="No.", actor=merchant)) == ["done", "refused"]
    appeal = Appeal.objects.get()
    answers = iter(people[1:])
    assert at_once(
        lambda: answer_appeal(
            appeal=Appeal.objects.get(pk=appeal.pk), is_upheld=False, answer="Fine.", actor=next(answers)
        )
    ) == ["done", "refused"]
    item.refresh_from_db()
    assert item.status == Product.Status.LIVE
    assert item.version == 3


def at_once(act: Callable[[], object]) -> list[str]:
    """Act in two threads at the same time; return what came of it."""
    ready, outcomes = threading.Barrier(2), []

    def run() -> None:
        try:
            ready.wait(10)
            act()
            outcomes.append("done")
        except Refusal:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return sorted(outcomes)
