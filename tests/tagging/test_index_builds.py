"""Building an index beside the live one: the switch, what comes in meanwhile, and builds that die."""

from __future__ import annotations

import io
import os
import signal
import threading
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connections
from PIL import Image

from catalog.models import ProductImage
from tagging.matching.search import IndexVersionGone
from tagging.models import IndexEntry, IndexVersion, NoLiveIndex
from tagging.services import index_builds, index_fitting
from tagging.services.index_builds import BuildRunning, NothingToIndex, build_index, promote
from tagging.services.index_fitting import COPIES
from tagging.services.indexing import index_photos
from tagging.vision.degrading import degraded_copies
from tests import factories

from .index_parts import found_by_its_photo, small_models
from .sessions import held_elsewhere, in_thread

__all__ = ["small_models"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("small_models")]


@pytest.fixture(autouse=True)
def no_index_left(db: None) -> Iterator[None]:
    """Drop the vector indexes after a test: emptying tables does not."""
    yield
    with connections["default"].cursor() as cursor:
        for name in vector_indexes():
            cursor.execute(f"DROP INDEX {name}")


def states() -> dict[int, str]:
    return dict(IndexVersion.objects.values_list("pk", "state"))


def vector_indexes() -> set[str]:
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT indexname FROM pg_indexes WHERE indexname LIKE 'tagging_entry_vectors_of_%'")
        return {row[0] for row in cursor.fetchall()}


def test_the_first_build_finds_every_product_by_its_photo() -> None:
    products = [factories.product(f"Juice {number}", photos=2) for number in range(12)]
    with pytest.raises(NoLiveIndex, match="build_index"):
        IndexVersion.objects.live()
    call_command("build_index")
    live = IndexVersion.objects.live()
    assert live.embedder == "pixels@1"
    assert live.entries.count() == 24
    assert vector_indexes() == {live.vector_index}
    assert all(found_by_its_photo(product, live) for product in products)


def test_a_photo_of_which_a_degraded_copy_shows_nothing_does_not_stop_a_build() -> None:
    product, photo = factories.product(), factories.jpeg(seed=25880)
    with Image.open(io.BytesIO(photo)) as opened:
        copies = degraded_copies(np.asarray(opened), COPIES)
    assert any(copy.min() == copy.max() for copy in copies)
    image = ProductImage.objects.get(product=product)
    image.file.save("plain.jpg", ContentFile(photo))
    assert found_by_its_photo(product, build_index())


def test_models_that_refuse_every_degraded_copy_end_the_build_and_the_live_index_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    product = factories.product()
    factories.product()
    first = build_index()
    monkeypatch.setattr(index_fitting, "degraded_copies", lambda pixels, count: [np.zeros_like(pixels)] * count)
    with pytest.raises(CommandError, match="None of 4 degraded copies of photos could be described"):
        call_command("build_index")
    assert states() == {first.pk: "live"}
    assert found_by_its_photo(product, first)


def test_without_photos_there_is_nothing_to_build() -> None:
    with pytest.raises(NothingToIndex):
        build_index()
    with pytest.raises(CommandError, match="add products with photos first"):
        call_command("build_index")
    assert states() == {}


def test_a_second_build_retires_the_first_which_can_be_searched_until_the_third() -> None:
    product = factories.product()
    factories.product()
    first, second = build_index(), build_index()
    assert states() == {first.pk: "retired", second.pk: "live"}
    first.refresh_from_db()
    assert found_by_its_photo(product, first)
    assert found_by_its_photo(product, second)
    third = build_index()
    assert states() == {first.pk: "retired", second.pk: "retired", third.pk: "live"}
    assert vector_indexes() == {second.vector_index, third.vector_index}
    with pytest.raises(IndexVersionGone):
        found_by_its_photo(product, first)


