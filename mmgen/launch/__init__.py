"""How a training's processes are started, watched and ended; what they do is not known here."""
