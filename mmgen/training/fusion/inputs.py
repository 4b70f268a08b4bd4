"""What a step reads: a process's rows of the batch, and every random number that is drawn for them.

The numbers belong to the row of the whole batch: each process draws those of all rows from one generator, seeded with
(seed, step), and takes its own. So a step is the same however many processes share it out, and there is no generator
state to save.

Shapes: B rows of this process, M modalities, L latent size.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor

from mmgen.config.training import AugmentParams, TrainParams
from mmgen.models.examples import ExampleArrays
from mmgen.models.fusion.net import Batch, FusionNet
from mmgen.models.text.decoder import TextBatch
from mmgen.seeds import seed_of
from mmgen.training.data.ahead import one_ahead
from mmgen.training.data.augment import augment_batch
from mmgen.training.data.reader import Reader
from mmgen.training.distributed.ranks import Part, Ranks
from mmgen.training.fusion.texts import Texts


@dataclass(frozen=True)
class Inputs:
    """``part``: which rows these are. ``seen``: the modalities that are shown to the encoders, (B,) bool each.
    ``noise`` (B, fusion.noise_size): standard normal."""

    part: Part
    data: Batch
    seen: dict[str, Tensor]
    noise: Tensor
    texts: TextBatch

    def mapped(self, change: Callable[[Tensor], Tensor]) -> Inputs:
        """The same with each tensor changed, but the texts' lengths, which stay on the CPU."""
        data = Batch(_each(self.data.values, change), _each(self.data.present, change))
        tokens, slots, present = (change(one) for one in (self.texts.tokens, self.texts.slots, self.texts.present))
        texts = replace(self.texts, tokens=tokens, slots=slots, present=present)
        return replace(self, data=data, seen=_each(self.seen, change), noise=change(self.noise), texts=texts)

    def to(self, device: torch.device) -> Inputs:
        """On ``device``; from pinned memory, the copy goes on while the caller does other things."""
        return self if device.type == "cpu" else self.mapped(lambda one: one.to(device, non_blocking=True))

    def split(self, count: int) -> list[Inputs]:
        """The rows in at most ``count`` consecutive parts, of as many rows or one more or less."""
        num_rows = self.part.end - self.part.first
        bounds = [num_rows * number // min(count, num_rows) for number in range(min(count, num_rows) + 1)]
        return [self] if len(bounds) == 2 else [self._rows(first, end) for first, end in pairwise(bounds)]

    def _rows(self, first: int, end: int) -> Inputs:
        part = replace(self.part, first=self.part.first + first, end=self.part.first + end)
        found = self.mapped(lambda one: one[first:end])
        lengths = None if self.texts.lengths is None else self.texts.lengths[first:end]
        return replace(found, part=part, texts=replace(found.texts, lengths=lengths))


def _each(values: Mapping[str, Tensor], change: Callable[[Tensor], Tensor]) -> dict[str, Tensor]:
    return {name: change(value) for name, value in values.items()}


@dataclass(frozen=True)
class Draws:
    """Makes the inputs of any step, for the rows of one process."""

    net: FusionNet
    texts: Texts
    params: TrainParams
    seed: int
    ranks: Ranks
    device: torch.device

    def inputs(self, batch: ExampleArrays, step: int) -> Inputs:
        """``batch``: all rows of the step, over all processes."""
        generator = torch.Generator().manual_seed(seed_of("step", self.seed, step, 0))
        part = self.ranks.part(len(batch))
        own = batch if len(batch) == part.end - part.first else batch.take(np.arange(part.first, part.end))
        shown = varied(own, step, self.seed, self.params.augment) if "image" in self.net.models else own
        data = Batch.of(shown, self.net)
        seen = thin(data.present, self.params.modality_dropout, generator, part, self.params.modality_alone)
        noise = torch.randn(len(batch), self.net.fusion.noise_size, generator=generator)[part.rows]
        draws = torch.rand(len(batch), generator=generator)[part.rows].tolist()
        made = Inputs(part, data, seen, noise, self.texts.choose(own.product_id, draws))
        return made.mapped(Tensor.pin_memory) if self.device.type == "cuda" else made

    def whole(self, rows: ExampleArrays, texts: Texts) -> Inputs:
        """This process's share of some rows, as they are, with all that they have and the first of each one's texts."""
        part = self.ranks.part(len(rows))
        own = rows.take(np.arange(part.first, part.end))
        data = Batch.of(own, self.net)
        generator = torch.Generator().manual_seed(0)
        noise = torch.randn(len(rows), self.net.fusion.noise_size, generator=generator)[part.rows]
        return Inputs(part, data, data.present, noise, texts.batch(own.product_id, [0] * len(own)))

    def ahead(self, reader: Reader, start: int, end: int) -> Generator[Inputs, None, None]:
        """The inputs of steps ``start`` to ``end``, the next ones made in a thread while the caller takes a step."""
        epoch, batch = divmod(start, reader.num_batches)
        reader.load_state_dict({"epoch": epoch, "batch": batch, "world_size": reader.ranks.world_size})
        return one_ahead(self.inputs(rows, step) for step, rows in zip(range(start, end), reader, strict=False))


def thin(
    present: Mapping[str, Tensor],
    share: float,
    generator: torch.Generator,
    part: Part | None = None,
    alone: float = 0.0,
) -> dict[str, Tensor]:
    """Modality dropout: ``share`` of the rows lose each of their modalities with probability 1/2, and ``alone`` of all
    rows keep a single one, drawn evenly from those that they have. (B,) bool each.

    A row that loses all of them is encoded by the prior alone; its bound is still one on log p of what it has. Losing
    each with probability 1/2 shows a modality alone to few rows only, and to fewer the more modalities there are.
    """
    masks = torch.stack(list(present.values()), dim=1)
    part = part or Part(0, len(masks), len(masks))
    is_thinned = torch.rand(part.total, 1, generator=generator)[part.rows] < share
    keep = torch.rand(part.total, masks.shape[1], generator=generator)[part.rows] < 0.5
    seen = masks & (keep | ~is_thinned)
    if alone:
        is_alone = torch.rand(part.total, 1, generator=generator)[part.rows] < alone
        drawn = torch.rand(part.total, masks.shape[1], generator=generator)[part.rows]
        place = torch.where(masks, drawn, -1.0).argmax(dim=1, keepdim=True)
        seen = torch.where(is_alone, masks & (torch.arange(masks.shape[1]) == place), seen)
    return dict(zip(present, seen.unbind(dim=1), strict=True))


def varied(batch: ExampleArrays, step: int, seed: int, params: AugmentParams) -> ExampleArrays:
    """The batch with its photos turned, mirrored and tinted as ``params`` say; rows without a photo stay zero."""
    rows = np.flatnonzero(batch.present["image"])
    pixels = batch.values["image"].copy()
    pixels[rows] = augment_batch(pixels[rows], [batch.product_id[row] for row in rows], step, seed, params)
    return replace(batch, values=batch.values | {"image": pixels})
