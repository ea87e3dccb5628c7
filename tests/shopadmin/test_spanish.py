"""Spanish: every text has one, its gaps are those of the English, and no page has English left in it.

A page is asked for in both languages; a text that is the same in both was forgotten, unless it is a name or number, or
a word that both languages share.
"""

from __future__ import annotations

import ast
import gettext
import re
from collections.abc import Iterator
from copy import copy
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages import Catalog, Message
from babel.messages.pofile import read_po
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from catalog.bulk.noting import DONE, PUT_BACK
from catalog.countries import names
from catalog.detector_labels import offered_labels, word_for
from catalog.models import BrandAuthorization, ModelRelease
from catalog.rules.wording import Phrase, Says, Sentence
from catalog.templatetags.rules import said
from shopadmin.accounts.adapter import ACTIONS
from shopadmin.accounts.audit.actions import action_words
from shopadmin.accounts.models import User
from shopadmin.accounts.role_labels import ROLE_LABELS
from shopadmin.accounts.roles import Role
from tagging.consent import NO_CONSENT
from tagging.matching.decision import Abstention
from tagging.services.matching_tracks import NO_INDEX
from tagging.services.publishing import TAGGED
from tagging.services.tagging import SKIPPED_NO_CONSENT
from tagging.vision.media_source import (
    MediaLimits,
    break_off_message,
    too_long_message,
    too_many_frames_message,
)
from tagging.wording import worded
from tests.catalog import shops
from tests.shopadmin import logins
from tests.shopadmin.access_rows import arguments as arguments
from tests.shopadmin.access_table import FORM, TABLE

FOLDER = Path(settings.LOCALE_PATHS[0]) / "es" / "LC_MESSAGES"
GAP = re.compile(r"%\(\w+\)[sd]|\{\w*\}|</?\w+")
LETTERS = re.compile(r"[^\W\d_]{3,}")
SHOWN = frozenset({"alt", "aria-label", "placeholder", "title"})
UNREAD = frozenset({"code", "del", "ins", "script", "style", "time"})
"""What is no text for people, or was written down as it was then."""


