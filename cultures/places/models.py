"""Where things stand: one tree."""

from django.db import models
from django.db.models import Q
from django.urls import reverse


class Place(models.Model):
    """A site, room, hood, incubator or shelf. Tanks and boxes, which have positions, join the same tree later."""

    class Kind(models.TextChoices):
        SITE = "site", "site"
        ROOM = "room", "room"
        HOOD = "hood", "hood"
        INCUBATOR = "incubator", "incubator"
        SHELF = "shelf", "shelf"

    KEEPS_CULTURES = (Kind.INCUBATOR, Kind.SHELF)

    code = models.CharField(max_length=12, unique=True)
    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=12, choices=Kind)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    full_name = models.CharField(max_length=200, help_text="with its parents: Incubator 1, shelf A", editable=False)
    retired_at = models.DateTimeField(null=True, blank=True)
    is_quarantine = models.BooleanField(
        default=False, help_text="cells in quarantine stand here, and in no other place once they are passaged or moved"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["parent", "name"],
                condition=Q(retired_at=None),
                nulls_distinct=False,
                name="place_name_is_unique_in_its_parent",
            ),
            models.CheckConstraint(name="place_is_not_in_itself", condition=~Q(parent=models.F("id"))),
            models.CheckConstraint(
                name="only_sites_have_no_parent", condition=Q(kind="site") | Q(parent__isnull=False)
            ),
        ]
        indexes = [models.Index(fields=["kind", "full_name"], name="place_by_kind")]

    def __str__(self) -> str:
        return self.full_name

    def get_absolute_url(self) -> str:
        return reverse("cultures:place", args=[self.code])

    @property
    def keeps_cultures(self) -> bool:
        return self.kind in self.KEEPS_CULTURES
