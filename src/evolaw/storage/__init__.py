"""Run directories: what was run, what came out, and how far it got, safe against a kill at any moment.

    run/ manifest.json     what, with which versions and seed; written once, sealed
         progress.json     state, cursor, bytes of the two files of lines; replaced atomically, sealed: the only truth about how
                           far the run got
         checksums.jsonl   one sealed line a chunk file, array header or document: name, bytes, CRC-32
         data.zarr/        Zarr v3 arrays with named axes; xarray opens it
         records.jsonl     one sealed JSON line a record (metrics, log); a torn last line is ignored
         lock              who is writing
         anything else     documents, such as report.html, written whole or not at all

**Commit.** The lock is taken before anything is written, and the manifest is the last file of a creation: a directory without it
was never a run. A series is appended in whole chunks: chunk files first, then their checksums, each flushed to disk, then
``progress.json`` is replaced. A reader trusts only frames below the cursor and only chunks whose checksum agrees: a lost
chunk is an error, never a board of dead cells. After a kill, `Run.resume` continues at the cursor.

**Every byte is vouched for.** Manifest and progress end with the checksum of what stands before; so does every line; progress says
how many bytes of lines there are; lines name the checksums of all other files. `Run.verify` therefore finds any changed bit of a
run. Runs of schema 1, which had no seals, are read as they are, as far as their checksums go.

**Failure.** A disk that is full or read-only, and a directory that is removed while it is written, are a StorageError; what was
committed stands and resumes. A directory whose run ended before its first commit is free to be written again. A result that is
saved at once (a finding, a trajectory, a model) is there whole or not at all.
"""

from evolaw.devices import versions
from evolaw.documents import write_document
from evolaw.storage.runs import Run, Series, list_runs

__all__ = ["Run", "Series", "list_runs", "versions", "write_document"]
