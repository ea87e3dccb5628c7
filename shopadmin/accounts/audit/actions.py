"""What people call the actions in the audit log. Each app registers its own at start-up (`AppConfig.ready`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .values import Plain

_words: dict[str, str | Promise] = {
    "api-token.created": _("API token: created"),
    "api-token.revoked": _("API token: revoked"),
    "login.failed": _("login: wrong password"),
    "login.locked": _("login: closed for five minutes after too many tries"),
    "second-factor.app-added": _("second factor: app added"),
    "second-factor.app-removed": _("second factor: app removed"),
    "second-factor.failed": _("second factor: did not fit, after the right password"),
    "second-factor.deleted": _("second factor: deleted"),
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


_names: dict[str, str | Promise] = {
    "action": _("action"),
    "email": _("e-mail address"),
    "first": _("from"),
    "kind": _("kind"),
    "expires_at": _("works until"),
    "ip": _("from the address"),
    "last": _("to"),
    "may": _("may do"),
    "type": _("kind"),
    "user": _("user"),
    "q": _("search"),
    "who": _("who"),
}


def register_actions(words: Mapping[str, str | Promise], names: Mapping[str, str | Promise]) -> None:
    """Add actions, such as `{"listing.edited": _("listing: edited")}`, and names of what else is in entries.

    These are values that are no fields of a model, and actors that are no people.
    """
    _words.update(words)
    _names.update(names)


type Parts = Callable[[Mapping[str, Plain]], Mapping[str, Plain]]

_parts: dict[str, Parts] = {}


def register_parts(kind: str, parts: Parts) -> None:
    """Say how the parts of a value are told whose name begins with `kind`, such as “offer-” of “offer-US”."""
    _parts[kind] = parts


def parts_of(name: str, value: Mapping[str, Plain]) -> dict[str, Plain]:
    """Return the parts of a value as they are told, by what people call them.

    >>> parts_of("box-large", {"width_cm": 3})
    {'width cm large': 3}
    """
    kind, dash, which = name.partition("-")
    told = _parts[kind + dash](value) if kind + dash in _parts else value
    return {f"{name_words(part)} {which}".strip(): content for part, content in told.items()}


def action_words(action: str) -> str:
    """Return a dotted action as words; of one that nobody has registered, such as an old one, its parts as they are.

    >>> action_words("widget.taken-apart")
    'widget: taken apart'
    """
    if action in _words:
        return str(_words[action])
    noun, _dot, verb = action.partition(".")
    return f"{noun}: {verb.replace('.', ' ').replace('-', ' ')}".replace("_", " ")


def name_words(name: str) -> str:
    """Return what people call a value of an entry that is no field of a model; the name's own words if unknown."""
    return str(_names.get(name, name.replace("_", " ")))


def actor_words(name: str) -> str:
    """Return what people call something that did it by itself, such as “import”; the name of any other as it is."""
    return str(_names.get(name, name))
