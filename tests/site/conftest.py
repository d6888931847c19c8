"""The site, built once for all of its tests."""

import pytest

from glmlib.site import alive, build, pages

MOVES = "04_logistic_regression"  # whose labs move; those of the others have their own test


def labs_of_one(lessons, static, most):
    few = [path for path in lessons if path.stem == MOVES]
    return {path: {} for path in lessons} | alive.write_labs(few, static, most)


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The folder of the site, below one of another name: it must work in any subfolder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GLMLIB_REPOSITORY", "")
        patch.setattr(pages, "write_labs", labs_of_one)
        folder = tmp_path_factory.mktemp("web") / "any" / "folder"
        return build(folder, most=60, paper=False)
