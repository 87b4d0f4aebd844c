"""A window of a browser and whoever sits before it, for tests that know nothing but the screen.

What is pressed, followed and filled in is named by its words, as a person finds it.
"""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from playwright.sync_api import ConsoleMessage, Page, expect

from survey.questionnaire.shipped import find

QUESTIONNAIRE = find("environment")
ANSWERS = {item.id: 4 if item.key > 0 else 2 for item in QUESTIONNAIRE.items}
ANSWERS = {column: ANSWERS.get(column, 4) for column in QUESTIONNAIRE.columns}
CHOOSE = """chosen => Object.entries(chosen).forEach(([name, value]) => document.querySelectorAll(
    `.part:not([hidden]) input[name="${name}"][value="${value}"]`).forEach(box => box.click()))"""
PATIENCE = 30
"""Seconds that a busy machine may take for what the background does."""


@dataclass
class Screen:
    """A browser's window, and somebody before it who reads, types and clicks."""

    page: Page
    address: str
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.said.append(str(error)))

    def _hear(self, told: ConsoleMessage) -> None:
        if told.type == "error":
            self.said.append(told.text)

    def open(self, path: str) -> int:
        """Type an address; return the status of the answer."""
        answer = self.page.goto(path if path.startswith("http") else self.address + path)
        assert answer is not None
        return answer.status

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def follow(self, name: str) -> None:
        self.page.get_by_role("link", name=name, exact=True).click()

    def unfold(self, name: str) -> None:
        self.page.locator("summary", has_text=name).click()

    def fill(self, typed: dict[str, str]) -> None:
        for label, words in typed.items():
            self.page.get_by_label(label, exact=True).fill(words)

    def tick(self, label: str) -> None:
        self.page.get_by_label(re.compile(rf"^\s*{label}\b")).check()

    def reads(self, heading: str) -> None:
        """Wait for the page of this heading."""
        expect(self.page.locator("h1")).to_have_text(heading)

    def sees(self, *sentences: str) -> None:
        for sentence in sentences:
            expect(self.page.locator("main")).to_contain_text(sentence)

    def text(self) -> str:
        return self.page.inner_text("main")


def until(holds: Callable[[], bool], why: str) -> None:
    """Ask again until it is so: surveys are looked up anew each second, mails every two."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, why
        time.sleep(0.1)


def answer(phone: Screen, link: str, code: str = "") -> None:
    """Go through all parts, send the answers, and see the receipt."""
    phone.open(link)
    step = phone.page.locator(".part:not([hidden]) .go")
    while not phone.page.locator("#code").is_visible():
        phone.page.evaluate(CHOOSE, ANSWERS)
        step.click()
    if code:
        phone.fill({"Your code": code})
    phone.page.locator("button[type=submit]:visible").click()
    phone.page.wait_for_url("**/thanks*")
    expect(phone.page.locator("#receipt")).to_have_text(re.compile(r"^(\w{4}-){2}\w{4}$"))
