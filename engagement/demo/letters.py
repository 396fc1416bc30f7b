"""The messages of the demonstration; values are in single braces, merge fields in double ones."""

from engagement.content.question import ReaderQuestion

BRIEFINGS: dict[int, list[tuple[int, str, str]]] = {
    # wave: (days to go-live at sending, subject, body)
    1: [
        (
            -28,
            "What changes in motor claims from {go_live}",
            "Dear {{ first_name }},\n\nfrom **{{ go_live }}**, new motor claims reach {{ department }} already sorted, with the next "
            "step suggested. **You still decide every one.** No post is removed by this.\n\n## What the system does\n\n- Reads each "
            "new claim and its photos\n- Sorts it: simple, standard, or needs an expert\n\n## What you still do\n\n- Every decision "
            "on cover and payment\n- Every call with the customer\n\n## If it looks wrong\n\nPress “Send back”, say what you saw, and "
            "carry on by hand.\n\n## What you need to do\n\nDo your training before go-live: {{ training_link }}\n\nEverything about "
            "your work: {{ my_change_link }}\n\nSomething worries you? {{ concern_link }}\n\n{{ sender_name }}",
        )
    ],
    2: [
        (
            -25,
            "What changes for invoices from {go_live}",
            "Dear {{ first_name }},\n\nfrom **{{ go_live }}**, supplier invoices come to {{ department }} matched to their orders. What "
            "does not fit comes to you. **You still release every payment.**\n\n## What you need to do\n\nTwo short modules, half an "
            "hour together: {{ training_link }}\n\n## If it looks wrong\n\nStop the payment, press “Not a match”, and tell your team "
            "manager the same day.\n\nEverything about your work: {{ my_change_link }}\n\nSay something, with your name or without: "
            "{{ concern_link }}\n\n{{ sender_name }}",
        )
    ],
}
#: Wave 3 is told early what is coming, and again with every detail.
EARLY_BRIEFING = (
    "Property claims: what is coming, and what stays yours",
    "Dear {{ first_name }},\n\nat the town hall you asked to have it in writing. From **{{ go_live }}**, new property claims come "
    "to {{ department }} sorted, with a suggested reserve. **Every decision stays yours, and no post is removed by this.**\n\n"
    "## What comes next\n\n- A briefing with every detail\n- Two or three short modules, before go-live\n- A colleague from your "
    "floor who has tried it\n\nEverything about your work: {{ my_change_link }}\n\nSay what worries you, with your name or without: "
    "{{ concern_link }}\n\n{{ sender_name }}",
)
#: What its readers are asked where they confirm it.
EARLY_QUESTION = ReaderQuestion(
    "A claim comes with a suggested reserve that looks wrong to you. Who decides?",
    "The system, unless I object within a day\nI do\nMy team lead",
    2,
    "Every decision stays yours. The suggestion is where you begin, and you may change it without asking anybody.",
)
UPCOMING_BRIEFING = (
    "What changes in property claims from {{ go_live }}",
    "Dear {{ first_name }},\n\nfrom **{{ go_live }}**, new property claims reach you already sorted, with a suggested reserve and the "
    "three facts it rests on, and standard letters come as drafts. **You still decide every one.** What follows is meant for you as "
    "{{ training_role }}.\n\n## The system does\n\n{{ system_does }}\n\n## You still do\n\n{{ people_do }}\n\n## Who decides "
    "exceptions\n\n{{ who_decides }}\n\n## If it looks wrong\n\n{{ signs_of_error }}\n\n{{ then_do }}\n\n## Your job\n\n"
    "{{ about_the_job }}\n\n## What you need to do\n\nFinish your training, seven days before go-live at the latest: "
    "{{ training_link }}\n\nWhat changes for you: {{ my_change_link }}\n\nSay what worries you: {{ concern_link }}\n\n"
    "{{ sender_name }}",
)
UPDATE = (
    "Claims and finance in {month}: what moved, what comes",
    "Dear {{ first_name }},\n\nhere is where the programme stands.\n\n## What is new\n\n{news}\n\n## What comes next\n\n{next}\n\n## What we "
    "heard from you\n\n{heard}\n\nWhat changes for you, and when: {{ my_change_link }}\n\n{{ sender_name }}",
)
#: The contents of the programme updates: each until a day, in days from today.
UPDATE_PARTS: list[tuple[int, dict[str, str]]] = [
    (
        -78,
        {
            "news": "Training for motor claims is open. It takes half an hour and uses cases from our own files.",
            "next": "Go-live of motor claims, then four weeks in which nothing else is asked of these teams.",
            "heard": "“Suggestions come with no reason.” Each one will show the three facts that it rests on.",
        },
    ),
    (
        -50,
        {
            "news": "Motor claims are live. In the first two weeks 312 people sent 96 cases back; the reasons changed two rules.",
            "next": "Accounts payable prepares for invoice matching.",
            "heard": "“Training falls into the evening shift.” Sessions at 15:00 and 20:00 were added.",
        },
    ),
    (
        -22,
        {
            "news": "The quiet period in motor claims is over, and the wave is closed. Its champions help the next one.",
            "next": "Invoice matching goes live in accounts payable.",
            "heard": "“Who do I call at six in the morning?” The support team starts at 05:30 from now on.",
        },
    ),
    (
        0,
        {
            "news": "Invoice matching is live. Every payment is still released by a person.",
            "next": "Property claims, letters and broker service are next. Their briefing comes in the days ahead.",
            "heard": "“Two initiatives in one month are too many.” The new telephone system was moved behind our wave 3.",
        },
    ),
    (
        10_000,
        {
            "news": "Invoice matching settles. Half of all mismatches now reach the right desk on the first day.",
            "next": "Property claims, letters and broker service prepare, with four weeks of notice.",
            "heard": "“I want to see wrong decisions, not only right ones.” They are part of each team’s monthly meeting.",
        },
    ),
]
#: By language, because the platform’s people in Kraków read Polish.
TECHNICAL = {
    "en": (
        "Platform notes of {day}",
        "Dear {{ first_name }},\n\n## Changes on the platform\n\n{change}\n\n## What it means for your integrations\n\n{means}\n\n"
        "{{ sender_name }}",
    ),
    "pl": (
        "Informacje o platformie z {day}",
        "{{ first_name }},\n\n## Zmiany na platformie\n\n{change}\n\n## Co to znaczy dla integracji\n\n{means}\n\n{{ sender_name }}",
    ),
}
#: What changed and what it means, in each of these languages.
TECHNICAL_PARTS = [
    {
        "en": (
            "The triage model writes its three reasons into the claim’s log.",
            "Read them from the field “reasons”; the old text field goes in eight weeks.",
        ),
        "pl": (
            "Model segregacji zapisuje trzy powody w dzienniku szkody.",
            "Odczytujcie je z pola „reasons”; stare pole tekstowe zniknie za osiem tygodni.",
        ),
    },
    {
        "en": (
            "Send-back reasons have a fixed list of nine.",
            "Free text stays possible. Dashboards group by the list.",
        ),
        "pl": (
            "Powody odesłania mają stałą listę dziewięciu pozycji.",
            "Tekst własny nadal jest możliwy. Pulpity grupują według listy.",
        ),
    },
    {
        "en": (
            "Retries of the matching workflow wait longer each time.",
            "No change on your side. Queues drain more slowly after an outage, and without repeats.",
        ),
        "pl": (
            "Ponowne próby dopasowania faktur czekają za każdym razem dłużej.",
            "Po waszej stronie nic się nie zmienia. Po awarii kolejki opróżniają się wolniej, ale bez powtórzeń.",
        ),
    },
    {
        "en": ("Test data for letters were renewed.", "Please run your contract tests once this week."),
        "pl": ("Dane testowe dla pism zostały odnowione.", "Uruchomcie w tym tygodniu testy kontraktowe."),
    },
]
EXECUTIVE = (
    "Claims and finance: the quarter in one page",
    "Dear {{ first_name }},\n\n## Progress\n\n{progress}\n\n## Value so far\n\n{{ value_by_wave }}\n\n## What people object to\n\n{objections}\n\n## What we need from you\n\n{needs}\n\n{{ sender_name }}",
)
EXECUTIVE_PARTS = [
    (
        "Motor claims are prepared and trained.",
        "Job security first, then who decides. Both are answered in writing and in person.",
        "Open the town hall of motor claims yourselves.",
    ),
    (
        "Motor claims are closed, invoice matching settles.",
        "Fewer worries about jobs where the statement was exact; more about pace.",
        "Name a change approver for letter drafting before wave 3.",
    ),
]
