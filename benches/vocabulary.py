"""The words of which generated configurations are made."""

from __future__ import annotations

AREAS = (
    "accounts", "billing", "catalog", "delivery", "fraud", "identity", "messaging", "orders", "search",
    "stock",
)  # fmt: skip
SUBJECTS = (
    "address", "basket", "coupon", "customer", "device", "discount", "event", "inventory", "invoice",
    "ledger", "notification", "payment", "price", "profile", "receipt", "refund", "return", "review",
    "session", "shipment", "subscription", "supplier", "tax", "ticket", "token", "voucher",
)  # fmt: skip
ROLES = (
    "api", "archive", "cache", "consumer", "exporter", "gateway", "importer", "scheduler", "store",
    "worker",
)  # fmt: skip

# A section of a service and the settings that it can hold, each with the kind of its value.
SECTIONS: dict[str, dict[str, str]] = {
    "http": {
        "host": "host", "port": "port", "base_path": "path", "timeout_ms": "milliseconds",
        "max_connections": "count", "keep_alive": "switch", "compression": "switch",
        "allowed_origins": "hosts", "body_limit_kb": "count", "request_id_header": "name",
    },
    "database": {
        "host": "host", "port": "port", "name": "name", "user": "name", "pool_size": "count",
        "pool_overflow": "count", "statement_timeout_ms": "milliseconds", "ssl_mode": "mode",
        "replica_hosts": "hosts", "read_only": "switch", "schema": "optional",
    },
    "cache": {
        "enabled": "switch", "ttl_seconds": "count", "max_entries": "count", "eviction": "mode",
        "key_prefix": "name", "jitter": "fraction", "warm_up": "switch", "shards": "count",
    },
    "retry": {
        "attempts": "count", "backoff_ms": "milliseconds", "multiplier": "fraction", "jitter": "fraction",
        "retry_on": "names", "deadline_ms": "milliseconds", "give_up_after": "optional",
    },
    "limits": {
        "requests_per_second": "count", "burst": "count", "per_customer": "count", "queue_depth": "count",
        "reject_status": "count", "share": "fraction", "exempt": "names",
    },
    "logging": {
        "level": "mode", "format": "name", "sample_rate": "fraction", "destination": "path",
        "redact": "names", "slow_call_ms": "milliseconds", "include_headers": "switch",
    },
    "metrics": {
        "enabled": "switch", "prefix": "name", "interval_seconds": "count", "quantile": "fraction",
        "labels": "names", "endpoint": "path", "drop": "names", "exporter": "optional",
    },
    "features": {
        "new_checkout": "switch", "express_lane": "switch", "rollout_share": "fraction",
        "variant": "name", "segments": "names", "holdout_share": "fraction", "kill_switch": "switch",
        "owner": "optional", "expires": "optional",
    },
}  # fmt: skip
SERVICE_SETTINGS = {"enabled": "switch", "owner": "name", "replicas": "count", "tier": "mode"}

HOST_PARTS = ("primary", "replica", "edge", "internal", "west", "east", "north", "south")
MODES = ("strict", "lenient", "verify_full", "disabled", "lru", "info", "warning", "gold", "silver")
