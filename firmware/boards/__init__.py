"""One module a board; the only files that import machine."""
