"""A wave whose people moved while they learned."""

from datetime import timedelta

import pytest
import time_machine
from factories import TESTER, make_department, make_person, make_wave
from flask import Flask
from pages.training.moved import settle

from engagement import clock
from engagement.db import db
from engagement.people.rules import TrainingRole
from engagement.training.actions.completing import record_completion
from engagement.training.rules import CompletionSource, ItemKind
from engagement.waves.models import Wave
from tests.training.courses import make_curriculum, make_module


@pytest.fixture
def claims(app: Flask, frozen: time_machine.Traveller) -> Wave:
    """Ana and Ben moved from claims to underwriting today; Ana had done one of two courses a week ago."""
    first, second = make_module("first"), make_module("second", minutes=25)
    make_curriculum(TrainingRole.USER, (first, ItemKind.REQUIRED), (second, ItemKind.REQUIRED))
    department, elsewhere = make_department("Operations/Claims"), make_department("Underwriting")
    ana, ben = make_person("Ana Lima", department=department), make_person("Ben Ode", department=department)
    wave = make_wave(departments=(department,), name="Claims", number=1)
    make_wave(
        wave.programme,
        departments=(elsewhere,),
        name="Underwriting",
        number=2,
        go_live_on=clock.now().date() + timedelta(days=100),
    )
    settle()
    record_completion(ana, first, CompletionSource.ATTENDANCE, on=clock.now().date(), by=TESTER)
    frozen.shift(timedelta(days=7))
    ana.department = ben.department = elsewhere
    settle()
    db.session.commit()
    return wave
