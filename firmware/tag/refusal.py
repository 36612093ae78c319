"""Why a request is not carried out."""

from tagproto import messages


class Refusal:
    """A code of tagproto.messages and a sentence."""

    def __init__(self, code, text, version=0):
        self.code = code
        self.text = text
        self.version = version


def log_full():
    """The Refusal of a request for whose record there is no room."""
    return Refusal(messages.ERROR_FLASH, "the tag's log is full: sync it, so that it can free what is stored")
