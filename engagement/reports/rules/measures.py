"""What is measured in a report, in which part it stands, and how each is counted."""

from engagement.vocabulary import Worded


class Part(Worded):
    """The part of a report in which a figure stands, in their order."""

    WAVES = "waves", "Waves"
    VALUE = "value", "What it is worth"
    SPONSORS = "sponsors", "What sponsors do in person"
    OBJECTIONS = "objections", "What people object to"
    LEADERS = "leaders", "Sponsors, leaders and people"
    MATURITY = "maturity", "How far the programme has come"
    MESSAGES = "messages", "What was said to people"


class Unit(Worded):
    """What a value counts. One of `OWN` names its unit itself."""

    PEOPLE = "people", "people"
    PERCENT = "percent", "%"
    CONCERNS = "concerns", "concerns"
    STEPS = "steps", "steps"
    DAYS = "days", "working days"
    OWN = "own", ""


class Measure(Worded):
    """What is measured, with its word. `definition` says how it is counted."""

    PEOPLE = "people", "People"
    TRAINED = "trained", "Trained"
    TRAINED_EXPECTED = "trained_expected", "Trained by today, as planned"
    TRAINED_FORECAST = "trained_forecast", "Trained on the due day, as it goes"
    READY = "ready", "Ready"
    USED = "used", "In use"
    WORTH = "worth", "Value as planned"
    WAVE_OPEN = "wave_open", "Objections still open"
    WAVE_ANSWERED = "wave_answered", "Objections answered"
    WAVE_STEPS = "wave_steps", "Promises of sponsors kept"
    VALUE = "value", "Measured last"
    VALUE_WAY = "value_way", "Way to the target"
    VALUE_WAY_EXPECTED = "value_way_expected", "Way by then, as planned"
    STEPS = "steps", "Steps done"
    OPEN = "open", "Open"
    ANSWERED = "answered", "Answered"
    MEDIAN = "median", "Time to first answer"
    DELIVERED = "delivered", "Delivered"
    CAME_OPEN = "came_open", "Came in, still open"
    CAME_ANSWERED = "came_answered", "Came in, answered"
    IN_TIME = "in_time", "Answered in time"
    TRIED = "tried", "Tried for"
    TRIED_ANSWERED = "tried_answered", "Answered since"
    SEEN_APART = "seen_apart", "Seen differently"
    SPONSORS_SAY = "sponsors_say", "Sponsors say"
    LEADERS_SAY = "leaders_say", "Leaders say"
    PEOPLE_SAY = "people_say", "People say"
    DELIVERED_COPIES = "delivered_copies", "Copies delivered"
    CONFIRMED = "confirmed", "Confirmed"
    UNDERSTOOD = "understood", "Answered right"
    ANSWERED_RIGHT = "answered_right", "Question answered right"
    PRODUCTION = "production", "In production"
    OF_TARGET = "of_target", "Of the processes aimed at"
    TO_PRODUCTION = "to_production", "From request to production"
    TICKETS = "tickets", "Support tickets"
    SELF_SERVICE = "self_service", "Done without help"

    @property
    def part(self) -> Part:
        return _SAID[self][0]

    @property
    def is_of_concerns(self) -> bool:
        """Whether it counts what people objected to."""
        return self.part is Part.OBJECTIONS or self in (Measure.WAVE_OPEN, Measure.WAVE_ANSWERED)

    @property
    def unit(self) -> Unit:
        return _SAID[self][1]

    @property
    def definition(self) -> str:
        """How it is counted, said wherever the figure stands."""
        return _SAID[self][2]


