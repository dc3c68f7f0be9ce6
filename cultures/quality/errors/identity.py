"""Refusals about STR profiles and shared donors."""

from collections.abc import Sequence

from cultures.lines.models import CellLine
from cultures.quality.models import SharedDonor, STRProfile
from lims.errors import DomainError


class NotAProfileOfAlleles(DomainError):
    code = "not_a_profile"

    def __init__(self, why: str) -> None:
        super().__init__(why, field="markers")


class NoAlleles(DomainError):
    code = "no_alleles"

    def __init__(self, name: str = "") -> None:
        of = f" of {name}" if name else ""
        super().__init__(f"No marker{of} has an allele. Enter at least one.", field="markers")


class ProfileGone(DomainError):
    code = "profile_gone"

    def __init__(self) -> None:
        super().__init__("This profile was withdrawn already. Reload to see why.")


class ProfileOfATest(DomainError):
    code = "profile_of_a_test"

    def __init__(self, profile: STRProfile) -> None:
        test = profile.test
        super().__init__(
            "This profile is that of a sample. Correct its test instead, with a reason.",
            ways=((f"Open {test.code}", test.get_absolute_url()),) if test else (),
        )


class ReferenceKnown(DomainError):
    code = "reference_known"

    def __init__(self, standing: STRProfile) -> None:
        super().__init__(
            f"This is the reference of {standing.name} already, allele by allele. Change what differs, or keep it.",
            ways=(("Open it", standing.get_absolute_url()),),
        )


class ImportKnown(DomainError):
    code = "import_known"

    def __init__(self, held: Sequence[STRProfile]) -> None:
        is_in = "The profile of this file is" if len(held) == 1 else f"All {len(held)} profiles of this file are"
        super().__init__(
            f"{is_in} in the house already. Nothing is entered twice.",
            field="file",
            ways=tuple((f"Open {one.name}", one.get_absolute_url()) for one in held[:2]),
        )


class ImportEmpty(DomainError):
    code = "import_empty"

    def __init__(self) -> None:
        super().__init__("The file holds no profile that is wanted. Choose another file.", field="file")


class OneLineTwice(DomainError):
    code = "one_line_twice"

    def __init__(self, line: CellLine) -> None:
        super().__init__(f"Two profiles of the file would be the reference of {line}. Choose one.", field="lines")


class DonorOfItself(DomainError):
    code = "donor_of_itself"

    def __init__(self) -> None:
        super().__init__("Name another line, or an accession such as CVCL_0033.", field="other")


class DonorKnown(DomainError):
    code = "donor_known"

    def __init__(self, known: SharedDonor) -> None:
        other = known.other_line or known.other_accession
        super().__init__(f"It is known already that {known.line} and {other} share a donor: {known.reason}.")


class DonorGone(DomainError):
    code = "donor_gone"

    def __init__(self) -> None:
        super().__init__("This was withdrawn already. Reload to see what is known of shared donors.")
