"""Addresses of the catalogue."""

from django.urls import path

from .views import photos, products

app_name = "catalog"
urlpatterns = [
    path("products/", products.product_list, name="product-list"),
    path("photos/<int:pk>", photos.photo_file, name="photo-file"),
    path("photos/<int:pk>/thumbnail", photos.photo_thumbnail, name="photo-thumbnail"),
]