def test_another_embedder_is_built_beside_the_live_one() -> None:
    product = factories.product()
    factories.product()
    build_index()
    second = build_index(embedder="mirrored-pixels")
    assert second.embedder == "mirrored-pixels@1"
    late = factories.product("Grape juice")
    index_photos(list(late.images.values_list("pk", flat=True)))
    assert second.entries.filter(product=late).exists()
    assert second.entries.filter(product=product).exists()


def test_two_builds_at_once_are_refused() -> None:
    factories.product()
    with held_elsewhere("tagging.build_index"), pytest.raises(BuildRunning, match="runs already"):
        build_index()
    assert states() == {}


@pytest.mark.parametrize("step", ["copy_entries", "create_vector_index", "promote"])
def test_a_photo_that_comes_in_during_a_build_is_in_both_versions(step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    factories.product()
    factories.product()
    first = build_index()
    real, late = getattr(index_builds, step), []

    def with_a_new_photo_after(*args: object) -> object:
        done = real(*args)
        late.append(factories.product("Grape juice"))
        index_photos(list(late[0].images.values_list("pk", flat=True)))
        return done

    monkeypatch.setattr(index_builds, step, with_a_new_photo_after)
    second = build_index()
    first.refresh_from_db()
    assert found_by_its_photo(late[0], second)
    assert step == "promote" or found_by_its_photo(late[0], first)


def test_a_reader_sees_exactly_one_live_version_at_every_moment() -> None:
    factories.product()
    versions = [build_index()]
    seen: set[tuple[int, ...]] = set()

    def read(started: threading.Event, stop: threading.Event) -> None:
        while not stop.is_set():
            seen.add(tuple(IndexVersion.objects.filter(state="live").values_list("pk", flat=True)))
            started.set()

    with in_thread(read):
        versions += [build_index() for _ in range(2)]
    assert seen <= {(version.pk,) for version in versions}
    assert (versions[0].pk,) in seen


def test_a_switch_that_fails_leaves_the_old_version_live(monkeypatch: pytest.MonkeyPatch) -> None:
    factories.product()
    first = build_index()
    second = index_builds.fit_version(index_builds.loaded_describer())
    monkeypatch.setattr(IndexVersion, "save", _fail)
    with pytest.raises(RuntimeError, match="no power"):
        promote(second)
    assert states() == {first.pk: "live", second.pk: "building"}


def _fail(*args: object, **kwargs: object) -> None:
    raise RuntimeError("no power")


def test_a_version_that_is_not_being_built_cannot_go_live() -> None:
    factories.product()
    version = build_index()
    with pytest.raises(ValueError, match="only a version being built can go live"):
        promote(version)


@pytest.mark.parametrize(
    ("moment", "step"),
    [("after", "fit_version"), ("after", "copy_entries"), ("after", "create_vector_index"), ("after", "promote")],
)
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_build_killed_at_any_step_leaves_a_working_index(step: str, moment: str) -> None:
    product = factories.product()
    factories.product()
    first = build_index()
    assert _in_child(lambda: _build_and_die(step, moment)) == -signal.SIGKILL
    live = IndexVersion.objects.live()
    assert (live.pk == first.pk) == ((step, moment) != ("promote", "after"))
    assert found_by_its_photo(product, live)
    fresh = build_index()
    assert found_by_its_photo(product, fresh)
    assert set(states().values()) <= {"live", "retired", "failed"}
    assert vector_indexes() == {live.vector_index, fresh.vector_index}
    kept = {live.pk, fresh.pk}
    assert set(IndexEntry.objects.values_list("index_version", flat=True)) == kept
    assert IndexEntry.objects.count() == len(kept) * ProductImage.objects.count()


def _build_and_die(step: str, moment: str) -> None:
    real = getattr(index_builds, step)

    def dies(*args: object) -> object:
        done = real(*args) if moment == "after" else None
        os.kill(os.getpid(), signal.SIGKILL)
        return done

    setattr(index_builds, step, dies)
    build_index()


def _in_child(act: Callable[[], None]) -> int:
    """Run `act` in a child process with a database session of its own; return how the process ended."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            act()
        finally:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
