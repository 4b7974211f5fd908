//! The reStructuredText reader.
