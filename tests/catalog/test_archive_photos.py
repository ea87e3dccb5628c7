"""An archive's photos come to the products that their names say, in the background, and the report tells everything."""

import io
import zipfile
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.utils import timezone

from catalog import tasks
from catalog.models import PhotoArchive, Product
from catalog.photos import archive_services
from catalog.photos.archive import ArchiveProblem, UnreadableArchive
from catalog.photos.archive_services import (
    ProductPhotos,
    add_photos_from_archive,
    cancel_archive,
    erase_read_archives,
    read_archive,
    receive_archive,
    ring_due_archives,
)
from catalog.photos.services import MOST_PHOTOS
from shopadmin.jobs import doorbell
from shopadmin.jobs.leased_job import JobFenced
from tests import factories
from tests.catalog.pictures import encoded, scene

pytestmark = pytest.mark.django_db
State = PhotoArchive.State


def photo(seed: int = 0) -> bytes:
    return factories.jpeg(640, 480, seed=seed)


def archive(entries: dict[str, bytes]) -> io.BytesIO:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, content in entries.items():
            file.writestr(name, content)
    out.seek(0)
    return out


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, tuple[object, ...]]]:
    messages: list[tuple[str, tuple[object, ...]]] = []
    monkeypatch.setattr(doorbell, "_send", lambda task, arguments: messages.append((task, arguments)))
    return messages


@pytest.fixture
def two_products() -> tuple[Product, Product]:
    one, other = factories.product(photos=0), factories.product(photos=0)
    Product.objects.filter(pk=one.pk).update(sku="A-1")
    Product.objects.filter(pk=other.pk).update(sku="B/2")
    return Product.objects.get(pk=one.pk), Product.objects.get(pk=other.pk)


def test_photos_come_to_the_products_that_their_names_say_in_their_order(
    two_products: tuple[Product, Product], alice: Any
) -> None:
    one, other = two_products
    file = archive(
        {
            "x/A-1_2.jpg": photo(2),
            "A-1.jpg": photo(1),
            "b-2/10.jpg": photo(10),
            "b-2/9.jpg": photo(9),
            "Z.jpg": photo(5),
        }
    )

    report = add_photos_from_archive(seller=one.seller, file=file, actor=alice)

    assert report.products == [
        ProductPhotos("A-1", one.pk, ["A-1.jpg", "x/A-1_2.jpg"], []),
        ProductPhotos("B/2", other.pk, ["b-2/9.jpg", "b-2/10.jpg"], []),
    ]
    assert report.problems == [ArchiveProblem("Z.jpg", "There is no product with the SKU Z.")]
    assert report.warnings == []
    assert (one.images.count(), other.images.count()) == (2, 2)
    assert Product.objects.get(pk=one.pk).version == one.version + 1


def test_bad_files_are_named_and_the_others_come_in(two_products: tuple[Product, Product], alice: Any) -> None:
    one, _ = two_products
    file = archive(
        {
            "A-1_1.jpg": b"<svg/>",
            "A-1_2.jpg": photo(),
            "A-1_3.jpg": encoded(scene(), "JPEG")[:2000],
            "A-1_4.jpg": factories.jpeg(100, 80, seed=4),
            "../A-1_5.jpg": photo(),
            "__MACOSX/._A-1.jpg": b"litter",
        }
    )

    report = add_photos_from_archive(seller=one.seller, file=file, actor=alice)

    assert {problem.name: problem.reason.partition(".")[0] for problem in report.problems} == {
        "../A-1_5.jpg": "Its name leads out of the archive",
        "A-1_1.jpg": "This is an SVG drawing, which is not accepted",
        "A-1_3.jpg": "The picture breaks off: the file is not complete",
    }
    assert [warning.name for warning in report.warnings] == ["A-1_4.jpg"]
    assert report.products == [ProductPhotos("A-1", one.pk, ["A-1_2.jpg", "A-1_4.jpg"], [])]


def test_the_same_archive_again_adds_nothing(two_products: tuple[Product, Product], alice: Any) -> None:
    one, _ = two_products
    files = [archive({"A-1.jpg": photo(1), "A-1_2.jpg": photo(2)}) for _ in range(2)]
    reports = [add_photos_from_archive(seller=one.seller, file=file, actor=alice) for file in files]

    assert reports[1].products == [ProductPhotos("A-1", one.pk, [], ["A-1.jpg", "A-1_2.jpg"])]
    assert one.images.count() == 2


def test_photos_beyond_what_a_product_may_have_are_named(two_products: tuple[Product, Product], alice: Any) -> None:
    one, _ = two_products
    names = [f"A-1_{number}.jpg" for number in range(1, MOST_PHOTOS + 2)]
    first = archive({"A-1.jpg": photo(99)})
    add_photos_from_archive(seller=one.seller, file=first, actor=alice)

    report = add_photos_from_archive(
        seller=one.seller, file=archive({name: photo(number) for number, name in enumerate(names)}), actor=alice
    )

    assert report.products[0].added == names[: MOST_PHOTOS - 1]
    assert {problem.name for problem in report.problems} == set(names[MOST_PHOTOS - 1 :])
    assert one.images.count() == MOST_PHOTOS


def test_only_the_seller_s_own_live_products_get_photos(two_products: tuple[Product, Product], alice: Any) -> None:
    """The same SKU at another seller, and a product that was removed, get nothing."""
    one, other = two_products
    Product.objects.filter(pk=other.pk).update(status=Product.Status.REMOVED)
    foreign = factories.product(of=factories.seller("Elsewhere"), photos=0)
    Product.objects.filter(pk=foreign.pk).update(sku="A-1")

    report = add_photos_from_archive(
        seller=one.seller, file=archive({"A-1.jpg": photo(1), "B-2.jpg": photo(2)}), actor=alice
    )

    assert [got.product_id for got in report.products] == [one.pk]
    assert [problem.name for problem in report.problems] == ["B-2.jpg"]
    assert not foreign.images.exists()
    assert not other.images.exists()


