"""All writers, in the order in which they are asked. A writer is a file and a line here."""

from __future__ import annotations

from mmgen.config.params import entry_named
from mmgen.kinds import KINDS
from mmgen.writing.composer import COMPOSER
from mmgen.writing.decoder import DECODER
from mmgen.writing.writer import WriterEntry

WRITERS: dict[str, WriterEntry] = {writer.name: writer for writer in (DECODER, COMPOSER)}


def writers_of(kind: str) -> list[WriterEntry]:
    """Who writes texts of a kind: those that the kind names, in its order, else all."""
    named = entry_named(KINDS, kind, "kind of content").writers
    return [entry_named(WRITERS, name, "writer") for name in (WRITERS if named is None else named)]
