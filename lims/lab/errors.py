"""What the lab's settings refuse."""

from lims.errors import DomainError


class UnknownTimeZone(DomainError):
    code = "unknown_time_zone"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name[:40]} is not a known time zone. Choose one from the list, such as Europe/Vienna.", field="time_zone"
        )


class SettingsChangedMeanwhile(DomainError):
    code = "settings_changed_meanwhile"

    def __init__(self) -> None:
        super().__init__(
            "Somebody changed the settings while this page was open. Look at the new ones, then change them again."
        )


class LimitsOutOfOrder(DomainError):
    code = "limits_out_of_order"

    def __init__(self) -> None:
        super().__init__(
            "The passage limit under drug cannot be below the one without: such lines are carried on for longer.",
            field="treated_passage_limit",
        )
