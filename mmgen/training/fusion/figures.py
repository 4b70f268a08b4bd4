"""The figures a model is judged by: each with a baseline that knows nothing of the product, and a 95% interval.

Intervals are bootstrapped over groups (near-copies of one product), not rows: rows of one group are not independent.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from mmgen.models.examples import ExampleArrays
from mmgen.models.fusion.model import FusionModel
from mmgen.models.fusion.net import TOKENS, Batch
from mmgen.models.modalities.registry import media_of
from mmgen.models.text.decoder import UNKNOWN
from mmgen.registry.scores import Scores
from mmgen.seeds import seed_of
from mmgen.training.fusion.coherence import Question, coherence
from mmgen.training.fusion.likelihood import importance_weighted
from mmgen.training.fusion.texts import Texts

TOP = 10
CHUNK = 64
ACTIVE = 0.01
LIKELIHOOD_ROWS = 512
LATENT = "latent."
"""What the posterior's means are called among the scores, by dimension."""
Rows = dict[str, NDArray[np.float64]]  # a figure's value for each row, nan where the row doesn't have it


def evaluate(
    model: FusionModel,
    test: ExampleArrays,
    texts: Texts,
    mean_image: NDArray[np.float64],
    unigram: NDArray[np.float64],
    seed: int = 0,
    rounds: int = 200,
    questions: Sequence[Question] = (),
    draws: int = 0,
) -> dict[str, float]:
    """Figures on the test rows: ``summary`` of ``measure``."""
    scores = measure(model, test, texts, mean_image, unigram, seed, questions, draws)
    return summary(scores, rounds, seed)


def measure(
    model: FusionModel,
    test: ExampleArrays,
    texts: Texts,
    mean_image: NDArray[np.float64],
    unigram: NDArray[np.float64],
    seed: int = 0,
    questions: Sequence[Question] = (),
    draws: int = 0,
) -> Scores:
    """What each test row scores. ``mean_image`` (64, 64, 3) in 0..255, ``unigram`` (V,) log probabilities and
    ``questions`` come from the training rows.

    ``elbo`` and its terms in nats a row, and ``log_likelihood`` of the first LIKELIHOOD_ROWS rows with ``draws`` draws
    (none: left out); ``image_psnr_db`` and ``image_ssim`` of reconstructions from the photo alone, against
    ``baseline_image_*`` of the mean training image; ``text_nats`` a token against ``baseline_text_nats`` of the unigram
    model; ``retrieval_recall_at_10`` (from the text alone to its photo among all of them) against
    ``baseline_retrieval_recall_at_10``; ``coherence`` and what it is made of (see there).
    """
    rows: Rows = {}
    rows |= _bound(model, test, texts, unigram, seed)
    rows |= _pictures(model, test, mean_image)
    rows |= _retrieval(model, test)
    rows |= coherence(model, test, questions)
    if draws:
        first = np.arange(min(len(test), LIKELIHOOD_ROWS))
        found = importance_weighted(model, test.take(first), texts, draws, seed)
        rows["log_likelihood"] = _spread(found, first, len(test))
    means = model.encode(test)[0]
    rows |= {f"{LATENT}{number}": means[:, number].astype(np.float64) for number in range(means.shape[1])}
    groups = np.unique(np.array(test.group_id), return_inverse=True)[1]
    tokens = rows.pop("_text_tokens")
    return Scores(rows, dict.fromkeys(("text_nats", "baseline_text_nats"), tokens), groups.astype(np.int64))


