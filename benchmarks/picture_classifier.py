"""A small classifier of the shop's own categories: by its probabilities and features drawn pictures are scored.

Trained on the training rows alone. Its scores are on its own scale, and mean nothing beside those of another network.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save
from torch import Tensor, nn

from mmgen.hashes import digest_of_bytes, fingerprint
from mmgen.models.modalities.image import to_float

MIN_OF_CLASS = 40
WIDTHS = (32, 64, 128, 192)
BATCH, RATE = 64, 2e-3


class Classifier:
    """``probabilities`` (N, K) of the ``classes`` and ``features`` (N, F) of pictures (N, P, P, 3) uint8."""

    def __init__(self, net: nn.Sequential, classes: Sequence[str], made_for: str):
        self.net, self.classes, self.made_for = net.eval(), list(classes), made_for

    @torch.inference_mode()
    def look(self, pixels: NDArray[np.uint8]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Probabilities and features."""
        found = [self.net[:-1](to_float(pixels[i : i + BATCH])) for i in range(0, len(pixels), BATCH)]
        features = torch.cat(found)
        probabilities = torch.softmax(self.net[-1](features).double(), dim=1)
        # So scaled, the kernel distance's x·y / F is a cosine, whatever the size of what the network says
        unit = features / features.norm(dim=1, keepdim=True).clamp(min=1e-9) * features.shape[1] ** 0.5
        return probabilities.numpy(), unit.double().numpy()


def fitted_classifier(
    pixels: NDArray[np.uint8], labels: Sequence[str], folder: Path, steps: int, seed: int
) -> Classifier:
    """Trained on labelled pictures, or read where the same was trained before. Labels of fewer than ``MIN_OF_CLASS``
    pictures are left out."""
    counts = Counter(labels)
    least = MIN_OF_CLASS if len(labels) > 2000 else 8
    classes = sorted(name for name, count in counts.items() if count >= least)
    data = digest_of_bytes(np.ascontiguousarray(pixels).tobytes())
    made_for = fingerprint(data=data, labels=list(labels), classes=classes, widths=WIDTHS, steps=steps, seed=seed,
                           batch=BATCH, rate=RATE)[:16]  # fmt: skip
    path = folder / f"classifier-{made_for}.safetensors"
    torch.manual_seed(seed)
    net = network(len(classes))
    if path.is_file():
        net.load_state_dict(load_file(path))
    else:
        rows = np.array([i for i, label in enumerate(labels) if label in set(classes)])
        train(net, pixels[rows], torch.tensor([classes.index(labels[i]) for i in rows]), steps, seed)
        path.write_bytes(save(dict(net.state_dict())))
    return Classifier(net, classes, made_for)


def network(num_classes: int) -> nn.Sequential:
    """Strided convolutions, each normalised over the batch, a mean over places, and a linear layer."""
    layers: list[nn.Module] = []
    for narrow, wide in zip((3, *WIDTHS), WIDTHS, strict=False):
        layers += [nn.Conv2d(narrow, wide, 4, 2, 1, bias=False), nn.BatchNorm2d(wide), nn.ReLU()]
    last = [nn.Conv2d(WIDTHS[-1], WIDTHS[-1], 3, 1, 1), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten()]
    return nn.Sequential(*layers, *last, nn.Linear(WIDTHS[-1], num_classes))


def train(net: nn.Sequential, pixels: NDArray[np.uint8], classes: Tensor, steps: int, seed: int) -> None:
    """AdamW under one cycle of the rate; pictures mirrored and moved at random, labels smoothed."""
    random = np.random.default_rng(seed)
    optimizer = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=steps)
    net.train()
    for _ in range(steps):
        rows = random.integers(0, len(pixels), BATCH)
        moved = np.stack([np.roll(pixels[i], random.integers(-4, 5, 2), (0, 1)) for i in rows])
        mirrored = np.where(random.random(BATCH)[:, None, None, None] < 0.5, moved[:, :, ::-1], moved)
        loss = nn.functional.cross_entropy(net(to_float(mirrored)), classes[rows], label_smoothing=0.05)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        schedule.step()
    net.eval()


def accuracy_by_class(classifier: Classifier, pixels: NDArray[np.uint8], labels: Sequence[str]) -> Mapping[str, float]:
    """Over the pictures whose label the classifier knows: the share told right, and that of the most frequent."""
    rows = np.array([i for i, label in enumerate(labels) if label in set(classifier.classes)])
    told = classifier.look(pixels[rows])[0].argmax(axis=1)
    said = np.array([classifier.classes.index(labels[i]) for i in rows])
    return {"accuracy": float((told == said).mean()), "majority": float(np.bincount(said).max() / len(said))}
