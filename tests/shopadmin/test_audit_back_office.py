"""Whatever the back office changes is written down."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.contrib.admin import ModelAdmin, site
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from catalog.models import Brand, Product
from shopadmin.accounts.audit.admin import AuditedAdmin
from shopadmin.accounts.audit.models import AuditEntry
from shopadmin.accounts.audit.values import HIDDEN
from shopadmin.accounts.models import User
from shopadmin.accounts.roles import Role
from tagging.models import LabelPolicy
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]


@pytest.fixture
def office(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("root@example.com", name="Root"))
    return client


def form_of(client: Client, address: str) -> dict[str, object]:
    """What the page's form would send if nobody changed anything."""
    context = client.get(address).context
    forms = [
        context["adminform"].form,
        *(form for inline in context["inline_admin_formsets"] for form in inline.formset),
    ]
    managements = [inline.formset.management_form for inline in context["inline_admin_formsets"]]
    sent: dict[str, object] = {}
    for form in [*forms, *managements]:
        for field in form:
            value = field.value()
            if isinstance(value, datetime):
                sent |= {f"{field.html_name}_0": f"{value:%Y-%m-%d}", f"{field.html_name}_1": f"{value:%H:%M:%S}"}
            elif value not in (None, ""):
                sent[field.html_name] = value
    return sent


def the_entry() -> AuditEntry:
    return AuditEntry.objects.newest_first().get()


def test_a_change_of_roles_is_written_down(office: Client, bob: User) -> None:
    address = reverse("admin:accounts_user_change", args=[bob.pk])
    policy = Group.objects.get(name=Role.POLICY)
    times = {"joined_at_0": "2026-01-01", "joined_at_1": "00:00:00"}

    response = office.post(
        address, {"email": bob.email, "name": "Bob", "is_active": "on", "groups": [policy.pk], **times}
    )

    assert response.status_code == 302, response.context["errors"]
    entry = the_entry()
    assert (entry.actor_name, entry.action, entry.target_key) == ("Root", "user.changed", str(bob.pk))
    assert (entry.before["groups"], entry.after["groups"]) == (["reviewer"], ["policy"])
    assert "password" not in entry.after


def test_a_new_password_is_written_down_without_it(office: Client, bob: User) -> None:
    office.post(
        f"/back-office/accounts/user/{bob.pk}/password/", {"password1": "moon-river", "password2": "moon-river"}
    )

    entry = the_entry()
    assert entry.action == "user.changed"
    assert entry.after == {"password": HIDDEN}


def test_a_new_login_is_written_down_without_its_password(office: Client) -> None:
    office.post(
        "/back-office/accounts/user/add/",
        {"email": "new@example.com", "usable_password": "true", "password1": "moon-river", "password2": "moon-river"},
    )

    entry = the_entry()
    assert (entry.action, entry.after["email"], entry.after["password"]) == ("user.added", "new@example.com", HIDDEN)
    assert "pbkdf2" not in str(entry.after)


def test_a_change_names_what_was_and_is_and_its_seller(office: Client) -> None:
    seller = factories.seller("Mine")
    address = reverse("admin:catalog_seller_change", args=[seller.pk])

    response = office.post(address, {**form_of(office, address), "name": "Ours"})

    assert response.status_code == 302, response.context["errors"]
    entry = the_entry()
    assert (entry.action, entry.tenant_key) == ("seller.changed", seller.pk)
    assert (entry.before, entry.after) == ({"name": "Mine"}, {"name": "Ours"})


def test_a_change_names_the_rows_that_were_edited_beside_it(office: Client) -> None:
    brand = Brand.objects.create(name="Bravo")
    brand.aliases.create(name="Brawo")
    address = reverse("admin:catalog_brand_change", args=[brand.pk])

    response = office.post(address, {**form_of(office, address), "aliases-0-name": "Brafo"})

    assert response.status_code == 302, response.context["errors"]
    assert "brafo" in str(the_entry().after["related"]).lower()


def test_listings_and_members_are_changed_on_their_own_pages_only(office: Client, alice: User) -> None:
    product = factories.product("Soap", of=factories.seller("Mine", alice))
    listing = reverse("admin:catalog_product_change", args=[product.pk])
    seller = reverse("admin:catalog_seller_change", args=[product.seller_id])
    member = product.seller.memberships.get()
    sent = {"memberships-TOTAL_FORMS": 1, "memberships-INITIAL_FORMS": 1, "memberships-0-id": member.pk,
            "memberships-0-seller": product.seller_id, "memberships-0-DELETE": "on"}  # fmt: skip

    assert office.get(listing).status_code == 200
    assert office.post(listing, {"title": "Fine soap"}).status_code == 403
    assert office.get(reverse("admin:catalog_product_add")).status_code == 403
    assert office.post(reverse("admin:catalog_product_delete", args=[product.pk]), {"post": "yes"}).status_code == 403
    office.post(seller, {**form_of(office, seller), **sent})

    assert product.seller.memberships.get() == member


@pytest.mark.parametrize("way", ["page", "action"])
def test_what_is_deleted_is_written_down_as_it_was(office: Client, way: str) -> None:
    brand = Brand.objects.create(name="Bravo")
    if way == "page":
        office.post(reverse("admin:catalog_brand_delete", args=[brand.pk]), {"post": "yes"})
    else:
        sent = {"action": "delete_selected", "_selected_action": [brand.pk], "post": "yes"}
        office.post(reverse("admin:catalog_brand_changelist"), sent)

    entry = the_entry()
    assert not Brand.objects.exists()
    assert (entry.action, entry.target_key, entry.before["name"]) == ("brand.deleted", str(brand.pk), "Bravo")


def test_a_deletion_that_fails_is_not_written_down(office: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    brand = Brand.objects.create(name="Bravo")

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(ModelAdmin, "delete_queryset", fail)
    with pytest.raises(ZeroDivisionError):
        office.post(
            reverse("admin:catalog_brand_changelist"),
            {"action": "delete_selected", "_selected_action": [brand.pk], "post": "yes"},
        )

    assert not AuditEntry.objects.exists()


def test_many_changes_in_a_list_are_written_down_one_by_one(office: Client) -> None:
    LabelPolicy.objects.exclude(label__in=["person", "cat"]).delete()
    address = reverse("admin:tagging_labelpolicy_changelist")
    rows = office.get(address).context["cl"].formset
    sent = {f"form-{number}-{rows.model._meta.pk.name}": form.instance.pk for number, form in enumerate(rows.forms)}
    management = {"form-TOTAL_FORMS": len(rows.forms), "form-INITIAL_FORMS": len(rows.forms), "_save": "Save"}

    office.post(address, {**sent, **management, **{f"form-{n}-is_sellable": "on" for n in range(len(rows.forms))}})

    changed = AuditEntry.objects.filter(action="labelpolicy.changed")
    assert {entry.target_key for entry in changed} == {str(form.instance.pk) for form in rows.forms}
    assert all(entry.before == {"is_sellable": False} for entry in changed)


def test_every_page_of_the_back_office_that_can_change_something_writes_it_down(office: Client) -> None:
    request = office.get("/back-office/").wsgi_request
    silent = [
        model.__name__
        for model, page in site._registry.items()
        if not isinstance(page, AuditedAdmin)
        and not type(page).__module__.startswith("django.")
        and (
            page.has_add_permission(request)
            or page.has_change_permission(request)
            or page.has_delete_permission(request)
        )
    ]

    assert silent == []
    assert isinstance(site._registry[Product], AuditedAdmin)
