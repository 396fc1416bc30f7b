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
    for noisy in ("apscheduler", "waitress.queue", "mail.log", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
