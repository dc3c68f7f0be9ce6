"""What the database itself refuses: the last guard, between two people at once."""

from django.db import IntegrityError

from lims.errors import DomainError


class RefusedByTheDatabase(DomainError):
    """The last guard: two people at once, or a value no form should have let through."""

    code = "refused_by_the_database"


SENTENCES = {
    "culture_is_harvested_once": "Someone else has just harvested this culture. Reload to see what became of it.",
    "culture_is_discarded_once": "Someone else has just discarded this culture. Reload to see it.",
    "culture_is_received_once": "This culture has been received already. Reload to see it.",
    "count_is_used_for_one_harvest": "That count has just been used for another harvest. Choose another.",
    "never_more_cells_than_harvested": "More viable cells were taken than harvested. Reload to see what is left.",
    "rest_is_discarded_once": "The rest of this harvest has been discarded already. Reload to see it.",
    "one_open_session_per_person": "You have just opened a bench session in another window. Reload to see it.",
    "one_medium_at_seeding": "The medium of this seeding was corrected at the same time. Reload to see it.",
    "culture_ends_after_seeding": "A culture cannot end before it was seeded. Correct the time.",
}


def sentence_for(error: IntegrityError) -> RefusedByTheDatabase:
    """The refusal behind a violated constraint. Constraints are named as sentences, so unlisted ones speak too."""
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""
    rule = name.replace("_", " ") or "an entry must fit the others"
    sentence = SENTENCES.get(
        name, f"Nothing was saved: the rule is that {rule}. Check the entry, or reload and try again."
    )
    return RefusedByTheDatabase(sentence, extra={"constraint": name})
