"""A lab in which every text that people type is an attack: crawled in real Chromium, and nothing of it runs."""

import pytest
from django.apps import apps
from django.db import DatabaseError, models, transaction
from django.test import Client

from lims.accounts.models import Role, User
from tests import lab
from tests.lims.accounts.test_every_view import ALL, Address
from tests.lims.audit.instances import saved

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ATTACKS = ('"><img src=x onerror=alert(1)>', "</script><script>alert(2)</script>", "'><b id=pwned>", "<b>")
# Words of the machine, not of people: addresses, units, zones, keys, codes of registries and what is parsed.
NOT_TYPED = {
    *("code", "key", "digest", "body_digest", "sha256", "file", "password", "time_zone", "unit", "dose_unit", "route"),
    *(
        "actor",
        "state",
        "url",
        "action",
        "subject",
        "channel",
        "message_id",
        "body",
        "answer",
        "table",
        "record",
        "verb",
        "method",
        "mode",
        "marker_set",
    ),
    *("growth_mode", "rrid", "prefix", "address", "account", "session_key", "session_data", "app", "codename", "model"),
}
DIALOGS = """window.dialogs = [];
for (const kind of ["alert", "confirm", "prompt"]) window[kind] = (said) => dialogs.push(said);"""


def poison() -> int:
    """Every column that holds what somebody typed gets an attack as long as it fits. Returns how many columns."""
    poisoned = 0
    for model in apps.get_models():
        if model._meta.app_label not in {"lims", "cultures"}:
            continue
        for field in model._meta.concrete_fields:
            is_text = isinstance(field, models.CharField | models.TextField) and not field.choices
            if is_text and field.name not in NOT_TYPED:
                rows = model._base_manager.values_list("pk", flat=True)
                poisoned += sum(_poison(model, field, pk) for pk in rows) > 0
    return poisoned


def _poison(model: type[models.Model], field: models.Field, pk: object) -> bool:
    own = str(pk) if field.unique else ""
    for attack in ATTACKS:
        if len(attack) + len(own) <= (field.max_length or 1000):
            try:
                with transaction.atomic():
                    return bool(model._base_manager.filter(pk=pk).update(**{field.name: attack + own}))
            except DatabaseError:  # a rule of the table or of the ledger forbids it
                continue
    return False


def pages(client: Client) -> list[str]:
    """What a lead can look at, each page of a record that exists."""
    urls = [address.url() for address in ALL if _is_page(address)]
    answers = {url: client.get(url) for url in urls}
    return [
        url for url, answer in answers.items() if "html" in answer.get("Content-Type", "") and answer.status_code < 400
    ]


def _is_page(address: Address) -> bool:
    return not address.is_endpoint and "csv" not in address.route and "docs" not in address.route


def test_no_name_runs_as_a_script(chromium, live_server):
    from tests.browser import WATCH, session_cookie

    lead = saved(User, role=Role.PI)
    client = Client(raise_request_exception=False)
    client.force_login(lead)
    culture = lab.growing(arm="treated", drugs=[lab.drug()])
    lab.observed(culture, 55, note="x")
    lab.fed(culture, note="x", drugs=[lab.drug(dose=50)])
    (daughter,) = lab.split(culture)
    urls = [
        *pages(client),
        *(
            f"/cultures/{one.code}/{page}"
            for one in (culture, daughter)
            for page in ("", "lineage/", "history/", "growth/")
        ),
    ]
    urls += [
        f"/scan?q={ATTACKS[0]}",
        f"/lines/?q={ATTACKS[1]}",
        f"/cultures/?q={ATTACKS[0]}",
        "/nowhere/<script>alert(3)</script>",
    ]
    assert len(urls) > 60
    assert poison() > 40

    context = chromium.new_context(base_url=live_server.url)
    context.add_init_script(WATCH)
    context.add_init_script(DIALOGS)
    context.add_cookies([session_cookie(lead, live_server.url)])
    page, found, attacked = context.new_page(), [], 0
    for url in urls:
        answer = page.goto(url)
        found += [f"{url}: {answer.status}"] if answer.status >= 500 else []
        found += [f"{url}: dialog {said}" for said in page.evaluate("window.dialogs")]
        found += [f"{url}: CSP {said}" for said in page.evaluate("window.cspViolations")]
        found += [
            f"{url}: {kind}"
            for kind in ("img[src=x]", "#pwned", "script:not([src]):not([type])")
            if page.query_selector(kind)
        ]
        attacked += any(attack in page.inner_text("body") for attack in ATTACKS)
    context.close()
    assert found == []
    assert attacked > len(urls) / 2, "the attacks were hardly shown, so little is proven"


def test_the_crawl_sees_an_attack_that_runs(chromium):
    context = chromium.new_context()
    context.add_init_script(DIALOGS)
    page = context.new_page()
    page.goto("about:blank")
    page.set_content(f"<p>{ATTACKS[0]}</p>", wait_until="networkidle")
    assert page.query_selector("img[src=x]")
    assert page.evaluate("window.dialogs") == [1]
    context.close()
