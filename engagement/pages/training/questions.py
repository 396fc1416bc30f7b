"""Pages of a module's questions: writing one, changing it, taking it out."""

from werkzeug.wrappers import Response as BaseResponse

from engagement.accounts.scopes import rights
from engagement.content.quiz import Question
from engagement.errors import BadInput
from engagement.pages.frame import guard
from engagement.pages.parts.forms import complain
from engagement.pages.parts.saving import Drawn, done, drawn, held, saving
from engagement.pages.training import blueprint
from engagement.pages.training.forms import QuestionForm
from engagement.training.actions.questions import put_question, take_out_question
from engagement.training.models import Module
from engagement.training.scopes import module_to_change


def _module(slug: str) -> Module:
    return held(module_to_change(rights.training(guard.reader()), slug))


@blueprint.route("/training/modules/<slug>/questions/new", methods=["GET", "POST"])
def new_question(slug: str) -> Drawn | BaseResponse:
    """Add a question to a module."""
    return _written(_module(slug), None)


@blueprint.route("/training/modules/<slug>/questions/<question_id>", methods=["GET", "POST"])
def question(slug: str, question_id: str) -> Drawn | BaseResponse:
    """Change a question of a module."""
    module = _module(slug)
    found = next((each for each in module.questions if each.id == question_id), None)
    return _written(module, guard.found(found))


def _written(module: Module, found: Question | None) -> Drawn | BaseResponse:
    form = QuestionForm(**QuestionForm.values_of(found))
    if form.validate_on_submit():
        with saving(form) as saved:
            try:
                put_question(
                    module,
                    form.text.data,
                    form.answers(),
                    trains_recognising=form.trains_recognising.data,
                    instead_of=found.id if found else "",
                    by=guard.reader().actor,
                )
            except BadInput as error:
                _complain_by_row(form, error)
                raise
        if saved:
            more = f"It is part of version {module.version}. People who finished an earlier one stay finished."
            return saved.to("training.module", "The question is saved", more, slug=module.slug)
    return drawn("training/question.html", form, module=module, question=found)


def _complain_by_row(form: QuestionForm, error: BadInput) -> None:
    """Put what is wrong with an answer above the field in which it is written."""
    for number, (text, _, _) in enumerate(form.rows(), 1):
        if sentence := error.problems.pop(f"answer-{number}", ""):
            complain(text, sentence)


@blueprint.post("/training/modules/<slug>/questions/<question_id>/removal")
def remove_question(slug: str, question_id: str) -> BaseResponse:
    """Take a question out of a module."""
    module = _module(slug)
    guard.found(next((each for each in module.questions if each.id == question_id), None))
    take_out_question(module, question_id, by=guard.reader().actor)
    more = "" if module.questions else "The course has no questions now, so a reader’s own word is enough."
    return done("training.module", "The question is taken out", more, slug=slug)
