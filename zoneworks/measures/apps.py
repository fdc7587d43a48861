from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class MeasuresConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "zoneworks.measures"
    verbose_name = _("measures")

    def ready(self) -> None:
        """Let every app register its measures."""
        autodiscover_modules("measures")
