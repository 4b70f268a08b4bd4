"""What was learnt is said again, whole; nothing else is, however little the decoder knows."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from mmgen.models.fusion.config import FusionConfig
from mmgen.models.fusion.model import FusionModel
from mmgen.models.fusion.net import FusionNet
from mmgen.models.text.sentences import Cursor, Sentences, TextTargets, split_sentences
from mmgen.models.text.vocabulary import SPECIALS, Vocabulary
from tests.models.test_fusion import arrays
from tests.training.examples_files import TINY

BEGIN = "<bos:description:en>"
LINE = "<bos:ad_copy:en>"
TEXTS = (
    f"{BEGIN} the <brand> <article> is for <gender> . it is from <season> and comes in <colour> .",
    f"{BEGIN} the <article> comes in <colour> . it is from <season> .",
    f"{BEGIN} <title> : <sentence_1> <sentence_2> it is from <season> .",
    f"{LINE} <brand> <article>",
    f"{LINE} <brand> <article> in <colour>",
)
MANY = (f"{BEGIN} the <articles> come in <colour> . they are from <season> .",)


def targets(texts: tuple[str, ...], traits: str, num_written: int = 0) -> TextTargets:
    return TextTargets([text.split() for text in texts], [frozenset()] * len(texts), traits, num_written)


VOCABULARY = Vocabulary.build([text.split() for text in (*TEXTS, *MANY)], min_count=1)
SENTENCES = Sentences.learn([targets(TEXTS, "one"), targets(MANY, "many")], VOCABULARY)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("a b . c d !", ["a b .", "c d !"], id="end_marks"),
        pytest.param("a b", ["a b <eos>"], id="a_line"),
        pytest.param("<sentence_1> <sentence_2> it .", ["<sentence_1> <sentence_2>", "it ."], id="run"),
        pytest.param("这 款 。", ["这 款 。"], id="chinese"),
        pytest.param("", [], id="nothing"),
    ],
)  # fmt: skip
def test_split(text, found):
    assert [" ".join(s) for s in split_sentences(text.split())] == found


@pytest.mark.parametrize(
    ("text", "traits", "is_known"),
    [
        pytest.param("the <article> comes in <colour> .", "one", True, id="whole"),
        pytest.param("the <article> comes in <colour> . it is from <season> .", "one", True, id="both"),
        pytest.param("the <brand> <article> is for <gender> . it is from <season> .", "one", True, id="combined_anew"),
        pytest.param("the <article> comes in .", "one", False, id="a_slip"),
        pytest.param("it is from <season> .", "one", False, id="a_follower_first"),
        pytest.param("the <article> comes in <colour> .", "many", False, id="other_traits"),
        pytest.param("the <article> comes in <colour>", "one", False, id="no_end"),
        pytest.param("", "one", False, id="empty"),
    ],
)
def test_attests(text, traits, is_known):
    assert SENTENCES.attests(BEGIN, traits, text.split()) == is_known


@pytest.mark.parametrize(
    ("products", "count"),
    [
        pytest.param([targets((f"{BEGIN} it is washable .",), "one")], 0, id="no_slot"),
        pytest.param([targets((f"{BEGIN} the <article> and <article> .",), "one")], 0, id="a_slot_twice"),
        pytest.param([targets((f"{BEGIN} the <article> sparkles .",), "one")], 0, id="an_unknown_word"),
        pytest.param([targets(TEXTS[1:2], "one", 1)] * 2, 0, id="written_of_two"),
        pytest.param([targets(TEXTS[1:2], "one", 1)] * 3, 2, id="written_of_three"),
        pytest.param([targets(TEXTS[1:2], "one")] * 3, 2, id="composed_once_each"),
    ],
)
def test_what_is_learnt(products, count):
    vocabulary = Vocabulary.build([f"{BEGIN} it is washable . and".split(), *(t.split() for t in TEXTS)], min_count=1)
    assert len(Sentences.learn(products, vocabulary)) == count


def test_the_commonest_are_kept_and_saving_keeps_them(tmp_path):
    few = Sentences.learn([targets(TEXTS, "one"), targets(TEXTS[1:2], "one")], VOCABULARY, most=2)
    assert sorted(row for rows in few.tables.values() for row in rows) == [
        "it is from <season> .", "the <article> comes in <colour> ."
    ]  # fmt: skip
    SENTENCES.save(tmp_path / "s.json")
    assert Sentences.load(tmp_path / "s.json", VOCABULARY).tables == SENTENCES.tables


def options(slots: set[str], said: str = "", begin: str = BEGIN, traits: str = "one") -> set[str]:
    cursor = Cursor(SENTENCES, begin, traits, slots)
    for token in said.split():
        cursor.advance(VOCABULARY.index[token])
    return {VOCABULARY.tokens[i] for i in cursor.options()}


@pytest.mark.parametrize(
    ("slots", "said", "found"),
    [
        pytest.param({"<article>", "<colour>"}, "", {"the"}, id="opening"),
        pytest.param({"<article>", "<colour>"}, "the", {"<article>"}, id="only_what_it_has"),
        pytest.param({"<colour>"}, "", set(), id="no_way_in"),
        pytest.param({"<article>", "<colour>"}, "the <article> comes in <colour> .", {"<eos>"}, id="nothing_left"),
        pytest.param(
            {"<article>", "<colour>", "<season>"},
            "the <article> comes in <colour> .",
            {"<eos>", "it"},
            id="another_follows",
        ),
        pytest.param(
            {"<article>", "<colour>", "<season>"},
            "the <article> comes in <colour> . it is from <season>",
            {"."},
            id="a_slot_once",
        ),
    ],
)
def test_what_can_come_next(slots, said, found):
    assert options(slots, said) == found


def test_a_line_ends_or_goes_on():
    slots = {"<brand>", "<article>", "<colour>"}
    assert options(slots, "<brand> <article>", LINE) == {"<eos>", "in"}
    assert options(slots, "<brand> <article> in <colour>", LINE) == {"<eos>"}
    assert options(slots, "", LINE, "other") == set()


@pytest.mark.parametrize("slots", [{"<article>", "<colour>", "<season>", "<brand>", "<gender>"}, {"<gender>"}])
def test_an_untrained_decoder_says_only_what_was_learnt(slots):
    torch.manual_seed(0)
    config = FusionConfig(
        **TINY.sizes.model_dump(),
        sizes={"text": 256, "audio": 128},
        num_tokens=len(VOCABULARY),
        num_slots=len(VOCABULARY.slot_ids),
    )
    model = FusionModel(FusionNet(config), config, VOCABULARY, SENTENCES)
    rows = arrays([3 * n for n in range(20)])  # English
    drawn = model.sample_texts(rows, [slots] * 20, list(range(20)), 4, 1.0, 40, traits=["one"] * 20)
    texts = [text for row in drawn for text in row]
    assert all(text.is_finished == (slots != {"<gender>"}) for text in texts)
    assert all(SENTENCES.attests(BEGIN, "one", text.tokens) for text in texts if text.is_finished)
    assert not {token for text in texts for token in text.tokens} & set(SPECIALS)
    assert len({tuple(text.tokens) for text in texts if text.is_finished}) == (
        5 if len(slots) > 1 else 0
    )  # every one there is
    assert np.isfinite([text.log_prob for text in texts]).all()
    alone = model.sample_texts(arrays([9]), [slots], [3], 4, 1.0, 40, traits=["one"])
    assert alone[0] == drawn[3]
