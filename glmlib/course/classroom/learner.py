"""The process in which a learner's code runs: it executes cells and answers the judge.

Nothing here is trusted by the other side. A learner's code can change all of it, and gains
what it could have had by returning another value.
"""

import ast
import json
import linecache
import os
import tracemalloc
import warnings

import numpy as np

from ..checks.errors import explained
from .wire import Channel, Unpickler, counts, described, encode, raised


def serve(socket, space):
    """Answer the judge until it goes; `space` holds the names of the lesson."""
    Learner(Channel(socket), space).loop()


class Learner:
    """The learner's end of the channel."""

    def __init__(self, channel, space):
        self.channel, self.space = channel, space
        self.kept, self.process = [], os.getpid()

    def keep(self, value):
        self.kept.append(value)
        return len(self.kept) - 1

    def loop(self):
        while True:
            self.handle(self.receive())

    def receive(self):
        return Unpickler(self.channel.receive(), self.load).load()

    def load(self, reference):
        if reference[0] == "yours":
            return self.kept[reference[1]]
        return standing_in(self, *reference[1:])

    def handle(self, message):
        number, what, arguments = message
        try:
            reply = getattr(self, f"do_{what}")(*arguments)
        except BaseException as error:
            reply = {"raised": described(error)}
        if os.getpid() != self.process:  # a copy of this process that the code has made
            os._exit(0)
        self.channel.send(json.dumps({"to": number, **reply}).encode())

    def ask(self, what, of, arguments=(), options=None):
        """Ask the judge, and answer what it asks meanwhile."""
        asked = {"what": what, "of": of, "arguments": encode(list(arguments), self.keep)}
        asked["options"] = encode(dict(options or {}), self.keep)
        self.channel.send(json.dumps({"ask": asked}).encode())
        while True:
            message = self.receive()
            if message[0] == "answer":
                return message[1]
            if message[0] == "error":
                raise raised(message[1])
            self.handle(message)

    # ---- what the judge asks for

    def do_run(self, cells, helpers, fixed):
        """Execute (place, source) one after the other; what stopped the last one, in words.

        Of what helpers define, names of the lesson stay the lesson's. `fixed` are dumps of
        statements that belong to the lesson and not to the learner.
        """
        lesson, stopped = dict(self.space), None
        for place, source in helpers:
            self.execute(place, source, fixed)
        self.space.update(lesson)
        for place, source in cells:
            stopped = self.execute(place, source, fixed) or stopped
        return {"value": stopped}

    def execute(self, place, source, fixed):
        """Execute one cell; what stopped it, or None."""
        linecache.cache[place] = (len(source), None, source.splitlines(True), place)
        try:
            tree = ast.parse(source)
            tree.body = [node for node in tree.body if ast.dump(node) not in fixed]
            exec(compile(tree, place, "exec"), self.space)
        except SyntaxError as error:
            return f"Python cannot read line {error.lineno}: {error.msg}"
        except BaseException as error:
            return explained(error)
        return None

    def do_name(self, name):
        return {"value": encode(self.space.get(name), self.keep)}

    def do_attribute(self, of, name):
        return {"value": encode(getattr(self.kept[of], name), self.keep)}

    def do_special(self, of, name, arguments):
        value = self.kept[of]
        return {"value": encode(getattr(type(value), name)(value, *arguments), self.keep)}

    def do_call(self, of, arguments, options, errors, watched):
        """The value, the warnings, the arrays that were changed, and the memory it took."""
        before = [np.copy(a) if isinstance(a, np.ndarray) else a for a in arguments]
        reply = {}
        with warnings.catch_warnings(record=True) as caught, np.errstate(**errors):
            warnings.simplefilter("always")
            if watched:
                tracemalloc.start()
                held = tracemalloc.get_traced_memory()[0]
            try:
                value = self.kept[of](*arguments, **options)
            except BaseException as error:
                reply["raised"] = described(error)
            else:
                reply["value"] = encode(value, self.keep)
            finally:
                if watched:
                    reply["held"] = tracemalloc.get_traced_memory()[1] - held
                    tracemalloc.stop()
        reply["warnings"] = [[w.category.__name__, str(w.message)] for w in caught[:9]]
        reply["changed"] = {}
        for place, (given, old) in enumerate(zip(arguments, before, strict=True)):
            if isinstance(given, np.ndarray):
                if not np.array_equal(given, old, equal_nan=True):
                    reply["changed"][str(place)] = encode(given, self.keep)
            elif counts(given):
                reply["changed"][str(place)] = encode(vars(given), self.keep)
        return reply

    def do_beside(self, module, name, arguments):
        """A function of the checks that must run where the learner's code does."""
        import importlib

        function = getattr(importlib.import_module(module), name)
        return {"value": encode(function(*arguments), self.keep)}


class Given:
    """Stands in for something that the judge keeps."""

    def __init__(self, learner, number):
        self._learner, self._number = learner, number

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        return self._learner.ask("attribute", self._number, [name])


def standing_in(learner, number, special):
    """A function, or an object with the same special methods."""

    def given(*arguments, **options):
        return learner.ask("__call__", number, arguments, options)

    def method(name):
        return lambda self, *arguments: learner.ask(name, number, arguments)

    if special == ["__call__"]:
        return given
    methods = {name: method(name) for name in special}
    return type("Given", (Given,), methods)(learner, number)
