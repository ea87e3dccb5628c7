"""Every address and who may do what there: the table that the tests of access walk.

The rows belong to dana (a creator) and to a seller of whom nobody here is a member, so that they are foreign to erin
(another creator) and to mallory (a merchant).
"""

from __future__ import annotations

from dataclasses import dataclass

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
READ = frozenset({"GET", "HEAD"})
WRITE = frozenset({"POST"})
FORM = READ | WRITE
PUT = frozenset({"PUT"})
DELETE = frozenset({"DELETE"})
ANY = frozenset(METHODS)
"""Of pages that send some people elsewhere before they look at the method; others get 405."""
EVERYBODY = frozenset({"dana", "erin", "mallory", "bob", "alice", "charlie"})
CREATORS = frozenset({"dana", "erin"})
STAFF = frozenset({"bob", "alice"})
ALICE = frozenset({"alice"})
MERCHANT = frozenset({"mallory"})


@dataclass(frozen=True)
class Rule:
    """Who may (`may`), for whom the row does not exist (`hidden_from`: 404); everybody else is refused (403)."""

    methods: frozenset[str]
    may: frozenset[str]
    hidden_from: frozenset[str] = frozenset()
    is_public: bool = False
    is_api: bool = False
    arguments: str = ""
    may_write: frozenset[str] | None = None


def rows(kind: str, methods: frozenset[str] = READ, *, is_api: bool = False) -> Rule:
    """A row of dana's: for herself and the staff; to another creator it does not exist."""
    return Rule(methods, STAFF | {"dana"}, frozenset({"erin"}), is_api=is_api, arguments=kind)


def decisions(kind: str) -> Rule:
    """A decision that only dana makes."""
    return Rule(WRITE, frozenset({"dana"}), frozenset({"erin"}), arguments=kind)


def own(kind: str, methods: frozenset[str]) -> Rule:
    """A row of dana's account: it exists for nobody else, the staff included."""
    return Rule(methods, frozenset({"dana"}), EVERYBODY - {"dana"}, arguments=kind)


def of_a_seller(kind: str, methods: frozenset[str]) -> Rule:
    """What the members of a seller do to its rows, and alice for them: to mallory that seller does not exist."""
    return Rule(methods, ALICE, MERCHANT, arguments=kind)


def listings(
    methods: frozenset[str] = READ, may: frozenset[str] = STAFF, hidden_from: frozenset[str] = MERCHANT
) -> Rule:
    """A listing of a seller of whom nobody is a member: for the staff; to a merchant it does not exist."""
    return Rule(methods, may, hidden_from, arguments="product")


def of_alice(kind: str, methods: frozenset[str]) -> Rule:
    """What alice did to many listings of a seller: to others who see listings it does not exist."""
    return Rule(methods, ALICE, frozenset({"bob"}) | MERCHANT, arguments=kind)


