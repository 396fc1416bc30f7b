"""The mail that brings a report: how it stands, the decisions, the key figures as pictures and words, and why it came."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from engagement.mail.letters.rules.layout import Around, Button, html_layout
from engagement.mail.rules import UNSUBSCRIBE, Letter
from engagement.reports.files.rules.picture import WIDTH, Picture
from engagement.reports.rules.decisions import Decision
from engagement.reports.rules.document import PROMISED, TREND, Document
from engagement.reports.rules.figures import NOT_LIVE, NOT_SHOWN, WENT_LIVE, Figure
from engagement.reports.rules.measures import Measure, Part
from engagement.words import day_words, plural, short_day_words

SHEET_LINK = "sheet_link"
MOST_DECISIONS = 3
#: The figures of each part that a mail says; the attached paper has all of them.
KEY_FIGURES: Mapping[Part, Sequence[Measure]] = {
    Part.WAVES: (Measure.READY, Measure.TRAINED, Measure.TRAINED_EXPECTED, Measure.USED, Measure.WORTH),
    Part.VALUE: (Measure.VALUE, Measure.VALUE_WAY),
    Part.SPONSORS: (Measure.STEPS,),
    Part.OBJECTIONS: (Measure.OPEN, Measure.ANSWERED),
}
_LINK, _END = f"{{{{ {SHEET_LINK} }}}}", f"{{{{ {UNSUBSCRIBE} }}}}"


@dataclass(frozen=True)
class Row:
    """What a mail says of one thing: its name, what is known of it beside figures, and a line for each figure."""

    name: str
    fact: str
    lines: Sequence[str]


def letter_of(document: Document, pictures: Sequence[Picture], on: date, often: str, by: str) -> Letter:
    """Return the letter. `often` says how often it is sent, inside a sentence; `by` is who asked for it, "" for its reader."""
    subject = f"{_plain(document.name)}: report of {short_day_words(on)}"
    asked = f"{_plain(by)} asked for it" if by else "you asked for it"
    why = f"You get this because {asked}: {often}."
    tables = {part: key_rows(document, part) for part in KEY_FIGURES}
    around = Around(
        Markup('{} <a class="link" href="{}" style="color:#0d5c73;">End this</a>').format(why, _END),
        organisation=_plain(document.organisation),
    )
    html = html_layout(
        subject,
        "Report",
        _body(document, pictures, tables),
        _plain(document.lede),
        around,
        button=Button("Open the sheet", _LINK),
    )
    text = "\n\n".join([*_paragraphs(document, tables), f"Open the sheet:\n{_LINK}", f"--\n{why}\nEnd this: {_END}"])
    return Letter(subject, text, html)


def key_rows(document: Document, part: Part) -> list[Row]:
    """Return what a mail says of a part, a row for each thing that its figures are about."""
    found = []
    for of, figures in document.of_part(part):
        told = [figures[measure] for measure in KEY_FIGURES[part] if measure in figures]
        lines = [_line(document, figure) for figure in told if figure.missing not in (NOT_LIVE, WENT_LIVE)]
        if part is Part.OBJECTIONS and of.key in document.trends:
            lines.append(f"{TREND}: {document.trends[of.key].words or NOT_SHOWN}")
        if lines:
            found.append(Row(of.name, document.facts.get(of.name, ""), lines))
    return found


def _line(document: Document, figure: Figure) -> str:
    change, note = document.change_words(figure), figure.note if figure.measure.part is Part.WAVES else ""
    when = document.day_words(figure) or f"{note[:1].lower()}{note[1:]}"
    return f"{figure.name}: {figure.words}{f' {when}' if when else ''}{f' ({change})' if change else ''}"


def _plain(text: str) -> str:
    """Return words of others as they are, but without what a letter would take for a slot."""
    return text.replace("{{", "{ {").replace("}}", "} }")


def _decisions(document: Document) -> list[str]:
    told = [_decision(each) for each in document.decisions[:MOST_DECISIONS]]
    more = len(document.decisions) - MOST_DECISIONS
    rest = plural(more, "more decision stands", "more decisions stand") if more > 0 else ""
    return [*told, f"{rest} in the attached paper."] if rest else told


def _decision(each: Decision) -> str:
    by = f" by {day_words(each.by_on)}" if each.by_on else ""
    return f"{each.title}{by}. {each.words}"


def _paragraphs(document: Document, tables: Mapping[Part, Sequence[Row]]) -> Iterable[str]:
    """Yield the paragraphs of the plain text."""
    yield _plain(document.lede)
    decisions = _decisions(document)
    if decisions:
        yield "Decisions needed\n" + "\n".join(f"- {_plain(each)}" for each in decisions)
    for part, rows in tables.items():
        if rows:
            said = [_plain(f"{row.name}{f' ({row.fact})' if row.fact else ''}") for row in rows]
            lines = ["".join(f"\n  {_plain(line)}" for line in row.lines) for row in rows]
            yield "\n".join([part.word, *_about(document, part), *map("".join, zip(said, lines, strict=True))])
    yield _ground(document)


def _about(document: Document, part: Part) -> list[str]:
    if part is Part.SPONSORS and document.promises:
        return [f"{PROMISED}: {document.promises}"]
    return [document.concerns_words] if part is Part.OBJECTIONS and document.concerns_words else []


def _ground(document: Document) -> str:
    """Say as of when the figures are, with what they are compared, and where the rest is."""
    return _plain(f"{document.ground} How each figure is counted stands in the attached paper.")


def _body(document: Document, pictures: Sequence[Picture], tables: Mapping[Part, Sequence[Row]]) -> str:
    """Return the text in HTML; what others wrote is escaped."""
    paragraph, heading = Markup("<p>{}</p>"), Markup("<h2>{}</h2>")
    made = [paragraph.format(_plain(document.lede))]
    if decisions := _decisions(document):
        made += [heading.format("Decisions needed"), Markup("<ul>")]
        made += [Markup("<li>{}</li>").format(_plain(each)) for each in decisions]
        made.append(Markup("</ul>"))
    for part, rows in tables.items():
        if rows:
            made.append(heading.format(part.word))
            made += [paragraph.format(each) for each in _about(document, part)]
            made += [_picture(each) for each in pictures if each.part is part]
            made.append(_table(rows))
    made.append(paragraph.format(_ground(document)))
    return str(Markup("\n").join(made))


def _picture(each: Picture) -> Markup:
    return Markup(
        '<p><img src="cid:{}" alt="{}" width="{}" style="display:block;width:100%;max-width:440px;height:auto;background:#ffffff"></p>'
    ).format(each.content_id, _plain(each.alt), WIDTH)


def _table(rows: Sequence[Row]) -> Markup:
    line = Markup('<tr><th scope="row" width="42%">{}{}</th><td>{}</td></tr>')
    fact = Markup('<br><small style="font-weight:normal">{}</small>')
    return Markup("<table>{}</table>").format(
        Markup("").join(
            line.format(
                _plain(row.name),
                fact.format(_plain(row.fact)) if row.fact else "",
                Markup("<br>").join(_plain(each) for each in row.lines),
            )
            for row in rows
        )
    )
