"""The photos on a product's page: added, put in order, taken away and put back."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from catalog.membership import MemberRole
from catalog.models import Product, ProductImage
from catalog.photos.sandbox import DecoderUnavailable
from shopadmin.accounts.models import User
from tests import factories

from .listing_forms import sent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def juice(mallory: User) -> Product:
    return factories.product("Apple juice", of=factories.seller("Mine", mallory), photos=3)


def photo(name: str = "a.jpg", seed: int = 999, size: int = 640) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, factories.jpeg(size, size, seed=seed), "image/jpeg")


def order(product: Product) -> list[int]:
    return list(product.images.order_by("position").values_list("pk", flat=True))


def test_each_bad_file_is_answered_by_itself_and_the_good_ones_are_kept(merchant: Client, juice: Product) -> None:
    files = [
        photo(),
        SimpleUploadedFile("logo.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        photo("small.jpg", 5, 80),
    ]

    page = merchant.post(f"{juice.get_absolute_url()}photos", {"photos": files}, follow=True).content.decode()

    assert juice.images.count() == 5
    assert "logo.svg: " in page
    assert "small.jpg: The photo is small: 80 × 80 pixels." in page
    assert "a.jpg: " not in page


def test_a_script_gets_what_came_of_its_file_as_data(merchant: Client, juice: Product) -> None:
    address, headers = f"{juice.get_absolute_url()}photos", {"Accept": "application/json"}

    good = merchant.post(address, {"photos": photo()}, headers=headers)
    again = merchant.post(address, {"photos": photo()}, headers=headers)
    bad = merchant.post(address, {"photos": SimpleUploadedFile("x.jpg", b"no photo")}, headers=headers)
    none = merchant.post(address, {}, headers=headers)

    assert (good.status_code, good.json()) == (201, {"notes": [], "errors": []})
    assert (again.status_code, again.json()["notes"]) == (201, ["a.jpg: The product has this photo already."])
    assert bad.status_code == none.status_code == 422
    assert bad.json()["errors"][0].startswith("x.jpg: ")
    assert none.json()["errors"] == ["Choose a photo first."]


def test_more_photos_than_a_product_may_have_are_refused(merchant: Client, juice: Product) -> None:
    files = [photo(f"{number}.jpg", 100 + number) for number in range(10)]

    page = merchant.post(f"{juice.get_absolute_url()}photos", {"photos": files}, follow=True).content.decode()

    assert juice.images.count() == 12
    assert "9.jpg: A product has at most 12 photos." in page


def test_what_is_far_too_large_is_refused_before_it_is_read(merchant: Client, juice: Product) -> None:
    address = f"{juice.get_absolute_url()}photos"
    headers = {"Accept": "application/json", "Content-Length": str(10**9)}

    response = merchant.generic("POST", address, b"x", "multipart/form-data; boundary=b", headers=headers)

    assert response.status_code == 422
    assert "too much at once" in response.json()["errors"][0]


def test_a_site_that_cannot_decode_says_so(merchant: Client, juice: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_: object) -> None:
        raise DecoderUnavailable("no child")

    monkeypatch.setattr("catalog.views.product_photos.add_photos", fail)
    address, headers = f"{juice.get_absolute_url()}photos", {"Accept": "application/json"}

    assert "so a.jpg was not kept" in merchant.post(address, {"photos": photo()}, headers=headers).json()["errors"][0]


def test_photos_are_put_in_order_and_the_list_alone_comes_back(merchant: Client, juice: Product) -> None:
    first, second, third = order(juice)

    page = merchant.post(f"/catalog/photos/{third}/move", {"to": 0}, headers=HTMX).content.decode()

    assert order(juice) == [third, first, second]
    assert "<html" not in page
    assert "This is photo 1 now." in page
    for nonsense in ("-1", "x", "", "9" * 9):
        merchant.post(f"/catalog/photos/{third}/move", {"to": nonsense})
    assert order(juice) == [third, first, second]


@pytest.mark.parametrize("headers", [HTMX, {}], ids=["htmx", "plain"])
def test_a_photo_is_taken_away_and_put_back_where_it_was(
    merchant: Client, juice: Product, headers: dict[str, str]
) -> None:
    before = list(juice.images.values_list("sha256", flat=True))
    second = order(juice)[1]

    page = merchant.post(f"/catalog/photos/{second}/remove", headers=headers, follow=True).content.decode()
    assert juice.images.count() == 2
    removed = juice.removed_photos.get()
    assert f"/catalog/photos/removed/{removed.pk}/restore" in page

    merchant.post(f"/catalog/photos/removed/{removed.pk}/restore", headers=headers)
    assert list(juice.images.values_list("sha256", flat=True)) == before
    assert merchant.post(f"/catalog/photos/removed/{removed.pk}/restore", headers=headers).status_code == 404


def test_ones_own_photos_do_not_make_ones_own_edit_a_conflict(merchant: Client, juice: Product) -> None:
    begun = sent(juice, title="Pear juice")
    merchant.post(f"/catalog/photos/{order(juice)[1]}/remove", headers=HTMX)

    assert merchant.post(f"{juice.get_absolute_url()}edit", begun).status_code == 302
    assert Product.objects.get().title == "Pear juice"


def test_only_who_may_edit_touches_the_photos(client: Client, mallory: User, juice: Product, bob: User) -> None:
    stranger = factories.user("oscar", factories.Role.MERCHANT)
    factories.seller("Theirs", stranger)
    key = order(juice)[0]
    client.force_login(mallory)
    client.post(f"/catalog/photos/{order(juice)[2]}/remove")
    restore = f"/catalog/photos/removed/{juice.removed_photos.get().pk}/restore"
    factories.seller("Mine", mallory, MemberRole.VIEWER)

    addresses = (f"{juice.get_absolute_url()}photos", f"/catalog/photos/{key}/move", f"/catalog/photos/{key}/remove")
    for person, status in ((stranger, 404), (mallory, 403), (bob, 403)):
        client.force_login(person)
        for address in addresses:
            assert client.post(address, {"to": "1", "photos": photo()}).status_code == status, (person, address)
        assert client.post(restore).status_code in {403, 404}
    assert ProductImage.objects.count() == 2
    assert order(juice)[0] == key
