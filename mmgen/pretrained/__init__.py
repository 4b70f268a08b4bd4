"""Weights that others trained: taken out of a package's archive, checked by hash, loaded by code of our own.

``registry.PRETRAINED`` names what there is. Nothing here is installed by itself, and nothing is needed: whoever would
use an asset asks ``installed.find`` and goes on without it where it is not there.
"""
