"""API tokens for tests, and asking the API with them."""

from __future__ import annotations

from django.http import HttpResponse
from django.test import Client

from shopadmin.accounts.models import ApiToken, User
from shopadmin.accounts.permissions import Permission
from shopadmin.accounts.services import create_api_token

API = "/api/videos/"


def token_of(user: User, *permissions: Permission, **fields: object) -> str:
    token, text = create_api_token(user=user, name="warehouse robot", lives_for=None, permissions=permissions or None)
    ApiToken.objects.filter(pk=token.pk).update(**fields)
    return text


def ask(text: str, client: Client | None = None) -> HttpResponse:
    return (client or Client()).get(API, headers={"Authorization": f"Bearer {text}"})
