from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IntakeConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "zoneworks.intake"
    verbose_name = _("intake")

    def ready(self) -> None:
        """Give the pages of intake their place in the menu, its jobs their names, and documents their panel."""
        from zoneworks.intake import extension, pages  # noqa: F401
        from zoneworks.intake.checking import views  # noqa: F401