def summary(scores: Scores, rounds: int = 200, seed: int = 0) -> dict[str, float]:
    """The means, with their 95% intervals by bootstrap over groups: each figure ``x`` comes with ``x_low`` and
    ``x_high``.

    Costs a token are said as ``text_perplexity`` and ``baseline_text_perplexity``; ``active_units`` is how many
    dimensions of the latent say anything of a product, of ``latent_units``. ``num_test_rows`` and ``num_test_groups``
    say on how much it rests. A figure that no row has is left out.
    """
    weights = scores.resamples(rounds, seed_of("bootstrap", seed))
    figures = {"num_test_rows": float(len(scores.groups)), "num_test_groups": float(scores.groups.max() + 1)}
    latent = [value for name, value in scores.values.items() if name.startswith(LATENT)]
    figures["latent_units"] = float(len(latent))
    samples = {name: scores.means(name, weights) for name in scores.values if not name.startswith(LATENT)}
    for name in ("text_nats", "baseline_text_nats"):
        cost = samples.pop(name, None)
        samples[name.replace("nats", "perplexity")] = None if cost is None else np.exp(cost)
    samples["active_units"] = active_units(np.stack(latent, axis=1), weights) if latent else None
    for name, found in samples.items():
        if found is not None:
            figures[name] = float(found[0])
            figures[f"{name}_low"], figures[f"{name}_high"] = (
                float(v) for v in np.nanpercentile(found[1:], [2.5, 97.5])
            )
    return figures


