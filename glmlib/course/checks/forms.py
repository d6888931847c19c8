"""A question with choices as it is asked at the screen: it needs no kernel to answer."""

import html
from dataclasses import replace


def asked(verdict, things, judge, praise=""):
    """The verdict on a typed answer, which shows a form as long as it does not pass.

    Parameters
    ----------
    verdict : Verdict
    things : {name: its options}; the name is "" where one question is asked.
    judge : (name, option or None) -> Verdict on this choice alone.
    praise : what is said when all choices are right, where there are several.
    """

    def form():
        from .. import live  # it needs ipywidgets, and a check does not

        said = {n: [repr(judge(n, option)) for option in some] for n, some in things.items()}
        key = live.key_of("choices", said)
        data = {"kind": "choices", "key": key, "praise": praise, "asked": []}
        for i, (name, some) in enumerate(things.items()):
            longest = max(len(words.encode()) for words in said[name])
            hidden = [
                live.sealed(words, f"{key} {i} {j}", longest)
                for j, words in enumerate(said[name])
            ]
            missing = repr(judge(name, None))
            one = {"name": str(name), "options": list(map(str, some)), "missing": missing}
            data["asked"].append(one | {"sealed": hidden})
        return live.once(live.part(data, f"<pre>{html.escape(repr(verdict))}</pre>"))

    return replace(verdict, form=form)


def options(rights, reasons, normalised):
    """All answers that are known, in an order that does not tell the right one."""
    found = {normalised(answer): answer for answer in [*reasons, *rights]}
    return [found[name] for name in sorted(found, key=str)]
