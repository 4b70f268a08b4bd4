"""What is personal data and what is not, one line a case."""

from __future__ import annotations

import pytest

from mmgen.clean.pii import find_personal_data, is_card, is_chinese_id, is_iban, is_luhn, mask_personal_data

MASKED = {
    "email": ("write to jo.smith+shop@mail.example.co.uk today", "write to [email] today"),
    "email in chinese": ("邮箱zhang_san@qq.com联系", "邮箱[email]联系"),
    "full-width at": ("邮箱：zhang＠163.com", "邮箱：[email]"),
    "email spelled": ("john (at) example (dot) com", "[email]"),
    "mailto": ("mailto:info@shop.example", "mailto:[email]"),
    "email in a query": ("https://x.example/u?mail=a.b%40c.com&y=1", "https://x.example/u?mail=[email]&y=1"),
    "login in a url": ("ftp://user:secret@files.example/x", "ftp://[email]@files.example/x"),
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
    "wide numbers": "size 36 38 40 42 44 46",
}


@pytest.mark.parametrize("name", MASKED)
def test_masks(name: str) -> None:
    text, expected = MASKED[name]
    masked, count = mask_personal_data(text)
    assert masked == expected
    assert count == sum(expected.count(mask) for mask in ("[email]", "[phone]", "[card]", "[id]"))
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
