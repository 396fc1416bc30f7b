"""The steps of first setup, in the order in which they build on each other."""

from enum import StrEnum


class SetupStep(StrEnum):
    """Something that an installation needs before people can be informed, trained and heard."""

    MAIL = "mail"
    PEOPLE = "people"
    PROGRAMME = "programme"
    WORKFLOW = "workflow"
    WAVE = "wave"
    TRAINING = "training"
    COLLEAGUE = "colleague"
    COMMUNICATIONS = "communications"
    BRIEFING = "briefing"

    @property
    def word(self) -> str:
        """What is to be done."""
        return _WORDS[self][0]

    @property
    def why(self) -> str:
        """What it is for, in a sentence."""
        return _WORDS[self][1]


_WORDS = {
    SetupStep.MAIL: ("Prove that mail leaves", "A test mail to yourself shows whether the mail server takes what is sent from here."),
    SetupStep.PEOPLE: ("Bring in people", "A file from HR, as CSV or Excel. You see what it would do before anything changes."),
    SetupStep.PROGRAMME: ("Make a programme", "The frame around workflows and waves: what the organisation wants to reach."),
    SetupStep.WORKFLOW: ("Describe a workflow, and name its owners", "What is automated, what is not, who decides, and how to tell that it is wrong."),
    SetupStep.WAVE: ("Plan a wave", "Its departments, its workflows and the day of its go-live."),
    SetupStep.TRAINING: ("Take over the training library", "Modules for users, builders, support staff and leaders, ready to be adapted."),
    SetupStep.COLLEAGUE: ("Name somebody who approves", "Nobody approves what they wrote themselves, so it takes a second change manager."),
    SetupStep.COMMUNICATIONS: ("Put communications in the calendar", "Four types with a rhythm and an outline, or the briefing of your wave alone."),
    SetupStep.BRIEFING: ("Send the first briefing", "Somebody else approves it, and the clock sends it on its day."),
}  # fmt: skip
