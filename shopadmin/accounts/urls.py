"""Logging in and out."""

from django.contrib.auth.views import LogoutView
from django.urls import path, re_path

from . import views
from .audit import views as audit
from .notifications import views as notifications

app_name = "accounts"
urlpatterns = [
    path("login", views.Login.as_view(), name="login"),
    path("logout", LogoutView.as_view(), name="logout"),
    path("no-role", views.no_role, name="no-role"),
    path("audit/", audit.audit_list, name="audit-list"),
    re_path(r"^audit/export\.(?P<kind>jsonl|csv)$", audit.audit_export, name="audit-export"),
    path("notifications/", notifications.notification_list, name="notification-list"),
    path("notifications/<int:pk>/open", notifications.notification_open, name="notification-open"),
    path("notifications/read", notifications.notification_read, name="notification-read"),
    path("notifications/preferences", notifications.notification_preferences, name="notification-preferences"),
    path("theme", views.theme_set, name="theme-set"),
]
