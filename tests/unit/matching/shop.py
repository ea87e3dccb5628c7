"""A small made-up shop for tests: products with features, colours and words, and pictures of them from another domain.

Every product has a direction of its own; pictures are that direction plus what all pictures of their side share plus
noise. So the right answers are known, and the two sides differ as shops and videos do.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tagging.matching.types import CatalogueEntry
from tagging.vision.colour import COLOUR_DIMENSIONS
from tagging.vision.types import Signature, Word

FEATURES = 320
_LETTERS = np.random.default_rng(8)
NAMES = tuple("".join(_LETTERS.choice(list("abcdefghiklmnoprstuvz"), 7)) for _ in range(100))


@dataclass(frozen=True)
class Shop:
    catalogue: tuple[CatalogueEntry, ...]
    queries: tuple[Signature, ...]
    truth: tuple[str, ...]


def _picture(
    random: np.random.Generator,
    middle: np.ndarray,
    colours: np.ndarray,
    spread: float,
    words: tuple[str, ...],
    lights: np.ndarray,
) -> Signature:
    features = middle + random.normal(size=FEATURES) * spread + random.normal(size=len(lights)) @ lights
    colour = np.sqrt(colours + random.random(COLOUR_DIMENSIONS) * 0.02)
    return Signature(
        features.astype(np.float32),
        (colour / np.linalg.norm(colour)).astype(np.float32),
        tuple(Word(word, 0.9) for word in words),
    )


def make_shop(
    products: int = 12,
    queries: int = 360,
    noise: float = 0.5,
    with_words: bool = True,
    strangers: int = 0,
    light: float = 0.0,
    kinds: int = 0,
) -> Shop:
    """Make a shop; `strangers` more pictures show things that it does not sell, each another.

    `light` is how much pictures of one thing vary along a few directions that all things share. With `kinds`, products
    of one kind look alike.
    """
    random = np.random.default_rng(5)
    directions = random.normal(size=(products + strangers, FEATURES))
    if kinds:
        shared = np.random.default_rng(6).normal(size=(kinds, FEATURES))
        directions[:products] = 0.4 * directions[:products] + shared[np.arange(products) % kinds]
    colours = random.random(size=(products + strangers, COLOUR_DIMENSIONS)) ** 8
    shop_side, film_side = random.normal(size=(2, FEATURES)) * 1.5
    lights = random.normal(size=(6, FEATURES))

    def picture(product: int, side: np.ndarray, spread: float, words: tuple[str, ...], light: float = 0.0) -> Signature:
        return _picture(random, directions[product] + side, colours[product], spread, words, light * lights)

    catalogue = tuple(
        CatalogueEntry(
            product=f"p{number:02d}",
            title=NAMES[number],
            brand="",
            signature=picture(number, shop_side, 0.1, ()),
            augmented=tuple(picture(number, shop_side, noise * 2, ()) for _ in range(4)),
            kind=f"kind {number % kinds}" if kinds else "",
        )
        for number in range(products)
    )
    shown = [int(number) for number in random.integers(0, products, queries)]
    shown += range(products, products + strangers)
    words = [(NAMES[number],) if with_words and number < products else () for number in shown]
    return Shop(
        catalogue,
        tuple(picture(number, film_side, noise, read, light) for number, read in zip(shown, words, strict=True)),
        tuple(f"p{number:02d}" if number < products else "" for number in shown),
    )
