"""Writing a rule: the form, and what it is told while one types."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from shopadmin.accounts.decorators import permission_required
from shopadmin.accounts.permissions import Permission
from shopadmin.htmx import AuthenticatedRequest
from shopadmin.pages import render_page

from ..forms.precision import share_of
from ..forms.rules import LANES, RuleForm, VersionForm
from ..listings import Refusal
from ..models import EvasionSign, Rule, RuleVersion, ValueList
from ..rule_reference import facts_by_source, functions, names_by_kind
from ..rule_text import list_kinds
from ..rule_trying import MOST_TRIED, offered, suggested, try_text
from ..rule_writing import NameTaken, draft_rule, write_version
from ..rules.editing import completions
from ..rules.problems import RuleRefused
from ..sign_page import draft_of

FORM = "catalog/rule_form.html"
MOST_COMPLETIONS = 8
"""So many are seen at once: a list that scrolls without having the focus is no use by keyboard."""
TRYING = ("try", "try_add", "try_drop", "try_find")
"""Buttons that only try the text: without JavaScript they bring the page again, with nothing saved."""


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.WRITE_RULES)
def rule_add(request: AuthenticatedRequest) -> HttpResponse:
    """Write a new rule; its first version is a draft."""
    if request.method != "POST" or _only_tries(request):
        return _page(request, RuleForm(initial=_typed(request, _proposed(request))), None)
    form = RuleForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        try:
            version = draft_rule(
                slug=data["slug"],
                title=data["title"],
                ground=data["ground"],
                precision_floor=share_of(data["floor_percent"]),
                wording=form.wording,
                note=data["note"],
                by=request.user,
            )
        except NameTaken as error:
            form.add_error("slug", str(error))
        except RuleRefused as error:
            form.refuse_text(error.problems)
        except Refusal as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The draft is saved. Try it in shadow, or propose it."))
            return redirect(version)
    return _page(request, form, None, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(Permission.WRITE_RULES)
def rule_edit(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Edit one's own draft, or write the next version from the one that was asked for."""
    rule = get_object_or_404(Rule, slug=slug)
    version = _begun_with(rule, request)
    if request.method != "POST" or _only_tries(request):
        return _page(request, VersionForm(initial=_typed(request, VersionForm.initial_of(version))), version)
    form = VersionForm(request.POST)
    if form.is_valid():
        try:
            written = write_version(
                version=version, wording=form.wording, note=form.cleaned_data["note"], by=request.user
            )
        except RuleRefused as error:
            form.refuse_text(error.problems)
        except Refusal as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Version %(number)s is saved as a draft.") % {"number": written.number})
            return redirect(written)
    return _page(request, form, version, status=422)


@require_POST
@permission_required(Permission.WRITE_RULES)
def rule_check(request: AuthenticatedRequest) -> HttpResponse:
    """Say what is wrong with the text, or what it says of the chosen listings."""
    return render_page(
        request, f"{FORM}#check", _trial(request, _text(request), request.POST.get("seller_message", ""))
    )


@require_POST
@permission_required(Permission.WRITE_RULES)
def rule_completions(request: AuthenticatedRequest) -> HttpResponse:
    """Offer what can stand at the cursor: facts, functions and lists that begin as what was typed."""
    text, cursor = _text(request), request.POST.get("cursor", "")
    at = int(cursor) if cursor.isascii() and cursor.isdecimal() and len(cursor) < 6 else len(text)
    found = completions(text, min(at, len(text)), list_kinds())
    return render(request, f"{FORM}#completions", {"completions": found[:MOST_COMPLETIONS]})


def _begun_with(rule: Rule, request: AuthenticatedRequest) -> RuleVersion:
    """Return the version of which the number stands in the address, by default the newest."""
    number = request.GET.get("version", "")
    versions = rule.versions.select_related("rule", "written_by").order_by("-number")
    if number.isascii() and number.isdecimal() and len(number) < 9:
        return get_object_or_404(versions, number=int(number))
    return get_object_or_404(versions[:1])


def _text(request: AuthenticatedRequest) -> str:
    """Return the text as it was typed: browsers send line ends of their own, which would shift the places in it."""
    return request.POST.get("text", "").replace("\r\n", "\n")


def _only_tries(request: AuthenticatedRequest) -> bool:
    return any(name in request.POST for name in TRYING)


def _proposed(request: AuthenticatedRequest) -> dict[str, Any]:
    """Return what the form begins with where a sign of evasion is to become a rule: `sign` in the address."""
    key = request.GET.get("sign", "")
    if not (key.isascii() and key.isdecimal() and len(key) < 19):
        return {}
    return draft_of(get_object_or_404(EvasionSign.objects.select_related("version__rule", "brand", "list"), pk=key))


def _typed(request: AuthenticatedRequest, begun_with: dict[str, Any]) -> dict[str, Any]:
    """Return what the form begins with: what was typed before one tried it, else the version's values."""
    typed = {name: request.POST[name] for name in request.POST if name in RuleForm.base_fields}
    return begun_with | typed


def _page(
    request: AuthenticatedRequest, form: VersionForm, version: RuleVersion | None, status: int = 200
) -> HttpResponse:
    text = str(form["text"].value() or "")
    context = {
        "form": form,
        "version": version,
        "is_own_draft": version is not None
        and version.state == RuleVersion.State.DRAFT
        and version.written_by_id == request.user.pk
        and version.shadow_since is None,
        "lanes": LANES,
        "sources": facts_by_source(),
        "functions": functions(),
        "names": names_by_kind(),
        "lists": ValueList.objects.order_by("name"),
        **_trial(request, text, str(form["seller_message"].value() or ""), version.rule if version else None),
    }
    return render_page(request, FORM, context, status=status)


def _trial(request: AuthenticatedRequest, text: str, seller_message: str, rule: Rule | None = None) -> dict[str, Any]:
    """Return what the text says of the listings that were chosen so far, and what the search for others found."""
    keys = _chosen(request.POST) if request.method == "POST" else suggested(request.user, rule)
    words = request.POST.get("find", "")[:200]
    trial = try_text(text.replace("\r\n", "\n"), keys, request.user)
    return {
        "trial": trial,
        "seller_message": seller_message.strip(),
        "find": words,
        "offered": offered(words, request.user, but=keys),
        "is_full": len(trial.rows) >= MOST_TRIED,
        "is_sent": bool(text.strip()),
    }


def _chosen(data: QueryDict) -> Sequence[int]:
    """Return the keys of the listings on which the text is tried: those so far, one more, one less."""
    kept = [text for text in data.getlist("listing") if text != data.get("try_drop")]
    sent = dict.fromkeys([*kept, *data.getlist("try_add")])
    return [int(text) for text in sent if text.isascii() and text.isdecimal() and len(text) < 19][-MOST_TRIED:]
