from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "zoneworks.accounts"
    verbose_name = _("accounts")

    def ready(self) -> None:
        from zoneworks.accounts.search_index import keep_index

        # Sent once for each app, after every migration has run; once is enough.
        post_migrate.connect(keep_index, sender=self, dispatch_uid="search index")