TABLE = {
    "home": Rule(READ, EVERYBODY),
    "health-live": Rule(READ, EVERYBODY, is_public=True),
    "health-ready": Rule(READ, EVERYBODY, is_public=True),
    "accounts:profile": Rule(FORM, EVERYBODY),
    "accounts:no-role": Rule(READ, EVERYBODY),
    "accounts:audit-list": Rule(READ, frozenset({"alice", "mallory"})),
    "accounts:audit-export": Rule(READ, frozenset({"alice", "mallory"}), arguments="export"),
    "accounts:notification-list": Rule(READ, EVERYBODY),
    "accounts:notification-open": Rule(READ, frozenset({"mallory"}), EVERYBODY - {"mallory"}, arguments="notification"),
    "accounts:notification-read": Rule(WRITE, EVERYBODY),
    "accounts:notification-preferences": Rule(WRITE, EVERYBODY),
    "accounts:theme-set": Rule(WRITE, EVERYBODY, is_public=True),
    "accounts:session-list": Rule(READ, EVERYBODY),
    "accounts:session-end": own("session", WRITE),
    "accounts:session-end-others": Rule(WRITE, EVERYBODY),
    "accounts:token-list": Rule(READ, EVERYBODY),
    "accounts:token-create": Rule(FORM, EVERYBODY),
    "accounts:token-revoke": own("token", WRITE),
    "account_login": Rule(ANY, EVERYBODY, is_public=True),
    "account_logout": Rule(FORM, EVERYBODY, is_public=True),
    "account_signup": Rule(ANY, EVERYBODY, is_public=True),
    "account_inactive": Rule(READ, EVERYBODY, is_public=True),
    "account_reauthenticate": Rule(FORM | PUT, EVERYBODY),
    "account_email": Rule(FORM | PUT, EVERYBODY),
    "account_email_verification_sent": Rule(READ, EVERYBODY, is_public=True),
    "account_confirm_email": Rule(FORM, EVERYBODY, is_public=True, arguments="confirmation"),
    "account_confirm_login_code": Rule(ANY, EVERYBODY, is_public=True),
    "account_change_password": Rule(FORM | PUT, EVERYBODY),
    "account_set_password": Rule(ANY, EVERYBODY),
    "account_reset_password": Rule(FORM | PUT, EVERYBODY, is_public=True),
    "account_reset_password_done": Rule(READ, EVERYBODY, is_public=True),
    "account_reset_password_from_key": Rule(ANY, EVERYBODY, is_public=True, arguments="reset"),
    "account_reset_password_from_key_done": Rule(READ, EVERYBODY, is_public=True),
    "mfa_index": Rule(READ, EVERYBODY),
    "mfa_authenticate": Rule(ANY, EVERYBODY, is_public=True),
    "mfa_reauthenticate": Rule(ANY, EVERYBODY),
    "mfa_list_webauthn": Rule(ANY, EVERYBODY),
    "mfa_add_webauthn": Rule(FORM | PUT, EVERYBODY),
    "mfa_edit_webauthn": own("passkey", FORM | PUT),
    "mfa_remove_webauthn": own("passkey", FORM | DELETE),
    "mfa_reauthenticate_webauthn": Rule(ANY, EVERYBODY),
    "mfa_login_webauthn": Rule(ANY, EVERYBODY, is_public=True),
    "mfa_activate_totp": Rule(ANY, EVERYBODY),
    "mfa_deactivate_totp": own("", FORM | PUT),
    "mfa_view_recovery_codes": own("", READ),
    "mfa_download_recovery_codes": own("", READ),
    "mfa_generate_recovery_codes": Rule(FORM | PUT, EVERYBODY),
    "catalog:product-list": Rule(READ, STAFF | {"mallory"}),
    "catalog:product-count": Rule(READ, STAFF | {"mallory"}),
    "catalog:product-export": Rule(READ, STAFF | {"mallory"}),
    "catalog:columns-set": Rule(WRITE, STAFF | {"mallory"}),
    "catalog:view-add": Rule(WRITE, STAFF | {"mallory"}),
    "catalog:view-change": Rule(WRITE, frozenset(), STAFF | {"mallory"}, arguments="saved view"),
    "catalog:view-keep": Rule(WRITE, frozenset(), STAFF | {"mallory"}, arguments="saved view"),
    "catalog:view-copy": Rule(WRITE, frozenset(), STAFF | {"mallory"}, arguments="saved view"),
    "catalog:view-delete": Rule(WRITE, frozenset(), STAFF | {"mallory"}, arguments="saved view"),
    "catalog:product-detail": listings(),
    "catalog:product-news": listings(),
    "catalog:product-edit": listings(FORM, ALICE),
    "catalog:product-publish": listings(WRITE, ALICE),
    "catalog:product-withdraw": listings(WRITE, ALICE),
    "catalog:product-remove": listings(WRITE, ALICE),
    "catalog:product-restore": listings(WRITE, ALICE),
    "catalog:product-confirm": listings(WRITE, ALICE),
    "catalog:product-add": Rule(FORM, ALICE),
    "catalog:product-check": Rule(WRITE, ALICE),
    "catalog:brand-suggest": Rule(READ, STAFF | {"mallory"}),
    "catalog:category-suggest": Rule(READ, STAFF | {"mallory"}),
    "catalog:product-photos": listings(FORM, ALICE),
    "catalog:photo-move": Rule(WRITE, ALICE, MERCHANT, arguments="photo"),
    "catalog:photo-remove": Rule(WRITE, ALICE, MERCHANT, arguments="photo"),
    "catalog:photo-restore": Rule(WRITE, ALICE, MERCHANT, arguments="removed photo"),
    "catalog:hold-place": listings(WRITE, ALICE, hidden_from=frozenset()),
    "catalog:hold-release": Rule(WRITE, ALICE, arguments="hold"),
    "catalog:appeal-make": Rule(WRITE, ALICE, MERCHANT, arguments="hold"),
    "catalog:appeal-list": Rule(READ, ALICE),
    "catalog:appeal-document": Rule(READ, STAFF, MERCHANT, arguments="appeal document"),
    "catalog:finding-queue": Rule(READ, STAFF),
    "catalog:finding-detail": Rule(READ, STAFF, arguments="finding"),
    "catalog:finding-decide": Rule(WRITE, STAFF),
    "catalog:finding-decide-group": Rule(WRITE, STAFF),
    "catalog:decision-undo": Rule(WRITE, STAFF),
    "catalog:decision-detail": Rule(READ, STAFF, MERCHANT, arguments="decision"),
    "catalog:decision-restore": Rule(WRITE, ALICE, arguments="decision"),
    "catalog:appeal-answer": Rule(WRITE, ALICE, arguments="appeal"),
    "catalog:notice-add": Rule(FORM, EVERYBODY, is_public=True),
    "catalog:notice-receipt": Rule(READ, EVERYBODY, is_public=True, arguments="notice receipt"),
    "catalog:brand-notice-list": Rule(READ, STAFF),
    "catalog:brand-notice-detail": Rule(READ, STAFF, arguments="brand notice"),
    "catalog:brand-notice-decide": Rule(WRITE, STAFF, arguments="brand notice"),
    "catalog:brand-notice-undo": Rule(WRITE, STAFF, arguments="brand notice"),
    "catalog:brand-notice-trust": Rule(WRITE, STAFF, arguments="brand notice"),
    "catalog:import-list": Rule(READ, STAFF | MERCHANT),
    "catalog:import-add": Rule(FORM, ALICE | MERCHANT),
    "catalog:import-template": Rule(READ, ALICE | MERCHANT, arguments="export"),
    "catalog:import-detail": Rule(READ, STAFF, MERCHANT, arguments="import"),
    "catalog:import-columns": of_a_seller("import", FORM),
    "catalog:import-progress": Rule(READ, STAFF, MERCHANT, arguments="import"),
    "catalog:import-errors": Rule(READ, STAFF, MERCHANT, arguments="import"),
    "catalog:import-suggestions": of_a_seller("import", WRITE),
    "catalog:import-apply": of_a_seller("import", WRITE),
    "catalog:import-undo": of_a_seller("import", FORM),
    "catalog:import-photos": Rule(FORM, STAFF, MERCHANT, arguments="import", may_write=ALICE),
    "catalog:import-cancel": of_a_seller("import", WRITE),
    "catalog:archive-add": Rule(WRITE, frozenset(), ALICE | MERCHANT),
    "catalog:archive-detail": of_a_seller("archive", READ),
    "catalog:archive-progress": of_a_seller("archive", READ),
    "catalog:archive-cancel": of_a_seller("archive", WRITE),
    "catalog:bulk-list": Rule(READ, STAFF | MERCHANT),
    "catalog:bulk-choose": Rule(WRITE, ALICE),
    "catalog:bulk-detail": of_alice("bulk", READ),
    "catalog:bulk-progress": of_alice("bulk", READ),
    "catalog:bulk-preview": of_alice("bulk", WRITE),
    "catalog:bulk-apply": of_alice("bulk", WRITE),
    "catalog:bulk-undo": of_alice("bulk", WRITE),
    "catalog:bulk-cancel": of_alice("bulk", WRITE),
    "catalog:photo-file": Rule(READ, EVERYBODY, arguments="photo"),
    "catalog:photo-thumbnail": Rule(READ, EVERYBODY, arguments="photo"),
    "catalog:seller-list": Rule(READ, STAFF | MERCHANT),
    "catalog:seller-add": Rule(FORM, ALICE),
    "catalog:seller-detail": Rule(READ, STAFF, MERCHANT, arguments="seller"),
    "catalog:seller-edit": of_a_seller("seller", FORM),
    "catalog:member-list": Rule(READ, STAFF, MERCHANT, arguments="seller"),
    "catalog:member-change": of_a_seller("member", WRITE),
    "catalog:member-remove": of_a_seller("member", WRITE),
    "catalog:member-leave": Rule(WRITE, frozenset(), MERCHANT, arguments="seller"),
    "catalog:invitation-add": of_a_seller("seller", WRITE),
    "catalog:invitation-resend": of_a_seller("invitation", WRITE),
    "catalog:invitation-revoke": of_a_seller("invitation", WRITE),
    "catalog:invitation-answer": Rule(FORM, frozenset(), EVERYBODY, is_public=True),
    "catalog:invitation-accept": Rule(READ, EVERYBODY, is_public=True, arguments="invitation-token"),
    "catalog:trader-list": Rule(READ, ALICE),
    "catalog:trader-detail": Rule(READ, ALICE, MERCHANT, arguments="seller"),
    "catalog:trader-edit": of_a_seller("seller", FORM),
    "catalog:trader-certify": of_a_seller("seller", WRITE),
    "catalog:trader-decide": Rule(WRITE, ALICE, arguments="seller"),
    "catalog:brand-list": Rule(READ, ALICE | MERCHANT),
    "catalog:brand-add": Rule(FORM, ALICE),
    "catalog:brand-detail": Rule(READ, ALICE | MERCHANT, arguments="brand"),
    "catalog:brand-edit": Rule(WRITE, ALICE, arguments="brand"),
    "catalog:brand-merge": Rule(FORM, ALICE, arguments="brand"),
    "catalog:brand-alias-add": Rule(WRITE, ALICE, arguments="brand"),
    "catalog:brand-alias-remove": Rule(WRITE, ALICE, arguments="alias"),
    "catalog:authorization-queue": Rule(READ, ALICE),
    "catalog:authorization-list": Rule(READ, ALICE, MERCHANT, arguments="seller"),
    "catalog:authorization-ask": of_a_seller("seller", FORM),
    "catalog:authorization-detail": Rule(READ, ALICE, MERCHANT | {"bob"}, arguments="authorization"),
    "catalog:authorization-document": Rule(READ, ALICE, MERCHANT | {"bob"}, arguments="authorization"),
    "catalog:authorization-decide": Rule(WRITE, ALICE, arguments="authorization"),
    "catalog:authorization-withdraw": Rule(WRITE, ALICE, MERCHANT | {"bob"}, arguments="authorization"),
    "catalog:rule-brand-bench": Rule(READ, STAFF),
    "catalog:rule-overlaps": Rule(READ, STAFF),
    "catalog:rule-measure": Rule(WRITE, ALICE),
    "catalog:list-list": Rule(READ, STAFF),
    "catalog:list-add": Rule(FORM, ALICE),
    "catalog:list-detail": Rule(READ, STAFF, arguments="value list"),
    "catalog:entries-add": Rule(WRITE, ALICE, arguments="value list"),
    "catalog:entries-remove": Rule(WRITE, ALICE, arguments="value list"),
    "catalog:list-delete": Rule(WRITE, ALICE, arguments="value list"),
    "catalog:backtest-add": Rule(WRITE, ALICE),
    "catalog:backtest-list": Rule(READ, STAFF, arguments="rule"),
    "catalog:backtest-start": Rule(WRITE, ALICE, arguments="rule version"),
    "catalog:backtest-detail": Rule(READ, STAFF, arguments="backtest"),
    "catalog:backtest-progress": Rule(READ, STAFF, arguments="backtest"),
    "catalog:backtest-cancel": Rule(WRITE, ALICE, arguments="backtest"),
    "catalog:rule-list": Rule(READ, STAFF),
    "catalog:rule-add": Rule(FORM, ALICE),
    "catalog:rule-check": Rule(WRITE, ALICE),
    "catalog:rule-completions": Rule(WRITE, ALICE),
    "catalog:rule-signs": Rule(READ, STAFF),
    "catalog:sign-dismiss": Rule(WRITE, ALICE, arguments="sign"),
    "catalog:sign-take-entry": Rule(WRITE, ALICE, arguments="sign"),
    "catalog:release-list": Rule(READ, STAFF),
    "catalog:release-decide": Rule(WRITE, ALICE, arguments="model release"),
    "catalog:release-propose": Rule(WRITE, ALICE, arguments="model release"),
    "catalog:release-backtest": Rule(WRITE, ALICE, arguments="model release"),
    "catalog:rule-sample": Rule(READ, STAFF),
    "catalog:sample-judge": Rule(WRITE, STAFF, arguments="sample"),
    "catalog:rule-detail": Rule(READ, STAFF, arguments="rule"),
    "catalog:rule-edit": Rule(FORM, ALICE, arguments="rule"),
    "catalog:rule-settings": Rule(FORM, ALICE, arguments="rule"),
    "catalog:rule-rollout": Rule(FORM, ALICE, arguments="rule"),
    "catalog:rule-retire": Rule(WRITE, ALICE, arguments="rule"),
    "catalog:rule-snooze": Rule(FORM, ALICE, arguments="rule"),
    "catalog:rule-propose": Rule(WRITE, ALICE, arguments="rule version"),
    "catalog:rule-decide": Rule(WRITE, ALICE, arguments="rule version"),
    "catalog:rule-shadow": Rule(WRITE, ALICE, arguments="rule version"),
    "catalog:rule-roll-back": Rule(WRITE, ALICE, arguments="rule version"),
    "catalog:rule-restore": Rule(WRITE, ALICE, arguments="rule version"),
    "catalog:rule-case-drop": Rule(WRITE, ALICE, arguments="rule case"),
    "catalog:snooze-end": Rule(WRITE, ALICE, arguments="snooze"),
    "catalog:category-list": Rule(READ, ALICE),
    "catalog:category-add": Rule(WRITE, ALICE),
    "catalog:category-detail": Rule(FORM, ALICE, arguments="category"),
    "catalog:category-delete": Rule(WRITE, ALICE, arguments="category"),
    "catalog-api:product-list": Rule(READ | WRITE, STAFF | MERCHANT, is_api=True, may_write=ALICE | MERCHANT),
    "catalog-api:product-detail": Rule(
        READ | {"PATCH"}, STAFF, MERCHANT, is_api=True, arguments="product", may_write=ALICE
    ),
    "catalog-api:import-list": Rule(READ | WRITE, STAFF | MERCHANT, is_api=True, may_write=ALICE | MERCHANT),
    "catalog-api:import-detail": Rule(READ, STAFF, MERCHANT, is_api=True, arguments="import", may_write=ALICE),
    "catalog-api:import-rows": Rule(READ, STAFF, MERCHANT, is_api=True, arguments="import", may_write=ALICE),
    "catalog-api:import-errors": Rule(READ, STAFF, MERCHANT, is_api=True, arguments="import", may_write=ALICE),
    "catalog-api:import-suggestions": Rule(WRITE, STAFF, MERCHANT, is_api=True, arguments="import", may_write=ALICE),
    "catalog-api:import-apply": Rule(WRITE, STAFF, MERCHANT, is_api=True, arguments="import", may_write=ALICE),
    "catalog-api:import-undo": Rule(WRITE, STAFF, MERCHANT, is_api=True, arguments="import", may_write=ALICE),
    "catalog-api:import-cancel": Rule(WRITE, STAFF, MERCHANT, is_api=True, arguments="import", may_write=ALICE),
    "catalog-api:seller-day": Rule(PUT, ALICE, is_api=True, arguments="seller day"),
    "tagging:video-list": Rule(READ, CREATORS | STAFF),
    "tagging:video-upload": Rule(FORM, CREATORS),
    "tagging:video-detail": rows("video"),
    "tagging:video-tracks": rows("video"),
    "tagging:video-tag": rows("video", WRITE),
    "tagging:video-file": rows("video"),
    "tagging:video-poster": rows("video"),
    "tagging:view-crop": rows("view"),
    "tagging:view-frame": rows("view"),
    "tagging:product-links": listings(),
    "tagging:link-evidence": rows("link"),
    "tagging:link-export": rows("link"),
    "tagging:link-approve": decisions("link"),
    "tagging:link-reject": decisions("link"),
    "tagging:job-list": Rule(READ, CREATORS | STAFF),
    "tagging:job-detail": rows("job"),
    "tagging:job-progress": rows("job"),
    "tagging:job-cancel": rows("job", WRITE),
    "tagging:consent": Rule(READ, CREATORS),
    "tagging:consent-grant": Rule(WRITE, CREATORS),
    "tagging:consent-revoke": Rule(WRITE, CREATORS),
    "tagging:notice-list": Rule(READ, CREATORS),
    "tagging:notice-read": Rule(WRITE, CREATORS),
    "tagging:api-video-list": Rule(READ, CREATORS | STAFF, is_api=True),
    "tagging:api-video-detail": rows("video", is_api=True),
    "tagging:api-job-list": Rule(READ, CREATORS | STAFF, is_api=True),
    "tagging:api-job-detail": rows("job", is_api=True),
}
