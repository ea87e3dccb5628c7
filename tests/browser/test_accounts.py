"""One's account in a real browser: passkeys on a virtual authenticator, tokens shown once, pages for everybody."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from playwright.sync_api import CDPSession, Page, expect
from pytest_django.live_server_helper import LiveServer

from shopadmin.accounts.models import ApiToken, User
from shopadmin.accounts.permissions import Permission
from shopadmin.accounts.services import create_api_token
from tests import factories
from tests.browser.test_accessibility import Inspector
from tests.browser.test_accessibility import inspector as inspector
from tests.shopadmin import logins

pytestmark = pytest.mark.browser

SECURITY = "/accounts/security/"
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
NARROW = {"width": 320, "height": 640}


@pytest.fixture
def keyring(page: Page) -> CDPSession:
    """A device that holds passkeys and always recognises its owner."""
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    tools.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    return tools


def log_in_with_password(page: Page, live_server: LiveServer, email: str = "alice@example.com") -> None:
    page.goto(f"{live_server.url}/accounts/login/")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(factories.PASSWORD)
    press(page, "Log in")


def press(page: Page, button: str) -> None:
    """Send a form, and wait for the page that answers."""
    with page.expect_navigation():
        page.get_by_role("button", name=button, exact=True).click()


def add_passkey(page: Page, live_server: LiveServer) -> None:
    page.goto(live_server.url + SECURITY)
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Password").fill(factories.PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()


def test_one_adds_a_passkey_logs_out_and_comes_back_with_it_alone(
    page: Page, live_server: LiveServer, alice: User, keyring: CDPSession
) -> None:
    log_in_with_password(page, live_server)
    add_passkey(page, live_server)
    expect(page.get_by_role("status").first).to_contain_text("The passkey is added.")
    assert mail.outbox[0].subject == "Security Key Added"
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()

    page.goto(f"{live_server.url}/accounts/tokens/")
    page.get_by_role("button", name="Log in with a passkey").click()

    expect(page).to_have_url(f"{live_server.url}/accounts/tokens/")
    assert Authenticator.objects.get(type="webauthn").last_used_at is not None


def test_a_passkey_is_asked_for_after_the_password_and_to_show_who_one_is(
    page: Page, live_server: LiveServer, alice: User, keyring: CDPSession
) -> None:
    log_in_with_password(page, live_server)
    add_passkey(page, live_server)
    page.context.clear_cookies()

    log_in_with_password(page, live_server)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", name="Videos")).to_be_visible()
    page.goto(f"{live_server.url}/accounts/tokens/new")
    page.get_by_role("link", name="Use a security key").click()
    page.get_by_role("button", name="Use a passkey").click()

    expect(page.get_by_role("heading", name="New token")).to_be_visible()


def test_who_lets_the_device_wait_in_vain_is_told_and_can_try_again(
    page: Page, live_server: LiveServer, alice: User, keyring: CDPSession
) -> None:
    page.goto(f"{live_server.url}/accounts/login/")

    page.get_by_role("button", name="Log in with a passkey").click()  # the device has none

    expect(page.get_by_role("alert").get_by_text("Nothing was chosen")).to_be_visible()
    expect(page.get_by_role("button", name="Log in with a passkey")).to_be_enabled()


def test_one_device_is_not_added_twice(page: Page, live_server: LiveServer, alice: User, keyring: CDPSession) -> None:
    log_in_with_password(page, live_server)
    add_passkey(page, live_server)
    page.goto(f"{live_server.url}{SECURITY}webauthn/add/")

    page.get_by_role("button", name="Make the passkey").click()

    expect(page.get_by_text("This device already has a passkey of yours.")).to_be_visible()
    assert Authenticator.objects.filter(type="webauthn").count() == 1


def test_a_token_is_copied_and_loading_the_page_again_does_not_make_another(
    page: Page, live_server: LiveServer, alice: User
) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=live_server.url)
    log_in_with_password(page, live_server)
    page.goto(f"{live_server.url}/accounts/tokens/new")
    page.get_by_label("Password").fill(factories.PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("Name").fill("robot")
    expect(page.get_by_label("See listings")).to_be_hidden()
    page.get_by_label("Only what I choose").check()
    page.get_by_label("See listings").check()
    page.get_by_role("button", name="Make the token").click()
    text = page.locator("#new-token").inner_text()
    page.get_by_role("button", name="Copy").click()

    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == text
    answer = page.request.get(f"{live_server.url}/api/videos/", headers={"Authorization": f"Bearer {text}"})
    assert answer.status == 403  # narrowed to listings
    page.reload()
    expect(page.get_by_text("robot", exact=True)).to_be_visible()
    assert ApiToken.objects.count() == 1
    assert text not in page.content()


def test_the_pages_before_the_login_are_clean(
    inspector: Inspector, live_server: LiveServer, alice: User, settings
) -> None:
    settings.DEMO = True
    for address in (
        "login/", "signup/", "inactive/", "password/reset/", "password/reset/done/", "password/reset/key/1-unknown/",
        "password/reset/key/done/", "confirm-email/", "confirm-email/unknown/",
        f"confirm-email/{logins.new_address(alice)}/",
    ):  # fmt: skip
        assert inspector.faults_of(f"{live_server.url}/accounts/{address}") == []
    logins.authenticator_app(alice)
    log_in_with_password(inspector.page, live_server)
    inspector.page.get_by_label("Code").fill("000000")
    press(inspector.page, "Log in")
    assert inspector.faults() == [], "the second step, with an error"
    for _ in range(6):
        inspector.page.get_by_label("Code").fill("000000")
        press(inspector.page, "Log in")
    assert inspector.faults() == [], "too many codes"


def test_the_page_of_too_many_tries_is_clean(inspector: Inspector, live_server: LiveServer, alice: User) -> None:
    for _ in range(6):
        inspector.page.goto(f"{live_server.url}/accounts/login/")
        inspector.page.get_by_label("E-mail address").fill("alice@example.com")
        inspector.page.get_by_label("Password").fill("wrong")
        press(inspector.page, "Log in")

    expect(inspector.page.get_by_role("heading", name="Too many tries")).to_be_visible()
    assert inspector.faults() == [], "too many tries"


def furnish(alice: User) -> list[str]:
    """Give alice one of everything, and return the addresses of her account's pages."""
    key = logins.passkey(alice)
    logins.authenticator_app(alice)
    logins.recovery_codes(alice)
    logins.new_address(alice)
    logins.session_of(alice, user_agent=logins.IPHONE)
    names = count(1)
    for permissions in (None, [Permission.VIEW_LISTINGS, Permission.IMPORT_LISTINGS]):
        create_api_token(user=alice, name=f"robot {next(names)}", lives_for=timedelta(days=30), permissions=permissions)
    create_api_token(user=alice, name="old robot", lives_for=None)[0].revoke()
    return [
        "", "email/", "password/change/", "sessions/", "tokens/", "tokens/new", "no-role", "logout/", "reauthenticate/",
        "security/", "security/totp/deactivate/", "security/recovery-codes/", "security/recovery-codes/generate/",
        "security/webauthn/add/", f"security/webauthn/keys/{key.pk}/edit/", f"security/webauthn/keys/{key.pk}/remove/",
        "security/reauthenticate/", "security/webauthn/reauthenticate/",
    ]  # fmt: skip


