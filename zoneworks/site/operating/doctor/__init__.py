"""`zoneworks doctor`: looks at everything that can be wrong with a workbench, and says what to do about it."""

from zoneworks.site.operating.doctor.findings import Finding, Level, examined, worst

__all__ = ["Finding", "Level", "examined", "worst"]
