"""What models know of product photos, as the facts of listings tell it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog.fact_finding import find_facts
from catalog.fact_finding.makers import offered_versions
from catalog.model_releases import note_offers
from catalog.models import ModelRelease, Product, ProductImage, ScreeningRequest, Seller
from catalog.photo_signals import INDEX, READER, PhotoSignals
from tagging.models import IndexEntry, IndexVersion, PhotoSignature
from tagging.services.index_builds import clear_retired, fit_version, promote
from tagging.services.indexing import index_missing, index_photos
from tagging.services.photo_signals import MOST_LETTERS, photo_signals, photo_versions
from tagging.services.signing import loaded_describer, sign_photos, unsigned
from tests import factories

from .index_parts import small_models
from .shelf import unit

__all__ = ["small_models"]

pytestmark = pytest.mark.django_db
MAKERS = {"embedder": "efficientnet-lite0@1", "reader": "ppocr-v6@1"}


def listing(of: Seller | None = None, photos: int = 1, **fields: object) -> Product:
    """A listing with photos whose files do not exist."""
    product = factories.product(of=of, photos=0, **fields)
    for number in range(photos):
        ProductImage.objects.create(product=product, file="none.jpg", sha256=f"{number}", position=number)
    return product


def described(image: ProductImage, *words: tuple[str, float], error: str = "", **makers: str) -> None:
    looks = {} if error else {"features": [1.0, 0.0], "colour": [0.5]}
    PhotoSignature.objects.create(image=image, words=list(words), error=error, **{**MAKERS, **makers}, **looks)


def entered(version: IndexVersion, product: Product, *vectors: np.ndarray) -> None:
    """Put the product's photos into the index, and describe them."""
    for image, vector in zip(product.images.order_by("position"), vectors, strict=True):
        described(image)
        IndexEntry.objects.create(index_version=version, image=image, product=product, vector=vector)


def turned(by: float) -> np.ndarray:
    """A unit vector whose cosine to `turned(0)` is that of the angle."""
    vector = np.zeros(256, np.float32)
    vector[:2] = np.cos(by), np.sin(by)
    return unit(vector)


def signals_of(*products: Product) -> Mapping[int, PhotoSignals]:
    return photo_signals([product.pk for product in products], photo_versions())


def words_of(product: Product) -> str | None:
    return signals_of(product)[product.pk].words


def likeness_of(product: Product) -> float | None:
    return signals_of(product)[product.pk].likeness


def test_words_are_read_in_the_order_of_photos_and_unsure_ones_are_left_out() -> None:
    product = listing(photos=2)
    first, second = product.images.order_by("position")
    described(second, ("do", 0.95), ("it", 0.8))
    described(first, ("Just", 0.99), ("blurr", 0.79))
    assert words_of(product) == "Just do it"


def test_photos_without_words_are_read_and_empty() -> None:
    product = listing()
    described(product.images.get())
    assert words_of(product) == ""


def test_words_are_not_known_before_all_photos_were_read() -> None:
    product = listing(photos=2)
    described(product.images.earliest("position"), ("Just", 0.99))
    assert words_of(product) is None


def test_of_a_wall_of_text_the_beginning_is_kept() -> None:
    product = listing()
    described(product.images.get(), *[("word", 0.99)] * 2000)
    assert len(words_of(product) or "") == MOST_LETTERS


def test_the_live_indexs_models_speak_before_later_ones() -> None:
    product, version = listing(), factories.index_version()
    described(product.images.get(), ("live", 0.99))
    described(product.images.get(), ("later", 0.99), embedder="other@2")
    assert words_of(product) == "live"
    version.delete()
    signals = signals_of(product)[product.pk]
    assert (signals.words, signals.made_by["embedder"]) == ("later", "other@2")


def test_a_photo_that_cannot_be_described_is_an_error_and_not_silence() -> None:
    product = listing(photos=2)
    first, second = product.images.order_by("position")
    described(first, ("Just", 0.99))
    described(second, error="ValueError: nothing on it")
    signals = signals_of(product)[product.pk]
    assert (signals.words, signals.likeness) == (None, None)
    assert signals.error == f"photo {second.pk}: ValueError: nothing on it"


def test_a_listing_without_photos_has_no_signals() -> None:
    assert signals_of(listing(photos=0)) == {}


