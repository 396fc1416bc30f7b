"""Mails that were forwarded, with the heads that mail programs write above them; all say the same of the same day."""

GMAIL = """FYI

---------- Forwarded message ---------
From: Zed Broker <zed@broker.example>
Date: Fri, Mar 27, 2026 at 3:04\u202fPM
Subject: Renewals
To: Ines Okafor <ines@example.com>


We can't wait.
"""
GMAIL_GERMAN = """---------- Forwarded message ---------
Von: Zed Broker <zed@broker.example>
Date: Fr., 27. März 2026 um 15:04 Uhr
Subject: Vertragsverlängerung
To: Ines Okafor <ines@example.com>


Wir können nicht warten.
"""
GMAIL_FRENCH = """---------- Forwarded message ---------
De : Zed Broker <zed@broker.example>
Date: ven. 27 mars 2026 à 15:04
Subject: Renouvellements
To: Ines Okafor <ines@example.com>

Nous ne pouvons pas attendre.
"""
GMAIL_POLISH = """---------- Forwarded message ---------
Od: Zed Broker <zed@broker.example>
Date: pt., 27 mar 2026 o 15:04
Subject: Odnowienia
To: Ines Okafor <ines@example.com>

Nie możemy czekać.
"""
OUTLOOK = """Please keep this with the brokers.

Ines

-----Original Message-----
From: Zed Broker <zed@broker.example>
Sent: Friday, March 27, 2026 3:04 PM
To: Okafor, Ines <ines@example.com>; Pryce, Sam
 <sam@example.com>
Cc: Lee, Ann <ann@example.com>
Subject: Renewals

We can't wait.

-----Original Message-----
From: Okafor, Ines <ines@example.com>
Sent: Monday, March 2, 2026 9:00 AM
To: Zed Broker <zed@broker.example>
Subject: Renewals

Can you wait?
"""
OUTLOOK_BRITISH = """Get Outlook for iOS
________________________________
From: Zed Broker <zed@broker.example>
Sent: 27 March 2026 15:04
To: Ines Okafor <ines@example.com>
Subject: Renewals

We can't wait.
"""
OUTLOOK_BOLD = """*From:* Zed Broker <zed@broker.example>
*Sent:* Friday, 27 March 2026 15:04
*To:* Ines Okafor <ines@example.com>
*Subject:* Renewals

We can't wait.
"""
OUTLOOK_GERMAN = """Von: Zed Broker <zed@broker.example>
Gesendet: Freitag, 27. März 2026 15:04
An: Okafor, Ines <ines@example.com>
Betreff: Vertragsverlängerung

Wir können nicht warten.
"""
OUTLOOK_FRENCH = """De\u00a0: Zed Broker <zed@broker.example>
Envoyé\u00a0: vendredi 27 mars 2026 15:04
À\u00a0: Ines Okafor <ines@example.com>
Objet\u00a0: Renouvellements

Nous ne pouvons pas attendre.
"""
OUTLOOK_POLISH = """Od: Zed Broker <zed@broker.example>
Wysłano: piątek, 27 marca 2026 15:04
Do: Ines Okafor <ines@example.com>
Temat: Odnowienia

Nie możemy czekać.
"""
APPLE = """For the record.

> Begin forwarded message:
>
> From: Zed Broker <zed@broker.example>
> Subject: Renewals
> Date: 27 March 2026 at 15:04:05 CET
> To: Ines Okafor <ines@example.com>
>
> We can't wait.
"""
APPLE_GERMAN = """Anfang der weitergeleiteten Nachricht:

Von: Zed Broker <zed@broker.example>
Betreff: Vertragsverlängerung
Datum: 27. März 2026 um 15:04:05 MEZ
An: Ines Okafor <ines@example.com>

Wir können nicht warten.
"""
APPLE_FRENCH = """Début du message réexpédié :

De: Zed Broker <zed@broker.example>
Objet: Renouvellements
Date: 27 mars 2026 à 15:04:05 UTC+1
À: Ines Okafor <ines@example.com>

Nous ne pouvons pas attendre.
"""
THUNDERBIRD = """-------- Forwarded Message --------
Subject: \tRenewals
Date: \tFri, 27 Mar 2026 15:04:05 +0100
From: \tZed Broker <zed@broker.example>
To: \tInes Okafor <ines@example.com>

We can't wait.
"""
THUNDERBIRD_GERMAN = """-------- Weitergeleitete Nachricht --------
Betreff: \tVertragsverlängerung
Datum: \tFri, 27 Mar 2026 15:04:05 +0100
Von: \tZed Broker <zed@broker.example>
An: \tInes Okafor <ines@example.com>

Wir können nicht warten.
"""
PROTON = """------- Forwarded Message -------
From: Zed Broker <zed@broker.example>
Date: On Friday, March 27th, 2026 at 3:04 PM
Subject: Renewals
To: Ines Okafor <ines@example.com>

> We can't wait.
"""
YAHOO = """----- Forwarded Message -----
From: Zed Broker <zed@broker.example>
To: Ines Okafor <ines@example.com>
Sent: Friday, March 27, 2026 at 03:04:05 PM GMT+1
Subject: Renewals

We can't wait.
"""
WEB_DE = """Gesendet: Freitag, 27. März 2026 um 15:04 Uhr
Von: "Zed Broker" <zed@broker.example>
An: ines@example.com
Betreff: Vertragsverlängerung

Wir können nicht warten.
"""
ROUNDCUBE = """-------- Original Message --------
Subject: Renewals
Date: 2026-03-27 15:04
From: Zed Broker <zed@broker.example>
To: ines@example.com

We can't wait.
"""
#: By the program that wrote it.
READ = {
    "GMAIL": GMAIL,
    "GMAIL_GERMAN": GMAIL_GERMAN,
    "GMAIL_FRENCH": GMAIL_FRENCH,
    "GMAIL_POLISH": GMAIL_POLISH,
    "OUTLOOK": OUTLOOK,
    "OUTLOOK_BRITISH": OUTLOOK_BRITISH,
    "OUTLOOK_BOLD": OUTLOOK_BOLD,
    "OUTLOOK_GERMAN": OUTLOOK_GERMAN,
    "OUTLOOK_FRENCH": OUTLOOK_FRENCH,
    "OUTLOOK_POLISH": OUTLOOK_POLISH,
    "APPLE": APPLE,
    "APPLE_GERMAN": APPLE_GERMAN,
    "APPLE_FRENCH": APPLE_FRENCH,
    "THUNDERBIRD": THUNDERBIRD,
    "THUNDERBIRD_GERMAN": THUNDERBIRD_GERMAN,
    "PROTON": PROTON,
    "YAHOO": YAHOO,
    "WEB_DE": WEB_DE,
    "ROUNDCUBE": ROUNDCUBE,
}
