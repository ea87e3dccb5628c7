"""The site's addresses."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

from . import views

# The back office has no login of its own, which would know nothing of second factors and of too many tries.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
handler500 = "shopadmin.faults.server_error"
handler429 = "shopadmin.accounts.views.login.too_many_requests"

urlpatterns = [
    path("", views.home, name="home"),
    path("health/live", views.live, name="health-live"),
    path("health/ready", views.ready, name="health-ready"),
    path("accounts/", include("shopadmin.accounts.urls")),
    path("accounts/", include("shopadmin.accounts.login_urls")),
    path("catalog/", include("catalog.urls")),
    path("api/catalog/", include("catalog.api_urls")),
    path("", include("tagging.urls")),
    path("back-office/", admin.site.urls),
]
