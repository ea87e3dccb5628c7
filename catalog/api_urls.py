"""Addresses of the catalogue's API."""

from django.urls import include, path
from rest_framework.routers import SimpleRouter

from .api import ProductViewSet
from .import_api import ImportViewSet
from .seller_api import SellerDayView

app_name = "catalog-api"

router = SimpleRouter(use_regex_path=False)
router.register("products", ProductViewSet, basename="product")
router.register("imports", ImportViewSet, basename="import")

urlpatterns = [
    path("", include(router.urls)),
    path("sellers/<slug:slug>/days/<str:day>/", SellerDayView.as_view(), name="seller-day"),
]
