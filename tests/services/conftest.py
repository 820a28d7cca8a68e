"""A clinic whose clock the test moves."""

import pytest

from app.config import Settings
from app.db import Database
from tests.ward import Ward


@pytest.fixture
def ward(database: Database, settings: Settings) -> Ward:
    return Ward(database, settings)
