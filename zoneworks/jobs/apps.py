from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class JobsConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "zoneworks.jobs"
    verbose_name = _("background jobs")

    def ready(self) -> None:
        """Let every app register what its jobs do, and give the jobs their place in the menu."""
        from zoneworks.jobs import pages  # noqa: F401

        autodiscover_modules("jobs")
