"""Numbers are SI here, many of them far below the absolute tolerance 1e-12 that pytest.approx grants by default.

Without one that is given, a comparison is relative.
"""

import pytest

approx = pytest.approx


def relative(expected, rel=None, abs=None, nan_ok=False):
    """pytest.approx whose absolute tolerance is zero unless it is given."""
    if abs is None:
        return approx(expected, rel=1e-6 if rel is None else rel, abs=0, nan_ok=nan_ok)
    return approx(expected, rel=rel, abs=abs, nan_ok=nan_ok)


pytest.approx = relative
