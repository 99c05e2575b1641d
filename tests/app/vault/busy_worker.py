"""A worker at work in a process of its own, to be killed in the middle: writes, and says what was done once it was."""

import sys
from pathlib import Path

from app.vault.slots import PASS
from app.vault.working import WorkingCopy
from schemas import codec
from schemas.clock import Clock
from tests.app.vault.county import PASSPHRASE, PIN, edit, member, new_id, registered, vault

PINS = (PIN, "246813")


def visit_households(folder: Path) -> None:
    mine = vault(folder).unlock("wangfang", PIN)
    for round_ in range(10_000):
        h, m, visit = new_id(), new_id(), new_id()
        mine.write([registered(h, head=f"户{round_}"), member(h, m, name="某")])
        say("household", h, f"户{round_}")
        mine.write([edit(mine, h, phone=str(round_))])
        say("phone", h, str(round_))
        mine.save_working(WorkingCopy(visit, h, "f", {"note": round_}, started_at=Clock().stamp()))
        say("working", h, str(round_))
        photo = Clock().random(100_000)
        say("photo", mine.put_attachment(h, visit, "inside", "image/jpeg", photo), codec.sha256(photo))


def change_pins(folder: Path) -> None:
    mine = vault(folder).unlock("wangfang", PASSPHRASE, PASS)
    for round_ in range(10_000):
        mine.set_pin(PINS[round_ % 2])
        say("pin", "-", PINS[round_ % 2])


def say(what: str, id_: str, value: str) -> None:
    print(what, id_, value, flush=True)


if __name__ == "__main__":
    {"visits": visit_households, "pins": change_pins}[sys.argv[1]](Path(sys.argv[2]))
