"""Creatives: contrast, line breaks, nothing cut off, fonts for Chinese, the same bytes twice."""

from __future__ import annotations

import io
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageFont

from mmgen.config.creatives import CreativeParams
from mmgen.creatives import colour, fonts
from mmgen.creatives.compose import Creative, compose_creative, render_creative
from mmgen.creatives.fonts import MissingFontError, find_font
from mmgen.creatives.photo import read_photo
from mmgen.creatives.sheet import CreativeSpec
from mmgen.creatives.type import NO_END, NO_START, fit_text, plain_text, price_text, wrap

EN = "Northfield cotton high-top trainer with a padded collar, for wet days in town"
ZH = "云杉藏青色短袖T恤，“棉质”透气、舒适！男女同款（夏季新品），好评如潮"
LONG_WORD = "Donaudampfschifffahrtsgesellschaftskapitän" * 3


def photo(shape: str = "disc", ground: int = 255, colour_rgb: tuple[int, int, int] = (190, 40, 50)) -> bytes:
    """A drawn product shot: a disc in the middle, or one that runs out of the picture, or a street of noise."""
    image = np.full((300, 240, 3), ground, np.uint8)
    if shape == "noise":
        image = np.random.default_rng(1).integers(0, 255, image.shape, np.uint8)
    else:
        cv2.circle(image, (120, 150 if shape == "disc" else 290), 80, colour_rgb, -1, cv2.LINE_AA)
    return cv2.imencode(".jpg", image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 92])[1].tobytes()


def backdrop(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (64, 64, 3), np.uint8)


SPECS = {
    "photo": CreativeSpec(EN, brand="Northfield", price=29.9, currency="USD", photo=photo()),
    "photo-zh": CreativeSpec(ZH, "zh", brand="云杉", price=188, currency="CNY", photo=photo()),
    "photo-on-street": CreativeSpec(EN, photo=photo("noise"), backdrop=backdrop(2)),
    "photo-cropped": CreativeSpec(EN, photo=photo("cropped"), seed=5),
    "photo-white": CreativeSpec("White disc", photo=photo(colour_rgb=(242, 242, 240))),
    "photo-black-backdrop": CreativeSpec(EN, photo=photo(), backdrop=np.zeros((64, 64, 3), np.uint8)),
    "photo-yellow": CreativeSpec("Yellow", photo=photo(colour_rgb=(250, 230, 40)), price=1, currency="EUR"),
    "photo-no-title": CreativeSpec("", photo=photo()),
    "card": CreativeSpec(EN, brand="Northfield", price=29.9, currency="USD", facts=("cotton", "M"), seed=3),
    "card-zh": CreativeSpec(ZH, "zh", brand="云杉", price=188, currency="CNY", facts=("棉", "M码"), seed=9),
    "card-white-backdrop": CreativeSpec(EN, backdrop=np.full((64, 64, 3), 255, np.uint8)),
    "card-brand-only": CreativeSpec("", brand="Northfield"),
    "long-word": CreativeSpec(LONG_WORD, brand=LONG_WORD, photo=photo(), price=1234567.89, currency="USD"),
    "long-zh": CreativeSpec("超长标题" * 60, "zh", brand="超长品牌" * 20, facts=("材质：纯棉",) * 20, seed=1),
    "long-call": CreativeSpec("Mug", call_to_action="Order it before the end of the season " * 3, photo=photo()),
    "one-letter": CreativeSpec("I", photo=photo()),
}


@pytest.fixture(scope="module", params=SPECS.values(), ids=SPECS.keys())
def drawn(request: pytest.FixtureRequest) -> Creative:
    return compose_creative(request.param)


def test_every_text_stands_out(drawn: Creative) -> None:
    assert all(text.contrast >= 4.5 for text in drawn.texts)


def test_nothing_leaves_the_picture_or_overlaps(drawn: Creative) -> None:
    margin = 24
    boxes = [text.box for text in drawn.texts] + ([drawn.photo_box] if drawn.photo_box else [])
    for left, top, right, bottom in boxes:
        assert margin <= left < right <= 640 - margin
        assert margin <= top < bottom <= 640 - margin
    for i, one in enumerate(boxes):
        for other in boxes[i + 1 :]:
            apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] + 8 or other[3] <= one[1] + 8
            assert apart, (one, other)


