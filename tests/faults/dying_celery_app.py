"""`celery -A tests.faults.dying_celery_app worker`: its workers die once in the middle of each step."""

from __future__ import annotations

import os
from pathlib import Path

from api.celery_app import app
from tests.faults.dying import BY_WORKERS, die_once_at_each

__all__ = ["app"]
die_once_at_each(Path(os.environ["DOSSIER_TEST_MARKS"]), *BY_WORKERS)
