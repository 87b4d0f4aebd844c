"""What a respondent's first visit costs on the line: bytes and requests, in a real browser.

Headers count, as they travel. Run by `make bench`, or alone: python -m bench.first_visit
"""

import os
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from bench.respond import fill, server
from tests.support.browser import FLAGS, chromium

AIM = {
    "kB on a first visit": 45,
    "kB on a first visit in German": 45,
    "requests on a first visit": 4,
}


def measure() -> dict[str, float]:
    """Open the page of a survey with an empty cache, and count."""
    found = chromium()
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        opened = fill(Path(name))
        browser = playwright.chromium.launch(
            executable_path=found.path, args=list(FLAGS), env={**os.environ, **found.env}
        )
        with server("survey", Path(name)) as (port, _):
            address = f"http://127.0.0.1:{port}/s/{opened.slug}#{opened.codes['u0'][0]}"
            first = visit(browser.new_page(locale="en-GB"), address)
            german = visit(browser.new_page(locale="de-DE"), address)
        browser.close()
    return {
        "kB on a first visit": sum(first.values()) / 1000,
        "kB on a first visit in German": sum(german.values()) / 1000,
        "requests on a first visit": len(first),
        **{f"  kB of {name}": size / 1000 for name, size in first.items()},
    }


def visit(page: Page, address: str) -> dict[str, float]:
    """Return the bytes of each file that the visit fetched, by its name."""
    names: dict[str, str] = {}
    sizes: dict[str, float] = {}
    line = page.context.new_cdp_session(page)

    def asked(event: dict[str, Any]) -> None:
        names[event["requestId"]] = event["request"]["url"].rpartition("/")[2]

    def came(event: dict[str, Any]) -> None:
        sizes[names[event["requestId"]]] = event["encodedDataLength"]

    line.on("Network.requestWillBeSent", asked)
    line.on("Network.loadingFinished", came)
    line.send("Network.enable")
    page.goto(address)
    page.wait_for_load_state("networkidle")
    # The sign in the tab is a data: address, which is no request on the line.
    return {name: size for name, size in sizes.items() if size}


def main() -> None:
    """Measure and print, with the aim beside each figure that has one."""
    for name, figure in measure().items():
        aim = f"   (aim: {AIM[name]})" if name in AIM else ""
        print(f"{name:40} {figure:10.1f}{aim}")


if __name__ == "__main__":
    main()
