"""Veltrix without its extension."""

from __future__ import annotations

from benches.peers.veltrix_native import Peer as Native


class Peer(Native):
    implementation = "pure"
