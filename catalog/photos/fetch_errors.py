"""Why a file was not fetched, in words for the merchant."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

import httpcore
from django.utils.translation import gettext as _

from .addresses import Place, Wrong
from .network import TooMuch, TooSlow


class FetchRefused(Exception):
    """The file will not be fetched, now or later; the message tells the merchant why and what to do."""


class FetchFailed(Exception):
    """The file could not be fetched; `is_temporary` says whether trying again later may help."""

    def __init__(self, message: str, *, is_temporary: bool) -> None:
        super().__init__(message)
        self.is_temporary = is_temporary


@contextmanager
def explained(place: Place) -> Iterator[None]:
    """Turn what networks do into `FetchFailed` and `FetchRefused`."""
    values = {"url": shown(str(place)), "host": place.host}
    try:
        yield
    except (TooSlow, TimeoutError, httpcore.TimeoutException) as error:
        raise FetchFailed(_("%(url)s answers too slowly.") % values, is_temporary=True) from error
    except TooMuch as error:
        raise FetchRefused(_("%(url)s sends far more than a file.") % values) from error
    except socket.gaierror as error:
        message = _("There is no host %(host)s. Check the address %(url)s.") % values
        raise FetchFailed(message, is_temporary=error.errno != socket.EAI_NONAME) from error
    except httpcore.ConnectError as error:
        if isinstance(error.__cause__, ssl.SSLCertVerificationError):
            message = _("The certificate of %(host)s is not valid, so it may be another host. Mend it, or use another.")
            raise FetchFailed(message % values, is_temporary=False) from error
        raise FetchFailed(_("%(host)s cannot be reached.") % values, is_temporary=True) from error
    except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
        message = _("%(url)s broke off, or did not answer as web servers do.") % values
        raise FetchFailed(message, is_temporary=True) from error


def failure_of(status: int, place: Place) -> FetchFailed:
    """Return what an answer other than the file or a redirect means."""
    values = {"url": shown(str(place)), "status": status}
    if status in {404, 410}:
        return FetchFailed(_("There is nothing at %(url)s (%(status)d).") % values, is_temporary=False)
    if status in {401, 403}:
        message = _("%(url)s is not public (%(status)d). Let everybody read it, or use another address.")
        return FetchFailed(message % values, is_temporary=False)
    is_temporary = status in {408, 425, 429} or status >= 500
    return FetchFailed(_("%(url)s answered with an error (%(status)d).") % values, is_temporary=is_temporary)


def refusal_of(wrong: Wrong, address: str) -> FetchRefused:
    """Return why nothing is fetched from an address."""
    message = {
        Wrong.TOO_LONG: _("%(url)s is too long for an address."),
        Wrong.NO_ADDRESS: _("%(url)s is not a web address. It must begin with https://."),
        Wrong.NOT_HTTPS: _("%(url)s is not an https address. Put the file on a public https address."),
        Wrong.USER: _("%(url)s carries a user name or password. Use an address that needs none."),
        Wrong.HOST: _("%(url)s has no proper host name."),
        Wrong.PORT: _("%(url)s uses an unusual port. Put the file on a public https address without one."),
        Wrong.PRIVATE: _("%(url)s points to a private address. Put the file on a public https address."),
        Wrong.NOT_ALLOWED: _("%(url)s is not on one of the storages from which files are taken here."),
    }[wrong]
    return FetchRefused(message % {"url": shown(address)})


def shown(address: str) -> str:
    """Return the address as people may see it: without control characters, passwords and endless tails."""
    plain = "".join(letter if letter.isprintable() else "�" for letter in address.strip())
    scheme, mark, rest = plain.partition("://")
    user, at, host = rest.partition("@")
    if mark and at and "/" not in user:
        plain = f"{scheme}://…@{host}"
    return plain if len(plain) <= 200 else f"{plain[:199]}…"
