"""One plug-in of each sort: registered by one entry, it goes the way that the real ones go."""

from __future__ import annotations

import ast
import io
import json
import wave
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image

from mmgen.config.config import Config
from mmgen.config.creatives import CreativeParams
from mmgen.config.descriptions import ContentParams, DescriptionParams
from mmgen.config.params import entry_named
from mmgen.content_checks import registry as checks_registry
from mmgen.content_checks.check import Check, Context
from mmgen.content_checks.registry import CHECKS, checks_of
from mmgen.content_checks.rows import check_rows
from mmgen.content_checks.run import check_content, status_of
from mmgen.creatives.alt import alt_text
from mmgen.creatives.layout import Drawn, Layout
from mmgen.creatives.layouts import registry as layouts_registry
from mmgen.creatives.layouts.registry import LAYOUTS, layout_named
from mmgen.creatives.rows import draw_creatives
from mmgen.creatives.sheet import MARGIN, CreativeSpec, Sheet
from mmgen.facts.fact import Fact, to_json
from mmgen.kinds import KINDS, Kind, Limits, Modality, editable_kinds
from mmgen.models.text.vocabulary import SPECIALS, begin_token
from mmgen.publishing.decisions import edit
from mmgen.publishing.publish import publication_of
from mmgen.publishing.rules import Standing, decide
from mmgen.publishing.types import Action
from mmgen.report.collect import collect
from mmgen.report.render import render
from mmgen.report.summary import metrics_of
from mmgen.speech.speak import speak
from mmgen.speech.voice import Voice
from mmgen.speech.voices.registry import VOICES
from mmgen.store.contracts import contract
from mmgen.writing import registry as writers_registry
from mmgen.writing.descriptions import COMPOSER_VERSION, write_descriptions
from mmgen.writing.registry import WRITERS, writers_of
from mmgen.writing.writer import Candidate, Materials, Request, WriterEntry
from tests.facts.records_en import ENGLISH
from tests.report.homes import DAY, products, write_night
from tests.writing.test_descriptions import batch_of

ROOT = Path(__file__).resolve().parent.parent
EARBUDS = ENGLISH[0]
FACTS = [
    Fact("title", "title", "Oak shelf", "title"),
    Fact("brand", "brand", "Nova", "brand"),
    Fact("colour", "colour", "white", "colour"),
]


def written(**params: Any) -> dict[str, Any]:
    """The row of descriptions of one product, without a champion."""
    made = write_descriptions(batch_of([EARBUDS]), DescriptionParams(**params), None, lambda batch: batch, "m-7")
    return {name: values[0] for name, values in made.items()}


# --- a kind of content ---------------------------------------------------------------------------------------------

SLOGAN = Kind(
    name="slogan",
    label="Shop slogan",
    modality=Modality.TEXT,
    dataset="descriptions",
    column="slogan",
    limits={"": Limits(5, 40, aim=30), "zh": Limits(2, 12)},
    checks=("length", "length_aim", "superlatives"),
    is_editable=True,
)


@pytest.fixture
def slogan(monkeypatch: pytest.MonkeyPatch) -> Kind:
    monkeypatch.setitem(KINDS, SLOGAN.name, SLOGAN)
    return SLOGAN


@pytest.mark.usefixtures("slogan")
@pytest.mark.parametrize(
    ("text", "language", "status", "failed"),
    [
        pytest.param("A shelf for life", "en", "approved", set[str](), id="its_own_checks_alone"),
        pytest.param("A shelf that is made for all of life", "en", "borderline", {"length_aim"}, id="above_the_aim"),
        pytest.param("Oak", "en", "rejected", {"length"}, id="too_short"),
        pytest.param("The best shelf", "en", "rejected", {"superlatives"}, id="superlative"),
        pytest.param(
            "好架子，一辈子都好用的架子", "zh", "rejected", {"length", "length_aim"}, id="limit_of_a_language"
        ),
        pytest.param("", "en", "rejected", {"not_empty"}, id="what_the_others_rest_on"),
    ],
)
def test_a_kind_has_its_limits_and_checks(text: str, language: str, status: str, failed: set[str]) -> None:
    results = check_content("slogan", text, FACTS, language, ContentParams())
    assert {result.name for result in results if not result.passed} == failed
    assert status_of(results) == status


