"""Rows of shops for tests: sellers with people, trader files, protected brands and authorisations."""

from __future__ import annotations

import io
from datetime import date, timedelta

from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image

from catalog.authorizations import ask
from catalog.invitations import Written, invite
from catalog.membership import MemberRole
from catalog.models import (
    Brand,
    BrandAuthorization,
    Hold,
    MonthlySales,
    Product,
    Seller,
    SellerInvitation,
    TraderVerification,
)
from catalog.trader_checks import certify, decide, save_file, traders_of
from catalog.trader_clocks import last_months
from catalog.trader_file import fingerprint
from shopadmin.accounts.models import User
from shopadmin.accounts.roles import Role
from tests import factories

PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"

FILE = {
    "legal_name": "Mercado Norte S.L.",
    "street": "Calle Mayor 1",
    "postal_code": "28013",
    "city": "Madrid",
    "country": "ES",
    "email": "hola@mercado.example",
    "phone": "+34 600 000 000",
    "register": "Registro Mercantil de Madrid",
    "registration_number": "M-123456",
    "tax_number": "ESB58378431",
    "payment_account_holder": "Mercado Norte S.L.",
    "payment_account_last4": "4821",
}
"""A trader file in which nothing is missing, as the form sends it."""


def owned(
    name: str = "Mercado Norte", owner: str = "olive", role: MemberRole = MemberRole.OWNER
) -> tuple[Seller, User]:
    """A seller with one person in it."""
    person = User.objects.filter(email=f"{owner}@example.com").first() or factories.user(owner, Role.MERCHANT)
    return factories.seller(name, person, role), person


def member(of: Seller, name: str, role: MemberRole) -> User:
    """Another person who works for the seller."""
    person = factories.user(name, Role.MERCHANT)
    factories.seller(of.name, person, role)
    return person


def invited(seller: Seller, by: User, email: str = "new@example.com", role: MemberRole = MemberRole.EDITOR) -> Written:
    """An open invitation and its secret."""
    return invite(seller=seller, email=email, role=role, by=by)


def expire(invitation: SellerInvitation) -> None:
    """Let the invitation have run out a minute ago."""
    SellerInvitation.objects.filter(pk=invitation.pk).update(expires_at=timezone.now() - timedelta(minutes=1))


def link_of(written: Written) -> str:
    """The path of the link with the invitation's secret."""
    return f"/catalog/invitations/{written.token}/"


def link_in_mail(number: int = -1) -> str:
    """The path of the link in one of the mails that were sent."""
    body = mail.outbox[number].body
    return next(line for line in body.splitlines() if line.startswith("http")).split("testserver", 1)[1]


def complete_file(seller: Seller, *, certified_by: User | None = None) -> None:
    """Fill the seller's trader file in and, by somebody who works there, certify it."""
    save_file(seller=seller, contents=FILE, by=certified_by or seller.members.first())
    if certified_by:
        certify(seller=seller, by=certified_by)


def verified(
    seller: Seller, by: User, outcome: TraderVerification.Outcome = TraderVerification.Outcome.VERIFIED
) -> None:
    """Let somebody of the staff decide on the file as it is."""
    seen = fingerprint(traders_of([seller])[seller.pk].contents)
    decide(seller=seller, outcome=outcome, note="Compared with the register.", seen=seen, by=by)


def protected_brand(name: str = "Luxor", **fields: object) -> Brand:
    """A brand that only authorised sellers may list."""
    return Brand.objects.create(name=name, is_protected=True, **fields)


def document(content: bytes = PDF, name: str = "licence.pdf") -> SimpleUploadedFile:
    """A file as it is uploaded."""
    return SimpleUploadedFile(name, content)


def picture(kind: str = "PNG") -> bytes:
    """A small picture."""
    out = io.BytesIO()
    Image.new("RGB", (64, 40), "white").save(out, kind)
    return out.getvalue()


def authorization(
    seller: Seller,
    brand: Brand,
    *,
    by: User,
    state: BrandAuthorization.State = BrandAuthorization.State.ASKED,
    staff: User | None = None,
    **fields: object,
) -> BrandAuthorization:
    """What a seller asked for and, with `state` and `staff`, what was decided."""
    wanted = {"territory": "", "valid_from": date(2020, 1, 1), "valid_until": None, "document": document(), **fields}
    row = ask(seller=seller, brand=brand, by=by, **wanted)
    if state != BrandAuthorization.State.ASKED:
        row.decide(state=state, by=staff, reason="As the document says.")
    return row


def sold(seller: Seller, months: dict[int, tuple[int, int]], currency: str = "USD") -> None:
    """Sales by how many months ago: their number and their value in minor units."""
    firsts = last_months(timezone.localdate())
    for ago, (count, value) in months.items():
        MonthlySales.objects.create(
            seller=seller, month=firsts[-1 - ago], currency=currency, sales_count=count, value_minor=value
        )


def busy_shop() -> tuple[Seller, User]:
    """A seller with some of everything: people, invitations, a file, sales above the line, listings, authorisations."""
    seller, owner = owned()
    member(seller, "eddy", MemberRole.EDITOR)
    member(seller, "vera", MemberRole.VIEWER)
    invited(seller, owner)
    expire(invited(seller, owner, "late@example.com", MemberRole.VIEWER).invitation)
    complete_file(seller, certified_by=owner)
    sold(seller, {ago: (8 + (ago * 7) % 23, 40_000 + ago * 1_000) for ago in range(1, 20)})
    sold(seller, {2: (5, 10_000)}, "EUR")
    factories.product("Apple juice", of=seller)
    factories.product("Perfume", of=seller, brand="Luxor", status="held")
    Brand.objects.filter(name="Luxor").update(is_protected=True, owner="Luxor Maison S.A.")
    luxor = Brand.objects.get(name="Luxor")
    luxor.aliases.create(name="Lux & Or")
    authorization(seller, luxor, by=owner, document=document(picture(), "x.png"), territory="FR")
    return seller, owner


def hold(product: Product) -> Hold:
    """An open hold of a live product."""
    Product.objects.filter(pk=product.pk).update(status="held")
    return Hold.objects.create(product=product, ground="other", explanation="Looks odd.", status_before="live")


def queries_of(client: Client, address: str) -> int:
    """How often the page asks the database, once what it keeps between requests is there."""
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)
