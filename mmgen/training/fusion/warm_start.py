"""Where training starts from: what has a closed form, each modality's own, and how frequent each token is."""

from __future__ import annotations

import torch

from mmgen.models.examples import ExampleArrays
from mmgen.models.fusion.net import Batch, FusionNet
from mmgen.training.fusion.texts import Texts, unigram_of


@torch.no_grad()
def start_from_data(net: FusionNet, rows: ExampleArrays, texts: Texts) -> None:
    """Set it from training rows. What the rows have nothing of stays as it is."""
    data = Batch.of(rows, net)
    for name, model in net.models.items():
        path = model.warm_start(data.values[name][data.present[name]], net.parts(name))
        if path is not None:
            net.fusion.start_linear(name, path.first, path.logvar)
    unigram = torch.from_numpy(unigram_of(texts, len(net.text_decoder.bias)))
    net.text_decoder.bias.copy_(unigram - unigram.max())
