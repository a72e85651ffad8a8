"""Updates that come in and messages that go out."""
