"""The second factor: digits count once, in their time; recovery codes stand in once each."""

from datetime import timedelta

import pyotp
import pytest
import sqlalchemy as sa

from survey.services.accounts import (
    SignInRefused,
    WrongPassword,
    add_user,
    change_password,
    change_profile,
    find_user,
)
from survey.services.helping import take_factor
from survey.services.second_factor import (
    RecoveryRefused,
    SecondFactorRefused,
    SecondFactorThere,
    link_for_app,
    new_secret,
    renew_codes,
    state_of,
    switch_on,
    take_off,
)
from survey.services.sessions import (
    HALF_LASTS,
    end_session,
    end_sessions,
    hashed,
    sessions_of,
    who,
)
from survey.services.signing_in import TooLate, finish, half_signed_in, sign_in
from survey.storage.workspace import Account, Letter
from tests.accounts import emptied
from tests.collecting import NOON

PASSWORD = "a long enough password"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
HALF_MINUTE = timedelta(seconds=30)


@pytest.fixture
def session(once):
    with emptied(once)() as session:
        yield session


@pytest.fixture
def ana(session):
    return add_user(session, "ana@example.org", "Ana", PASSWORD)


@pytest.fixture
def codes(session, ana):
    """Ana's recovery codes; her second factor was set up an hour ago."""
    before = NOON - timedelta(hours=1)
    return switch_on(session, ana, PASSWORD, SECRET, digits(before), before, mail=False)


def digits(now):
    return pyotp.TOTP(SECRET).at(int(now.timestamp()))


def changed(session, user, old, here, new="another long password", mail=False):
    change_password(session, user, old, new, hashed(here), NOON, mail=mail)


def mails(session):
    with session.begin():
        return [(one.subject, one.body) for one in session.scalars(sa.select(Letter))]


def half(session, now=NOON):
    return sign_in(session, "ana@example.org", PASSWORD, now, "Firefox/Linux")


def test_the_password_alone_signs_nobody_in_who_has_a_second_factor(session, ana, codes):
    token = half(session)
    assert who(session, token, NOON) is None
    assert half_signed_in(session, token, NOON) == ana.id
    whole = finish(session, token, digits(NOON), NOON)
    assert whole != token
    assert who(session, whole, NOON) == ana
    assert who(session, token, NOON) is None
    assert half_signed_in(session, token, NOON) is None
    assert [line.browser for line in sessions_of(session, ana, whole, NOON)] == ["Firefox/Linux"]


