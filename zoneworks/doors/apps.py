from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.utils.translation import gettext_lazy as _


class DoorsConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "zoneworks.doors"
    verbose_name = _("log-ins")

    def ready(self) -> None:
        """Let each session know when and where it began, and check the settings."""
        from zoneworks.doors import checks  # noqa: F401  (registers itself)
        from zoneworks.doors.sessions import begin

        user_logged_in.connect(begin, dispatch_uid="zoneworks.doors.begin")
