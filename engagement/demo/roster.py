"""The people of the demonstration: an invented insurer with 2,412 people, as a real HR file would list them."""

import csv
import io
import random
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

#: Leaf department: its people, job titles from most to least common, town, usual training role ("" for none).
DEPARTMENTS: dict[str, tuple[int, tuple[str, ...], str, str]] = {
    "Operations/Claims/Motor/First notice": (104, ("Claims handler", "Senior claims handler"), "Leeds", "user"),
    "Operations/Claims/Motor/Settlement": (120, ("Claims handler", "Loss adjuster"), "Leeds", "user"),
    "Operations/Claims/Motor/Recovery": (88, ("Recovery agent", "Senior recovery agent"), "Leeds", "user"),
    "Operations/Claims/Property": (320, ("Claims handler", "Senior claims handler", "Surveyor"), "Manchester", "user"),
    "Operations/Claims/Letters": (110, ("Correspondence clerk", "Editor"), "Manchester", "user"),
    "Operations/Broker Service": (211, ("Broker adviser", "Senior broker adviser"), "Birmingham", "user"),
    "Operations/Customer Service": (188, ("Customer adviser", "Senior customer adviser"), "Leeds", ""),
    "Finance/Accounts payable/Invoices": (180, ("Invoice clerk", "Senior invoice clerk"), "Leeds", "user"),
    "Finance/Accounts payable/Suppliers": (106, ("Supplier clerk", "Supplier manager"), "Leeds", "user"),
    "Underwriting/Personal": (210, ("Underwriter", "Senior underwriter"), "London", "user"),
    "Underwriting/Commercial": (192, ("Underwriter", "Risk engineer"), "London", "user"),
    "Human Resources/HR desk": (96, ("HR adviser", "Payroll clerk"), "Manchester", "user"),
    "IT/Workplace support": (60, ("Service desk analyst", "Support engineer"), "Leeds", "support"),
    "IT/Platform": (85, ("Engineer", "Workflow developer"), "Kraków", "builder"),
    "IT/Security": (30, ("Security analyst",), "London", ""),
    "Sales": (200, ("Account manager", "Sales adviser"), "Birmingham", ""),
    "Legal": (50, ("Counsel", "Paralegal"), "London", ""),
    "Marketing": (54, ("Editor", "Campaign planner"), "London", ""),
    "Executive": (6, ("Executive",), "London", ""),
}
ZONES = {"Kraków": ("PL", "Europe/Warsaw"), "Dublin": ("IE", "Europe/Dublin")}
FIRST = (
    "Aaliyah Adam Aisha Alan Amara Amelia Anders Anjali Anna Antonio Beatriz Ben Bilal Brigid Callum Carlos Chloe Claire "
    "Daniel Daria David Deepa Diego Elena Eleni Emeka Emma Ewa Farah Fatima Felix Fiona Gareth Grace Hana Harriet Hassan "
    "Helen Ibrahim Imani Iwona Jack Jakub James Jasmine Jelena Joanna Jonas Kamala Karim Katarzyna Kofi Lakshmi Laura Leila "
    "Liam Lucia Magnus Maria Marek Mei Miriam Mohammed Naomi Nadia Niamh Noor Oksana Olivia Omar Oscar Paweł Petra Priya "
    "Rachel Rafael Ravi Renata Rhys Rosa Ruth Samir Sandra Sara Sean Shanice Siobhán Sofia Stefan Sunita Tadeusz Tanisha "
    "Thomas Tomás Ursula Victor Wanjiru Wei Yasmin Yusuf Zainab Zofia"
).split()
LAST = (
    "Abbott Adeyemi Ahmed Akhtar Allen Andersson Baker Banerjee Barnes Begum Bianchi Brennan Brown Campbell Carter Chen "
    "Choudhury Clarke Collins Cooper Costa Czarnecki Davies Delgado Doyle Edwards Eze Fernandes Fletcher Foster Gallagher "
    "Garcia Ghosh Gill Grant Green Gupta Hall Hansen Harris Hassan Hughes Hussain Iqbal Ivanova Jackson Jones Kaminski Kaur "
    "Kelly Khan Kowalczyk Kumar Lewis Lindqvist Lopez MacDonald Malik Marsh Martin Mensah Mishra Moreau Morgan Murphy Murray "
    "Nair Nguyen Novak Nowak O’Brien O’Connor Okafor Okoye Olsen Osei Owen Palmer Papadopoulos Patel Pereira Price Quinn "
    "Rahman Reyes Roberts Robinson Rossi Santos Schmidt Scott Sharma Shaw Silva Singh Smith Stewart Suzuki Taylor Thompson "
    "Turner Walker Walsh Ward Watson White Williams Wilson Wiśniewska Wood Wright Yeo Young Zieliński"
).split()
COLUMNS = (
    "employee_id,email,first_name,last_name,job_title,department,manager_id,location,country,timezone,language,start_date,"
    "end_date,training_role"
).split(",")


