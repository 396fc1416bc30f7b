"""The vocabulary of the directory, and pure functions over names, addresses and department paths."""

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum

from engagement.days.local_time import zone_names
from engagement.letters import same_key, search_key, sort_key
from engagement.vocabulary import Worded

PATH_SEPARATOR = "/"


class TrainingRole(Worded):
    """What part a person has with AI workflows, which decides what they learn; people may have several."""

    USER = "user"
    BUILDER = "builder"
    SUPPORT = "support"
    LEADER = "leader"


class RoleOrigin(StrEnum):
    """How a person got a training role."""

    FILE = "file"
    HAND = "hand"
    RULE = "rule"


_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,4}")
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


def delivery_problems(timezone: str, language: str, works_from: str, works_until: str) -> dict[str, str]:
    """Return, by field, what is wrong with a person's delivery details; "" means the organisation's default."""
    problems = {}
    if timezone and timezone not in zone_names():
        problems["timezone"] = "Choose a time zone by its name, such as Europe/London, or leave it empty."
    if language and not _LANGUAGE.fullmatch(language):
        problems["language"] = "Write a language tag such as en or pt-BR, or leave it empty."
    hours = [time for time in (works_from, works_until) if time]
    if len(hours) == 1:
        problems["works_from" if works_until else "works_until"] = "Give both ends of the working day, or neither."
    elif hours and not (all(_TIME.fullmatch(time) for time in hours) and works_from < works_until):
        problems["works_until"] = "Write times such as 09:00, the end after the start."
    return problems


def person_keys(
    name: str | None, first_name: str | None, last_name: str | None, email: str | None, employee_id: str | None
) -> dict[str, str]:
    """Return the texts for finding and sorting a person: sorted by last name, else by the whole name."""
    return {
        "searched_by": search_key(name or "", email, employee_id),
        "sorted_by": sort_key(last_name or name or "", (last_name and first_name) or ""),
    }


def path_key(path: str) -> str:
    """Return the sort key of a department, which puts it right after the one above it."""
    return sort_key(*path.split(PATH_SEPARATOR))


def parent_path(path: str) -> str | None:
    """Return the path of the department above, None at the top."""
    head, separator, _ = path.rpartition(PATH_SEPARATOR)
    return head if separator else None


def leaf_name(path: str) -> str:
    """Return the last part of a department's path."""
    return path.rpartition(PATH_SEPARATOR)[2]


def spelt_as(path: str, known: Mapping[str, str]) -> str:
    """Return a path in the directory's spelling, as far down as it exists; `known` has its paths by `same_key`."""
    if spelt := known.get(same_key(path)):
        return spelt
    above = parent_path(path)
    return f"{spelt_as(above, known)}{PATH_SEPARATOR}{leaf_name(path)}" if above else path


def present_path(path: str, successors: Mapping[str, str]) -> str:
    """Return a department's present path if it, or one above it, was merged or renamed.

    `successors` maps the former path of each such department to its successor's path.
    """
    seen = set()
    while path not in seen:
        seen.add(path)
        former: str | None = path
        while former is not None and former not in successors:
            former = parent_path(former)
        if former is not None:
            path = successors[former] + path[len(former) :]
    return path


def paths_with_parents(paths: Iterable[str]) -> list[str]:
    """Return all paths and every path above them, upper ones first."""
    every: set[str] = set()
    for path in paths:
        parts = path.split(PATH_SEPARATOR)
        every.update(PATH_SEPARATOR.join(parts[:depth]) for depth in range(1, len(parts) + 1))
    return sorted(every, key=lambda path: (path.count(PATH_SEPARATOR), path))
