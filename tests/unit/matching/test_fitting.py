from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from tagging.matching.adaptation import Adaptation
from tagging.matching.calibrating import calibrated, degraded_samples, same_things
from tagging.matching.fitting import NO_ADAPTATION, fit, fit_uncalibrated, held_apart
from tagging.matching.gallery import build_gallery
from tagging.matching.model import MatchingModel, match
from tagging.matching.scoring import default_weights
from tagging.matching.types import IncompatibleVersions, InvalidModel, Limits
from tests.unit.matching.shop import Shop, make_shop

EMBEDDER = "made-up-1"


@cache
def shop() -> Shop:
    return make_shop(queries=1080)


@cache
def model() -> MatchingModel:
    return fit(shop().catalogue, shop().queries, EMBEDDER)


def share_found(found: MatchingModel, of: Shop) -> float:
    gallery = build_gallery(of.catalogue, found)
    first = [gallery.rank([query])[0].product for query in of.queries]
    return float(np.mean([product == truth for product, truth in zip(first, of.truth, strict=True)]))


def test_pictures_find_their_products_across_the_two_sides() -> None:
    assert share_found(model(), shop()) > 0.95


def test_words_on_unlabelled_pictures_teach_what_varies_between_pictures_of_one_thing() -> None:
    varied = make_shop(products=30, queries=500, noise=3.0, light=3.0)
    plain, adapted = (
        replace(fit_uncalibrated(varied.catalogue, varied.queries, EMBEDDER, adaptation=setting), weights={"visual": 1})
        for setting in (Adaptation(rounds=0), Adaptation())
    )
    assert share_found(adapted, varied) > share_found(plain, varied) + 0.2


def test_fitting_twice_gives_the_same_model_and_other_data_another() -> None:
    again = fit(shop().catalogue, shop().queries, EMBEDDER)
    assert again.version == model().version
    assert again.to_bytes() == model().to_bytes()
    assert fit(shop().catalogue[1:], shop().queries, EMBEDDER).version != model().version


def test_a_model_survives_storage() -> None:
    restored = MatchingModel.from_bytes(model().to_bytes())
    assert restored.version == model().version
    assert (restored.calibration, restored.kind_calibration) == (model().calibration, model().kind_calibration)
    query = shop().queries[:1]
    assert build_gallery(shop().catalogue, restored).rank(query) == build_gallery(shop().catalogue, model()).rank(query)


@pytest.mark.parametrize("content", [b"", b"nonsense"])
def test_it_refuses_bytes_that_are_no_model(content: bytes) -> None:
    with pytest.raises(InvalidModel, match="not a stored matching model"):
        MatchingModel.from_bytes(content)


def test_it_refuses_a_projection_in_place_of_a_model() -> None:
    with pytest.raises(InvalidModel, match="something else"):
        MatchingModel.from_bytes(model().projection.to_bytes())


def test_no_picture_of_a_video_can_be_read_back_from_a_model() -> None:
    vectors = model().project_query(np.stack([query.features for query in shop().queries]))
    nearest = np.abs(vectors[:, None, :] - model().bank.vectors[None]).max(axis=2).min(axis=1)
    assert nearest.min() > 0.01


def test_candidates_of_another_version_are_refused() -> None:
    other = fit(shop().catalogue[1:], shop().queries, EMBEDDER)
    candidates = build_gallery(shop().catalogue[1:], other).candidates
    with pytest.raises(IncompatibleVersions, match="Search the index of the same version"):
        match(shop().queries[:1], candidates, model(), Limits())


def test_a_track_is_linked_to_its_product_and_the_evidence_is_kept() -> None:
    gallery = build_gallery(shop().catalogue, model())
    views = [query for query, truth in zip(shop().queries, shop().truth, strict=True) if truth == "p03"][:3]
    decision = match(views, gallery.search(views), model(), Limits())
    assert decision.links[0].product == "p03"
    assert decision.links[0].kind == "exact"
    assert decision.links[0].probability >= model().calibration.thresholds.exact
    assert [part.name for part in decision.links[0].parts] == list(default_weights())
    assert len(decision.runners_up) == Limits().runners_up
    assert decision.model_version == model().version


def test_pictures_of_things_that_the_shop_does_not_sell_are_hardly_ever_linked() -> None:
    mixed = make_shop(products=40, queries=550, strangers=400, noise=2.0)
    fitted = fit(mixed.catalogue, mixed.queries, EMBEDDER)
    gallery = build_gallery(mixed.catalogue, fitted)
    decisions = [match([query], gallery.search([query]), fitted, Limits()) for query in mixed.queries]
    is_stranger = np.array([truth == "" for truth in mixed.truth])
    linked = np.array([not decision.abstains for decision in decisions])
    assert linked[is_stranger].mean() < 0.1
    assert linked[~is_stranger].mean() > 0.5


