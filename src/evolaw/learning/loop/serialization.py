"""Networks as files: named arrays, and a description from which the network is built again.

The file is safetensors: arrays by name, and one JSON header. Nothing in it is executed. A network is described by its class, its
settings and how its arrays are grouped, and built again only from a class of `evolaw.learning`, or one of the user's own
that has been imported. Every array and the header are covered by one checksum.
"""

from __future__ import annotations

import dataclasses
import importlib
import importlib.util
import json
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from evolaw.errors import StorageError
from evolaw.learning.windows.cnn import WindowNet

__all__ = ["build", "describe", "named", "pack", "pack_networks", "read_networks", "unpack"]

_OURS = "evolaw.learning"
_VERSION = 1


def pack(arrays: Mapping[str, np.ndarray], header: Mapping[str, Any]) -> bytes:
    """Return arrays and a JSON header as the bytes of a safetensors file, the same ones every time."""
    written = dict(header)
    written["checksum"] = _checksum(arrays, header)
    # One entry: safetensors writes several in an order that changes from run to run.
    return bytes(save(dict(arrays), metadata={"evolaw": json.dumps(written)}))


def unpack(path: str | Path) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Read what `pack` made: (header, arrays).

    Raises:
        StorageError: the file is missing, damaged, or none of ours.
    """
    try:
        with safe_open(str(path), framework="numpy") as file:
            header = json.loads((file.metadata() or {}).get("evolaw", "null"))
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (OSError, SafetensorError, ValueError, TypeError, RecursionError) as error:
        raise StorageError(f"{path} cannot be read as the weights of a network: {error}.") from error
    if not isinstance(header, dict):
        raise StorageError(f"{path} holds arrays, but none that evolaw wrote: its header says nothing of them.")
    if header.pop("checksum", None) != _checksum(arrays, header):
        raise StorageError(f"{path} is damaged: it does not have the checksum it was written with.")
    return header, arrays


def describe(net: WindowNet) -> dict[str, Any]:
    """Return what `build` needs beside the arrays, as JSON values.

    Returns:
        ``module`` and ``class``; ``settings``, the fields that are no arrays; ``parts``, for each of the others the number
        of arrays it holds, None where it is one array.
    """
    settings, parts = {}, {}
    for field in dataclasses.fields(net):
        value = getattr(net, field.name)
        if field.metadata.get("static"):
            settings[field.name] = value
        else:
            parts[field.name] = len(value) if isinstance(value, tuple) else None
    kind = type(net)
    found = {"module": _stored_name(kind.__module__), "class": kind.__qualname__, "settings": settings, "parts": parts}
    return dict(json.loads(json.dumps(found)))


def named(tree: Any, prefix: str = "") -> dict[str, np.ndarray]:
    """Return the arrays of a network by their place in it, as in ``.weights[0]``."""
    flat, _ = jax.tree_util.tree_flatten_with_path(tree)
    return {prefix + jax.tree_util.keystr(path): np.asarray(leaf) for path, leaf in flat}


def build(description: Any, arrays: Mapping[str, np.ndarray], prefix: str = "") -> WindowNet:
    """Return the network of a description.

    Args:
        description: what `describe` gave.
        arrays: at least those that `named` gave, under the same ``prefix``.
        prefix: what stands before the names.

    Raises:
        StorageError: the class is unknown, or arrays and settings do not make a network of it.
    """
    try:
        kind = _class(str(description["module"]), str(description["class"]))
        given = {name: _tuples(value) for name, value in description["settings"].items()}
        for name, count in description["parts"].items():
            places = [f"{prefix}.{name}"] if count is None else [f"{prefix}.{name}[{k}]" for k in range(int(count))]
            found = tuple(jnp.asarray(arrays[place]) for place in places)
            given[name] = found[0] if count is None else found
        net = kind(**given)
        shape = jax.eval_shape(net.window_logits).shape
    except StorageError:
        raise
    except Exception as error:  # whatever a network of another shape stumbles over, it is the file's fault
        raise StorageError(f"The stored arrays do not make the network they are said to be: {error!r}.") from error
    if shape != (512,):
        raise StorageError(f"The stored network gives logits of shape {shape}, not one for each of 512 windows.")
    return net


def pack_networks(nets: Iterable[WindowNet]) -> bytes:
    """Return several networks as the bytes of one file, which `read_networks` reads.

    Example:
        >>> from evolaw.learning.windows.cnn import Cnn
        >>> len(pack_networks([Cnn.life()])) < 2000
        True
    """
    members = list(nets)
    header = {"version": _VERSION, "networks": [describe(net) for net in members]}
    arrays = [named(net, str(number)) for number, net in enumerate(members)]
    return pack({name: array for part in arrays for name, array in part.items()}, header)


def read_networks(path: str | Path) -> tuple[WindowNet, ...]:
    """Read the networks of a file that `pack_networks` made.

    Raises:
        StorageError: the file is missing or damaged, holds something else, or weights that are no numbers.
    """
    header, arrays = unpack(path)
    if header.get("version") != _VERSION or not isinstance(header.get("networks"), list):
        raise StorageError(f"{path} does not hold networks of version {_VERSION}.")
    for name, array in arrays.items():
        if not np.isfinite(array).all():
            raise StorageError(f"{path}: {name} holds weights that are not finite, so the network says nothing.")
    try:
        return tuple(build(each, arrays, str(number)) for number, each in enumerate(header["networks"]))
    except StorageError as error:
        raise StorageError(f"{path}: {error}") from error


def _stored_name(module: str) -> str:
    """Ours are stored as ``evolaw.learning.FILE``, whatever folder the file stands in: files outlive a layout."""
    return f"{_OURS}.{module.rpartition('.')[2]}" if module.startswith(f"{_OURS}.") else module


def _class(module: str, name: str) -> type[WindowNet]:
    """The class of a network: one of ours, or one that is already known to this process."""
    folder, _, file = module.rpartition(".")
    if folder == _OURS and importlib.util.find_spec(place := f"{_OURS}.windows.{file}") is not None:
        importlib.import_module(place)
    for kind in _descendants(WindowNet):  # type: ignore[type-abstract]
        if (_stored_name(kind.__module__), kind.__qualname__) == (module, name):
            return kind
    raise StorageError(
        f"The stored network is a {name} of {module}, which is not known here. Import that module first."
    )


def _descendants(kind: type[WindowNet]) -> Iterable[type[WindowNet]]:
    for child in kind.__subclasses__():
        yield child
        yield from _descendants(child)


def _tuples(value: Any) -> Any:
    """JSON knows lists only, and settings must be hashable."""
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


def _checksum(arrays: Mapping[str, np.ndarray], header: Mapping[str, Any]) -> int:
    crc = zlib.crc32(json.dumps(header, sort_keys=True).encode())
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        crc = zlib.crc32(f"{name} {array.dtype} {array.shape}".encode(), crc)
        crc = zlib.crc32(array.tobytes(), crc)
    return crc
