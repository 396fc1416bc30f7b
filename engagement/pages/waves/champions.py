"""Pages of champions: a wave's coverage by department with its gaps, appointing and releasing."""

from werkzeug.wrappers import Response as BaseResponse
from wtforms.fields.choices import SelectChoice

from engagement import clock
from engagement.accounts.scopes import rights
from engagement.pages.frame import guard
from engagement.pages.frame.formats import short_day
from engagement.pages.parts.fields import chosen_departments
from engagement.pages.parts.saving import Drawn, done, drawn, saving
from engagement.pages.waves import blueprint
from engagement.pages.waves.forms import ChampionForm
from engagement.stakeholders.champions import actions as appointing
from engagement.stakeholders.champions import queries as coverage
from engagement.stakeholders.models import Champion
from engagement.stakeholders.rules import COVERAGE_DEFINITION
from engagement.stakeholders.scopes import champion_of
from engagement.waves.models import Wave
from engagement.waves.scopes import reaches_wave, wave_for


def _wave_to_plan(wave_id: int) -> Wave:
    return wave_for(rights.planning(guard.reader()), wave_id)


@blueprint.get("/waves/<int:wave_id>/champions")
def champions(wave_id: int) -> Drawn:
    """Show the champions of a wave, their coverage of its people, and where some are missing."""
    wave = wave_for(rights.reading(guard.reader()), wave_id)
    return _drawn(wave, _form(wave, posted=False))


def _form(wave: Wave, *, posted: bool) -> ChampionForm:
    form = ChampionForm(from_on=clock.today(guard.settings().timezone)) if posted else ChampionForm(formdata=None)
    if not posted:
        form.from_on.data = clock.today(guard.settings().timezone)
    departments = [SelectChoice(str(d.id), d.path) for d in coverage.standing_departments(wave.id)]
    form.department.choices = [SelectChoice("", "The one that they work in"), *departments]
    return form


def _drawn(wave: Wave, form: ChampionForm) -> Drawn:
    today, may_plan = clock.today(guard.settings().timezone), reaches_wave(rights.planning(guard.reader()), wave)
    covered = coverage.wave_coverage(wave.id, today)
    return drawn(
        "waves/champions.html",
        form,
        wave=wave,
        coverage=covered,
        lede=covered.words,
        definition=COVERAGE_DEFINITION,
        others=[(champion, _time_words(champion)) for champion in coverage.other_champions(wave.id, today)],
        as_of=today,
        may_appoint=may_plan and wave.status.is_open,
        may_release=may_plan,
    )


def _time_words(champion: Champion) -> str:
    begins = f"from {short_day(champion.from_on)}"
    if champion.until_on is not None and champion.until_on <= clock.today(guard.settings().timezone):
        return f"{begins} until {short_day(champion.until_on)}"
    if champion.person.left_at is not None:
        return f"{begins} until they left on {short_day(champion.person.left_at)}"
    return begins + (f" until {short_day(champion.until_on)}" if champion.until_on else "")


@blueprint.post("/waves/<int:wave_id>/champions")
def appoint_champion(wave_id: int) -> Drawn | BaseResponse:
    wave = _wave_to_plan(wave_id)
    form = _form(wave, posted=True)
    if form.validate_on_submit():
        with saving(form) as saved:
            champion = _appointed(wave, form)
        if saved:
            says = f"{champion.person.name} is a champion for {champion.department.path}."
            return saved.to("waves.champions", says, _when_words(champion), wave_id=wave_id)
    return _drawn(wave, form)


def _appointed(wave: Wave, form: ChampionForm) -> Champion:
    return appointing.appoint_champion(
        wave,
        form.person.chosen("Write whom you want to appoint."),
        department=next(iter(chosen_departments([form.department.data or ""])), None),
        from_on=form.from_on.data,
        until_on=form.until_on.data,
        by=guard.reader().actor,
    )


def _when_words(champion: Champion) -> str:
    until = f" until {short_day(champion.until_on)}" if champion.until_on else ""
    return f"From {short_day(champion.from_on)}{until}. They see it on their own page."


@blueprint.post("/waves/<int:wave_id>/champions/<int:champion_id>/release")
def release_champion(wave_id: int, champion_id: int) -> BaseResponse:
    """End somebody's time as a champion; that they were one stays on record."""
    champion = champion_of(_wave_to_plan(wave_id), champion_id)
    appointing.release_champion(champion, clock.today(guard.settings().timezone), by=guard.reader().actor)
    return done(
        "waves.champions",
        f"{champion.person.name} is no longer a champion of this wave.",
        "That they were one stays on record.",
        wave_id=wave_id,
    )
