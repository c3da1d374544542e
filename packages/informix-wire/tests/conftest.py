"""Settings of property tests: no time limit an example, since a busy machine is no defect."""

from hypothesis import HealthCheck, settings

settings.register_profile("tests", deadline=None, max_examples=200, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("thorough", settings.get_profile("tests"), max_examples=5000)
settings.load_profile("tests")
