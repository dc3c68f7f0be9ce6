"""A look through the microscope."""

from datetime import datetime
from typing import BinaryIO

from cultures.passaging.errors import NothingObserved
from cultures.passaging.models import Event, Observation
from cultures.passaging.services.checking import lock_present, one_of, whole_number
from cultures.passaging.services.photos import clean_photo, keep_photo
from cultures.passaging.services.recording import stamp
from lims.accounts.models import User
from lims.audit.context import acting


def observe_culture(
    *,
    culture_id: int,
    confluence_pct: int | None = None,
    morphology: str = "",
    note: str = "",
    photo: BinaryIO | None = None,
    at: datetime,
    by: User,
    source: str = Event.Source.BENCH,
) -> Observation:
    """Confluence in percent, morphology, a note, a photo: at least one of them."""
    if confluence_pct is None and not morphology and photo is None and not note.strip():
        raise NothingObserved()
    seen = clean_photo(photo) if photo else None  # slow; before anything is locked
    with acting(by, "observe_culture"):
        marked = stamp(at, by, source)
        culture = lock_present(culture_id, at)
        observation = Observation(
            culture=culture, confluence_pct=confluence_pct, morphology=morphology, **marked.on(note)
        )
        tidy_observation(observation)
        observation.photo = keep_photo(seen) if seen else None
        observation.save(force_insert=True)
        return observation


def tidy_observation(observation: Observation) -> None:
    if observation.confluence_pct is not None:
        observation.confluence_pct = whole_number(
            observation.confluence_pct, "The confluence in %", field="confluence_pct", most=100
        )
    if observation.morphology:
        one_of(observation.morphology, Observation.Morphology, "morphology", field="morphology")
