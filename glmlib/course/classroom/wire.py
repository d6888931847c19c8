"""What goes between the judge of an exercise and the process of the learner's code.

The judge is trusted and sends pickles. What comes back was made by code of the learner's, so
it is JSON, and reading it runs nothing. Numbers, arrays, texts and containers travel as
values; everything else stays where it is, and the other side gets a stand-in that asks.
"""

import base64
import builtins
import io
import json
import pickle
import struct
import sys
import time
import tracemalloc
import types
import warnings

import numpy as np

from ..checks.errors import mismatched

MOST = 64_000_000  # bytes of one message
DEPTH = 20  # of lists in lists
SPECIAL = (
    *("__call__", "__len__", "__iter__", "__next__", "__getitem__", "__contains__"),
    *("__array__", "__float__", "__int__", "__index__", "__bool__"),
)
CHECKS = "glmlib.course.checks."
# What comes of reading what is no message.
REFUSED = (
    *(TypeError, ValueError, KeyError, IndexError, AttributeError, RecursionError),
    OverflowError,
)


class Gone(BaseException):
    """The other process has ended, or writes what is no message; no check catches it."""


class Channel:
    """Messages of bytes over a socket; `receive` looks up from its wait every so often.

    A thread that waits inside of C is not reached by the time limit of a check.
    """

    def __init__(self, socket):
        self.socket = socket
        socket.settimeout(0.05)

    def send(self, message):
        message = memoryview(struct.pack(">Q", len(message)) + message)
        while message:
            try:
                message = message[self.socket.send(message) :]
            except TimeoutError:
                continue
            except OSError as error:
                raise Gone from error

    def receive(self, until=None):
        (size,) = struct.unpack(">Q", self._read(8, until))
        if size > MOST:
            raise Gone
        return self._read(size, until)

    def _read(self, size, until):
        parts, missing = [], size
        while missing:
            try:
                part = self.socket.recv(min(missing, 1 << 20))
            except TimeoutError:
                if until is not None and time.monotonic() > until:
                    raise
                continue
            except OSError as error:
                raise Gone from error
            if not part:
                raise Gone
            parts.append(part)
            missing -= len(part)
        return b"".join(parts)


# ---- from the learner: JSON


def encode(value, keep, depth=0):
    """A value as JSON; `keep(value)` gives the number of what stays here.

    >>> encode([1, (2.5, None)], keep=None)
    [1, {'tuple': [2.5, None]}]
    """
    kind = type(value)
    if value is None or kind in (bool, int, float):
        return value
    if isinstance(value, str):
        return str.__str__(value) if kind is str or kind is np.str_ else str(value)
    if value is ... or value is NotImplemented:
        return {"special": "..." if value is ... else "NotImplemented"}
    if isinstance(value, np.ndarray | np.generic) and value.dtype.kind in "biufc":
        array = np.ascontiguousarray(value)
        data = base64.b64encode(array.tobytes()).decode()
        return {"array": [value.dtype.str, np.shape(value), data], "alone": kind.__name__}
    if depth < DEPTH:
        if kind in (list, tuple, set, frozenset) and len(value) < 100_000:
            parts = [encode(part, keep, depth + 1) for part in value]
            return parts if kind is list else {kind.__name__: parts}
        if kind is dict and len(value) < 100_000:
            pairs = [[encode(p, keep, depth + 1) for p in pair] for pair in value.items()]
            return {"dict": pairs}
        if kind is complex:
            return {"complex": [value.real, value.imag]}
        if isinstance(value, np.ndarray) and value.dtype.kind in "OU" and value.size < 10_000:
            parts = [encode(part, keep, depth + 1) for part in value.ravel().tolist()]
            return {"objects": [np.shape(value), parts]}
    about = {"kept": keep(value), "kind": kind.__name__, "special": special_of(kind)}
    if isinstance(value, type):
        about["class"] = value.__name__
    return about


def special_of(kind):
    """The special methods that objects of a type have; a type itself can be called."""
    return [name for name in SPECIAL if any(vars(one).get(name) for one in kind.__mro__)]


def decode(value, standing_in):
    """The value that was encoded; Gone for what `encode` does not write.

    >>> decode(json.loads(json.dumps(encode({"x": np.arange(2.0)}, None))), None)
    {'x': array([0., 1.])}
    """
    try:
        return _decode(value, standing_in)
    except REFUSED as error:
        raise Gone from error


