"""The log: a raw ring of pages behind a checked journal of the open page."""
