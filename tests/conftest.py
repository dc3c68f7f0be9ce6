"""What every test needs."""

from tests.ledger_db import use_fast_emptying

pytest_plugins = ["tests.browser"]
use_fast_emptying()