@pytest.mark.parametrize(
    ("late", "taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_a_phone_may_be_half_a_minute_early_or_late(session, ana, codes, late, taken):
    shown = digits(NOON + late * HALF_MINUTE)
    if taken:
        assert finish(session, half(session), shown, NOON)
    else:
        with pytest.raises(SecondFactorRefused):
            finish(session, half(session), shown, NOON)


def test_digits_count_once_and_those_before_them_no_more(session, ana, codes):
    finish(session, half(session), digits(NOON), NOON)
    for shown in (digits(NOON), digits(NOON - HALF_MINUTE)):
        with pytest.raises(SecondFactorRefused):
            finish(session, half(session), shown, NOON)
    assert finish(session, half(session), digits(NOON + HALF_MINUTE), NOON)


def test_the_digits_that_set_it_up_sign_nobody_in(session, ana):
    switch_on(session, ana, PASSWORD, SECRET, digits(NOON), NOON, mail=True)
    with pytest.raises(SecondFactorRefused):
        finish(session, half(session), digits(NOON), NOON)
    assert [subject for subject, _ in mails(session)] == [
        "A second factor of your Headwind account was set up"
    ]


def test_each_recovery_code_counts_once_however_it_is_typed(session, ana, codes):
    assert len(set(codes)) == 8
    typed = codes[3].lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert finish(session, half(session), typed, NOON)
    assert state_of(session, ana).left == 7
    with pytest.raises(RecoveryRefused):
        finish(session, half(session), codes[3], NOON)
    assert finish(session, half(session), codes[4], NOON)


@pytest.mark.parametrize("typed", ["", "000000", "12345", "1234567", "١٢٣٤٥٦", "x" * 5000])
def test_anything_else_is_refused(session, ana, codes, typed):
    with pytest.raises(SecondFactorRefused):
        finish(session, half(session), typed, NOON)


def test_ten_minutes_after_the_password_one_begins_again(session, ana, codes):
    token, late = half(session), NOON + HALF_LASTS
    with pytest.raises(TooLate):
        finish(session, token, digits(late), late)


def test_neither_secret_nor_codes_are_set_without_the_password_and_right_digits(session, ana):
    with pytest.raises(SecondFactorRefused):
        switch_on(session, ana, PASSWORD, SECRET, "000000", NOON, mail=True)
    with pytest.raises(WrongPassword):
        switch_on(session, ana, "another password", SECRET, digits(NOON), NOON, mail=True)
    assert not state_of(session, ana).on


def test_a_second_one_is_not_set_up_over_the_first(session, ana, codes):
    other = new_secret()
    shown = pyotp.TOTP(other).at(int(NOON.timestamp()))
    with pytest.raises(SecondFactorThere):
        switch_on(session, ana, PASSWORD, other, shown, NOON, mail=True)
    assert finish(session, half(session), digits(NOON), NOON)


def test_new_codes_and_taking_it_off_want_the_password(session, ana, codes):
    with pytest.raises(WrongPassword):
        renew_codes(session, ana, "another password", NOON, mail=True)
    with pytest.raises(WrongPassword):
        take_off(session, ana, "another password", NOON, mail=True)
    assert mails(session) == []
    fresh = renew_codes(session, ana, PASSWORD, NOON, mail=True)
    with pytest.raises(RecoveryRefused):
        finish(session, half(session), codes[0], NOON)
    assert finish(session, half(session), fresh[0], NOON)
    take_off(session, ana, PASSWORD, NOON, mail=True)
    take_off(session, ana, PASSWORD, NOON, mail=True)
    assert who(session, half(session), NOON) == ana
    told = sorted(subject for subject, body in mails(session) if "knew your password" in body)
    assert told == [
        "New recovery codes of your Headwind account were made",
        "The second factor of your Headwind account was taken off",
    ], "the second time there was none to take off"
    assert session.get(Account, ana.id, populate_existing=True).recovery == ()


def test_of_the_codes_only_hashes_are_kept(session, ana, codes):
    kept = session.get(Account, ana.id, populate_existing=True)
    assert len(kept.recovery) == 8
    assert not set(kept.recovery) & set(codes)
    assert codes[0].replace("-", "") not in "".join(kept.recovery)


def test_whoever_runs_the_machine_can_take_it_off(session, ana, codes):
    take_factor(session, ana.id, None, NOON, mail=False)
    assert who(session, half(session), NOON) == ana


def test_an_app_reads_name_and_site_off_the_picture():
    told = pyotp.parse_uri(link_for_app(SECRET, "ana@example.org"))
    assert (told.name, told.issuer, told.secret) == ("ana@example.org", "Headwind", SECRET)


def test_an_account_that_is_shut_signs_in_nowhere(session, ana):
    token = half(session)
    with session.begin():
        session.get(Account, ana.id).active = False
    assert who(session, token, NOON) is None
    with pytest.raises(SignInRefused):
        half(session)


def test_an_account_without_a_password_is_refused_like_any_other(session):
    add_user(session, "new@example.org", "New", "", "reader")
    for password in ("", "x", PASSWORD):
        with pytest.raises(SignInRefused) as told:
            sign_in(session, "new@example.org", password, NOON)
    assert str(told.value) == "Address and password do not belong together. Please try again."


def test_a_session_is_noted_by_its_day_and_no_closer(session, ana):
    evening, night = NOON.replace(hour=20), NOON.replace(hour=20) + timedelta(hours=5)
    token = half(session, evening)

    def noted():
        (line,) = sessions_of(session, ana, token, evening)
        return line.began_at, line.seen_on

    who(session, token, evening + timedelta(hours=1))
    assert noted() == (evening, evening.date())
    who(session, token, night)
    assert noted() == (evening, night.date())


def test_one_browser_is_signed_out_or_all_and_nobody_else(session, ana):
    bob = add_user(session, "bob@example.org", "Bob", PASSWORD)
    his = sign_in(session, "bob@example.org", PASSWORD, NOON)
    first, here = half(session), half(session, NOON + timedelta(minutes=1))
    lines = sessions_of(session, ana, here, NOON)
    assert [line.here for line in lines] == [True, False]
    end_session(session, bob, lines[1].mark)
    assert who(session, first, NOON) == ana
    end_session(session, ana, lines[1].mark)
    assert who(session, first, NOON) is None
    end_sessions(session, ana.id)
    assert who(session, here, NOON) is None
    assert who(session, his, NOON) == bob


def test_a_new_password_signs_the_other_browsers_out(session, ana):
    other, here = half(session), half(session)
    with pytest.raises(WrongPassword):
        changed(session, ana, "not the old one", here)
    changed(session, ana, PASSWORD, here)
    assert who(session, here, NOON) == ana
    assert who(session, other, NOON) is None
    with pytest.raises(SignInRefused):
        half(session)
    assert sign_in(session, "ana@example.org", "another long password", NOON)


def test_a_new_password_is_told_by_mail_in_the_language_of_the_account(session, ana):
    change_profile(session, ana, "Ana Berg", "de", "Europe/Berlin")
    here = half(session)
    with pytest.raises(WrongPassword):
        changed(session, ana, "not the old one", here, mail=True)
    assert mails(session) == []
    changed(session, ana, PASSWORD, here, mail=True)
    told = mails(session)
    assert [subject for subject, _ in told] == ["Das Passwort Ihres Headwind-Kontos wurde geändert"]
    assert told[0][1].startswith(
        "Guten Tag Ana Berg,\n\ndas Passwort Ihres Headwind-Kontos wurde am "
    )


def test_a_password_fits_however_a_keyboard_writes_its_letters(session, ana):
    changed(session, ana, PASSWORD, half(session), new="Stürme über Föhr")
    token = sign_in(session, "ana@example.org", "Stu\u0308rme u\u0308ber Fo\u0308hr", NOON)
    assert who(session, token, NOON) == ana
    with pytest.raises(SignInRefused):
        sign_in(session, "ana@example.org", "Sturme uber Fohr", NOON)


def test_name_language_and_time_zone_are_kept_and_nonsense_is_not(session, ana):
    change_profile(session, ana, " Ana Berg ", "de", "Europe/Berlin")
    change_profile(session, ana, "  ", "nds", "Middle/Earth")
    found = find_user(session, "ANA@example.org")
    assert (found.name, found.language, found.timezone) == ("Ana Berg", "de", "Europe/Berlin")