def test_likeness_is_the_cosine_to_the_nearest_photo_of_another_seller() -> None:
    version, theirs = factories.index_version(), factories.seller("Theirs")
    product = listing(photos=2)
    entered(version, product, turned(0.0), turned(1.5))
    entered(version, listing(), turned(0.0))
    assert likeness_of(product) is None
    entered(version, listing(theirs), turned(0.5))
    assert likeness_of(product) == pytest.approx(np.cos(0.5), abs=1e-3)
    entered(version, listing(theirs), turned(1.4))
    assert likeness_of(product) == pytest.approx(np.cos(0.1), abs=1e-3)


@pytest.mark.parametrize(("status", "counts"), [("live", True), ("held", True), ("draft", False), ("removed", False)])
def test_other_photos_count_while_their_listing_is_live_or_held(status: str, counts: bool) -> None:
    version, product = factories.index_version(), listing()
    entered(version, product, turned(0.0))
    entered(version, listing(factories.seller("Theirs"), status=status), turned(0.5))
    assert (likeness_of(product) is not None) == counts


def test_likeness_is_not_known_before_all_photos_are_in_the_index() -> None:
    version, product = factories.index_version(), listing(photos=2)
    first, second = product.images.order_by("position")
    described(first)
    described(second)
    IndexEntry.objects.create(index_version=version, image=first, product=product, vector=turned(0.0))
    entered(version, listing(factories.seller("Theirs")), turned(0.5))
    assert likeness_of(product) is None
    IndexEntry.objects.create(index_version=version, image=second, product=product, vector=turned(0.1))
    assert likeness_of(product) == pytest.approx(np.cos(0.4), abs=1e-3)


def test_another_index_version_is_not_looked_into() -> None:
    live, old = factories.index_version(), factories.index_version("retired")
    product, other = listing(), listing(factories.seller("Theirs"))
    entered(live, product, turned(0.0))
    entered(old, other, turned(0.0))
    assert likeness_of(product) is None


def test_many_products_cost_as_many_statements_as_one() -> None:
    version = factories.index_version()
    rows = [listing(factories.seller(f"Shop {number}")) for number in range(6)]
    for number, row in enumerate(rows):
        entered(version, row, turned(number / 10))

    def statements(some: list[Product]) -> int:
        with CaptureQueriesContext(connection) as asked:
            assert len(signals_of(*some)) == len(some)
        return len(asked)

    assert statements(rows) == statements(rows[:1])


def test_the_catalogue_is_told_with_the_models_versions() -> None:
    version, product = factories.index_version(), listing()
    entered(version, product, turned(0.0))
    entered(version, listing(factories.seller("Theirs")), turned(0.5))
    found = find_facts([product.pk], now=timezone.now())[product.pk]
    assert found.facts.values["photo_likeness"] == pytest.approx(np.cos(0.5), abs=1e-3)
    assert found.facts.values["photo_text"] == ""
    assert found.made_by.items() >= {**MAKERS, "index version": str(version.pk)}.items()


class TestAnotherVersionInForce:
    """Rules ask the reader and index that people let act, also while others are live."""

    def test_words_are_those_of_the_reader_in_force(self) -> None:
        product = listing()
        described(product.images.get(), ("old", 0.99))
        described(product.images.get(), ("new", 0.99), reader="ppocr-v7@1")
        old, new = (photo_signals([product.pk], {READER: name})[product.pk] for name in ("ppocr-v6@1", "ppocr-v7@1"))
        assert (old.words, old.made_by[READER]) == ("old", "ppocr-v6@1")
        assert (new.words, new.made_by[READER]) == ("new", "ppocr-v7@1")

    def test_a_photo_that_only_another_reader_has_seen_tells_its_name(self) -> None:
        product = listing()
        described(product.images.get(), ("new", 0.99), reader="ppocr-v7@1")
        assert photo_signals([product.pk], {READER: "ppocr-v6@1"})[product.pk].made_by[READER] == "ppocr-v7@1"
        facts = find_facts([product.pk], now=timezone.now(), versions=offered_versions() | {READER: "ppocr-v6@1"})
        assert "ppocr-v7@1" in facts[product.pk].facts.failed["photo_text"]

    def test_a_photo_that_nobody_has_seen_yet_is_waited_for(self) -> None:
        product = listing()
        facts = find_facts([product.pk], now=timezone.now(), versions=offered_versions() | {READER: "ppocr-v6@1"})
        assert not {"photo_text", "photo_likeness"} & facts[product.pk].facts.failed.keys()

    def test_likeness_is_that_of_the_index_in_force(self) -> None:
        live, old = factories.index_version(), factories.index_version("retired")
        product, other = listing(), listing(factories.seller("Theirs"))
        for version, angle in ((live, 0.5), (old, 0.1)):
            for row, turn in ((product, 0.0), (other, angle)):
                IndexEntry.objects.create(
                    index_version=version, image=row.images.get(), product=row, vector=turned(turn)
                )
        signals = photo_signals([product.pk], {INDEX: str(old.pk)})[product.pk]
        assert (signals.likeness, signals.made_by[INDEX]) == (pytest.approx(np.cos(0.1), abs=1e-3), str(old.pk))

    def test_a_photo_that_is_in_the_live_index_only_fails(self) -> None:
        live, old = factories.index_version(), factories.index_version("retired")
        product = listing()
        entered(live, product, turned(0.0))
        facts = find_facts([product.pk], now=timezone.now(), versions=offered_versions() | {INDEX: str(old.pk)})
        assert f"“index version” {live.pk}" in facts[product.pk].facts.failed["photo_likeness"]

    def test_the_index_in_force_keeps_its_entries_through_the_next_builds(self) -> None:
        factories.index_version("retired")
        old = factories.index_version()
        entered(old, listing(), turned(0.0))
        note_offers()
        IndexVersion.objects.filter(pk=old.pk).update(state=IndexVersion.State.RETIRED)
        clear_retired()
        assert IndexEntry.objects.get().index_version == old


