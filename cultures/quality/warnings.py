"""What makes a sample a poor one: said before it is taken, never in the way of it."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from cultures.passaging.models import Culture, Feed, Observation
from cultures.passaging.warnings import Warning
from cultures.quality.methods import family_of

MYCOPLASMA, STERILITY = "mycoplasma", "sterility"
OF_THE_SUPERNATANT = ("mycoplasma_pcr", "mycoplasma_luminescence", "mycoplasma_culture")
# Advice of makers and laboratories, not law: mycoplasma gather in medium that stood on a dense culture.
REST = timedelta(days=2)
DENSE_PCT = 80
SEEN_WITHIN = timedelta(days=2)
# Penicillin and streptomycin do not touch mycoplasma, but hide bacteria; the others keep mycoplasma down unseen.
ANTIBIOTICS = re.compile(
    r"penicillin|streptomycin|pen[ /-]?strep|\bp/s\b|antibiotic|antimycotic|amphotericin|gentamicin|kanamycin|"
    r"neomycin|ciprofloxacin|tetracycline|tylosin|tiamulin|plasmocin|plasmocure|normocin|primocin|baytril|mrc\b",
    re.IGNORECASE,
)


def sample_warnings(culture: Culture, method: str, at: datetime) -> list[Warning]:
    """All that is odd about a sample of a culture at a time. Five queries at most."""
    family = family_of(method)
    if family not in (MYCOPLASMA, STERILITY):
        return []
    feed = Feed.objects.standing().filter(culture=culture, at__lte=at).select_related("recipe").order_by("-at").first()
    found = [*_about_antibiotics(culture, feed)]
    if method in OF_THE_SUPERNATANT:
        found += [*_about_medium(culture, feed, at), *_about_density(culture, at)]
    return found


def _about_antibiotics(culture: Culture, feed: Feed | None) -> Iterator[Warning]:
    if feed is None:
        return
    products = [
        *feed.recipe.components.values_list("product", flat=True),
        *feed.lots.values_list("lot__product", flat=True),
    ]
    if named := sorted({product for product in products if ANTIBIOTICS.search(product)}):
        yield Warning(
            "antibiotics_in_medium",
            f"The medium of {culture.code} holds {', '.join(named)}: antibiotics hide a contamination. A sample "
            "after two passages without them shows more.",
            "culture",
        )


def _about_medium(culture: Culture, feed: Feed | None, at: datetime) -> Iterator[Warning]:
    if feed and at - feed.at < REST:
        hours = int((at - feed.at).total_seconds() // 3600)
        yield Warning(
            "medium_too_fresh",
            f"The medium of {culture.code} is only {hours} h old. Mycoplasma show best after {REST.days} days or more.",
            "at",
        )


def _about_density(culture: Culture, at: datetime) -> Iterator[Warning]:
    looks = Observation.objects.standing().filter(culture=culture, at__lte=at, at__gt=at - SEEN_WITHIN)
    seen = looks.exclude(confluence_pct=None).order_by("-at").first()
    if seen and seen.confluence_pct is not None and seen.confluence_pct < DENSE_PCT:
        yield Warning(
            "not_dense",
            f"{culture.code} was {seen.confluence_pct} % confluent. A sample of a culture at {DENSE_PCT} % or more "
            "shows mycoplasma best.",
            "culture",
        )
