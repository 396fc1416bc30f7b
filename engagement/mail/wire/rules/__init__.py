"""What goes over the wire, as pure functions: headers, quoted-printable, whole messages."""
