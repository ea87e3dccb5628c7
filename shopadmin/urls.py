"""The site's addresses."""

from django.contrib import admin
from django.urls import include, path

from . import views

urlpatterns = [
    path("", views.home, name="home"),
    path("health/live", views.live, name="health-live"),
    path("health/ready", views.ready, name="health-ready"),
    path("accounts/", include("shopadmin.accounts.urls")),
    path("catalog/", include("catalog.urls")),
    path("", include("tagging.urls")),
    path("back-office/", admin.site.urls),
]
