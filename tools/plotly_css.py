"""Write survey/static/vendor/plotly.css: the rules that plotly.js would put into a <style>.

Our pages forbid <style>; plotly.js leaves it out where a page links these rules itself:
<link id="plotly.js-style-global" class="no-inline-styles" rel="stylesheet" href="...">. The file is
not shipped with plotly.js, so it is read off a running page. Run it after each upgrade:

    .venv/bin/python -m tools.plotly_css
"""

import os
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.support.browser import FLAGS, chromium

VENDOR = Path(__file__).resolve().parents[1] / "survey" / "static" / "vendor"
RULES = """async () => {
    const element = document.body.appendChild(document.createElement("div"));
    await Plotly.newPlot(element, [{y: [1, 2]}], {}, {showSendToCloud: false, plotlyServerURL: ""});
    const sheet = document.getElementById("plotly.js-style-global").sheet;
    return [...sheet.cssRules].map(rule => rule.cssText);
}"""


def main() -> None:
    """Draw one figure and write down the rules that came with it."""
    (script,) = VENDOR.glob("plotly-basic-*.min.js")
    found = chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found.path, args=list(FLAGS), env={**os.environ, **found.env}
        )
        page = browser.new_page()
        page.set_content("<!doctype html><title>plotly.js</title>")
        page.add_script_tag(path=script)
        rules = page.evaluate(RULES)
        browser.close()
    version = script.stem.removesuffix(".min")
    head = f"/* The rules of {version}, MIT; made by tools/plotly_css.py. */\n"
    (VENDOR / "plotly.css").write_text(head + "\n".join(rules) + "\n")
    print(f"{len(rules)} rules of {script.name}")


if __name__ == "__main__":
    main()
