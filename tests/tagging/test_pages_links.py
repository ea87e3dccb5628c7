"""Why a link is there, and the creator's decision about it."""

from __future__ import annotations

import pytest
from django.test import Client

from catalog.models import Product
from shopadmin.accounts.models import User
from tagging.models import Creator, ProductLink
from tagging.services.consents import revoke_consent
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]
State = ProductLink.State


@pytest.fixture
def runner_up() -> Product:
    return factories.product("Pear juice")


@pytest.fixture
def link(dana: Creator, runner_up: Product) -> ProductLink:
    row = factories.tagged_video(dana, products=[factories.product("Apple juice")]).links.get()
    row.evidence["runners_up"] = [
        {"product": runner_up.pk, "score": 0.41, "probability": 0.33, "parts": []},
        {"product": 0, "title": "Gone", "score": 0.4, "probability": 0.2},
    ]
    row.evidence["thresholds"] = {"show": 0.9, "exact": 0.97}
    row.save(update_fields=["evidence"])
    return row


def propose(link: ProductLink, state: str = State.PROPOSED) -> None:
    ProductLink.objects.filter(pk=link.pk).update(state=state)


def test_the_evidence_shows_what_the_link_rests_on(client: Client, dana: Creator, link: ProductLink) -> None:
    client.force_login(dana.user)

    page = client.get(f"/links/{link.pk}/evidence").content.decode()

    for part in (
        "93 %", "Shown from 90 %, called exact from 97 %", "Looks alike", "× 0.20", "0.71", "BRAVO", "Pear juice",
        "33 %", "Gone", "efficientdet-lite0@1", '<rect x="0.2" y="0.2" width="0.3" height="0.4">', "asked for by Dana",
    ):  # fmt: skip
        assert part in page


def test_the_photo_that_agreed_best_is_shown_beside_the_object(
    client: Client, dana: Creator, link: ProductLink
) -> None:
    second = factories.product("Two photos", photos=2).images.last()
    ProductLink.objects.filter(pk=link.pk).update(product=second.product, evidence={"photo": second.pk})
    client.force_login(dana.user)

    assert f'src="/catalog/photos/{second.pk}"' in client.get(f"/links/{link.pk}/evidence").content.decode()


def test_htmx_gets_the_panel_only(client: Client, dana: Creator, link: ProductLink) -> None:
    client.force_login(dana.user)

    response = client.get(f"/links/{link.pk}/evidence", headers={"HX-Request": "true"})

    assert b"<html" not in response.content
    assert b'class="evidence"' in response.content
    assert "HX-Request" in response["Vary"]


@pytest.mark.parametrize("evidence", [{}, {"parts": [{"name": "visual", "raw": 0.5}], "words": [{"text": "BRAVO"}]}])
def test_evidence_of_older_jobs_may_lack_parts(
    client: Client, dana: Creator, link: ProductLink, evidence: dict[str, object]
) -> None:
    ProductLink.objects.filter(pk=link.pk).update(evidence=evidence)
    client.force_login(dana.user)

    assert client.get(f"/links/{link.pk}/evidence").status_code == 200


def test_the_evidence_can_be_kept_as_a_file(client: Client, dana: Creator, link: ProductLink) -> None:
    client.force_login(dana.user)

    response = client.get(f"/links/{link.pk}/export")

    assert response["Content-Disposition"] == f'attachment; filename="link-{link.pk}.json"'
    assert response.json()["product"]["title"] == "Apple juice"
    assert response.json()["evidence"]["words"] == ["BRAVO"]


@pytest.mark.parametrize(
    ("verb", "before", "after"),
    [
        ("approve", State.PROPOSED, State.LIVE),
        ("approve", State.REJECTED, State.LIVE),
        ("approve", State.LIVE, State.LIVE),
        ("approve", State.HIDDEN, State.HIDDEN),
        ("reject", State.PROPOSED, State.REJECTED),
        ("reject", State.LIVE, State.REJECTED),
        ("reject", State.HIDDEN, State.HIDDEN),
        ("reject", State.REMOVED, State.REMOVED),
    ],
)
def test_the_creator_decides(
    client: Client, dana: Creator, link: ProductLink, verb: str, before: str, after: str
) -> None:
    propose(link, before)
    client.force_login(dana.user)

    response = client.post(f"/links/{link.pk}/{verb}", follow=True)

    link.refresh_from_db()
    assert link.state == after
    assert ("Nothing was changed" in response.content.decode()) == (before == after)


def test_a_decision_says_who_made_it(client: Client, dana: Creator, link: ProductLink) -> None:
    propose(link)
    client.force_login(dana.user)

    client.post(f"/links/{link.pk}/approve")

    link.refresh_from_db()
    assert link.state_reason == "approved by Dana"


def test_a_link_whose_consent_has_ended_cannot_be_approved(client: Client, dana: Creator, link: ProductLink) -> None:
    propose(link)
    revoke_consent(creator=dana, actor=dana.user)
    client.force_login(dana.user)

    client.post(f"/links/{link.pk}/approve")

    link.refresh_from_db()
    assert link.state == State.REMOVED
    assert not link.approve(dana.user)


@pytest.mark.parametrize("verb", ["approve", "reject"])
def test_nobody_else_decides(client: Client, alice: User, erin: Creator, link: ProductLink, verb: str) -> None:
    propose(link)
    for user, status in ((alice, 403), (erin.user, 404)):
        client.force_login(user)
        assert client.post(f"/links/{link.pk}/{verb}").status_code == status

    link.refresh_from_db()
    assert link.state == State.PROPOSED


def test_htmx_gets_the_new_panel_and_the_state_for_the_cards(client: Client, dana: Creator, link: ProductLink) -> None:
    propose(link)
    client.force_login(dana.user)

    page = client.post(f"/links/{link.pk}/approve", headers={"HX-Request": "true"}).content.decode()

    assert f"innerHTML:[data-state-of='{link.pk}']" in page
    assert 'id="link-reject"' in page
    assert 'id="link-approve"' not in page
