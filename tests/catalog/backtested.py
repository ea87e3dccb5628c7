"""Doing a backtest at once, for tests, and what people decided on what rules found."""

from __future__ import annotations

import pytest
from django.utils import timezone

from catalog.backtests import services
from catalog.models import Backtest, Finding, Product, RuleVersion, Screening
from catalog.rule_writing import Wording
from shopadmin.accounts.models import User


@pytest.fixture(autouse=True)
def silent(monkeypatch) -> None:
    monkeypatch.setattr("shopadmin.jobs.doorbell._send", lambda task, arguments: None)


def backtested(by: User, text: str, *, version: RuleVersion | None = None, days: int = 0, **fields) -> dict:
    """The result of testing a text, as another version of the rule of `version` or as a new rule."""
    wording = Wording(text=text, **fields)
    rule = version.rule if version else None
    return result_of(services.start_backtest(wording=wording, by=by, rule=rule, days=days))


def result_of(backtest: Backtest) -> dict:
    services.run_backtest(backtest.pk)
    backtest.refresh_from_db()
    assert backtest.state == Backtest.State.SUCCEEDED, backtest.error
    return backtest.result


def transitions(result: dict) -> dict[tuple[str, str], int]:
    return {(each["from"], each["to"]): each["count"] for each in result["transitions"]}


def decided(product: Product, version: RuleVersion, state: str, saw: str = "", is_error: bool = False) -> Finding:
    screening = Screening.objects.create(product=product, product_version=1, verdict="review", facts={})
    return Finding.objects.create(
        product=product, seller=product.seller, rule=version.rule, version=version, screening=screening,
        lane=version.lane, severity=3, saw=saw, state=state, is_error=is_error,
        decided_at=None if state == "open" else timezone.now(),
    )  # fmt: skip
