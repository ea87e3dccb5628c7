"""What people call the actions in the audit log. Each app registers its own at start-up (`AppConfig.ready`)."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_words: dict[str, str | Promise] = {
    "api-token.created": _("API token: created"),
    "api-token.revoked": _("API token: revoked"),
    "second-factor.app-added": _("second factor: app added"),
    "second-factor.app-removed": _("second factor: app removed"),
    "second-factor.passkey-added": _("second factor: passkey added"),
    "second-factor.passkey-removed": _("second factor: passkey removed"),
    "second-factor.recovery-codes-made": _("second factor: recovery codes made"),
    "session.ended": _("session: ended"),
    "session.started": _("session: started"),
    "user.edited": _("user: edited"),
    "user.email-changed": _("user: email changed"),
    "user.password-changed": _("user: password changed"),
    "user.password-reset": _("user: password reset"),
    "user.password-set": _("user: password set"),
}


def register_actions(words: Mapping[str, str | Promise]) -> None:
    """Add actions, such as `register_actions({"listing.edited": _("listing: edited")})`."""
    _words.update(words)


def action_words(action: str) -> str:
    """Return a dotted action as words; of one that nobody has registered, such as an old one, its parts as they are.

    >>> action_words("widget.taken-apart")
    'widget: taken apart'
    """
    if action in _words:
        return str(_words[action])
    noun, _dot, verb = action.partition(".")
    return f"{noun}: {verb.replace('.', ' ').replace('-', ' ')}".replace("_", " ")
