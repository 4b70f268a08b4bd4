"""Pure transforms that clean images, texts and audio."""

import os

# OpenCV reads this bound once, when it is imported: a second line of defence behind the check of a picture's header
os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", str(1 << 27))
