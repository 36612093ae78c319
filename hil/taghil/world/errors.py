"""What can be wrong with the files that describe a world: each message is a sentence for the user."""


class WorldError(ValueError):
    """A description of the world that cannot be used."""


class ReplayError(WorldError):
    """A replay file that cannot be used; names file, line and column."""


class ScenarioError(WorldError):
    """A scenario file that cannot be used; names file and key or line."""
