"""Every question, stepper and mixed order of a page through its whole range, by a hand.

Each `WALK` is run in the browser and returns what was seen; `expected` says what Python has
for it, from the data that stand in the output.
"""

import itertools
import json
import re
from html import unescape
from html.parser import HTMLParser

from glmlib.course.live import number_of, unsealed

PARTS = re.compile(
    r'(?s)<div class="glm-live" data-key="\w+">(.*?)'
    r'<script type="application/json">(.*?)</script>'
)


def parts(page):
    """(kind, data, the HTML that stands there without scripts) of all that is alive."""
    found = [(json.loads(data), text) for text, data in PARTS.findall(page)]
    return [(data["kind"], data, text) for data, text in found]


COMMON = """
    const press = (root, name) => [...root.querySelectorAll('button')]
        .find(node => node.textContent === name).click();
    const said = root => root.querySelector('[role=status]').textContent;
"""

GATES = f"""() => {{ {COMMON}
    return [...document.querySelectorAll('.glm-gate')].map(root => {{
        const radios = [...root.querySelectorAll('input[type=radio]')];
        const reason = root.querySelector('input[type=text]');
        const open = () => root.hasAttribute('data-open');
        press(root, 'Lock in');
        const seen = [[said(root), open()]];
        for (const [i, radio] of radios.entries()) {{
            radio.click();
            reason.value = i ? 'a <b> reason' : ' ';
            press(root, 'Lock in');
            seen.push([said(root), open() && radio.checked && radio.disabled]);
            press(root, 'Ask again');
        }}
        const used = radios.some(radio => radio.checked || radio.disabled);
        seen.push([said(root), open() || used]);
        press(root, 'Skip');
        seen.push([said(root), open()]);
        return seen; }}); }}"""


def gate(data, text):
    sentences = [
        unsealed(packed, f"{data['key']} {option}")
        for option, packed in zip(data["options"], data["sealed"], strict=True)
    ]
    assert sum(sentence.startswith("✓") for sentence in sentences) == 1
    with_reason = [f"{words} Your reason was: “a <b> reason”" for words in sentences[1:]]
    return [
        ["Choose one of the options first, then lock it in. Or press Skip.", False],
        *([words, True] for words in [sentences[0], *with_reason]),
        ["", False],
        ["Skipped.", True],
    ]


# the algebra is compared where no typesetter is: on a page without network
STEPS = f"""() => {{ {COMMON}
    return [...document.querySelectorAll('.glm-steps')].map(root => {{
        const drawn = {{ visibilityProperty: true }};
        const rows = () => [...root.querySelectorAll('tr')].slice(1)
            .filter(row => row.checkVisibility(drawn))
            .map(row => [...row.cells].map(cell => cell.innerText.trim()));
        const check = root.querySelector('input[type=checkbox]'), seen = [];
        const next = [...root.querySelectorAll('button')].find(b => b.textContent === 'Next');
        for (;;) {{
            for (const name of ['algebra', 'numbers', 'NumPy', 'nothing']) {{
                press(root, 'hide ' + name);
                check.click();
                const checked = [said(root), rows()];
                check.click();
                const note = root.querySelector('[role=note]'); // a line to be typed
                seen.push([checked, [said(root), rows()], Boolean(note?.checkVisibility())]);
            }}
            if (next.disabled) return seen;
            next.click();
        }} }}); }}"""


class Cells(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.rows = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_data(self, data):
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] += data


def steps(data, text):
    rows, seen, lines = Cells(text).rows[1:], [], data["lines"]
    for i, known in enumerate(lines):
        above = [list(rows[i - 1])] if i else []
        if i and "plain" in lines[i - 1]:
            above[0][1] = lines[i - 1]["plain"]
        for hidden in (1, 2, 3, 0):
            row = list(rows[i])
            if hidden:
                row[hidden] = "hidden: say it first"
            moved = [unescape(re.sub("<[^>]*>", "", cell)) for cell in known.get("move", [])]
            move = [["the move", "", *moved]] if moved else []
            says = data["says"].format(i + 1, len(lines), known["reason"])
            words = f"{says} {data['checks'][known['checked']]}"
            states = [[words, [*above, row, *move]], [says, [*above, row]]]
            seen.append([*states, "blank" in known])
    return seen


# all orders, each from the last by a swap of two neighbours
ORDER = f"""swaps => {{ {COMMON}
    return [...document.querySelectorAll('.glm-order')].map(root => {{
        const names = () => [...root.querySelectorAll('tr')].slice(1)
            .map(row => row.cells[0].textContent);
        const judged = () => {{
            press(root, 'Check the order');
            return [names().join(' ').replace('▶ ', ''), said(root)]; }};
        const seen = [judged()];
        for (const [place, by] of swaps) {{
            press(root, 'line ' + names()[place].replace('▶ ', ''));
            press(root, by > 0 ? 'Down' : 'Up');
            seen.push([...judged()]);
        }}
        press(root, 'Mix again');
        return [...seen, [names().join(' '), said(root)]]; }}); }}"""


