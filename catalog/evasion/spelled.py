"""New spellings in titles and sellers' names: of protected brands, and near the words of lists that rules ask."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import reduce
from itertools import batched
from operator import or_

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.models import Q, QuerySet

from ..fact_finding.brand_names import brand_names
from ..fact_finding.names import IMITATIONS
from ..list_entries import LONGEST
from ..models import EvasionSign, ListingTexts, Product, ValueList
from ..rules.forms import folded_words
from ..rules.function_calls import quoted
from ..rules.listing_facts import ListKind, RuleList
from ..rules.lookalikes.brand_index import BrandIndex
from ..rules.lookalikes.names import names_in
from ..rules.lookalikes.words import ordinary_words
from ..rules.measuring.new_spellings import NearEntries, Spelling, Writing, new_spellings, spelled
from .suspicions import Suspicion, evidence_of, if_rule, key_of

WINDOW = timedelta(days=7)
"""A spelling is new that stands in listings of so many days and in no earlier one."""
PLACES = ("title", "seller_name")
SHOWN = (Product.Status.LIVE, Product.Status.HELD)
MOST_NEAR, TOGETHER = 200, 50
"""At most so many new spellings are told of for each list, the most frequent; so many at once are looked for."""

_EARLIER = """
    SELECT form FROM unnest(%(forms)s::text[]) AS form WHERE EXISTS (
        SELECT FROM catalog_listingtexts t JOIN catalog_product p ON p.id = t.product_id AND p.updated_at < %(since)s
        WHERE t.title_folded LIKE '%%' || form || '%%' OR t.seller_name_folded LIKE '%%' || form || '%%')"""


def of_brands(now: datetime, lists: Mapping[str, ListKind]) -> Iterator[Suspicion]:
    """Yield the new spellings of protected brands, with a rule against each."""
    names, since = brand_names(), now - WINDOW
    shown = ListingTexts.objects.filter(facts__product__status__in=SHOWN)
    writings = list(_imitations(shown.filter(facts__product__updated_at__gte=since), names.keys, names.index))
    brands = {writing.meant for writing in writings}
    earlier = ListingTexts.objects.filter(facts__product__updated_at__lt=since)
    known = {(each.meant, spelled(each.written)) for each in _imitations(earlier, brands, names.index)}
    for spelling in new_spellings(writings, known):
        yield Suspicion(
            EvasionSign.Kind.SPELLING,
            key_of(spelling.place, spelling.meant, spelled(spelling.written)),
            _evidence(spelling),
            proposal=proposal(spelling, lists),
            brand=names.keys[spelling.meant],
        )


def of_lists(now: datetime, lists: Mapping[str, RuleList], asked: Collection[str]) -> Iterator[Suspicion]:
    """Yield what is written nearly like an entry of a list of words that live rules ask, as an entry for that list."""
    words = [name for name in sorted(asked) if name in lists and lists[name].kind == ListKind.WORDS]
    keys = dict(ValueList.objects.filter(name__in=words).values_list("name", "pk"))
    near = {name: NearEntries(map(str, lists[name].entries), ordinary_words()) for name in keys}
    if not near:
        return
    writings = _near(_texts(now - WINDOW), near)
    for name in near:
        for spelling in _unheard(new_spellings(writings[name], ()), now - WINDOW):
            yield Suspicion(
                EvasionSign.Kind.LIST_WORD,
                key_of(name, spelling.place, spelled(spelling.written)),
                _evidence(spelling),
                entry=spelling.written[:LONGEST],
                list=keys[name],
            )


def proposal(spelling: Spelling, lists: Mapping[str, ListKind]) -> str:
    """Return a rule against a spelling of a brand: the brand is imitated, and by these words if there are any."""
    text = f"{quoted(spelling.meant)} in {spelling.place}_{spelling.kind}_brands"
    if folded_words(spelling.written):
        exact = f"{text} && mentions({spelling.place}, {quoted(spelling.written)})"
        return if_rule(exact, lists) or if_rule(text, lists)
    return if_rule(text, lists)


def _evidence(spelling: Spelling) -> dict[str, object]:
    return evidence_of(
        spelling.listings,
        spelling.sellers,
        written=spelling.written,
        meant=spelling.meant,
        how=spelling.kind,
        place=spelling.place,
    )


def _imitations(
    rows: QuerySet[ListingTexts], brands: Iterable[str], index: BrandIndex
) -> Iterator[Writing]:  # fmt: skip
    """Yield how listings imitate these brands; only those are read of which the facts say that they do."""
    wanted = sorted(brands)
    columns = [f"{place}_{kind}_brands" for place in PLACES for kind in IMITATIONS]
    if not wanted:
        return
    names = models.Value(wanted, output_field=ArrayField(models.TextField()))
    hit = rows.filter(reduce(or_, (Q(**{f"{column}__overlap": names}) for column in columns)))
    fields = ("facts_id", "facts__product__seller_id", "facts__category", *PLACES, *columns)
    for row in hit.order_by().values(*fields).iterator(2000):
        for place in PLACES:
            for naming in names_in(row[place] or "", index, row["facts__category"] or ""):
                if naming.kind in IMITATIONS and naming.brand in (row[f"{place}_{naming.kind}_brands"] or ()):
                    yield Writing(
                        row["facts_id"],
                        row["facts__product__seller_id"],
                        naming.brand,
                        naming.kind,
                        place,
                        naming.written,
                    )


def _texts(since: datetime) -> Iterator[tuple[int, int, str, str]]:
    """Yield each text of listings of late with its listing, seller and place."""
    shown = ListingTexts.objects.filter(facts__product__status__in=SHOWN, facts__product__updated_at__gte=since)
    rows = shown.order_by().values_list("facts_id", "facts__product__seller_id", *PLACES)
    for listing, seller, *texts in rows.iterator(2000):
        for place, text in zip(PLACES, texts, strict=True):
            if text:
                yield listing, seller, place, text


def _near(texts: Iterable[tuple[int, int, str, str]], near: Mapping[str, NearEntries]) -> Mapping[str, list[Writing]]:
    """Return what is written nearly like entries, by the name of their list; each text is read once."""
    found: dict[str, list[Writing]] = {name: [] for name in near}
    for listing, seller, place, text in texts:
        for name, entries in near.items():
            for entry, kind, written in entries.in_text(text):
                found[name].append(Writing(listing, seller, entry, kind, place, written))
    return found


def _unheard(found: Sequence[Spelling], since: datetime) -> list[Spelling]:
    """Return the first of those that stand in no earlier listing; what stands in many is found there at once."""
    new: list[Spelling] = []
    for some in batched(found, TOGETHER):
        earlier = _earlier({folded_words(each.written) for each in some}, since)
        new += [each for each in some if folded_words(each.written) not in earlier]
        if len(new) >= MOST_NEAR:
            break
    return new[:MOST_NEAR]


def _earlier(forms: Collection[str], since: datetime) -> set[str]:
    """Return which of these words, as `mentions` folds them, stand in earlier listings."""
    if not forms:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(_EARLIER, {"forms": sorted(forms), "since": since})
        return {form for (form,) in cursor.fetchall()}
