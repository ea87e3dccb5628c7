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

PLAIN: Mapping[str, _StrPromise] = {
    Ground.COUNTERFEIT: _("This listing appears to offer a product that its brand did not make."),
    Ground.UNAUTHORIZED: _("This listing offers a protected brand, for which your shop has no authorisation."),
    Ground.FORBIDDEN: _("This listing offers what may not be sold here."),
    Ground.MISLEADING: _("This listing says of the product what is not so."),
    Ground.UNSAFE: _("This listing offers a product that is unsafe or was recalled."),
    Ground.INCOMPLETE: _("This listing lacks something that it must say."),
    Ground.OTHER: _("This listing is against the terms for sellers."),
}
"""What sellers are told where neither the rule's author nor the rule has words for it; without figures."""
