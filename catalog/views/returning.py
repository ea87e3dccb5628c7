"""Back to the products index as it was."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme


def back_to_list(request: HttpRequest) -> HttpResponse:
    """Go back to the list's address in the field `next`, or to the whole list when it is not one of ours."""
    target = request.POST.get("next", "")
    home = reverse("catalog:product-list")
    is_ours = url_has_allowed_host_and_scheme(target, allowed_hosts=None, require_https=request.is_secure())
    return redirect(target if is_ours and target.partition("?")[0] == home else home)
