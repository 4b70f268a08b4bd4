from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from mmgen.models.examples import ExampleArrays, concat
from mmgen.models.fusion.config import FIRST, FusionConfig
from mmgen.models.fusion.model import FusionModel
from mmgen.models.fusion.net import Batch, FusionNet
from mmgen.models.modalities.registry import default_modalities
from mmgen.models.text.decoder import TextBatch
from mmgen.models.text.vocabulary import Vocabulary, is_slot
from mmgen.training.fusion.inputs import thin
from mmgen.training.fusion.objective import weighted_loss
from tests.training.examples_files import TINY, example, targets


def arrays(numbers: list[int]) -> ExampleArrays:
    rows = [example(n) for n in numbers]
    return ExampleArrays.from_columns({name: [row[name] for row in rows] for name in rows[0]})


@pytest.fixture
def model() -> FusionModel:
    return made(default_modalities())


def made(modalities: tuple[str, ...]) -> FusionModel:
    torch.manual_seed(0)
    rows = [example(n) for n in range(9)]
    texts = [t for row in rows for t in targets(row | {"attributes": dict(row["attributes"])}).texts]
    vocabulary = Vocabulary.build(texts, min_count=1)
    config = FusionConfig(
        **TINY.sizes.model_dump(),
        modalities=modalities,
        sizes={"text": 256, "audio": 128, "sound": 64 * 16},
        num_tokens=len(vocabulary),
        num_slots=len(vocabulary.slot_ids),
    )
    return FusionModel(FusionNet(config), config, vocabulary)


def text_batch(model: FusionModel, present: list[bool]) -> TextBatch:
    tokens = torch.tensor([model.vocabulary.encode(["<bos:description:en>", "a", "<colour>", "shirt"])] * len(present))
    return TextBatch(tokens, torch.ones(len(present), model.config.num_slots), torch.tensor(present))


def terms_of(model: FusionModel, data: Batch, texts: TextBatch):
    return model.net.elbo(data, data.present, torch.zeros(len(texts.tokens), model.config.latent), texts)


def without(data: Batch, missing: str, row: int | slice) -> Batch:
    masks = data.present[missing].clone()
    masks[row] = False
    return dataclasses.replace(data, present=data.present | {missing: masks})


@pytest.mark.parametrize("missing", default_modalities())
def test_what_stands_in_for_a_missing_modality_changes_nothing(model, missing):
    data = Batch.of(arrays([1, 13]), model.net)  # have everything
    assert all(present.all() for present in data.present.values())
    data = without(data, missing, 0)
    noisy = data.values[missing].clone()
    noisy[0] = torch.rand_like(noisy[0]) * 3
    texts = text_batch(model, [True, False])
    one = terms_of(model, data, texts)
    other = terms_of(model, dataclasses.replace(data, values=data.values | {missing: noisy}), texts)
    assert tuple(one.nll) == model.net.terms
    for name in model.net.terms:
        torch.testing.assert_close(one.nll[name], other.nll[name], rtol=0, atol=0)
    assert one.nll[missing][0] == 0 and one.nll[missing][1] != 0
    assert one.nll["tokens"][1] == 0
    torch.testing.assert_close(one.kl, other.kl, rtol=0, atol=0)


OWN = ("shared", "encoders", "fusion.experts", "decoders", "log_scale")


@pytest.mark.parametrize(
    ("missing", "silent"),
    [
        *((name, tuple(f"{part}.{name}" for part in OWN)) for name in default_modalities()),
        ("tokens", ("text_decoder.",)),
    ],
)
def test_a_missing_modality_gets_no_gradient_and_the_others_do(model, missing, silent):
    data = Batch.of(arrays([1, 13]), model.net)
    if missing != "tokens":
        data = without(data, missing, slice(None))
    weighted_loss(terms_of(model, data, text_batch(model, [missing != "tokens"] * 2)), TINY, 1.0).backward()
    for name, parameter in model.net.named_parameters():
        size = 0.0 if parameter.grad is None else float(parameter.grad.abs().sum())
        assert (size == 0.0) == name.startswith(silent), name


