"""The address of the claim checker, below `/<zone>/check/`."""

from django.urls import path

from zoneworks.intake.checking import views

app_name = "check"
urlpatterns = [path("", views.draft, name="draft")]
