"""JSON documents: a contract, described in docs/json.md."""
