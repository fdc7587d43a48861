"""Addresses of sources that belong to no single ledger."""

from django.urls import URLPattern

app_name = "sources"
urlpatterns: list[URLPattern] = []
