"""The page: escaped, self-contained, bounded, whole also where pieces are missing."""

from __future__ import annotations

import io
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mmgen.config.config import Config
from mmgen.report.collect import collect
from mmgen.report.counts import DATASETS
from mmgen.report.findings import ModelCard
from mmgen.report.pictures import MAX_PAGE_BYTES, picture_of
from mmgen.report.render import render
from tests.report.homes import DAY, NEXT, commit, product, products, write_night

VOID = {"meta", "img", "br", "link", "input", "hr"}
MODEL = ModelCard(
    "3",
    {"ds": DAY, "train_rows": "30", "test_rows": "5", "data_versions": '{"examples": 4}', "run_id": "abc"},
    {
        "image_psnr_db": 18.0, "image_psnr_db_low": 17.5, "image_psnr_db_high": 18.5, "baseline_image_psnr_db": 12.0,
        "text_perplexity": 90.0, "text_perplexity_low": 80.0, "text_perplexity_high": 110.0,
        "baseline_text_perplexity": 100.0, "elbo": -5000.0, "num_test_rows": 5.0, "num_test_groups": 4.0,
    },
)  # fmt: skip


class Page(HTMLParser):
    """Reads a page strictly: every element closed in order; keeps its tags, texts and attributes."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open.pop() == tag, f"</{tag}> at {self.getpos()}"

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())

    def attributes(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def page_of(config: Config, ds: str = DAY, model: ModelCard | None = None) -> Page:
    return Page(render(collect(config, ds, "manual", model)))


HOSTILE = [
    "<script>alert(1)</script>",
    "{{7*7}}",
    '"><img src=x onerror=alert(1)>',
    "]]><!--",
    "\u202eevil",
    "&lt;b&gt;",
]


@pytest.mark.parametrize("text", HOSTILE, ids=["script", "template", "attribute", "comment", "right to left", "entity"])
def test_hostile_texts_are_shown_and_do_nothing(config: Config, text: str) -> None:
    row = product(1, title=text, description=f"{text} one", ad_copy=f"{text} two", alt_text=text, category=[text],
                  locale=text, facts='[{"slot":"other_1","name":"n","value":"\\ud800 v","source":"s"}]')  # fmt: skip
    write_night(config.home, DAY, [{**row, "product_id": f"p{text}"}])
    html = render(collect(config, DAY, f"run {text}", None))
    page = Page(html)
    assert {tag for tag, _ in page.tags}.isdisjoint({"script", "b onerror", "iframe", "object", "form", "link"})
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]
    assert text in page.text
    assert "49" not in [part.strip() for part in page.texts]
    assert all(a["alt"] for a in page.attributes("img"))
    assert html.encode("utf-8")


def test_page_asks_nobody_for_anything(two_nights: Config) -> None:
    page = page_of(two_nights, NEXT, MODEL)
    links = [v or "" for _, attributes in page.tags for k, v in attributes.items() if k in ("src", "href", "srcset")]
    assert links
    assert all(link.startswith(("data:image/jpeg;base64,", "#")) for link in links)
    assert not re.search(r"url\(|@import", " ".join(page.texts))
    policy = next(a["content"] for a in page.attributes("meta") if a.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None and policy.startswith("default-src 'none'")


def test_page_can_be_read_by_everybody(two_nights: Config) -> None:
    page = page_of(two_nights, NEXT, MODEL)
    assert page.attributes("html")[0]["lang"] == "en"
    assert {"en", "zh"} <= {a.get("lang") for a in page.attributes("p")}
    assert all(a.get("alt") for a in page.attributes("img"))
    assert all(a.get("scope") for a in page.attributes("th"))
    anchors = {(a["href"] or "")[1:] for a in page.attributes("a")}
    assert anchors <= {a.get("id") for a in page.attributes("h2")}


def test_second_night_shows_what_changed(two_nights: Config) -> None:
    text = page_of(two_nights, NEXT, MODEL).text
    for wanted in (
        "compared with 2026-11-01",
        "of 45 products with a photo or a text have a published description and creative",
        "5 new, 5 changed",
        "Before",
        "content rejected",
        "examples@2",
        "✓ better, by the whole interval",
        "✗ not better by the whole interval",
        "length_aim: 99 characters",
        "Waits for a person",
    ):
        assert wanted in text, wanted


@pytest.mark.parametrize(
    "skip",
    [
        ("clean_audio",),
        ("creatives",),
        ("clean_images",),
        ("descriptions",),
        ("content_checks", "publications"),
        DATASETS[1:],
    ],
    ids=["no clips", "no creatives", "no photos", "no texts", "nothing checked", "products only"],
)
def test_missing_pieces_are_said_not_hidden(config: Config, skip: tuple[str, ...]) -> None:
    write_night(config.home, DAY, products(9), skip=skip)
    text = page_of(config).text
    for name in skip:
        assert f"{name} has no commit for {DAY}" in text


def test_a_product_without_content_says_why(config: Config) -> None:
    row = {"product_id": "p1", "locale": "en"}
    commit(config.home, "raw_products", DAY, [{**row, "is_deleted": False}])
    commit(config.home, "clean_images", DAY, [{"product_id": "p1", "reject_reason": "image_truncated"}])
    commit(config.home, "descriptions", DAY, [{**row, "reject_reason": "title_empty"}])
    commit(config.home, "content_checks", DAY, [{**row, "kind": "description", "reject_reason": "input_rejected"}])
    text = page_of(config).text
    assert "No usable photo: image truncated" in text
    assert "No text was published: title empty" in text
    assert "input rejected" in text


def test_a_night_without_changes(one_night: Config) -> None:
    write_night(one_night.home, NEXT, [])
    page = page_of(one_night, NEXT)
    assert "Nothing was published on this date." in page.text
    assert f"since {DAY}" in page.text


def noise(seed: int) -> bytes:
    """A picture that no codec makes small."""
    sink = io.BytesIO()
    pixels = np.random.default_rng(seed).integers(0, 256, (640, 640, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(sink, "JPEG", quality=95)
    return sink.getvalue()


@pytest.mark.parametrize("num_samples", [24, 200])
def test_page_stays_small(home: Path, num_samples: int) -> None:
    picture = noise(1)
    texts = {"title": "长" * 5000, "description": "word " * 20_000, "ad_copy": "x" * 9000, "alt_text": "y" * 9000}
    rows = [product(n, photo=picture, creative=picture, **texts) for n in range(0, 5 * min(num_samples, 30), 5)]
    config = Config.load({"home": str(home), "report": {"num_samples": num_samples}})
    write_night(home, DAY, rows)
    assert len(render(collect(config, DAY, "manual", None)).encode()) < MAX_PAGE_BYTES


@pytest.mark.parametrize(
    "data", [None, b"", b"no picture", noise(2)[:5000]], ids=["none", "empty", "text", "truncated"]
)
def test_pictures_that_cannot_be_shown(data: bytes | None) -> None:
    assert picture_of(data, 224, 50_000) is None


def test_pictures_are_the_same_bytes_twice_and_fit() -> None:
    first, second = picture_of(noise(3), 224, 20_000), picture_of(noise(3), 224, 20_000)
    assert first == second
    assert first is not None and len(first.data) <= 20_000
