"""What to do next when a tag refuses a request, by the error code of its reply."""

from tagproto import messages

_ACTIONS = {
    messages.ERROR_VERSION: "Update the older side.",
    messages.ERROR_KIND: "Update the tag's firmware: it does not know this command.",
    messages.ERROR_BODY: "Update the older side: the two do not write this command alike.",
    messages.ERROR_STATE: "Look at `ankletag status`, then decide.",
    messages.ERROR_NONCE: (
        "Run the command again: it asks for a new nonce. If it stays so, another program, or something in the cable, "
        "talks to this tag, too."
    ),
    messages.ERROR_RANGE: "Give a value that the tag takes.",
    # A session takes three: attest, seal now, acknowledge; and some eight signatures.
    messages.ERROR_BUSY: (
        "Nothing is lost. It checks one more signature a minute, and allows one more such request every 20 minutes; "
        "both are saved up: leave it alone for an hour, then run the command once."
    ),
    messages.ERROR_FLASH: "Sync the tag, so that it can free what is stored; if it stays so, exchange the tag.",
    messages.ERROR_STALE: "Run the command again: it asks for a new nonce, and signs at once.",
    messages.ERROR_SIGNATURE: (
        "Run the command again. If it stays so, something between this station and the tag changes what is sent: use "
        "another cable and another port."
    ),
    messages.ERROR_CERTIFICATE: (
        "Look at `ankletag station show`: this station needs a certificate of the programme that the tag belongs to, "
        "and a new tag has to be provisioned first."
    ),
    messages.ERROR_REVOKED: (
        "This station, its region or the document was called back, or is older than the tag allows: get a new "
        "certificate from the authority, and install it with `ankletag station install`."
    ),
    messages.ERROR_RIGHT: "Only the authority may ask for this: see `ankletag authority read` and `authority remove`.",
    messages.ERROR_RECEIPT: "Read out what the tag holds of the order before, with `ankletag sync`; then fit.",
}


def action_for(code: int) -> str:
    """The next action for an error code (one of tagproto.messages.ERROR_*), whatever the tag's own text says."""
    return _ACTIONS.get(code, "Look at `ankletag log`.")
