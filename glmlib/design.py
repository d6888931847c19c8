"""The design matrix on a common scale: what is left of it is what the rows can tell."""

import numpy as np


def standardise(X, intercept=None):
    """Z and T with Z = X T: columns of length 1, centred where there is an intercept.

    Coefficients of Z are γ with β = Tγ. Units and shifts of the columns of X, the usual
    reason for lost digits, are gone from Z.
    """
    n, d = X.shape
    largest = np.abs(X).max(axis=0)
    largest[largest == 0] = 1.0
    shift = np.zeros(d)
    if intercept is not None:
        shift = np.where(np.ptp(X, axis=0) == 0, 0.0, (X / largest).mean(axis=0) * largest)
    # the shift first: among values that differ in their last digits it makes no rounding
    Z = (X - shift) / largest
    length = np.linalg.norm(Z, axis=0)
    length[length == 0] = 1.0
    T = np.diag(1 / length / largest)
    if intercept is not None:
        T[intercept] -= shift @ T / X[0, intercept]
    return Z / length, T