def test_no_line_starts_or_ends_with_the_wrong_mark(drawn: Creative) -> None:
    for text in drawn.texts:
        assert not any(line[0] in NO_START for line in text.lines), text.lines
        assert not any(line[-1] in NO_END for line in text.lines[:-1]), text.lines


def test_picture_is_a_square_jpeg(drawn: Creative) -> None:
    with Image.open(io.BytesIO(drawn.image)) as image:
        image.load()
        assert (image.format, image.size, image.mode) == ("JPEG", (640, 640), "RGB")
        assert b"digitalsourcetype" in image.info["xmp"]


@pytest.mark.parametrize("name", ["photo", "photo-zh", "card", "photo-on-street"])
def test_same_spec_gives_the_same_bytes(name: str) -> None:
    assert render_creative(SPECS[name]) == render_creative(SPECS[name])


def test_layout_and_backdrop_are_told() -> None:
    told = {name: (one.layout, one.backdrop) for name in SPECS if (one := compose_creative(SPECS[name]))}
    assert told["photo"] == ("photo", "palette")
    assert told["photo-on-street"] == ("photo", "model")
    assert told["card"] == ("card", "palette")
    assert told["card-white-backdrop"] == ("card", "model")


@pytest.mark.parametrize("size_px", [256, 320, 1080])
def test_sizes(size_px: int) -> None:
    made = compose_creative(SPECS["photo-zh"], CreativeParams(size_px=size_px))
    with Image.open(io.BytesIO(made.image)) as image:
        assert image.size == (size_px, size_px)
    assert all(text.box[2] <= size_px and text.box[3] <= size_px for text in made.texts)


def test_product_keeps_its_colour() -> None:
    made = compose_creative(SPECS["photo"])
    assert made.photo_box is not None
    left, top, right, bottom = made.photo_box
    pixels = np.asarray(Image.open(io.BytesIO(made.image)))
    assert np.abs(pixels[(top + bottom) // 2, (left + right) // 2].astype(int) - (190, 40, 50)).max() < 8


@pytest.mark.parametrize(
    ("data", "is_cut_out"),
    [
        pytest.param(photo(), True, id="product-on-white"),
        pytest.param(photo(ground=240), True, id="product-on-light-grey"),
        pytest.param(photo("cropped"), False, id="runs-out-of-the-picture"),
        pytest.param(photo("noise"), False, id="busy-ground"),
        pytest.param(photo(ground=90), False, id="dark-ground"),
        pytest.param(photo(colour_rgb=(238, 238, 236)), False, id="white-on-white"),
        pytest.param(photo(colour_rgb=(190, 190, 192)), False, id="pale-grey-on-white"),
    ],
)
def test_which_photos_are_cut_out(data: bytes, is_cut_out: bool) -> None:
    assert (read_photo(data).ground is not None) is is_cut_out


@pytest.mark.parametrize("data", [b"", b"not a picture", photo()[:400]], ids=["empty", "text", "truncated"])
def test_damaged_photo(data: bytes) -> None:
    with pytest.raises(ValueError, match="cannot be decoded"):
        render_creative(CreativeSpec("Mug", photo=data))


@pytest.mark.parametrize("headline", ["", "  ", "🔥🔥", "<br/>", "\u200b"])
def test_card_with_nothing_to_say(headline: str) -> None:
    with pytest.raises(ValueError, match="nothing to say"):
        render_creative(CreativeSpec(headline))


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        pytest.param((0, 0, 0), (255, 255, 255), 21.0, id="black-white"),
        pytest.param((255, 255, 255), (255, 255, 255), 1.0, id="same"),
        pytest.param((119, 119, 119), (255, 255, 255), 4.48, id="wcag-grey-fails"),
        pytest.param((118, 118, 118), (255, 255, 255), 4.54, id="wcag-grey-passes"),
        pytest.param((255, 0, 0), (255, 255, 255), 4.0, id="red"),
    ],
)
def test_contrast_ratio(first: colour.Colour, second: colour.Colour, expected: float) -> None:
    assert colour.contrast_ratio(first, second) == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize("seed", range(6))
