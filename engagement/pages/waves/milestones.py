"""The milestones of a wave: all of them with what contradicts, adding one, changing one, removing one."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from werkzeug.wrappers import Response as BaseResponse
from wtforms import DateField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import NumberRange, Optional

from engagement.accounts.scopes import rights
from engagement.days.cadence import HolidayPolicy
from engagement.pages.frame import guard
from engagement.pages.frame.formats import day, here_today
from engagement.pages.parts.fields import row_id
from engagement.pages.parts.forms import EditForm, stripped
from engagement.pages.parts.saving import Drawn, done, drawn, held, saving
from engagement.pages.waves import blueprint
from engagement.pages.waves.moves import Wish, show_or_apply
from engagement.planning.actions.anchoring import drop_anchors_of
from engagement.planning.queries.anchored import anchored_counts
from engagement.planning.queries.history import replans_of
from engagement.programmes.scopes import reaches_programme
from engagement.training.queries.clashes import quiet_clashes
from engagement.vocabulary import Worded
from engagement.waves.milestones import actions
from engagement.waves.milestones.actions import MilestoneDetails
from engagement.waves.milestones.models import Milestone
from engagement.waves.milestones.queries import milestones_of
from engagement.waves.milestones.rules import LONGEST_OFFSET, Counted, MilestoneKind, Offset, contradictions, followers
from engagement.waves.milestones.scopes import milestone_for
from engagement.waves.models import Wave
from engagement.waves.scopes import wave_for
from engagement.words import listed, plural

OWN_DAY = ""
TOO_FAR = f"Choose between 0 and {LONGEST_OFFSET} days."


def _offered(words: Iterable[Worded]) -> list[SelectChoice]:
    return [SelectChoice(word.value, word.word[:1].upper() + word.word[1:]) for word in words]


class MilestoneForm(EditForm):
    """What a milestone is, and its day: one of its own, or counted from another milestone."""

    kind = SelectField("What is it?", choices=_offered(MilestoneKind))
    name = StringField(
        "What is it called?", description="For a day of your own, such as “Town hall”.", filters=[stripped]
    )
    anchor = SelectField(
        "What is it counted from?",
        description="What is counted from another milestone follows when that one moves.",
        validate_choice=False,
    )
    falls_on = DateField("Which day?", description="Only for a day of its own.", validators=[Optional()])
    offset = IntegerField(
        "How many days?",
        description="Only for a day that is counted.",
        validators=[Optional(), NumberRange(0, LONGEST_OFFSET, TOO_FAR)],
    )
    side = SelectField("Before or after?", choices=[SelectChoice("before", "before"), SelectChoice("after", "after")])
    counted = SelectField("Which days are counted?", choices=_offered(Counted))
    policy = SelectField(
        "When that falls on a weekend or holiday?",
        choices=_offered(HolidayPolicy),
        description="Counting working days never does.",
    )
    reason = TextAreaField("Why does it move?", description="People will read it.", filters=[stripped])

    def offer(self, wave: Wave, rows: list[Milestone], present: Milestone | None) -> None:
        """Fill the lists: kinds that the wave lacks, and milestones from which this one can be counted."""
        taken = {row.kind for row in rows if row.kind is not MilestoneKind.OWN}
        self.kind.choices = _offered(kind for kind in MilestoneKind if kind not in taken)
        behind = followers(rows, present.id) | {present.id} if present is not None else set()
        fit = [row for row in rows if row.id not in behind]
        self.anchor.choices = [
            SelectChoice(OWN_DAY, "Nothing: a day of its own"),
            *(SelectChoice(str(row.id), f"{row.title}, {day(row.falls_on)}") for row in fit),
        ]

    @classmethod
    def of(cls, row: Milestone) -> "MilestoneForm":
        """Return the form of a milestone that is there."""
        offset = row.offset
        shown = {"anchor": str(row.anchor_id or OWN_DAY), "name": row.name, "falls_on": row.falls_on}
        if offset is not None:
            shown |= {
                "offset": abs(offset.days),
                "side": "after" if offset.days > 0 else "before",
                "counted": offset.counted.value,
                "policy": offset.policy.value,
            }
        return cls(data=shown)

    def details(self, rows: list[Milestone], kind: MilestoneKind) -> MilestoneDetails:
        """Return what was answered, of the questions that belong to the chosen way."""
        name = self.name.data if self.name and kind is MilestoneKind.OWN else ""
        if not self.anchor.data:
            return MilestoneDetails(kind, name, self.falls_on.data)
        anchor = next((row for row in rows if row.id == row_id(self.anchor.data)), None)
        return MilestoneDetails(kind, name, None, anchor, self._offset())

    def _offset(self) -> Offset | None:
        days = self.offset.data
        if days is None:
            return None
        signed = -days if self.side.data == "before" else days
        return Offset(signed, Counted(self.counted.data), HolidayPolicy(self.policy.data))


def _planned(wave_id: int) -> Wave:
    return wave_for(rights.planning(guard.reader()), wave_id)


@blueprint.get("/waves/<int:wave_id>/milestones")
def milestones(wave_id: int) -> Drawn:
    """Show the milestones of a wave by day, how each comes about, and what contradicts."""
    wave = _planned(wave_id)
    rows = milestones_of(wave.id)
    against = contradictions(rows, here_today(), guard.organisation().country, is_ahead=wave.status.is_ahead)
    return drawn(
        "waves/milestones.html",
        MilestoneForm(formdata=None),
        wave=wave,
        rows=rows,
        against=against,
        following=_following(rows, anchored_counts(wave.id)),
        moves=replans_of(wave.id),
        clashes=quiet_clashes(wave, here_today()),
        may_copy=reaches_programme(rights.planning(guard.reader()), wave.programme),
    )


def _following(rows: Sequence[Milestone], anchored: Mapping[int, tuple[int, int]]) -> dict[int, str]:
    """Say of each milestone what is counted from it itself: other milestones, messages, and sponsors' steps."""
    days = Counter(row.anchor_id for row in rows)
    kinds = (("milestone", "milestones"), ("message", "messages"), ("step", "steps"))
    counts = {row.id: (days[row.id], *anchored.get(row.id, (0, 0))) for row in rows}
    return {
        key: listed([plural(number, *words) for number, words in zip(found, kinds, strict=True) if number])
        for key, found in counts.items()
    }


