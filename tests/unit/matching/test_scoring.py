from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagging.matching import scoring
from tagging.matching.scoring import ScorePart, default_weights, one_of_each_group
from tagging.matching.types import CandidateProduct, ProductPhoto, ScoredProduct
from tagging.matching.words import WordStatistics, confident_tokens, count_words, tokens, word_evidence
from tagging.vision.types import Word

PRODUCTS = [tokens((title,)) for title in ("Bravo Äpple juice", "Bravo orange juice", "Oatly havredryck", "Arla mjölk")]
STATISTICS = count_words(PRODUCTS)
READ = ["bravo", "apple", "juice", "orange", "oatly", "mjolk", "xyz"]
CHOSEN = st.lists(st.sampled_from(READ), min_size=1, max_size=6)


def reading(*words: str) -> tuple[Word, ...]:
    return tuple(Word(word, 0.9) for word in words)


def evidence(*words: str) -> np.ndarray:
    return word_evidence(confident_tokens(reading(*words)), PRODUCTS, STATISTICS)


@pytest.mark.parametrize(
    ("words", "product"),
    [(("BRAVO", "APPLE"), 0), (("bravo", "orang"), 1), (("OATLY",), 2), (("MJOLK",), 3), (("0atly", "havre"), 2)],
)
def test_words_point_to_their_product_despite_case_accents_and_misread_letters(
    words: tuple[str, ...], product: int
) -> None:
    assert evidence(*words).argmax() == product


@given(words=CHOSEN, data=st.data())
def test_the_order_and_repetition_of_words_do_not_matter(words: list[str], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(words + words[:2]))
    assert evidence(*shuffled) == pytest.approx(evidence(*words), abs=1e-6)


@given(words=CHOSEN)
def test_word_evidence_lies_between_0_and_1(words: list[str]) -> None:
    found = evidence(*words)
    assert found.min() >= 0.0
    assert found.max() <= 1.0


@pytest.mark.parametrize("words", [(), ("12", "7"), ("a",)])
def test_nothing_readable_favours_no_product(words: tuple[str, ...]) -> None:
    assert not evidence(*words).any()


def test_a_rare_word_tells_more_than_a_common_one() -> None:
    assert evidence("orange")[1] > evidence("juice")[1]


def test_a_word_that_every_product_has_tells_nothing() -> None:
    same = [tokens(("milk",)), tokens(("milk",))]
    assert not word_evidence({"milk": 1.0}, same, count_words(same)).any()


def photo(direction: int, hubness: float = 0.0) -> ProductPhoto:
    vector = np.zeros(256, dtype=np.float32)
    vector[direction] = 1.0
    return ProductPhoto(vector, np.eye(1, 256, direction, dtype=np.float32)[0], (), hubness)


def views(*directions: int) -> scoring.Views:
    vectors = np.stack([np.eye(1, 256, direction, dtype=np.float32)[0] for direction in directions])
    return scoring.Views(vectors, vectors, {})


def rank(query: scoring.Views, *candidates: CandidateProduct, **weights: float) -> list[ScoredProduct]:
    photos = scoring.prepare_photos(candidates, np.zeros(256, dtype=np.float32))
    return scoring.score(query, photos, candidates, WordStatistics(4, {}), weights or default_weights())


def candidate(key: str, *photos: ProductPhoto) -> CandidateProduct:
    return CandidateProduct(key, key, "", photos)


def test_the_best_photo_counts_for_each_view_and_views_count_equally() -> None:
    many = candidate("many", photo(3), photo(1), photo(2))
    one = candidate("one", photo(1))
    found = rank(views(1, 2), one, many, visual=1.0)
    assert [(product.product, product.score) for product in found] == [("many", 1.0), ("one", 0.5)]
    assert (found[0].view, found[0].photo) == (0, 1)


def test_the_parts_add_up_to_the_score() -> None:
    found = rank(views(1), candidate("a", photo(1, hubness=0.4)), candidate("b", photo(2)))
    for product in found:
        assert sum(part.weighted for part in product.parts) == pytest.approx(product.score)
        assert [part.name for part in product.parts] == list(default_weights())


def test_a_photo_that_is_near_to_everything_loses_to_an_equal_one_that_is_not() -> None:
    found = rank(views(1), candidate("hub", photo(1, hubness=0.6)), candidate("plain", photo(1, hubness=0.1)))
    assert [product.product for product in found] == ["plain", "hub"]


def test_equal_scores_are_ordered_by_key() -> None:
    found = rank(views(1), candidate("b", photo(1)), candidate("a", photo(1)))
    assert [product.product for product in found] == ["a", "b"]


def test_variants_are_merged_to_the_best_of_their_group() -> None:
    scored = [
        ScoredProduct(key, group, score, 0.0, ())
        for key, group, score in [("red", "shirt", 0.9), ("mug", "", 0.8), ("blue", "shirt", 0.7), ("hat", "", 0.6)]
    ]
    assert [product.product for product in one_of_each_group(scored)] == ["red", "mug", "hat"]


def test_a_registered_part_joins_the_score(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scoring, "PARTS", list(scoring.PARTS))
    scoring.register(ScorePart("newest", 0.5, lambda views, photos, statistics: np.array([[0.0, 1.0]])))
    found = rank(views(1), candidate("a", photo(1)), candidate("b", photo(1)))
    assert [product.product for product in found] == ["b", "a"]
    with pytest.raises(ValueError, match="already is a score part called 'newest'"):
        scoring.register(ScorePart("newest", 0.1, scoring.visual))
