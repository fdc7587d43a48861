"""The site's addresses with the quick form below each zone, wherever the site mounts it."""

from django.urls import include, path

from zoneworks.site.urls import urlpatterns as site_urls

urlpatterns = [path("<slug:zone>/log/", include("zoneworks.engagements.urls")), *site_urls]
