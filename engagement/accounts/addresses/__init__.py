"""The address of a sign-in follows the directory; for guarded sign-ins an administrator confirms a new address.

The authors of an HR file decide what the directory says. If they also decided where the links of an administrator go,
the file could take over everything. So a sign-in is guarded if it has a password, was ever given a role (its holder may
still own or approve messages when the role is gone), or its person leads a wave or sponsors something. Heads of
departments and managers of people are not guarded: the file itself names them, and people who import files see
everything that they see.
"""
