"""The demo's shop and people: believable, made of real photos, and the same when seeded again."""

from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from PIL import Image

from catalog.models import Finding, Hold, ImportBatch, LaneChoices, Notice, NoticeItem, Product, RuleVersion, Word
from catalog.screening.services import screen_due
from shopadmin.accounts.models import User
from shopadmin.accounts.roles import Role
from shopadmin.demo import merchants, policing, shop, sources
from tagging.models import ConsentGrant, Creator

CSV = """\
name,slug,description,assets,facets,optionValues,sku,price,stockOnHand
Laptop   ,laptop,"Fast, light",laptop.jpg,category:Electronics|category:Computers|brand:Acme,13 inch,L13,1299.00,7
,,,,,15 inch,L15,1399.50,0
Trowel,trowel,For pots,trowel.jpg,category:Home & Garden|category:Plants,,T1,4.99,100
"""


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    (tmp_path / "images").mkdir()
    for number, name in enumerate(("laptop.jpg", "trowel.jpg")):
        Image.new("RGB", (120, 80), (number * 90, 80, 70)).save(tmp_path / "images" / name)
    (tmp_path / "products.csv").write_text(CSV, encoding="utf-8")
    return tmp_path


def test_a_product_list_is_read_with_its_variants(photos: Path) -> None:
    laptop, larger, trowel = sources.photo_listings(photos)

    assert (laptop.title, laptop.brand, laptop.category) == ("Laptop, 13 inch", "Acme", "Computers")
    assert (larger.title, larger.group, larger.photo) == ("Laptop, 15 inch", laptop.group, laptop.photo)
    assert (laptop.price_minor, larger.price_minor, trowel.price_minor) == (129900, 139950, 499)
    assert (laptop.seller, trowel.seller) == ("Northlight Electronics", "Casa Verde")


def test_without_npm_the_shop_is_made_of_what_the_packages_carry(settings, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path

    listings = list(sources.packaged_listings())

    assert [listing.sku for listing in listings] == ["BIKE-01", "BIKE-02", "HELM-01"]
    for listing in listings:
        with Image.open(listing.photo) as photo:
            assert min(photo.size) >= 150


def test_the_grocery_photos_are_listed_with_prices_that_stay_the_same(shared_data: Path) -> None:
    first, again = (list(sources.grocery_listings(shared_data / "grocery")) for _ in range(2))

    assert len(first) == 81
    assert first == again
    assert all(79 <= listing.price_minor < 579 and listing.photo.is_file() for listing in first)
    assert {listing.brand for listing in first if "Juice" in listing.title} >= {"Bravo", "Tropicana"}


@pytest.mark.django_db
def test_seeding_again_changes_nothing(photos: Path, settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    for _ in range(2):
        shop.seed_people()
        shop.seed_listings(sources.photo_listings(photos))

    assert Product.objects.count() == 3
    assert Word.objects.exists()
    assert all(product.images.count() == 1 for product in Product.objects.all())
    assert Creator.objects.count() == 4
    assert ConsentGrant.objects.count() == 3


@pytest.mark.django_db
def test_a_consent_that_was_taken_back_is_not_given_again_by_seeding() -> None:
    from tagging.services.consents import revoke_consent

    shop.seed_people()
    maya = Creator.objects.get(handle="maya")
    revoke_consent(creator=maya, actor=maya.user)

    shop.seed_people()

    assert not ConsentGrant.objects.filter(creator=maya).exists()


@pytest.mark.django_db
def test_there_is_a_login_for_every_role(client: Client) -> None:
    shop.seed_people()

    assert {person.role for person in shop.PEOPLE} == set(Role)
    assert all(client.login(email=person.email, password=settings.DEMO_PASSWORD) for person in shop.PEOPLE)


@pytest.mark.django_db
def test_two_merchants_work_for_different_shops(photos: Path, settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    shop.seed_people()
    shop.seed_listings(sources.photo_listings(photos))
    nora, mercado = (User.objects.get(email=f"{name}@demo.example") for name in ("nora", "mercado"))

    assert {item.sku for item in Product.objects.for_user(nora)} == {"L13", "L15"}
    assert {item.sku for item in Product.objects.for_user(mercado)} == {"T1"}


@pytest.mark.django_db
def test_the_demos_shops_are_alive_and_seeding_again_doubles_nothing(photos: Path, settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    for _ in range(2):
        shop.seed_people()
        shop.seed_listings(sources.photo_listings(photos))
        merchants.seed_merchants()

    seller = User.objects.get(email=merchants.OWNER).sellers.get(products__sku="T1")
    assert seller.verifications.get().outcome == "verified"
    assert seller.trader.high_volume_since is not None
    assert seller.monthly_sales.count() == merchants.MONTHS_OF_SALES
    assert seller.authorizations.get().state == "asked"
    assert Hold.objects.get().appeals.get().state == "waiting"
    states = ImportBatch.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["applied", "ready"]
    assert ImportBatch.objects.get(name="spring-prices.csv").counts["error"] == 3


@pytest.mark.django_db
def test_the_demos_rules_catch_every_copy_and_nothing_else(photos: Path, settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    for _again in range(2):
        shop.seed_people()
        shop.seed_listings(sources.photo_listings(photos))
        policing.seed_policing()
        while screen_due():
            pass

    copies = Product.objects.filter(seller__name=policing.SHOP)
    held = set(copies.filter(status=Product.Status.HELD))
    assert held == {finding.product for finding in Finding.objects.filter(lane=LaneChoices.BLOCK)}
    noticed = {item.product for item in NoticeItem.objects.filter(notice__in=Notice.objects.waiting())}
    assert [item.sku for item in noticed if item.seller.name == policing.SHOP] == [policing.UNSEEN]
    assert len(noticed) == Notice.objects.count() == 2
    assert held
    caught = copies.exclude(sku=policing.UNSEEN)
    assert set(Finding.objects.values_list("product", flat=True)) == set(caught.values_list("pk", flat=True))
    assert RuleVersion.objects.live().count() == len(policing.RULES)
    assert {version.decided_by.email for version in RuleVersion.objects.live()} == {policing.ADMIN}
