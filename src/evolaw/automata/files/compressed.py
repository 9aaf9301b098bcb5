"""Files inside files: what gzip and zip hold, inflated no further than a limit."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from pathlib import Path

from evolaw.errors import ParseError
from evolaw.textfiles import missing, require_file

__all__ = ["COMPRESSED_SUFFIXES", "inflated"]

COMPRESSED_SUFFIXES = (".gz", ".zip")


def inflated(path: Path, most: int) -> tuple[bytes, str]:
    """Return the contents and the name of the one file inside a ``.gz`` or ``.zip``.

    Raises:
        ParseError: it is damaged, holds several files or none, or more than ``most`` bytes.
    """
    require_file(path)
    try:
        if path.suffix.lower() == ".gz":
            with gzip.open(path) as file:
                data, name = file.read(most + 1), path.stem
        else:
            with zipfile.ZipFile(path) as archive:
                names = [info for info in archive.infolist() if not info.is_dir()]
                if len(names) != 1:
                    held = ", ".join(info.filename for info in names[:5]) or "nothing"
                    raise ParseError(f"It must hold one pattern, but holds {held}. Unpack it.", source=str(path))
                with archive.open(names[0]) as file:
                    data, name = file.read(most + 1), names[0].filename
    except ParseError:
        raise
    except FileNotFoundError:
        raise missing(path) from None
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile, RuntimeError, NotImplementedError, ValueError) as error:
        raise ParseError(f"It cannot be unpacked: {error}. Get the whole file.", source=str(path)) from error
    if len(data) > most:
        raise ParseError(f"What it holds is larger than the {most} bytes that are read.", source=str(path))
    return data, name
