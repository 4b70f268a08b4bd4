"""Texts with and without personal data, labelled, in English and Chinese, for `quality_pii.py`.

Sentences are templates with a place for a value. A hash of the template's own words puts it into one of two halves:
the development half, whose misses may be looked at, and the held-out half, whose may not. A text is made of templates
of one half alone. The templates were written before the masks were run on any of them.
"""

from __future__ import annotations

import hashlib
import random
import re
from dataclasses import dataclass

import pii_values as values

DEVELOPMENT, HELD_OUT = "development", "held-out"

# Wording in which a shop, a seller or a customer gives personal data
PERSONAL = {
    "en": """
Questions about this item? Write to {email} and we answer within a day.
Email: {email}
For custom sizes please contact {email}.
Wholesale enquiries welcome ({email}).
Send a photo of the defect to {email}; we replace it free of charge.
Made by hand by Ann, <{email}>, in small batches.
Returned by customer, mail {email}
Sold and shipped by a private seller – {email}.
Mail us: {email}, {email}
Invoice copy goes to: {email}
Designed by our team. Contact={email}
My Paypal is {email} thanks
Gift message from {email}: happy birthday!
Reach the seller at {email} or {phone}.
Support - {email} - replies on weekdays
Call {phone} before you order.
Tel. {phone}
Phone: {phone}
Need help? Ring {phone} any weekday.
WhatsApp {phone} for more photos
For bulk orders dial {phone}.
Customer care number: {phone}
Contact Number - {phone}
Text me on {phone} if it is still available
Fax {phone}, mail {email}
Seller's mobile: {phone}
Our shop line is {phone} (ask for Maria)
Cash on collection, phone {phone} first.
Helpline: {phone} / {phone}
Please leave a message at {phone} after hours.
Spare parts can be had from our workshop, telephone {phone}.
M: {phone} E: {email}
Delivery driver will phone the customer on {phone}.
Emergency contact for the rental: {phone}
Visit us or call: {phone}.
Paid with card {card}.
Card number: {card}
Charged to {card}, thank you for your order
Please refund to my Visa {card}
Customer gave credit card no. {card} by phone.
cc {card} exp 09/27
Deposit by bank transfer, IBAN {iban}.
Pay to account {iban} and send the receipt.
Bank details: {iban}
Refunds go to {iban} within 14 days.
SSN {ssn} was on the order form.
Social security number: {ssn}
Customer's SSN is {ssn}.
Applicant ({ssn}) asked for a fitting.
Passport number {passport} needed for duty free.
Holder's passport: {passport}
Tax free form, passport no {passport}
National insurance no. {nino}
NI number: {nino}
Employee discount for {nino}.
Aadhaar {aadhaar} given as proof of identity
Aadhaar number: {aadhaar}
Old listing at {url_login} has the photos.
Download the manual: {url_login}
Product feed: {url_token}
See {url_token} for the size chart.
The image is at {url_token}
Track it here: {url_token} .
Unsubscribe: {url_email}
Your order page is {url_email}
Feedback form {url_email}
Ship to: {address}
Deliver to {address}
Shipping address: {address}
Customer's home address: {address}
Recipient address - {address}
""",
    "zh": """
有问题请发邮件到{email},我们会尽快回复。
邮箱:{email}
定制尺寸请联系{email}
批发合作({email})长期有效
质量问题请把照片发至{email}。
客服邮箱 {email} 工作日回复
投稿邮箱是{email},欢迎来信
店主邮箱:{email} 电话:{phone}
发票请寄{email}谢谢
商务合作 E-mail:{email}
详情咨询{email}或{phone}
手工制作,设计师{email}
加我邮箱{email}发你高清图
订购热线:{phone}
拨打{phone}咨询
电话:{phone}
联系电话 {phone}
手机{phone}同微信
客服电话是{phone},早九点到晚六点
咨询请打{phone}
有意者请致电 {phone}。
联系人:王女士 {phone}
售后服务热线{phone}
批发请联系老板:{phone}
代理加盟请拨{phone}张经理
Tel:{phone}
厂家直销,手机号码:{phone}
24小时服务电话{phone}
安装师傅电话{phone},可上门
如需补差价请短信{phone}
收货人李明,{phone}
门店座机:{phone}
打这个号码{phone}找我要优惠
传真:{phone} 邮箱:{email}
下单前请先联系{phone}/{phone}
李小姐{phone}(微信同号)
请汇款至银行卡{card}
卡号:{card} 户名:陈伟
银行卡号 {card},转账后请截图
信用卡{card}已扣款
付款账户:{card}
退款到工行卡{card}
身份证号:{cnid}
清关需要身份证{cnid}
收件人身份证号码 {cnid}
实名信息:{cnid}
买家提供的证件号{cnid}用于报关
王芳,{cnid}
身份证号码为{cnid},请核对
护照号:{passport}
护照 {passport}
免税店购买请出示护照,号码{passport}
本人护照号码是{passport}
台湾身份证字号:{twid}
身分證字號 {twid}
港澳通行证号码:{permit}
回乡证 {permit}
加微信{handle}看更多款式
微信号:{handle}
微信:{handle} 备注店名
VX:{handle}
加V信 {handle} 领券
QQ:{qq}
QQ群{qq}交流
客服qq {qq}
商品图片见{url_login}
旧链接:{url_login}
数据接口 {url_token}
说明书下载:{url_token}
点击{url_token}查看尺码表
查看订单 {url_email}
退订请点{url_email}
收货地址:{address}
寄到{address}
家庭住址:{address}
收件地址 {address}
请发到这个地址:{address}
""",
}

