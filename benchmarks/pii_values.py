"""Values for the generated texts of `quality_pii.py`: personal data, and what only looks like it.

The values come from faker, an independent source, and are put into the forms that people write them in. A value is a
list of (text, kind): kind names what is personal, None is the text around it that is not (the host of an address).
"""

from __future__ import annotations

import random
from collections.abc import Callable
from urllib.parse import quote

import report  # noqa: F401  puts what benchmarks install on the path

from faker import Faker

Part = tuple[str, str | None]
Value = Callable[[random.Random], list[Part]]

LOCALES = ("en_US", "en_GB", "en_IN", "en_CA", "zh_CN", "zh_TW")
ELSEWHERE = ("de_DE", "fr_FR", "it_IT", "es_ES", "ja_JP", "ko_KR", "en_AU", "en_NZ", "pt_BR", "pl_PL", "ru_RU", "nl_NL")
FAKERS = {locale: Faker(locale) for locale in (*LOCALES, *ELSEWHERE)}

_FULL_WIDTH = {0x21 + i: 0xFF01 + i for i in range(94)}


def seed(number: int) -> None:
    """Make the values that follow the same in every run."""
    for locale in sorted(FAKERS):
        FAKERS[locale].seed_instance(number)


def luhn_digit(payload: str) -> str:
    """The check digit that ISO/IEC 7812-1 appends to ``payload``."""
    doubled = [int(d) * (2 if i % 2 == 0 else 1) for i, d in enumerate(reversed(payload))]
    return str(-sum(n // 10 + n % 10 for n in doubled) % 10)


def digits(rng: random.Random, count: int) -> str:
    """``count`` digits, the first not 0."""
    return str(rng.randint(1, 9)) + "".join(str(rng.randint(0, 9)) for _ in range(count - 1))


def letters(rng: random.Random, count: int) -> str:
    """``count`` capital letters."""
    return "".join(rng.choice("ABCDEFGHJKLMNPQRSTUVWXYZ") for _ in range(count))


def form(rng: random.Random, pattern: str) -> str:
    """``pattern`` with # a digit, % a digit that is not 0, and ? a capital letter."""
    made = {"#": lambda: str(rng.randint(0, 9)), "%": lambda: str(rng.randint(1, 9)), "?": lambda: letters(rng, 1)}
    return "".join(made[c]() if c in made else c for c in pattern)


def _english_email(rng: random.Random) -> list[Part]:
    fake = FAKERS[rng.choice(("en_US", "en_GB", "en_IN"))]
    address = rng.choice((fake.email, fake.company_email, fake.free_email))()
    name, host = address.split("@")
    style = rng.random()
    if style < 0.08:
        address = f"{name}+{rng.choice(('shop', 'orders', '2024'))}@{host}"
    elif style < 0.14:
        address = address.upper() if style < 0.11 else address.title()
    elif style < 0.20:
        address = f"{name}@{rng.choice(('mail', 'shop', 'eu'))}.{host}"
    elif style < 0.26:
        dot = rng.choice((" [dot] ", "(dot)", " (dot) "))
        address = rng.choice((" [at] ", "(at)", " (at) ")).join((name, host.replace(".", dot)))
    return [(address, "email")]


def _chinese_email(rng: random.Random) -> list[Part]:
    fake = FAKERS["zh_CN"]
    host = rng.choice(("qq.com", "163.com", "126.com", "sina.com.cn", "foxmail.com", "gmail.com", "vip.qq.com"))
    name = rng.choice((fake.user_name(), digits(rng, rng.randint(6, 10)), f"{fake.user_name()}_{rng.randint(1, 99)}"))
    address = f"{name}@{host}"
    return [(address.translate({0x40: 0xFF20}) if rng.random() < 0.08 else address, "email")]


def _english_phone(rng: random.Random) -> list[Part]:
    return [(FAKERS[rng.choice(("en_US", "en_US", "en_GB", "en_IN", "en_CA"))].phone_number(), "phone")]


def _chinese_phone(rng: random.Random) -> list[Part]:
    style = rng.random()
    if style < 0.62:
        number = FAKERS["zh_CN"].phone_number()
        gap = rng.choice(("", "", "", " ", "-"))
        number = gap.join((number[:3], number[3:7], number[7:]))
        number = rng.choice(("", "", "", "+86 ", "+86-", "0086-", "(+86)", "86-")) + number
    elif style < 0.80:
        area = rng.choice(("010", "021", "0755", "0571", "028", "0592", "0769"))
        local = digits(rng, 8)
        number = rng.choice(
            (f"{area}-{local}", f"({area}){local}", f"{area} {local[:4]} {local[4:]}", f"{area}{local}")
        )
        number += rng.choice(("", "", f"-{digits(rng, 3)}", f"转{digits(rng, 3)}"))
    elif style < 0.90:
        number = rng.choice(("400-###-####", "400-8##-###", "4008######", "800-###-####", "400 ### ####"))
        number = form(rng, number if number.count("#") != 5 else "400-8##-####")
    else:
        number = FAKERS["zh_TW"].phone_number()
    return [(number.translate(_FULL_WIDTH) if rng.random() < 0.06 else number, "phone")]


def phone_elsewhere(rng: random.Random) -> list[Part]:
    """A telephone number of a country whose numbers no development text has."""
    return [(FAKERS[rng.choice(ELSEWHERE)].phone_number(), "phone")]


def _card(rng: random.Random) -> list[Part]:
    if rng.random() < 0.2:
        payload = "62" + digits(rng, 13)
        number = payload + luhn_digit(payload)
    else:
        brand = rng.choice(("visa16", "mastercard", "amex", "discover", "jcb16", "diners"))
        number = FAKERS["en_US"].credit_card_number(brand)
        while brand == "jcb16" and not 3528 <= int(number[:4]) <= 3589:  # faker also makes numbers that no one issues
            number = FAKERS["en_US"].credit_card_number(brand)
    gap = rng.choice(("", " ", "-"))
    cuts = (4, 10) if len(number) in (14, 15) else (4, 8, 12)
    groups = [number[a:b] for a, b in zip((0, *cuts), (*cuts, len(number)), strict=True)]
    return [(gap.join(groups), "card")]


def _iban(rng: random.Random) -> list[Part]:
    number = FAKERS[rng.choice(("en_GB", "de_DE", "fr_FR", "it_IT", "nl_NL"))].iban()
    spaced = " ".join(number[i : i + 4] for i in range(0, len(number), 4))
    return [(rng.choice((number, spaced)), "card")]


def _ssn(rng: random.Random) -> list[Part]:
    number = FAKERS["en_US"].ssn()
    return [(number.replace("-", rng.choice(("-", "-", " "))), "id")]


def _cn_id(rng: random.Random) -> list[Part]:
    number = FAKERS["zh_CN"].ssn()
    style = rng.random()
    if style < 0.15:
        number = f"{number[:6]} {number[6:14]} {number[14:]}"
    elif style < 0.22:
        number = number.translate(_FULL_WIDTH)
    elif style < 0.30:
        number = number.lower()
    return [(number, "id")]


def _passport(rng: random.Random) -> list[Part]:
    return [(rng.choice((FAKERS["en_US"].passport_number(), FAKERS["en_GB"].passport_number())), "id")]


def _cn_passport(rng: random.Random) -> list[Part]:
    return [(form(rng, rng.choice(("E########", "G########", "E?#######"))), "id")]


def _nino(rng: random.Random) -> list[Part]:
    # faker's have the prefix ZZ, which is never given out
    raw = rng.choice(("AB", "CE", "JM", "PX", "SR", "WL", "YZ")) + digits(rng, 6) + rng.choice("ABCD")
    spaced = f"{raw[:2]} {raw[2:4]} {raw[4:6]} {raw[6:8]} {raw[8:]}"
    return [(rng.choice((raw, spaced)), "id")]


def _aadhaar(rng: random.Random) -> list[Part]:
    number = FAKERS["en_IN"].aadhaar_id()
    return [(rng.choice((number, f"{number[:4]} {number[4:8]} {number[8:]}")), "id")]


def _tw_id(_: random.Random) -> list[Part]:
    return [(FAKERS["zh_TW"].ssn(), "id")]


def _hk_permit(rng: random.Random) -> list[Part]:
    return [(form(rng, rng.choice(("H########", "C########", "M########"))), "id")]


def _handle(rng: random.Random) -> list[Part]:
    name = FAKERS["zh_CN"].user_name()
    return [
        (rng.choice((name + str(rng.randint(10, 9999)), f"{name}_{rng.randint(1, 99)}", f"wx{digits(rng, 6)}")), "id")
    ]


def _qq(rng: random.Random) -> list[Part]:
    return [(digits(rng, rng.randint(6, 10)), "id")]


def _url_login(rng: random.Random) -> list[Part]:
    fake = FAKERS["en_US"]
    login = f"{fake.user_name()}:{fake.password(length=rng.randint(8, 14), special_chars=False)}"
    scheme = rng.choice(("https://", "ftp://", "http://"))
    return [(scheme, None), (login, "secret"), (f"@{fake.domain_name()}/{fake.uri_path()}", None)]


def _url_token(rng: random.Random) -> list[Part]:
    fake = FAKERS["en_US"]
    name = rng.choice(("token", "access_token", "api_key", "apikey", "password", "pwd", "secret", "auth", "sessionid"))
    before = f"https://{fake.domain_name()}/{fake.uri_path()}?{rng.choice(('', 'id=7&', 'lang=en&'))}{name}="
    value = rng.choice((fake.sha1(), fake.uuid4(), fake.password(length=16, special_chars=False), fake.md5()))
    return [(before, None), (value, "secret"), (rng.choice(("", "", "&v=2")), None)]


def _url_email(rng: random.Random) -> list[Part]:
    fake = FAKERS["en_US"]
    address = fake.email()
    address = quote(address) if rng.random() < 0.6 else address
    name = rng.choice(("email", "mail", "user", "to", "contact", "u"))
    parts = [(f"https://{fake.domain_name()}/{fake.uri_path()}?{name}=", None), (address, "email")]
    return [*parts, (rng.choice(("", "&ref=2", "&utm_source=mail")), None)]


def _english_address(rng: random.Random) -> list[Part]:
    fake = FAKERS[rng.choice(("en_US", "en_US", "en_GB", "en_CA"))]
    lines = fake.address().replace("\n", ", ")
    while lines.startswith(("PSC", "USNS", "USS", "USCGC", "Unit", "USNV")):  # military post: no street to write to
        lines = fake.address().replace("\n", ", ")
    return [(lines, "address")]


def _chinese_address(rng: random.Random) -> list[Part]:
    fake = FAKERS["zh_CN"]
    street = f"{fake.street_name()}{rng.randint(1, 999)}号"
    room = rng.choice(
        ("", f"{rng.randint(1, 30)}栋{rng.randint(101, 3205)}室", f"{rng.randint(1, 9)}单元{rng.randint(101, 999)}")
    )
    return [(f"{fake.province()}{fake.city_name()}市{fake.district()}区{street}{room}", "address")]


PERSONAL: dict[str, dict[str, Value]] = {
    "en": {
        "email": _english_email, "phone": _english_phone, "card": _card, "iban": _iban, "ssn": _ssn,
        "passport": _passport, "nino": _nino, "aadhaar": _aadhaar, "url_login": _url_login, "url_token": _url_token,
        "url_email": _url_email, "address": _english_address,
    },
    "zh": {
        "email": _chinese_email, "phone": _chinese_phone, "card": _card, "cnid": _cn_id, "passport": _cn_passport,
        "twid": _tw_id, "permit": _hk_permit, "handle": _handle, "qq": _qq, "url_login": _url_login,
        "url_token": _url_token, "url_email": _url_email, "address": _chinese_address,
    },
}  # fmt: skip


def _of(*patterns: str) -> Callable[[random.Random], str]:
    return lambda rng: form(rng, rng.choice(patterns))


def _date(rng: random.Random) -> str:
    day = FAKERS["en_US"].date_object()
    return day.strftime(rng.choice(("%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%Y%m%d", "%d %B %Y", "%b %d, %Y")))


def _url(rng: random.Random) -> str:
    fake = FAKERS["en_US"]
    tail = rng.choice(
        ("", f"?id={digits(rng, 9)}", f"?sku={form(rng, '??-#####')}&color=red", f"/{digits(rng, 8)}.html")
    )
    return f"https://{fake.domain_name()}/{fake.uri_path()}{tail}"


def _price_at(rng: random.Random) -> str:
    return form(rng, rng.choice(("# @ £%.##", "%# @ $##.##", "@ €#.## each", "@$%#.##/doz", "3@%.50")))


NEUTRAL: dict[str, Callable[[random.Random], str]] = {
    "sku": _of("??-#####", "???####", "#####-???-##", "??#######",
        "SKU-########", "########", "###-####-###", "?##.###.##"),
    "ean": lambda _: FAKERS["en_US"].ean13(),
    "ean8": lambda _: FAKERS["en_US"].ean8(),
    "upc": lambda _: FAKERS["en_US"].numerify("0###########"),
    "gtin14": _of("1##############"),
    "isbn13": lambda rng: FAKERS["en_US"].isbn13(separator=rng.choice(("-", ""))),
    "isbn10": lambda rng: FAKERS["en_US"].isbn10(separator=rng.choice(("-", ""))),
    "dims": _of("%# x ## x ## cm", "%##x##x## mm", "%##*##*##cm", "%#.# × ##.# × #.# in",
        "%##0 × %##0 × %##0 mm", "W%#0 D##0 H##0"),
    "price": _of("$%,###.00", "£%##.##", "€ %.###,##", "US$%##", "%###.## EUR", "Rs. %#,###", "INR %,##,###"),
    "cnprice": _of("¥%##.00", "￥%###", "%##元", "RMB %,###", "%.#万元", "¥%#####00"),
    "model": _of("??-####?", "WH-1000XM#", "??#### ??", "A%###", "Z-%##-##", "%###-%###", "KDL-%#W###?", "##??###?"),
    "serial": _of("??##########", "SN############", "C##?####?###", "##########", "############", "###########"),
    "order": _of("###-#######-#######", "##########", "############", "PO-########", "#1########", "2024##########"),
    "batch": _of("L########", "##/######", "######", "B2024###", "########A"),
    "date": _date,
    "years": _of("2019-2023", "2024/2025", "19%#–20##", "SS2024", "2001-2002-2003"),
    "hours": _of("9:00-17:30", "Mon-Fri 08:00-18:00", "10.00 – 22.00", "24/7", "0900-1730"),
    "version": _of("v%.#.##", "%.##.####", "10.0.%####.####", "2024.%.#", "r#####"),
    "geo": _of("51.5#####, -0.1#####", "31.2#####,121.4#####", "40°42′46″N 74°00′22″W", "-33.8######, 151.2######"),
    "colour": _of("#%#?#?#", "#ff####", "#######", "#A#B#C#"),
    "hashtag": _of("#sale2024", "#12345678", "#newin", "#ootd2024"),
    "social": _of("@nike", "@studio_54", "@brand.official", "@craft2024"),
    "price_at": _price_at,
    "url": _url,
    "ip": _of("192.168.%.1##", "10.0.%.2##"),
    "mac": _of("00:1A:2B:3C:4D:%#", "A4-5E-60-##-##-##"),
    "capacity": _of("%0000mAh", "%### W", "%##,### lm", "%00000 rpm", "%##0 mAh / 3.7 V", "220-240V 50/60Hz"),
    "resolution": _of("3840x2160", "1920 × 1080 @ 60 Hz", "7680*4320"),
    "sizes": _of("36 38 40 42 44 46", "36/38/40/42/44", "S-36, M-38, L-40",
        "10-12 / 12-14 / 14-16", "165/88A 170/92A 175/96A", "28 30 32 34 36 38 40"),
    "count": _of("%,###,### sold", "%##### pcs", "%#000000 units", "pack of %##", "100 200 300 ml"),
    "tracking": _of("1Z999AA1########## ", "RR#########CN", "9400 1000 0000 #### #### ##"),
    "imei": lambda rng: (payload := "35" + digits(rng, 12)) + luhn_digit(payload),
    "standard": _of("EN 71-1:2014", "ISO 9001:2015", "ASTM F963-17", "IEC 60335-2-##:2019", "EN ISO 20345:2022"),
    "patent": _of("US %,###,### B2", "EP %###### B1", "US20##/#######"),
    "cas": _of("7732-18-5", "64-17-5", "1310-73-2", "######-##-#"),
    "hs": _of("6403.99.90", "8517.12.00.##", "9503 00 ##"),
    "score": _of("4.%/5 (%,### ratings)", "%#/100", "8.%## out of 10"),
    "decimal": _of("3.14159265358979", "0.##########", "1.##e-10"),
    "cnstandard": _of("GB/T 22849-2014", "GB 18401-2010", "QB/T 1333-2018", "GB 31701-2015", "Q/ABC 0001S-2023"),
    "cnlicence": _of("SC106330781####1", "粤妆2016####", "国妆特字G2015####", "国药准字H2005####", "沪ICP备1%######号"),
    "cncompany": _of("91440300MA5%####?X", "91310115MA1H#####Q"),
    "cnpatent": _of("ZL2018201#####.7", "ZL2020301#####.X", "CN11#######A"),
    "cnpost": _of("518000", "1000%#", "2000%#"),
    "cnorder": _of("2024##############", "26##################", "2023%#####%####", "%##########"),
    "express": _of("SF1############", "YT88###########", "7730############", "JD00##########"),
    "cndate": _of("2024年%月1#日", "2023.1%.0%", "2024/0%/1%", "20240%1%", "2024-0%-2%"),
    "cnsize": _of("165/84A", "S M L XL", "35-36-37-38-39", "均码", "90 100 110 120 130", "180*200cm"),
}  # fmt: skip
