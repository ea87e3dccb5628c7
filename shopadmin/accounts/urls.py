"""One's own account."""

from django.urls import path, re_path

from .audit import views as audit
from .notifications import views as notifications
from .views import login, profile, sessions, tokens

app_name = "accounts"
urlpatterns = [
    path("audit/", audit.audit_list, name="audit-list"),
    re_path(r"^audit/export\.(?P<kind>jsonl|csv)$", audit.audit_export, name="audit-export"),
    path("", profile.profile, name="profile"),
    path("theme", profile.theme_set, name="theme-set"),
    path("no-role", login.no_role, name="no-role"),
    path("notifications/", notifications.notification_list, name="notification-list"),
    path("notifications/<int:pk>/open", notifications.notification_open, name="notification-open"),
    path("notifications/read", notifications.notification_read, name="notification-read"),
    path("notifications/preferences", notifications.notification_preferences, name="notification-preferences"),
    path("sessions/", sessions.session_list, name="session-list"),
    path("sessions/end-others", sessions.session_end_others, name="session-end-others"),
    path("sessions/<int:pk>/end", sessions.session_end, name="session-end"),
    path("tokens/", tokens.token_list, name="token-list"),
    path("tokens/new", tokens.token_create, name="token-create"),
    path("tokens/<int:pk>/revoke", tokens.token_revoke, name="token-revoke"),
]
