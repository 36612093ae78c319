"""Host tools of the ankletag: library, command line, station."""

__version__ = "0.1.0"
