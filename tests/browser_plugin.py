"""A browser, and what finds faults of access in it, for the tests of labs and of the site."""

import os
import shutil
import subprocess

import pytest

AXE = "axe-core@4.11.1"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


def unavailable(reason):
    """Skip with the reason; fail where the browser is required."""
    if os.environ.get("GLMLIB_REQUIRE_BROWSER") == "1":
        pytest.fail(f"GLMLIB_REQUIRE_BROWSER is set, but {reason}", pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def chromium():
    """One headless Chromium."""
    if CHROMIUM is None:
        unavailable("Chromium is not installed (Debian: apt install chromium)")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        unavailable("playwright is not installed (pip install glmlib[test])")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def axe(tmp_path_factory):
    """The source of axe-core, from npm into a temporary folder."""
    npm, folder = shutil.which("npm"), tmp_path_factory.mktemp("axe")
    if npm is None:
        unavailable("npm is not installed (Debian: apt install npm)")
    command = [npm, "install", "--prefix", str(folder), "--no-audit", "--no-fund", AXE]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ})
    if done.returncode:
        unavailable(f"npm could not install {AXE}: {done.stderr[-300:]}")
    return (folder / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
