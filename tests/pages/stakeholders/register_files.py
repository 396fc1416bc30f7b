"""Ways to give a register file and to read its preview."""

import csv
from io import BytesIO, StringIO

from pages.stakeholders.map_pages import text_of


def csv_of(*rows: dict[str, object]) -> bytes:
    text = StringIO()
    writer = csv.DictWriter(text, list(dict.fromkeys(key for row in rows for key in row)))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def give(client, data, name="register.csv"):
    answer = client.post(
        "/stakeholders/import", data={"file": (BytesIO(data), name)}, content_type="multipart/form-data"
    )
    assert answer.status_code == 303, text_of(answer)
    return answer.location


def tally(client, address):
    """Return the numbers of new, changed, unchanged and refused rows in a preview."""
    words = text_of(client.get(address)).partition("Nothing has changed yet. This is what would.")[2].split()
    assert [words[1], words[3], words[5], words[7]] == ["new", "changed", "unchanged", "refused"]
    return [int(words[place].replace(",", "")) for place in (0, 2, 4, 6)]


def press(client, address):
    """Apply what the preview shows."""
    page = client.get(address).get_data(as_text=True)
    seen = page.partition('name="seen" value="')[2].partition('"')[0]
    return client.post(f"{address}/application", data={"seen": seen})
