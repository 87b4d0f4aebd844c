"""What is taken out of a comment before anybody reads it, and what stays."""

import time
import unicodedata

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from survey.disclosure.masking import Masking

PEOPLE = (
    "Anna-Lena Meier",
    "Müller, Jörg",
    "Dr. Ursula von der Leyen",
    "Will May",
    "Thomas Koch",
    "Li Wu",
    "Siobhán O'Brien",
    "Łukasz Nowak",
    "Ayşe Yılmaz",
    "Анна Петрова",
    "李明华",
    "김민수",
    "Tim Long",
)
COMPANY = "Northgate Logistics GmbH & Co. KG"
mask = Masking(PEOPLE, COMPANY)

NAMED = {
    # alone, in any case, with accents or without, with endings
    "Ask Meier.": "Ask [name].",
    "ask meier": "ask [name]",
    "MEIER IST SCHULD": "[name] IST SCHULD",
    "Anna's idea was dropped": "[name]'s idea was dropped",
    "Müllers Idee, Muellers Plan, MULLERS": "[name] Idee, [name] Plan, [name]",
    "bei jorg und joerg und Jörgs Team": "bei [name] und [name] und [name] Team",
    "Nowakowi i Nowaka nie ma": "[name] i [name] nie ma",
    "Ayşe'nin fikri, Ayse YILMAZ": "[name]'nin fikri, [name]",
    "Siobhan and O’Brien": "[name] and O’[name]",
    # in full, turned round, joined, with titles and initials
    "Anna-Lena Meier leads": "[name] leads",
    "Meier, Anna-Lena": "[name]",
    "annalena and anna lena and lena": "[name] and [name] and [name]",
    "A. Meier and A.Meier decide": "[name] and [name] decide",
    "Anna M. decides": "[name]. decides",
    "Herr Dr. Müller": "Herr Dr. [name]",
    "Frau von der Leyen: Ursula von der Leyen": "Frau von der [name]: [name]",
    "thomaskoch or koch_thomas": "[name] or [name]",
    "Li Wu and Wu, Li": "[name] and [name]",
    # ordinary words, written as names
    "I told May about it": "I told [name] about it",
    "We asked will may": "We asked [name]",
    "Will never listens": "[name] never listens",
    "May's plan": "[name]'s plan",
    "mr will said so": "mr [name] said so",
    "frag den Koch und Herrn koch": "frag den [name] und Herrn [name]",
    "Tim Long is fair": "[name] is fair",
    # other scripts
    "Анна и ПЕТРОВА": "[name] и [name]",
    "我的老板李明华很好": "我的老板[name]很好",
    "김민수는 좋다": "[name]는 좋다",
}
STAYS = (
    "Will this ever change? It may, or may not.",
    "May I suggest shorter meetings?",
    "Long meetings, too long.",
    "Koch bitte nicht in der Teeküche.",
    "it will take time, times are hard, TIME IS SHORT",
    "WILL THIS CHANGE? IT MAY.",
    "The Sales team and the Front desk do not talk.",
    "Leaders say one thing and do another.",
    "I li ke it; wu.",
    "Marken, Annahme, Meierei und Manna: keine Namen.",
)
FORMS = {
    "write to anna.x@firm-gruppe.co.uk!": "write to [e-mail]!",
    "anna (at) firm dot com": "[e-mail]",
    "anna [AT] firm [dot] com, please": "[e-mail], please",
    "boss at firm dot com": "[e-mail]",
    "boss @ firm.com": "[e-mail]",
    "ａｎｎａ＠ｆｉｒｍ．ｃｏｍ": "[e-mail]",
    "x@intranet": "[e-mail]",
    "@anna_m knows": "[name] knows",
    "see https://firm.de/a?b=c, please": "see [link], please",
    "(www.firm.de/team)": "([link])",
    "look at firm.com.": "look at [link].",
    "linkedin.com/in/boss": "[link]",
    "firm dot com": "[link]",
    "+49 (0)30 1234-567": "[phone]",
    "030/123 45 67": "[phone]",
    "call 555-123-4567 now": "call [phone] now",
    "Tel. 62889": "Tel. [phone]",
    "٠٣٠١٢٣٤٥٦٧": "[phone]",
    "personnel number 123456": "personnel number [number]",
    "P-4711123": "[number]",
    "１２３４５６７": "[number]",
    "IBAN DE89 3704 0044 0532 0130 00": "IBAN [number]",
    "Northgate Logistics GmbH & Co. KG pays": "[company] pays",
    "at northgate, Northgate's way": "at [company], [company]'s way",
    "NORTHGATE LOGISTICS": "[company]",
}
HARMLESS = (
    "Since 2019, or 2019-2023, or 2019 2020 2021.",
    "On 12.11.2026 and 2026-11-22 and 11/30/2026.",
    "from 8.00-16.30, 9:00-17:00, 24/7",
    "1,000,000 or 1.000.000 or 250 000 € more",
    "Rated 5/10, 99.5 % of 12345 parcels.",
    "We meet @ 5. Logistics is hard. That is good.It is.",
    "e.g. this, z.B. das, d.h. so, node.js and plan.xlsx",
)


