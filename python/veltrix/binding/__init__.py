"""Binding: sections of a snapshot as objects of declared types. Nothing of it is imported by reading."""
