"""What is new in a line of a derivation: one colour and an underline, in algebra and code.

Two lines are compared piece by piece. In algebra a piece is whole, such as a letter with its
index or a fraction, so that a mark around pieces has balanced braces.
"""

import html
import re
from difflib import SequenceMatcher

BLUE = "#0173b2"  # contrast 5.1 on white
CODE = re.compile(r"\w+(?:\.\w+)*|\s+|\*\*|.")
ALGEBRA = re.compile(r"\\[a-zA-Z]+|\\.|\s+|.", re.DOTALL)
# How many arguments belong to a command, each in braces or a single token.
ARGUMENTS = {r"\frac": 2, r"\tfrac": 2, r"\binom": 2} | dict.fromkeys(
    r"\sqrt \hat \bar \text \operatorname \mathsf \underbrace \left \right "
    r"\bigl \bigr \Bigl \Bigr \big \Big".split(),
    1,
)
# Spaces and delimiters are marked only between pieces that are.
LOOSE = re.compile(r"(\s+|\\[,;! ]|(\\[bB]ig[lr]?)?\s*[()\[\],])+")
CLOSING = re.compile(r"(\\[,;! ])*(\\[bB]igr?)?[)\]]")
BRACKET = re.compile(r"(\\[bB]ig[lr]?)?[()\[\]]")
FENCE = re.compile(r"\\(left|right)\b")  # no mark begins before it and ends after it


def marked_code(before, after):
    """A line of code as HTML, with what is new in it underlined.

    >>> marked_code("a = x", "a = x + 1")
    'a = x <u>+ 1</u>'
    """
    return marked(
        CODE.findall(before),
        CODE.findall(after),
        lambda text: underlined(html.escape(text)),
        html.escape,
    )


def marked_algebra(before, after):
    r"""A line of LaTeX with what is new in it underlined.

    >>> print(marked_algebra(r"\mu = \eta", r"\mu = \frac{\eta}{2}"))
    \mu = {\color{#0173b2}{\underline{\frac{\eta}{2}}}}
    """
    return marked(
        pieces(before),
        pieces(after),
        lambda text: rf"{{\color{{{BLUE}}}{{\underline{{{text}}}}}}}",
        str,
    )


def underlined(text):
    """HTML with a line below; `live.css` colours it."""
    return f"<u>{text}</u>"


def marked(before, after, mark, plain):
    """The pieces of `after` joined; those that are not in `before` go through `mark`."""
    old = [piece for piece in before if not LOOSE.fullmatch(piece)]
    firm = [k for k, piece in enumerate(after) if not LOOSE.fullmatch(piece)]
    same = SequenceMatcher(None, old, [after[k] for k in firm], autojunk=False)
    kept = {firm[b + k] for _, b, size in same.get_matching_blocks() for k in range(size)}
    done, run, loose = "", "", ""
    for k, piece in enumerate(after):
        if LOOSE.fullmatch(piece):
            loose += piece
        elif k not in kept and not FENCE.match(piece):
            if run:
                run += loose + piece
            else:
                done, run = done + plain(loose), piece
            loose = ""
        else:
            run, loose = closed(run, loose)
            done += balanced(run, mark, plain) + plain(loose + piece)
            run = loose = ""
    run, loose = closed(run, loose)
    return done + balanced(run, mark, plain) + plain(loose)


def closed(run, loose):
    """A run takes from what follows the parentheses that it has opened."""
    while run and len(re.findall(r"[(\[]", run)) > len(re.findall(r"[)\]]", run)):
        closing = CLOSING.match(loose)
        if not closing:
            break
        run, loose = run + closing[0], loose[closing.end() :]
    return run, loose


def balanced(run, mark, plain):
    """A run with its marks, but for a bracket whose partner stands outside.

    >>> balanced("y) / 2", lambda text: f"<{text}>", str)
    '<y>)< / 2>'
    """
    opened, alone = [], []
    for bracket in BRACKET.finditer(run):
        if bracket[0][-1] in "([":
            opened.append(bracket)
        elif opened:
            opened.pop()
        else:
            alone.append(bracket)
    done, at = "", 0
    for bracket in sorted(alone + opened, key=lambda bracket: bracket.start()):
        text, at = run[at : bracket.start()], bracket.end()
        done += (mark(text) if text.strip() else text) + plain(bracket[0])
    return done + (mark(run[at:]) if run[at:].strip() else run[at:])


def pieces(latex):
    r"""LaTeX cut into commands with their arguments and letters with their indices.

    >>> pieces(r"\frac12 x_{ij}^2 = e^{\eta}")
    ['\\frac12', ' ', 'x_{ij}^2', ' ', '=', ' ', 'e^{\\eta}']
    """
    tokens, found, k = ALGEBRA.findall(latex), [], 0
    while k < len(tokens):
        end = argument(tokens, k)
        for _ in range(ARGUMENTS.get(tokens[k], 0)):
            end = argument(tokens, end)
        while end < len(tokens) and tokens[end] in "_^'":
            end = end + 1 if tokens[end] == "'" else argument(tokens, end + 1)
        found.append("".join(tokens[k:end]))
        k = end
    return found


def argument(tokens, k):
    """Where the argument ends that begins at k: one token, {…} or an environment."""
    opening, closing = {"{": ("{", "}"), r"\begin": (r"\begin", r"\end")}.get(
        tokens[k], ("", "")
    )
    depth = 0
    while True:
        depth += (tokens[k] == opening) - (tokens[k] == closing)
        k += 1
        if depth <= 0 or k == len(tokens):
            return argument(tokens, k) if closing == r"\end" else k
