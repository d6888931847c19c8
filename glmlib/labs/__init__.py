"""The live labs: pictures that answer one question each, moved by at most three controls."""

from .contours import contours
from .exposure import exposure
from .fit_lab import fit_lab
from .glossary import glossary
from .gradient_autopsy import gradient_autopsy
from .irls import irls
from .line_up import line_up
from .link_warp import link_warp
from .live import Frame, Lab, choice, grid, integers, log_grid, log_integers, toggle
from .log_the_mean import log_the_mean
from .odds_ruler import odds_ruler
from .omitted import omitted
from .overdispersion import overdispersion
from .predict import predict
from .predictive import predictive
from .product_to_sum import product_to_sum
from .race import race
from .separation import separation
from .stability import stability
from .stepper import stepper
from .straight_scatter import straight_scatter
from .threshold import threshold
from .two_errors import two_errors

__all__ = [
    "Frame",
    "Lab",
    "choice",
    "contours",
    "exposure",
    "fit_lab",
    "glossary",
    "gradient_autopsy",
    "grid",
    "integers",
    "irls",
    "line_up",
    "link_warp",
    "log_grid",
    "log_integers",
    "log_the_mean",
    "odds_ruler",
    "omitted",
    "overdispersion",
    "predict",
    "predictive",
    "product_to_sum",
    "race",
    "separation",
    "stability",
    "stepper",
    "straight_scatter",
    "threshold",
    "toggle",
    "two_errors",
]
