"""The tree of categories, and small charts."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from catalog.category_tree import Leaf, branch, laid_out
from catalog.charts import Span, bars, span


@st.composite
def trees(draw: st.DrawFn) -> list[Leaf]:
    """Categories of which each lies in an earlier one or at the top."""
    size = draw(st.integers(0, 20))
    return [
        Leaf(key, draw(st.text(max_size=3)), draw(st.sampled_from([None, *range(key)])), draw(st.integers(0, 9)))
        for key in range(size)
    ]


def test_a_category_stands_right_before_what_lies_in_it() -> None:
    leaves = [Leaf(1, "Toys", None, 2), Leaf(2, "drinks", None, 1), Leaf(3, "Juice", 2, 4), Leaf(4, "A B", 3, 8)]

    rows = [(node.name, node.depth, node.own, node.total) for node in laid_out(leaves)]

    assert rows == [("drinks", 0, 1, 13), ("Juice", 1, 4, 12), ("A B", 2, 8, 8), ("Toys", 0, 2, 2)]


@given(trees())
def test_every_category_is_shown_once_and_every_product_counted_once_at_the_top(leaves: list[Leaf]) -> None:
    nodes = laid_out(leaves)

    assert sorted(node.key for node in nodes) == sorted(leaf.key for leaf in leaves)
    assert sum(node.total for node in nodes if node.depth == 0) == sum(leaf.own for leaf in leaves)


@given(trees())
def test_moving_a_category_outside_its_branch_never_makes_a_cycle(leaves: list[Leaf]) -> None:
    parents = {leaf.key: leaf.parent for leaf in leaves}
    for key in parents:
        inside = branch(parents, key)
        for target in parents:
            above, at = set(), target
            while at is not None and at not in above:
                above.add(at)
                at = parents[at]
            assert (target in inside) == (key in above)


def test_a_branch_of_a_cycle_ends_too() -> None:
    assert branch({1: 2, 2: 1}, 1) == {1, 2}


@given(st.lists(st.integers(0, 10**9), max_size=40), st.integers(1, 200), st.none() | st.integers(1, 10**9))
def test_a_chart_fits_its_box_and_hides_nothing(numbers: list[int], height: int, threshold: int | None) -> None:
    chart = bars(numbers, height=height, threshold=threshold)

    assert [bar.number for bar in chart.bars] == numbers
    for bar in chart.bars:
        assert 0 <= bar.y <= height
        assert bar.y + bar.height == height
        assert (bar.height == 0) == (bar.number == 0)
        assert bar.x + bar.width <= chart.width
    assert chart.line is None or 0 <= chart.line <= height


@given(st.lists(st.integers(0, 10**6), min_size=2, max_size=40))
def test_a_larger_number_is_never_drawn_lower(numbers: list[int]) -> None:
    drawn = sorted(bars(numbers, height=60).bars, key=lambda bar: bar.number)

    assert all(low.height <= high.height for low, high in itertools.pairwise(drawn))


def test_an_interval_is_a_stretch_of_a_line_that_is_seen_however_short() -> None:
    assert span(0.17, 0.69, 0.45) == Span(17, 52, 45)
    assert span(0.0, 0.0, 0.0) == Span(0, 1, 0)
    assert span(1.0, 1.0, None) == Span(99, 1, None)


@given(st.floats(0, 1), st.floats(0, 1))
def test_it_never_leaves_the_line(one: float, other: float) -> None:
    drawn = span(min(one, other), max(one, other), None)
    assert 0 <= drawn.x < drawn.x + drawn.width <= 100
