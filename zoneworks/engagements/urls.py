"""Addresses of the quick form, below `<zone>/log/`. The ledger's own lie at `<zone>/engagements/`."""

from django.urls import path

from zoneworks.engagements import views

app_name = "log"
urlpatterns = [
    path("", views.new, name="new"),
    path("<int:pk>/done/", views.done, name="done"),
]
