"""Who asks the API: a token in the `Authorization` header, and what it may do there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission

from .access import granted_scope
from .models import ApiToken, User
from .permissions import Permission, Scope
from .second_factor import must_enrol
from .token_format import NotAToken, TokenText, TokenTypo, read_token

if TYPE_CHECKING:  # the framework loads this module while it loads its own
    from rest_framework.request import Request
    from rest_framework.views import APIView


class ApiTokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer sat_…`; one query, and another at most once a minute. Refusals say what is wrong."""

    keyword = "Bearer"

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """Return the token's user, narrowed to what it allows, and the token; None where none was sent."""
        keyword, _space, sent = get_authorization_header(request).decode("latin-1").partition(" ")
        if keyword.lower() != self.keyword.lower():
            return None
        token = self._find(self._read(sent.strip()))
        self._check(token)
        token.record_use(timezone.now())
        token.user.allowed, token.user.token_name = token.allowed, token.name
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        """Ask for a token: that makes a refusal 401."""
        return f'{self.keyword} realm="api"'

    def _read(self, text: str) -> TokenText:
        try:
            return read_token(text)
        except NotAToken as error:
            raise AuthenticationFailed(_("This is not an API token of this site, which begin with “sat_”.")) from error
        except TokenTypo as error:
            raise AuthenticationFailed(
                _("This token has a typo, or a part of it is missing. Copy it again.")
            ) from error

    def _find(self, sent: TokenText) -> ApiToken:
        token = ApiToken.objects.select_related("user").filter(prefix=sent.prefix).first()
        if token is None or not token.is_text(sent.text):
            raise AuthenticationFailed(_("This token is not known. Make a new one in your account."))
        return token

    def _check(self, token: ApiToken) -> None:
        if token.state == "revoked":
            raise AuthenticationFailed(_("This token was revoked. Make a new one in your account."))
        if token.state == "expired":
            raise AuthenticationFailed(_("This token has expired. Make a new one in your account."))
        if not token.user.is_active:
            raise AuthenticationFailed(_("The login of this token is not active any more."))
        if must_enrol(token.user):
            raise AuthenticationFailed(_("The login of this token must add a second factor before it may be used."))


class HasPermission(BasePermission):
    """Lets through who has the view's `required_permission`: one for all methods, or a mapping from method to one.

    A view that names none is open to everybody with a login, but not to a token that was narrowed.
    """

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Tell whether the request may go on."""
        if not isinstance(request.user, User):
            return False
        permission = self._required(request, view)
        if permission is None:
            return request.user.allowed is None
        return granted_scope(request, permission) != Scope.NONE

    def _required(self, request: Request, view: APIView) -> Permission | None:
        required: Permission | Mapping[str, Permission] | None = getattr(view, "required_permission", None)
        return required.get(request.method or "") if isinstance(required, Mapping) else required
