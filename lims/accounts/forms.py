"""What people type about accounts."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from lims.accounts.models import Role, User
from lims.web.fields import CleanCharField
from lims.web.forms import BenchForm


class AccountForm(BenchForm):
    def command(self) -> dict[str, Any]:
        """What was typed, as the keyword arguments of the verb."""
        return {name: value for name, value in self.cleaned_data.items() if name != "command_key"}


class SignInForm(AccountForm):
    username = forms.CharField(
        label="Name",
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "class": "tall"}),
    )
    password = forms.CharField(
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "class": "tall"}),
    )


class NewPasswordForm(AccountForm):
    """One's own new password; the present one is asked first."""

    old_password = forms.CharField(
        label="Present password",
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    password = forms.CharField(
        label="New password",
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="At least 10 characters; no common password, and not like your name",
    )
    again = forms.CharField(
        label="New password again",
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        new: str = self.cleaned_data["password"]
        validate_password(new, self.user)
        if new == self.cleaned_data.get("old_password"):
            raise ValidationError("That is the present password. Choose another.")
        return new

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "password" in data and data.get("again") and data["again"] != data["password"]:
            self.add_error("again", "The two new passwords differ.")
        return data

    def command(self) -> dict[str, Any]:
        return {name: value for name, value in super().command().items() if name != "again"}


class PreferencesForm(AccountForm):
    wants_digest = forms.BooleanField(
        label="Mail me once a day what falls due on my cultures",
        required=False,
    )


class PersonForm(AccountForm):
    """What a manager may set of a person; the name to sign in with is given once."""

    first_name = CleanCharField(max_length=150)
    last_name = CleanCharField(max_length=150)
    initials = forms.RegexField(
        regex=r"^[^\W\d_]{2,4}$",
        help_text="Two to four letters, as on a flask label: AM",
        error_messages={"invalid": "Write two to four letters, such as AM."},
    )
    role = forms.ChoiceField(choices=Role)
    email = forms.EmailField(label="E-mail", required=False, help_text="For the daily digest; may stay empty")

    @staticmethod
    def values_of(person: User) -> dict[str, Any]:
        return {name: getattr(person, name) for name in ("first_name", "last_name", "initials", "role", "email")}


class NewPersonForm(PersonForm):
    username = forms.CharField(
        label="Name to sign in with",
        max_length=150,
        validators=User._meta.get_field("username").validators,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
        help_text="Short and lower case: anna",
    )
    field_order = ["username"]


class WhyForm(AccountForm):
    reason = CleanCharField(label="Why", max_length=200, help_text="Kept in the history")