@pytest.mark.usefixtures("small_models")
class TestNewPhotosWhileAnotherIndexWaits:
    """What comes in is described for the index that rules ask, too."""

    @pytest.fixture
    def old(self) -> IndexVersion:
        """The index that rules ask, with another one live."""
        for _ in range(3):
            factories.product()
        describer = loaded_describer()
        sign_photos(unsigned(describer.makers), describer)
        old = fit_version(describer)
        promote(old)
        note_offers()
        promote(fit_version(describer))
        note_offers()
        assert ModelRelease.objects.waiting().get().maker == INDEX
        return old

    def test_a_new_photo_is_entered_into_both(self, old: IndexVersion) -> None:
        product = factories.product()
        index_photos(list(product.images.values_list("pk", flat=True)))
        assert IndexEntry.objects.filter(product=product).count() == 2
        assert "photo_likeness" not in find_facts([product.pk], now=timezone.now())[product.pk].facts.failed

    def test_a_sweep_finds_what_was_missed_in_both(self, old: IndexVersion) -> None:
        product = factories.product()
        index_missing()
        assert set(IndexEntry.objects.filter(product=product).values_list("index_version", flat=True)) == set(
            IndexVersion.objects.values_list("pk", flat=True)
        )

    def test_a_model_that_is_gone_looks_at_nothing_and_the_photo_fails(self, old: IndexVersion) -> None:
        IndexVersion.objects.filter(pk=old.pk).update(embedder="gone@1")
        product = factories.product()
        index_photos(list(product.images.values_list("pk", flat=True)))
        assert IndexEntry.objects.filter(product=product).count() == 1
        assert "photo_likeness" in find_facts([product.pk], now=timezone.now())[product.pk].facts.failed


def asked_for() -> set[int]:
    return set(ScreeningRequest.objects.values_list("product", flat=True))


@pytest.mark.usefixtures("small_models")
class TestScreeningAgain:
    """Listings are screened again once models have looked at their photos."""

    def test_described_photos_ask_for_a_screening(self) -> None:
        product, other = factories.product(), factories.product()
        index_photos(list(product.images.values_list("pk", flat=True)))
        assert asked_for() == {product.pk}
        index_missing()
        assert asked_for() == {product.pk, other.pk}

    def test_photos_that_cannot_be_described_ask_too(self) -> None:
        product = factories.product()
        with product.images.get().file.open("wb") as file:
            file.write(b"no photo")
        index_photos(list(product.images.values_list("pk", flat=True)))
        assert PhotoSignature.objects.get().error
        assert asked_for() == {product.pk}

    def test_a_sweep_that_finds_nothing_asks_for_nothing(self) -> None:
        factories.product()
        index_missing()
        ScreeningRequest.objects.all().delete()
        index_missing()
        assert asked_for() == set()

    def test_entries_that_came_late_ask_for_a_screening(self) -> None:
        for _ in range(3):
            factories.product()
        describer = loaded_describer()
        sign_photos(unsigned(describer.makers), describer)
        promote(fit_version(describer))
        late = factories.product()
        sign_photos(unsigned(describer.makers), describer)
        ScreeningRequest.objects.all().delete()
        index_missing()
        assert asked_for() == {late.pk}
