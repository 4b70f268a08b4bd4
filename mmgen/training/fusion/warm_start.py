"""Where training starts from: probabilistic PCA of the image thumbnails (Tipping & Bishop 1999), and frequencies.

A few hundred steps on a CPU are too few to learn colours from nothing; PCA knows them at once, with a latent that is
already close to the standard normal prior, and the networks learn what it lacks.
"""

from __future__ import annotations

import torch
from torch import Tensor

from mmgen.models.examples import IMAGE_PX, ExampleArrays
from mmgen.models.fusion.model import FusionNet, Tensors
from mmgen.models.modalities.image import THUMBNAIL_PX
from mmgen.training.fusion.texts import Texts, unigram_of

MAX_SHARE = 2 / 3  # of the latent; the rest is free for what no thumbnail shows
CELL = (IMAGE_PX // THUMBNAIL_PX) ** 2  # pixels that share a thumbnail's value


@torch.no_grad()
def start_from_data(net: FusionNet, rows: ExampleArrays, texts: Texts) -> None:
    """Set what has a closed form: the image's linear paths, the scale of the audio features, and how frequent each
    attribute and token is. What the rows have nothing of stays as it is."""
    data = Tensors.of(rows, net)
    start_from_thumbnails(net, data.pixels[data.masks[:, 0]])
    if int(data.masks[:, 2].sum()) > 1:
        audio = data.audio[data.masks[:, 2]]
        net.audio_mean.copy_(audio.mean(dim=0))
        net.audio_std.copy_(audio.std(dim=0, unbiased=False).clamp(min=1e-2))
    # Half a count for the unseen: their logits then start low, but not out of reach.
    net.attribute_bias.copy_(torch.log(data.attributes.sum(dim=0) + 0.5))
    unigram = torch.from_numpy(unigram_of(texts, len(net.text_decoder.bias)))
    net.text_decoder.bias.copy_(unigram - unigram.max())


@torch.no_grad()
def start_from_thumbnails(net: FusionNet, images: Tensor) -> int:
    """Set the linear paths of the image encoder and decoder from images (N, 3, 64, 64) in [-1, 1].

    Returns how many latent dimensions were set: 0 where there are fewer than three images.
    """
    if len(images) < 3:
        return 0
    mean, components, spread, noise = _pca(images, min(int(MAX_SHARE * net.latent), len(images) - 2))
    count = len(spread)
    decoder, encoder, expert = net.image_decoder.thumbnail, net.image_encoder.thumbnail, net.experts[0]
    decoder.weight.mul_(0.1)
    decoder.weight[:, :count] = components * spread
    decoder.bias.copy_(mean)
    encoder.weight[:count] = (components / spread).T
    encoder.bias[:count] = -(components / spread).T @ mean
    hidden = encoder.out_features
    expert.weight.mul_(0.1)
    expert.weight[:count, hidden : hidden + count] = torch.eye(count)
    expert.bias.zero_()
    expert.bias[net.latent : net.latent + count] = torch.log(noise / (noise + CELL * spread.square()))
    net.log_scale["image"].fill_(0.5 * float(torch.log(noise)))
    return count


def _pca(images: Tensor, count: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Mean (768,), components (768, count), standard deviation along each (count,), and the variance a pixel keeps."""
    full = images.double()
    small = torch.nn.functional.avg_pool2d(full, IMAGE_PX // THUMBNAIL_PX).flatten(1)
    mean = small.mean(dim=0)
    values, vectors = torch.linalg.eigh((small - mean).T @ (small - mean) / len(small))
    spread = values[-count:].flip(0).clamp(min=1e-6).sqrt()
    components = vectors[:, -count:].flip(1)
    # An eigenvector's sign is arbitrary: fixed here, so that every rank starts alike.
    components = components * torch.sign(components.gather(0, components.abs().argmax(dim=0, keepdim=True)))
    within = full.flatten(1).var(dim=0, unbiased=False).mean() - spread.square().sum() / small.shape[1]
    return mean.float(), components.float(), spread.float(), within.clamp(min=1e-3).float()
