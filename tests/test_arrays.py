"""Sizes, read-only arrays and precision that leaves the global switch alone."""

from __future__ import annotations

import numpy as np
import pytest

from evolaw import arrays
from evolaw.errors import ArgumentError


def test_a_read_only_array_is_shared_and_a_writable_one_copied() -> None:
    source = np.zeros(3)
    first = arrays.read_only(source)
    assert not np.shares_memory(first, source)
    assert np.shares_memory(arrays.read_only(first), first)


def test_precision_is_scoped() -> None:
    import jax.numpy as jnp

    assert jnp.ones(1).dtype == jnp.float32
    with arrays.precise("float64") as dtype:
        assert jnp.ones(1).dtype == dtype == np.float64
    assert jnp.ones(1).dtype == jnp.float32
    with pytest.raises(ArgumentError, match="`precision`"), arrays.precise("float16"):
        pass


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_products_keep_the_digits_of_their_precision(precision: str) -> None:
    """On an accelerator 1 + 1e-4 would else be rounded to 1 as a factor."""
    import jax
    import jax.numpy as jnp

    with arrays.precise(precision) as dtype:
        factor = np.full((8, 8), 1 + 1e-4, dtype)
        assert "HIGHEST" in str(jax.make_jaxpr(jnp.matmul)(factor, factor))
        np.testing.assert_allclose(jax.jit(jnp.matmul)(factor, factor), factor @ factor, rtol=1e-6)


@pytest.mark.parametrize(
    ("count", "words"), [(0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (3.5e6, "3.3 MiB"), (2**50, "1024.0 TiB")]
)
def test_sizes_in_words(count: float, words: str) -> None:
    assert arrays.byte_size(count) == words


def test_memory_is_refused_before_it_is_taken() -> None:
    arrays.require_memory("paths", 10, 10, "")
    with pytest.raises(ArgumentError, match=r"needs 1\.0 TiB\. Ask for fewer paths\."):
        arrays.require_memory("paths", 2**40, 2**30, "Ask for fewer paths.")


def test_memory_limit_is_a_size_of_this_machine() -> None:
    assert 2**26 < arrays.memory_limit() < 2**50
