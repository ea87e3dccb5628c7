"""The bench on which a brand's name is attacked before it is protected."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from shopadmin.accounts.decorators import permission_required
from shopadmin.accounts.permissions import Permission
from shopadmin.htmx import AuthenticatedRequest
from shopadmin.pages import render_page

from ..brand_bench import LONGEST_NAME, LONGEST_TRY, bench, category_paths

SHORTEST = 2


@require_safe
@permission_required(Permission.VIEW_RULES)
def rule_brand_bench(request: AuthenticatedRequest) -> HttpResponse:
    """Show which spoofs of a name are caught, and which innocent words are taken for it."""
    name = request.GET.get("brand", "").strip()[:LONGEST_NAME]
    tried = request.GET.get("try", "")[:LONGEST_TRY]
    paths = category_paths()
    category = request.GET.get("category", "")
    category = category if category in paths else ""
    context = {
        "name": name,
        "tried": tried,
        "category": category,
        "categories": paths,
        "bench": bench(name, category, tried) if len(name) >= SHORTEST else None,
        "is_short": 0 < len(name) < SHORTEST,
    }
    return render_page(request, "catalog/brand_bench.html", context, fragment="results")
