"""docs/operator.md names every setting; the other documents are where the README sends people."""

import re

from lims.launch.folder import PROJECT

READS = re.compile(r"""(?:env\.(?:text|secret|flag|integer|words)|environ\.get|given)\(\s*f?"([A-Z][A-Z_]+)""")
NOT_OURS = {"XDG_RUNTIME_DIR", "PATH"}


def names_read() -> set[str]:
    files = [PROJECT / "lims" / "settings.py", *(PROJECT / "lims" / "launch").glob("*.py")]
    return {name for file in files for name in READS.findall(file.read_text())} - NOT_OURS


def test_every_setting_is_in_the_operators_table():
    table = (PROJECT / "docs" / "operator.md").read_text().partition("## Settings")[2]
    missing = {name for name in names_read() | {"PORT", "HOST", "DEMO", "DATABASE_URL"} if f"`{name}`" not in table}
    assert not missing


def test_every_document_that_is_linked_is_there():
    for document in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "docs/operator.md"):
        file = PROJECT / document
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", file.read_text()):
            assert (file.parent / target).exists(), f"{document} links to {target}"
