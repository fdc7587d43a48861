"""Addresses of the comparison: the text to read, and what both made of it."""

from django.urls import path

from zoneworks.intake.comparison import pages

app_name = "compare"
urlpatterns = [
    path("", pages.asking, name="page"),
    path("<int:pk>/", pages.result, name="result"),
]
