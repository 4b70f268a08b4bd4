"""What is personal data and what is not, one line a case."""

from __future__ import annotations

import pytest

from mmgen.clean.text.pii.checks import is_card, is_chinese_id, is_iban, is_luhn
from mmgen.clean.text.pii.mask import MASKS, find_personal_data, mask_personal_data

MASKED = {
    "email": ("write to jo.smith+shop@mail.example.co.uk today", "write to [email] today"),
    "email in chinese": ("邮箱zhang_san@qq.com联系", "邮箱[email]联系"),
    "full-width at": ("邮箱：zhang＠163.com", "邮箱：[email]"),
    "email spelled": ("john (at) example (dot) com", "[email]"),
    "mailto": ("mailto:info@shop.example", "mailto:[email]"),
    "email in a query": ("https://x.example/u?mail=a.b%40c.com&y=1", "https://x.example/u?mail=[email]&y=1"),
    "login in a url": ("ftp://user:secret@files.example/x", "ftp://[secret]@files.example/x"),
    "chinese mobile": ("电话13800138000。", "电话[phone]。"),
    "with spaces": ("call 138 0013 8000 now", "call [phone] now"),
    "with hyphens": ("138-0013-8000", "[phone]"),
    "with country code": ("+86 138 0013 8000", "[phone]"),
    "0086": ("0086-13800138000", "[phone]"),
    "full-width digits": ("手机：１３８００１３８０００", "手机：[phone]"),
    "chinese landline": ("座机 010-62345678", "座机 [phone]"),
    "with area in brackets": ("(0571) 8765 4321", "[phone]"),
    "with an extension": ("021-62345678-802", "[phone]"),
    "service number": ("客服热线400-820-8820", "客服热线[phone]"),
    "two mobiles": ("13800138000/13911112222", "[phone]/[phone]"),
    "american": ("(415) 555-2671", "[phone]"),
    "american with dots": ("415.555.2671", "[phone]"),
    "american with one": ("1-800-555-0199", "[phone]"),
    "british": ("020 7946 0958", "[phone]"),
    "british mobile": ("07911 123456", "[phone]"),
    "german": ("+49 (0)30 901820", "[phone]"),
    "french": ("01 42 68 53 00", "[phone]"),
    "indian": ("+91-98765-43210", "[phone]"),
    "short after a label": ("Tel: 8765 4321", "Tel: [phone]"),
    "bare after a label": ("call us at 4155552671", "call us at [phone]"),
    "whatsapp": ("WhatsApp 60123456789", "WhatsApp [phone]"),
    "visa": ("card 4111 1111 1111 1111 ok", "card [card] ok"),
    "visa bare": ("4111111111111111", "[card]"),
    "amex": ("3782-822463-10005", "[card]"),
    "mastercard": ("5555-5555-5555-4444", "[card]"),
    "unionpay": ("6200000000000005", "[card]"),
    "iban": ("IBAN DE89 3704 0044 0532 0130 00", "IBAN [card]"),
    "chinese id": ("身份证11010519491231002X", "身份证[id]"),
    "chinese id, small x": ("11010519491231002x", "[id]"),
    "chinese id spaced": ("110105 19491231 002X", "[id]"),
    "american id": ("SSN 078-05-1120", "SSN [id]"),
    "british id": ("QQ 12 34 56 C is void, AB 12 34 56 C not", "QQ 12 34 56 C is void, [id] not"),
    "passport": ("护照号：E12345678", "护照号：[id]"),
    "passport in english": ("passport no. 912345678", "passport no. [id]"),
    "wechat": ("微信号：nike_2020", "微信号：[id]"),
    "qq": ("QQ: 12345678", "QQ: [id]"),
    "token in a url": (
        "https://x.example/f?lang=en&access_token=9f43a0c1&v=2",
        "https://x.example/f?lang=en&access_token=[secret]&v=2",
    ),
    "password in a url, chinese behind": (
        "点击https://x.example/?pwd=Ab3dE9查看",
        "点击https://x.example/?pwd=[secret]查看",
    ),
    "phone in a url": ("https://wa.me/4915112345678", "https://wa.me/[phone]"),
    "american with an extension": ("call 555-867-5309 x144.", "call [phone]."),
    "chinese with an extension": ("电话02089369442转214,找王女士", "电话[phone],找王女士"),
    "several words after call": ("Call our studio in Leeds on 01139860042", "Call our studio in Leeds on [phone]"),
    "one label, two numbers": ("Tel: 8765 4321 or 8765 4322", "Tel: [phone] or [phone]"),
    "a name says who is called": ("王女士 0926714751", "王女士 [phone]"),
    "a name behind": ("059286671442李先生", "[phone]李先生"),
    "in brackets": ("ask Ann (+912384164975)", "ask Ann ([phone])"),
    "russian": ("8 (495) 123-45-67", "[phone]"),
    "japanese": ("03-1234-5678", "[phone]"),
    "number behind a list of sizes": ("sizes 36 38 40, 138 0013 8000", "sizes 36 38 40, [phone]"),
    "card of an unknown issuer": ("credit card 9792 0303 9444 0796", "credit card [card]"),
    "british id without spaces": ("NI number AB123456C", "NI number [id]"),
    "american id with spaces": ("SSN 078 05 1120", "SSN [id]"),
    "indian id": ("Aadhaar no. 4259 9677 5002", "Aadhaar no. [id]"),
    "taiwanese id": ("身分證字號:A123456789", "身分證字號:[id]"),
    "travel permit": ("港澳通行证号码：C12345678", "港澳通行证号码：[id]"),
    "passport, wordy": ("护照,号码是E12345678", "护照,号码是[id]"),
    "qq group": ("QQ群12345678交流", "QQ群[id]交流"),
    "wechat by its short name": ("加V信 nike_2020 看图", "加V信 [id] 看图"),
    "where a parcel goes": ("Ship to: Ann Lee, 12 High Street, Leeds LS1 4AP. Thanks", "Ship to: [address]. Thanks"),
    "american address": ("My address is 1866 Miller Keys Apt. 635, Bridgetown, ME 05230", "My address is [address]"),
    "chinese address": ("收货地址：广东省深圳市南山区科技路12号3栋501室。", "收货地址：[address]。"),
    "all at once": ("a@b.co 13800138000 4111111111111111", "[email] [phone] [card]"),
}

