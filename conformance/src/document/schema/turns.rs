//! Which of its possible values each part of a sample takes. If a validator refuses a part, the search gives this part its next turn.

use std::collections::HashMap;

use jsonschema::Validator;
use serde_json::Value;

/// Each time after this many tries, the whole value takes its next turn too, because the choice in one part can cause the error in
/// another.
const WHOLE: usize = 5;

/// The turn of each part, by JSON pointer; 0 where none is stated.
#[derive(Debug, Default)]
pub(super) struct Turns(HashMap<String, usize>);

impl Turns {
    /// Every part of the whole value takes this turn.
    pub(super) fn of_whole(turn: usize) -> Self {
        Self(HashMap::from([(String::new(), turn)]))
    }

    pub(super) fn at(&self, place: &str) -> usize {
        if self.0.is_empty() { 0 } else { self.0.get(place).copied().unwrap_or_default() }
    }

    pub(super) fn are_usual(&self) -> bool {
        self.0.is_empty()
    }

    fn advance(&mut self, places: Vec<String>) {
        for place in places {
            *self.0.entry(place).or_default() += 1;
        }
    }
}

/// The first sample that the validator accepts, among this many.
pub(super) fn search(
    validator: &Validator,
    tries: usize,
    mut make: impl FnMut(&Turns) -> Option<Value>,
) -> Option<Value> {
    let mut turns = Turns::default();
    for attempt in 1..=tries {
        let made = make(&turns);
        let mut refused =
            made.as_ref().map_or_else(|| vec![String::new()], |value| refused(validator, value));
        if refused.is_empty() {
            return made;
        }
        if attempt % WHOLE == 0 && !refused[0].is_empty() {
            refused.push(String::new());
        }
        turns.advance(refused);
    }
    None
}

/// The places of a value that break the schema, each once.
fn refused(validator: &Validator, value: &Value) -> Vec<String> {
    if validator.is_valid(value) {
        return Vec::new();
    }
    let mut places: Vec<String> =
        validator.iter_errors(value).map(|error| error.instance_path().as_str().to_owned()).collect();
    places.sort_unstable();
    places.dedup();
    if places.is_empty() {
        places.push(String::new());
    }
    places
}