def test_tones_keep_their_bounds(seed: int) -> None:
    field = colour.abstract_backdrop(backdrop(seed), 160)
    assert colour.luminance(colour.lightened(field)).min() >= colour.LIGHT_FLOOR - 1e-3
    assert colour.luminance(colour.darkened(field)).max() <= colour.DARK_CEILING + 1e-3


def test_backdrop_shows_no_shape() -> None:
    source = np.zeros((64, 64, 3), np.uint8)
    cv2.circle(source, (32, 32), 14, (255, 255, 255), -1)
    field = colour.abstract_backdrop(source, 160)
    assert np.abs(np.diff(field, axis=0)).max() < 4
    assert np.abs(np.diff(field, axis=1)).max() < 4


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param("<p>Blue <b>mug</b></p>", "Blue mug", id="tags"),
        pytest.param("Tom &amp; Co &lt;b&gt;x&lt;/b&gt;", "Tom & Co x", id="entities-and-escaped-tags"),
        pytest.param("a\x00b\tc\r\nd", "a b c d", id="control"),
        pytest.param("<script>alert(1)</script>棉质", "棉质", id="script"),
        pytest.param("zero\u200bwidth\ufeff", "zerowidth", id="invisible"),
        pytest.param("lost \ufffd\ufffd mark", "lost mark", id="replacement"),
        pytest.param("5 < 6 and 7 > 6", "5 < 6 and 7 > 6", id="comparison-is-no-tag"),
        pytest.param(None, "", id="none"),
    ],
)
def test_plain_text(raw: str | None, expected: str) -> None:
    assert plain_text(raw) == expected


@pytest.mark.parametrize(
    ("price", "currency", "expected"),
    [
        (29.9, "USD", "$29.90"),
        (188.0, "CNY", "¥188"),
        (1234567.5, "eur", "€1,234,567.50"),
        (30.0, "CHF", "30 CHF"),
        (30.0, None, "30"),
        (None, "USD", ""),
        (0.0, "USD", ""),
        (-3.0, "USD", ""),
        (float("nan"), "USD", ""),
        (float("inf"), "USD", ""),
    ],
)
def test_price_text(price: float | None, currency: str | None, expected: str) -> None:
    assert price_text(price, currency) == expected


@pytest.mark.parametrize(
    ("price", "currency", "locale", "expected"),
    [
        (1299.0, "EUR", "de", "1.299 €"),
        (1299.5, "EUR", "fr", "1 299,50 €"),
        (15.99, "USD", "de", "15,99 $"),
        (1299.0, "CHF", "de", "1.299 CHF"),
        (30.0, "CHF", "de-CH", "CHF 30"),
        (1299.5, "PLN", "pl", "1 299,50 zł"),
        (188.0, "CNY", "zh-Hans", "¥188"),
        (3500.0, "JPY", "zh", "JP¥3,500"),
        (1299.5, "EUR", "pt_BR", "€ 1.299,50"),
        (1299.5, None, "de", "1.299,50"),
        (19.99, "EUR", "xx-unknown", "€19.99"),
        (19.99, "POINTS", "en", "19.99 POINTS"),
    ],
)
def test_a_price_stands_in_its_locales_own_form(price: float, currency: str | None, locale: str, expected: str) -> None:
    assert price_text(price, currency, locale) == expected


