"""People log in with their e-mail address, and have roles."""

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from shopadmin.accounts.models import User
from shopadmin.accounts.roles import Role
from tests import factories

pytestmark = pytest.mark.django_db


def test_the_address_logs_in_whatever_its_case(client: Client) -> None:
    factories.user("alice")

    assert client.login(username="ALICE@Example.com", password=factories.PASSWORD)


def test_two_people_cannot_have_one_address_in_different_case() -> None:
    factories.user("alice")

    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.bulk_create([User(email="Alice@example.com")])


def test_a_user_needs_an_address() -> None:
    with pytest.raises(ValueError, match="e-mail"):
        User.objects.create_user("")


@pytest.mark.parametrize(
    ("roles", "sees_all"),
    [((), False), ((Role.CREATOR,), False), ((Role.MERCHANT,), False), ((Role.REVIEWER,), True), ((Role.ADMIN,), True)],
)
def test_only_those_who_work_on_videos_of_others_see_them(roles: tuple[Role, ...], sees_all: bool) -> None:
    assert factories.user("somebody", *roles).sees_all_videos is sees_all


def test_a_superuser_is_an_admin() -> None:
    user = User.objects.create_superuser("root@example.com", factories.PASSWORD)

    assert user.roles == {Role.ADMIN}


def test_there_is_a_group_for_every_role() -> None:
    from django.contrib.auth.models import Group

    assert {role.value for role in Role} <= set(Group.objects.values_list("name", flat=True))
