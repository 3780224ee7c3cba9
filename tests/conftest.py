"""What every test may use: real servers of its own, a migrated database made from a template, one transaction per test."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock_free import server_home  # noqa: F401
