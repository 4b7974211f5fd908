//! The status of a case in the report: its verdict, with warnings and unexpected passes apart.

use maud::{Markup, html};

use crate::result::{CaseResult, Verdict};

/// The status of a case, in the order of the report.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum CaseStatus {
    Fail,
    UnexpectedPass,
    Error,
    Warned,
    KnownFailing,
    Unsupported,
    Pass,
}

impl CaseStatus {
    pub(super) fn of(result: &CaseResult) -> Self {
        match result.verdict {
            _ if result.unexpected_pass().is_some() => Self::UnexpectedPass,
            Verdict::Pass if result.has_warning() => Self::Warned,
            Verdict::Pass => Self::Pass,
            Verdict::Fail => Self::Fail,
            Verdict::Unsupported(_) => Self::Unsupported,
            Verdict::KnownFailing(_) => Self::KnownFailing,
            Verdict::Error(_) => Self::Error,
        }
    }

    /// The word, which filters and styles use too; the heading; and a character that every font has.
    fn texts(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Fail => ("fail", "Failed", "×"),
            Self::UnexpectedPass => ("unexpected-pass", "Expected to fail, but did not", "v"),
            Self::Error => ("error", "Could not be judged", "E"),
            Self::Warned => ("warned", "Passed, with a warning", "w"),
            Self::KnownFailing => ("known-failing", "Known failing", "k"),
            Self::Unsupported => ("unsupported", "Unsupported", "–"),
            Self::Pass => ("pass", "Passed", "·"),
        }
    }

    pub(super) fn word(self) -> &'static str {
        self.texts().0
    }

    pub(super) fn heading(self) -> &'static str {
        self.texts().1
    }

    pub(super) fn character(self) -> &'static str {
        self.texts().2
    }

    /// The character as markup. It is hidden from screen readers, because the word is beside it.
    pub(super) fn mark(self) -> Markup {
        html! { span.mark data-status=(self.word()) aria-hidden="true" { (self.character()) } }
    }
}
