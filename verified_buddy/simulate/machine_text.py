"""The machine of a load: in words such as ``4 GiB, two nodes``, or of a map of memory in a file."""

from __future__ import annotations

from pathlib import Path

from verified_buddy.boot.architecture import X86_64
from verified_buddy.boot.nodes import node_specs
from verified_buddy.boot.reader import described_map, read_map
from verified_buddy.linux.topology import NodeSpec
from verified_buddy.oracle.source import Unusable, printable


def machine_of(text: str, cpus: int = 1) -> list[NodeSpec]:
    """The nodes that the text describes, or the file of that name does, with the CPUs shared out.

    Such a file is a kernel's log, or a map as JSON.  Raises Unusable.
    """
    path = Path(text)
    try:
        if not path.is_file():
            return node_specs(described_map(text, X86_64), cpus)
        with path.open("rb") as stream:
            return node_specs(read_map(stream, text, X86_64), cpus)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "no name of a file"
        raise Unusable(f"{printable(text[:60])}: {why}") from None
