import pytest, time
from datetime import timedelta
from django.db import connection
from tests.lab import *
from cultures.passaging.lineage import *
from cultures.passaging.selectors import *
@pytest.mark.django_db
def test_q():
    founder=growing(pdl=1.0, at=now_()-timedelta(days=260))
    t0=time.perf_counter()
    chain=line_of_passages(founder, 250, harvested=1_000_001)
    print("per passage ms", (time.perf_counter()-t0)*4)
    with connection.cursor() as c: c.execute("analyze")
    def best(f,n=30):
        r=[]
        for _ in range(n):
            t=time.perf_counter(); f(); r.append(time.perf_counter()-t)
        return min(r)*1000
    pk=best(lambda: Culture.objects.get(pk=chain[-1].pk))
    print("pk", pk, "ancestors", best(lambda: ancestors(chain[-1].pk)), "main", best(lambda: main_line(chain[-1].pk)), "family", best(lambda: family(chain[-1].pk),5))
    last=again(chain[-1])
    for f in (proposal_for, figures_of, growth_series, timeline): print(f.__name__, best(lambda: f(last),5))
    d=last
    print("feed ms", best(lambda: fed(d, at=d.seeded_at+timedelta(minutes=1)), 20))
def now_():
    from lims.clock import now
    return now()
