"""One table of verbs: what a service calls itself in the ledger stands in it, and so does what a page asks for."""

import ast
from collections.abc import Iterator
from pathlib import Path

from lims.accounts.access import ACTIONS
from lims.audit.words import in_words

ROOT = Path(__file__).resolve().parents[2]
NAMING = {"acting": 1, "requires": 0, "may": 1, "who_may": 0, "form_may": 1}  # call -> place of the verb


def modules() -> Iterator[Path]:
    for package in ("lims", "cultures", "assays", "api"):
        yield from (ROOT / package).rglob("*.py")


def verbs_in(source: str) -> Iterator[tuple[str, int]]:
    """Each verb that is named in a call, with its line; a name in capitals is looked up in the same file."""
    tree = ast.parse(source)
    constants = {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in NAMING):
            continue
        named = [keyword.value for keyword in node.keywords if keyword.arg == "verb"]
        named += node.args[NAMING[node.func.id] :][:1]
        for value in named:
            if isinstance(value, ast.Constant):
                yield str(value.value), node.lineno
            elif isinstance(value, ast.Name) and value.id in constants:
                yield constants[value.id], node.lineno


def test_every_verb_that_is_named_stands_in_the_table():
    found = {
        f"{path.relative_to(ROOT)}:{line} {verb}"
        for path in modules()
        for verb, line in verbs_in(path.read_text())
        if verb not in ACTIONS
    }
    assert sorted(found) == []


def test_the_check_sees_verbs():
    source = 'VERB = "take_it"\nwith acting(by, "do_it"):\n    pass\n@requires("see_it")\ndef f(): acting(by, VERB)\n'
    assert sorted(verb for verb, _ in verbs_in(source)) == ["do_it", "see_it", "take_it"]


def test_every_verb_has_its_words_for_the_history():
    assert all(in_words(verb) for verb in ACTIONS)