def test_a_kind_is_written_and_the_others_stay_as_they_are(slogan: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    made = written()
    assert 5 <= len(made["slogan"]) <= 40
    monkeypatch.delitem(KINDS, slogan.name)
    before = written()
    assert {name: made[name] for name in before if name != "num_candidates"} == {
        name: value for name, value in before.items() if name != "num_candidates"
    }


@pytest.mark.usefixtures("slogan")
def test_a_kind_is_checked_published_and_decided_about(tmp_path: Path) -> None:
    columns = {"kind": ["slogan"], "locale": ["en"], "value": ["A shelf for life"], "value_hash": ["h"]}
    batch = pa.RecordBatch.from_pydict({**columns, "facts": [to_json(FACTS)]})
    checked = check_rows(batch, ContentParams())
    assert checked["status"] == ["approved"]
    row = SimpleNamespace(
        product_id="p1", kind="slogan", locale="en", value="A shelf for life", value_hash="h", image=None,
        input_hash="c", model_version="m-7", is_checked=True, status=checked["status"][0],
    )  # fmt: skip
    publication = publication_of(row, DAY, "r1", tmp_path)
    assert publication is not None and publication.value == "A shelf for life"
    result, changes = decide(publication, Standing())
    assert result.action is Action.INSERTED and changes[0].row["kind"] == "slogan"


def test_a_person_writes_only_what_may_be_edited(slogan: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "slogan" in editable_kinds()
    monkeypatch.setitem(KINDS, slogan.name, replace(slogan, is_editable=False))
    with pytest.raises(ValueError, match="'slogan' is no kind of text that a person writes"):
        edit(None, "p1", "slogan", "en", "Mine", "Ada")  # type: ignore[arg-type]  # refused before it is opened


@pytest.mark.usefixtures("slogan")
def test_a_kind_stands_in_the_report(home: Path) -> None:
    config = Config.load({"home": str(home), "report": {"num_samples": 2}})
    write_night(home, DAY, products(3))
    report = replace(collect(config, DAY, "manual", None), actions={"slogan": {"inserted": 3}})
    assert '<th scope="row">Shop slogan</th>' in render(report)
    assert metrics_of(report)["publications.slogan.inserted"] == 3


@pytest.mark.usefixtures("slogan")
def test_a_kind_that_is_not_learnt_leaves_old_models_readable() -> None:
    assert not any("slogan" in token for token in SPECIALS)
    with pytest.raises(ValueError, match="no text of kind 'slogan'"):
        begin_token("slogan", "en")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        pytest.param({"limits": {}}, "its own limits, or the kind whose text it shows", id="no_limits"),
        pytest.param({"text_of": "ad_copy"}, "its own limits, or the kind whose text it shows", id="two_sources"),
        pytest.param({"limits": {"zh": Limits(1, 2)}}, "for the languages that are not named", id="one_language_only"),
    ],
)
def test_a_kind_without_clear_limits_is_refused(changes: dict[str, Any], error: str) -> None:
    with pytest.raises(ValueError, match=error):
        replace(SLOGAN, **changes)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_kinds_name_what_there_is(kind: Kind) -> None:
    assert set(kind.writers or ()) <= set(WRITERS)
    assert set(kind.checks or ()) <= set(CHECKS)
    assert kind.column in contract(kind.dataset).file_schema.names
    assert not kind.text_of or KINDS[kind.text_of].modality is Modality.TEXT


def test_the_contract_of_the_checks_knows_the_kinds() -> None:
    known = [rule.kwargs["value_set"] for rule in contract("content_checks").checks if rule.name == "kind_known"]
    assert known == [list(KINDS)]


# --- a writer ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sturdy:
    """Says of every product that it is sturdy, or whatever it is told to say."""

    text: str

    def write(self, requests: Sequence[Request]) -> list[list[Candidate]]:
        """One candidate for each description, none for other kinds."""
        title = next(fact.value for fact in requests[0].facts if fact.slot == "title")
        return [[Candidate(self.text.format(title))] if one.kind == "description" else [] for one in requests]


def sturdy(text: str, **changes: Any) -> WriterEntry:
    def make(_materials: Materials) -> Sturdy:
        return Sturdy(text)

    return WriterEntry("sturdy", make, version="sturdy-1", **changes)


