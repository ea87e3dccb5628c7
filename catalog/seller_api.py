"""The API of sellers: the shop system reports how a seller's orders of each day went."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import NotAuthenticated, PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from shopadmin.accounts.models import User
from shopadmin.accounts.permissions import Permission

from .models import Seller, SellerDay
from .seller_records import MoreThanOrders, record_days
from .views.access import allowed_on

MOST = 2**31 - 1
"""The largest whole number that the columns hold."""


class DayShape(serializers.Serializer[Any]):
    """The day that stands in the address."""

    day = serializers.DateField()

    def validate_day(self, day: date) -> date:
        """Refuse a day that has come nowhere on earth: anywhere it is at most a day later than in UTC."""
        if day > timezone.now().date() + timedelta(days=1):
            raise ValidationError(_("This day is still to come."))
        return day


class CountsShape(serializers.Serializer[Any]):
    """How many orders there were, and what became of them."""

    orders = serializers.IntegerField(min_value=0, max_value=MOST)
    refunds = serializers.IntegerField(min_value=0, max_value=MOST, default=0)
    disputes = serializers.IntegerField(min_value=0, max_value=MOST, default=0)


class SellerDayView(APIView):
    """A seller's orders of one day. A report sets the day, so it can be sent again when refunds come in."""

    required_permission = Permission.VERIFY_TRADERS

    def put(self, request: Request, slug: str, day: str) -> Response:
        """Set the day's orders, and how many of them were refunded and disputed by now."""
        seller = self._seller(slug)
        when, counts = DayShape(data={"day": day}), CountsShape(data=request.data)
        when.is_valid(raise_exception=True)
        counts.is_valid(raise_exception=True)
        try:
            row = record_days(seller=seller, **when.validated_data, **counts.validated_data)
        except MoreThanOrders as error:
            raise ValidationError(
                {"orders": [_("More orders were refunded or disputed than there were. Count them on the order’s day.")]}
            ) from error
        return Response(_answer(row))

    def _seller(self, slug: str) -> Seller:
        """Return a seller that the user may see and whose trader they may verify; else 404 or 403."""
        if not isinstance(self.request.user, User):
            raise NotAuthenticated
        seller = get_object_or_404(Seller.objects.for_user(self.request.user), slug=slug)
        if Permission.VERIFY_TRADERS not in allowed_on(self.request.user, seller):
            raise PermissionDenied
        return seller


def _answer(row: SellerDay) -> dict[str, object]:
    return {"day": row.day, "orders": row.orders, "refunds": row.refunds, "disputes": row.disputes}
