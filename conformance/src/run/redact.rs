//! Redaction: what changes from run to run, and what must never be printed.

use crate::plan::Source;
use crate::plan::upload::SIGNATURE;

/// Replaces secrets and addresses in a text by their names.
#[derive(Clone, Debug, Default)]
pub struct Redactor(Vec<(String, String)>);

impl Redactor {
    /// A redactor for the cases of one document.
    pub fn new(source: &Source) -> Self {
        let credential = source.provider.credential();
        Self(vec![
            (credential.sample, format!("[{}]", credential.name)),
            (SIGNATURE.to_owned(), "[signature]".to_owned()),
        ])
    }

    /// Also replaces any other text.
    pub fn replace(&mut self, text: &str, by: &str) {
        self.0.push((text.to_owned(), by.to_owned()));
    }

    /// The text with everything replaced.
    pub fn text(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
    }
}

/// A text cut to what a person reads at a glance.
pub(in crate::run) fn shorten(text: &str) -> String {
    match text.char_indices().nth(200) {
        Some((end, _)) => format!("{}… ({} bytes)", &text[..end], text.len()),
        None => text.to_owned(),
    }
}
