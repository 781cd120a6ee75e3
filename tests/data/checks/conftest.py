"""One finding of one check."""

from __future__ import annotations

import pytest


@pytest.fixture
def run_check(profiled):
    """Return a function that profiles a frame and returns the finding of one code, or None."""

    def find(frame, code, target=None):
        findings = [f for f in profiled(frame, target).findings if f.code == code]
        assert len(findings) <= 1
        return findings[0] if findings else None

    return find