def test_an_archive_is_kept_and_read_in_the_background(
    two_products: tuple[Product, Product], alice: Any, sent: list[Any], django_capture_on_commit_callbacks: Any
) -> None:
    one, _ = two_products
    with django_capture_on_commit_callbacks(execute=True):
        job = receive_archive(
            seller=one.seller, actor=alice, file=archive({"A-1.jpg": photo(), "Z.jpg": photo(2)}), name="spring.zip"
        )
    assert sent == [("catalog.read_photo_archive", (job.pk,))]

    tasks.read_photo_archive(job.pk)

    job.refresh_from_db()
    assert (job.state, job.stage, job.progress, job.name) == (State.SUCCEEDED, "done", 100, "spring.zip")
    assert job.report == {
        "products": [{"sku": "A-1", "product_id": one.pk, "added": ["A-1.jpg"], "known": []}],
        "problems": [{"name": "Z.jpg", "reason": "There is no product with the SKU Z."}],
        "warnings": [],
    }
    assert read_archive(job.pk) is None, "it is read once"


def test_what_is_no_archive_is_refused_at_once(alice: Any) -> None:
    for content in (b"", photo(), b"PK nonsense"):
        with pytest.raises(UnreadableArchive, match="not a readable ZIP archive"):
            receive_archive(seller=factories.seller(), actor=alice, file=io.BytesIO(content), name="x")
    assert not PhotoArchive.objects.exists()


def test_an_archive_that_is_too_large_is_refused_at_once(monkeypatch: pytest.MonkeyPatch, alice: Any) -> None:
    monkeypatch.setattr(archive_services, "MAX_ARCHIVE_BYTES", 100)

    with pytest.raises(UnreadableArchive, match="larger than 0 GB"):
        receive_archive(seller=factories.seller(), actor=alice, file=archive({"A.jpg": photo()}), name="x")


def test_a_worker_that_died_half_way_is_followed_by_one_that_finishes(
    two_products: tuple[Product, Product], alice: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = two_products
    job = receive_archive(
        seller=one.seller, actor=alice, file=archive({"A-1.jpg": photo(1), "B-2.jpg": photo(2)}), name="x"
    )
    real = archive_services._add

    def die_at_the_second(product: Product, *rest: Any) -> None:
        if product == other:
            raise SystemExit
        real(product, *rest)

    monkeypatch.setattr(archive_services, "_add", die_at_the_second)
    with pytest.raises(SystemExit):
        read_archive(job.pk)
    monkeypatch.setattr(archive_services, "_add", real)
    assert one.images.count() == 1
    job.refresh_from_db()
    assert job.state == State.RUNNING

    with time_machine.travel(timezone.now() + timedelta(minutes=5)):
        job = read_archive(job.pk)
    assert job is not None
    assert job.state == State.SUCCEEDED
    assert [(got["added"], got["known"]) for got in job.report["products"]] == [([], ["A-1.jpg"]), (["B-2.jpg"], [])]


def test_cancelling_stops_before_the_next_product(two_products: tuple[Product, Product], alice: Any) -> None:
    one, other = two_products
    said: list[float] = []

    def stop(share: float) -> None:
        said.append(share)
        if share > 0:
            raise JobFenced("cancelled")

    with pytest.raises(JobFenced):
        add_photos_from_archive(
            seller=one.seller, file=archive({"A-1.jpg": photo(1), "B-2.jpg": photo(2)}), actor=alice, progress=stop
        )

    assert said == [0, 0.5]
    assert (one.images.count(), other.images.count()) == (1, 0)


def test_an_archive_that_waits_can_be_cancelled(alice: Any) -> None:
    job = receive_archive(seller=factories.seller(), actor=alice, file=archive({"A.jpg": photo()}), name="x")

    assert cancel_archive(job)
    assert read_archive(job.pk) is None
    assert PhotoArchive.objects.get(pk=job.pk).state == State.CANCELLED


def test_the_sweeper_rings_for_archives_and_erases_them_a_day_after_they_were_read(alice: Any, sent: list[Any]) -> None:
    job = receive_archive(seller=factories.seller(), actor=alice, file=archive({"A.jpg": photo()}), name="x")
    name = job.file.name
    assert ring_due_archives() == 1
    read_archive(job.pk)

    assert erase_read_archives() == 0
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        assert erase_read_archives() == 1
        assert erase_read_archives() == 0
    assert not default_storage.exists(name)
    assert PhotoArchive.objects.get(pk=job.pk).report["problems"]


def test_only_those_who_may_import_for_the_seller_see_its_archives(mallory: Any, alice: Any) -> None:
    job = receive_archive(seller=factories.seller(), actor=alice, file=archive({"A.jpg": photo()}), name="x")

    assert not PhotoArchive.objects.for_user(mallory).exists()
    factories.seller(member=mallory)
    assert PhotoArchive.objects.for_user(mallory).get() == job


@pytest.mark.parametrize("count", [1, 12])
def test_matching_asks_once_whatever_the_archive_has(
    count: int, alice: Any, two_products: tuple[Product, Product], django_assert_num_queries: Any
) -> None:
    file, seller = archive({f"nobody-{number}.jpg": b"" for number in range(count)}), two_products[0].seller
    with django_assert_num_queries(1):
        add_photos_from_archive(seller=seller, file=file, actor=alice)
