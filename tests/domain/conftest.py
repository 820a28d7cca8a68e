"""How long an example takes is a matter for `make bench`; on a busy machine a deadline fails for nothing."""

from hypothesis import settings

settings.register_profile("without a deadline", deadline=None)
settings.load_profile("without a deadline")
