//! How a case stands: its verdict, and what else there is to be said of a case that holds.

use maud::{Markup, html};

use crate::run::{CaseResult, Verdict};

/// How a case stands, what is to be mended first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Standing {
    Fail,
    InVain,
    Error,
    Warned,
    KnownFailing,
    Unsupported,
    Pass,
}

impl Standing {
    pub(super) fn of(result: &CaseResult) -> Self {
        match result.verdict {
            _ if result.is_listed_in_vain() => Self::InVain,
            Verdict::Pass if result.is_warned() => Self::Warned,
            Verdict::Pass => Self::Pass,
            Verdict::Fail => Self::Fail,
            Verdict::Unsupported => Self::Unsupported,
            Verdict::KnownFailing => Self::KnownFailing,
            Verdict::Error => Self::Error,
        }
    }

    /// The standing as a word, for filters and styles too.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::InVain => "listed-in-vain",
            Self::Error => "error",
            Self::Warned => "warned",
            Self::KnownFailing => "known-failing",
            Self::Unsupported => "unsupported",
            Self::Pass => "pass",
        }
    }

    /// The standing as a heading.
    pub(super) fn says(self) -> &'static str {
        match self {
            Self::Fail => "Failed",
            Self::InVain => "Listed as known failing, in vain",
            Self::Error => "Could not be judged",
            Self::Warned => "Passed, with a warning",
            Self::KnownFailing => "Known failing",
            Self::Unsupported => "Unsupported",
            Self::Pass => "Passed",
        }
    }

    /// The standing as a character that needs no colour and is in every font.
    pub(super) fn character(self) -> &'static str {
        match self {
            Self::Fail => "×",
            Self::InVain => "v",
            Self::Error => "E",
            Self::Warned => "w",
            Self::KnownFailing => "k",
            Self::Unsupported => "–",
            Self::Pass => "·",
        }
    }

    /// The character, for the eye only: the word stands beside it.
    pub(super) fn mark(self) -> Markup {
        html! { span.mark data-standing=(self.word()) aria-hidden="true" { (self.character()) } }
    }
}
