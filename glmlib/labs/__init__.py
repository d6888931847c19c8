"""The live labs: pictures that answer one question each, moved by at most three controls."""

from .fit_lab import fit_lab
from .live import Frame, Lab, choice, grid, log_grid, log_integers, toggle
from .predict import predict

__all__ = [
    "Frame",
    "Lab",
    "choice",
    "fit_lab",
    "grid",
    "log_grid",
    "log_integers",
    "predict",
    "toggle",
]
