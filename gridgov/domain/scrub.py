"""Masks numbers that identify a person in free text: phones, identity and bank cards, plates, e-mail.

Names and addresses are not found here. Chinese words for digits are not either.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType


class Identifier(StrEnum):
    """What is masked."""

    MOBILE = "mobile"
    LANDLINE = "landline"
    ID_NUMBER = "id_number"
    BANK_CARD = "bank_card"
    PLATE = "plate"
    EMAIL = "email"


@dataclass(frozen=True)
class Scrubbed:
    """The masked `text`, and how many of each kind were `found` (kinds with none are left out)."""

    text: str
    found: Mapping[Identifier, int]


def scrub(text: str) -> Scrubbed:
    """`text` with personal numbers masked: 13812345678 becomes 138****5678.

    Full-width digits, and digits with spaces or dashes where people put them, are read too. Dates, amounts, case
    numbers, house numbers, and service numbers like 12345 or 400-... stay. Masking twice changes nothing more.
    """
    found: Counter[Identifier] = Counter()
    if "@" in text or "＠" in text:
        text = _EMAIL.sub(lambda match: _counted(found, Identifier.EMAIL, f"{match[1]}***{match[2]}"), text)
    text = _PLATE.sub(lambda match: _counted(found, Identifier.PLATE, f"{match[1]}***{match[2]}"), text)
    if _STRETCH.search(text):
        text = _STRETCH.sub(lambda stretch: _mask_stretch(stretch[0], found), text)
        text = _ANNOUNCED.sub(lambda match: _mask_announced(match, found), text)
    return Scrubbed(text, MappingProxyType(dict(found)))


# A stretch is seven or more digits with at most three joiners between two of them. An asterisk counts as a digit, so
# that what was masked before is seen, and never becomes the edge of something new.
_JOINERS = " \u3000\u00a0\u200b\\-‐‑‒–—―−－_·.()（）"
_EXTENSION = r"\s?(?:转|分机|ext\.?)\s?[0-9０-９]{1,6}"
_STRETCH = re.compile(rf"[0-9０-９*](?:[{_JOINERS}]{{0,3}}[0-9０-９*]){{6,}}(?:[XxＸｘ]|{_EXTENSION}|\s?[元万亿])?")
_ASCII = str.maketrans("０１２３４５６７８９ＸｘxＸ（）\u3000\u00a0\u200b‐‑‒–—―−－_·", "0123456789XXXX()   ----------")

_CASE_NUMBER = re.compile(r"(?<![\d*-])(\d{6}-\d{4,8}-\d)(?![\d*-])")
_ID_NUMBER = re.compile(r"(?<![\d*])[1-9](?:[ -]?\d){16}[ -]?[\dX](?![\d*])")
_BANK_CARD = re.compile(r"(?<![\d*])[3-6]\d{3}(?:[ -]{0,2}\d){12,15}(?![\d*])")
_MOBILE = re.compile(
    r"(?<![\d*])(?<!\d\.)((?:(?:00)?86[ -]?)?)"
    r"(1[3-9]\d(?:\d{8}|\d{4}[ .-]{1,3}\d{4}|[ .-]{1,3}(?:\d{4}[ .-]{1,3}\d{4}|\d{3}[ .-]{1,3}\d{5}))"
    r"|1[3-9]\d[ .-]{1,3}(?!20\d\d[01]\d[0-3]\d)\d{8}"
    r"|1([ .-])[3-9](?:\3\d){9})(?![\d*]|(?:\.\d\d?)?\s?[元万亿])"
)
_LANDLINE = re.compile(
    r"(?<![\d*])((?:(?:00)?86[ -]{1,3}\(?(?:10|2\d|[3-9]\d\d)|0(?:10|2\d|[3-9]\d\d))(?:[ )-]{1,3}|(?=[2-9])))"
    r"([1-9]\d{6,7}|[1-9]\d{2,3}[ -]\d{4})(?:(?:-|\s?(?:转|分机|ext\.?)\s?)\d{1,6})?(?![\d*])"
)

_BETWEEN = "[、/，,;；或及和者 ]{1,3}"
_LOCAL = r"(?!(?:19|20)\d\d[01]\d[0-3]\d)[2-9]\d{2,3}[-－—]?\d{4}"
# A number without an area code is a phone only where the text says so: 电话12315或7710659.
_ANNOUNCED = re.compile(
    rf"((?:电话|座机|固话|热线|传真|手机|联系|联系方式|致电|拨打)[^\d*\n]{{0,6}}(?:\d{{3,6}}{_BETWEEN})?|\*{{4}}\d\d{_BETWEEN})"
    rf"({_LOCAL}(?:{_BETWEEN}{_LOCAL})*)(?![\d*]|\.\d|\s?[元万亿平㎡亩户人])"
    r"|(身份证[^\d*\n]{0,8})(\d{14,17}[\dXxＸｘ])(?![\d*])"
)
_NUMBER = re.compile(r"\d[\d－—-]+\d")

_ALNUM = "0-9０-９A-Za-zＡ-Ｚａ-ｚ"
_PLATE = re.compile(
    rf"([京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Za-zＡ-Ｚａ-ｚ])[ ·•・.-]?"
    rf"(?=(?:[A-Za-zＡ-Ｚａ-ｚ]*\d){{3}})[{_ALNUM}]{{3,4}}([{_ALNUM}][{_ALNUM}学警港澳挂领试])(?![{_ALNUM}*])"
)
_EMAIL = re.compile(
    r"(?<![\w.%+*@＠-])([A-Za-z0-9])[\w.%+-]{0,63}([@＠](?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24})(?![A-Za-z0-9])",
    re.ASCII,
)


def _mask_stretch(stretch: str, found: Counter[Identifier]) -> str:
    parts = _CASE_NUMBER.split(stretch.translate(_ASCII))
    if len(parts) == 1:
        return _mask_kinds(stretch, parts[0], found)
    masked, start = [], 0
    for place, part in enumerate(parts):
        original = stretch[start : start + len(part)]
        masked.append(original if place % 2 else _mask_kinds(original, part, found))
        start += len(part)
    return "".join(masked)


def _mask_kinds(original: str, digits: str, found: Counter[Identifier]) -> str:
    """`original` masked; `digits` is the same text in ASCII, character by character."""
    for kind, pattern, mask in _KINDS:
        match = pattern.search(digits)
        while match is not None:
            masked = mask(match)
            end = match.start() + 1
            if masked is not None:
                found[kind] += 1
                original = original[: match.start()] + masked + original[match.end() :]
                digits = digits[: match.start()] + masked + digits[match.end() :]
                end = match.start() + len(masked)
            match = pattern.search(digits, end)
    return original


def _mask_id_number(match: re.Match[str]) -> str | None:
    number = re.sub(r"[ -]", "", match[0])
    return f"{number[:3]}{'*' * 13}{number[-2:]}" if _is_id_number(number) else None


def _mask_bank_card(match: re.Match[str]) -> str | None:
    number = re.sub(r"[ -]", "", match[0])
    return f"{number[:4]}{'*' * (len(number) - 8)}{number[-4:]}" if _passes_luhn(number) else None


def _mask_mobile(match: re.Match[str]) -> str:
    number = re.sub(r"[ .-]", "", match[2])
    return f"{match[1]}{number[:3]}****{number[-4:]}"


def _mask_landline(match: re.Match[str]) -> str:
    return f"{match[1]}****{match[2][-2:]}"


def _mask_announced(match: re.Match[str], found: Counter[Identifier]) -> str:
    if match[3]:
        return _counted(found, Identifier.ID_NUMBER, f"{match[3]}{'*' * 13}{match[4][-2:]}")
    numbers = _NUMBER.sub(lambda number: _counted(found, Identifier.LANDLINE, f"****{number[0][-2:]}"), match[2])
    return match[1] + numbers


def _counted(found: Counter[Identifier], kind: Identifier, masked: str) -> str:
    found[kind] += 1
    return masked


def _is_id_number(number: str) -> bool:
    """Whether the birth date exists and the check character is right (GB 11643-1999)."""
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    total = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(number[:17]))
    return "10X98765432"[total % 11] == number[17]


def _passes_luhn(number: str) -> bool:
    """Whether the last digit is the check digit of the rest (ISO/IEC 7812)."""
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(number))]
    return sum(digit - 9 if digit > 9 else digit for digit in doubled) % 10 == 0


_KINDS: tuple[tuple[Identifier, re.Pattern[str], Callable[[re.Match[str]], str | None]], ...] = (
    (Identifier.ID_NUMBER, _ID_NUMBER, _mask_id_number),
    (Identifier.BANK_CARD, _BANK_CARD, _mask_bank_card),
    (Identifier.MOBILE, _MOBILE, _mask_mobile),
    (Identifier.LANDLINE, _LANDLINE, _mask_landline),
)
