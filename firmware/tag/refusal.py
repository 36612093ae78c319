"""Why a request is not carried out."""


class Refusal:
    """A code of tagproto.messages and a sentence."""

    def __init__(self, code, text, version=0):
        self.code = code
        self.text = text
        self.version = version
