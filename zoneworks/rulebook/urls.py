"""Addresses of the rulebook, below `/<zone>/rules/`."""

from django.urls import URLPattern

app_name = "rulebook"
urlpatterns: list[URLPattern] = []