def swaps(count):
    """[(place, +1 or -1)]: neighbours to swap, so that each order of `count` comes once."""
    moves, order, ways = [], list(range(count)), [-1] * count
    while True:
        free = [
            k for k in range(count)
            if 0 <= (to := order.index(k) + ways[k]) < count and order[to] < k
        ]  # fmt: skip
        if not free:
            return moves
        k = max(free)
        here = order.index(k)
        moves.append((here, ways[k]))
        order.insert(here + ways[k], order.pop(here))
        ways = [-way if j > k else way for j, way in enumerate(ways)]


def order(data, text):
    letters, seen = list(data["letters"]), []
    for place, by in [(0, 0), *swaps(len(letters))]:
        letters.insert(place + by, letters.pop(place))
        starts = ["".join(letters[: k + 1]) for k in range(len(letters))]
        names = [f"{data['key']} {start}" for start in starts]
        wrong = [name for name in names if str(number_of(name)) in data["sealed"]]
        said = data["praise"]
        if wrong:
            said = unsealed(data["sealed"][str(number_of(wrong[0]))], wrong[0])
        seen.append([" ".join(letters), said])
    assert len({order for order, _ in seen}) == len(seen) > 2
    assert 0 < sum(said.startswith("PASS") for _, said in seen) < len(seen) / 2
    return seen


CHOICES = f"""answers => {{ {COMMON}
    return [...document.querySelectorAll('.glm-choices')].map((root, k) => {{
        const selects = [...root.querySelectorAll('select')];
        const seen = [said(root)];
        for (const row of answers[k]) {{
            if (selects.length) {{
                row.forEach((option, i) => {{
                    selects[i].value = option ?? '…';
                    selects[i].dispatchEvent(new Event('change')); }});
                press(root, 'Check');
            }} else press(root, row[0]);
            seen.push(said(root));
        }}
        return seen; }}); }}"""


def answers(data):
    """Rows of answers: each wrong and each missing one in turn, among right ones."""
    right, rows = [], []
    for i, part in enumerate(data["asked"]):
        said = [unsealed(p, f"{data['key']} {i} {j}") for j, p in enumerate(part["sealed"])]
        (best,) = [o for o, s in zip(part["options"], said, strict=True) if s[:4] == "PASS"]
        right.append((best, dict(zip(part["options"], said, strict=True))))
    best = [option for option, _ in right]
    for i, (part, (_, said)) in enumerate(zip(data["asked"], right, strict=True)):
        for option in part["options"]:
            row = [*best[:i], option, *best[i + 1 :]]
            praise = data["praise"] or said[option]
            rows.append((row, praise if row == best else said[option]))
        if part["name"]:
            rows.append(([*best[:i], None, *best[i + 1 :]], part["missing"]))
    return rows


def compare(page, text):
    """Walk all that is alive on a page; returns how many objects of each kind there were."""
    alive = {kind: [] for kind in ("gate", "steps", "order", "choices")}
    for kind, data, static in parts(text):
        alive[kind].append((data, static))
    assert page.evaluate(GATES) == [gate(*one) for one in alive["gate"]]
    seen = page.evaluate(STEPS)
    for found, one in itertools.zip_longest(seen, alive["steps"]):
        assert found == [list(each) for each in steps(*one)]
    for found, (data, static) in zip(
        page.evaluate(ORDER, swaps(5)) if alive["order"] else [], alive["order"], strict=True
    ):
        *wanted, (names, words) = order(data, static), found[-1]
        assert found[:-1] == wanted[0] and names.replace("▶ ", "") == wanted[0][0][0]
        assert "stands at place" in words
    rows = [answers(data) for data, _ in alive["choices"]]
    seen = page.evaluate(CHOICES, [[row for row, _ in some] for some in rows])
    for found, some, (_, static) in zip(seen, rows, alive["choices"], strict=True):
        first = unescape(re.sub("<[^>]*>", "", static))
        assert found == [first, *(words for _, words in some)]
    return {kind: len(some) for kind, some in alive.items()}


# ---- the kernel, asked from the page


def run(page, source):
    """Run code in the kernel without a cell; what it prints."""
    return page.evaluate(
        """async source => { const { kernel } =
            jupyterapp.shell.currentWidget.sessionContext.session;
        const future = kernel.requestExecute({ code: source });
        let text = '';
        future.onIOPub = m => { text += m.content.text ?? m.content.evalue ?? ''; };
        await future.done;
        return text.trim(); }""",
        source,
    )


def kernel_says(page, source, wanted):
    """Soon, since the browser tells one move at a time, or where the hand rests."""
    for _ in range(30):
        if (said := run(page, source)) == wanted:
            return
        page.wait_for_timeout(200)
    assert said == wanted
