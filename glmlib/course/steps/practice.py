"""Lesson 09: every number of a summary, from y, μ and X."""

from .step import Derivation, Step

PRACTICE = Derivation(
    title="from the fitted means to every number of a Poisson summary",
    lesson="09",
    given="""\
from scipy.special import erfc, gammaln, ndtr as Phi, ndtri, xlogy
log_factorial = gammaln(1 + y)
offset = np.log(np.hypot(1, X[:, 0]))
z_975 = ndtri(0.975)
V = np.exp(X @ beta + offset)""",
    responses="counts",
    steps=(
        Step(
            r"\mu = e^{\eta}, \qquad \eta = X\beta + \text{offset}",
            "Undo the link: the offset is part of η.",
            "mu = np.exp(X @ beta + offset)",
            move="np.exp(offset) * np.exp(X @ beta)",
        ),
        Step(
            r"\ell = \sum_i \left( y_i \log \mu_i - \mu_i - \log y_i! \right)",
            "Take the logarithm of the product of all Poisson probabilities.",
            "log_likelihood = np.sum(y * np.log(mu) - mu - log_factorial)",
            move="np.log(np.prod(mu**y * np.exp(-mu) / np.exp(log_factorial)))",
        ),
        Step(
            r"\ell_{\max} = \sum_i \left( y_i \log y_i - y_i - \log y_i! \right)",
            "Give every row a mean of its own: the best one is y. Here 0 log 0 is 0.",
            "saturated = np.sum(xlogy(y, y) - y - log_factorial)",
            move="log_likelihood + np.sum(xlogy(y, y / mu)) - np.sum(y - mu)",
        ),
        Step(
            r"D = 2 \left( \ell_{\max} - \ell \right)",
            "Define the deviance: twice what the model loses to that.",
            "deviance = 2 * (saturated - log_likelihood)",
            move=None,
        ),
        Step(
            r"= 2 \sum_i \left( y_i \log \frac{y_i}{\mu_i} - (y_i - \mu_i) \right)",
            "Subtract row by row: the factorials cancel.",
            "deviance = 2 * np.sum(xlogy(y, y / mu) - (y - mu))",
        ),
        Step(
            r"\chi^2 = \sum_i \frac{(y_i - \mu_i)^2}{V(\mu_i)}, \qquad V(\mu) = \mu",
            "Square each residual in units of its standard deviation, and add.",
            "pearson_chi2 = np.sum((y - mu) ** 2 / mu)",
            move="np.sum(((y - mu) / np.sqrt(V)) ** 2)",
        ),
        Step(
            r"\text{AIC} = -2\ell + 2d",
            "Pay two for each coefficient.",
            "aic = -2 * log_likelihood + 2 * d",
            move="deviance - 2 * saturated + 2 * d",
        ),
        Step(
            r"\mu_{0i} = t_i \, \frac{\sum_i y_i}{\sum_i t_i}, \qquad t = e^{\text{offset}}",
            "Fit one rate for all rows: events over exposure.",
            "null_mu = np.exp(offset) * np.sum(y) / np.sum(np.exp(offset))",
            move="np.exp(offset + np.log(np.sum(y)) - np.log(np.sum(np.exp(offset))))",
        ),
        Step(
            r"\ell_{0} = \sum_i \left( y_i \log \mu_{0i} - \mu_{0i} - \log y_i! \right)",
            "Put these means into the log-likelihood.",
            "null_log_likelihood = np.sum(y * np.log(null_mu) - null_mu - log_factorial)",
            move="log_likelihood - np.sum(y * np.log(mu / null_mu)) + np.sum(mu - null_mu)",
        ),
        Step(
            r"R^2 = 1 - e^{2(\ell_{0} - \ell)/n}",
            "Divide the two likelihoods, and take the n-th root of the square.",
            "pseudo_r2 = 1 - np.exp(2 * (null_log_likelihood - log_likelihood) / n)",
            move="1 - np.exp(before - log_likelihood) ** (2 / n)",
        ),
        Step(
            r"\nabla \text{loss} = X^\top (\mu - y)",
            "Differentiate minus the log-likelihood; at the estimate this is 0.",
            "gradient = X.T @ (mu - y)",
            move="0 - derivative('log_likelihood', 'beta')",
        ),
        Step(
            r"H = X^\top \operatorname{diag}(\mu) \, X",
            "Differentiate once more: the curvature of the loss.",
            "hessian = X.T @ (mu[:, None] * X)",
            move="derivative('gradient', 'beta')",
        ),
        Step(
            r"\operatorname{Cov}(\hat\beta) \approx H^{-1}",
            "Invert: where the loss curves much, the estimate moves little.",
            "covariance = np.linalg.solve(hessian, np.eye(d))",
            move="np.linalg.pinv(np.sqrt(mu)[:, None] * X)"
            " @ np.linalg.pinv(np.sqrt(mu)[:, None] * X).T",
        ),
        Step(
            r"\text{SE}_j = \sqrt{(H^{-1})_{jj}}",
            "Take the root of the diagonal: the variances stand there.",
            "standard_errors = np.sqrt(np.diag(covariance))",
            move="np.linalg.norm(np.linalg.pinv(np.sqrt(mu)[:, None] * X), axis=1)",
        ),
        Step(
            r"z_j = \frac{\hat\beta_j}{\text{SE}_j}",
            "Count how many standard errors lie between the estimate and 0.",
            "z = beta / standard_errors",
            move="beta / before",
        ),
        Step(
            r"p_j = 2\,\Phi(-|z_j|)",
            "Add both tails beyond z of the normal distribution.",
            "p_values = 2 * Phi(-np.abs(z))",
            move="erfc(np.abs(before) / np.sqrt(2))",
        ),
        Step(
            r"\hat\beta_j \pm z_{0.975} \, \text{SE}_j",
            "Keep the values of which z is not larger than 1.96.",
            "interval = np.stack([beta - z_975 * standard_errors,"
            " beta + z_975 * standard_errors])",
            move="standard_errors * np.stack([z - z_975, z + z_975])",
        ),
    ),
)
