"""The texts of the demonstration: workflows with their statements, and people's concerns. `letters` has the messages."""

from engagement.resistance.rules import Severity, Source

PROGRAMME = "Claims and finance"
PURPOSE = (
    "Take routine sorting and drafting off people’s desks, and leave every decision about a customer with a person."
)

WORKFLOWS: dict[str, dict[str, str]] = {
    "Motor claims triage": {
        "portfolio_class": "quick_win",
        "summary": "New motor claims arrive sorted, with the next step suggested.",
        "system_does": "Reads each new claim and its photos\nSorts it: simple, standard or needs an expert\nSuggests the next step",
        "people_do": "Every decision on cover and payment\nEvery call with the customer\nAnything with injury or a complaint",
        "who_decides": "You. One line of reason is enough to overrule a suggestion.",
        "signs_of_error": "The photos show something the summary does not mention\nA claim with injury is marked simple",
        "then_do": "Press “Send back”, say what you saw, and carry on by hand. Nobody counts it against you.",
        "about_the_job": "No post is removed by this wave. The time it frees stays with your team.",
    },
    "Invoice matching": {
        "portfolio_class": "optimisation_play",
        "summary": "Supplier invoices are matched to orders; what does not fit comes to you.",
        "system_does": "Reads each invoice\nFinds its order and receipt\nMarks what does not agree",
        "people_do": "Release every payment\nSpeak with the supplier\nDecide on anything above £5,000",
        "who_decides": "You up to £5,000, your team manager above it.",
        "signs_of_error": "A supplier’s bank details changed in the same week\nTwo invoices with one number are both marked as matched",
        "then_do": "Stop the payment, press “Not a match”, and tell your team manager the same day.",
        "about_the_job": "Nobody loses their post. Two people a shift move to supplier calls, after asking who wants to.",
    },
    "Property claims triage": {
        "portfolio_class": "strategic_bet",
        "summary": "New property claims reach you sorted, with a suggested reserve and the facts it rests on.",
        "system_does": "Reads each new claim and its photos\nSorts it: simple, standard or needs an expert\nSuggests a first reserve, and shows why",
        "people_do": "Every decision on cover and payment\nEvery call with the customer\nAnything with injury, fraud or a complaint: it never goes through triage",
        "who_decides": "You. You can overrule any suggestion; one line of reason is enough. Above £25,000 your team manager decides with you.",
        "signs_of_error": "The photos show something the summary does not mention\nThe reserve is far from what you would set: trust yourself\nIt is marked “sure” but the policy is older than 2019",
        "then_do": "Press “Send back”, say what you saw, and carry on by hand. Nobody counts it against you.",
        "about_the_job": "No post is removed by this wave. The time it frees stays with your team, for visits and difficult cases.",
    },
    "Letter drafting": {
        "portfolio_class": "quick_win",
        "summary": "Standard letters come as drafts that you finish and sign.",
        "system_does": "Drafts acknowledgements, reminders and requests for papers\nFills in names, dates and policy numbers",
        "people_do": "Read and sign every letter\nWrite every refusal and every condolence yourself",
        "who_decides": "You. A draft that you do not like is deleted with one click.",
        "signs_of_error": "The tone does not fit what happened\nA date or sum is not in the file",
        "then_do": "Delete the draft, write it yourself, and mark what was wrong.",
        "about_the_job": "Letters stay a team. Overtime at month’s end should go; we will measure whether it does.",
    },
    "Underwriting summary": {
        "portfolio_class": "complex_challenge",
        "summary": "A two-page summary of each submission, with its sources.",
        "system_does": "Summarises the submission\nLists what is missing",
        "people_do": "Price and decide every risk",
        "who_decides": "",
        "signs_of_error": "",
        "then_do": "",
        "about_the_job": "",
    },
    "HR desk answers": {
        "portfolio_class": "quick_win",
        "summary": "Suggested answers to routine questions about leave and pay.",
        "system_does": "Suggests an answer with the rule it comes from",
        "people_do": "Send every answer\nAnything about health, conflict or dismissal",
        "who_decides": "The adviser who sends it.",
        "signs_of_error": "The rule it names is from another country",
        "then_do": "Write the answer yourself and mark the rule as wrong.",
        "about_the_job": "",
    },
}

