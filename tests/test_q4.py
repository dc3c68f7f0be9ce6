import pytest, time
from datetime import timedelta
from tests.lab import *
@pytest.mark.django_db
def test_q():
    from lims.clock import now
    c=growing(pdl=1.0, at=now()-timedelta(days=260)); s=seeding(said=medium(drugs=[drug()])); by=technician(); ct=counted(2_000_000)
    from cultures.passaging.commands import Plan
    t0=time.perf_counter(); p0=time.process_time()
    for _ in range(100):
        h=services.passage_culture(culture_id=c.pk,count=ct,volume_ml=Decimal(10),plan=Plan(daughters=[s]),at=c.seeded_at+DAY,by=by); c=h.daughters.get()
    print("wall/passage", (time.perf_counter()-t0)*10, "cpu", (time.process_time()-p0)*10)