@pytest.mark.parametrize(("text", "masked"), (NAMED | FORMS).items())
def test_what_names_somebody_is_taken_out(text, masked):
    assert mask(text) == masked


@pytest.mark.parametrize("text", [*STAYS, *HARMLESS])
def test_what_names_nobody_stays_word_for_word(text):
    assert mask(text) == text


def test_without_names_forms_are_still_taken_out():
    assert Masking()("Anna, a@b.de, 0301234567") == "Anna, [e-mail], [phone]"


# --- anything that people may write

LETTERS = "AaBbnñ́̈e\u200b\u200d\u00ad\u202eш ا ק李ß ſİıʼ’'@.-–_()[]/+:\n\0٣３²½ﬁ㎏ﷺ"
PIECES = st.sampled_from(
    "Anna|anna|Meier|Will|may|Li|Wu|Northgate|GmbH|李明华|김민수|[name]|[e-mail]|[|]|@| at | dot "
    "|.com|www.|http://|123456|+49 30 |2019|-|. |, | |'s|A. |O'|von der |Herr |is ".split("|")
)
WRITTEN = st.one_of(
    st.text(max_size=80),
    st.text(LETTERS, max_size=80),
    st.lists(st.one_of(PIECES, st.characters()), max_size=25).map("".join),
)


@settings(max_examples=400, deadline=None)
@given(WRITTEN)
@example("Anna123456Meier@firm.com")
@example("[na\u200bme] ［name］ [[name]]")
@example("\ud800Anna\udfff")
def test_masking_never_fails_and_masking_twice_changes_nothing(text):
    once = mask(text)
    assert mask(once) == once


@settings(max_examples=200, deadline=None)
@given(WRITTEN, st.sampled_from(["Meier", "anna-lena meier", "a@b.de", "0301234567"]), WRITTEN)
def test_what_is_looked_for_is_found_among_anything(before, wanted, after):
    assume(wanted not in before + after)
    for text in (f"{before}\n{wanted}\n{after}", f"{before} ; {wanted} ; {after}"):
        assert wanted not in mask(text)


SPELLINGS = (
    lambda name: name.upper(),
    lambda name: name.lower(),
    lambda name: unicodedata.normalize("NFD", name),
    "\u200b".join,
    "\u00ad".join,
    lambda name: f"\u202e{name}\u202c",
    lambda name: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in name),
    lambda name: "".join(c + "\u0336" for c in name),
    lambda name: name.translate(str.maketrans("aeopcxyAEOPCXTHMK", "аеорсхуАЕОРСХТНМК")),
)


@pytest.mark.parametrize("name", ["Meier", "Müller", "Leyen", "Nowak", "Yılmaz"])
@pytest.mark.parametrize("spelt", SPELLINGS)
def test_a_name_is_found_however_its_letters_are_written(name, spelt):
    masked = mask(f"Only {spelt(name)} decides here.")
    left = [c for c in masked if unicodedata.category(c) not in ("Cf", "Mn")]
    assert "".join(left) == "Only [name] decides here."


HOSTILE = (
    "a|a.|a@|@|1 |1-|(|+1|a dot |a at |http://|www.|a-|[name|ﷺ|\u0300|\u200b|Anna |A. |Will May "
    "|Anna1|123456a|GmbH Co. KG |Northgate |'|call |tel a a 1 |2019-|von der |1.111.|-|a, |\n"
    "|Li |a' |0 (|Meier, |Anna von der ".split("|")
)


@pytest.mark.parametrize("piece", HOSTILE, ids=ascii)
def test_no_text_of_600_characters_takes_long(piece):
    began = time.process_time()
    mask((piece * 600)[:600])
    assert time.process_time() - began < 0.5


def test_every_text_is_masked_by_itself():
    texts = [*NAMED, *FORMS]
    forward = [mask(text) for text in texts]
    assert [Masking(PEOPLE, COMPANY)(text) for text in reversed(texts)] == forward[::-1]


@given(st.lists(st.text(max_size=40), max_size=5), st.text(max_size=40), st.text(max_size=60))
@settings(max_examples=100, deadline=None)
def test_any_lines_can_be_given_as_names(names, company, text):
    mask_these = Masking(tuple(names), company)
    once = mask_these(text)
    assert mask_these(once) == once
