"""What the server can be asked: for each way who may use it, what it takes and gives, and which problems it may answer
with besides those that any request may meet. `openapi` makes a document of it.

A room that adds a route adds its line here; a test compares the two.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from schemas import wire


@dataclass(frozen=True)
class Way:
    """One thing the server can be asked. `guard`: who is let in, `device` or `desk`; empty for everybody. `takes`,
    `gives`: a message, the name of a shape, bytes for a content, None for nothing. `problems`: codes besides those that
    any request of its guard may meet."""

    says: str
    guard: str = ""
    takes: type | str | None = None
    gives: type | str | None = None
    problems: tuple[str, ...] = ()


ANY = ("malformed", "too_big", "too_slow", "internal", "server_busy", "server_full")
GUARDED: Mapping[str, tuple[str, ...]] = {
    "": (),
    "device": ("unknown_device", "bad_signature"),
    "desk": ("session_over", "forbidden"),
}
_LET_IN = ("revoked", "expired")
_DECIDING = ("not_found", "changed_meanwhile", "already_decided", "provisional", "not_assessed", "stale",
             "undetermined", "reason_needed", "pack_missing", "household_gone", "member_twice", "registered_twice",
             "counted_twice")  # fmt: skip
_UNFIT = ("unknown_kind", "bad_id", "empty_change", "unknown_slot", "bad_value", "append_only", "unknown_household",
          "household_erased")  # fmt: skip

WAYS: Mapping[tuple[str, str], Way] = {
    ("post", "/enrol"): Way(
        "Lets a device in with a one-time code.", "", wire.Enrol, wire.Grant,
        ("protocol_unknown", "unknown_code", "wait"),
    ),
    ("post", "/sync/push"): Way(
        "Takes a device's changes in order; durable before the receipt.", "device", wire.Push, wire.Receipt,
        ("protocol_unknown", "gap", "fork"),
    ),
    ("post", "/sync/pull"): Way(
        "What is new for a device.", "device", wire.Pull, wire.Pages, ("protocol_unknown", *_LET_IN)
    ),
    ("post", "/sync/witness"): Way(
        "What a device holds of a feed that the server has lost part of.", "device", wire.Witness, wire.Lacking,
        ("protocol_unknown", "chain_broken", "not_your_area", *_LET_IN),
    ),
    ("post", "/sync/chunks/missing"): Way(
        "Which of these pieces of photos are not here.", "device", "Asked",
        "Missing", _LET_IN,
    ),
    ("put", "/sync/chunks/{sha256}"): Way(
        "Keeps a piece of a photo.", "device", bytes, None, ("bad_chunk", *_LET_IN)
    ),
    ("get", "/sync/chunks/{sha256}"): Way("A piece of a photo.", "device", None, bytes, ("not_found", *_LET_IN)),
    ("post", "/bundle"): Way(
        "Takes a sealed bundle and gives the return bundle, whoever brings it.", "", bytes, bytes,
        ("bundle_other", "bundle_damaged", "bundle_newer", "bundle_too_big", "bundle_lost", "unknown_device",
         "bad_signature", "gap", "fork", "protocol_unknown"),
    ),
    ("get", "/library/{hash_}"): Way(
        "A questionnaire or policy pack.", "device", None, "Value", ("not_found", *_LET_IN)
    ),
    ("get", "/health"): Way("Whether the server is well.", "", None, "Health"),
    ("get", "/openapi.json"): Way("This document.", "", None, "Value"),
    ("post", "/review/login"): Way(
        "Begins a session at a desk.", "", "Login", "Session", ("wrong_login", "wait")
    ),
    ("post", "/review/logout"): Way("Ends the session.", "desk"),
    ("get", "/review/queue"): Way("A page of the visits of one status.", "desk", None, "Queue", ("pack_missing",)),
    ("get", "/review/counts"): Way("How much waits.", "desk", None, "Counts"),
    ("get", "/review/visits/{visit}"): Way(
        "A visit with all it rests on.", "desk", None, "Visit", ("not_found", "pack_missing")
    ),
    ("post", "/review/visits/{visit}/approve"): Way("Approves a visit.", "desk", "Approval", "Visit", _DECIDING),
    ("post", "/review/visits/{visit}/return"): Way(
        "Returns a visit to its visitor.", "desk", "Return", "Visit", _DECIDING
    ),
    ("post", "/review/visits/{visit}/assess"): Way("Assesses a visit anew.", "desk", None, "Visit", _DECIDING),
    ("get", "/review/conflicts"): Way("What two people tell differently.", "desk", None, "Disputes", ("pack_missing",)),
    ("post", "/review/conflicts/settle"): Way(
        "Settles a conflict.", "desk", "Settlement", None, ("not_found", "changed_meanwhile", "reason_needed")
    ),
    ("get", "/review/duplicates"): Way("What may be registered twice.", "desk", None, "Doubles"),
    ("get", "/review/duplicates/decided"): Way("What was decided of that.", "desk", None, "Doubles"),
    ("get", "/review/duplicates/{low}/{high}"): Way("Two registrations side by side.", "desk", None, "SideBySide"),
    ("post", "/review/duplicates/{low}/{high}"): Way(
        "Says whether they are one.", "desk", "Decision", "SideBySide",
        ("not_your_area", "changed_meanwhile", "reason_needed", "reason_personal"),
    ),
    ("get", "/review/photos/{attachment}"): Way("A photo.", "desk", None, bytes, ("not_found",)),
    ("get", "/review/held"): Way("The changes set aside for a supervisor.", "desk", None, "SetAsides"),
    ("post", "/review/held/{change}/release"): Way(
        "Takes a held change after all.", "desk", problems=("not_found", *_UNFIT)
    ),
    ("post", "/review/held/{change}/dismiss"): Way("Lets a held change rest.", "desk", problems=("not_found",)),
    ("get", "/review/people"): Way("The county's people.", "desk", None, "People"),
    ("get", "/review/devices"): Way("The county's devices.", "desk", None, "Devices"),
    ("post", "/review/codes"): Way(
        "A one-time code for somebody.", "desk", "CodeFor", "Code", ("unknown_person",)
    ),
    ("post", "/review/devices/{device}/revoke"): Way("Puts a device out.", "desk", problems=("unknown_device",)),
    ("get", "/review/audit"): Way("What was done and read, newest first.", "desk", None, "Audit"),
}  # fmt: skip
