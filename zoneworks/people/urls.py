"""The address of the audit trail, below `/<zone>/trail/`."""

from django.urls import path

from zoneworks.people import trail

app_name = "trail"
urlpatterns = [path("", trail.changes, name="list")]
