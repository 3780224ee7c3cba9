"""The commands of the processes beside the web: sweep, work, beat. Each finds the servers of the data folder."""

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from gridgov.adapters.broker import QUEUES
from gridgov.embedded.errors import EmbeddedError
from gridgov.embedded.servers import ServerUrls, servers_for
from gridgov.settings import Settings, read_settings
from workers.stop import Stop
