"""Login by civil ID and password: our side of django-allauth (backend, adapter, form)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import LoginForm as AllauthLoginForm
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from masar.kernel.ids import civil_id_digits
from masar.people import actions
from masar.people.models import Account

SESSION_PERSON, SESSION_ID, SESSION_SEEN = "p", "s", "t"


class CivilIdBackend:
    """Finds the account by the blind index that the form made of the civil ID."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None
    ) -> Account | None:
        """Return the account when the password is right; take the same time when there is none."""
        if request is None or not username or not password:
            return None
        source = actions.source_of(request.META.get("REMOTE_ADDR", ""))
        if actions.is_blocked(username, source, timezone.now()):
            make_password(password)
            return None
        account = Account.objects.filter(username=username, is_active=True).first()
        if account is None:
            make_password(password)
        elif account.check_password(password):
            actions.forget_failures(username, source)
            return account
        actions.count_failure(username, source, timezone.now())
        return None

    def get_user(self, user_id: int) -> Account | None:
        """Return the account of a session."""
        return Account.objects.filter(pk=user_id, is_active=True).first()


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Keeps registration closed until it has proof of identity, and a row for each log-in."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": _(
            "The civil ID or the password is not right. Check both and try again. "
            "After several wrong tries you must wait a little longer each time."
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Tell that nobody registers by themselves yet."""
        return False

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Log in and start a session that can be ended at once."""
        super().login(request, user)
        person_id: int = user.person_id  # type: ignore[attr-defined]
        request.session[SESSION_PERSON] = person_id
        request.session[SESSION_ID] = actions.start_session(person_id).hex
        request.session[SESSION_SEEN] = int(timezone.now().timestamp())

    def logout(self, request: HttpRequest) -> None:
        """End the session row, then log out."""
        if session := request.session.get(SESSION_ID):
            actions.end_session(UUID(session))
        super().logout(request)

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Say nothing: our pages say what happened."""


class LoginForm(AllauthLoginForm):  # type: ignore[misc]
    """Asks for the civil ID in any digits; hands on its blind index only."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("Civil ID")
        self.fields["login"].max_length = 40
        self.fields["login"].widget.attrs = {"autocomplete": "username", "inputmode": "numeric", "dir": "ltr"}
        self.fields["password"].label = _("Password")
        self.fields["password"].widget.attrs.pop("placeholder", None)

    def clean_login(self) -> str:
        """Return the username of a civil ID. Raises: ValidationError when it has not the shape of one."""
        digits = civil_id_digits(self.cleaned_data["login"])
        if digits is None:
            self.add_error(
                "login", _("A civil ID has 12 digits and begins with 2 or 3. Check the number and try again.")
            )
            return ""
        return actions.username_of(digits)
