"""The critics there are, by the name that ``[train] critic`` takes. One file and one entry add one."""

from __future__ import annotations

from mmgen.models.critics.base import Critic
from mmgen.models.critics.patch import PatchDiscriminator

CRITICS: dict[str, type[Critic] | None] = {"none": None, "patch": PatchDiscriminator}