@pytest.mark.parametrize(
    ("text", "changes", "writer"),
    [
        pytest.param("These sturdy {} .", {}, "composer", id="a_stray_space_is_rejected"),
        pytest.param("These sturdy {}.", {}, "sturdy", id="its_tone_is_its_own"),
        pytest.param("These leather {}.", {}, "composer", id="a_claim_without_a_fact"),
        pytest.param("", {}, "composer", id="a_draft_that_came_to_nothing"),
    ],
)
def test_a_writer_is_asked_first_and_the_checks_decide(
    text: str, changes: dict[str, Any], writer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = written()
    monkeypatch.setattr(writers_registry, "WRITERS", {"sturdy": sturdy(text, **changes), **WRITERS})
    made = written()
    assert (made["writer"], made["reject_reason"]) == (writer, None)
    assert made["model_version"] == ("sturdy-1" if writer == "sturdy" else COMPOSER_VERSION)
    assert (made["description"] == before["description"]) is (writer == "composer")
    assert made["ad_copy"] == before["ad_copy"]
    assert made["num_candidates"] == before["num_candidates"] + (writer == "composer")


def test_a_kind_chooses_its_writers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writers_registry, "WRITERS", {"sturdy": sturdy("These sturdy {}."), **WRITERS})
    monkeypatch.setitem(KINDS, "description", replace(KINDS["description"], writers=("composer", "sturdy")))
    assert [writer.name for writer in writers_of("description")] == ["composer", "sturdy"]
    assert written()["writer"] == "composer"


@pytest.mark.parametrize("may_wait", [True, False])
def test_a_text_with_a_warning_waits_only_where_its_writer_lets_it(
    may_wait: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def doubtful(_text: str, _context: Context) -> str:
        return "somebody should look at it"

    monkeypatch.setitem(CHECKS, "doubtful", Check("doubtful", "warn", doubtful))
    monkeypatch.setattr(
        writers_registry, "WRITERS", {"sturdy": sturdy("These sturdy {}.", may_wait=may_wait), **WRITERS}
    )
    made = written()
    assert made["writer"] == ("sturdy" if may_wait else "composer")
    # Nothing is approved, so that every draft is looked at: of earbuds there is one description, and three lines
    assert made["num_candidates"] == 1 + 1 + 3


# --- a check -------------------------------------------------------------------------------------------------------


def no_brand(text: str, context: Context) -> str:
    """Finds the brand in what is prose."""
    brand = next((fact.value for fact in context.facts if fact.slot == "brand"), "")
    return brand if context.kind.is_prose and brand and brand in text else ""


@pytest.fixture
def without_brand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CHECKS, "no_brand", Check("no_brand", "fail", no_brand))


@pytest.mark.usefixtures("without_brand")
def test_a_check_rejects() -> None:
    results = check_content("description", "White Nova.", FACTS, "en", ContentParams())
    assert (results[-1].name, results[-1].detail, status_of(results)) == ("no_brand", "Nova", "rejected")
    assert check_content("ad_copy", "White Nova", FACTS, "en", ContentParams())[-1].passed


@pytest.mark.usefixtures("without_brand")
def test_no_writer_gets_past_a_check() -> None:
    assert written()["reject_reason"] == "content_rejected"


@pytest.mark.usefixtures("without_brand")
def test_the_row_says_what_a_check_found() -> None:
    columns = {"kind": ["description"], "locale": ["en"], "value": ["White Nova."], "value_hash": ["h"]}
    made = check_rows(pa.RecordBatch.from_pydict({**columns, "facts": [to_json(FACTS)]}), ContentParams())
    assert made["status"] == ["rejected"] and made["reject_reason"] == ["content_rejected"]
    assert json.loads(made["checks"][0])[-1] == {
        "name": "no_brand", "severity": "fail", "passed": False, "detail": "Nova",
    }  # fmt: skip


# --- a layout ------------------------------------------------------------------------------------------------------

GREEN = (0, 90, 40)


def draw_plain(spec: CreativeSpec, params: CreativeParams) -> Drawn:
    """A green sheet with the headline in its middle."""
    sheet = Sheet(np.full((params.size_px, params.size_px, 3), GREEN, np.float32), spec, params)
    if fitted := sheet.fit(spec.headline, (560, 200), (24, 40), max_lines=3):
        sheet.write("headline", fitted, sheet.px(MARGIN), sheet.px(200), (255, 255, 255))
    return Drawn(sheet)


