"""The glossary of lesson 09: each number of a summary is computed, and opens by a key."""

import re
from html.parser import HTMLParser

import numpy as np
import pytest

import glmlib
from glmlib.course import glossary
from glmlib.course.glossary import Figure
from later import later

pd, sm = later("pandas"), later("statsmodels.api")
smf = later("statsmodels.formula.api")


def doctors():
    """The summary of the lesson, and the arrays behind it."""
    table = pd.DataFrame(dict(glmlib.load("doll_hill"))).astype({"age": int})
    offset = np.log(table["n"])
    model = smf.glm("y ~ C(age) + smoke", table, family=sm.families.Poisson(), offset=offset)
    result = model.fit(tol=1e-12)  # the default leaves standard errors a round behind
    return result, result.model.exog, table["y"], offset


def simulated():
    """Counts with zeros among them, and no offset."""
    X, y, _ = glmlib.simulate("poisson", n=60, d=3, seed=9)
    assert (y == 0).any()
    return sm.GLM(y, X, family=sm.families.Poisson()).fit(), X, y, None


class Page(HTMLParser):
    """The tags of a page, and the texts inside <summary>."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.open, self.summaries = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "summary" in self.open:
            self.summaries.append(data)


@pytest.mark.parametrize("case", [doctors, simulated])
def test_every_number_of_the_summary_is_computed(case):
    result, X, y, offset = case()
    lab = glossary(result, X, y, offset)
    head, body = (table.data for table in result.summary().tables)
    shown = {text.strip() for row in head for text in row[1::2]}
    assert {f.printed for f in lab.facts.values()} <= shown
    assert len(lab.facts) == 8 and list(lab.rows) == [row[0].strip() for row in body[1:]]
    assert [f.printed for row in lab.rows.values() for f in row.values()] == [
        cell.strip() for row in body[1:] for cell in row[1:]
    ]
    assert all(figure.agrees for figure in lab.figures)


def test_the_numbers_do_not_come_from_the_result():
    result, X, y, offset = doctors()
    wrong = glossary(result, X, y + 1, offset)
    assert sum(not figure.agrees for figure in wrong.figures) > 25


def test_every_number_agrees_with_statsmodels_to_eight_digits():
    result, X, y, offset = doctors()
    lab = glossary(result, X, y, offset)
    columns = {
        "coef": result.params,
        "std err": result.bse,
        "z": result.tvalues,
        "P>|z|": result.pvalues,
        "[0.025": result.conf_int()[0],
        "0.975]": result.conf_int()[1],
    }
    for column, wanted in columns.items():
        found = [lab[column, name].value for name in lab.rows]
        assert np.allclose(found, wanted, rtol=1e-8, atol=1e-12), column
    facts = {
        "No. Observations": result.nobs,
        "Df Residuals": result.df_resid,
        "Df Model": result.df_model,
        "Scale": result.scale,
        "Log-Likelihood": result.llf,
        "Deviance": result.deviance,
        "Pearson chi2": result.pearson_chi2,
        "Pseudo R-squ. (CS)": result.pseudo_rsquared(kind="cs"),
    }
    for label, wanted in facts.items():
        assert lab[label].value == pytest.approx(wanted, rel=1e-8), label


def test_every_number_is_a_button_that_says_what_it_is():
    lab = glossary(*doctors())
    page = Page(lab._repr_html_())
    assert page.open == [] and page.summaries == [f.printed for f in lab.figures]
    buttons = [attributes for tag, attributes in page.tags if tag == "summary"]
    assert [b["title"] for b in buttons] == [f.code for f in lab.figures]
    assert [b["aria-label"] for b in buttons] == [
        f"{f.label}: {f.printed}" for f in lab.figures
    ]
    assert len({b["aria-label"] for b in buttons}) == len(buttons) == 44
    assert sum(tag == "details" for tag, _ in page.tags) == 44
    assert "script" not in dict(page.tags)


def test_the_entry_names_the_place_in_the_array():
    lab = glossary(*doctors())
    assert lab["z", "smoke"].entry == "z[5]" and lab["Deviance"].entry == "deviance"
    assert lab["[0.025", "smoke"].entry == "interval[0, 5]"
    assert lab["0.975]", "Intercept"].entry == "interval[1, 0]"


def test_the_text_without_a_browser_has_each_line_of_code():
    lab = glossary(*doctors())
    text = repr(lab)
    assert all(figure.code in text for figure in lab.figures)
    assert len(re.findall(r"\n", text)) == 14


def test_a_number_that_does_not_round_to_the_print_is_noticed():
    assert Figure("", "11.2", "", "", "", 11.155).agrees
    assert not Figure("", "11.2", "", "", "", 11.27).agrees
    assert Figure("", "4", "", "", "", 4.0).agrees
    assert not Figure("", "0.000", "", "", "", 0.00096).agrees
    assert Figure("", "1.16e+04", "", "", "", 11_560).agrees
    assert not Figure("", "1.16e+04", "", "", "", 11_660).agrees


@pytest.mark.filterwarnings("ignore:The Sqrt link")
def test_another_family_or_link_is_refused():
    X, y, _ = glmlib.simulate("poisson", n=30, d=2, seed=1)
    root = sm.families.links.Sqrt()
    for family in (sm.families.Gaussian(), sm.families.Poisson(link=root)):
        with pytest.raises(ValueError, match="log link"):
            glossary(sm.GLM(y, X, family=family).fit(), X, y)