def just_shown(page: Page, live_server: LiveServer, user: User) -> None:
    """Log in, and show once more who one is."""
    log_in_with_password(page, live_server, user.email)
    page.goto(f"{live_server.url}/accounts/reauthenticate/")
    page.get_by_label("Password").fill(factories.PASSWORD)
    page.get_by_role("button", name="Go on").click()


def test_the_pages_of_the_account_are_clean_when_empty_and_when_full(
    inspector: Inspector, live_server: LiveServer, alice: User
) -> None:
    just_shown(inspector.page, live_server, alice)
    for address in ("sessions/", "tokens/", "security/", "security/totp/activate/"):
        assert inspector.faults_of(f"{live_server.url}/accounts/{address}") == []
    for address in furnish(alice):
        assert inspector.faults_of(f"{live_server.url}/accounts/{address}") == []


def test_a_form_with_errors_and_a_new_token_are_clean(
    inspector: Inspector, live_server: LiveServer, alice: User
) -> None:
    page = inspector.page
    just_shown(page, live_server, alice)
    page.goto(f"{live_server.url}/accounts/tokens/new")
    page.get_by_label("Name").fill("robot")
    page.get_by_label("Only what I choose").check()
    page.get_by_role("button", name="Make the token").click()
    expect(page.get_by_text("Choose at least one")).to_be_visible()
    assert inspector.faults() == [], "a token narrowed to nothing"
    page.get_by_label("See listings").check()
    page.get_by_role("button", name="Make the token").click()
    expect(page.get_by_text("Copy it now")).to_be_visible()
    assert inspector.faults() == [], "a new token"
    page.goto(f"{live_server.url}/accounts/password/change/")
    page.get_by_label("Current Password").fill("wrong")
    page.get_by_label("New Password", exact=True).fill("12345")
    page.get_by_label("New Password (again)").fill("12345")
    press(page, "Change the password")
    assert inspector.faults() == [], "a weak password"


def test_the_account_fits_a_narrow_screen(page: Page, live_server: LiveServer, alice: User) -> None:
    page.set_viewport_size(NARROW)
    just_shown(page, live_server, alice)
    for address in ["security/totp/activate/", *furnish(alice)]:
        page.goto(f"{live_server.url}/accounts/{address}")
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"], address


def test_one_reaches_and_leaves_the_account_with_the_keyboard(page: Page, live_server: LiveServer, alice: User) -> None:
    log_in_with_password(page, live_server)
    page.get_by_role("link", name="Alice").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Your account")).to_be_visible()
    page.get_by_label("Name").fill("Alys")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Alys")).to_be_visible()
    page.get_by_role("link", name="Sessions").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Chrome on Linux")).to_be_visible()
