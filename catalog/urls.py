"""Addresses of the catalogue."""

from django.urls import path

from .views import exports, photos, products, saved_views

app_name = "catalog"
urlpatterns = [
    path("products/", products.product_list, name="product-list"),
    path("products/columns", products.columns_set, name="columns-set"),
    path("products/suggestions", products.suggestions, name="product-suggestions"),
    path("products/export", exports.product_export, name="product-export"),
    path("products/views/add", saved_views.view_add, name="view-add"),
    path("products/views/<int:pk>/change", saved_views.view_change, name="view-change"),
    path("products/views/<int:pk>/keep", saved_views.view_keep, name="view-keep"),
    path("products/views/<int:pk>/copy", saved_views.view_copy, name="view-copy"),
    path("products/views/<int:pk>/delete", saved_views.view_delete, name="view-delete"),
    path("photos/<int:pk>", photos.photo_file, name="photo-file"),
    path("photos/<int:pk>/thumbnail", photos.photo_thumbnail, name="photo-thumbnail"),
]
