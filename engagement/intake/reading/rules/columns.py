"""Matches headers in many spellings and languages to the fields of an HR file."""

import re
import unicodedata
from collections.abc import Mapping, Sequence

from engagement.intake.reading.rules.fields import Field
from engagement.intake.reading.rules.problems import Problem, ProblemKind, shown
from engagement.words import listed

MOST_COLUMNS, LONGEST_HEADER = 300, 200
"""Columns of a file, and characters of a header: with more it can't be a list of people, so it is refused at once."""

SavedMapping = Mapping[str, str]
"""Field name → header name, as a user chose it for files of this layout."""

_VARIANTS: dict[Field, str] = {
    Field.EMPLOYEE_ID: """
        employee id, employee number, employee no, employee nr, emp id, emp no, emp number, staff id,
        staff number, staff no, personnel number, personnel no, person number, person id, worker id,
        payroll number, payroll id, personalnummer, personal nr, pers nr, mitarbeiternummer, mitarbeiter nr,
        mitarbeiter id, matricule, numéro employé, numéro d'employé, id employé, número de empleado,
        id empleado, legajo, matricola, personeelsnummer, medewerkernummer, matrícula, número de funcionário,
        numer pracownika, anställningsnummer""",
    Field.EMAIL: """
        email, e-mail, mail, email address, e-mail address, mail address, work email, work e-mail,
        work email address, business email, business email address, company email, corporate email,
        office email, primary email, primary work email, email work, email id, employee email,
        user principal name, upn, e-mail-adresse, mailadresse, dienstliche e-mail, geschäftliche e-mail,
        e-mail geschäftlich, courriel, adresse e-mail, adresse mail, adresse électronique, e-mail professionnel,
        correo, correo electrónico, correo corporativo, email aziendale, indirizzo email, posta elettronica,
        e-mailadres, zakelijk e-mailadres, endereço de e-mail, correio eletrônico, adres e-mail, e-postadress,
        e-post, メールアドレス, メール, 邮箱, 电子邮件, электронная почта""",
    Field.FIRST_NAME: """
        first name, firstname, given name, given names, forename, forenames, preferred first name,
        legal first name, vorname, rufname, prénom, nombre, nombres, nome, voornaam, roepnaam, primeiro nome,
        imię, förnamn, fornavn, etunimi, 名, имя""",
    Field.LAST_NAME: """
        last name, surname, family name, lastname, legal last name, preferred last name, nachname, familienname,
        zuname, nom de famille, apellido, apellidos, cognome, achternaam, sobrenome, apelido, nazwisko,
        efternamn, etternavn, efternavn, sukunimi, 姓, фамилия""",
    Field.NAME: """
        name, full name, display name, employee name, worker, worker name, staff name, person, employee,
        preferred name, vollständiger name, anzeigename, mitarbeiter, mitarbeitername, nom, nom complet,
        nom et prénom, nombre completo, nombre y apellidos, nome completo, nome e cognome, volledige naam, naam,
        imię i nazwisko, 氏名, 姓名, 名前, 이름, фио, полное имя""",
    Field.JOB_TITLE: """
        job title, title, position, position title, business title, job, job name, role title, designation,
        function, stelle, stellenbezeichnung, funktion, berufsbezeichnung, poste, intitulé du poste, fonction,
        puesto, cargo, mansione, qualifica, functie, functietitel, função, stanowisko, befattning, 役職, 职位,
        должность""",
    Field.DEPARTMENT: """
        department, dept, department name, department path, org unit, organisational unit, organizational unit,
        organisation unit, organization unit, organisation, organization, business unit, unit, team, division,
        supervisory organization, abteilung, organisationseinheit, bereich, département, service, direction,
        departamento, área, reparto, dipartimento, afdeling, dział, avdelning, 部署, 部门, отдел""",
    Field.MANAGER_EMAIL: """
        manager email, manager e-mail, manager mail, manager email address, manager's email, managers email,
        line manager email, supervisor email, supervisor e-mail, reports to email, manager work email,
        email of manager, vorgesetzter e-mail, e-mail vorgesetzter, e-mail des vorgesetzten, vorgesetzte e-mail,
        e-mail führungskraft, führungskraft e-mail, courriel du manager, e-mail du responsable,
        email responsable, correo del jefe, correo del responsable, email del responsabile,
        e-mail leidinggevende, e-mail manager, email manager""",
    Field.MANAGER_ID: """
        manager id, manager employee id, manager number, manager employee number, manager no, manager's id,
        managers id, line manager id, supervisor id, supervisor number, supervisor employee id, reports to id,
        vorgesetzter id, vorgesetztennummer, personalnummer vorgesetzter, personalnummer des vorgesetzten,
        führungskraft personalnummer, matricule du manager, matricule responsable, id del jefe, id responsable,
        matricola responsabile, personeelsnummer manager""",
    Field.LOCATION: """
        location, site, office, work location, office location, workplace, building, city, place of work,
        standort, arbeitsort, dienstort, ort, lieu, lieu de travail, ubicación, centro de trabajo, sede,
        sede di lavoro, locatie, standplaats, local de trabalho, lokalizacja, 勤務地, 地点""",
    Field.COUNTRY: """
        country, country code, country name, work country, nation, land, länderkennzeichen, pays, país, paese,
        kraj, 国, 国家, страна""",
    Field.TIMEZONE: """
        timezone, time zone, tz, iana time zone, iana timezone, zeitzone, fuseau horaire, zona horaria,
        fuso orario, tijdzone, fuso horário, strefa czasowa, 时区, часовой пояс""",
    Field.LANGUAGE: """
        language, preferred language, language code, locale, lang, correspondence language, sprache,
        bevorzugte sprache, korrespondenzsprache, langue, idioma, lingua, taal, język, språk, 言語, 语言, язык""",
    Field.START_DATE: """
        start date, startdate, start, hire date, hired on, date of hire, joining date, date of joining,
        join date, entry date, employment start date, first day, eintrittsdatum, eintritt, einstellungsdatum,
        startdatum, date d'entrée, date d'embauche, date de début, fecha de alta, fecha de inicio,
        fecha de ingreso, data di assunzione, data inizio, datum in dienst, data de admissão, data zatrudnienia,
        入社日, 入职日期""",
    Field.END_DATE: """
        end date, enddate, end, termination date, leaving date, date of leaving, last day, last working day,
        exit date, contract end date, employment end date, austrittsdatum, austritt, enddatum, date de sortie,
        date de fin, date de départ, fecha de baja, fecha de fin, data di cessazione, data fine,
        datum uit dienst, data de saída, data de demissão, 退職日, 离职日期""",
    Field.LEFT_ON: "left, left at, has left, has left on",
    Field.TRAINING_ROLE: """
        training role, training roles, learning role, training group, programme role, schulungsrolle,
        schulungsrollen, rolle schulung, rôle de formation, rol de formación, ruolo formativo, trainingsrol""",
}

