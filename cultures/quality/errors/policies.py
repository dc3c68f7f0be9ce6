"""Refusals about the lab's rules of testing and of identity."""

from django.urls import reverse

from cultures.quality.models import IdentityPolicy, QCPolicy
from lims.errors import DomainError


class PolicyChangedMeanwhile(DomainError):
    code = "policy_changed_meanwhile"

    def __init__(self, newest: QCPolicy | IdentityPolicy) -> None:
        who = f"{newest.by} ({newest.by.initials}) has" if newest.by else "Somebody has"
        super().__init__(f"{who} changed the rules meanwhile. Look at {newest}, then change what is still wrong.")


class PolicyUnchanged(DomainError):
    code = "policy_unchanged"

    def __init__(self) -> None:
        super().__init__("These are the rules already. Change something, or keep them.")


class RuleIncomplete(DomainError):
    code = "rule_incomplete"

    def __init__(self, what: str, field: str) -> None:
        super().__init__(what, field=field)


class MethodInPolicy(DomainError):
    """Its tests would fall due for ever, and nobody could take a sample."""

    code = "method_in_policy"

    def __init__(self, title: str, rules: int) -> None:
        has = "a rule asks" if rules == 1 else f"{rules} rules ask"
        super().__init__(
            f"{title} is still asked for: {has} for it. Take {'it' if rules == 1 else 'them'} out of the rules first.",
            ways=(("Change the rules", reverse("cultures:change_qc_policy")),),
        )