@dataclass(frozen=True)
class Figure:
    """A named character of the story, with a fixed place in the roster."""

    email: str
    first: str
    last: str
    title: str
    department: str
    roles: str = ""


MANAGER = Figure("manager@example.com", "Ines", "Okafor", "Change manager", "Operations", "leader")
SPONSOR = Figure("sponsor@example.com", "Margaret", "Leclerc", "Chief operating officer", "Executive", "leader")
EMPLOYEE = Figure("employee@example.com", "Tomasz", "Wójcik", "Claims handler", "Operations/Claims/Property", "user")
LEAD = Figure("lead@example.com", "Dana", "Whitfield", "Team manager", "Operations/Claims/Property", "leader")
WAVE_LEAD = Figure("sam.pryce@example.com", "Sam", "Pryce", "Programme lead", "Operations", "leader")
ADMIN = Figure("admin@example.com", "Rohan", "Mehta", "Service administrator", "IT/Platform", "builder")
AUDITOR = Figure("auditor@example.com", "Joanna", "Reyes", "Internal auditor", "Legal")
DEPARTED = Figure("petra.lindqvist@example.com", "Petra", "Lindqvist", "Editor", "Operations/Claims/Letters", "user")
FIGURES = (SPONSOR, MANAGER, WAVE_LEAD, ADMIN, AUDITOR, LEAD, EMPLOYEE, DEPARTED)


def roster(today: date, *, without: tuple[str, ...] = ()) -> bytes:
    """Return the HR file (CSV, UTF-8) as of `today`, without the people whose addresses are in `without`.

    The same day always gives the same people.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows(row for row in _rows(today) if row[1] not in without)
    return text.getvalue().encode("utf-8")


def _rows(today: date) -> Iterator[list[str]]:
    chance = random.Random(2412)  # noqa: S311 - believable people, not secrets
    taken = {figure.email for figure in FIGURES}
    number = 1000
    places: dict[str, list[Figure]] = {path: [] for path in DEPARTMENTS}
    for known in FIGURES:
        places.setdefault(known.department, []).append(known)
    top = str(number + 1)
    for path, figures in sorted(places.items(), key=lambda item: (item[0] != "Executive", item[0])):
        size, titles, town, role = DEPARTMENTS.get(path, (len(figures), ("Planner",), "London", ""))
        head = number + 1
        for place in range(size):
            number += 1
            figure = figures[place] if place < len(figures) else None
            first, last = (figure.first, figure.last) if figure else (chance.choice(FIRST), chance.choice(LAST))
            email = figure.email if figure else _address(first, last, taken)
            leads = place % 12 == 0 and size > 11
            manager = top if number == head else str(head if leads or place < 12 else head + place - place % 12)
            own_role = figure.roles if figure else "leader" if leads else role if chance.random() > 0.04 else ""
            country, zone = ZONES.get(town, ("GB", "Europe/London"))
            yield [
                str(number),
                email,
                first,
                last,
                figure.title
                if figure
                else "Team manager"
                if leads
                else titles[min(int(chance.random() ** 2 * len(titles)), len(titles) - 1)],
                path,
                "" if str(number) == top else manager,
                town,
                country,
                zone,
                "pl" if country == "PL" else "en",
                (today - timedelta(days=chance.randrange(300, 5000))).isoformat(),
                "",
                own_role,
            ]


def _address(first: str, last: str, taken: set[str]) -> str:
    plain = unicodedata.normalize("NFKD", f"{first}.{last}".replace("ł", "l").replace("Ł", "L").replace("’", ""))
    base = "".join(c for c in plain if c.isascii()).lower()
    address, suffix = f"{base}@example.com", 2
    while address in taken:
        address, suffix = f"{base}{suffix}@example.com", suffix + 1
    taken.add(address)
    return address
