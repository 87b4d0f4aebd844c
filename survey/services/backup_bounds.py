"""How much a backup may claim before any of it is read: what was damaged, or made to do harm, must
neither fill the memory nor the disk.

Nothing here looks into a part. What each row must be stands in `backup_file`.
"""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader, FileIO
from pathlib import Path

LARGEST_READ = 2**24
"""Bytes that are ever read at once: the list of parts at the end of the file is read so."""
LARGEST = 2**36
"""Bytes of all parts: those of fifty surveys that 100,000 people are answering."""
DENSEST, ALWAYS = 200, 2**26
"""How many times the size of its file a backup may be, unpacked, beyond what is taken always:
tables pack to a tenth, zeros to a thousandth.
"""


class _Stream(BufferedReader):
    """A file of which nothing reads much at once, however much it claims to hold."""

    def read(self, size: int | None = -1, /) -> bytes:
        """Read up to a size; one byte more than is allowed, and it is no backup."""
        least = LARGEST_READ + 1
        told = super().read(least if size is None or size < 0 else min(size, least))
        if len(told) > LARGEST_READ:
            raise zipfile.BadZipFile
        return told


@contextmanager
def opened(file: Path) -> Iterator[zipfile.ZipFile]:
    """Give a backup whose parts are not too large.

    Raises
    ------
    zipfile.BadZipFile
        It is none, or claims what none has.
    """
    with _Stream(FileIO(file)) as stream, zipfile.ZipFile(stream) as archive:
        unpacked = sum(part.file_size for part in archive.infolist())
        if unpacked > min(LARGEST, ALWAYS + DENSEST * file.stat().st_size):
            raise zipfile.BadZipFile
        yield archive
