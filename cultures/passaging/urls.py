"""Addresses of cultures. A code is its culture's address, so a scanned label opens the page."""

from django.urls import path, register_converter

from cultures.passaging.views import (
    amend,
    arrive,
    bench,
    count,
    culture,
    discard,
    feed,
    labels,
    lineage,
    move,
    observe,
    passage,
    pool,
    seed,
)
from cultures.passaging.views import list as listing
from lims.codes import tidy_code


class CultureCode:
    """C-7K4QX, however it was typed; "receive" is none."""

    regex = "[Cc]-[0-9A-Za-z]+"

    def to_python(self, text: str) -> str:
        return tidy_code(text)

    def to_url(self, code: str) -> str:
        return code


register_converter(CultureCode, "culture")

urlpatterns = [
    path("cultures/", listing.cultures, name="list"),
    path("cultures/cultures.csv", listing.cultures_csv, name="list_csv"),
    path("cultures/<culture:code>/", culture.culture, name="culture"),
    path("cultures/<culture:code>/growth/", culture.growth, name="growth"),
    path("cultures/<culture:code>/growth.csv", culture.growth_csv, name="growth_csv"),
    path("cultures/<culture:code>/history/", culture.history, name="culture_history"),
    path("cultures/<culture:code>/lineage/", lineage.lineage, name="lineage"),
    path("cultures/<culture:code>/lineage.csv", lineage.lineage_csv, name="lineage_csv"),
    # cells come in
    path("cultures/receive/", arrive.receive, name="receive"),
    path("cultures/thaw/", arrive.thaw, name="thaw"),
    # what is done to a culture
    path("cultures/<culture:code>/passage/", passage.passage, name="passage"),
    path("cultures/<culture:code>/feed/", feed.feed, name="feed"),
    path("cultures/<culture:code>/count/", count.count, name="count"),
    path("cultures/<culture:code>/observe/", observe.observe, name="observe"),
    path("photos/<int:photo_id>.jpg", observe.photo, name="photo"),
    path("cultures/<culture:code>/move/", move.move, name="move"),
    path("cultures/<culture:code>/discard/", discard.discard, name="discard"),
    path("cultures/<culture:code>/labels/", labels.labels, name="labels"),
    path("cultures/<culture:code>/labels.pdf", labels.culture_pdf, name="labels_pdf"),
    path("cultures/pool/", pool.pool, name="pool"),
    # what became of a harvest
    path("harvests/<int:harvest_id>/", seed.harvest, name="harvest"),
    path("harvests/<int:harvest_id>/seed/", seed.seed, name="seed"),
    path("harvests/<int:harvest_id>/discard/", discard.rest, name="discard_rest"),
    path("harvests/<int:harvest_id>/labels.pdf", labels.harvest_pdf, name="harvest_labels_pdf"),
    # second thoughts
    path("entries/<slug:kind>/<int:entry_id>/undo/", amend.undo, name="undo"),
    path("entries/<slug:kind>/<int:entry_id>/correct/", amend.correct, name="correct"),
    # who works where
    path("bench/", bench.bench, name="bench"),
    path("bench/leave/", bench.leave, name="leave_bench"),
]
