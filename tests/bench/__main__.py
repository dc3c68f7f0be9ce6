"""`make bench`: each promise of speed as a ratio, measured here in alternating rounds; a table at the end."""

import os
import random
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lims.settings")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.test import RequestFactory  # noqa: E402

from cultures.models import Culture, Feed  # noqa: E402
from cultures.passaging import lineage  # noqa: E402
from lims.clock import now  # noqa: E402
from lims.models import Reminder  # noqa: E402
from lims.reminders.sweep import end_of_today, note_due_items  # noqa: E402
from lims.web.pagination import Keyset, keyset_page  # noqa: E402
from tests.bench.contamination import contamination_trace  # noqa: E402
from tests.bench.due_tests import due_tests  # noqa: E402
from tests.bench.laboratory import CHAIN, CULTURES, GROWING, build  # noqa: E402
from tests.bench.timing import paired, seconds  # noqa: E402

Row = tuple[str, float, float, float, str, bool]
PAGES = RequestFactory()


def deep_page() -> Row:
    """A keyset page at row 490,000 against the first page."""
    cultures = Culture.objects.select_related("line", "vessel", "place")
    order = ("-seeded_at", "-id")
    row_490_000 = Culture.objects.order_by(*order)[490_000]
    cursor = Keyset(cultures, order).cursor(row_490_000)
    deep, first, ratio = paired(
        lambda: keyset_page(cultures, PAGES.get("/", {"after": cursor}), order=order).rows,
        lambda: keyset_page(cultures, PAGES.get("/"), order=order).rows,
        rounds=40,
    )
    return "page at row 490,000 / first page", deep, first, ratio, "at most 2", ratio <= 2


def ancestors() -> Row:
    """All ancestors at 250 generations against one lookup by primary key."""
    oldest = list(Culture.objects.filter(passages_since_thaw=CHAIN - 1).values_list("pk", flat=True)[:200])
    chance = random.Random(7)
    assert len(lineage.ancestors(oldest[0])) >= CHAIN - 2
    up, lookup, ratio = paired(
        lambda: lineage.ancestors(chance.choice(oldest)),
        lambda: Culture.objects.get(pk=chance.choice(oldest)),
        rounds=60,
    )
    return f"ancestors over {CHAIN} generations / lookup by key", up, lookup, ratio, "at most 20", ratio <= 20


def due_sweep() -> Row:
    """The due sweep over 100,000 growing cultures against asking each culture for itself."""
    sample, moment = 500, now()
    by = end_of_today(moment)

    def one_by_one() -> None:
        for culture in Culture.objects.growing().select_related("line", "place")[:sample]:
            fed = Feed.objects.standing().filter(culture=culture).order_by("-at").first()
            due_at = {
                "feed_due": (fed.at if fed else culture.seeded_at) + culture.line.feed_interval,
                "passage_due": culture.seeded_at + culture.line.passage_interval,
            }
            for kind, at in due_at.items():
                if at < by:
                    slot = {"kind": kind, "subject": culture.code, "person_id": culture.keeper_id, "due_at": at}
                    Reminder.objects.get_or_create(**slot, defaults={"noted_at": moment})

    first_run = seconds(lambda: note_due_items(moment))
    print(f"  the first sweep wrote {Reminder.objects.count():,} reminders in {first_run:.1f} s")
    loop, sweep, _ = paired(one_by_one, lambda: note_due_items(moment), rounds=5)
    loop *= GROWING / sample
    return (
        f"ORM loop over {GROWING:,} growing cultures / due sweep",
        loop,
        sweep,
        loop / sweep,
        "at least 100",
        (loop / sweep >= 100),
    )


def main() -> int:
    call_command("migrate", verbosity=0)
    print(f"Building a laboratory of {CULTURES:,} cultures ...", flush=True)
    print(f"  built in {seconds(build):.0f} s", flush=True)
    rows = [measure() for measure in (deep_page, ancestors, due_sweep, contamination_trace, due_tests)]
    print(f"\n{'what':<58}{'ms':>12}{'against ms':>12}{'ratio':>9}  promise")
    for what, first, second, ratio, promise, kept in rows:
        verdict = f"{promise}: {'kept' if kept else 'MISSED'}"
        print(f"{what:<58}{first * 1e3:12.2f}{second * 1e3:12.2f}{ratio:9.2f}  {verdict}")
    return 0 if all(row[-1] for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
