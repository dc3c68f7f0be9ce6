"""What an account refuses."""

from datetime import datetime

from lims.clock import lab_time
from lims.errors import DomainError


class NameTaken(DomainError):
    code = "name_taken"

    def __init__(self, username: str) -> None:
        super().__init__(f"The name {username} is taken. Choose another, or edit that account.", field="username")


class InitialsTaken(DomainError):
    code = "initials_taken"

    def __init__(self, initials: str, holder: object) -> None:
        super().__init__(
            f"{holder} signs as {initials} already. Choose other initials: they stand on every flask.",
            field="initials",
        )


class LastLead(DomainError):
    code = "last_lead"

    def __init__(self) -> None:
        super().__init__(
            "This is the only active manager or PI; nobody could manage people afterwards. "
            "Give another person that role first."
        )


class WrongPassword(DomainError):
    """The same sentence for an unknown name and a wrong password, so that names cannot be guessed."""

    code = "wrong_password"

    def __init__(
        self, tries_left: int, sentence: str = "Name and password do not match.", field: str = "password"
    ) -> None:
        left = {0: "That was the last try; now", 1: "1 try is left, then"}
        tries = left.get(tries_left, f"{tries_left} tries are left, then")
        super().__init__(f"{sentence} {tries} 15 minutes of pause.", field=field)


class TooManyTries(DomainError):
    code = "too_many_tries"

    def __init__(self, until: datetime) -> None:
        super().__init__(
            f"Too many wrong passwords for this name from here. Try again at {lab_time(until):%H:%M}, "
            "or ask a manager for a new password."
        )
        self.until = until