def test_a_layout_draws_the_sheets_that_it_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    says = {"en": {"words": "Green card: {}"}, "zh": {"words": "绿色卡片：{}"}}
    plain = Layout("plain", lambda spec: spec.brand == "Oakley Hill", draw_plain, says)
    monkeypatch.setattr(layouts_registry, "LAYOUTS", {"plain": plain, **LAYOUTS})
    shared = {"locale": "en", "ad_copy": "Oak shelf in white", "title": "Shelf", "price": None, "currency": None}
    rows = [{**shared, "product_id": f"p{brand}", "brand": brand, "facts": "[]", "master": None, "cutout": None}
            for brand in ("Oakley Hill", "Other")]  # fmt: skip
    made = draw_creatives(pa.RecordBatch.from_pylist(rows), CreativeParams(size_px=320), "", "", 1)
    assert made["layout"] == ["plain", "card"]
    assert made["alt_text"][0] == "Shelf, Oakley Hill. Green card: Oak shelf in white."
    with Image.open(io.BytesIO(made["image"][0])) as image:
        assert np.abs(np.asarray(image, int)[300, 300] - GREEN).max() < 8
    assert alt_text(CreativeSpec("白色架子", "zh"), "架子", None, "plain") == "架子。绿色卡片：白色架子。"


# --- a voice -------------------------------------------------------------------------------------------------------


def tone(text: str, _locale: str) -> bytes:
    """A hundredth of a second of sound for each character."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8_000)
        sound.writeframes(np.full(80 * len(text), 1_000, "<i2").tobytes())
    return buffer.getvalue()


def test_a_voice_speaks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(VOICES, "tone", Voice("tone", ("en",), tone))
    spoken = speak("Oak\x00\nshelf ", "en_GB", "tone")
    assert (spoken.voice, spoken.sample_rate_hz) == ("tone", 8_000)
    assert spoken.duration_s == pytest.approx(0.09)
    with pytest.raises(ValueError, match="speaks en, not 'zh_CN'"):
        speak("架子", "zh_CN", "tone")


@pytest.mark.parametrize(
    ("sound", "error"),
    [
        pytest.param(b"", "gave no WAV file", id="nothing"),
        pytest.param(b"ID3 of another format", "gave no WAV file", id="another_format"),
        pytest.param(tone("", ""), "empty, cut off", id="silence_of_no_length"),
        pytest.param(tone("Oak", "")[:-20], "empty, cut off", id="cut_off"),
    ],
)
def test_a_voice_that_gives_no_sound_is_an_error(sound: bytes, error: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(VOICES, "broken", Voice("broken", ("en",), lambda _text, _locale: sound))
    with pytest.raises(ValueError, match=error):
        speak("Oak shelf", "en", "broken")


# --- all of them ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("look_up", "error"),
    [
        pytest.param(lambda: writers_of("descripton"), "no kind of content .* mean 'description'", id="kind"),
        pytest.param(lambda: ContentParams().limits("adcopy", "en"), "no kind .* mean 'ad_copy'", id="limits"),
        pytest.param(lambda: entry_named(WRITERS, "compose", "writer"), "no writer .* mean 'composer'", id="writer"),
        pytest.param(
            lambda: checks_of(replace(SLOGAN, checks=("lenght",))), "no content check .* mean 'length'", id="check"
        ),
        pytest.param(lambda: layout_named("foto"), "no layout .* mean 'photo'", id="layout"),
        pytest.param(lambda: speak("Oak", "en", "espeak"), "no voice .* mean 'espeak_ng'", id="voice"),
    ],
)
def test_a_wrong_name_is_told_the_nearest(look_up: Callable[[], object], error: str) -> None:
    with pytest.raises(ValueError, match=error):
        look_up()


@pytest.mark.parametrize(
    "entries",
    [KINDS, WRITERS, checks_registry.CHECKS, LAYOUTS, VOICES],
    ids=["kinds", "writers", "checks", "layouts", "voices"],
)
def test_entries_stand_under_their_own_names(entries: dict[str, Any]) -> None:
    assert {name: entry.name for name, entry in entries.items()} == {name: name for name in entries}


@pytest.mark.parametrize("folder", ["content_checks/checks", "creatives/layouts", "speech/voices"])
def test_a_variant_imports_no_other(folder: str) -> None:
    path = ROOT / "mmgen" / folder
    package = f"mmgen.{folder.replace('/', '.')}"
    imported = {
        file.name: node.module
        for file in path.glob("*.py")
        if file.name != "registry.py"
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(package)
    }
    assert imported == {}
