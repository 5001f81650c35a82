"""Where layers come from: one file a source, each imported where it is used."""
