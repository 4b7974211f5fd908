//! Reports: what came of a run, for people and for programs.

pub mod terminal;
