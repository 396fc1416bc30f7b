"""Arranging a curriculum: its modules, how each counts, their order, and how many of a choice are asked."""

from collections.abc import Sequence

from flask import request
from werkzeug.wrappers import Response as BaseResponse

from engagement.accounts.scopes import rights
from engagement.errors import BadInput
from engagement.pages.frame import guard
from engagement.pages.parts.forms import complain
from engagement.pages.parts.saving import Drawn, drawn, saving
from engagement.pages.training import blueprint
from engagement.pages.training.forms import CurriculumForm, curriculum_form
from engagement.pages.training.lists import role_named
from engagement.training.actions.curricula import Place, arrange_curriculum, check_places
from engagement.training.models import Module
from engagement.training.queries import curricula
from engagement.training.rules import ItemKind

#: The place of a course without a typed place: after all others.
LAST = 10_000


@blueprint.route("/training/curricula/<role>/editing", methods=["GET", "POST"])
def arrange(role: str) -> Drawn | BaseResponse:
    """Change what a role has to learn, with a preview before it is saved."""
    reader = guard.reader()
    guard.allow_all(rights.training(reader))
    asked = guard.found(role_named(role))
    if request.method == "POST":
        curricula.hold_curriculum(asked)
    plan = curricula.curriculum(asked)
    placed = [line.module for line in plan.lines]
    modules = placed + [module for module in curricula.modules() if module not in placed]
    form = curriculum_form(plan, modules)
    places: list[Place] | None = None
    if form.validate_on_submit():
        places = _places(form, modules)
        needed = form.choices_needed.data or 0
        with saving(form) as saved:
            try:
                check_places(places, needed)
                if "preview" not in request.form:
                    arrange_curriculum(asked, places, needed, by=reader.actor)
            except BadInput as error:
                _complain_by_module(form, error)
                raise
        if saved and "preview" not in request.form:
            more = "It holds at once for everybody with this role. What they have finished counts."
            return saved.to("training.curriculum", f"The curriculum of {asked.word} is saved", more, role=role)
    return drawn(
        "training/arranging.html",
        form,
        plan=plan,
        modules=modules,
        choice=ItemKind.CHOICE,
        places=places if places is not None and not form.errors else None,
    )


def _places(form: CurriculumForm, modules: Sequence[Module]) -> list[Place]:
    """Return the modules of the curriculum in the order of the typed places.

    Of several at one place, a module that was moved up comes first and a module that was moved down comes last.
    """
    by_id = {str(module.id): module for module in modules}
    chosen = [module for module in modules if form[f"kind_{module.id}"].data]

    def place_of(module: Module) -> tuple[int, int]:
        field = form[f"place_{module.id}"]
        typed = LAST if field.data is None else field.data
        before = LAST if field.object_data is None else field.object_data
        return typed, (typed > before) - (typed < before)

    return [
        Place(module, ItemKind(form[f"kind_{module.id}"].data), by_id.get(form[f"after_{module.id}"].data))
        for module in sorted(chosen, key=place_of)
    ]


def _complain_by_module(form: CurriculumForm, error: BadInput) -> None:
    """Put a problem of a module above its field “Comes after”."""
    for key in [key for key in error.problems if f"after_{key}" in form]:
        complain(form[f"after_{key}"], error.problems.pop(key))
