"""The site, built once for all of its tests."""

import pytest

from glmlib.site import alive, build

MOVES = "04_logistic_regression"  # whose labs move; those of the others have their own test


def labs_of_one(lessons, static, pool, most, all_labs=alive.write_labs):
    few, tables = all_labs(
        [path for path in lessons if path.stem == MOVES], static, pool, most
    )
    return {path: {} for path in lessons} | few, tables


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The folder of the site, below one of another name: it must work in any subfolder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GLMLIB_REPOSITORY", "")
        patch.setattr(alive, "write_labs", labs_of_one)
        folder = tmp_path_factory.mktemp("web") / "any" / "folder"
        return build(folder, most=60, paper=False)
