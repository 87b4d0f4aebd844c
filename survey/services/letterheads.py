"""What stands at the head of a survey's papers: keeping it, and making a logo safe to pass on.

A logo is decoded and drawn anew, so that nothing of the file that was sent is kept: no camera, no
place, no name of whoever drew it, nothing hidden behind the picture.
"""

import io
import warnings
from threading import Lock

from PIL import Image, ImageOps, UnidentifiedImageError
from sqlalchemy.orm import Session

from survey.errors import UserError
from survey.report.letterhead import PLAIN, Letterhead
from survey.services.surveys import UnknownSurvey
from survey.storage import models
from survey.storage.engine import reading

LARGEST_FILE = 1_000_000
MOST_PIXELS = 4_000_000
LARGEST_SIDE = 8_000
BOX = 600, 240
LONGEST_NAME = 100
DECODING = Lock()
"""One picture at a time: a small file can take a lot of memory to decode."""
FORMATS = "PNG", "JPEG"


class LogoTooLarge(UserError):
    """The file is larger than 1 MB. Save the logo smaller; 600 pixels across are enough."""


class LogoTooManyPixels(UserError):
    """The picture has more than 4 million pixels, or more than 8000 along one side. Save the logo
    smaller; 600 pixels across are enough.
    """


class LogoIsDrawing(UserError):
    """An SVG can hold programs. Save the logo as PNG instead, with a transparent ground."""


class LogoUnreadable(UserError):
    """The file is no PNG or JPEG picture, or it is damaged. Open it and save it anew as PNG."""


class ConsultantTooLong(UserError):
    """Write at most 100 characters."""


def load_letterhead(session: Session, slug: str) -> Letterhead:
    """Return the letterhead of a survey; a plain one where none was set."""
    with reading(session):
        row = session.get(models.Letterhead, slug)
        return Letterhead(row.consultant, row.logo) if row else PLAIN


def save_consultant(session: Session, slug: str, name: str) -> None:
    """Keep who made the report; `ConsultantTooLong`, `UnknownSurvey`."""
    if len(name) > LONGEST_NAME:
        raise ConsultantTooLong
    with session.begin():
        _row(session, slug).consultant = name


def save_logo(session: Session, slug: str, file: bytes) -> None:
    """Keep the client's logo, drawn anew; the errors of `redrawn`, or `UnknownSurvey`."""
    logo = redrawn(file)
    with session.begin():
        _row(session, slug).logo = logo


def remove_logo(session: Session, slug: str) -> None:
    """Forget the client's logo."""
    with session.begin():
        _row(session, slug).logo = None


def redrawn(file: bytes) -> bytes:
    """Return a picture as a PNG of at most 600 × 240 pixels that holds its pixels and no more.

    Raises
    ------
    LogoTooLarge, LogoTooManyPixels, LogoIsDrawing, LogoUnreadable
    """
    if len(file) > LARGEST_FILE:
        raise LogoTooLarge
    if b"<svg" in file[:4096].lower():
        raise LogoIsDrawing
    with DECODING, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns of what is refused or mended here
        try:
            return _as_png(_opened(file))
        except UserError:
            raise
        except Exception as fault:  # hostile files break decoders in more ways than Pillow names
            raise LogoUnreadable from fault


def _opened(file: bytes) -> Image.Image:
    """Return a picture that is not decoded yet, once it is sure that this can be afforded."""
    try:
        picture = Image.open(io.BytesIO(file), formats=FORMATS)
    except Image.DecompressionBombError as fault:
        raise LogoTooManyPixels from fault
    except UnidentifiedImageError as fault:
        raise LogoUnreadable from fault
    if picture.width * picture.height > MOST_PIXELS or max(picture.size) > LARGEST_SIDE:
        raise LogoTooManyPixels
    return picture


def _as_png(picture: Image.Image) -> bytes:
    upright = ImageOps.exif_transpose(picture)
    drawn = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    drawn.thumbnail(BOX, Image.Resampling.LANCZOS)
    drawn.info.clear()  # Pillow would write a colour profile that it finds here
    file = io.BytesIO()
    drawn.save(file, "PNG", optimize=True)
    return file.getvalue()


def _row(session: Session, slug: str) -> models.Letterhead:
    """Return the row of a survey, made where it is missing."""
    if session.get(models.Survey, slug) is None:
        raise UnknownSurvey
    row = session.get(models.Letterhead, slug)
    if row is None:
        row = models.Letterhead(survey=slug, consultant="", logo=None)
        session.add(row)
    return row
