"""Stakeholders of programmes and waves, and the champions of a wave's departments."""
