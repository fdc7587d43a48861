"""The site's addresses with the quick form below each zone, wherever the site mounts it."""

from django.urls import include, path

urlpatterns = [
    path("<slug:zone>/log/", include("zoneworks.engagements.urls")),
    path("", include("zoneworks.site.urls")),
]
