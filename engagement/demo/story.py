"""The workflows of the demonstration with their statements. `letters` has the messages, `concerns` what people object to."""

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