@blueprint.route("/waves/<int:wave_id>/milestones/new", methods=["GET", "POST"])
def new_milestone(wave_id: int) -> Drawn | BaseResponse:
    """Add a milestone."""
    wave = held(_planned(wave_id))
    rows = milestones_of(wave.id)
    form = MilestoneForm(
        data={"side": "before", "counted": Counted.WORKING.value, "policy": HolidayPolicy.BEFORE.value}
    )
    form.offer(wave, rows, None)
    if form.validate_on_submit():
        with saving(form) as saved:
            said = form.details(rows, MilestoneKind(form.kind.data))
            row = actions.add_milestone(wave, said, country=guard.organisation().country, by=guard.reader().actor)
        if saved:
            return saved.to("waves.milestones", f"{row.title}: {day(row.falls_on)}.", wave_id=wave_id)
    return drawn("waves/milestone.html", form, wave=wave, row=None, plan=None)


@blueprint.route("/milestones/<int:milestone_id>", methods=["GET", "POST"])
def milestone(milestone_id: int) -> Drawn | BaseResponse:
    """Change a milestone: its name, its day, or what it is counted from."""
    row = milestone_for(rights.planning(guard.reader()), milestone_id)
    wave = held(row.wave)
    rows = milestones_of(wave.id)
    form = MilestoneForm.of(row)
    form.offer(wave, rows, row)
    del form.kind
    if row.kind is not MilestoneKind.OWN:
        del form.name
    plan = None
    if form.validate_on_submit():
        said, country = form.details(rows, row.kind), guard.organisation().country

        def change() -> None:
            actions.change_milestone(row, said, country=country, by=guard.reader().actor)

        new_day = _day_of(said, country)
        if new_day is not None and new_day != row.falls_on:
            plan = show_or_apply(wave, Wish(row, new_day, change), form)
            if isinstance(plan, BaseResponse):
                return plan
        else:
            with saving(form) as saved:
                change()
            if saved:
                return saved.to("waves.milestones", f"{row.title}: {day(row.falls_on)}.", wave_id=wave.id)
    return drawn("waves/milestone.html", form, wave=wave, row=row, plan=plan)


def _day_of(said: MilestoneDetails, country: str) -> date | None:
    """Return the day that was asked for; None for answers that give none."""
    if said.offset is not None:
        return said.offset.day_from(said.anchor.falls_on, country) if said.anchor is not None else None
    return said.falls_on


@blueprint.post("/milestones/<int:milestone_id>/removal")
def remove_milestone(milestone_id: int) -> BaseResponse:
    """Remove a milestone; what was counted from it keeps its day."""
    row = milestone_for(rights.planning(guard.reader()), milestone_id)
    wave, title = held(row.wave), row.title
    drop_anchors_of(row, by=guard.reader().actor)
    actions.remove_milestone(row, by=guard.reader().actor)
    return done("waves.milestones", f"{title} is removed.", "What was counted from it keeps its day.", wave_id=wave.id)
