"""The rules that the database itself keeps, each in a sentence: the last guard, between two people at once.

A constraint's name is its rule in short, and the code that machines get. The sentence is registered by the app whose
table it guards, in AppConfig.ready(); a test finds a constraint without one.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.db import DataError, IntegrityError, OperationalError

from lims.errors import DomainError

RULES: dict[str, str] = {}
FOREIGN_KEY, UNIQUE = "23503", "23505"
BUSY = {"55P03", "40P01", "40001"}  # lock not available, deadlock, serialisation failure


def register_rules(sentences: Mapping[str, str]) -> None:
    RULES.update(sentences)


class RefusedByTheDatabase(DomainError):
    """Two people at once, or a value that no form should have let through."""

    code = "refused_by_the_database"

    def __init__(self, sentence: str, code: str = "") -> None:
        super().__init__(sentence)
        self.code = code or type(self).code


class OutOfRange(RefusedByTheDatabase):
    code = "out_of_range"

    def __init__(self) -> None:
        super().__init__("A number is larger than anything measured here. Check them.")


class Busy(RefusedByTheDatabase):
    code = "busy"

    def __init__(self) -> None:
        super().__init__("Someone else is entering the same just now. Try again.")


def broken_rule(error: IntegrityError) -> RefusedByTheDatabase | None:
    """The refusal behind a violated constraint; None for a fault of ours."""
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""
    if name in RULES:
        return RefusedByTheDatabase(RULES[name], name)
    match getattr(error.__cause__, "pgcode", ""):
        case code if code == FOREIGN_KEY:
            return RefusedByTheDatabase("It refers to a record that does not exist.", "refers_to_nothing")
        case code if code == UNIQUE:
            return RefusedByTheDatabase("There is already such a record. Reload to see it.", "already_there")
    return None


@contextmanager
def refused_in_words() -> Iterator[None]:
    """What the database refuses inside leaves as a DomainError; a lost connection and our own faults as they are."""
    try:
        yield
    except IntegrityError as error:
        if (refusal := broken_rule(error)) is None:
            raise
        raise refusal from error
    except DataError as error:
        raise OutOfRange from error
    except OperationalError as error:
        if getattr(error.__cause__, "pgcode", None) not in BUSY:
            raise
        raise Busy from error


# --- those of the frame's own tables ---------------------------------------------------------------------------------
OF_THE_FRAME = {
    "user_has_a_known_role": "A person is technician, lab manager, PI or viewer. Choose one of these.",
    "username_is_lower_case": "A name to sign in with is written in lower case. Write it so.",
    "initials_name_one_active_person": "Somebody else signs with these initials. Choose others.",
    "one_counter_per_account_and_address": "Somebody signs in with this name from here just now. Try again.",
    "instrument_kind_is_known": "This kind of instrument is not known. Choose one of the list.",
    "token_expires_after_creation": "A key ends after the day it was made. Choose a later end.",
    "one_delivery_per_key": "This was sent just now. Reload to see what became of it.",
    "waiting_delivery_says_why": "A delivery waits for a reason. Reload the inbox, and try again.",
    "dismissed_delivery_says_why_and_who": "A delivery is dismissed by somebody, for a reason. Write why.",
    "thaw_adds_none_or_one": "A thaw adds no passage or one. Choose 0 or 1.",
    "digest_hour_is_an_hour": "The hour of the digest is from 0 to 23. Correct it.",
    "viability_limits_are_percentages": "A limit of viability is from 0 to 100 %. Correct it.",
    "passage_limits_are_positive": "A passage limit is above zero. Correct it.",
    "one_digest_per_person_channel_and_day": "This person has had the digest of this day already.",
    "one_new_time_per_due_slot": "Someone else has just moved this. Reload to see when it is due now.",
    "moving_needs_a_reason": "Moving what is due needs a reason. Write why.",
    "one_reminder_per_due_slot": "This person was reminded of this already.",
}
