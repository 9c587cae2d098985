//! The agent: still being built.