def _decode(value, standing_in):
    if isinstance(value, list):
        return [_decode(part, standing_in) for part in value]
    if not isinstance(value, dict):
        return value
    if "array" in value:
        dtype, shape, data = value["array"]
        dtype = np.dtype(dtype)
        if dtype.kind not in "biufc":
            raise ValueError
        array = np.frombuffer(base64.b64decode(data), dtype).reshape(shape).copy()
        return array if value["alone"] == "ndarray" or shape else array[()]
    if "kept" in value:
        return standing_in(value)
    if "special" in value:
        return {"...": ..., "NotImplemented": NotImplemented}[value["special"]]
    if "complex" in value:
        return complex(*value["complex"])
    if "dict" in value:
        return {_decode(k, standing_in): _decode(v, standing_in) for k, v in value["dict"]}
    if "objects" in value:
        shape, parts = value["objects"]
        array = np.empty(len(parts), dtype=object)
        array[:] = [_decode(part, standing_in) for part in parts]
        return array.reshape(shape)
    ((kind, parts),) = value.items()
    return {"tuple": tuple, "set": set, "frozenset": frozenset}[kind](
        _decode(part, standing_in) for part in parts
    )


def described(error):
    """An exception of the learner's code, for the judge to raise again."""
    try:
        words = (mismatched(error) if isinstance(error, ValueError) else "") or str(error)
    except Exception:
        words = ""
    name = getattr(error, "name", None)
    return {
        "kind": type(error).__name__,
        "bases": [base.__name__ for base in type(error).__mro__],
        "words": words[:2000],
        "name": name if isinstance(name, str) else None,
    }


def raised(about):
    """The exception that was described, of the same built-in kind and with the same words."""
    base = Exception
    for name in about["bases"]:
        found = getattr(builtins, name, None)
        if isinstance(found, type) and issubclass(found, Exception | SystemExit):
            base = Exception if issubclass(found, ExceptionGroup) else found
            break
    words = str(about["words"])
    methods = {"__init__": lambda self: None, "__str__": lambda self: words}
    error = type(str(about["kind"]), (base,), methods)()
    if base is NameError:
        error.name = about["name"]
    return error


def same_as(one, other):
    """Whether two exceptions are called the same and say the same."""
    one, other = described(one), described(other)
    return all(one[name] == other[name] for name in ("kind", "words"))


# ---- from the judge: pickles


class Pickler(pickle.Pickler):
    """Leaves here what is a function, has a state of its own, or belongs over there."""

    def __init__(self, file, keep):
        super().__init__(file, protocol=5)
        self.keep = keep

    def persistent_id(self, value):
        kind = type(value)
        if isinstance(value, Remote) or "_back" in getattr(value, "__dict__", {}):
            return "yours", value._back
        if kind is types.FunctionType:
            home = sys.modules.get(value.__module__ or "")
            stays = getattr(home, value.__qualname__, None) is not value
        elif kind.__module__.startswith(CHECKS):
            stays = not counts(value)
        else:
            stays = kind in (types.MethodType, types.GeneratorType)
        if stays:
            return "mine", self.keep(value), special_of(kind)
        return None


def counts(value):
    """Whether an object of the checks holds numbers and arrays only.

    It goes over as it is, because a descent asks it ten thousand times; what it has counted
    comes back.
    """
    return type(value).__module__.startswith(CHECKS) and all(
        type(part) in (int, float, np.ndarray) for part in vars(value).values()
    )


def pickled(value, keep):
    file = io.BytesIO()
    Pickler(file, keep).dump(value)
    return file.getvalue()


class Unpickler(pickle.Unpickler):
    def __init__(self, message, load):
        super().__init__(io.BytesIO(message))
        self.persistent_load = load


# ---- the judge's side


class Remote:
    """Stands in for something in the learner's process."""

    def __init__(self, judge, back):
        self._judge, self._back = judge, back

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        return self._judge.get("attribute", self._back, name)

    def __repr__(self):
        return f"<{type(self).__name__}>"

    __hash__ = object.__hash__