def ssim(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Structural similarity of grey values (Wang et al. 2004) with a 7x7 box window: (B, H, W, 3) twice -> (B,)."""
    grey = torch.tensor([0.299, 0.587, 0.114], dtype=torch.float64)
    x, y = ((torch.from_numpy(v).double() @ grey)[:, None] for v in (a, b))

    def box(v: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.avg_pool2d(v, 7, 1)

    mx, my, c1, c2 = box(x), box(y), (0.01 * 255) ** 2, (0.03 * 255) ** 2
    vx, vy, vxy = box(x * x) - mx * mx, box(y * y) - my * my, box(x * y) - mx * my
    value = (2 * mx * my + c1) * (2 * vxy + c2) / ((mx * mx + my * my + c1) * (vx + vy + c2))
    return np.asarray(value.mean(dim=(1, 2, 3)).numpy())


def psnr_db(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Peak signal-to-noise ratio of each row in dB, at most 60: (B, H, W, 3) twice -> (B,)."""
    error = np.square(a.astype(np.float64) - b.astype(np.float64)).mean(axis=(1, 2, 3))
    return np.asarray(np.minimum(60.0, 10 * np.log10(255.0**2 / np.maximum(error, 1e-9))))


def active_units(mu: NDArray[np.floating[Any]], weights: NDArray[np.int64]) -> NDArray[np.float64]:
    """How many dimensions of the latent say anything of a product: those whose posterior means vary by more than
    ``ACTIVE`` over the rows (Burda et al. 2016, arXiv 1509.00519). The rest have collapsed to the prior.

    mu: (B, L); weights: (K, B), how often each row counts. Returns (K,).
    """
    values, total = mu.astype(np.float64), np.maximum(weights.sum(axis=1, keepdims=True), 1)
    values = values - values.mean(axis=0)
    variance = weights @ np.square(values) / total - np.square(weights @ values / total)
    return np.asarray((variance > ACTIVE).sum(axis=1), np.float64)


@torch.no_grad()
def _bound(model: FusionModel, test: ExampleArrays, texts: Texts, unigram: NDArray[np.float64], seed: int) -> Rows:
    """The bound and its terms, and the cost a token of all of a row's texts, with the unigram model's beside it, and
    how many tokens these are."""
    names = ("elbo", "kl", *(f"{t}_nll" for t in model.net.terms), "text_nats", "_text_tokens", "baseline_text_nats")
    out = {name: np.full(len(test), np.nan) for name in names}
    unknown_cost = np.log(len(unigram)) * (np.arange(len(unigram)) == model.vocabulary.index["<unk>"])
    for start in range(0, len(test), CHUNK):
        part = test.take(list(range(start, min(start + CHUNK, len(test)))))
        here = slice(start, start + len(part))
        data = Batch.of(part, model.net)
        generator = torch.Generator().manual_seed(seed_of(seed, start))
        noise = torch.randn(len(part), model.net.fusion.noise_size, generator=generator)
        batch = texts.batch(part.product_id, [0] * len(part))
        terms = model.net.elbo(data, data.present, noise, batch)
        out["elbo"][here], out["kl"][here] = terms.elbo().numpy(), terms.kl.sum(dim=1).numpy()
        present = data.present | {TOKENS: batch.present}
        for term, value in terms.nll.items():
            out[f"{term}_nll"][here] = np.where(present[term].numpy(), value.numpy(), np.nan)
        for k in range(max(1, *(texts.count(p) for p in part.product_id))):
            batch = texts.batch(part.product_id, [k] * len(part))
            nll = model.net.text_decoder.nll(batch.tokens, terms.latent, batch.slots, UNKNOWN)
            tokens = batch.tokens[:, 1:].numpy()
            cost = np.where(tokens > 0, (unknown_cost - unigram)[tokens], 0.0).sum(axis=1)
            for name, value in (("text_nats", nll.numpy()), ("_text_tokens", (tokens > 0).sum(axis=1)),
                                ("baseline_text_nats", cost)):  # fmt: skip
                value = np.where(batch.present.numpy(), value, 0.0)
                out[name][here] = np.nan_to_num(out[name][here]) + value
    tokens = out["_text_tokens"]
    for name in ("text_nats", "baseline_text_nats"):
        out[name] = np.where(tokens > 0, out[name] / np.where(tokens > 0, tokens, 1), np.nan)
    return out


def _pictures(model: FusionModel, test: ExampleArrays, mean_image: NDArray[np.float64]) -> Rows:
    rows = np.flatnonzero(test.present["image"])
    if not len(rows) or "image" not in model.net.models:
        return {}
    media, shown = media_of(tuple(model.net.models)), test.take(rows)
    decoded, pixels = model.decode_images(shown.only(*media["image"])), shown.values["image"]
    baseline = np.broadcast_to(mean_image.round().astype(np.uint8), pixels.shape).copy()
    found = {
        "image_psnr_db": psnr_db(pixels, decoded),
        "image_ssim": ssim(pixels, decoded),
        "baseline_image_psnr_db": psnr_db(pixels, baseline),
        "baseline_image_ssim": ssim(pixels, baseline),
    }
    return {name: _spread(values, rows, len(test)) for name, values in found.items()}


@torch.no_grad()
def _retrieval(model: FusionModel, test: ExampleArrays) -> Rows:
    """Whether the row's own image is among the TOP that its text speaks for most: the latents' cosine decides."""
    rows = np.flatnonzero(test.present["image"] & test.present["text"])
    if len(rows) < 2 or not {"image", "text"} <= set(model.net.models):
        return {}
    media, both = media_of(tuple(model.net.models)), test.take(rows)
    by_text, by_image = (model.encode(both.only(*media[name]))[0] for name in ("text", "image"))
    scores = _unit(by_text) @ _unit(by_image).T
    own = np.diag(scores)
    found = (scores > own[:, None]).sum(axis=1) < TOP
    chance = np.full(len(rows), min(1.0, TOP / len(rows)))
    return {
        "retrieval_recall_at_10": _spread(found.astype(np.float64), rows, len(test)),
        "baseline_retrieval_recall_at_10": _spread(chance, rows, len(test)),
    }


def _spread(values: NDArray[np.float64], rows: NDArray[np.int64], size: int) -> NDArray[np.float64]:
    out = np.full(size, np.nan)
    out[rows] = values
    return out


def _unit(values: NDArray[np.float32]) -> NDArray[np.float32]:
    return values / np.maximum(np.linalg.norm(values, axis=1, keepdims=True), 1e-9)


def mean_image_of(parts: Sequence[ExampleArrays]) -> NDArray[np.float64]:
    """The mean of the images there are, (64, 64, 3) in 0..255; mid-grey where there are none."""
    total, count = np.zeros((64, 64, 3)), 0
    for part in parts:
        images = part.values["image"][part.present["image"]]
        total, count = total + images.sum(axis=0, dtype=np.float64), count + len(images)
    return total / count if count else np.full((64, 64, 3), 127.5)
