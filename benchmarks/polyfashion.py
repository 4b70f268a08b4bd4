"""PolyFashion: five pictures of one class of garment, each on another photo, and the judges that tell the class.

PolyMNIST's recipe (Sutter et al. 2021, arXiv 2105.02470, and their published code) with Fashion-MNIST in place of
digits: a garment's outline (values above 128) inverts a random 28 x 28 crop of its modality's photo; rows pair garments
of one class at random, another one in each modality. The photos are five of the catalogue's. The nets are those of that
paper, smaller: 32-64-128 channels, for every model.
Shapes: B rows, L latent size. Pictures are (B, 3, 28, 28), uint8 where they are kept, and float in [0, 1] where
nets see them.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import report  # noqa: F401  # first: it finds mmgen beside itself

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from mmgen.hashes import fingerprint
from photos import grocery

NAMES = ("m0", "m1", "m2", "m3", "m4")
NUM_CLASSES, PX, THRESHOLD = 10, 28, 128
TRAIN, VALIDATION = 12_000, 2_000  # rows; of the 10,000 held-out garments of each modality the rest is for tests
HIDDEN, FEATURES = 256, 128
GARMENTS = Path(os.environ.get("MMGEN_FASHION_MNIST", "/usr/share/datasets/fashion-mnist"))
"""What Debian's package dataset-fashion-mnist installs."""

Pixels = npt.NDArray[np.uint8]
Pictures = Mapping[str, Tensor]


@dataclass(frozen=True)
class Split:
    """Rows of pictures by modality, (N, 3, 28, 28) uint8, and their classes (N,)."""

    pictures: dict[str, Tensor]
    labels: Tensor

    def __len__(self) -> int:
        return len(self.labels)

    def rows(self, start: int, stop: int) -> Split:
        return Split({name: values[start:stop] for name, values in self.pictures.items()}, self.labels[start:stop])

    def floats(self, rows: Tensor | slice) -> dict[str, Tensor]:
        """What nets see of some rows."""
        return {name: values[rows].float() / 255 for name, values in self.pictures.items()}


@dataclass(frozen=True)
class PolyFashion:
    """``identity``: a hash of all pictures."""

    train: Split
    validation: Split
    test: Split
    identity: str


# --- pictures -------------------------------------------------------------------------------------------------------


def polyfashion(cache: Path, seed: int = 0) -> PolyFashion:
    """The data set, made once; ends the script with a word where garments or photos are not there.

    All 60,000 training garments are used, each in one row of one modality. Garments for validation and for tests are
    apart from one another.
    """
    path = cache / f"pictures-{seed}.safetensors"
    if not path.is_file():
        cache.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial")
        save_file(_made(seed), partial)
        partial.rename(path)
    kept = load_file(path)
    splits = [
        Split({name: kept[f"{split}.{name}"] for name in NAMES}, kept[f"{split}.labels"])
        for split in ("train", "validation", "test")
    ]
    return PolyFashion(*splits, identity=hashlib.sha256(path.read_bytes()).hexdigest()[:12])


