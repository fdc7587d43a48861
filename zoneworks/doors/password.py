"""The page on which people change their own password."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.password_validation import password_validators_help_texts
from django.contrib.auth.views import PasswordChangeView
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from zoneworks.doors import proof, services
from zoneworks.doors.notes import note


class OwnPasswordForm(PasswordChangeForm):
    """The password that one has and, twice, the one that one wants."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new_password1"].help_text = " ".join(password_validators_help_texts())
        for field in self.fields.values():
            field.max_length = proof.LONGEST_PASSWORD  # type: ignore[attr-defined]
            field.validators.append(MaxLengthValidator(proof.LONGEST_PASSWORD))

    def clean_old_password(self) -> str:
        """Check the old password; wrong tries wait here too, since a borrowed session could try them all."""
        old = self.cleaned_data["old_password"]
        proof.prove(self.user, old)
        return old

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("old_password") and cleaned.get("old_password") == cleaned.get("new_password2"):
            self.add_error("new_password1", ValidationError(_("This is the password that you have already.")))
        return cleaned


class ChangePassword(PasswordChangeView):
    """Change one's own password; whoever is logged in elsewhere under it has to log in again."""

    template_name = "doors/password.html"
    form_class = OwnPasswordForm
    request: Any

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        is_owed = self.request.user.one_time_until is not None
        return {
            **context,
            "title": _("Choose your password") if is_owed else _("Change your password"),
            "subtitle": str(self.request.user),
            "is_owed": is_owed,
            "urls": {} if is_owed else {"cancel": self.get_success_url()},
            "submit_label": _("Change the password"),
        }

    def get_success_url(self) -> str:
        return reverse("home", kwargs={"zone": self.request.zone.code})

    def form_valid(self, form: Any) -> HttpResponse:
        form.user.one_time_until = None
        with transaction.atomic():
            response = super().form_valid(form)
            services.end_others(self.request)
            note(self.request.user, "password", self.request.user)
        messages.success(
            self.request,
            _("Your password is changed. You stay logged in here; elsewhere you have to log in again."),
        )
        return response

    def form_invalid(self, form: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)