KEPT = {
    "ean": "EAN 4006381333931",
    "bare ean": "6901234567892",
    "bare upc": "036000291452",
    "isbn": "ISBN 978-3-16-148410-0",
    "sku like a mobile": "SKU 13800138000",
    "chinese article number": "货号：13800138000",
    "model": "Model 415-555-2671",
    "date": "2020-05-12",
    "date, day first": "12.05.2020",
    "years": "2019-2020 season",
    "times": "10:00-18:00",
    "sizes": "10-12 / 12-14 / 14-16",
    "dimensions": "120 x 80 x 45 cm",
    "dimensions, dense": "1200x800x450",
    "price": "$1,299.00",
    "large price": "¥12800000",
    "resolution": "3840x2160 px",
    "capacity": "20000mAh",
    "barcode label": "条码 6901234567892",
    "card that fails luhn": "4111 1111 1111 1112",
    "id that fails its check": "110105194912310021",
    "id with no such date": "110105194913310029",
    "handle without digits": "微信 支付",
    "at a price": "2 @ 5.00",
    "social handle": "follow @brand_official",
    "twitter style": "@nike",
    "version": "v1.2.3.4567",
    "ip address": "192.168.100.200",
    "hex code": "#123456789",
    "long order number": "订单号 202005121234567890",
    "measurements in words": "pack of 100 200 300",
    "decimal": "3.14159265358979",
    "look at me": "look at example com",
    "round numbers": "Thread counts 200 300 400 600 800 1000, dpi 400 800 1600 3200",
    "opening hours": "Open 0900-1730",
    "parcel number": "Parcel 9400 1000 0000 1545 9756 03",
    "parcel number that might be called": "快递单号：773012345678901",
    "serial like a mobile": "机身序列号 16494157718",
    "amazon order": "order 112-4567890-1234567",
    "article code with a zero": "041-1871-468",
    "bank account of no such length": "生产许可证 SC10633078131561",
    "passport holder": "Passport holder PC6541549",
    "phone model": "Phone model 5100-4907, fits 64 128 256 GB",
    "phone case": "手机壳适用 5100-4907",
    "men's sizes": "男士 35-36-37-38-39",
    "support by url": "Support: https://x.example/p/788661674?id=4155552671",
    "no secret": "https://x.example/?sku=AB-19495&color=red",
    "delivery terms": "Ships to 30 countries in 5 days",
    "shop's own address": "Made at 12 High Street, Leeds LS1 4AP",
    "maker's chinese address": "厂址：广东省深圳市南山区科技路12号",
    "company's number": "统一社会信用代码：91440300MA5FK5433X",
    "imei": "IMEI 490154203237518",
    "wide numbers": "size 36 38 40 42 44 46",
}


@pytest.mark.parametrize("name", MASKED)
def test_masks(name: str) -> None:
    text, expected = MASKED[name]
    masked, count = mask_personal_data(text)
    assert masked == expected
    assert count == len(MASKS.findall(expected))
    assert mask_personal_data(masked) == (masked, 0)


@pytest.mark.parametrize("name", KEPT)
def test_keeps(name: str) -> None:
    assert find_personal_data(KEPT[name]) == []


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (is_luhn, "79927398713", "79927398710"),
        (is_card, "4111111111111111", "4111111111111112"),
        (is_chinese_id, "11010519491231002X", "110105194912310021"),
        (is_iban, "GB82WEST12345698765432", "GB82WEST12345698765431"),
    ],
    ids=["luhn", "card", "chinese id", "iban"],
)
def test_check_digits(check, good: str, bad: str) -> None:  # type: ignore[no-untyped-def]
    assert check(good)
    assert not check(bad)


def test_every_number_is_found_beside_the_next() -> None:
    masked, count = mask_personal_data(" ".join(["13800138000"] * 40))
    assert (masked, count) == (" ".join(["[phone]"] * 40), 40)