_SAID: dict[Measure, tuple[Part, Unit, str]] = {
    Measure.PEOPLE: (
        Part.WAVES,
        Unit.PEOPLE,
        "People who are in the wave now. Somebody in two waves counts in both.",
    ),
    Measure.TRAINED: (
        Part.WAVES,
        Unit.PERCENT,
        "People who have finished every required module of each training role they have, of those with training assigned.",
    ),
    Measure.TRAINED_EXPECTED: (
        Part.WAVES,
        Unit.PERCENT,
        "The share that a straight line from the day on which training opens to the day on which it is due reaches today.",
    ),
    Measure.TRAINED_FORECAST: (
        Part.WAVES,
        Unit.PERCENT,
        "The people who will have finished on the due day if as many finish a day as on average since training opened. Said from a week "
        "and five people on.",
    ),
    Measure.READY: (
        Part.WAVES,
        Unit.PERCENT,
        "Criteria of the wave that are met, of those asked for; what is not known yet is not met.",
    ),
    Measure.USED: (
        Part.WAVES,
        Unit.PERCENT,
        "Of the people who are in the wave now, those who used one of its workflows in the last 28 days that the numbers tell of.",
    ),
    Measure.WORTH: (
        Part.WAVES,
        Unit.PERCENT,
        "Of the metrics of workflows that came into use with the wave and can be compared with their plan: those whose last reading has come as "
        "far to the target as a straight line from the value before, or further.",
    ),
    Measure.WAVE_OPEN: (
        Part.WAVES,
        Unit.CONCERNS,
        "Of the concerns that name the wave and came in during the months named, those that waited for an answer at their end.",
    ),
    Measure.WAVE_ANSWERED: (
        Part.WAVES,
        Unit.CONCERNS,
        "Of the concerns that name the wave and came in during the months named, those whose last word was an answer at their end.",
    ),
    Measure.WAVE_STEPS: (
        Part.WAVES,
        Unit.PERCENT,
        "Of what sponsors do in person for the wave, without what was left out, what is done. Missed: not marked as done on its day.",
    ),
    Measure.VALUE: (
        Part.VALUE,
        Unit.OWN,
        "The last reading of what is measured of a workflow, in its own unit.",
    ),
    Measure.VALUE_WAY: (
        Part.VALUE,
        Unit.PERCENT,
        "How much of the way from the value before to the target the last reading has come.",
    ),
    Measure.VALUE_WAY_EXPECTED: (
        Part.VALUE,
        Unit.PERCENT,
        "How much of that way a straight line from the day of the value before to the day of the target has come on the day of the last "
        "reading.",
    ),
    Measure.STEPS: (
        Part.SPONSORS,
        Unit.PERCENT,
        "What the sponsors of the programme and its waves do in person, without what was left out. Missed: not marked as done on its day.",
    ),
    Measure.OPEN: (
        Part.OBJECTIONS,
        Unit.CONCERNS,
        "Concerns that waited for an answer at the end of the day, with name or anonymous, that name a wave or workflow of this programme.",
    ),
    Measure.ANSWERED: (
        Part.OBJECTIONS,
        Unit.CONCERNS,
        "Concerns whose last word is an answer of the change team.",
    ),
    Measure.MEDIAN: (
        Part.OBJECTIONS,
        Unit.DAYS,
        "Median of working days, without weekends and public holidays, from receipt to first answer.",
    ),
    Measure.DELIVERED: (
        Part.MESSAGES,
        Unit.PERCENT,
        "Messages that a mail server accepted, of people the message was for. The last four messages.",
    ),
    Measure.CAME_OPEN: (
        Part.OBJECTIONS,
        Unit.CONCERNS,
        "Of the concerns that came in during the months, those that waited for an answer at their end. Months in which few people said "
        "something are counted together with the next ones.",
    ),
    Measure.CAME_ANSWERED: (
        Part.OBJECTIONS,
        Unit.CONCERNS,
        "Of the concerns that came in during the months, those whose last word was an answer of the change team at their end.",
    ),
    Measure.IN_TIME: (
        Part.OBJECTIONS,
        Unit.PERCENT,
        "First answers within five working days, as every sender is promised, of the concerns whose five days ended in the months.",
    ),
    Measure.TRIED: (
        Part.OBJECTIONS,
        Unit.CONCERNS,
        "Concerns for which the change team began to try this response of the playbook in the months.",
    ),
    Measure.TRIED_ANSWERED: (
        Part.OBJECTIONS,
        Unit.PERCENT,
        "Of these concerns, those whose last word was an answer at the end of the months, and that nobody took up again since.",
    ),
    Measure.SEEN_APART: (
        Part.LEADERS,
        Unit.PERCENT,
        "Groups of the wave whose people judged a part of the work at least two points apart from their leaders or the sponsors, of the "
        "groups whose people judged the same part as one of these. Each part has 0 points (stays as it is) to 5 (becomes something else).",
    ),
    Measure.SPONSORS_SAY: (
        Part.LEADERS,
        Unit.OWN,
        "The points that a sponsor of the wave gave how much this part of the group’s work changes, as it stands now. Of several sponsors, "
        "those of whoever said it last.",
    ),
    Measure.LEADERS_SAY: (
        Part.LEADERS,
        Unit.OWN,
        "The points that those who lead the group or the wave gave how much this part of its work changes, as it stands now.",
    ),
    Measure.PEOPLE_SAY: (
        Part.LEADERS,
        Unit.OWN,
        "The points in the middle of those that people of the group gave each alone, without a name; else those that they gave together.",
    ),
    Measure.PRODUCTION: (
        Part.MATURITY,
        Unit.PERCENT,
        "Workflows of a wave that went live and was not rolled back, of all workflows of the programme that are not retired.",
    ),
    Measure.OF_TARGET: (
        Part.MATURITY,
        Unit.PERCENT,
        "Workflows in production, of the processes that the programme is to reach, as whoever plans it wrote down.",
    ),
    Measure.TO_PRODUCTION: (
        Part.MATURITY,
        Unit.OWN,
        "Days, weekends included, from the day on which a workflow was entered here to its first go-live; of several workflows the median.",
    ),
    Measure.TICKETS: (
        Part.MATURITY,
        Unit.OWN,
        "The last reading of each workflow in production, as somebody entered it with its day; of several workflows their average.",
    ),
    Measure.SELF_SERVICE: (
        Part.MATURITY,
        Unit.OWN,
        "The last reading of each workflow in production of the share of cases that people finish without help; of several workflows the median.",
    ),
    Measure.DELIVERED_COPIES: (
        Part.MESSAGES,
        Unit.PERCENT,
        "Copies that a mail server accepted, of the people to whom the message was made out; of several messages the sums of both.",
    ),
    Measure.CONFIRMED: (
        Part.MESSAGES,
        Unit.PERCENT,
        "People who confirmed having read it, of those who were asked and whose copy could be read, people who left since included. Sums leave out messages that asked too few to tell.",
    ),
    Measure.ANSWERED_RIGHT: (
        Part.MESSAGES,
        Unit.PERCENT,
        "People who chose the right answer to the one question of the message, of those who answered it and are counted: in each department so many at "
        "a time as may be told of, and small departments together, so that nobody’s answer can be seen.",
    ),
    Measure.UNDERSTOOD: (
        Part.MESSAGES,
        Unit.PERCENT,
        "People who answered the question of the scope statement that holds now, and so confirmed it, of those in open waves who are asked; "
        "who is in two waves counts in both.",
    ),
}
