"""`python -m glmlib COMMAND`: what is done with the lessons at the command line."""

import argparse
import os
import sys
from importlib import import_module

COMMANDS = {  # name: (module, with `arguments` and `command`; what it does)
    "start": ("start", "copy the lessons into a folder to work in"),
    "site": (".site", "the course as a web site"),
    "progress": ("progress", "how far the course is, and what comes next"),
    "handout": ("classroom.handout", "copies for a class, without answers"),
    "mark": ("classroom.mark", "mark what a class hands in"),
    "plan": ("classroom.plan", "the plan of a lecture: when, what to ask, what to move"),
    "ci": ("classroom.ci", "workflow files for a repository of lessons"),
    "questions": ("classroom.questions", "questions for clickers and for learning systems"),
}


def main(given):
    """0; 1 with a sentence where nothing could be done, or what the command itself says."""
    parser = argparse.ArgumentParser("python -m glmlib")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, (_, help) in COMMANDS.items():
        commands.add_parser(name, help=help)
    name = parser.parse_args(given[:1]).command
    module = import_module(f".{COMMANDS[name][0]}", f"{__package__}.course")
    one = argparse.ArgumentParser(
        f"python -m glmlib {name}",
        description=module.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    module.arguments(one)
    try:
        code = module.command(one.parse_args(given[1:]))
        sys.stdout.flush()
        return code
    except BrokenPipeError:  # whoever reads has seen enough, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (ValueError, OSError) as error:
        print(error)
        return 1
    except KeyboardInterrupt:
        print("\ninterrupted")
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