# Wording that has numbers, addresses of pages and names, and nothing personal
NEUTRAL = {
    "en": """
SKU {sku}
Item no. {sku}, colour {colour}.
Article: {sku}
Our code {sku} / supplier code {sku}
EAN {ean}
Barcode: {ean}
{ean}
GTIN {gtin14} (case), {ean} (unit)
UPC {upc}
{upc} is the code on the box.
EAN-8: {ean8}
ISBN {isbn13}
ISBN-10: {isbn10}, published {date}
Paperback, {isbn13}.
Measures {dims}
Size of the carton: {dims}, weight {price_at}
{dims} (L x W x H)
Was {price}, now {price}!
Price {price} instead of {price}
Buy {price_at} and save
{price_at}
Model {model}
Fits {model}, {model} and {model}.
Replaces part number {sku}
Serial number {serial}
S/N: {serial}
Serial {serial} is engraved on the back.
Order {order} was split.
Order number: {order}
Ref. {order} shipped on {date}
Batch {batch}, best before {date}
Lot no. {batch}
Released {date}
Offer ends {date} at 23:59.
Seasons {years}
In stock since {years}.
Open {hours}
Firmware {version} or later
Requires Android 12 / iOS {version}
Made at {geo}
Grown near {geo}.
Colour {colour}, lining {colour}
Hex {colour}
Use {hashtag} and {hashtag} to be featured
Follow {social} on Instagram
Photo by {social} {hashtag}
More at {url}
See {url} for care instructions.
{url}
Router address {ip}, MAC {mac}
Battery {capacity}
Motor: {capacity}, fan {capacity}
Display {resolution}
Resolution {resolution}, {capacity}
Sizes {sizes}
Available in {sizes}.
{count}
Already {count} worldwide.
Tracking {tracking}
Parcel {tracking} left the depot on {date}
IMEI {imei}
Unlocked phone, IMEI: {imei}, {capacity}
Tested to {standard}
Complies with {standard} and {standard}.
Patent {patent}
Contains CAS {cas}
Customs code {hs}
Rated {score}
Ratio {decimal}
Wash at 40 degrees, tumble dry low, iron 110-150-200.
1-2-3-4-5-6-7-8-9-10 wooden number puzzle
Pick 3 for 2: codes 10023 10024 10025
Thread counts 200 300 400 600 800 1000
DPI steps 400 800 1600 3200 6400
Focal lengths 24-70 mm, 70-200 mm and 100-400 mm, f/2.8 at both ends
Pieces: 500 1000 1500 2000
The 2024 edition replaces 2023 and 2022; see pages 100-200, 300-400.
Frequency 2400-2483.5 MHz, 5150-5850 MHz
Phone case for iPhone 11 12 13 14 15
Mobile holder {model}, fits 4.7-6.8 in
Call of Duty {years} edition, code {sku}
Text on the mug: call me maybe 24/7
Card game with 52 cards, {ean}
Passport cover, {dims}
Email marketing handbook, {isbn13}
""",
    "zh": """
货号:{sku}
货号{sku} 颜色 {colour}
商家编码 {sku}
型号:{model}
适用机型 {model} {model}
条形码:{ean}
条码{ean}
69码 {ean}
{ean}
国际书号 {isbn13}
ISBN:{isbn10}
出版日期 {cndate},{isbn13}
尺寸:{dims}
产品规格 {dims}
包装尺寸约{dims}
原价{cnprice},现价{cnprice}
活动价 {cnprice} 到手{cnprice}
满{cnprice}减20
序列号 {serial}
机身序列号:{serial}
订单号:{cnorder}
订单编号{cnorder}已发货
单号 {cnorder}
快递单号:{express}
物流 {express} 已签收
批号:{batch}
生产批号{batch} 保质期至{cndate}
生产日期:{cndate}
上市时间{cndate}
年份 {years}
营业时间{hours}
版本号 {version}
固件{version}以上
产地坐标 {geo}
色号{colour}
{hashtag} {hashtag}
关注微博{social}
更多款式 {url}
详情见{url}
路由器地址 {ip}
MAC:{mac}
电池容量{capacity}
功率:{capacity}
分辨率{resolution}
可选尺码 {cnsize}
尺码:{cnsize} {sizes}
销量{count}
累计销售 {count}
IMEI:{imei}
执行标准:{cnstandard}
符合{cnstandard}、{cnstandard}标准
生产许可证编号 {cnlicence}
备案编号:{cnlicence}
批准文号{cnlicence}
统一社会信用代码:{cncompany}
营业执照 {cncompany}
专利号:{cnpatent}
外观专利 {cnpatent}
邮编{cnpost}
评分{score}
比例 {decimal}
水洗温度 30 40 60 度
手机壳适用 {model}
电话手表 {model} 分辨率{resolution}
微信支付立减5元
QQ糖 {capacity}
身份证卡套 {dims}
护照夹 货号{sku}
邮箱造型摆件 {dims}
银行卡包,12卡位,{dims}
度数 100 150 200 250 300 350 400
拼图 300 500 1000 2000片
色温 3000-4000-6500K
1-100数字认知卡 {ean}
""",
}

