"""The letterhead: kept on both databases, and a logo of which nothing but its pixels is kept."""

import io
import struct
import zlib
from binascii import crc32
from threading import Thread

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from survey.exports.letterhead import PLAIN, Letterhead
from survey.services.letterheads import (
    BOX,
    DECODING,
    LARGEST_FILE,
    ConsultantTooLong,
    LogoIsDrawing,
    LogoTooLarge,
    LogoTooManyPixels,
    LogoUnreadable,
    load_letterhead,
    redrawn,
    remove_logo,
    save_consultant,
    save_logo,
)
from survey.services.surveys import UnknownSurvey

RED, CLEAR = (200, 30, 30, 255), (0, 0, 0, 0)


def picture(size=(900, 300), kind="PNG", mode="RGBA", colour=RED, **more) -> bytes:
    file = io.BytesIO()
    Image.new("RGBA", size, colour).convert(mode).save(file, kind, **more)
    return file.getvalue()


def opened(file: bytes) -> Image.Image:
    drawn = Image.open(io.BytesIO(file))
    drawn.load()
    return drawn


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", crc32(name + data))


def bomb(width: int, height: int) -> bytes:
    """A small file that says to be a very large picture."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def test_a_logo_may_be_long_or_large_within_reason():
    for size in ((8000, 500), (500, 8000), (2000, 2000)):
        assert redrawn(picture(size, mode="RGB"))
    for size in ((8001, 10), (10, 8001), (2001, 2000)):
        with pytest.raises(LogoTooManyPixels):
            redrawn(picture(size, mode="RGB"))


def test_logos_are_decoded_one_at_a_time():
    done = []
    second = Thread(target=lambda: done.append(redrawn(picture())))
    with DECODING:
        second.start()
        second.join(0.3)
        assert not done
    second.join(20)
    assert done


def test_a_logo_is_drawn_anew_in_its_proportions():
    drawn = opened(redrawn(picture((1200, 300))))
    assert (drawn.format, drawn.size) == ("PNG", (600, 150))
    tall = opened(redrawn(picture((500, 1000))))
    assert tall.size == (120, 240)
    small = opened(redrawn(picture((40, 30))))
    assert small.size == (40, 30), "a small one is not blown up"
    assert small.convert("RGB").getpixel((3, 3)) == RED[:3]


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGB", "RGBA", "1", "I;16"])
def test_every_kind_of_png_is_taken(mode):
    assert opened(redrawn(picture(mode=mode) if ";" not in mode else sixteen())).format == "PNG"


def sixteen() -> bytes:
    file = io.BytesIO()
    Image.new("I;16", (30, 20), 40_000).save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_every_kind_of_jpeg_is_taken(mode):
    assert opened(redrawn(picture(kind="JPEG", mode=mode))).size[0] <= BOX[0]


def test_a_transparent_ground_stays_transparent():
    assert opened(redrawn(picture(colour=CLEAR))).getchannel("A").getpixel((5, 5)) == 0


def test_nothing_but_the_pixels_is_kept():
    told = PngInfo()
    told.add_text("Author", "canary of Maria")
    told.add_itxt("XML:com.adobe.xmp", "canary of a place")
    exif = Image.Exif()
    exif[0x010F] = "canary of a camera"
    profile = b"canary of a profile" * 10
    for file in (
        picture(pnginfo=told, exif=exif, icc_profile=profile) + b"canary after the end",
        picture(kind="JPEG", mode="RGB", exif=exif, icc_profile=profile, comment=b"canary"),
    ):
        assert b"canary" in file
        kept = redrawn(file)
        assert b"canary" not in kept
        assert not {"icc_profile", "exif", "Author", "comment"} & set(opened(kept).info)


def test_a_picture_that_was_taken_sideways_stands_upright():
    exif = Image.Exif()
    exif[0x0112] = 6
    assert opened(redrawn(picture((300, 100), "JPEG", "RGB", exif=exif))).size == (80, 240)


@pytest.mark.parametrize("size", [(5000, 5000), (20_000, 20_000), (2**31 - 1, 2**31 - 1)])
def test_a_small_file_of_a_huge_picture_is_refused_before_it_is_unpacked(size):
    assert len(bomb(*size)) < 200
    with pytest.raises((LogoTooManyPixels, LogoUnreadable)):
        redrawn(bomb(*size))
    if size[0] < 2**20:
        with pytest.raises(LogoTooManyPixels):
            redrawn(bomb(*size))


def test_what_is_no_picture_is_refused_in_a_sentence():
    whole = picture()
    wrong = {
        LogoIsDrawing: [
            b'<svg xmlns="http://www.w3.org/2000/svg"/>',
            b'<?xml version="1.0"?>\n<!-- x -->\n<SVG onload="alert(1)"/>',
        ],
        LogoTooLarge: [b"\x89PNG\r\n\x1a\n" + b"0" * LARGEST_FILE],
        LogoUnreadable: [
            b"",
            b"hello",
            whole[: len(whole) // 2],
            whole[:40] + b"\0" * 20 + whole[60:],
            picture(kind="GIF", mode="P"),
            picture(kind="TIFF", mode="RGB"),
            b"%!PS-Adobe-3.0 EPSF-3.0\n",
        ],
    }
    for fault, files in wrong.items():
        for file in files:
            with pytest.raises(fault) as refused:
                redrawn(file)
            assert str(refused.value).endswith(".")


@pytest.fixture
def place(engine, originals, tmp_path):
    with originals(engine).copy(tmp_path) as place:
        yield place


def test_a_letterhead_is_kept_changed_and_removed(place):
    with place.sessions() as session:
        assert load_letterhead(session, place.slug) == PLAIN
        save_consultant(session, place.slug, "Lindqvist & Søn")
        save_logo(session, place.slug, picture())
        kept = load_letterhead(session, place.slug)
        assert kept == Letterhead("Lindqvist & Søn", redrawn(picture()))
        with pytest.raises(LogoUnreadable):
            save_logo(session, place.slug, b"hello")
        with pytest.raises(ConsultantTooLong):
            save_consultant(session, place.slug, "x" * 101)
        assert load_letterhead(session, place.slug) == kept
        remove_logo(session, place.slug)
        assert load_letterhead(session, place.slug) == Letterhead("Lindqvist & Søn")


def test_there_must_be_such_a_survey(place):
    with place.sessions() as session:
        for keep in (
            lambda: save_consultant(session, "nothing", "x"),
            lambda: save_logo(session, "nothing", picture()),
        ):
            with pytest.raises(UnknownSurvey):
                keep()
