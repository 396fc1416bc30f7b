"""Structured log lines with a request id, for eyes or for machines. No line names a reader or a network address."""

import logging
import sys

import structlog

from engagement.vocabulary import LogStyle


def configure(style: LogStyle) -> None:
    """Set how this process writes its log: to standard error, with times in UTC."""
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if style is LogStyle.JSON
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.format_exc_info, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
    _let_libraries_write_alike(shared, renderer)


def _let_libraries_write_alike(shared: list[structlog.typing.Processor], renderer: structlog.typing.Processor) -> None:
    """Have lines of libraries look like ours; a second call in a process replaces what the first one set."""
    ending = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[ending, structlog.processors.format_exc_info, renderer], foreign_pre_chain=shared
        )
    )
    root = logging.getLogger()
    for earlier in [each for each in root.handlers if isinstance(each.formatter, type(handler.formatter))]:
        root.removeHandler(earlier)
    root.addHandler(handler)
    for noisy in ("apscheduler", "waitress.queue", "mail.log", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    # It warns every few seconds while a job takes longer than that, which is nothing to worry about.
    logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)
