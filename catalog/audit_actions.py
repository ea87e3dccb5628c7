"""What people call what is done in the catalogue, where the audit log tells of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .money import amount, with_sign

WORDS: Mapping[str, str | Promise] = {
    "appeal.answered": _("appeal: answered"),
    "authorization.asked": _("authorisation: asked for"),
    "authorization.granted": _("authorisation: granted"),
    "authorization.refused": _("authorisation: refused"),
    "authorization.withdrawn": _("authorisation: withdrawn"),
    "blind-sample.judged": _("blind sample: listing judged"),
    "brand.added": _("brand: added"),
    "brand.alias-added": _("brand: alias added"),
    "brand.alias-removed": _("brand: alias removed"),
    "brand.edited": _("brand: edited"),
    "brand.merged": _("brand: merged"),
    "bulk-action.applied": _("bulk action: applied"),
    "bulk-action.undone": _("bulk action: undone"),
    "category.added": _("category: added"),
    "category.deleted": _("category: deleted"),
    "category.edited": _("category: edited"),
    "hold.appealed": _("hold: appealed against"),
    "import.applied": _("import: applied"),
    "import.received": _("import: file received"),
    "import.undone": _("import: undone"),
    "list.added": _("list: added"),
    "list.deleted": _("list: deleted"),
    "list.entries-added": _("list: entries added"),
    "list.entries-removed": _("list: entries removed"),
    "listing.added": _("listing: added"),
    "listing.edited": _("listing: edited"),
    "listing.held": _("listing: held back"),
    "listing.photo-moved": _("listing: photo moved"),
    "listing.photo-removed": _("listing: photo removed"),
    "listing.photo-restored": _("listing: photo restored"),
    "listing.photos-added": _("listing: photos added"),
    "listing.prices-confirmed": _("listing: prices confirmed"),
    "listing.prices-unconfirmed": _("listing: prices no longer confirmed"),
    "listing.published": _("listing: published"),
    "listing.released": _("listing: released"),
    "listing.removed": _("listing: removed"),
    "listing.restored": _("listing: restored"),
    "listing.withdrawn": _("listing: back to draft"),
    "rule.added": _("rule: added"),
    "rule.approved": _("rule: version approved"),
    "rule.demoted": _("rule: only reviews from now on"),
    "rule.draft-edited": _("rule: draft edited"),
    "rule.proposed": _("rule: version proposed"),
    "rule.refused": _("rule: version refused"),
    "rule.restored": _("rule: acts fully again"),
    "rule.retired": _("rule: version retired"),
    "rule.shadow-started": _("rule: version began to watch"),
    "rule.shadow-stopped": _("rule: version stopped watching"),
    "rule.snooze-ended": _("rule: snooze ended"),
    "rule.snoozed": _("rule: snoozed"),
    "rule.version-written": _("rule: version written"),
    "rule.went-live": _("rule: version went live"),
    "seller.added": _("seller: added"),
    "seller.invitation-changed": _("seller: invitation changed"),
    "seller.invitation-sent-again": _("seller: invitation sent again"),
    "seller.invitation-taken-back": _("seller: invitation taken back"),
    "seller.member-changed": _("seller: member’s role changed"),
    "seller.member-invited": _("seller: member invited"),
    "seller.member-joined": _("seller: member joined"),
    "seller.member-removed": _("seller: member removed"),
    "seller.renamed": _("seller: renamed"),
    "trader.certified": _("trader file: certified"),
    "trader.checked": _("trader file: checked"),
    "trader.edited": _("trader file: edited"),
}

NAMES: Mapping[str, str | Promise] = {
    "absorbed": _("merged into it"),
    "alias": _("alias"),
    "appeal": _("appeal"),
    "automatic check": _("automatic check"),
    "added": _("added"),
    "brand": _("brand"),
    "category": _("category"),
    "changed": _("changed"),
    "count": _("how many"),
    "created": _("created"),
    "entries": _("entries"),
    "explanation": _("what is wrong"),
    "filter": _("filter"),
    "ground": _("ground"),
    "hold": _("hold"),
    "import": _("import"),
    "left_alone": _("left alone"),
    "listing": _("listing"),
    "listings": _("listings"),
    "listings_changed": _("listings changed"),
    "market": _("market"),
    "member": _("member"),
    "markets": _("markets"),
    "offers": _("offers"),
    "outcome": _("outcome"),
    "parameters": _("with"),
    "parent": _("lies in"),
    "photo": _("photo"),
    "photos": _("photos"),
    "position": _("position"),
    "price": _("price"),
    "products": _("products"),
    "remedy": _("what the merchant can do"),
    "role": _("role"),
    "rule health": _("watch over rules"),
    "schedule of rules": _("schedule of rules"),
    "seller": _("seller"),
    "sha256": _("fingerprint of the file"),
    "stock": _("stock"),
    "until": _("until"),
    "verdict": _("verdict"),
    "version": _("version"),
}
"""What entries tell of besides fields that have a name, and what acts by itself."""


def offer_parts(offer: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is told of an offer: its price as people write it, and its stock; of another shape, all of it."""
    if offer.keys() != {"price_minor", "currency", "stock"}:
        return dict(offer)
    price = with_sign(f"{amount(offer['price_minor'], offer['currency']):,f}", offer["currency"])
    return {"price": price, "stock": offer["stock"]}
