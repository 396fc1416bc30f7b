"""Stakeholders of programmes and waves, and the champions in a wave's departments."""
