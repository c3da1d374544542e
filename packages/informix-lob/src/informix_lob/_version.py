"""Version of this distribution (CalVer, see the CHANGELOG)."""

__version__ = "2026.11.24"
