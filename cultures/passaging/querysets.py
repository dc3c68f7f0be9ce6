"""The lab's words for sets of cultures. `now` is an argument, so tests need no clock."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import DateTimeField, DurationField, ExpressionWrapper, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from lims.lab.models import LabSettings


class CultureQuerySet(models.QuerySet):
    def growing(self) -> Self:
        return self.filter(ended_at=None)

    def with_passage_due(self) -> Self:
        """Annotates passage_due_at: seeding plus the line's passage interval; null when the line has none."""
        due_at = F("seeded_at") + F("line__passage_interval")
        return self.annotate(passage_due_at=ExpressionWrapper(due_at, DateTimeField()))

    def with_feed_due(self) -> Self:
        """Annotates fed_at (newest medium, seeding included) and feed_due_at (line's interval, else the lab's)."""
        from cultures.passaging.models import Feed  # the models import this module

        newest = Feed.objects.standing().filter(culture=OuterRef("pk")).order_by("-at").values("at")[:1]
        interval = Coalesce(F("line__feed_interval"), LabSettings.current().feed_interval, output_field=DurationField())
        return self.annotate(fed_at=Coalesce(Subquery(newest), F("seeded_at"))).annotate(
            feed_due_at=ExpressionWrapper(F("fed_at") + interval, DateTimeField())
        )

    def passage_due_before(self, moment: datetime) -> Self:
        return self.growing().with_passage_due().filter(Q(passage_due_at__lt=moment))

    def feed_due_before(self, moment: datetime) -> Self:
        return self.growing().with_feed_due().filter(Q(feed_due_at__lt=moment))

    def kept_by(self, person: object) -> Self:
        return self.filter(keeper=person)