# Written after the first count of the held-out half, to widen the development half alone; that count fell short
PERSONAL_ADDED = {
    "en": """
Hi, I'm the owner, you can phone me on {phone} in the evening.
Just give us a ring on {phone}
Pick-up only. My number is {phone}
Not happy? {phone} is our complaints line.
For a quote: {phone} or {email}
Text or call {phone}
You may also SMS {phone}.
Or contact our sales office on {phone}
Telephone orders: {phone}
Call now! {phone}
Free sample? Phone us today at {phone}
Store: 12 High Street. Tel {phone}
Mob: {phone}
({phone}) - ask about engraving
Repairs by John, {phone}
To book a fitting ring our studio at {phone}
Speak to an expert: {phone}
Phone/WhatsApp: {phone}
Buyer left a note: my cell is {phone}, knock loudly
Viber {phone}
Importer's hotline {phone}.
Mr Brown's phone number is {phone}
Any trouble with the zip, call Anna ({phone})
See also our helpdesk: {phone}; {email}
Enquiries {phone}
Order by phone on {phone} or by mail to {email}
my e-mail's {email}
Please cc {email} on all orders
PayPal: {email}
Visa: {card}
He paid with {card} and wants it back
Debit card {card} was declined
Use card no {card} for the balance.
Transfer to {iban} (reference: coat)
My passport is {passport}
Passport: {passport}
Copy of passport ({passport}) attached.
her SSN: {ssn}
SSN# {ssn}
Social Security {ssn}
NINO {nino}
National Insurance: {nino}
Aadhaar no. {aadhaar}
UIDAI Aadhaar card {aadhaar}
Send the parcel to: {address}
My address is {address}
Billing address: {address}
Mailing address: {address}
API: {url_token}
Staging: {url_login}
Confirm at {url_email}
""",
    "zh": """
想看实物可以打{phone}
有货,{phone},随时来电
请加{phone}微信
电话微信{phone}
本店电话{phone}
张经理:{phone}
预约量尺{phone}
客服小美 {phone}
有问题找店长{phone}
手机/微信:{phone}
报修请打 {phone}
欢迎来电咨询:{phone}
全国统一客服热线:{phone}
不满意请拨投诉电话{phone}
批发价请咨询{phone}
电話:{phone}
聯絡電話 {phone}
师傅姓刘,电话{phone}
安装预约({phone})
工厂电话:{phone},{phone}
请留言或致电{phone}
寄件人 周杰 {phone}
QQ邮箱{email}
邮件联系:{email}
发送到{email}即可
把订单号发我邮箱 {email}
支付宝账号{email}
打款到建行卡{card}
开户行:招商银行 账号{card}
卡号是{card}
公民身份号码 {cnid}
报关证件:身份证 {cnid}
身份证后附:{cnid}
我的身份证是{cnid}
护照编号:{passport}
护照号码为{passport}
身分證號碼:{twid}
统一编号 身份证字号 {twid}
通行证号 {permit}
台胞证/回乡证:{permit}
加V:{handle}
wx:{handle}
威信 {handle}
薇信号:{handle}
请加微信号{handle}咨询
QQ号:{qq}
扣扣 {qq}
加QQ {qq} 进群
配送地址:{address}
我的收货地址是{address}
寄至{address}
送货地址 {address}
接口文档 {url_token}
后台 {url_login}
退订链接 {url_email}
""",
}

