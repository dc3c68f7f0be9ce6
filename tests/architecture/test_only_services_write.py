"""Nothing but services writes: not a view, form, task, selector or serializer."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WRITERS = {"save", "create", "bulk_create", "bulk_update", "get_or_create", "update_or_create", "delete"}
DRAWINGS = {"canvas", "image", "picture"}  # these save to paper and files
# Modules beside the services that write, and what they write.
MAY_WRITE = {
    "cultures/dosing/following.py": "dosing states, derived from feeds, harvests and descents",
    "lims/accounts/lockout.py": "the counter of wrong passwords",
    "lims/audit/seal.py": "the seals of the ledger",
    "lims/instruments/deliveries.py": "the delivery of a form or an instrument",
    "lims/notifications/outbox.py": "messages, derived from reminders",
    "lims/reminders/sweep.py": "reminders, derived from the lab's records",
}


def is_a_writer(path: Path) -> bool:
    relative = path.relative_to(ROOT)
    return (
        "services" in relative.parts
        or relative.name == "services.py"
        or "migrations" in relative.parts
        or "bench" in relative.parts
        or str(relative) in MAY_WRITE
    )


def writes_in(path: Path) -> list[str]:
    return writes_in_source(path, path.read_text())


def writes_in_source(path: Path, source: str) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(source)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        name, receiver = node.func.attr, ast.unparse(node.func.value)
        on_records = "objects" in receiver or receiver.endswith(("_set", "queryset"))
        saves = name == "save" and receiver not in DRAWINGS
        if saves or (on_records and (name in WRITERS or name == "update")):
            found.append(f"{path.relative_to(ROOT)}:{node.lineno} {receiver}.{name}()")
    return found


def modules() -> list[Path]:
    return [path for package in ("lims", "cultures", "assays", "api") for path in (ROOT / package).rglob("*.py")]


def test_only_services_write():
    stray = [write for path in modules() if not is_a_writer(path) for write in writes_in(path)]
    assert stray == []


def test_the_check_sees_a_write():
    view = ROOT / "cultures" / "views.py"
    source = "def view(request):\n    Culture.objects.filter(pk=1).update(fate='lost')\n    culture.save()\n"
    assert [write.split(" ")[1] for write in writes_in_source(view, source)] == [
        "Culture.objects.filter(pk=1).update()",
        "culture.save()",
    ]
