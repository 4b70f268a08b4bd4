"""What the words before a number say that it is. Each pattern is searched in the few characters before it."""

from __future__ import annotations

import re

from mmgen.clean.text.pii.checks import Label

_CHARS = 40  # of text that a label is looked for in

_CODES = (
    "sku item items art article artikel ref reference model style part product order isbn issn ean jan upc gtin asin"
    " mpn oem serial sn batch lot barcode catalog catalogue cat imei meid iccid tracking parcel waybill awb shipment"
    " consignment container patent pat invoice rma ticket po version ver firmware build edition page cas hs hsn code"
    " codes bestellnummer registration reg permit certificate cert fcc fda vat gst gstin ein company colour"
    " color size series"
)
_NOT_PERSONAL = re.compile(
    rf"(?:(?:(?<![a-z])(?:{'|'.join(_CODES.split())}|s/n|p/n)(?![a-z])|(?<![a-z])licen[cs]e(?![a-z]))"
    r"(?:[ .-]{0,2}(?<![a-z])(?:no|nr|num|numbers?|codes?|id|is|was|of)(?![a-z])){0,3}"
    r"|(?:货|款|型|编|单|批|序列|机身|设备|商品|产品|货品|订单|快递|物流|运单|流水|专利|许可证?|备案|批准文|注册证?"
    r"|证书|书|色|标准|版本)"
    r"(?:号码?|编号|代码|码)|编码|条形?码|商品码|信用代码|物流|快递|运单|执照|税号|邮编|[0-9尺]码|固件|单号|批次)"
    r"[ .:#№]{0,4}$",
    re.IGNORECASE,
)

_FILLER = (
    r"(?:[ ,.:#-]{0,2}(?<![a-z])(?:me|us|at|on|to|no|nr|num|numbers?|line|is|was|now|first|our|my|your|the|customers?"
    r"|sellers?|him|her|them|team|desk|shop|store|office|staff|driver|via|under|directly|today|anytime|help|service|support|care"
    r"|centre|center|enquir(?:y|ies)|details|and|or|for)(?![a-z]))"
)
_ENDS = r"[ \t.:#()/-]{0,4}\(?\+?$"
_SURE_CALL = re.compile(
    rf"(?:(?<![a-z])(?:tel|telephone|telefon|fax|whats ?app|hotline|helpline|viber|dial|ring"
    rf"|(?:phone|mobile|contact|cell|tel) ?(?:no|number|#))(?![a-z]){_FILLER}{{0,4}}{_ENDS}"
    r"|(?:电话|電話|手机号码?|手機號碼?|热线|熱線|专线|致电|拨打|来电|传真|座机|固话|联系方式|聯繫方式|微信同号)"
    r"(?:号码?|號碼?|是|为|為|请|打|拨|我们|至|直接|咨询)?[ :,、(-]{0,3}$)",
    re.IGNORECASE,
)
_CALL = re.compile(
    rf"(?:(?<![a-z])(?:phone|ph|call|(?:my|our|his|her|their) (?:number|no)|mobile|mob|cell|text|sms|contact|reach"
    rf"|helpdesk|support|care|service|enquir(?:y|ies)"
    rf"|(?:(?<=^)|(?<=[ \n|,;]))[mtpf](?=:))(?:'s)?(?![a-z]){_FILLER}{{0,4}}{_ENDS}"
    r"|(?:手机|手機|号码|號碼|客服|联系|聯繫|咨询|短信|拨|加盟|订购|预订|预约|报名|老板|店[主长]"
    r"|[\u4e00-\u9fff](?:经理|女士|先生|小姐|师傅|老师)|客服[\u4e00-\u9fff]{1,3}"
    r"|(?:收货人|收件人|联系人|寄件人)[ :]{0,2}[\u4e00-\u9fff]{2,4})"
    r"(?:号码?|號碼?|是|为|為|请|可|打|拨打|拨|我们?|找|至|到|直接|联系|咨询|老板|客服|经理|我|您|这个号码|电话)?"
    r"[ :,、(-]{0,3}$)",
    re.IGNORECASE,
)
_NEAR = re.compile(
    r"(?<![a-z])(?:tel|telephone|phone|call|ring|dial|text|sms|contact|reach|whats ?app|speak|talk|quote|advice"
    r"|help|line"
    r"|bookings?|reservations?|appointments?|messages?|voicemail|seller|owner|importer|dealer|agent|workshop|repairs?"
    r"|complaints?|emergency|driver|courier|sales|office|reception|enquir(?:y|ies)|inquir(?:y|ies))(?![a-z])"
    r"[^0-9\n.;?]{0,30}(?:(?<![a-z])(?:on|at|to|is|was)|[:(!-])[ (+]{0,3}$"
    r"|(?:电话|手机|打|拨|咨询|致电|来电|联系|预约|客服|热线|加盟|订购|订货|投诉|售后|维修|安装|店主|厂家|号码)"
    r"[^0-9\n。;？,]{0,8}$",
    re.IGNORECASE,
)
_CARD = re.compile(
    r"(?:(?<![a-z])(?:card|visa|master ?card|amex|american express|discover|diners|jcb|maestro|union ?pay|cc|debit"
    r"|credit|account|(?:charged?|paid|pays?|refund(?:s|ed)?|billed) (?:to|with|by|from))(?![a-z])"
    r"(?:[ :.#-]{0,2}(?<![a-z])(?:card|no|nr|numbers?|is|was|ending)(?![a-z])){0,3}"
    r"|卡号|卡號|银行卡|銀行卡|信用卡|储蓄卡|借记卡|银联|[\u4e00-\u9fff]行卡"
    r"|账户|账号|帳號|帳戶)(?:号码?|是|为|尾号)?[ .:#]{0,3}$",
    re.IGNORECASE,
)
_ID = re.compile(
    r"(?:(?<![a-z])(?:passport|national id(?:entity)?|id card|identity (?:card|number|document)|ssn"
    r"|social (?:security|insurance)|sin|itin"
    r"|nino|ni|national insurance|tax id|aadhaar|aadhar|pan|driver'?s? licen[cs]e|driving licen[cs]e|dni|nif|nie|bsn"
    r"|(?<!product )(?<!item )(?<!order )(?<!article )id (?:no|number))(?![a-z])"
    r"(?:[ :.#-]{0,2}(?<![a-z])(?:card|no|nr|numbers?|id|is|was|of|for)(?![a-z])){0,3}[ .:#(-]{0,3}"
    r"|(?:护照|護照|身份证|身份證|身分證|身分证|证件|證件|居留证|通行证|通行證|回乡证|回鄉證|台胞证|台胞證|驾驶证|驾照|社保卡?"
    r"|统一证|統一證|军官证)(?:字?[号號][码碼]?|编号)?(?:,[号號][码碼])?(?:是|为|為)?[ .:#,(]{0,3})$",
    re.IGNORECASE,
)
_URL_NUMBER = re.compile(
    r"(?:tel|phone|mobile|cell|msisdn|whatsapp|wa\.me|contact|ssn|card)[a-z_]{0,12}[=/:]\+?$", re.IGNORECASE
)


