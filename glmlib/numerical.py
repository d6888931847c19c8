"""The gradient by differences: what every gradient in this library is compared with."""

import numpy as np


def numerical_gradient(f, beta, step=None):
    """∇f(β) by central differences: (f(β + h eⱼ) − f(β − h eⱼ)) / 2h, for every j.

    Parameters
    ----------
    f : a function of beta (d,) that returns a number, or an array of shape (m,).
    beta : (d,)
    step : h; None is ε^(1/3) (1 + |βⱼ|), which balances rounding against curvature.

    Returns (d,), or (m, d) when f returns an array: the Jacobian, so that the numerical
    gradient of a gradient is the Hessian.
    Source: Nocedal & Wright, Numerical Optimization (2006), section 8.1.

    >>> numerical_gradient(lambda beta: float(beta @ beta), np.array([1.0, -2.0])).round(8)
    array([ 2., -4.])
    """
    beta = np.asarray(beta, dtype=float)
    if beta.ndim != 1:
        raise ValueError(f"beta needs shape (d,), got {beta.shape}")
    h = np.cbrt(np.finfo(float).eps) * (1 + np.abs(beta)) if step is None else step
    columns = []
    for j, size in enumerate(np.broadcast_to(h, beta.shape)):
        e = np.zeros_like(beta)
        e[j] = size
        columns.append((np.asarray(f(beta + e)) - np.asarray(f(beta - e))) / (2 * size))
    return np.array(columns).T
