"""Answers with a page, or with a named part of it when htmx asks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from .htmx import AuthenticatedRequest, wants_fragment


def render_page(
    request: AuthenticatedRequest, template: str, context: Mapping[str, Any], *, fragment: str = "", status: int = 200
) -> HttpResponse:
    """Render `template`, or only its partial `fragment` for htmx.

    The answer depends on who asks, so `Vary` says so: else Back could show a bare part.
    """
    name = f"{template}#{fragment}" if fragment and wants_fragment(request) else template
    response = render(request, name, dict(context), status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response
