"""What each ground of a hold means in a statement of reasons: which law or term, and which kind of infringement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from .models import Hold
from .statements import Basis, Category

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

Ground = Hold.Ground


@dataclass(frozen=True, slots=True)
class Reason:
    """What a ground rests on; `text` names the law or the seller terms."""

    basis: Basis
    category: Category
    text: _StrPromise


REASONS: Mapping[str, Reason] = {
    Ground.COUNTERFEIT: Reason(
        Basis.ILLEGAL,
        Category.INTELLECTUAL_PROPERTY,
        _("Regulation (EU) 2017/1001, Article 9, or the trade mark law of the market: use of a protected mark."),
    ),
    Ground.UNAUTHORIZED: Reason(
        Basis.INCOMPATIBLE,
        Category.INTELLECTUAL_PROPERTY,
        _("Seller terms, protected brands: only authorised sellers may list them."),
    ),
    Ground.FORBIDDEN: Reason(
        Basis.INCOMPATIBLE, Category.UNSAFE_PRODUCTS, _("Seller terms, goods that may not be sold here.")
    ),
    Ground.MISLEADING: Reason(
        Basis.ILLEGAL,
        Category.CONSUMER_INFORMATION,
        _("Directive 2005/29/EC, Article 6, or the consumer law of the market: misleading information."),
    ),
    Ground.UNSAFE: Reason(
        Basis.ILLEGAL,
        Category.UNSAFE_PRODUCTS,
        _("Regulation (EU) 2023/988, Article 22, or the product safety law of the market: dangerous products."),
    ),
    Ground.INCOMPLETE: Reason(
        Basis.INCOMPATIBLE, Category.CONSUMER_INFORMATION, _("Seller terms, what a listing must say.")
    ),
    Ground.OTHER: Reason(Basis.INCOMPATIBLE, Category.OTHER, _("Seller terms.")),
}
