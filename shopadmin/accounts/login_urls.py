"""Logging in and out, passwords, addresses and second factors: allauth's views under its own names, in our pages.

All of one's factors are on one page, so that the list of passkeys alone leads there.
"""

from django.urls import include, path
from django.views.generic import RedirectView

from .views.login import Login

urlpatterns = [
    path("login/", Login.as_view(), name="account_login"),
    path("security/webauthn/", RedirectView.as_view(pattern_name="mfa_index"), name="mfa_list_webauthn"),
    path("", include("allauth.account.urls")),
    path("security/", include("allauth.mfa.urls")),
]
