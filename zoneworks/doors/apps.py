from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DoorsConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "zoneworks.doors"
    verbose_name = _("log-ins")