class Texts(HTMLParser):
    """Collects what people see or hear of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self._unread = 0
        self._in_another_language = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._unread += tag in UNREAD
        self._in_another_language += tag == "div" and (self._in_another_language > 0 or "lang" in dict(attrs))
        shown = SHOWN | {"data-name"} if tag == "td" else SHOWN
        self.found |= {value for name, value in attrs if name in shown and value and LETTERS.search(value)}

    def handle_endtag(self, tag: str) -> None:
        self._unread -= tag in UNREAD
        self._in_another_language -= tag == "div" and self._in_another_language > 0

    def handle_data(self, data: str) -> None:
        if not self._unread and not self._in_another_language and LETTERS.search(data):
            self.found.add(" ".join(data.split()))


def spanish() -> Catalog:
    with (FOLDER / "django.po").open("rb") as file:
        return read_po(file)


def messages() -> Iterator[tuple[Message, tuple[str, ...], tuple[str, ...]]]:
    """Each message with its English and its Spanish forms."""
    for message in spanish():
        if message.id:
            both = (message.id, message.string)
            english, translated = (text if isinstance(text, tuple) else (text,) for text in both)
            yield message, tuple(english), tuple(translated)


def test_every_text_has_a_spanish_one_that_somebody_has_read() -> None:
    assert [ids for message, ids, texts in messages() if message.fuzzy or not all(texts)] == []


def test_spanish_texts_have_the_gaps_of_the_english_ones() -> None:
    wrong = {
        texts
        for _message, ids, texts in messages()
        for text in texts
        if not any(sorted(GAP.findall(text)) == sorted(GAP.findall(english)) for english in ids)
    }

    assert wrong == set()


def test_what_is_compiled_is_what_is_written() -> None:
    with (FOLDER / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)

    for message, ids, texts in messages():
        for number, text in zip((1, 2), texts, strict=False):
            if message.context and len(ids) == 1:
                assert compiled.pgettext(message.context, ids[0]) == text
            elif len(ids) == 1:
                assert compiled.gettext(ids[0]) == text
            else:
                assert compiled.ngettext(*ids, number) == text


NAMES = {
    "Alice", "Apple juice", "Bravo", "Breakfast", "But it is fine.", "CSV", "Calle Mayor 1", "Cheap", "Corner Shop",
    "Dana", "Dear", "Drinks", "English", "Español", "Evasive words", "Excel", "Firefox", "GTIN", "JSON Lines",
    "Known.", "Laptop", "Lena Luxor", "Linux", "Lux", "Lux & Or", "Luxor", "Luxor Maison S.A.", "Madrid",
    "Mercado Norte", "Mercado Norte S.L.", "More.", "Mug", "Noticed", "Olive", "Paula", "Perfume", "Petra", "Phrases",
    "Registro Mercantil de", "SKU", "Shopadmin", "The logo is ours.", "Watched sellers", "Wrong.", "corner-shop",
    "mercado-norte", "spring sale", "stock system",
}  # fmt: skip
"""What people, things and formats are called in these tests, and what people wrote."""

WRITTEN_DOWN = {
    "Luxor (asked for)", "This listing appears to offer a product that its brand did not make.",
    "We have looked at the listing and found nothing that infringes the right.",
}  # fmt: skip
"""What the audit log keeps as it was called then, and what staff are to tell somebody who reads English."""

SHARED = {"5, grave", "Detector", "Roles", "bytes", "editor", "pizza"}

COLUMNS_OF_A_FILE = {"sku", "title", "price", "currency", "market", "stock"}
RIGHTLY_THE_SAME = re.compile(
    "|".join(
        rf"(?<!\w){re.escape(words)}(?!\w)" for words in sorted(NAMES | WRITTEN_DOWN | SHARED, key=len, reverse=True)
    )
    + r"|\S+@\S+|@\w+|\w+\.(?:csv|pdf|zip)|[a-z]+(?:_[a-z]+)+|\(\w{8}\)$"
    + r"|Remove \(\d+\)$|\b[A-Z]{3,4}\b|latin-1|utf-16|utf-8"
)


def forgotten(texts: set[str]) -> set[str]:
    """Those of the texts, the same in both languages, that neither are names nor words that both share."""
    countries = set(names("es").values())
    left = {text for text in texts if re.sub(r" \([A-Z]{2}\)$", "", text) not in countries}
    return {text for text in left if LETTERS.search(RIGHTLY_THE_SAME.sub("", text))}


@pytest.fixture
def readers(alice: User, arguments: dict[str, list[object]]) -> dict[str, Client]:
    """An admin, a merchant with a busy shop, and the creator to whom the rows belong; all have just logged in."""
    _seller, owner = shops.busy_shop()
    found = {}
    for name, user in {"alice": alice, "owner": owner, "dana": User.objects.get(email="dana@example.com")}.items():
        found[name] = Client()
        found[name].force_login(user)
        logins.show_again(found[name], user)
    return found


def texts_of(client: Client, method: str, address: str, language: str) -> set[str]:
    """What a page says; nothing for a file or a refusal. What was changed is undone, here and in the browser."""
    cookies = copy(client.cookies)
    with transaction.atomic():
        answer = client.generic(
            method,
            address,
            content_type="application/x-www-form-urlencoded",
            headers={"accept-language": language},
        )
        transaction.set_rollback(True)
    client.cookies = cookies
    is_page = answer.status_code in {200, 422} and answer["Content-Type"].startswith("text/html")
    return Texts(answer.content.decode()).found if is_page else set()


@pytest.mark.django_db
@pytest.mark.usefixtures("served")
def test_no_page_has_english_left_in_it(readers: dict[str, Client], arguments: dict[str, list[object]]) -> None:
    left: dict[str, set[str]] = {}
    pages = 0
    for name, rule in TABLE.items():
        address = reverse(name, args=arguments[rule.arguments])
        for client in () if rule.is_api else readers.values():
            for method in ("GET", "POST") if rule.methods >= FORM else ("GET",):
                texts = texts_of(client, method, address, "es")
                if texts:
                    pages += 1
                    same = forgotten(texts & texts_of(client, method, address, "en"))
                    if name == "catalog:import-columns":
                        same -= COLUMNS_OF_A_FILE
                    if name == "accounts:audit-list":
                        same -= {str(release) for release in ModelRelease.objects.all()}
                    left[f"{method} {name}"] = left.get(f"{method} {name}", set()) | same

    assert {place: texts for place, texts in left.items() if texts} == {}
    assert pages > 120


def test_english_that_was_forgotten_is_found() -> None:
    page = "<h1 title='Say why'>Corner Shop · SKU</h1><p>Nothing is saved</p><code>keep</code><b>Guinea</b>"

    assert forgotten(Texts(page).found) == {"Say why", "Nothing is saved"}


def recorded_actions() -> Iterator[str]:
    """The actions that the code writes into the audit log under a name that stands there."""
    for package in ("shopadmin", "catalog", "tagging"):
        for path in (settings.BASE_DIR / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and len(node.args) > 1 and isinstance(node.args[1], ast.Constant):
                    called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
                    if called.lstrip("_") in {"record", "record_many"}:
                        yield str(node.args[1].value)
    yield from (*DONE.values(), *PUT_BACK.values(), *ACTIONS.values())
    yield from (f"authorization.{state}" for state in BrandAuthorization.State.values)


def test_each_action_of_the_audit_log_is_said_in_spanish() -> None:
    actions = set(recorded_actions())
    with override("en"):
        english = {action: action_words(action) for action in actions}
    with override("es"):
        assert {action for action in actions if action_words(action) == english[action]} == set()
    assert len(actions) > 45


def test_each_role_is_said_in_spanish() -> None:
    with override("es"):
        assert [ROLE_LABELS[role] for role in (Role.MERCHANT, Role.ADMIN)] == ["comerciante", "administrador"]
        assert not {str(ROLE_LABELS[role]) for role in Role} & set(Role)


def reasons() -> Iterator[str]:
    """What workers and pure modules say, as far as it stands in the code, with numbers in its gaps."""
    yield from (*Abstention, NO_CONSENT, NO_INDEX, TAGGED, SKIPPED_NO_CONSENT)
    for path in (settings.BASE_DIR / "tagging").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "UnreadableMedia":
                parts = node.args[0].values if isinstance(node.args[0], ast.JoinedStr) else node.args[:1]
                if all(isinstance(part, ast.Constant | ast.FormattedValue) for part in parts):
                    yield "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in parts)
    limits = MediaLimits()
    yield from (break_off_message(1500), too_long_message(7_200_000, limits), too_many_frames_message(limits))


def test_each_reason_of_workers_is_said_in_spanish() -> None:
    said = set(reasons())
    with override("es"):
        assert {reason for reason in said if worded(reason) == reason} == set()
    assert len(said) > 25


def test_a_reason_keeps_its_numbers_and_the_reason_that_it_quotes() -> None:
    with override("es"):
        assert worded("The file has 3.1 GB; at most 2.0 GB are allowed.") == (
            "El archivo ocupa 3.1 GB; se permiten como mucho 2.0 GB."
        )
        assert worded("Parked after 5 attempts; the last one said: the settings allow no link here") == (
            "Apartada tras 5 intentos; el último dijo: la configuración no permite ningún enlace aquí"
        )
        assert worded("OSError: 100 %") == "OSError: 100 %"


def test_a_sentence_on_rules_says_kinds_of_values_in_spanish_and_keeps_what_stands_in_the_rule() -> None:
    with override("es"):
        assert said(Sentence(Says.NOT_A_QUESTION, {"kind": Phrase.TEXT})).endswith("esto es un texto.")
        assert said(Sentence(Says.WRITE, {"right": "title"})) == "Escribe <code>title</code>."


def test_each_label_of_the_detector_is_said_in_spanish() -> None:
    labels = {*offered_labels(), *(label for group in offered_labels().values() for label in group)}
    with override("es"):
        assert {label for label in labels if word_for(label) == label} == {"pizza"}
