"""What a refusal by bol means and what to do about it, in words for the people who work here."""

from __future__ import annotations

from django.utils.translation import gettext as _

from connections import bol


def advice_for(error: bol.BolError) -> str:
    """Return the next step after an error that needs a person."""
    if isinstance(error, bol.Invalid):
        return _("Correct what bol names, then save: it is sent again by itself.")
    if isinstance(error, bol.NotFound):
        return _("bol does not have this any more. Look it up in bol's own screens before you send it again.")
    if isinstance(error, bol.Unsupported):
        return _("bol no longer speaks this version of its API. This needs an update of the back office.")
    return _("Read what bol said, correct the cause, then send it again.")


def own_mistake(error: Exception) -> tuple[str, str]:
    """Return reason and advice for a mistake of ours, without showing its inside."""
    return (
        _("The back office could not handle this message (%(kind)s).") % {"kind": type(error).__name__},
        _("Nothing you did is lost. The log of the worker has the details; send it again after the update."),
    )


def nobody_knows() -> tuple[str, str]:
    """Return reason and advice where bol could not be made to tell how something ended."""
    return (
        _("For a day nobody could find out at bol whether this happened."),
        _("Look it up in bol's own screens. If it is missing there, send it again."),
    )