def _made(seed: int) -> dict[str, Tensor]:
    rng = np.random.default_rng(seed)
    backgrounds = _backgrounds()
    garments, classes = _garments("train")
    held, held_classes = _garments("t10k")
    order = rng.permutation(len(held))
    # Equal shares of each class: a permutation of all would not have them
    by_class = [order[held_classes[order] == label] for label in range(NUM_CLASSES)]
    first = [rows[: VALIDATION // NUM_CLASSES] for rows in by_class]
    rest = [rows[VALIDATION // NUM_CLASSES :] for rows in by_class]
    apart = [rng.permutation(np.flatnonzero(classes == label)) for label in range(NUM_CLASSES)]
    count = TRAIN // NUM_CLASSES
    found: dict[str, Tensor] = {}
    for number, name in enumerate(NAMES):
        chosen = [rows[number * count : (number + 1) * count] for rows in apart]
        found[f"train.{name}"] = _pasted(garments[np.concatenate(chosen)], backgrounds[number], rng)
        for split, groups in (("validation", first), ("test", rest)):
            rows = np.concatenate([rng.permutation(group) for group in groups])
            found[f"{split}.{name}"] = _pasted(held[rows], backgrounds[number], rng)
    sizes = {"train": TRAIN, "validation": VALIDATION, "test": len(held) - VALIDATION}
    mixed = {split: rng.permutation(size) for split, size in sizes.items()}
    for split, size in sizes.items():
        found[f"{split}.labels"] = torch.arange(NUM_CLASSES).repeat_interleave(size // NUM_CLASSES)
    return {key: values[mixed[key.partition(".")[0]]].contiguous() for key, values in found.items()}


def _backgrounds() -> list[Pixels]:
    """The first photos, in the order of their hashes, of five products: (H, W, 3) each."""
    first = {path.parent.name: path for path in reversed(grocery(False))}
    chosen = [path for path in grocery(False) if path in first.values()][: len(NAMES)]
    return [np.asarray(Image.open(path).convert("RGB")) for path in chosen]


def _garments(part: str) -> tuple[Pixels, npt.NDArray[np.int64]]:
    """(N, 28, 28) and the classes (N,)."""
    if not GARMENTS.is_dir():
        sys.exit(
            f"nothing measured: there is no {GARMENTS}; install Debian's dataset-fashion-mnist, or set "
            "MMGEN_FASHION_MNIST to the folder that has its files"
        )
    images = gzip.decompress((GARMENTS / f"{part}-images-idx3-ubyte.gz").read_bytes())
    labels = gzip.decompress((GARMENTS / f"{part}-labels-idx1-ubyte.gz").read_bytes())
    pixels = np.frombuffer(images, np.uint8, offset=16).reshape(-1, PX, PX)
    return pixels, np.frombuffer(labels, np.uint8, offset=8).astype(np.int64)


def _pasted(garments: Pixels, background: Pixels, rng: np.random.Generator) -> Tensor:
    """(N, 28, 28) -> (N, 3, 28, 28): the photo's crop, inverted inside the outline."""
    windows = np.lib.stride_tricks.sliding_window_view(background, (PX, PX), axis=(0, 1))
    top, left = (rng.integers(0, size - PX, len(garments)) for size in background.shape[:2])
    crops = windows[top, left]
    return torch.from_numpy(np.where((garments > THRESHOLD)[:, None], 255 - crops, crops))


# --- nets -----------------------------------------------------------------------------------------------------------


def encoder() -> nn.Sequential:
    """(B, 3, 28, 28) -> (B, 256)."""
    return nn.Sequential(
        nn.Conv2d(3, 32, 3, 2, 1), nn.ReLU(),
        nn.Conv2d(32, 64, 3, 2, 1), nn.ReLU(),
        nn.Conv2d(64, 128, 3, 2, 1), nn.ReLU(),
        nn.Flatten(), nn.Linear(128 * 4 * 4, HIDDEN), nn.ReLU(),
    )  # fmt: skip


def decoder(latent: int) -> nn.Sequential:
    """(B, L) -> (B, 3, 28, 28): the location of a Laplace likelihood."""
    return nn.Sequential(
        nn.Linear(latent, 128 * 4 * 4), nn.ReLU(), nn.Unflatten(1, (128, 4, 4)),
        nn.ConvTranspose2d(128, 64, 3, 2, 1), nn.ReLU(),
        nn.ConvTranspose2d(64, 32, 3, 2, 1, 1), nn.ReLU(),
        nn.ConvTranspose2d(32, 3, 3, 2, 1, 1),
    )  # fmt: skip


# --- judges ---------------------------------------------------------------------------------------------------------


class Judge(nn.Module):
    """A classifier of one modality. What it says, and the features before its last layer: (B, 10) and (B, 128)."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(3, 32, 3, 2, 1), nn.ReLU(), nn.Dropout2d(0.1),
            nn.Conv2d(32, 64, 3, 2, 1), nn.ReLU(), nn.Dropout2d(0.1),
            nn.Flatten(), nn.Linear(64 * 7 * 7, FEATURES), nn.ReLU(),
        )  # fmt: skip
        self.last = nn.Sequential(nn.Dropout(0.5), nn.Linear(FEATURES, NUM_CLASSES))

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        features = self.layers(pictures)
        return self.last(features), features


@dataclass(frozen=True)
class Judges:
    """A judge for each modality of either kind; ``identity``: a hash of their weights.

    ``sharp`` ones have seen real pictures as they are, as in the papers. ``soft`` ones have also seen them blurred and
    averaged with others of their class, as a decoder's mean is: they tell a class where it can be seen, and sharpness
    is left to the distances, by the sharp ones' features.
    """

    sharp: dict[str, Judge]
    soft: dict[str, Judge]
    identity: str

    @torch.no_grad()
    def say(self, name: str, pictures: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Of pictures in one modality the classes by both kinds, soft first, (B,) uint8 each, and features (B, 128)."""
        seen = pictures.clamp(0, 1)
        logits, features = self.sharp[name](seen)
        return *(said.argmax(dim=1).to(torch.uint8) for said in (self.soft[name](seen)[0], logits)), features


def judges(data: PolyFashion, cache: Path, epochs: int, seed: int = 0) -> Judges:
    """Trained on the training pictures of one modality each, or taken from the cache where they were."""
    kinds = [{name: _judge(data, cache, name, epochs, seed, is_soft) for name in NAMES} for is_soft in (False, True)]
    nets = [net for kind in kinds for net in kind.values()]
    weights = b"".join(value.numpy().tobytes() for net in nets for value in net.state_dict().values())
    return Judges(*kinds, identity=hashlib.sha256(weights).hexdigest()[:12])


def _judge(data: PolyFashion, cache: Path, name: str, epochs: int, seed: int, is_soft: bool) -> Judge:
    about = fingerprint(data=data.identity, epochs=epochs, seed=seed, layers=str(Judge()))[:12]
    path = cache / f"judge-{'soft-' if is_soft else ''}{name}-{about}.safetensors"
    judge = Judge().eval()
    if path.is_file():
        judge.load_state_dict(load_file(path))
    else:
        _train(judge, data.train, name, epochs, seed, is_soft)
        save_file(judge.state_dict(), path)
    return judge


def _train(judge: Judge, train: Split, name: str, epochs: int, seed: int, is_soft: bool) -> None:
    torch.manual_seed(seed)
    for layer in judge.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            layer.reset_parameters()
    steps = epochs * (len(train) // 64)
    optimizer = torch.optim.Adam(judge.parameters(), fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 2e-3, total_steps=steps)
    judge.train()
    for _ in range(epochs):
        for rows in torch.randperm(len(train))[: len(train) // 64 * 64].view(-1, 64):
            pictures, labels = train.pictures[name][rows].float() / 255, train.labels[rows]
            logits, _ = judge(_softened(pictures, labels) if is_soft else pictures)
            optimizer.zero_grad(set_to_none=True)
            nn.functional.cross_entropy(logits, labels, label_smoothing=0.1).backward()
            optimizer.step()
            schedule.step()
    judge.eval()


def _softened(pictures: Tensor, labels: Tensor) -> Tensor:
    """Half of them mixed with the mean of their class in the batch; every second batch is blurred."""
    alike = (labels[:, None] == labels).float()
    means = (alike / alike.sum(dim=1, keepdim=True) @ pictures.flatten(1)).view_as(pictures)
    share = torch.rand(len(pictures), 1, 1, 1) * (torch.rand(len(pictures), 1, 1, 1) < 0.5)
    mixed = pictures.lerp(means, share)
    if torch.rand(()) < 0.5:
        return mixed
    sigma_px = 0.3 + 2.2 * torch.rand(())
    taps = torch.exp(-0.5 * (torch.arange(-5, 6) / sigma_px).square())
    taps = (taps / taps.sum()).expand(3, 1, 1, -1)
    padded = nn.functional.pad(mixed, (5, 5, 5, 5), mode="replicate")
    across = nn.functional.conv2d(padded, taps, groups=3)
    return nn.functional.conv2d(across, taps.transpose(2, 3), groups=3)