@pytest.mark.parametrize(
    "text", [EN, ZH, LONG_WORD, "a " * 60, "（“括号”）" * 12], ids=["en", "zh", "word", "as", "marks"]
)
@pytest.mark.parametrize("width_px", [120, 240, 560])
def test_wrap_fits_and_loses_nothing(text: str, width_px: int) -> None:
    font = find_font(text, 32)
    lines = wrap(text, font, width_px)
    assert all(font.getlength(line) <= width_px for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert not any(line[0] in NO_START for line in lines)


def test_english_breaks_between_words() -> None:
    lines = wrap(EN, find_font(EN, 32), 300)
    assert " ".join(lines) == EN


def test_latin_letter_stays_with_its_chinese() -> None:
    font = find_font("短袖T恤", 40)
    assert wrap("藏青色短袖T恤", font, int(font.getlength("藏青色短袖T")) + 2)[-1].startswith("T恤")


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("Laptop Stand · Colour: Silver", ["Laptop Stand", "Colour: Silver"]),
        ("Of Fields and Men · Novels · Author: T. Brandt", ["Of Fields and Men · Novels", "Author: T. Brandt"]),
        ("Шерстяная шапка для прогулок", ["Шерстяная шапка", "для прогулок"]),
        ("Küchenmaschine Donauwelle", ["Küchenmaschine", "Donauwelle"]),
        ("Bouilloire émaillée marron : deux litres", ["Bouilloire émaillée", "marron : deux litres"]),
    ],
)
def test_a_line_breaks_between_things_and_within_no_word(text: str, lines: list[str]) -> None:
    fitted = fit_text(text, (560, 400), (40, 40), 3)
    assert fitted is not None and list(fitted.lines) == lines


def test_fit_takes_the_largest_size() -> None:
    short = fit_text("Mug", (560, 100), (24, 40), 2)
    long = fit_text(EN, (560, 100), (24, 40), 2)
    assert short is not None
    assert long is not None
    assert short.font.size == 40
    assert 24 <= long.font.size < 40
    assert not long.is_cut
    assert fit_text("😀", (560, 100), (24, 40), 2) is None


@pytest.mark.parametrize(
    ("locale", "title"),
    [("en", "Wireless Motion Sensor - One Switch Control Security System for Home and Office Use, with Batteries"),
     ("zh", "四大名著套装 西游记 红楼梦 三国演义 水浒传 五年级下册快乐读书吧推荐阅读 青少版无障碍阅读 指导丛书共4册")],
)  # fmt: skip
def test_a_long_title_stands_whole_in_a_picture(locale: str, title: str) -> None:
    spec = CreativeSpec(title, locale, "Ostra", 1299.0, "EUR", photo=photo())
    drawn = next(text for text in compose_creative(spec).texts if text.role == "headline")
    assert not drawn.is_cut and "".join("".join(drawn.lines).split()) == "".join(title.split())


@pytest.mark.parametrize(
    "text", ["Mug", "马克杯", "Café 300 ml ½", "Čaj Ελλάδα Чай", "お茶", "차", "¥€£$₹", "，。！？：；“”（）《》"]
)
def test_font_covers(text: str) -> None:
    font = find_font(text, 24)
    assert fonts.drawable(text, font) == text


@pytest.mark.parametrize(
    ("locale", "region"), [("zh", "SC"), ("en", "SC"), ("zh-TW", "TC"), ("ja", "JP"), ("ko_KR", "KR")]
)
def test_face_follows_the_locale(locale: str, region: str) -> None:
    assert find_font("直", 24, locale=locale).getname()[0] == f"Noto Sans CJK {region}"


def test_weight_changes_the_width() -> None:
    assert find_font("mmm", 40, weight=800).getlength("mmm") > find_font("mmm", 40, weight=300).getlength("mmm")


def test_no_font_for_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "PACKAGE", "no_such_package_of_fonts")
    monkeypatch.setattr(fonts, "SYSTEM_FONTS", ())
    with pytest.raises(MissingFontError, match="pip install --no-deps manimgx-fonts-cjk"):
        find_font("马克杯", 24)


def test_own_font_comes_first() -> None:
    own = find_font("Mug", 24).path
    copy = find_font("Mug", 24, path=str(own))
    assert isinstance(copy, ImageFont.FreeTypeFont)
    with pytest.raises(ValueError, match="is no file"):
        find_font("Mug", 24, path="/nowhere/font.ttf")


def test_own_font_that_is_no_font(tmp_path: Path) -> None:
    (tmp_path / "font.ttf").write_bytes(b"nothing of the kind")
    with pytest.raises(ValueError, match="no font that can be read"):
        find_font("Mug", 24, path=str(tmp_path / "font.ttf"))
