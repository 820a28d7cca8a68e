"""What runs beside the requests: a clock says when to look; a worker looks, does, and looks again."""

from app.jobs.housekeeping import Housekeeping
from app.jobs.runner import Jobs, start_jobs, work_once

__all__ = ["Housekeeping", "Jobs", "start_jobs", "work_once"]
