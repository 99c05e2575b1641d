"""What a round asks of the server, whatever road it takes, and what may come back."""

from dataclasses import dataclass
from typing import TypeAlias

from schemas.wire import Lacking, LibraryItem, Pages, Pull, Push, Receipt, Witness


@dataclass(frozen=True)
class Document:
    """Ask for one form or pack."""

    item: LibraryItem


@dataclass(frozen=True)
class Missing:
    """Ask which of these chunks the server lacks."""

    chunks: tuple[str, ...]


@dataclass(frozen=True)
class Chunk:
    """Give the server one chunk; `data` hashes to `sha256`."""

    sha256: str
    data: bytes


@dataclass(frozen=True)
class Fetch:
    """Ask for one chunk of a photo."""

    sha256: str


Ask: TypeAlias = Push | Pull | Witness | Document | Missing | Chunk | Fetch
Answer: TypeAlias = Receipt | Pages | Lacking | bytes | frozenset[str] | None
"""In the order of Ask: a receipt, pages, what the server lacks, the document's bytes, the chunks that are missing,
nothing, the chunk's bytes."""
