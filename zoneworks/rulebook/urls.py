"""Addresses of the rulebook, below `/<zone>/rules/`."""

from django.urls import path

from zoneworks.rulebook import views

app_name = "rulebook"
urlpatterns = [
    path("", views.list_rules, name="list"),
    path("new/<slug:section>/", views.new_kind, name="new_kind"),
    path("<str:key>/", views.detail, name="detail"),
    path("<str:key>/override/", views.override, name="override"),
    path("<str:key>/withdraw/<int:pk>/", views.withdraw, name="withdraw"),
]
