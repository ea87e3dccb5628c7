"""PURE. How much of all counterfeits one rule finds, or all rules find for one brand.

All counterfeits are four parts that do not overlap:

1. those that the rule found: listings on which it fired and that people found counterfeit;
2. those that only other rules found;
3. those that people took down though no rule had fired, each of which is known;
4. those that nobody has found: only the standing blind sample of listings on which no rule fired tells of these.

Parts 1, 2 and 4 are random samples of a finite population (the listings decided on, of all on which rules fired; the
listings judged, of all clean ones), so `recall` of `intervals.py` bounds their ratio.

A rule against copies of one brand can never find those of another. So its recall is also taken *within its reach*: the
brands of which it found a counterfeit. A reach that is taken from what was found flatters the rule a little. For one
brand, or a reach, part 4 has two groups: listings that name or imitate the brand, which are judged and counted by
themselves (a random sample of some is one of those among them: W. G. Cochran, "Sampling Techniques", 3rd edition, 1977,
chapter 2, on subpopulations); and listings that do not, of which those count that the judges said to copy it. As long
as the sample holds none of the latter, they are left out, and the figure is about listings that name or imitate.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from .intervals import Recall, Sampled, recall

type BrandKey = int | None
"""A brand by its key; None stands for no brand."""

NONE = Sampled(0, 0, 0)


@dataclass(frozen=True, slots=True)
class Seen:
    """`number` listings of the blind sample, judged alike; `brand` is named or imitated, `copies` what judges said."""

    brand: BrandKey
    copies: BrandKey
    is_counterfeit: bool
    number: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """The recall, and what it rests on.

    `found` counterfeits of the `known` ones were found by the rule (or all rules); of `judged` listings of the blind
    sample `missed` were counterfeit.
    """

    recall: Recall
    found: int
    known: int
    judged: int
    missed: int


@dataclass(frozen=True, slots=True)
class Counts:
    """What people have decided, by brand: on listings of each rule, of any rule, of none, and of the blind sample.

    A listing counts once in `any_rule`, and once for each rule that fired on it in `by_rule`, with the same brand and
    verdict. `reported` counterfeits were taken down without a rule; `clean` is how many listings no rule fires on.
    """

    by_rule: Mapping[int, Mapping[BrandKey, Sampled]]
    any_rule: Mapping[BrandKey, Sampled]
    reported: Mapping[BrandKey, int]
    seen: Sequence[Seen]
    clean: Mapping[BrandKey, int]

    def of_rule(self, rule: int) -> Estimate:
        """Return which share of all counterfeits a rule finds."""
        return self._estimate(self.by_rule.get(rule, {}), None)

    def reach_of(self, rule: int) -> frozenset[BrandKey]:
        """Return the brands of which the rule has found a counterfeit."""
        return frozenset(brand for brand, side in self.by_rule.get(rule, {}).items() if side.positives)

    def within_reach(self, rule: int) -> Estimate:
        """Return which share of the counterfeits of the brands within its reach a rule finds; unknown without any."""
        return self._estimate(self.by_rule.get(rule, {}), self.reach_of(rule))

    def of_brand(self, brand: int) -> Estimate:
        """Return which share of the counterfeits of one brand all rules together find."""
        return self._estimate(self.any_rule, frozenset({brand}))

    def brands(self) -> frozenset[int]:
        """Return the brands of which anybody has found a counterfeit."""
        copied = {each.copies for each in self.seen if each.is_counterfeit}
        found = {brand for brand, side in self.any_rule.items() if side.positives}
        return frozenset(brand for brand in (copied | found | set(self.reported)) if brand is not None)

    def _estimate(self, own: Mapping[BrandKey, Sampled], scope: Collection[BrandKey] | None) -> Estimate:
        found, flagged = _sum(_within(own, scope)), _sum(_within(self.any_rule, scope))
        reported = sum(_within(self.reported, scope))
        groups = self._unflagged(scope)
        sides = [_difference(flagged, found), Sampled(reported, reported, reported), *groups]
        missed = sum(group.positives for group in groups)
        return Estimate(
            recall=recall(found, *sides),
            found=found.positives,
            known=flagged.positives + reported,
            judged=groups[0].judged,
            missed=missed,
        )

    def _unflagged(self, scope: Collection[BrandKey] | None) -> list[Sampled]:
        """Return the sample of clean listings: those that name a brand of the scope, and others if some copy one."""
        inside = [each for each in self.seen if scope is None or each.brand in scope]
        groups = [_sample(inside, scope, sum(_within(self.clean, scope)))]
        if scope is not None:
            rest = [each for each in self.seen if each.brand not in scope]
            group = _sample(rest, scope, sum(self.clean.values()) - groups[0].total)
            groups += [group] if group.positives else []
        return groups


def _sample(seen: Iterable[Seen], scope: Collection[BrandKey] | None, clean: int) -> Sampled:
    """Return how many of a group were judged and copy a brand of the scope. Some may not be clean or live any more."""
    group = list(seen)
    judged = sum(each.number for each in group)
    copies = sum(each.number for each in group if each.is_counterfeit and (scope is None or each.copies in scope))
    return Sampled(copies, judged, max(clean, judged))


def _within[T](by_brand: Mapping[BrandKey, T], scope: Collection[BrandKey] | None) -> list[T]:
    return [value for brand, value in by_brand.items() if scope is None or brand in scope]


def _sum(sides: Iterable[Sampled]) -> Sampled:
    total = NONE
    for side in sides:
        total = Sampled(total.positives + side.positives, total.judged + side.judged, total.total + side.total)
    return total


def _difference(all: Sampled, part: Sampled) -> Sampled:
    return Sampled(all.positives - part.positives, all.judged - part.judged, all.total - part.total)
