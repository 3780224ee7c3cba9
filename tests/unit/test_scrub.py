"""Free text: numbers that name a person are masked, and nothing else is touched. All numbers here are made up."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gridgov.domain.scrub import Identifier, scrub


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("请打13812345678找我", "请打138****5678找我"),
        ("请打138 1234 5678找我", "请打138****5678找我"),
        ("手机138-1234-5678。", "手机138****5678。"),
        ("138－1234－5678", "138****5678"),
        ("1381234-5678", "138****5678"),
        ("138 123 45678", "138****5678"),
        ("138-12345678", "138****5678"),
        ("1 3 8 1 2 3 4 5 6 7 8", "138****5678"),
        ("１３８１２３４５６７８", "138****5678"),
        ("+86 13812345678", "+86 138****5678"),
        ("+8613812345678", "+86138****5678"),
        ("tel:13812345678-801", "tel:138****5678-801"),
        ("13812345678/13987654321", "138****5678/139****4321"),
        ("13812345678 13987654321", "138****5678 139****4321"),
        ("邮编655400 13812345678", "邮编655400 138****5678"),
        ("3栋2单元1501 13812345678 王女士", "3栋2单元1501 138****5678 王女士"),
        ("2026-11-23 13812345678", "2026-11-23 138****5678"),
        ("于13812345678.2026年回复", "于138****5678.2026年回复"),
    ],
)
def test_mobile_numbers_are_masked_however_they_are_typed(text: str, masked: str) -> None:
    scrubbed = scrub(text)
    assert scrubbed.text == masked
    assert set(scrubbed.found) == {Identifier.MOBILE}


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("电话0874-7123456", "电话0874-****56"),
        ("0874 7123456", "0874 ****56"),
        ("(0874)7123456", "(0874)****56"),
        ("（０８７４）７１２３４５６", "（0874)****56"),
        ("08747123456", "0874****56"),
        ("0874—7123456", "0874-****56"),
        ("010-65123456", "010-****56"),
        ("021 6512 3456", "021 ****56"),
        ("+86-874-7123456", "+86-874-****56"),
        ("0874-7123456-801", "0874-****56"),
        ("0874-7123456转801", "0874-****56"),
        ("0874-7123456 分机 12", "0874-****56"),
    ],
)
def test_landlines_are_masked_with_their_extension(text: str, masked: str) -> None:
    scrubbed = scrub(text)
    assert scrubbed.text == masked
    assert scrubbed.found == {Identifier.LANDLINE: 1}


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("联系电话：7123456", "联系电话：****56"),
        ("0874-7123456、7123457", "0874-****56、****57"),
        ("拨打12315或7710659告知", "拨打12315或****59告知"),
    ],
)
def test_a_local_number_is_a_phone_where_the_text_says_so(text: str, masked: str) -> None:
    assert scrub(text).text == masked


@pytest.mark.parametrize(
    "number",
    ["11010519491231002X", "11010519491231002x", "110105 19491231 002X", "１１０１０５１９４９１２３１００２Ｘ"],
)
def test_identity_numbers_are_known_by_their_birth_date_and_check_character(number: str) -> None:
    scrubbed = scrub(f"我的证件{number}。")
    assert scrubbed.text == "我的证件110*************2X。"
    assert scrubbed.found == {Identifier.ID_NUMBER: 1}


def test_what_is_called_an_identity_number_is_masked_even_with_a_slip() -> None:
    assert scrub("身份证号：110105194912310021").text == "身份证号：*************21"


@pytest.mark.parametrize("number", ["6222020000000000000", "6222 0200 0000 0000 000", "4111111111111111"])
def test_bank_cards_are_known_by_their_check_digit(number: str) -> None:
    assert scrub(f"卡号{number}").found == {Identifier.BANK_CARD: 1}


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("云D12345乱停", "云D***45乱停"),
        ("云D·D12345", "云D***45"),
        ("云d 12345", "云d***45"),
        ("云DF12345占道", "云D***45占道"),
        ("云D1234学", "云D***4学"),
        ("邮箱zhang.san@example.com，谢谢", "邮箱z***@example.com，谢谢"),
        ("13812345678@example.cn", "1***@example.cn"),
        ("ａ a.b＠example.com", "ａ a***＠example.com"),
    ],
)
def test_plates_and_mail_addresses_are_masked(text: str, masked: str) -> None:
    scrubbed = scrub(text)
    assert scrubbed.text == masked
    assert sum(scrubbed.found.values()) == 1


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-23 17:31:20 起停水，20261123至20261130。",
        "2018.06.08-2018.07.08，每天8:00-12:00、14:00-18:00",
        "合计1234567.89元，预算13800000000元，1,234,567.89元",
        "案件261123-0012-3和190608-1381-2、261123-12345-6",
        "已打12345、12315、110、96128和400-123-4567、4001234567、95598",
        "吉安家园3-2-1501，宛水街道128号，邮编655400",
        "订单号2026112300123，编号YL0004800，20261123123456789012",
        "GB50096-2011，楚发改价（2017）771号，建规字第1606011号",
        "网友UU0081870：面积153015.9平方米，3000-4000元，联系面积2500000平方米",
        "新A区12栋，云C座，京昆高速G5，苏州S58",
        "@所有人 见 http://example.com/a@1",
        "",
    ],
)
def test_other_numbers_stay_as_they_are(text: str) -> None:
    scrubbed = scrub(text)
    assert scrubbed.text == text
    assert scrubbed.found == {}


def test_an_eighteen_digit_order_number_with_a_wrong_check_digit_stays() -> None:
    assert scrub("订单110105194912310021").found == {}


def test_the_count_says_how_many_of_each_kind_were_found() -> None:
    found = scrub("13812345678、13987654321，0874-7123456，云D12345").found
    assert found == {Identifier.MOBILE: 2, Identifier.LANDLINE: 1, Identifier.PLATE: 1}


NUMBERS = ["13812345678", "138", "1234", "5678", "0874", "7123456", "7123457", "11010519491231002X", "6222", "12345"]
PIECES = st.sampled_from(
    [
        *NUMBERS,
        "4111111111111111",
        "20261123",
        "261123-0012-3",
        "电话",
        "身份证",
        "转",
        "云D",
        "a.b@c.com",
        "****",
        "+86",
    ]
) | st.sampled_from("*@-、或.()019X元１王 \n")


@given(st.lists(PIECES, max_size=14).map("".join) | st.text())
@example("1234 5678 9012 62221234 13812345678")
def test_masking_twice_changes_nothing_more(text: str) -> None:
    once = scrub(text)
    twice = scrub(once.text)
    assert twice.text == once.text
    assert twice.found == {}


@given(st.text(st.characters(exclude_characters="@＠", exclude_categories=["Nd"])))
def test_text_without_digits_and_addresses_is_untouched(text: str) -> None:
    assert scrub(text).text == text


@given(st.integers(0, 10**8 - 1), st.sampled_from("3456789"), st.sampled_from(["", " ", "-", "　"]))
def test_every_mobile_number_in_a_sentence_is_found(rest: int, second: str, joiner: str) -> None:
    digits = f"1{second}0{rest:08d}"
    typed = joiner.join([digits[:3], digits[3:7], digits[7:]])
    assert scrub(f"请于20日前致电{typed}，谢谢").text == f"请于20日前致电{digits[:3]}****{digits[7:]}，谢谢"
