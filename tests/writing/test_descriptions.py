"""The descriptions transform: the model's texts only where they pass, else the composer's, else a reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pytest

from mmgen.config.descriptions import ContentParams, DescriptionParams
from mmgen.content_checks.run import check_content, status_of
from mmgen.facts.fact import from_json
from mmgen.facts.record import facts_of
from mmgen.writing.descriptions import COMPOSER_VERSION, columns, write_descriptions
from mmgen.writing.fitting import form_of
from mmgen.writing.targets import training_targets
from tests.facts.records import EMPTY, OTHERS
from tests.facts.records_en import ENGLISH
from tests.facts.records_zh import CHINESE

PARAMS = DescriptionParams()
GOOD = "<title> . <other_1_name> : <other_1> ; <other_2_name> : <other_2> ; <other_3_name> : <other_3> ."
SCHEMA = pa.schema(
    [("product_id", pa.string()), ("locale", pa.string()), ("title", pa.string()), ("description", pa.string()),
     ("category", pa.list_(pa.string())), ("brand", pa.string()), ("price", pa.float64()), ("currency", pa.string()),
     ("attributes", pa.map_(pa.string(), pa.string())), ("facts", pa.string()), ("has_image", pa.bool_())]
)  # fmt: skip


def batch_of(examples: Sequence[dict[str, Any]]) -> pa.RecordBatch:
    rows = [{**e, "attributes": list(e["attributes"].items())} for e in examples]
    return pa.RecordBatch.from_pylist(rows, schema=SCHEMA)


@dataclass(frozen=True)
class Sampled:
    tokens: list[str]
    log_prob: float = -8.0
    is_finished: bool = True


@dataclass
class FakeSampler:
    """Says the same token sequences of every product. Keeps what it was asked for."""

    texts: dict[str, list[Sampled]]
    calls: list[tuple[str, list[set[str]], list[int]]] = field(default_factory=list)

    def sample_texts(
        self, examples: Any, allowed: list[set[str]], seeds: list[int], num_samples: int, temperature: float,  # noqa: ARG002
        max_tokens: int, kind: str = "description", traits: list[str] | None = None,  # noqa: ARG002
    ) -> list[list[Sampled]]:  # fmt: skip
        assert examples.num_rows == len(allowed) == len(seeds)
        self.calls.append((kind, allowed, seeds))
        return [self.texts.get(kind, []) for _ in allowed]


def say(text: str, **changes: Any) -> list[Sampled]:
    return [Sampled(text.split(), **changes)]


def write(examples: Sequence[dict[str, Any]], sampler: FakeSampler | None = None) -> dict[str, list[Any]]:
    return write_descriptions(batch_of(examples), PARAMS, sampler, lambda batch: batch, "m-7")


@pytest.mark.parametrize(
    "sampler", [pytest.param(None, id="no_model"), pytest.param(FakeSampler({}), id="model_says_nothing")]
)
def test_every_product_with_a_word_to_it_gets_both_texts(sampler: FakeSampler | None) -> None:
    examples = [*CHINESE, *ENGLISH, *OTHERS]
    out = write(examples, sampler)
    assert set(out) == set(columns())
    assert out["reject_reason"] == [None] * len(examples)
    assert all(out["description"]) and all(out["ad_copy"])
    assert set(out["writer"]) == {"composer"} and set(out["model_version"]) == {COMPOSER_VERSION}
    assert [from_json(text) for text in out["facts"]] == [facts_of(example) for example in examples]


@pytest.mark.parametrize(
    ("tokens", "writer"),
    [
        pytest.param(GOOD, "model", id="good"),
        pytest.param(GOOD.replace("<other_2>", "<other_2> blue"), "composer", id="made_up_colour"),
        pytest.param(GOOD.replace("<other_2>", "<other_1>"), "composer", id="slot_twice"),
        pytest.param(f"the best {GOOD}", "composer", id="superlative"),
        pytest.param(GOOD.removesuffix(" ."), "composer", id="no_end_mark"),
        pytest.param("<title> .", "composer", id="says_too_little"),
        pytest.param(f"{GOOD} <unk> .", "composer", id="unknown_word"),
        pytest.param(f"{GOOD} <material> .", "composer", id="slot_without_fact"),
    ],
)
def test_a_sample_is_taken_only_where_it_passes(tokens: str, writer: str) -> None:
    out = write([ENGLISH[0]], FakeSampler({"description": say(tokens)}))
    assert out["writer"] == [writer]
    assert out["reject_reason"] == [None]
    assert out["model_version"] == ["m-7" if writer == "model" else COMPOSER_VERSION]
    assert (
        status_of(check_content("description", out["description"][0], facts_of(ENGLISH[0]), "en", ContentParams()))
        == "approved"
    )


def test_an_unfinished_sample_is_not_taken() -> None:
    good = say(GOOD, is_finished=False)
    assert write([ENGLISH[0]], FakeSampler({"description": good}))["writer"] == ["composer"]


def test_a_written_description_is_never_left_out() -> None:
    milk = next(e for e in CHINESE if e["product_id"] == "c16")
    out = write([milk], FakeSampler({"description": say("<title> 。 <kind_name> ： <kind> 。")}))
    assert out["writer"] == ["composer"]
    assert "选用有机牧场奶源" in out["description"][0]


def test_the_sampler_sees_only_what_it_can_write_for() -> None:
    sampler = FakeSampler({})
    write([ENGLISH[0], EMPTY, OTHERS[0], CHINESE[0]], sampler)
    assert [kind for kind, _, _ in sampler.calls] == ["description", "ad_copy"]
    assert sampler.calls[0][1] == [
        form_of("description", facts_of(e), e["locale"], PARAMS).open_slots for e in (ENGLISH[0], CHINESE[0])
    ]
    assert len({*sampler.calls[0][2], *sampler.calls[1][2]}) == 4


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        pytest.param({"has_image": True}, "title_empty", id="a_picture_without_a_word"),
        pytest.param({"has_image": False}, "no_modality", id="nothing"),
        pytest.param({"title": "🔥🔥", "has_image": False}, "no_modality", id="emoji_only"),
        pytest.param({"title": None, "category": None, "brand": "N/A"}, "title_empty", id="junk_and_nulls"),
    ],
)
def test_a_row_without_words_is_rejected_with_a_reason(changes: dict[str, Any], reason: str) -> None:
    out = write([ENGLISH[0], {**EMPTY, **changes}])
    assert out["reject_reason"] == [None, reason]
    assert out["description"][1] is None and out["ad_copy"][1] is None
    assert out["num_candidates"][1] == 0


def test_a_rerun_and_another_order_give_the_same() -> None:
    examples = [*CHINESE, *ENGLISH]
    pool = [Sampled(t[1:]) for t in training_targets(ENGLISH[0]).texts]
    first, second = (write(e, FakeSampler({"description": pool})) for e in (examples, examples[::-1]))
    assert all(first[name] == second[name][::-1] for name in columns())


def test_an_empty_batch() -> None:
    assert write([]) == {name: [] for name in columns()}