def special(name):
    def method(self, *arguments, **options):
        if name == "__array__":  # NumPy asks in several ways for what is one array
            return np.asarray(self._judge.get("special", self._back, name, ()))
        if name == "__call__":
            return self._judge.call(self._back, arguments, options)
        return self._judge.get("special", self._back, name, arguments)

    return method


def standing_in(judge, about):
    """A `Remote` with the special methods and the type's name of what it stands for."""
    names = [name for name in SPECIAL if name in about["special"]]
    back, kind = int(about["kept"]), str(about["kind"])
    if "class" in about:
        new = {"__new__": lambda cls, *given, **more: judge.call(back, given, more)}
        return type(str(about["class"]), (), new | {"_back": back})
    return type(kind, (Remote,), {name: special(name) for name in names})(judge, back)


class Judge:
    """The judge's end: asks the learner's process, and answers what it asks meanwhile."""

    def __init__(self, channel):
        self.channel, self.kept, self.number = channel, {}, 0
        self.open, self.answering = [], 0

    def keep(self, value):
        self.kept[len(self.kept)] = value
        return len(self.kept) - 1

    def ask(self, what, *arguments, until=None):
        """The message that answers; what was raised over there is raised here.

        A check that ran out of time leaves a question open: then there is nobody to ask.
        """
        if len(self.open) != self.answering:
            raise Gone
        self.number += 1
        number = self.number
        self.open.append(number)
        self.channel.send(pickled((number, what, arguments), self.keep))
        pending = error = None
        try:
            while True:
                message = json.loads(self.channel.receive(until))
                if "ask" in message:
                    pending = self.answer(message["ask"])
                elif message["to"] == number:
                    break
            caught = [(str(kind), str(words)) for kind, words in message.get("warnings", [])]
            for place, new in message.get("changed", {}).items():
                self.change(arguments[1][int(place)], decode(new, None))
            if "raised" in message:
                error = raised(message["raised"])
                if pending is not None and same_as(pending, error):
                    error = pending  # it came from here, and nobody has caught it there
        except REFUSED as refused:
            raise Gone from refused
        self.open.pop()
        for kind, words in caught[:9]:
            category = getattr(builtins, kind, None)
            known = isinstance(category, type) and issubclass(category, Warning)
            warnings.warn(words, category if known else UserWarning, stacklevel=2)
        if error is not None:
            raise error
        return message

    def get(self, what, *arguments, until=None):
        """The value that is asked for."""
        return self.value(self.ask(what, *arguments, until=until))

    def value(self, message):
        if "value" not in message:
            raise Gone
        return decode(message["value"], lambda about: standing_in(self, about))

    def call(self, back, arguments, options):
        """Call something over there; arrays that it changed are changed here, too."""
        watched = tracemalloc.is_tracing()
        message = self.ask("call", back, arguments, options, np.geterr(), watched)
        if watched:  # what it held over there is held here for a moment, to be seen
            held = message.get("held", 0)
            np.empty(min(held, MOST) if type(held) is int and held > 0 else 0, np.uint8)
        return self.value(message)

    def change(self, given, new):
        """Give an argument the numbers that it has over there now."""
        if isinstance(given, np.ndarray):
            given[...] = new
        elif counts(given):
            whole = [name for name, value in vars(given).items() if type(value) is int]
            vars(given).update({name: int(new[name]) for name in whole})

    def answer(self, asked):
        """Answer a question; the exception, if that is what comes of it."""
        self.answering += 1
        error = None
        try:
            reply = pickled(("answer", self.look(asked)), self.keep)
        except Exception as raised_here:
            error = raised_here
            reply = pickled(("error", described(error)), self.keep)
        self.answering -= 1
        self.channel.send(reply)
        return error

    def look(self, asked):
        value = self.kept[asked["of"]]
        arguments = decode(asked["arguments"], lambda about: standing_in(self, about))
        if asked["what"] == "attribute":
            (name,) = arguments
            if name.startswith("_") or not type(value).__module__.startswith(CHECKS):
                raise AttributeError(name)
            return getattr(value, name)
        if asked["what"] not in SPECIAL:
            raise Gone
        if asked["what"] == "__call__":
            return value(*arguments, **decode(asked["options"], None))
        return getattr(type(value), asked["what"])(value, *arguments)
