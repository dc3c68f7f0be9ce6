"""How the list of cultures is narrowed, searched and sorted. Only growing cultures are shown until one asks for more."""

from datetime import datetime, timedelta

from django.db.models import Exists, F, Min, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Least
from django.http import HttpRequest

from cultures.compounds.models import Compound
from cultures.lines.models import CellLine
from cultures.passaging.models import Culture, DrugInMedium, Feed, VesselType
from cultures.places.models import Place
from lims.accounts.models import User
from lims.clock import end_of_today
from lims.codes import tidy_code
from lims.web.filters import Choice, Filters, Flag

DUE = (("overdue", "overdue"), ("passage", "passage overdue"), ("feed", "medium change overdue"), ("today", "by today"))
SORTS = {"due": "due_at", "line": "line__name", "p": "passage_number", "seeded": "seeded_at"}
NEWEST_FIRST = ("-seeded_at", "-id")
