"""The addresses of background jobs, below `/<zone>/jobs/`."""

from django.urls import path

from zoneworks.jobs import pages

app_name = "jobs"
urlpatterns = [
    path("", pages.listed, name="list"),
    path("<int:pk>/", pages.detail, name="detail"),
    path("<int:pk>/cancel/", pages.cancel, name="cancel"),
    path("<int:pk>/file/", pages.file, name="file"),
]
