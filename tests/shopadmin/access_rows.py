"""A row for each kind of address in the table of access, and what stands for it in the address."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from catalog.backtests.services import start_backtest
from catalog.bulk.kinds import Kind
from catalog.evasion import Suspicion, keep_signs
from catalog.fact_finding.brand_names import LETTERS
from catalog.holding import place_hold
from catalog.invitations import invite
from catalog.list_writing import add_list
from catalog.model_releases import note_offers
from catalog.models import (
    Appeal,
    AppealDocument,
    BlindSample,
    Brand,
    Category,
    EvasionSign,
    Hold,
    ModelRelease,
    PhotoArchive,
    Product,
    RegressionCase,
    RuleVersion,
    SavedView,
    Seller,
    Snooze,
)
from catalog.photos.services import remove_photo
from catalog.rule_writing import Wording
from catalog.rules.listing_facts import ListKind
from shopadmin.accounts.models import Notification, User
from shopadmin.accounts.roles import Role
from shopadmin.accounts.services import create_api_token
from tagging.models import Creator, Notice
from tests import factories
from tests.catalog import imports, rule_rows, shops
from tests.catalog.bulk_shop import applied
from tests.catalog.notice_rows import noticed
from tests.shopadmin import logins


@pytest.fixture
def arguments(dana: Creator, mallory: User, alice: User) -> dict[str, list[object]]:
    item = factories.product()
    video = factories.tagged_video(dana, products=[item])
    video.poster.save("poster.jpg", factories.ContentFile(factories.jpeg()))
    job = video.jobs.get()
    Notice.objects.create(creator=dana, video=video, job=job, links_count=1, are_live=True)
    told = Notification.objects.create(recipient=mallory, kind="import.finished", title="Ready", url="/", key="1")
    hold = place_hold(
        product=factories.product(), ground=Hold.Ground.OTHER, explanation="Wrong.", remedy="", actor=None
    )
    appeal = Appeal.objects.create(hold=hold, text="But it is fine.", made_by=dana.user)
    document = AppealDocument(appeal=appeal, name="invoice.pdf")
    document.file.save("document.pdf", factories.ContentFile(b"%PDF-1.7"))
    finding = rule_rows.found(rule_rows.live("Dear", alice, mallory), factories.product())
    return {
        "": [],
        "finding": [finding.pk],
        **arguments_of_a_notice(item),
        "decision": [hold.decisions.get().key],
        "product": [item.pk],
        "saved view": [SavedView.objects.create(owner=dana.user, name="Mine").pk],
        "bulk": [applied(alice, Kind.REMOVE, [factories.product()]).pk],
        "removed photo": [remove_photo(image=factories.product().images.get()).pk],
        "hold": [hold.pk],
        "appeal": [appeal.pk],
        "appeal document": [document.pk],
        "notification": [told.pk],
        "export": ["csv"],
        "photo": [item.images.get().pk],
        "video": [video.public_id],
        "view": [video.tracks.get().views.get().pk],
        "link": [video.links.get().pk],
        "job": [job.pk],
        **arguments_of_account(dana.user),
        **arguments_of_a_seller(item.seller),
        **arguments_of_a_rule(item),
    }


def arguments_of_a_rule(item: Product) -> dict[str, list[object]]:
    """A live rule that found something, with a version that waits for a decision, watched and is muted somewhere."""
    writer, other = factories.user("paula", Role.POLICY), factories.user("petra", Role.POLICY)
    live = rule_rows.live("Cheap", writer, other)
    finding = rule_rows.found(live, item, "confirmed")
    case = RegressionCase.objects.create(
        rule=live.rule, version=live, screening=finding.screening, reason="It was in order.", added_by=other
    )
    waiting = rule_rows.version(live.rule, writer, "proposed", note="More.", shadow_since=timezone.now())
    rule_rows.known(item, watched=[waiting.pk])
    muted = Snooze.objects.create(
        rule=live.rule, seller=item.seller, until=timezone.now() + timedelta(days=9), reason="Known.", made_by=writer
    )
    sign = a_sign(live, item)
    sample = BlindSample.objects.create(product=item, stratum=BlindSample.Stratum.BRANDED, population=1)
    slug = live.rule.slug
    test = start_backtest(wording=Wording.of(waiting), by=writer, version=waiting)
    phrases = add_list(name="phrases", title="Phrases", kind=ListKind.WORDS, by=writer)
    return {
        "rule": [slug],
        "rule version": [slug, waiting.number],
        "rule case": [case.pk],
        "snooze": [muted.pk],
        "backtest": [test.pk],
        "value list": [phrases.name],
        "sign": [sign.pk],
        "sample": [sample.pk],
        "model release": [a_release().pk],
    }


def arguments_of_a_notice(item: Product) -> dict[str, list[object]]:
    """A notice of a brand owner that waits."""
    notice = noticed(item, brand=Brand.objects.create(name="Noticed"))
    return {"brand notice": [notice.pk], "notice receipt": [notice.key]}


def a_release() -> ModelRelease:
    """A version of the tables of letters that waits."""
    note_offers()
    return ModelRelease.objects.create(maker=LETTERS, version="glyphguard 99")


def a_sign(of: RuleVersion, item: Product) -> EvasionSign:
    """Prices that stop just beyond a rule's threshold."""
    evidence = {"fact": "price", "how": "<", "number": 5.0, "currency": "USD", "low": 5.0, "high": 5.09, "count": 30,
                "sellers": 1, "expected": 3.2, "bins": [3] * 8 + [30] + [2] * 8, "listings": [item.pk]}  # fmt: skip
    suspicion = Suspicion(EvasionSign.Kind.BUNCHING, "one", evidence, "has_price && price < 5.1", version=of)
    keep_signs([suspicion], timezone.now())
    return EvasionSign.objects.get()


def arguments_of_account(user: User) -> dict[str, list[object]]:
    logins.authenticator_app(user)
    logins.recovery_codes(user)
    token, _text = create_api_token(user=user, name="stock system", lives_for=None)
    return {
        "session": [logins.session_of(user).pk],
        "token": [token.pk],
        "passkey": [logins.passkey(user).pk],
        "confirmation": [logins.new_address(user)],
        "reset": ["1", "unknown"],
    }


def arguments_of_a_seller(seller: Seller) -> dict[str, list[object]]:
    owner = factories.user("olive", Role.MERCHANT)
    factories.seller(seller.name, owner)
    brand = shops.protected_brand()
    return {
        "seller": [seller.slug],
        "seller day": [seller.slug, "2026-01-31"],
        "member": [seller.slug, seller.memberships.get().pk],
        "invitation": [
            seller.slug,
            invite(seller=seller, email="n@example.com", role="viewer", by=owner).invitation.pk,
        ],
        "invitation-token": ["no-such-token"],
        "brand": [brand.pk],
        "alias": [brand.pk, brand.aliases.create(name="Lux").pk],
        "authorization": [shops.authorization(seller, brand, by=owner).pk],
        "category": [Category.objects.create(name="Drinks").pk],
        "archive": [PhotoArchive.objects.create(seller=seller, requested_by=owner, name="photos.zip").pk],
        "import": [imports.checked(imports.csv_of("A,Mug,x,USD,US,1"), of=seller).pk],
    }