_WEAK = """
    organisation, organization, business unit, unit, team, division, bereich, service, direction, área,
    title, position, job, function, city, building, ort, nation, user principal name, upn, person, worker,
    employee, mitarbeiter, preferred name, locale, person id, start, end, first day, last day"""
"""Spellings that often stand beside a plainer column: they count only where no plainer one claims the field."""


def header_key(header: str) -> str:
    """Return a header without case, punctuation and spaces, so that its spellings are equal."""
    return "".join(sign for sign in unicodedata.normalize("NFC", header).casefold() if sign.isalnum())


_FIELD_OF = {header_key(spelling): field for field, text in _VARIANTS.items() for spelling in text.split(",")}
_FIELD_OF |= {header_key(field): field for field in Field}
_WEAK_KEYS = frozenset(header_key(spelling) for spelling in _WEAK.split(","))


_REMARK = re.compile(r"[(\[][^)\]]*[)\]]")


def field_of(header: str) -> Field | None:
    """Return the field that a header names, None if it names none; words in brackets may count or be ignored."""
    if len(header) > LONGEST_HEADER:
        return None
    return _FIELD_OF.get(header_key(header)) or _FIELD_OF.get(header_key(_REMARK.sub("", header)))


def guess_mapping(header: Sequence[str]) -> dict[Field, int]:
    """Return field → column index by the headers alone; of two columns for one field the first is taken."""
    return {field: columns[0] for field, columns in _claims(header).items()}


def _claims(header: Sequence[str]) -> dict[Field, list[int]]:
    claims: dict[Field, list[int]] = {}
    for index, name in enumerate(header):
        if (field := field_of(name)) is not None:
            claims.setdefault(field, []).append(index)
    return {field: _plainest(columns, header) for field, columns in claims.items()}


