"""The device's own secret and keys."""

import stat
from pathlib import Path

from app.vault.device_secret import FileSecret, name
from app.vault.keys import new_device_keys
from schemas import box, signing
from schemas.clock import Clock


def test_the_device_secret_is_kept_for_its_owner_only(tmp_path: Path) -> None:
    store = FileSecret(tmp_path / "secret")
    assert store.get() is None
    store.put(bytes(32))
    store.put(bytes(range(32)))
    assert store.get() == bytes(range(32))
    (file,) = (tmp_path / "secret").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.write_bytes(b"cut")
    assert store.get() is None


def test_a_secrets_name_tells_secrets_apart_and_nothing_else() -> None:
    assert name(bytes(32)) != name(bytes(range(32)))
    assert bytes(32).hex() not in name(bytes(32))


def test_new_device_keys_are_pairs() -> None:
    keys = new_device_keys(Clock())
    assert signing.verifies(
        keys.sign_public_hex, signing.PUSH, b"x", signing.sign(keys.sign_private, signing.PUSH, b"x")
    )
    assert box.public(keys.box_private).hex() == keys.box_public_hex
    assert keys.sign_private not in (new_device_keys(Clock()).sign_private, keys.box_private)
