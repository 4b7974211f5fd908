//! The suite's own tests, in one binary. `tests/cases.rs` is the suite run as tests.

mod obedient;
mod saboteur;
mod wire;
