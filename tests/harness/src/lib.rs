//! What the tests share: still being built.
