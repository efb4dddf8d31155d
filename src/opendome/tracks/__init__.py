"""From detections to one picture: filters, association, fusion, impact prediction."""

from opendome.tracks.associate import Gnn
from opendome.tracks.base import AbstractAssociator, AbstractFilter
from opendome.tracks.cubature import Ckf
from opendome.tracks.imm import Imm
from opendome.tracks.jpda import Jpda
from opendome.tracks.kalman import Ekf

FILTERS: dict[str, type[AbstractFilter]] = {
    "ckf": Ckf,
    "ekf": Ekf,
    "imm": Imm,
}
ASSOCIATORS: dict[str, type[AbstractAssociator]] = {
    "gnn": Gnn,
    "jpda": Jpda,
}
