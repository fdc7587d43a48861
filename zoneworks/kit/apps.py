from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class KitConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "zoneworks.kit"
    verbose_name = _("kit")

    def ready(self) -> None:
        """Let every app register its ledgers, faces of facts and panels, and what must hold between its rows."""
        autodiscover_modules("ledger", "soundness")
