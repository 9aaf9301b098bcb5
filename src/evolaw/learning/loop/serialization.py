"""Networks as files: named arrays, and a description from which the network is built again.

The file is safetensors: arrays by name, and one JSON header. Nothing in it is executed. A network is described by its class, its
settings and how its arrays are grouped, and built again only from a class of evolaw, or one of the user's own that has been
imported. Every array and the header are covered by one checksum.
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

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from evolaw.errors import StorageError

__all__ = ["build", "describe", "load_like", "named", "pack", "pack_networks", "read_networks", "unpack"]

_OURS = "evolaw.learning"
_NETWORKS = ("evolaw.score.networks",)
"""Further folders of networks. They stand on a higher floor, and are loaded only when a file names one of their files."""
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


def describe(net: Any) -> dict[str, Any]:
    """Return what `build` needs beside the arrays, as JSON values.

    Returns:
        ``module`` and ``class``; ``settings``, the fields that are no arrays; ``parts``, for each of the others what it is made
        of: None for one array, the number of arrays for a tuple of arrays, a description for a network, a list of these for
        any other tuple. A network that is not made of such fields (a user's own, with functions in it) is described by its
        ``structure`` alone: its arrays can be kept and compared, but it is built again only by its owner.
    """
    try:
        return dict(json.loads(json.dumps(_described(net))))
    except TypeError:
        return {"structure": str(jax.tree.structure(eqx.filter(net, eqx.is_array)))}


def _described(net: Any) -> dict[str, Any]:
    if not dataclasses.is_dataclass(net):
        raise TypeError("only the fields of a dataclass can be told apart")
    settings, parts = {}, {}
    for field in dataclasses.fields(net):
        value = getattr(net, field.name)
        if field.metadata.get("static"):
            settings[field.name] = value
        else:
            parts[field.name] = _part(value)
    kind = type(net)
    return {"module": _stored_name(kind.__module__), "class": kind.__qualname__, "settings": settings, "parts": parts}


def _part(value: Any) -> Any:
    if eqx.is_array(value):
        return None
    if isinstance(value, tuple):
        return len(value) if all(map(eqx.is_array, value)) else [_part(each) for each in value]
    return _described(value)


def named(tree: Any, prefix: str = "") -> dict[str, np.ndarray]:
    """Return the arrays of a network by their place in it, as in ``.weights[0]``."""
    flat, _ = jax.tree_util.tree_flatten_with_path(eqx.filter(tree, eqx.is_array))
    return {prefix + jax.tree_util.keystr(path): np.asarray(leaf) for path, leaf in flat}


def build(description: Any, arrays: Mapping[str, np.ndarray], prefix: str = "") -> Any:
    """Return the network of a description.

    Args:
        description: what `describe` gave.
        arrays: at least those that `named` gave, under the same ``prefix``.
        prefix: what stands before the names.

    Raises:
        StorageError: the class is unknown, or arrays and settings do not make a network of it; a network that has a method
            ``validate`` says so itself.
    """
    try:
        net = _built(description, arrays, prefix)
        if hasattr(net, "validate"):
            net.validate()
    except StorageError:
        raise
    except Exception as error:  # whatever a network of another shape stumbles over, it is the file's fault
        raise StorageError(f"The stored arrays do not make the network they are said to be: {error!r}.") from error
    return net


def _built(description: Any, arrays: Mapping[str, np.ndarray], prefix: str) -> Any:
    if "structure" in description:
        raise StorageError(
            "The stored network is one of the user's own, which only its owner can build: give a network like it, and the "
            "arrays are read into it."
        )
    kind = _class(str(description["module"]), str(description["class"]))
    given = {name: _tuples(value) for name, value in description["settings"].items()}
    for name, made in description["parts"].items():
        given[name] = _assembled(made, arrays, f"{prefix}.{name}")
    return kind(**given)


def _assembled(made: Any, arrays: Mapping[str, np.ndarray], place: str) -> Any:
    if made is None:
        return jnp.asarray(arrays[place])
    if isinstance(made, int):
        return tuple(jnp.asarray(arrays[f"{place}[{k}]"]) for k in range(made))
    if isinstance(made, list):
        return tuple(_assembled(each, arrays, f"{place}[{k}]") for k, each in enumerate(made))
    return _built(made, arrays, place)


def load_like(net: Any, path: str | Path) -> Any:
    """Return the network ``net`` with the weights of a file that `pack_networks` made of one network.

    Raises:
        StorageError: the file is damaged, or holds another architecture; the first difference is named.
    """
    header, arrays = unpack(path)
    wanted, found = named(net, "0"), header.get("networks") or [None]
    for name in sorted(set(wanted) | set(arrays)):
        there, here = (_form(each.get(name)) for each in (arrays, wanted))
        if there != here:
            raise StorageError(
                f"{path} holds another architecture: {name[1:]} is {there} there and {here} here. Give the network it was "
                f"trained with."
            )
    if (difference := _first_difference(found[0], describe(net))) is not None:
        raise StorageError(f"{path} holds another architecture: {difference}. Give the network it was trained with.")
    leaves = [jnp.asarray(arrays[name]) for name in wanted]
    dynamic, static = eqx.partition(net, eqx.is_array)
    return eqx.combine(jax.tree.unflatten(jax.tree.structure(dynamic), leaves), static)


def _form(array: np.ndarray | None) -> str:
    return "missing" if array is None else f"{array.dtype} of shape {array.shape}"


def _first_difference(there: Any, here: Any, place: str = "") -> str | None:
    """What two descriptions differ in, in words; None where they agree."""
    if isinstance(there, dict) and isinstance(here, dict):
        for name in [*here, *(name for name in there if name not in here)]:
            if found := _first_difference(there.get(name), here.get(name), f"{place}.{name}" if place else name):
                return found
        return None
    return None if there == here else f"{place} is {there!r} there and {here!r} here"


def pack_networks(nets: Iterable[Any]) -> bytes:
    """Return several networks as the bytes of one file, which `read_networks` reads.

    Example:
        >>> len(pack_networks([eqx.nn.Linear(2, 3, key=jax.random.key(0))])) < 2000
        True
    """
    members = list(nets)
    header = {"version": _VERSION, "networks": [describe(net) for net in members]}
    arrays = [named(net, str(number)) for number, net in enumerate(members)]
    return pack({name: array for part in arrays for name, array in part.items()}, header)


def read_networks(path: str | Path) -> tuple[Any, ...]:
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
    """The lattice's are stored as ``evolaw.learning.FILE``, whatever folder the file stands in: files outlive a layout."""
    return f"{_OURS}.{module.rpartition('.')[2]}" if module.startswith(f"{_OURS}.") else module


def _class(module: str, name: str) -> type:
    """The class of a network: one of ours, or one that is already known to this process."""
    for place in _places(module):
        if importlib.util.find_spec(place) is not None:
            importlib.import_module(place)
    for kind in _descendants(eqx.Module):
        if (_stored_name(kind.__module__), kind.__qualname__) == (module, name):
            return kind
    raise StorageError(
        f"The stored network is a {name} of {module}, which is not known here. Import that module first."
    )


def _places(module: str) -> list[str]:
    """Where a class of ours may stand: only our own files are ever imported because a stored file names them."""
    folder, _, file = module.rpartition(".")
    if not file.isidentifier():
        return []
    if folder == _OURS:
        return [f"{_OURS}.windows.{file}"]
    return [module] if folder in _NETWORKS else []


def _descendants(kind: type) -> Iterable[type]:
    child: type
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