def test_a_product_with_nothing_is_encoded_by_the_prior(model):
    mu, logvar = model.encode(arrays([1]).only())
    assert np.abs(mu).max() == 0 and np.abs(logvar).max() == 0


def test_thinning_hides_only_what_is_there():
    present = {name: torch.full((4000,), name != "audio") for name in default_modalities()}
    thinned = thin(present, 0.5, torch.Generator().manual_seed(0))
    assert not thinned["audio"].any()
    assert thinned["image"].float().mean().item() == pytest.approx(0.75, abs=0.03)
    whole = thin(present, 0.0, torch.Generator())
    assert all(torch.equal(whole[name], present[name]) for name in default_modalities())


def test_rows_that_show_one_modality_show_each_as_often_of_those_that_they_have():
    present = {name: torch.full((4000,), name != "audio") for name in default_modalities()}
    alone = thin(present, 0.0, torch.Generator().manual_seed(0), alone=1.0)
    count = torch.stack(list(alone.values())).sum(dim=0)
    assert (count == 1).all() and not alone["audio"].any()
    num_there = sum(bool(found.any()) for found in present.values())
    assert alone["text"].float().mean().item() == pytest.approx(1 / num_there, abs=0.03)
    half = thin(present, 0.0, torch.Generator().manual_seed(0), alone=0.5)
    assert (torch.stack(list(half.values())).sum(dim=0) == 1).float().mean().item() == pytest.approx(0.5, abs=0.03)
    nothing = {name: torch.zeros(9, dtype=torch.bool) for name in default_modalities()}
    assert not torch.stack(list(thin(nothing, 0.0, torch.Generator(), alone=1.0).values())).any()


def test_save_and_load_give_the_same_model_without_pickle(model, tmp_path):
    model.save(tmp_path)
    assert sorted(p.suffix for p in tmp_path.iterdir()) == [".json", ".json", ".json", ".safetensors"]
    again = FusionModel.load(tmp_path)
    np.testing.assert_array_equal(model.decode_images(arrays([1, 2])), again.decode_images(arrays([1, 2])))
    with pytest.raises(ValueError, match="no fusion model"):
        FusionModel.load(tmp_path / "absent")


RENAMED = {
    "shared.attributes.table": "attribute_table",
    "shared.attributes.bias": "attribute_bias",
    "shared.audio.mean": "audio_mean",
    "shared.audio.std": "audio_std",
    "encoders.image": "image_encoder",
    "encoders.text": "text_encoder",
    "encoders.audio": "audio_encoder",
    "encoders.attributes": "attribute_encoder",
    "fusion.experts.image": "experts.0",
    "fusion.experts.text": "experts.1",
    "fusion.experts.audio": "experts.2",
    "fusion.experts.attributes": "experts.3",
    "decoders.image": "image_decoder",
    "decoders.text": "text_head",
    "decoders.audio": "audio_head",
    "decoders.attributes": "attribute_head",
}


def test_a_model_saved_before_modalities_had_names_still_loads(tmp_path):
    model = made(FIRST)
    model.save(tmp_path)
    weights, old = load_file(tmp_path / "model.safetensors"), {}
    for name, value in weights.items():
        found = next((new for new in RENAMED if name == new or name.startswith(f"{new}.")), None)
        old[RENAMED[found] + name.removeprefix(found) if found else name] = value
    assert not {name.split(".")[0] for name in old} & {"shared", "encoders", "decoders", "fusion"}
    save_file(old, tmp_path / "model.safetensors")
    config = {**TINY.sizes.model_dump(), "text_size": 256, "audio_size": 128, "audio_encoder": ""}
    words = {"num_tokens": model.config.num_tokens, "num_slots": model.config.num_slots}
    (tmp_path / "config.json").write_text(json.dumps(config | words), encoding="utf-8")
    again = FusionModel.load(tmp_path)
    np.testing.assert_array_equal(model.encode(arrays([1, 2]))[0], again.encode(arrays([1, 2]))[0])


