"""mmgen: refreshes a shop's catalogue with cleaned media and generated content, every night."""

import os

__version__ = "0.2.0"

MAX_IMAGE_PIXELS = 100_000_000
"""A 109 KB PNG can claim 30,000 x 30,000 pixels: a second line of defence behind the check of a picture's header."""

# OpenCV reads both once, when it is imported, and no module of mmgen is imported before this one.
os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", str(MAX_IMAGE_PIXELS))
os.environ.setdefault("OPENCV_LOG_LEVEL", "ERROR")  # a damaged file is reported in its row, not by a warning

STARTED_WITH = dict(os.environ)
"""The environment before any library has changed it (OpenCV sets LD_LIBRARY_PATH, for instance)."""