#: Source, severity, text, answer (none while it waits).
CONCERNS: list[tuple[Source, Severity, str, str | None]] = [
    (
        Source.JOB_SECURITY,
        Severity.SEVERE,
        "If the system sorts the claims, what are the twelve of us in first notice for? Nobody says it, everybody thinks it.",
        "No post goes with this wave. The sorting took your first hour each day; that hour goes to call-backs, which are three days behind.",
    ),
    (
        Source.JOB_SECURITY,
        Severity.MEDIUM,
        "I am 58. Is the new role really meant for somebody like me, or is this the polite way out?",
        "It is meant for you. Your manager has the plan for your team; ask for the half hour with her, it is kept free this week.",
    ),
    (
        Source.JOB_SECURITY,
        Severity.MEDIUM,
        "The vacancy beside me was not filled. Is that because of the workflow?",
        "No. The post was frozen in January with all others, and will be advertised in May.",
    ),
    (
        Source.JOB_SECURITY,
        Severity.MEDIUM,
        "Agency staff were told that they are not needed after summer. Are we next?",
        None,
    ),
    (
        Source.JOB_SECURITY,
        Severity.LOW,
        "What happens to evening allowances when there is less to do in the evening?",
        "They stay until the end of the year in any case. What comes then is negotiated with the works council, not by us.",
    ),
    (
        Source.JOB_SECURITY,
        Severity.SEVERE,
        "Letters will be first to go, that is what our floor says since the town hall. A clear word from the top would help.",
        None,
    ),
    (
        Source.JOB_SECURITY,
        Severity.MEDIUM,
        "Which jobs exist in two years? I would rather hear it now than read it in the newspaper.",
        None,
    ),
    (
        Source.LOSS_OF_CONTROL,
        Severity.MEDIUM,
        "Who is responsible when I follow a suggestion and it was wrong?",
        "The company. You are responsible for reading it, not for its being right.",
    ),
    (
        Source.LOSS_OF_CONTROL,
        Severity.SEVERE,
        "The suggested reserve appears before I have looked at the photos. It makes up my mind for me.",
        "You are right. From this month the photos open first, and the reserve after one click.",
    ),
    (
        Source.LOSS_OF_CONTROL,
        Severity.MEDIUM,
        "Can my manager see how often I overrule it?",
        "No. Only counts of twenty people and more are shown, to anybody.",
    ),
    (
        Source.LOSS_OF_CONTROL,
        Severity.MEDIUM,
        "It rejected a broker’s invoice and I could not find out why.",
        "Every mark now names the line that does not agree. Yours was the delivery date.",
    ),
    (
        Source.LOSS_OF_CONTROL,
        Severity.SEVERE,
        "Above £25,000 I have to ask, below it decides nearly alone. That is the wrong way round for difficult small cases.",
        None,
    ),
    (
        Source.LOSS_OF_CONTROL,
        Severity.LOW,
        "Can we switch it off for a morning when it behaves oddly?",
        "Yes. Your team manager can, and nobody has to be asked first.",
    ),
    (
        Source.LOSS_OF_CONTROL,
        Severity.MEDIUM,
        "Brokers ask me why, and I can only say that the system suggested it.",
        None,
    ),
    (
        Source.CHANGE_FATIGUE,
        Severity.MEDIUM,
        "New telephone system, new rota, now this. Could one thing finish before the next begins?",
        "The telephone system was moved behind this wave. It starts in autumn at the earliest.",
    ),
    (
        Source.CHANGE_FATIGUE,
        Severity.LOW,
        "The training fell into the week of renewals.",
        "Moved by two weeks for broker service. Thank you for saying it early.",
    ),
    (
        Source.CHANGE_FATIGUE,
        Severity.MEDIUM,
        "We have had four briefings in three weeks from four senders.",
        "From now on one message a week, from one sender. The rest waits.",
    ),
    (Source.CHANGE_FATIGUE, Severity.MEDIUM, "Half of the team is on leave in the week of go-live.", None),
    (
        Source.CHANGE_FATIGUE,
        Severity.LOW,
        "I still use the notes of the last change. Nobody told us whether they hold.",
        "They do, except page 3. A new version lies in the team folder.",
    ),
    (
        Source.QUALITY_SCEPTICISM,
        Severity.MEDIUM,
        "It marked a claim as simple that had a child in the car. I do not trust it with injuries.",
        "Anything with a person hurt no longer goes through triage at all. Your case was the reason.",
    ),
    (
        Source.QUALITY_SCEPTICISM,
        Severity.MEDIUM,
        "Polish invoices are read wrongly every time: the comma is not a thousand.",
        "Corrected last week, with forty of your invoices as the test.",
    ),
    (
        Source.QUALITY_SCEPTICISM,
        Severity.LOW,
        "The summary leaves out what the customer is angry about.",
        "It now quotes the customer’s first three sentences as they are.",
    ),
    (
        Source.QUALITY_SCEPTICISM,
        Severity.MEDIUM,
        "Show us the numbers of the pilot, the bad ones too.",
        "They are on the wall of your floor and part of the monthly meeting: kept, overruled, and wrong.",
    ),
    (
        Source.QUALITY_SCEPTICISM,
        Severity.SEVERE,
        "A draft letter congratulated a widow. This must never leave the house.",
        "It did not: a person reads and signs each one. Condolences are no longer drafted at all.",
    ),
    (Source.QUALITY_SCEPTICISM, Severity.LOW, "On Mondays it is slower than doing it by hand.", None),
    (
        Source.QUALITY_SCEPTICISM,
        Severity.MEDIUM,
        "Who checks it after the consultants have gone?",
        "The support team of twelve in Leeds, trained since January. Their names are on the workflow’s page.",
    ),
    (
        Source.OTHER,
        Severity.LOW,
        "The examples in the module are all motor. We do houses.",
        "A property case was added. Thank you for the two you sent.",
    ),
    (Source.OTHER, Severity.LOW, "Could the briefing be in Polish for Kraków too?", None),
]
