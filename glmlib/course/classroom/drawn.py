"""What a seed draws anew: the data of some exercises, and so the numbers of their answers.

{(lesson, cell of the solution): {a piece of the exercise: what stands there with a seed}};
SEED is the seed, and what stands in braces in a solution is computed. Data that were made
are made again; of two tables some rows are drawn. Of the others a draw could lose the point:
among forty irises the intercept may equal the slope, on other births the descent arrives.
"""

DRAWN = {
    ("00", "say-solution"): {
        "centimetres = np.array([1.1, 2.3, 2.9, 4.2, 5.0])": """\
draw = glmlib.stream(SEED, "spring")
stretched = draw.uniform(2.7, 3.7) * kilograms + 0.05 * draw.standard_normal(5)
centimetres = np.round(stretched + 0.2 * (1.5 - kilograms), 1)  # it grows stiffer
print("kilograms  ", *kilograms)
print("centimetres", *centimetres)""",
        "2.04": "{np.sum(kilograms * centimetres) / np.sum(kilograms**2):.2f}",
    },
    ("01", "say-solution"): {
        "Here are new counts for you": "Here are a thousand of them for you",
        "assert len(alpha) == 2608": """\
alpha = glmlib.stream(SEED, "alpha").choice(alpha, 1_000, replace=False)
print(f"{len(alpha):,} of them are yours")""",
        "3.87": "{alpha.mean():.4f}",
        "3.70": "{alpha.var(ddof=1):.4f}",
    },
    ("06", "say-solution"): {
        'glmlib.stream(6, "roads")': 'glmlib.stream(SEED, "roads")',
        "draw.uniform(1, 9, 60)": "draw.uniform(1, 9, 60) * (1 + lit / 2)",
        "0.63": "{np.exp(lamps.beta[1]):.2f}",
        "0.53": "{np.exp(lamps.confidence_interval()[1][0]):.2f}",
        "0.75": "{np.exp(lamps.confidence_interval()[1][1]):.2f}",
    },
    ("08", "say-solution"): {
        "in 301 counties": "in 200 counties",
        "counties = sm.datasets.cancer.load_pandas().data": """\
counties = sm.datasets.cancer.load_pandas().data
counties = counties.iloc[glmlib.stream(SEED, "counties").permutation(301)[:200]]""",
        "assert len(cases) == 301": "assert len(cases) == 200",
        'conclusion = {\n    "rate"': """\
phi = one_rate.pearson_chi2 / one_rate.df_residual
half = 1.96 * np.sqrt(phi) * one_rate.standard_errors[0]
rate, low, high = 10_000 * np.exp(one_rate.beta[0] + half * np.array([0, -1, 1]))
conclusion = {
    "rate\"""",
        "35.3": "{rate:.1f}",
        "34.3": "{low:.1f}",
        "36.3": "{high:.1f}",
        "2.57": "{phi:.2f}",
    },
    ("11", "say-solution"): {
        'glmlib.stream(11, "second shop")': 'glmlib.stream(SEED, "second shop")',
        "1.28": "{np.exp(shop_fit.beta[1]):.2f}",
        "1.17": "{np.exp(shop_fit.beta[1] - 1.96 * shop_fit.standard_errors[1]):.2f}",
        "1.41": "{np.exp(shop_fit.beta[1] + 1.96 * shop_fit.standard_errors[1]):.2f}",
        "0.148": "{np.sqrt(10) * shop_fit.standard_errors[1]:.3f}",
        "and not enough for this": "but not to measure this",
    },
}
