"""From an empty instance to a second wave: a real server, a real browser, a real mail server.

Nothing here knows the program but by its screen, its mails, and what `headwind run` prints. Only
the clock of the server is turned, since nobody waits twelve days for a test.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from tests.mailed import CODE, html_of, text_of
from tests.support.instance import Instance, running_instance
from tests.support.mailbox import SENDER, Mailbox, mail_server
from tests.web.screen import Screen, answer, until

pytestmark = [pytest.mark.browser, pytest.mark.server]

BERLIN = ZoneInfo("Europe/Berlin")
TITLE = "How this team works together"
OWNER, PASSWORD = "ana@consulting.example", "a password nobody guesses"
READER, HERS = "rita@nordwind.example", "another that nobody guesses"
FIELD = """\
Nordwind > Field North,Lea Roth,lea@nordwind.example,de
Nordwind > Field North,Tom Falk,tom@nordwind.example,
Nordwind > Field North,Ida Bern,ida@nordwind.example,
Nordwind > Field North,Max Ohm,max@nordwind.example,
Nordwind > Field South,Eva Lind,eva@nordwind.example,
Nordwind > Field South,Jan Vogt,jan@nordwind.example,de
Nordwind > Field South,Uta Grau,uta@nordwind.example,
Nordwind > Field South,Kim Adler,kim@nordwind.example,
"""
WAREHOUSE = "".join(f"Nordwind > Warehouse,Hand {n},hand{n}@nordwind.example,\n" for n in range(9))
ROSTER = f"unit,name,mail,language\n{FIELD}{WAREHOUSE}"
FAULTY = (
    ROSTER.replace("tom@", "tom at ")
    .replace("jan@nordwind.example,de", "jan@nordwind.example,tlh")
    .replace("Nordwind > Warehouse,Hand 0", ",Hand 0")
)
FAULTS = ("Row 3, mail: tom at nordwind.example", "Row 7, language: tlh", "Row 10, unit")
INVITED = [line.split(",")[2] for line in FIELD.splitlines()]
NOTICE = "We ask how teams work together. Answers are sealed, opened once and then destroyed."


@dataclass(frozen=True)
class Codes:
    """What the page of the codes shows once."""

    slug: str
    opening: list[str]
    cards: list[str]


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def instance(tmp_path, mailbox):
    """An instance in which nobody has an account, with a mail server beside it."""
    with mail_server(mailbox) as server:
        settings: dict[str, str | int] = {
            "smtp_host": server.host,
            "smtp_port": server.port,
            "smtp_security": server.security,
            "mail_from": SENDER,
            "browser": "none",
        }
        with running_instance(tmp_path, settings) as running:
            yield running


@pytest.fixture
def window(browser_page, instance):
    """Open windows, each before somebody else."""

    def open_window(**how) -> Screen:
        page = browser_page(timezone_id="Europe/Berlin", locale="en-GB", **how)
        return Screen(page, instance.address)

    return open_window


def test_from_an_empty_instance_to_a_second_wave(instance, window, mailbox):
    ana, rita, phone = window(), window(), window(width=360)
    ends = days_ahead(instance, 12)

    set_up(ana, instance)
    make_client(ana)
    bring_the_roster(ana)
    write_the_details(ana)
    prepare(ana, ends)
    rehearse(ana, phone)
    codes = open_and_keep_the_codes(ana)
    links = receive_the_mails(ana, mailbox)

    answer_from_mails(phone, [links[who] for who in INVITED[:3]])
    answer_from_cards(phone, instance, codes)

    remind(ana, instance, mailbox)
    ends = put_the_end_off(ana, phone, codes, ends)

    instance.turn_to(ends + timedelta(minutes=5))
    close(ana, codes)
    read_the_report(ana)

    invite_a_reader(ana, rita, mailbox)
    second = prepare_the_next_wave(ana, phone, days_ahead(instance, 20), codes)
    sees_nothing_else(rita, codes.slug, second)
    ana.open("/log")
    expect(ana.page.get_by_role("row", name=READER)).to_contain_text("Nordwind GmbH Warehouse")
    assert ana.said == []
    assert "Traceback" not in instance.printed


def days_ahead(instance: Instance, days: int) -> datetime:
    day = instance.now().astimezone(BERLIN) + timedelta(days=days)
    return day.replace(hour=18, minute=0, second=0, microsecond=0)


def set_up(ana, instance):
    ana.open("/")
    ana.sees("Look at the terminal in which headwind run was started")
    (link,) = re.findall(r"http://\S+/setup/\S+", instance.printed)
    ana.open(link)
    ana.reads("Welcome to Headwind")
    ana.fill({"Your name": "Ana Lindqvist", "Your e-mail address": OWNER})
    ana.fill({"Choose a password": PASSWORD})
    ana.press("Make my account")
    ana.reads("Second factor")
    ana.follow("Not now")
    ana.sees("There is no survey yet.")


def make_client(ana):
    ana.follow("Prepare the first survey")
    ana.follow("Add the first client")
    ana.fill({"Name": "Nordwind GmbH"})
    ana.press("Add the client")
    ana.reads("Nordwind GmbH")


def bring_the_roster(ana):
    ana.follow("Bring the people from a file")
    choose(ana, FAULTY)
    ana.sees("17 rows were read (people.csv). 3 of them have faults.", *FAULTS)
    ana.follow("Choose the file again")
    choose(ana, ROSTER)
    ana.sees("There is no fault.")
    ana.press("Save 17 people")
    ana.reads("The roster is saved")
    ana.follow("Go on with Nordwind GmbH")


def choose(ana, text):
    file = {"name": "people.csv", "mimeType": "text/csv", "buffer": text.encode()}
    ana.page.get_by_label("A spreadsheet: XLSX or CSV").set_input_files(file)
    ana.press("Read it")


def write_the_details(ana):
    ana.follow("Write the details")
    ana.fill(
        {
            "Controller": "Nordwind GmbH, Hamburg",
            "How to reach the controller": "privacy@nordwind.example",
            "Privacy notice": NOTICE,
            "Help contact": "Ana Lindqvist, +49 40 555 0100",
            "Who is told where answers point to people being hurt": "the works council",
        }
    )
    ana.press("Keep the details")
    ana.sees("Ready for a survey")


def prepare(ana, ends):
    ana.press("Prepare a survey")
    ana.sees("Check list", "Write until when people can answer.")
    ana.follow("Questions")
    go_on(ana, "The planned practice")
    ana.fill({"Planned practice": "joint handovers"})
    ana.tick("Cooperation")
    go_on(ana, "Who is asked")
    join_and_choose_mail(ana)
    go_on(ana, "When and how")
    ana.fill({"Answers until": f"{ends:%Y-%m-%dT%H:%M}"})
    ana.tick("Two of three")
    ana.fill(
        {
            "Who holds the second opening code": "the works council",
            "Where the sealed spare is kept": "notary Blum",
        }
    )
    go_on(ana, "Who answers for it")
    ana.fill({"Introduction": "We want to know whether joint handovers can work here."})
    ana.fill({"Who says it": "Ute Blau, managing director"})
    go_on(ana, "Rehearsal")


def go_on(ana, heading):
    ana.press("Save and go on")
    ana.reads(heading)


def join_and_choose_mail(ana):
    ana.tick("Field North")
    ana.tick("Field South")
    ana.fill({"Join the ticked groups to one": "Field"})
    ana.press("Join ticked")
    ana.sees("Field North + Field South")
    ana.page.get_by_role("row", name="Field North + Field South").get_by_label("mail").check()


def rehearse(ana, phone):
    ana.press("Start the rehearsal")
    link = ana.page.locator(".testcodes a").first.get_attribute("href")
    answer(phone, link)
    ana.follow("Count again")
    ana.sees("1 test answer came in.")
    ana.press("It works: wipe the rehearsal")
    ana.sees("It was tried out as it stands.")
    until(lambda: phone.open(link.partition("#")[0]) == 404, "the rehearsal is still there")


def open_and_keep_the_codes(ana):
    ana.follow("On to the last step")
    ana.sees("8 by mail, 9 with cards", "two of three")
    ana.press("Open the survey and show its codes")
    ana.sees("This page is shown once.")
    opening = ana.page.locator(".bigcode").all_inner_texts()
    ana.unfold("All codes as a table to copy")
    rows = ana.page.get_by_label("Unit and link").input_value().splitlines()
    cards = [CODE.findall(row)[0] for row in rows if row.startswith('"Warehouse"')]
    ana.fill({"First opening code": opening[2].lower(), "Second opening code": opening[0]})
    ana.press("Check, and on to the survey")
    ana.reads(TITLE)
    assert (len(opening), len(cards)) == (3, 10), "nine people and a spare card"
    return Codes(ana.page.url.rpartition("/")[2], opening, cards)


def receive_the_mails(ana, mailbox):
    """Watch on the page how they are sent; return the link in each mail."""
    ana.follow("Mails and reminders")
    ana.sees("8 of 8 sent")
    assert len(mailbox.taken) == len(INVITED)
    links = {who: link_in(only_mail(mailbox, who)) for who in INVITED}
    assert len(set(links.values())) == len(INVITED)
    assert "Guten Tag Lea Roth" in text_of(only_mail(mailbox, "lea@nordwind.example"))
    return links


def only_mail(mailbox, who):
    (mail,) = mailbox.to(who)
    return mail


def link_in(mail):
    """The link to press in a mail, which is the same in both of its forms."""
    (link,) = set(re.findall(r"http://\S+#[0-9A-Z-]+", text_of(mail)))
    assert f'href="{link}"' in html_of(mail)
    return link


def answer_from_mails(phone, links):
    for link in links:
        answer(phone, link)


def answer_from_cards(phone, instance, codes):
    for code in codes.cards[:5]:
        answer(phone, f"{instance.address}/s/{codes.slug}", code.lower().replace("-", " "))


def remind(ana, instance, mailbox):
    """Bring the first reminder forward to the morning after tomorrow, and let that come."""
    sent = len(mailbox.taken)
    morning = days_ahead(instance, 2).replace(hour=9)
    ana.page.locator("summary", has_text="Move or cancel it").first.click()
    ana.page.get_by_label("Day", exact=True).first.fill(f"{morning:%Y-%m-%d}")
    ana.page.get_by_label("Time", exact=True).first.fill("09:00")
    ana.page.get_by_role("button", name="Move").first.click()
    ana.sees(f"{morning:%A} {morning.day} {morning:%B %Y}, 09:00")
    instance.turn_to(morning + timedelta(minutes=1))
    until(lambda: len(mailbox.taken) == sent + len(INVITED), "the reminder does not come")
    for mail in mailbox.taken[sent:]:
        assert not CODE.search(text_of(mail) + html_of(mail))
        assert "://" not in text_of(mail)
        assert "href" not in html_of(mail)
    come_back(ana)
    ana.sees("8 of 8 sent")


def come_back(ana):
    """Sign in again where the day has ended, and be where one was."""
    ana.page.reload()
    ana.reads("Sign in")
    ana.fill({"E-mail address": OWNER, "Password": PASSWORD})
    ana.press("Sign in")


def put_the_end_off(ana, phone, codes, ends):
    """See how far it is, in steps; put the end off; read what respondents are told of it."""
    later = ends + timedelta(days=2)
    ana.follow(TITLE)
    ana.sees("Field", "fewer than 5 answers", "Warehouse", "5 answers reached")
    assert not re.search(r"\b[378] answers?\b|\b[58] of (8|9|17)\b", ana.text()), "no counts"
    ana.follow("End, contact, more people")
    ana.follow("Put the end off")
    ana.fill({"Answers until": f"{later:%Y-%m-%dT%H:%M}"})
    ana.tick("Everybody who is asked reads that the end was put off")
    ana.press("Put the end off")
    ana.sees("Six words before", f"{later:%A} {later.day} {later:%B %Y}, 18:00")
    phone.open(f"/s/{codes.slug}/about#changes")
    phone.sees("The end was put off", f"{later:%A} {later.day} {later:%B %Y}, 18:00")
    return later


def close(ana, codes):
    """Close with two codes of three, and load the page of the progress anew meanwhile."""
    come_back(ana)
    ana.follow("To the survey")
    ana.follow("Close it with two opening codes")
    ana.sees("This happens once and cannot be undone.")
    ana.fill({"First opening code": codes.opening[1], "Second opening code": codes.opening[2]})
    ana.press("Close the survey")
    ana.reads("Closing the survey")
    expect(ana.page.get_by_role("progressbar").first).to_be_visible()
    ana.page.reload()
    until(lambda: is_led_on(ana), "the closing does not end at the report")


def is_led_on(ana):
    """The page of the progress leads on by itself; loaded after the end, it has a link."""
    done = ana.page.get_by_role("link", name="Read the report")
    if done.is_visible():
        done.click()
    return ana.page.url.endswith("/report")


def read_the_report(ana):
    ana.reads("Warehouse: too few answers to say whether it can carry joint handovers")
    ana.sees("Nothing is shown of Field: fewer than 5 people answered")
    ana.page.get_by_role("link", name="Warehouse").first.click()
    ana.sees("5 of 10")
    ana.open("/surveys")
    ana.follow(TITLE)
    ana.sees("The answers were opened once, counted and destroyed.")


def invite_a_reader(ana, rita, mailbox):
    """Share one group with somebody new, who comes in by the link in her mail and reads it."""
    ana.follow("Share the report")
    ana.unfold("Let somebody read it")
    ana.fill({"E-mail address": READER, "Their name": "Rita Blau"})
    ana.page.get_by_label("What they may see").last.select_option("Only Warehouse")
    ana.press("Let them read")
    ana.reads("The invitation of Rita Blau")
    until(lambda: mailbox.to(READER), "the invitation does not come")
    (link,) = re.findall(r"http://\S+/invite/\S+", text_of(only_mail(mailbox, READER)))
    rita.open(link)
    rita.fill({"Choose a password": HERS})
    rita.press("Choose this password and go on")
    rita.follow("Not now")
    rita.reads("Reports")
    rita.page.get_by_role("link", name="Warehouse").click()
    rita.sees("5 of 10", "Made by Headwind for Rita Blau.")


def prepare_the_next_wave(ana, phone, ends, codes):
    """Add one person to the roster, and bring the second wave up to its codes."""
    ana.open("/clients")
    ana.follow("Nordwind GmbH")
    ana.follow("Roster")
    ana.follow("Add a person")
    ana.page.get_by_label("Unit", exact=True).select_option("\u2003Warehouse")
    ana.fill({"Name": "Hand 9", "Mail": "hand9@nordwind.example"})
    ana.press("Add")
    ana.sees("18 people")
    ana.open(f"/surveys/{codes.slug}")
    ana.follow("Plan the next wave")
    ana.press("Prepare the next wave")
    ana.follow("Questions")
    ana.sees("The questions are those of the last wave, word for word")
    go_on(ana, "The planned practice")
    go_on(ana, "Who is asked")
    ana.sees("18 people in 2 groups.", "Field North + Field South")
    go_on(ana, "When and how")
    ana.fill({"Answers until": f"{ends:%Y-%m-%dT%H:%M}"})
    go_on(ana, "Who answers for it")
    go_on(ana, "Rehearsal")
    rehearse(ana, phone)
    ana.follow("On to the last step")
    ana.sees("8 by mail, 10 with cards", "two of three")
    ana.press("Open the survey and show its codes")
    ana.sees("This page is shown once.")
    ana.follow("Go on without the check")
    ana.sees("days left")
    ana.unfold("What was fixed at opening")
    expect(ana.page.get_by_role("link", name=TITLE, exact=True)).to_have_attribute(
        "href", f"/surveys/{codes.slug}"
    )
    return ana.page.url.rpartition("/")[2]


def sees_nothing_else(rita, *slugs):
    """Whatever is not hers answers as what is not there."""
    whole = [f"/reading/{slug}" for slug in slugs]
    surveys = [f"/surveys/{slug}{page}" for slug in slugs for page in ("", "/report", "/close")]
    others = ["/surveys", "/clients", "/clients/nordwind-gmbh", "/people", "/log"]
    for path in [*whole, *surveys, *others]:
        assert rita.open(path) == 404, path
    rita.open("/reading")
    assert rita.page.locator("main li").count() == 1
    navigation = rita.page.get_by_role("navigation").get_by_role("link")
    assert navigation.all_inner_texts() == ["Reports", "Account"]
