"""Texts that keep parsers busy: repeated until they are as long as a field takes, or nested as deep as they go."""

REPEATED = {
    "brackets": "[", "bracket and letter": "[a", "closing brackets": "a]", "images": "![[]()", "open links": "[a](<b",
    "links without end": "[a](b", "link heads": "[](", "footnotes": "[^", "backticks": "`", "escaped backticks": "\\`",
    "backticks and letters": "`a ", "pairs of backticks": "`` `", "asterisks": "*", "underscores": "_", "strong": "*a **a ",
    "closing underscores": "a_ ", "opening underscores": "_a ", "mixed emphasis": "*a_ ", "tight emphasis": "a*b_c",
    "tildes": "~", "strikes": "~a~~b", "quotes": ">", "spaced quotes": "> ", "quoted lines": "> a\n", "dashes": "-",
    "nested bullets": "- ", "nested numbers": "1. ", "mixed nesting": "> - 1. ", "bullets": "- a\n", "fences in bullets": "- ```\n",
    "hashes": "#", "empty headings": "#\n", "headings": "# a\n", "underlines": "a\n=\n", "bars": "| a ", "tables": "a|b\n-|-\n",
    "definitions": "T\n: d\n", "spaced definitions": "T\n\n: d\n\n", "colons": ": ", "references": "[a]: b\n",
    "open references": "[a]: <b\n", "open titles": '[a]: b "c\n', "less-than": "<", "open tags": "<a ", "comments": "<!-- ",
    "instructions": "<?", "declarations": "<!A ", "cdata": "<![CDATA[", "ampersands": "&", "entities": "&#", "dots": "a.",
    "mail address": "a.a.a", "at signs": "a@", "hosts": "www.", "addresses": "http://", "addresses with signs": "http://a(",
    "backslashes": "\\", "quotation marks": '"', "apostrophes": "'", "line ends": "\n", "carriage returns": "\r\n",
    "blanks": " ", "tabs": "\t", "indented code": "    a\n", "braces": "{{", "closing braces": "}}", "fields": "{{ name }}",
    "unknown fields": "{{ x }} ", "link fields": "{{ my_change_link }}", "open fields": "{{ name ", "guidance": "[a]\n",
    "quiz fences": "``` quiz", "fences": "```\n", "yaml keys": "? ", "yaml aliases": "*a ", "yaml anchors": "&a [",
    "yaml maps": "{a: ", "semicolons": ";", "commas": ",", "slashes": "a/", "accents": "a\u0301", "emoji": "\U0001f600",
    "nul": "\0", "right to left": "\u202e", "line separators": "\u2028", "control": "\x02", "placeholder": "mergefieldx",
}  # fmt: skip


def pathological(length: int) -> dict[str, str]:
    """Return every pattern by name, as long as `length` at most."""
    made = {name: (piece * (length // len(piece) + 1))[:length] for name, piece in REPEATED.items()}
    made["address after dots"] = ("a." * length)[: length - 2] + "@b"
    made["backticks that grow"] = "".join("e" + "`" * n for n in range(1, 400))[:length]
    made["bullets that go in"] = "".join(" " * 2 * n + "- a\n" for n in range(249))[:length]
    made["numbers that go in"] = "".join(" " * 3 * n + "1. a\n" for n in range(249))[:length]
    made["lists 249 deep"] = "".join("    " * n + "- a\n" for n in range(249))[:length]
    made["one address often"] = ("[x]: /" + "u" * 1_900 + "\n\n" + "[x]" * length)[:length]
    made["brackets in brackets"] = "[" * (length // 2) + "]" * (length // 2)
    made["wide table"] = ("|".join("a" * 300) + "\n" + "|".join("-" * 300) + "\n" + "a\n" * length)[:length]
    made["lazy quote"] = (">" * 50 + "a\n" + "a\n" * length)[:length]
    made["strong in strong"] = ("**a " * length)[: length // 2] + (" b**" * length)[: length // 2]
    made["open field of blanks"] = ("{{" + " " * length)[:length]
    made["endless placeholder"] = ("mergefield" + "x" * (length // 2) + "{{ name }}" * length)[:length]
    made["numbered placeholders"] = "".join(f"mergefield{n}q" for n in range(length // 12))[:length]
    made["name of the placeholder"] = ("mergefield" + "x" * length)[:length]
    return made
