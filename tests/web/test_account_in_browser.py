"""From the link that a server prints to a session with two factors, in a real browser."""

import pyotp
import pytest

from survey.services.ways_in import setup_link

pytestmark = pytest.mark.browser

PASSWORD = "a password nobody guesses"


def test_set_up_a_second_factor_and_sign_in_with_digits_then_with_a_recovery_code(
    served, sessions, clock, browser_page
):
    with sessions() as session:
        link = f"{served}/setup/{setup_link(session, clock())}"
    page = browser_page(width=360, timezone_id="Europe/Berlin")
    complaints = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))

    page.goto(link)
    assert page.input_value("#timezone") == "Europe/Berlin"
    page.fill("#name", "Eva Lindqvist")
    page.fill("#email", "eva@example.org")
    page.fill("#password", PASSWORD)
    page.check("[data-reveal=password]")
    assert page.get_attribute("#password", "type") == "text"
    page.click("main button[type=submit]")

    page.wait_for_url("**/account/second-factor?first=1")
    page.click("summary")
    secret = page.inner_text(".bigcode").replace(" ", "")
    app = pyotp.TOTP(secret)
    page.fill("#digits", app.at(int(clock().timestamp())))
    page.fill("#password", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_selector(".recovery code")
    codes = page.locator(".recovery code").all_inner_texts()
    assert len(codes) == 8

    def password():
        page.goto(f"{served}/account")
        page.click("header button")
        page.wait_for_url("**/login")
        page.fill("#email", "eva@example.org")
        page.fill("#password", PASSWORD)
        page.press("#password", "Enter")
        page.wait_for_selector("#digits")

    password()
    clock.pass_(minutes=1)
    page.fill("#digits", app.at(int(clock().timestamp())))
    page.press("#digits", "Enter")
    page.wait_for_url("**/surveys")

    password()
    page.click("summary")
    page.fill("#recovery", codes[2].lower().replace("-", " "))
    page.press("#recovery", "Enter")
    page.wait_for_url("**/surveys")
    page.goto(f"{served}/account")
    assert "7 recovery codes are left" in page.inner_text("main")
    assert "Chrome on Linux" in page.inner_text("main")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert complaints == []

    page.goto(link)
    assert page.inner_text("h1") == "This link leads nowhere"
