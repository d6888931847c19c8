"""How long the five modules take to read, in the order in which a reader takes them.

    python tests/reading_time.py

Everything counts that stands between blanks, code and docstrings alike, at 150 words a
minute. It is a count: nobody was timed.
"""

from pathlib import Path

CORE = Path(__file__).parents[1] / "glmlib"
ORDER = ("links", "families", "models", "solvers", "fit")
WORDS_A_MINUTE = 150


def words():
    """{module: number of words}, in the order of reading."""
    texts = {name: (CORE / f"{name}.py").read_text(encoding="utf-8") for name in ORDER}
    return {name: len(text.split()) for name, text in texts.items()}


def minutes():
    """The whole, rounded up to five minutes, as the README says it."""
    return -(-sum(words().values()) // (5 * WORDS_A_MINUTE)) * 5


if __name__ == "__main__":
    for name, count in words().items():
        print(f"{name + '.py':12s} {count:6,d} words  {count / WORDS_A_MINUTE:5.1f} minutes")
    total = sum(words().values())
    print(f"{'together':12s} {total:6,d} words  {total / WORDS_A_MINUTE:5.1f} minutes")
    print(f"about {minutes()} minutes at {WORDS_A_MINUTE} words a minute; nobody was timed")