def test_without_views_or_candidates_there_is_no_link() -> None:
    assert match((), (), model(), Limits()).abstains
    assert match(shop().queries[:1], (), model(), Limits()).abstains


def test_a_candidate_without_photos_is_passed_over() -> None:
    gallery = build_gallery(shop().catalogue, model())
    bare = replace(gallery.candidates[0], product="bare", photos=())
    ranked = model().rank(shop().queries[:1], [bare, *gallery.candidates[1:3]])
    assert {product.product for product in ranked} == {"p01", "p02"}


def test_a_new_shop_without_videos_calibrates_on_degraded_catalogue_photos() -> None:
    fitted = fit(shop().catalogue, (), EMBEDDER)
    for calibration in (fitted.calibration, fitted.kind_calibration):
        assert calibration.source == "degraded catalogue photos"
        assert 0.85 <= calibration.thresholds.show < 1.0


def test_a_shop_with_nothing_to_learn_from_shows_nothing() -> None:
    bare = [replace(entry, augmented=()) for entry in shop().catalogue]
    fitted = fit(bare, shop().queries[:3], EMBEDDER)
    gallery = build_gallery(bare, fitted)
    assert match(shop().queries[:1], gallery.search(shop().queries[:1]), fitted, Limits()).abstains


def test_a_picture_of_another_product_of_the_kind_is_linked_as_similar_and_not_as_exact() -> None:
    alike = make_shop(products=40, queries=200, kinds=8, noise=1.8, with_words=False)
    sold = alike.catalogue[8:]
    fitted = fit(sold, alike.queries, EMBEDDER)
    gallery, kinds = build_gallery(sold, fitted), {entry.product: entry.kind for entry in alike.catalogue}
    unsold = [
        (query, truth)
        for query, truth in zip(alike.queries, alike.truth, strict=True)
        if truth not in {entry.product for entry in sold}
    ]
    links = [(match([query], gallery.search([query]), fitted, Limits()).links, truth) for query, truth in unsold]
    first = [(found[0], truth) for found, truth in links if found]
    assert len(first) > len(unsold) / 2
    assert all(kinds[link.product] == kinds[truth] for link, truth in first)
    assert np.mean([link.kind == "exact" for link, _ in first]) < 0.1


def test_pictures_for_calibration_are_not_learned_from() -> None:
    learning, judging = held_apart(shop().queries)
    assert len(judging) == len(shop().queries) / 3
    assert len(learning) + len(judging) == len(shop().queries)


def test_few_pictures_are_not_adapted_to() -> None:
    few = shop().queries[:50]
    plain = fit_uncalibrated(shop().catalogue, few, EMBEDDER, adaptation=NO_ADAPTATION)
    assert fit(shop().catalogue, few, EMBEDDER).projection.version == plain.projection.version


def test_variants_and_products_with_the_same_photo_are_one_thing_and_the_right_answer_for_each_other() -> None:
    first, second, third, *rest = shop().catalogue
    catalogue = [
        replace(first, variant_group="shirt"),
        replace(second, variant_group="shirt"),
        replace(third, signature=second.signature, augmented=()),
        *rest,
    ]
    same = same_things(catalogue)
    assert same["p00"] == {"p00", "p01"}
    assert same["p01"] == {"p00", "p01", "p02"}
    assert same["p05"] == {"p05"}
    gallery = build_gallery(catalogue, fit_uncalibrated(catalogue, (), EMBEDDER))
    samples = degraded_samples(gallery, catalogue)
    present = samples.exact[::3]
    assert np.mean([sample.is_match for sample in present]) > 0.95
    assert not any(sample.is_match for place, sample in enumerate(samples.exact) if place % 3)


def test_photos_of_one_product_are_one_product() -> None:
    twice = [*shop().catalogue, *(replace(entry, signature=entry.augmented[0]) for entry in shop().catalogue)]
    gallery = build_gallery(twice, fit_uncalibrated(twice, shop().queries, EMBEDDER))
    assert len(gallery.candidates) == len(shop().catalogue)
    assert all(len(candidate.photos) == 2 for candidate in gallery.candidates)


def test_the_calibration_can_be_renewed_without_touching_vectors() -> None:
    uncalibrated = fit_uncalibrated(shop().catalogue, shop().queries, EMBEDDER)
    renewed = calibrated(uncalibrated, shop().catalogue, shop().queries)
    assert renewed.projection is uncalibrated.projection
    assert renewed.version != uncalibrated.version
    assert renewed.kind_calibration.probability(9.0, 9.0) > uncalibrated.kind_calibration.probability(9.0, 9.0)


def test_it_needs_a_catalogue() -> None:
    with pytest.raises(ValueError, match="at least one product photo"):
        fit((), shop().queries, EMBEDDER)