NEUTRAL_ADDED = {
    "en": """
Contains {cas} as a solvent
CAS number: {cas}
HS code {hs}, origin China
Tariff no. {hs}
IMEI number is {imei}
Device IMEI 1: {imei}, IMEI 2: {imei}
MAC address {mac}
Printer at {ip}
IP: {ip}
Rated {score} by buyers
Average score {score}.
Case barcode {gtin14}
GTIN-14: {gtin14}
Short code {ean8}
Covered by patent {patent} and others
Pat. {patent}
Tag us {social} and {social}
Contact us on Instagram: {social}
pi = {decimal}
Lens factor {decimal} at 550 nm
Support: see {url}
For help visit {url} or the store.
Contact {url}
Call centre open {hours}
Phone lines open {hours}, {hours} on Sundays
Mobile version {version} is out now.
Text size {sizes}
Cell capacity {capacity}
Customer service rated {score}
Phone model {model} {capacity}
Fits phones {model} / {model}
Phone holder, {dims}
Telephone table {dims}, walnut
Mobile phone pouch {dims} ({sku})
Fax paper roll {dims}
Call bell, {sku}
Your order {order} ships {date}
PO {order}, invoice {serial}
Invoice no: {order}
Receipt {order} of {date}
Tracking no. {tracking}
Customer no. {serial}
Account manager since {years}
Registered design {patent}
Part no {sku} replaces {sku} and {sku}
P/N {serial}
Style {sku} - colour {colour}
Cat. no. {sku}
SN: {serial} / IMEI: {imei}
EAN {ean} UPC {upc} SKU {sku}
{sku} {ean}
{ean} / {upc}
{model} {serial}
{serial}
{order}
{upc}
{gtin14}
{tracking}
{imei}
{isbn13}
{hs}
{dims}; {dims}; {dims}
Voltage {capacity}; lumen {count}
Card reader {model} USB 3.2
Gift card {price}, valid until {date}
Business card case {dims}
Memory card {capacity} class 10
Greeting card, {ean}
Visa-free sim for {count}
Account book A5, {isbn13}
ID bracelet, {dims}
Passport holder {sku} {price}
Wallet for 12 cards and passport: {dims}
Address labels {dims}, {count}
Ships to 30 countries in 5 days, {price}
Delivered to you by {date}
Deliver to store: {price}
Home address plaque, {dims}
""",
    "zh": """
路由IP {ip}
后台管理 {ip}
评分:{score}
好评{score}
邮政编码:{cnpost}
邮编 {cnpost}
微博 {social}
话题{hashtag}{hashtag}
软件版本:{version}
系统版本{version}
码数 {sizes}
尺寸可选 {sizes}
手机型号:{model}
手机尺寸 {dims}
手机支架 {dims}
电话机 {model}
电话卡套 {sku}
客服在线时间 {hours}
客服工作时间:{hours}
咨询时间{hours}
联系客服 {url}
咨询详情 {url}
号码牌 {dims}
手机号码牌 {dims}
老板椅 {dims}
老板杯 {sku}
经理桌 {dims} {cnprice}
先生袜 {cnsize}
女士手表 {model}
女士衬衫 {sizes}
女士 {cnsize}
男士 {cnsize} {sku}
男士腰带 {dims}
小姐姐同款 {sku}
师傅椅 {dims}
服务保障 {count}
售后服务 {years}
热线电缆 {dims}
传真纸 {dims}
打底衫 {sku}
打火机 {ean}
拨片 {dims}
短信提醒手环 {model}
对讲机频率 {capacity}
座机电话架 {dims}
订购数量 {count}
预订价 {cnprice}
加盟店 {count}
网店客服编号 {serial}
店铺ID {serial}
商品ID:{serial}
商品编号:{serial}
货品编码 {ean}
产品条码:{ean}
运单号 {express}
物流单号:{express}
快递 {express}
取件码 {cnorder}
流水号:{cnorder}
支付单号 {cnorder}
交易号 {cnorder}
手机串号 {imei}
设备号 IMEI {imei}
{imei}
{serial}
{cnorder}
{express}
{isbn13}
{sku} {ean}
出厂编号:{serial}
合格证编号 {serial}
检验报告编号:{batch}
3C证书编号 {serial}
企业标准 {cnstandard}
卫生许可证:{cnlicence}
进口批文 {cnlicence}
税号 {cncompany}
实用新型专利 {cnpatent}
地址栏输入 {ip}
寄到全国,{cnprice}包邮
发到门店自提 {cnprice}
身份证夹 {dims}
证件包 {dims} {sku}
护照包 {sku}
微信转账 {cnprice}
微信小程序 {version}
QQ星牛奶 {capacity}
银行卡套 {dims}
信用卡尺寸 {dims}
""",
}

