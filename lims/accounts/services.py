"""The verbs on accounts. Nobody is deleted: an account is deactivated, so that every record keeps its author."""

import secrets

from django.contrib.auth import authenticate
from django.db import models
from django.http import HttpRequest

from lims.accounts.access import LEADS
from lims.accounts.errors import InitialsTaken, LastLead, NameTaken, WrongPassword
from lims.accounts.lockout import address_of, forget_tries, take_a_try
from lims.accounts.models import Role, User
from lims.audit.context import acting
from lims.clashes import refused_if_taken

SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"  # none is taken for another when read from paper


def one_time_password() -> str:
    """Three groups of four signs, 59 bits: to be read aloud once and replaced at the first sign-in."""
    return "-".join("".join(secrets.choice(SIGNS) for _ in range(4)) for _ in range(3))


def create_user(
    *,
    by: models.Model | str,
    username: str,
    initials: str,
    role: str = Role.TECHNICIAN,
    first_name: str = "",
    last_name: str = "",
    email: str = "",
    password: str = "",
) -> tuple[User, str]:
    """A new account and its password. Without `password` that is a one-time one, to be changed at the first sign-in."""
    user = User(
        username=User.normalize_username(username),
        initials=initials.upper(),
        role=role,
        first_name=first_name,
        last_name=last_name,
        email=email,
        must_change_password=not password,
    )
    password = password or one_time_password()
    user.set_password(password)
    with acting(by, "create_user"):
        _save(user)
    return user, password


def edit_user(*, by: User, user_id: int, first_name: str, last_name: str, initials: str, email: str) -> User:
    with acting(by, "edit_user"):
        user = User.objects.select_for_update().get(pk=user_id)
        user.first_name, user.last_name, user.initials, user.email = first_name, last_name, initials.upper(), email
        _save(user)
    return user


def change_role(*, by: User, user_id: int, role: str) -> User:
    """Raises LastLead when nobody would be left to manage people."""
    with acting(by, "change_role"):
        user = _lock_with_leads(user_id)
        if Role(role) not in LEADS:
            _refuse_to_lose_the_last_lead(user)
        user.role = role
        user.save(update_fields=["role"])
    return user


def deactivate_user(*, by: User, user_id: int, reason: str) -> User:
    """The account stays, with all it wrote; its sessions end. Raises LastLead."""
    with acting(by, "deactivate_user", reason):
        user = _lock_with_leads(user_id)
        _refuse_to_lose_the_last_lead(user)
        user.is_active = False
        user.save(update_fields=["is_active"])
    return user


def reactivate_user(*, by: User, user_id: int, reason: str) -> User:
    with acting(by, "reactivate_user", reason):
        user = User.objects.select_for_update().get(pk=user_id)
        user.is_active = True
        _save(user)
    return user


def reset_password(*, by: User, user_id: int) -> str:
    """A one-time password, returned once and kept nowhere; open sessions of that person end."""
    password = one_time_password()
    with acting(by, "reset_password"):
        user = User.objects.select_for_update().get(pk=user_id)
        user.set_password(password)
        user.must_change_password = True
        user.save(update_fields=["password", "must_change_password"])
    forget_tries(user.username)
    return password


def change_password(*, user: User, address: str, old_password: str, password: str) -> None:
    """One's own. Every session signed with the old password ends.

    Guessing the old one from an open session is limited as at the door: WrongPassword, TooManyTries.
    """
    tries_left = take_a_try(user.username, address)
    if not user.check_password(old_password):
        raise WrongPassword(tries_left, "That is not your present password.", field="old_password")
    forget_tries(user.username, address)
    user.set_password(password)
    user.must_change_password = False
    with acting(user, "change_password"):
        user.save(update_fields=["password", "must_change_password"])


def change_preferences(*, user: User, wants_digest: bool) -> None:
    user.wants_digest = wants_digest
    with acting(user, "change_preferences"):
        user.save(update_fields=["wants_digest"])


def sign_out_everywhere(*, user: User) -> None:
    """End every session of this person; the caller signs the present one anew."""
    with acting(user, "sign_out_everywhere"):
        User.objects.filter(pk=user.pk).update(sign_in_epoch=models.F("sign_in_epoch") + 1)
    user.refresh_from_db(fields=["sign_in_epoch"])


def check_password(*, request: HttpRequest, username: str, password: str) -> User:
    """Whose name and password these are. Raises WrongPassword, or TooManyTries before the password is looked at.

    An unknown name takes as long and answers the same as a wrong password.
    """
    username = User.normalize_username(username)
    address = address_of(request)
    tries_left = take_a_try(username, address)
    with acting("system:sign_in", "sign_in"):  # a password kept by an older method is hashed anew here
        user = authenticate(request, username=username, password=password)
    if user is None:
        raise WrongPassword(tries_left)
    forget_tries(username, address)
    return user


def _lock_with_leads(user_id: int) -> User:
    """Lock the person and every lead, in one order, so that two leads cannot demote each other at once."""
    locked = User.objects.filter(models.Q(pk=user_id) | models.Q(role__in=LEADS)).order_by("pk").select_for_update()
    return next(user for user in locked if user.pk == user_id)


def _refuse_to_lose_the_last_lead(user: User) -> None:
    if user.is_active and user.role in LEADS and not User.objects.leads().exclude(pk=user.pk).exists():
        raise LastLead


def _save(user: User) -> None:
    with refused_if_taken(lambda: _taken(user)):
        user.save()


def _taken(user: User) -> NameTaken | InitialsTaken | None:
    others = User.objects.exclude(pk=user.pk)
    if others.filter(username=user.username).exists():
        return NameTaken(user.username)
    if holder := others.active().filter(initials__iexact=user.initials).first():
        return InitialsTaken(user.initials, holder)
    return None
