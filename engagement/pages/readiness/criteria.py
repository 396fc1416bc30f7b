"""One criterion: what is asked by it, how it was judged, and all that was said of it before."""

from typing import Any

from werkzeug.wrappers import Response as BaseResponse

from engagement.accounts.scopes import rights
from engagement.db import db
from engagement.pages.frame import guard
from engagement.pages.frame.formats import today
from engagement.pages.parts.saving import Drawn, drawn, held, saving
from engagement.pages.readiness import blueprint
from engagement.pages.readiness.forms import JudgeForm, TermsForm
from engagement.pages.readiness.shown import shown
from engagement.readiness.criteria import actions
from engagement.readiness.criteria.models import Criterion
from engagement.readiness.criteria.queries.standing import Standing, history_of, standings_of
from engagement.readiness.criteria.rules import CriterionKind, CriterionState
from engagement.readiness.scopes import allow_setting, may_judge, may_set, wave_to_weigh
from engagement.waves.models import Wave
from engagement.waves.scopes import wave_for


def _asked(wave_id: int, criterion: str) -> tuple[Wave, Standing]:
    reader = guard.reader()
    row = held(wave_to_weigh(rights.overseeing(reader), rights.judging(reader), wave_id))
    standing = standings_of([row], today(), floor=guard.settings().anonymity_floor)[wave_id]
    return row, guard.found(standing.named(criterion))


def _terms_form(standing: Standing, **options: Any) -> TermsForm:
    kind = standing.kind
    asked = {"title": standing.title, "owner": standing.owner, "need": standing.need, "left_out": standing.left_out}
    asked["people_for_one"] = standing.rate
    form = TermsForm(data=asked, **options)
    if kind.is_counted:
        del form.title
    else:
        form.owner.label.text = "Who judges it?"
    if kind.usual_need is None:
        del form.need
    if kind is not CriterionKind.SUPPORT:
        del form.people_for_one
    return form


def _page(wave: Wave, standing: Standing, terms: TermsForm, judging: JudgeForm) -> Drawn:
    reader = guard.reader()
    said, judged = history_of(standing.criterion_id) if standing.criterion_id is not None else ([], [])
    planning, judging_reach = rights.planning(reader), rights.judging(reader)
    is_own = standing.terms is not None and not standing.kind.is_counted and wave.status.is_open
    return drawn(
        "readiness/criterion.html",
        terms,
        judging,
        wave=wave,
        shown=shown(reader, wave, standing),
        terms_form=terms,
        judging_form=judging,
        said=said,
        judged=judged,
        usual=standing.kind.usual_need,
        may_set=may_set(planning, standing.kind, wave) and wave.status.is_open,
        may_judge=is_own and may_judge(planning, judging_reach, standing.terms, wave),
    )


@blueprint.route("/waves/<int:wave_id>/readiness/<criterion>", methods=["GET", "POST"])
def criterion(wave_id: int, criterion: str) -> Drawn | BaseResponse:
    """Show a criterion with its history; who plans the wave says what is asked by it."""
    reader = guard.reader()
    wave, standing = _asked(wave_id, criterion)
    form = _terms_form(standing)
    if form.is_submitted():
        allow_setting(rights.planning(reader), standing.kind, wave)
    if form.validate_on_submit():
        with saving(form) as saved:
            said = form.said(standing.kind.usual_need)
            if standing.criterion_id is None:
                actions.set_terms(wave, standing.kind, said, by=reader.actor)
            else:
                actions.change_criterion(db.session.get_one(Criterion, standing.criterion_id), said, by=reader.actor)
        if saved:
            return saved.to("readiness.wave", "It is kept. What held before stays in its history.", wave_id=wave_id)
    return _page(wave, standing, form, JudgeForm(formdata=None))


@blueprint.post("/waves/<int:wave_id>/readiness/<criterion>/judgements")
def judge(wave_id: int, criterion: str) -> Drawn | BaseResponse:
    """Judge an own criterion: whoever is named there, or who plans the wave."""
    reader = guard.reader()
    wave, standing = _asked(wave_id, criterion)
    criterion_id = guard.found(standing.criterion_id)
    guard.allow(may_judge(rights.planning(reader), rights.judging(reader), standing.terms, wave))
    form = JudgeForm()
    if form.validate_on_submit():
        with saving(form) as saved:
            row = db.session.get_one(Criterion, criterion_id)
            actions.judge(row, CriterionState(form.state.data), form.evidence.data, by=reader.actor)
        if saved:
            return saved.to("readiness.wave", "Your judgement stands there, with your name.", wave_id=wave_id)
    return _page(wave, standing, _terms_form(standing, formdata=None), form)


@blueprint.route("/waves/<int:wave_id>/criteria/new", methods=["GET", "POST"])
def new(wave_id: int) -> Drawn | BaseResponse:
    """Write a criterion that somebody judges."""
    reader = guard.reader()
    wave = held(wave_for(rights.planning(reader), wave_id))
    form = TermsForm()
    del form.need, form.people_for_one, form.left_out
    form.owner.label.text = "Who judges it?"
    if form.validate_on_submit():
        with saving(form) as saved:
            said = actions.Terms(form.title.data, form.owner.person)
            actions.write_criterion(wave, said, by=reader.actor)
        if saved:
            return saved.to("readiness.wave", "The criterion is there, and not judged yet.", wave_id=wave_id)
    return drawn("readiness/new.html", form, wave=wave, kind=CriterionKind.OWN)
