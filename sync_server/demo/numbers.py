"""Numbers that look right and belong to nobody: national IDs of a region that does not exist, phones never issued."""

import random
from datetime import date

REGION = "990101"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def national_id(rng: random.Random, born: date, sex: str) -> str:
    """An 18-character ID with a valid check character (GB 11643, ISO 7064 MOD 11-2); odd sequence for men."""
    sequence = rng.randrange(0, 500) * 2 + (1 if sex == "1" else 0)
    body = f"{REGION}{born:%Y%m%d}{sequence:03d}"
    return body + check_character(body)


def check_character(body: str) -> str:
    """The check character of the first 17 digits."""
    return "10X98765432"[sum(int(d) * w for d, w in zip(body, _WEIGHTS, strict=True)) % 11]


def phone(rng: random.Random) -> str:
    """199-0000-xxxx: a block that no operator has given out."""
    return f"1990000{rng.randrange(10000):04d}"