def _plainest(columns: list[int], header: Sequence[str]) -> list[int]:
    return [index for index in columns if header_key(header[index]) not in _WEAK_KEYS] or columns


def rival_columns(header: Sequence[str], line: int) -> list[Problem]:
    """Return a problem for each field that several columns claim."""
    return [
        Problem(
            line,
            header[columns[0]],
            ProblemKind.RIVAL_COLUMNS,
            f"The columns {headers_in_words([header[index] for index in columns])} all say {WORDS[field]}. "
            "Remove or rename all but one, or choose the column yourself.",
        )
        for field, columns in _claims(header).items()
        if len(columns) > 1
    ]


def apply_mapping(header: Sequence[str], mapping: SavedMapping, line: int) -> tuple[dict[Field, int], list[Problem]]:
    """Return the columns that a saved mapping chooses, and its problems: one names all columns this file lacks.

    A saved mapping replaces the guess altogether: a field that it does not name is not read.
    """
    chosen: dict[Field, int] = {}
    problems: list[Problem] = []
    lacking: list[str] = []
    for name, wanted in mapping.items():
        index = _find(header, wanted)
        if name not in _NAMES:
            problems.append(_unmappable(line, f"The saved mapping names a field {shown(name)} that does not exist."))
        elif index is None:
            lacking.append(f"{WORDS[Field(name)]} from a column {shown(wanted)}")
        else:
            chosen[Field(name)] = index
    if lacking:
        these = "which is" if len(lacking) == 1 else "which are"
        taken = f"The saved mapping takes {listed(lacking)}, {these} not in this file."
        problems.append(_unmappable(line, f"{taken} The headers on line {line} are: {headers_in_words(header)}."))
    return chosen, problems


_NAMES = frozenset(field.value for field in Field)


def _find(header: Sequence[str], wanted: str) -> int | None:
    for same in (str.strip, header_key):
        matches = [index for index, name in enumerate(header) if name and same(name) == same(wanted)]
        if matches:
            return matches[0]
    return None


def _unmappable(line: int, sentence: str) -> Problem:
    return Problem(line, None, ProblemKind.BAD_MAPPING, f"{sentence} Choose the columns again and save the mapping.")


def missing_columns(columns: Mapping[Field, int], header: Sequence[str], line: int) -> list[Problem]:
    """Return the problem of a file without the columns that all need: an e-mail address and a name."""
    lacking = []
    if Field.EMAIL not in columns:
        lacking.append("the e-mail address (email)")
    if not {Field.NAME, Field.FIRST_NAME, Field.LAST_NAME} & columns.keys():
        lacking.append("the name (first_name and last_name, or name)")
    if not lacking:
        return []
    sentence = (
        f"There is no column for {' and none for '.join(lacking)}. The headers on line {line} are: {headers_in_words(header)}. "
        "Put the header names in the first row, or choose the columns yourself."
    )
    return [Problem(line, None, ProblemKind.MISSING_COLUMN, sentence)]


def headers_in_words(names: Sequence[str], most: int = 20) -> str:
    """Return headers quoted for a sentence, the first `most` of them."""
    quoted = [shown(name.strip()) for name in names if name.strip()]
    rest = f" and {len(quoted) - most} more" if len(quoted) > most else ""
    return (", ".join(quoted[:most]) + rest) or "all empty"


WORDS: dict[Field, str] = {
    Field.EMPLOYEE_ID: "the employee number",
    Field.EMAIL: "the e-mail address",
    Field.FIRST_NAME: "the first name",
    Field.LAST_NAME: "the last name",
    Field.NAME: "the full name",
    Field.JOB_TITLE: "the job title",
    Field.DEPARTMENT: "the department",
    Field.MANAGER_EMAIL: "the manager's address",
    Field.MANAGER_ID: "the manager's employee number",
    Field.LOCATION: "the location",
    Field.COUNTRY: "the country",
    Field.TIMEZONE: "the time zone",
    Field.LANGUAGE: "the language",
    Field.START_DATE: "the first day",
    Field.END_DATE: "the last day",
    Field.LEFT_ON: "the day on which somebody left",
    Field.TRAINING_ROLE: "the training role",
}