_CALLED_AFTER = re.compile(
    r"[(,]?(?:(?:电话|手机)?微信同号?|同微信|同[Vv]|vx同号|[\u4e00-\u9fff]?(?:女士|先生|小姐|经理|师傅))", re.IGNORECASE
)
_WORDS = re.compile(r"[^\W\d_]")


def labels(text: str, start: int, is_in_url: bool) -> tuple[Label, bool]:
    """What the words before ``start`` say of a telephone number there, and whether they name a payment card."""
    before = _before(text, start)
    if is_in_url:
        return (Label.SURE if _URL_NUMBER.search(before) else Label.NOT_PERSONAL), False
    if not _WORDS.search(before):
        return Label.NONE, False
    if _NOT_PERSONAL.search(before):
        return Label.NOT_PERSONAL, False
    is_card = _CARD.search(before) is not None
    if not _ID.search(before):
        for label, pattern in ((Label.SURE, _SURE_CALL), (Label.LIKELY, _CALL), (Label.NEAR, _NEAR)):
            if pattern.search(before):
                return label, is_card
    return Label.NONE, is_card


def _before(text: str, start: int) -> str:
    return text[max(0, start - _CHARS) : start].rpartition("\n")[2]


def is_not_personal(text: str, start: int) -> bool:
    """Whether what begins at ``start`` is called an article number, a code of a parcel or the like."""
    return _NOT_PERSONAL.search(_before(text, start)) is not None


def calls_id(text: str, start: int) -> bool:
    """Whether the words before name a passport or another document of identity."""
    return _ID.search(_before(text, start)) is not None


def calls_phone_after(text: str, end: int) -> bool:
    """Whether the words behind a number say that somebody is called by it."""
    return _CALLED_AFTER.match(text, end) is not None
