"""The vocabulary of oversight: what can be wrong with who may stop a workflow."""

from engagement.vocabulary import Worded

LONGEST_TEXT = 1_000
LONGEST_LINE = 200
#: This many days before a certificate runs out the roster says so.
ENDS_SOON_DAYS = 30


class LapseKind(Worded):
    """Why nobody, or somebody no longer, may stop a workflow."""

    NOBODY = "nobody", "Nobody is named"
    LEFT = "left", "Has left"
    AUTHORITY = "authority", "Not in writing"
    CERTIFICATE = "certificate", "Certificate ran out"
    DEPUTY = "deputy", "Deputy has left"
