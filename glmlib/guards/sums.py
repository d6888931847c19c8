"""The sums over rows that a fit is described by, for one block: see `blocks`."""

import numpy as np

from ..blocks import predictor
from .digits import log_peak, unit_deviance


def deviance_at(block, centre, b):
    return (float(block.weights @ unit_deviance(block, predictor(block, centre, b)[1])),)


def constant_deviance(block, eta):
    return (float(block.weights @ unit_deviance(block, np.full(len(block.y), eta))),)


def peaks(block, phi):
    return (float(log_peak(block, phi).sum()),)


def pearson_at(block, centre, b):
    eta = predictor(block, centre, b)[1]
    mu, link, w, y = block.link.inverse(eta), block.link, block.weights, block.y
    chi2 = (y - mu) ** 2 / block.family.variance(mu)
    lost = ~np.isfinite(chi2)  # V = μ(1 − μ), where μ has rounded to 0 or 1
    if lost.any():
        V = np.exp(link.log_mu(eta[lost]) + link.log_1m_mu(eta[lost]))
        chi2[lost] = np.where(y[lost] == mu[lost], 0.0, (y[lost] - mu[lost]) ** 2 / V)
    return (float(w @ chi2),)


def left_and_size(block, centre, b):
    """Σ (y − μ)², and of the sizes of the numbers whose rounding it would be."""
    Z, eta = predictor(block, centre, b)
    size = np.abs(Z) @ np.abs(b) + np.abs(block.offset)
    size = np.abs(block.y) + np.abs(block.link.derivative(eta)) * size
    return float(((block.y - block.link.inverse(eta)) ** 2).sum()), float((size**2).sum())
