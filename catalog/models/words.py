"""The words of all titles and brands, so that a misspelt one is recognised."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.cache import cache
from django.db import connection, models
from django.utils import timezone

from ..search import MOST_WORDS, can_be_corrected, corrections, spellings

REFRESH = """
    INSERT INTO catalog_word (word, spellings)
    SELECT word, ARRAY(
        SELECT DISTINCT left(word, at - 1) || substr(word, at + 1) FROM generate_series(1, length(word)) AS at
    ) || word
    FROM (
        SELECT DISTINCT unnest(string_to_array(title_key, ' ')) COLLATE "C" AS word
        FROM catalog_product WHERE updated_at >= %(since)s
        UNION
        SELECT unnest(tsvector_to_array(words)) FROM catalog_brand
        UNION
        SELECT unnest(tsvector_to_array(words)) FROM catalog_brandalias
    ) AS words
    WHERE length(word) BETWEEN 3 AND 40 AND word !~ '[0-9]'
    ON CONFLICT DO NOTHING
"""

LEARNED_AT = "catalog:words-learned-at"
OVERLAP = timedelta(hours=1)
"""What changes are made in so long a transaction are seen late and learned all the same."""
ALWAYS = datetime(1, 1, 1, tzinfo=UTC)

MOST_BEGINNINGS = 100
BEGINNINGS = """
    SELECT text, word FROM unnest(%(texts)s::text[]) AS text, LATERAL (
        SELECT word FROM catalog_word
        WHERE word >= text COLLATE "C" AND word < (text || chr(1114111)) COLLATE "C" ORDER BY word LIMIT %(limit)s
    ) AS beginning_so
"""


class WordQuerySet(models.QuerySet["Word"]):
    """Which words are like a misspelt one."""

    def near(self, texts: Iterable[str]) -> dict[str, list[str]]:
        """Return for each of `texts` the known words that are a slip away, nearest first; asks the database once."""
        asked = [text for text in texts if can_be_corrected(text)]
        if not asked:
            return {}
        shared = sorted({spelling for text in asked for spelling in spellings(text)})
        known = list(self.filter(spellings__overlap=shared).values_list("word", flat=True))
        return {text: corrections(text, known) for text in asked}

    def beginning_with(self, texts: Iterable[str]) -> dict[str, list[str]]:
        """Return for each of `texts` the known words that begin so, by the alphabet; asks the database once.

        A text with which more than `MOST_BEGINNINGS` words begin is left out.
        """
        found: dict[str, list[str]] = {text: [] for text in texts}
        with connection.cursor() as cursor:
            cursor.execute(BEGINNINGS, {"texts": list(found), "limit": MOST_BEGINNINGS + 1})
            for text, known in cursor.fetchall():
                found[text].append(known)
        return {text: known for text, known in found.items() if len(known) <= MOST_BEGINNINGS}


class Word(models.Model):
    """A word of letters. `spellings` is the word and what is left of it without one of its letters.

    Two words that differ by a letter that is missing, added, wrong or swapped with its neighbour share a spelling, so
    that candidates come from an index, however many words there are (the idea of "symmetric delete" spelling lookup).
    """

    word = models.CharField(max_length=40, primary_key=True, db_collation="C")
    spellings = ArrayField(models.CharField(max_length=40))

    objects = WordQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [GinIndex(fields=["spellings"], name="catalog_word_spellings", fastupdate=False)]

    def __str__(self) -> str:
        return self.word


def refresh_vocabulary(*, since: datetime) -> int:
    """Add the words of brands and of products that changed since then; return how many were new.

    One statement, whatever the number of products. Words that no product has any longer stay: they find nothing.
    """
    with connection.cursor() as cursor:
        cursor.execute(REFRESH, {"since": since})
        return int(cursor.rowcount)


def learn_words() -> int:
    """Add the words of what has changed since words were last learned; return how many were new.

    When that was is kept in the cache; where it is not known any more, all words are learned again.
    """
    now, last = timezone.now(), cache.get(LEARNED_AT)
    found = refresh_vocabulary(since=last - OVERLAP if last else ALWAYS)
    cache.set(LEARNED_AT, now, timeout=None)
    return found


def folded_words(text: str) -> Sequence[str]:
    """Return the words of what somebody typed, folded as the database folds titles; of very many, the first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT catalog_folded(%s)", [text.replace("\0", "")])
        (folded,) = cursor.fetchone()
    return str(folded).split()[:MOST_WORDS]
