"""What a page of the site loads, and when it can be read on a slow line: bench_site.py [DIR]

Builds the site (or takes DIR, a built one), serves it as static hosts do, compressed, and
opens pages in Chromium on a line of 1.6 Mbit/s with 150 ms, as a phone. Printed for each page:
when the first text stands and when the first screen is complete, the kilobytes that came
before the first scroll, on the line and unpacked, and those after a scroll to the end.
"""

import gzip
import shutil
import sys
import tempfile
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import sync_playwright

from glmlib.site import build

PAGES = (
    "index",
    "00_start_here",
    "02_linear_regression",
    "04_logistic_regression",
    "reference",
)
LINE = {"offline": False, "latency": 150, "downloadThroughput": 2e5, "uploadThroughput": 1e5}
PAINTED = """() => new Promise(done => new PerformanceObserver(list => done(
    list.getEntries().find(entry => entry.name === 'first-contentful-paint').startTime))
    .observe({type: 'paint', buffered: true}))"""
LARGEST = """() => new Promise(done => new PerformanceObserver(list => done(
    list.getEntries().at(-1).startTime))
    .observe({type: 'largest-contentful-paint', buffered: true}))"""


class Handler(SimpleHTTPRequestHandler):
    """Files, compressed where that helps."""

    def do_GET(self):
        path = Path(self.translate_path(self.path))
        if not path.is_file():
            return self.send_error(404)
        body = path.read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        if path.suffix not in (".png", ".woff2"):
            body = gzip.compress(body)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


def measure(browser, address):
    """First text and largest part, in ms; kB on the line and unpacked, before and after."""
    page = browser.new_page(viewport={"width": 412, "height": 823})
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", LINE)
    line, unpacked = [0], [0]
    session.on("Network.loadingFinished", lambda e: line.append(e["encodedDataLength"]))
    session.on("Network.dataReceived", lambda e: unpacked.append(e["dataLength"]))
    page.goto(address, wait_until="networkidle")
    first, largest = page.evaluate(PAINTED), page.evaluate(LARGEST)
    before = sum(line) / 1e3, sum(unpacked) / 1e3
    page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
    height = page.evaluate("document.documentElement.scrollHeight")
    for at in range(0, height, 700):
        page.evaluate("at => scrollTo({top: at, behavior: 'instant'})", at)
        page.wait_for_timeout(20)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(500)
    after = sum(line) / 1e3, sum(unpacked) / 1e3
    page.close()
    return first, largest, *before, *after


def main(folder):
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print("page                      text ms  whole ms  kB (unpacked)  kB after a scroll")
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for page in PAGES:
            address = f"http://127.0.0.1:{server.server_port}/{page}.html"
            first, whole, line, unpacked, all_line, all_unpacked = measure(browser, address)
            print(f"{page:25} {first:7.0f} {whole:9.0f} {line:10.0f} ({unpacked:7.0f}) "
                  f"{all_line:11.0f} ({all_unpacked:7.0f})")  # fmt: skip
        browser.close()
    server.shutdown()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(sys.argv[1])
    else:
        with tempfile.TemporaryDirectory() as folder:
            main(build(folder))
