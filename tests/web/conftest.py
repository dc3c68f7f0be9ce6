import pytest

from lims.accounts.models import Role, User


@pytest.fixture
def person(db: None) -> User:
    """Somebody who may work at the bench."""
    return User.objects.create(username="am", first_name="Ada", last_name="Moss", initials="AM", role=Role.TECHNICIAN)
