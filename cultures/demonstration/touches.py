"""What makes a lab a lab: a slip of the pen that was put right, and a counter that speaks."""

import json
from datetime import datetime, timedelta

from cultures.demonstration.house import House
from cultures.passaging.deliveries import ROUTE, place_count, read_count
from cultures.passaging.models import Culture, Harvest
from cultures.passaging.services import correct_entry
from lims.instruments.deliveries import Answer, once
from lims.instruments.models import Delivery


def a_slip_of_the_pen(house: House, now: datetime) -> None:
    count = Harvest.objects.filter(withdrawn_at=None).select_related("used_count").order_by("at")[120].used_count
    correct_entry(
        kind="count", event_id=count.pk, changes={"dead_per_ml": 2 * (count.dead_per_ml or 0)},
        reason="dead cells of one chamber were left out", at=now, by=house.people["JT"],
    )  # fmt: skip


def the_counter_speaks(house: House, due: Culture, now: datetime) -> None:
    """A reading of the flask that is due now, and one whose code nobody knows: it waits in the inbox."""
    at = (now - timedelta(minutes=25)).replace(second=0, microsecond=0)
    _deliver(house, "demonstration-1", {"culture": due.code, "live_per_ml": "712000", "dead_per_ml": "41000"}, at)
    _deliver(house, "demonstration-2", {"culture": "FLASK 7", "live_per_ml": "655000", "dead_per_ml": "52000"}, at)


def _deliver(house: House, key: str, said: dict[str, str], at: datetime) -> None:
    said = said | {"taken_at": at.isoformat()}

    def do(delivery: Delivery) -> Answer:
        count = place_count(delivery=delivery, posted=read_count(said), by=house.counter)
        return Answer(201 if count else 202, json.dumps(said))

    once(by=house.counter, route=ROUTE, key=key, body=json.dumps(said).encode(), do=do, keep_body=True)