_WIDE = {",": "，", ":": "："}
_PLACE = re.compile(r"\{(\w+)\}")
_PLAIN = {
    "en": ("Soft cotton shirt with two pockets.", "A warm coat for cold days.", "Fits true to size.", "Pack of two."),
    "zh": ("纯棉短袖,柔软透气。", "适合秋冬季节穿着。", "做工精细,不起球。", "两件装。"),
}


@dataclass(frozen=True)
class Find:
    """Personal data in a text: ``text[start:end]``."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True)
class Text:
    """A generated text, its language, its half, and the personal data in it."""

    text: str
    language: str
    half: str
    finds: tuple[Find, ...]


def half_of(template: str) -> str:
    """The half that a template belongs to: by a hash of its words."""
    return HELD_OUT if hashlib.sha256(template.encode()).digest()[0] & 1 else DEVELOPMENT


def templates(kind: dict[str, str], added: dict[str, str], language: str, half: str) -> list[str]:
    """The templates of a language that belong to a half; those that were added later belong to the development half."""
    lines = [line for line in kind[language].strip().split("\n") if half_of(line) == half]
    if half == DEVELOPMENT:
        lines += [line for line in added[language].strip().split("\n") if line not in kind[language]]
    return lines


def fill(template: str, language: str, rng: random.Random, personal: dict[str, values.Value]) -> tuple[str, list[Find]]:
    """The template with a value in each place, and where the personal ones lie."""
    text, finds, offset = "", [], 0
    for place in _PLACE.finditer(template):
        text += _punctuated(template[offset : place.start()], language, rng)
        name = place[1]
        parts = personal[name](rng) if name in personal else [(values.NEUTRAL[name](rng).strip(), None)]
        for part, kind in parts:
            if kind is not None:
                finds.append(Find(len(text), len(text) + len(part), kind))
            text += part
        offset = place.end()
    return text + _punctuated(template[offset:], language, rng), finds


def _punctuated(text: str, language: str, rng: random.Random) -> str:
    """Chinese texts have full-width marks as often as not."""
    if language != "zh":
        return text
    return "".join(rng.choice((mark, _WIDE[mark])) if mark in _WIDE else mark for mark in text)


def texts(num: int, seed: int, elsewhere: bool = False) -> list[Text]:
    """``num`` texts, half of them of each half and, within it, of each language.

    elsewhere: with telephone numbers of other countries, in the held-out half alone.
    """
    values.seed(seed)
    rng = random.Random(seed)
    made = []
    for i in range(num):
        language = ("en", "zh")[i % 2]
        half = HELD_OUT if elsewhere or i // 2 % 2 else DEVELOPMENT
        personal = values.PERSONAL[language] | ({"phone": values.phone_elsewhere} if elsewhere else {})
        made.append(_text(language, half, rng, personal, "{phone}" if elsewhere else ""))
    return made


def _text(language: str, half: str, rng: random.Random, personal: dict[str, values.Value], wanted: str) -> Text:
    positive = [line for line in templates(PERSONAL, PERSONAL_ADDED, language, half) if wanted in line]
    neutral = templates(NEUTRAL, NEUTRAL_ADDED, language, half)
    chosen = rng.choices(positive, k=rng.choices((0, 1, 2), (30, 45, 25))[0])
    chosen += rng.choices(neutral, k=rng.choices((0, 1, 2), (20, 40, 40))[0])
    chosen += rng.choices(_PLAIN[language], k=rng.choices((0, 1), (1, 2))[0])
    rng.shuffle(chosen)
    text, finds = "", []
    gap = rng.choice((" ", "\n"))
    for template in chosen:
        text += gap if text else ""
        part, found = fill(template, language, rng, personal)
        finds += [Find(len(text) + f.start, len(text) + f.end, f.kind) for f in found]
        text += part
    return Text(text, language, half, tuple(finds))
