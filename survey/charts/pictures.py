"""Pictures of figures: each is drawn once by a browser, and kept under a name made of its content.

Here belongs the folder of pictures and how many figures are drawn in one run of the browser. How
a drawn figure becomes a part of a page stands in `inlined`. What is kept is as released as the
report that it was made from.
"""

import base64
import hashlib
import html
import json
import os
import re
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from markupsafe import Markup

from survey.browser import Browser, BrowserFailed
from survey.charts.chart import Chart
from survey.charts.inlined import NotAPicture, inlined

STATIC = Path(__file__).resolve().parent.parent / "static"
PLOTLY = "vendor/plotly-basic-4.1.1.min.js"
FONT = "fonts/source-sans-3.woff2"
RENDERER = "1"
"""Changes when a figure would become another picture; those of before are then drawn anew."""
BATCH = 40
"""Figures of one run: few enough to be quick, many enough to make up for starting a browser."""
DAY = 24 * 3600.0
DRAWN = re.compile(r'<textarea id="drawn-(\d+)">(.*?)</textarea>', re.S)

Told = Callable[[int, int], None]


@dataclass(frozen=True)
class Pictures:
    """A folder of pictures, and the browser that draws what is missing; both may be missing."""

    folder: Path | None = None
    browser: Browser | None = None

    def find(self, chart: Chart) -> Markup | None:
        """Return the picture of a chart, to stand in a page as it is; None where there is none."""
        if self.folder is None:
            return None
        try:
            return Markup((self.folder / name_of(chart)).read_text(encoding="utf-8"))  # noqa: S704
        except FileNotFoundError:
            return None

    def draw(self, charts: Iterable[Chart], told: Told | None = None) -> bool:
        """Draw the pictures that are missing; False where nothing can be drawn here.

        Parameters
        ----------
        told : is told how many are drawn, of how many

        Raises
        ------
        survey.browser.BrowserFailed
            The browser did not draw them; those drawn before stay.
        """
        if self.folder is None or self.browser is None:
            return False
        folder = self.folder
        missing = [chart for chart in charts if not (folder / name_of(chart)).exists()]
        if missing:
            folder.mkdir(mode=0o700, exist_ok=True)
        for start in range(0, len(missing), BATCH):
            batch = missing[start : start + BATCH]
            for chart, drawn in zip(batch, _drawn(self.browser, batch), strict=True):
                _keep(folder / name_of(chart), _inlined(drawn, chart.key))
            if told:
                told(start + len(batch), len(missing))
        return True

    def prune(self, wanted: Iterable[Chart], now: float | None = None) -> None:
        """Take away what no report shows any more and is older than a day."""
        if self.folder is None or not self.folder.is_dir():
            return
        names = {name_of(chart) for chart in wanted}
        oldest = (time.time() if now is None else now) - DAY
        for path in self.folder.glob("*.svg*"):
            with suppress(FileNotFoundError):
                if path.name not in names and path.stat().st_mtime < oldest:
                    path.unlink()


NO_PICTURES = Pictures()


def name_of(chart: Chart) -> str:
    """Return the name of a chart's picture: what is drawn, under which ids, and by what."""
    parts = (RENDERER, PLOTLY, chart.key, chart.figure_json)
    return f"{hashlib.sha256(chr(0).join(parts).encode()).hexdigest()}.svg"


def _drawn(browser: Browser, charts: Sequence[Chart]) -> Iterator[str]:
    """Draw figures in one run of the browser, in their order."""
    figures = [json.loads(chart.figure_json) for chart in charts]
    found = dict(DRAWN.findall(browser.dump(_batch(figures))))
    if len(found) != len(charts):
        raise BrowserFailed(why=f"it drew {len(found)} of {len(charts)} figures")
    return (html.unescape(found[str(at)]) for at in range(len(charts)))


def _inlined(drawn: str, key: str) -> str:
    try:
        return inlined(drawn, key)
    except NotAPicture as fault:
        raise BrowserFailed(why=f"it drew {fault} for {key}") from fault


def _batch(figures: Sequence[object]) -> str:
    """Return a page that draws figures, each as text in a field of its own.

    The font is loaded first, or texts would be measured in another one.
    """
    told = json.dumps(figures).replace("<", "\\u003c")
    return f"""<!doctype html><html><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; font-src data:; \
img-src data:; script-src 'unsafe-inline'; style-src 'unsafe-inline'">
<style>@font-face {{ font-family: "Source Sans 3"; font-weight: 200 900; src: url({_font()}) }}
</style></head><body>
<script type="application/json" id="figures">{told}</script>
<script>{_plotly()}</script>
<script>(async () => {{
  for (const weight of [400, 500, 600])
    await document.fonts.load(`${{weight}} 16px "Source Sans 3"`);
  const figures = JSON.parse(document.getElementById("figures").textContent);
  for (const [at, {{ data, layout, config }}] of figures.entries()) {{
    const size = {{ width: layout.width, height: layout.height }};
    const field = document.createElement("textarea");
    field.id = `drawn-${{at}}`;
    field.textContent = await Plotly.toImage(
      {{ data, layout, config }}, {{ format: "svg", imageDataOnly: true, ...size }});
    document.body.append(field);
  }}
}})();</script></body></html>"""


@cache
def _plotly() -> str:
    return (STATIC / PLOTLY).read_text(encoding="utf-8")


@cache
def _font() -> str:
    return f"data:font/woff2;base64,{base64.b64encode((STATIC / FONT).read_bytes()).decode()}"


def _keep(path: Path, picture: str) -> None:
    """Write a picture for its owner alone, whole or not at all."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(picture)
    draft.replace(path)
