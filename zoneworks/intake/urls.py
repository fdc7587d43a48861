"""The addresses of intake, below `/<zone>/intake/`."""

from django.urls import path

from zoneworks.intake import pages

app_name = "intake"
urlpatterns = [
    path("", pages.listed, name="list"),
    path("<int:pk>/", pages.review, name="review"),
    path("<int:pk>/read/", pages.read, name="read"),
    path("<int:pk>/<int:proposal>/accept/", pages.accept, name="accept"),
    path("<int:pk>/<int:proposal>/reject/", pages.reject, name="reject"),
    path("<int:pk>/<int:proposal>/undo/", pages.undo, name="undo"),
]
