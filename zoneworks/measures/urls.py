"""Addresses of measures: the list of definitions, and each number opened into its rows."""

from django.urls import path

from zoneworks.measures import views

app_name = "measures"
urlpatterns = [
    path("", views.index, name="list"),
    path("<str:key>/", views.detail, name="detail"),
]