SLOTS = [{"<colour>"}, {"<title>", "<colour>"}, set(), {"<title>"}]


def drawn(model, rows, num_samples=3, temperature=1.0, kind="description"):
    examples = arrays([row + 1 for row in rows])
    return model.sample_texts(
        examples, [SLOTS[r % 4] for r in rows], [r * 7 for r in rows], num_samples, temperature, 12, kind
    )


@pytest.mark.parametrize(
    "rows", [[2], [5, 2], [2, 0, 1, 3], list(range(100))], ids=["alone", "second", "first", "many"]
)
def test_a_row_is_drawn_alike_in_any_batch(model, rows):
    (alone,) = drawn(model, [2])
    assert drawn(model, rows)[rows.index(2)] == alone


def test_a_row_is_encoded_and_decoded_alike_in_any_batch(model):
    alone, many = arrays([13]), arrays([*range(40), 13])
    np.testing.assert_array_equal(model.encode(alone)[0][0], model.encode(many)[0][-1])
    np.testing.assert_array_equal(model.decode_images(alone)[0], model.decode_images(many)[-1])


@pytest.mark.parametrize("temperature", [0.0, 0.7, 3.0])
def test_only_allowed_slots_are_drawn_and_no_special(model, temperature):
    rows = list(range(40))
    seen: set[str] = set()
    for row, samples in zip(rows, drawn(model, rows, temperature=temperature), strict=True):
        for text in samples:
            assert {t for t in text.tokens if is_slot(t)} <= SLOTS[row % 4]
            assert not {"<unk>", "<pad>", "<eos>"} & set(text.tokens) and not any("<bos" in t for t in text.tokens)
            assert 1 <= len(text.tokens) <= 12 and text.log_prob < 0
            seen |= set(text.tokens)
    assert temperature < 1 or {"<colour>", "<title>"} <= seen


def test_log_prob_is_that_of_the_decoder(model):
    (text,) = drawn(model, [1], num_samples=1, temperature=0.0)[0]
    ids = [model.vocabulary.index[t] for t in ("<bos:description:other>", *text.tokens)]
    ids += [model.vocabulary.index["<eos>"]] * text.is_finished
    mu, logvar = model.encode(arrays([2]))
    noise = np.random.default_rng(7).standard_normal((1, mu.shape[1])).astype(np.float32)
    z = torch.from_numpy(mu + noise * np.exp(0.5 * logvar))
    decoder = model.net.text_decoder
    with torch.no_grad():
        condition, state = decoder.begin(z, torch.tensor([[1.0, 1.0]]))
        logits, _ = decoder.step(torch.tensor([ids[:-1]]), condition, state)
    banned = [i for i in range(9) if i != model.vocabulary.index["<eos>"]]
    logits[..., banned] = -torch.inf
    logits[0, 0, model.vocabulary.index["<eos>"]] = -torch.inf
    expected = torch.log_softmax(logits[0].double(), dim=1).gather(1, torch.tensor(ids[1:])[:, None]).sum().item()
    assert text.log_prob == pytest.approx(expected, abs=1e-3)


def test_wrong_sizes_name_the_product():
    rows = [example(6), example(1, text_embedding=np.zeros(3, np.float32))]
    with pytest.raises(ValueError, match="text_embedding of product p001 has 3 values, not 256"):
        ExampleArrays.from_columns({name: [row[name] for row in rows] for name in rows[0]})
    with pytest.raises(ValueError, match="pixels of product p001 has 3 values, not 12288"):
        ExampleArrays.from_columns({name: [value] for name, value in example(1, pixels=b"abc").items()})
    with pytest.raises(ValueError, match="no row"):
        concat([])


def test_lists_of_different_lengths_are_refused(model):
    with pytest.raises(ValueError, match="one each a row"):
        model.sample_texts(arrays([1, 2]), [set()], [1, 2], 1, 1.0, 5)
