"""Keep a learner's code from the rest of the machine, as far as the system lets us.

What every system with `fork` gives is used: limits of memory, processor time, processes and
size of files, and a session of its own. Linux gives more, without privileges: process and
network namespaces, and Landlock, by which nothing outside of one folder can be written.
`holds` says what is in force here.
"""

import contextlib
import ctypes
import functools
import os
import signal
import struct
import sys
from pathlib import Path
from tempfile import gettempdir

try:
    import resource
except ImportError:  # Windows, where nothing is marked
    resource = None

NOBODY = 65534
PROCESSES = 64
NEW_USER, NEW_PID, NEW_NET = 0x10000000, 0x20000000, 0x40000000
SUBREAPER, NO_NEW_PRIVILEGES, PARENT_DIES, KEEP_CAPABILITIES = 36, 38, 1, 8
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
# Landlock's rights that change something: write, remove, make, refer, truncate.
WRITES = {1: 0x1FF2, 2: 0x3FF2, 3: 0x7FF2}
WRITE_FILE = 0x4002  # of one file: write, truncate


def libc():
    return ctypes.CDLL(None, use_errno=True)


def prctl(*arguments):
    with contextlib.suppress(AttributeError, OSError):
        libc().prctl(*arguments, 0, 0, 0, 0)


def unshare():
    """Give the next child its own process numbers and no network; whether that worked.

    In its own numbering a process sees no other to stop, and all its children end with it.
    """
    with contextlib.suppress(AttributeError, OSError):
        user = 0 if os.getuid() == 0 else NEW_USER
        return libc().unshare(user | NEW_PID | NEW_NET) == 0
    return False


def landlock(folder):
    """Nothing outside of `folder` can be written from now on; whether that worked."""
    if sys.platform != "linux":  # elsewhere these numbers mean other calls
        return False
    with contextlib.suppress(AttributeError, OSError):
        call = libc().syscall
        version = call(CREATE_RULESET, None, 0, 1)
        if version < 1:
            return False
        writes = WRITES[min(version, 3)]
        rules = ctypes.create_string_buffer(struct.pack("Q", writes))
        ruleset = call(CREATE_RULESET, rules, 8, 0)
        if ruleset < 0:
            return False
        for path, rights in ((folder, writes), (os.devnull, WRITE_FILE & writes)):
            place = os.open(path, os.O_PATH)
            rule = ctypes.create_string_buffer(struct.pack("=Qi", rights, place))
            added = call(ADD_RULE, ruleset, 1, rule, 0)
            os.close(place)
            if added:
                return False
        prctl(NO_NEW_PRIVILEGES, 1)
        done = call(RESTRICT_SELF, ruleset, 0) == 0
        os.close(ruleset)
        return done
    return False


@functools.cache
def readable_by_all():
    """Whether every account can read Python and the packages."""
    import numpy

    for file in (numpy.__file__, __file__, sys.executable):
        path = Path(file).resolve()
        if not path.stat().st_mode & 0o004:
            return False
        if not all(folder.stat().st_mode & 0o001 for folder in path.parents):
            return False
    return True


def processes_of_mine():
    """The threads that this account runs now, which a limit counts as well."""
    found = 0
    for path in Path("/proc").glob("[0-9]*/status"):
        with contextlib.suppress(OSError, IndexError):
            text = path.read_text()
            if int(text.split("\nUid:")[1].split()[0]) == os.getuid():
                found += int(text.split("\nThreads:")[1].split()[0])
    return found


def size_now():
    """The bytes of addresses that this process uses."""
    with contextlib.suppress(OSError, ValueError):
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        return pages * resource.getpagesize()
    return 2 << 30


def limit(kind, value):
    with contextlib.suppress(ValueError, OSError):
        hard = resource.getrlimit(kind)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (value, value))


def confine(folder, memory, seconds):
    """Confine this process: it writes in `folder` only, with so many MB and seconds.

    Called once, in the child, before any of the learner's code runs.
    """
    os.setsid()
    os.chdir(folder)
    limit(resource.RLIMIT_CORE, 0)
    limit(resource.RLIMIT_CPU, int(seconds) + 1)
    limit(resource.RLIMIT_FSIZE, 50_000_000)
    limit(resource.RLIMIT_AS, size_now() + memory * 1_000_000)
    landlock(folder)
    if os.getuid() == 0:
        become_nobody(folder)
        limit(resource.RLIMIT_NPROC, PROCESSES)
    else:
        limit(resource.RLIMIT_NPROC, processes_of_mine() + PROCESSES)
    prctl(PARENT_DIES, signal.SIGKILL)


def become_nobody(folder):
    """Give up the rights of root, but for reading where only root can read the packages."""
    os.chown(folder, NOBODY, NOBODY)
    if not readable_by_all():
        prctl(KEEP_CAPABILITIES, 1)
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)
    if not readable_by_all():
        version = ctypes.create_string_buffer(struct.pack("Ii", 0x20080522, 0))
        read = ctypes.create_string_buffer(struct.pack("6I", 4, 4, 0, 0, 0, 0))
        libc().capset(version, read)


def tried(f):
    """What f() returns in a child that is thrown away."""
    child = os.fork()
    if not child:
        code = 1
        with contextlib.suppress(BaseException):
            code = 0 if f() else 1
        os._exit(code)
    return os.waitpid(child, 0)[1] == 0


def holds():
    """{what keeps a learner's code apart: whether this system has it}."""
    return {
        "own process numbers and no network": tried(unshare),
        "nothing written outside of its folder": tried(lambda: landlock(gettempdir())),
        "an account of its own": os.getuid() == 0,
    }


def end(child, spared=()):
    """End a child, its session, and what it has left behind, but not other children."""
    for stop in (lambda: os.killpg(child, signal.SIGKILL), lambda: os.kill(child, 9)):
        with contextlib.suppress(OSError):
            stop()
    with contextlib.suppress(OSError):
        os.waitpid(child, 0)
    for _ in range(100):  # children of its children come to this process, see SUBREAPER
        left = set(children()) - set(spared)
        if not left:
            break
        for process in left:
            with contextlib.suppress(OSError):
                os.kill(process, signal.SIGKILL)
                os.waitpid(process, 0)


def children():
    """The children of this process, on Linux; elsewhere none is known."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, IndexError, ValueError):
            if int(path.read_text().rpartition(")")[2].split()[1]) == os.getpid():
                found.append(int(path.parent.name))
    return found
