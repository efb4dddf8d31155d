"""How each shot goes: orders and the picture in, commands to rounds and reports out."""

from opendome.engagements.guidance import LAWS

__all__ = ["LAWS"]
