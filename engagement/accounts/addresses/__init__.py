"""The address of a sign-in: it follows the directory, but for guarded sign-ins, whose new address an administrator confirms.

Whoever writes an HR file decides what the directory says. If that also decided where the links of an administrator go, the
file could take over everything. So a sign-in is guarded that has a password, that was ever given a role (its holder may still
own or approve messages when the role is gone), or whose person leads a wave or sponsors something. Heads of departments and
managers of people are not: the file itself says who they are, and what they see, whoever brings in files sees anyway.
"""
