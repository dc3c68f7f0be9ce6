"""What the machine fills in: as last time, as in the flask now, what is in use. Each with where it comes from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from cultures.compounds.selectors import dissociation_lots, proposed_lots
from cultures.passaging.forms.catalogue import STOCK, VEHICLE_ALONE, Catalogue
from cultures.passaging.forms.passage import By
from cultures.passaging.models import Culture, DrugInMedium
from cultures.passaging.selectors import LastDaughter, proposal_for
from lims.clock import lab_time
from lims.web.forms import Proposal

Row = Mapping[str, Proposal]
AS_LAST_TIME, IN_USE, IN_THE_FLASK = "as last time", "in use", "as in the flask now"
