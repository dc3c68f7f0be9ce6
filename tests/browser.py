"""Real Chromium for tests: pages at a desk and at a hood, in light and dark, and what every page of ours must keep.

Fixtures `chromium` and `open_page` (load with `pytest_plugins = ["tests.browser"]`). A test is marked `browser`.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

SIZES = {"desk": (1280, 900), "hood": (820, 1180)}
LOOKS = ("light", "dark")
CANDIDATES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PICTURES = Path(settings.BASE_DIR) / "var" / "pictures"
PATIENCE_MS = 10_000
SMALLEST_TARGET_PX = 44  # at a hood, in gloves

WATCH = """
window.cspViolations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.cspViolations.push(`${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`));
"""
TOO_WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
SMALL_TARGETS = """(least) => [...document.querySelectorAll(
    "button, .btn, .filter, summary, input:not([type=hidden]), select, textarea, .menu a, .seg a")]
  .filter((item) => item.checkVisibility({visibilityProperty: true}) && !item.closest(".sr, label.check, .choices"))
  .map((item) => [item.getBoundingClientRect(), item.outerHTML.slice(0, 90)])
  .filter(([box]) => box.width > 1 && (box.height < least - 0.5 || box.width < least - 0.5))
  .map(([box, html]) => `${Math.round(box.width)}x${Math.round(box.height)} ${html}`)"""

# Loaded, its charts and their paper drawn, nothing under way: what half a second without requests only guesses.
SETTLED = """() => document.readyState === "complete" && document.fonts.status === "loaded"
  && !document.querySelector(".htmx-request")
  && [...document.querySelectorAll("figure[data-chart]")].every((figure) => figure.dataset.drawn)
  && [...document.querySelectorAll("figure[data-chart] [data-paper]")].every((paper) => paper.querySelector("svg"))"""
ASKS_LATER = "[hx-trigger*='load delay']"  # htmx sends by itself, some time after the page has loaded

OpenPage = Callable[..., Page]
AXE = Axe().axe_script
FIND = "() => axe.run({resultTypes: ['violations']}).then((found) => found.violations)"  # the rest is megabytes


def chromium_path() -> str | None:
    """CHROMIUM, or the system's; None lets Playwright use its own download."""
    named = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, CANDIDATES)), None)
    return str(named) if named else None


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright keeps an event loop in the test's own thread
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Browser, live_server: Any) -> Iterator[OpenPage]:
    """open_page("/cultures/", size="hood", look="dark", as_person=user) -> a Page that has loaded."""
    contexts: list[BrowserContext] = []

    def open_(path: str, *, size: str = "desk", look: str = "light", as_person: Any = None, **options: Any) -> Page:
        width, height = SIZES[size]
        context = chromium.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": height},
            color_scheme=look,  # type: ignore[arg-type]  # one of LOOKS
            has_touch=size == "hood",
            reduced_motion="reduce",
            **options,
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        context.add_init_script(WATCH)
        if as_person is not None:
            context.add_cookies([session_cookie(as_person, live_server.url)])
        page = context.new_page()
        watch(page)
        page.goto(path)
        if options.get("java_script_enabled", True):
            settle(page)
        return page

    yield open_
    for context in contexts:
        context.close()


def session_cookie(person: Any, url: str) -> Any:
    client = Client()
    client.force_login(person)
    return {
        "name": settings.SESSION_COOKIE_NAME,
        "value": client.cookies[settings.SESSION_COOKIE_NAME].value,
        "url": url,
    }


def watch(page: Page) -> None:
    """Gather what the browser complains about from now on."""
    problems: list[str] = []
    page.problems = problems  # type: ignore[attr-defined]  # kept on the page by watch
    page.on("console", lambda said: problems.append(said.text) if said.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: problems.append(str(error)))


def settle(page: Page) -> None:
    """Wait until nothing on the page will change by itself."""
    if page.query_selector(ASKS_LATER):
        page.wait_for_load_state("networkidle")
    page.wait_for_function(SETTLED)


def visit(page: Page, path: str) -> Page:
    """The next page in the same tab: a new one has nothing cached and takes a second."""
    page.goto(path)
    settle(page)
    return page


def problems_of(page: Page) -> list[str]:
    """axe findings, CSP violations, console errors, sideways overflow, and targets too small for gloves."""
    found = [f"console: {text}" for text in page.problems]  # type: ignore[attr-defined]  # kept on the page by watch
    found += [f"CSP: {text}" for text in page.evaluate("window.cspViolations")]
    if (extra := page.evaluate(TOO_WIDE)) > 0:
        found.append(f"{extra} px too wide")
    if page.viewport_size and page.viewport_size["width"] <= SIZES["hood"][0]:
        found += [f"too small: {text}" for text in page.evaluate(SMALL_TARGETS, SMALLEST_TARGET_PX)]
    page.evaluate(AXE)
    for violation in page.evaluate(FIND):
        nodes = "; ".join(node["html"][:160] + " " + node["failureSummary"][:200] for node in violation["nodes"][:4])
        found.append(f"axe {violation['id']}: {violation['help']}: {nodes}")
    return found


def assert_clean(page: Page) -> None:
    found = problems_of(page)
    assert not found, f"{page.url} at {page.viewport_size}:\n" + "\n".join(found)


def screenshot(page: Page, name: str, *, full_page: bool = False) -> None:
    """With PICTURES=1: var/pictures/NAME.png, for looking at; docs/ keeps its own."""
    if os.environ.get("PICTURES"):
        PICTURES.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=PICTURES / f"{name}.png", full_page=full_page)
