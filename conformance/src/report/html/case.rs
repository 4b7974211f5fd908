//! One case: the document's words beside what happened, what is broken, and how to play it again.

use std::collections::BTreeSet;

use anstream::adapter::strip_str;
use maud::{Markup, html};

use super::standing::Standing;
use super::{Page, fragment};
use crate::document::Location;
use crate::run::CaseResult;
use crate::run::check::{Blame, Finding};
use crate::run::driver::Trouble;

impl Page<'_> {
    pub(super) fn case(&self, standing: Standing, result: &CaseResult) -> Markup {
        let case = &result.case;
        let link = fragment(&case.id);
        html! {
            details.case data-standing=(standing.word()) {
                summary {
                    (standing.mark()) " "
                    code { (case.id) } " "
                    span.purpose { (case.purpose) } " "
                    span.rules { (broken_rules(result)) }
                }
                // The fragment names what is inside: so a browser opens the case even without a script.
                div.body id=(link) {
                    (listing(result))
                    @if let Some(trouble) = &result.trouble { (troubled(trouble)) }
                    @for finding in &result.findings { (found(finding)) }
                    div.beside {
                        div { @for place in places(result) { (self.words(place)) } }
                        (exchange(result))
                    }
                    p.again { "Run just this: " code { (self.report.again(&case.id)) } }
                    p { a href={ "#" (link) } { "Link to this case" } }
                }
            }
        }
    }

    fn words(&self, place: &Location) -> Markup {
        html! {
            figure {
                figcaption { "The document says, at " code { (place) } " " span.pointer { (place.pointer) } }
                pre {
                    @for (number, line) in self.quoted(place) {
                        span.line { i { (number) } (line) "\n" }
                    }
                }
            }
        }
    }
}

/// The rules a case breaks, each once.
fn broken_rules(result: &CaseResult) -> String {
    let rules: BTreeSet<&str> = result.findings.iter().map(|finding| finding.rule).collect();
    rules.into_iter().collect::<Vec<_>>().join(", ")
}

/// Where the document is to be quoted: what the case is about, then whatever else a finding rests on.
fn places(result: &CaseResult) -> Vec<&Location> {
    let mut places = vec![&result.case.location];
    for finding in &result.findings {
        let known = |place: &&Location| {
            place.document == finding.location.document && place.line == finding.location.line
        };
        if !places.iter().any(known) {
            places.push(&finding.location);
        }
    }
    places
}

fn listing(result: &CaseResult) -> Markup {
    html! {
        @if let Some(why) = &result.unsupported {
            p { "Not played: " (why) }
        }
        @if let Some(reason) = &result.known_failing {
            p { "Listed as known failing: " (reason) }
            @if result.is_listed_in_vain() {
                p { "The verdict is " (result.verdict.word()) ": its line is to go." }
            }
        }
    }
}

fn troubled(trouble: &Trouble) -> Markup {
    html! {
        p { strong { (trouble.says) } }
        @if !trouble.log.trim().is_empty() {
            figure {
                figcaption { "The driver's log" }
                pre { (strip_str(&trouble.log)) }
            }
        }
    }
}

fn found(finding: &Finding) -> Markup {
    html! {
        section.finding {
            h4 { code { (finding.rule) } " " span.level { (finding.level.word()) } " " (finding.says) }
            dl {
                dt { "because" } dd { (finding.because) }
                @if finding.blame == Blame::Document {
                    dt { "blame" } dd { "the document, which can be read in two ways here" }
                }
                dt { "expected" } dd { (finding.expected) }
                dt { "actual" } dd { (finding.actual.trim()) }
                dt { "stated" } dd { code { (finding.location) } " " span.pointer { (finding.location.pointer) } }
            }
        }
    }
}

fn exchange(result: &CaseResult) -> Markup {
    html! {
        figure {
            figcaption { "What happened: " code { ">" } " went out, " code { "<" } " came back, " code { "=" } " was told" }
            @if result.exchange.is_empty() {
                p { "Nothing was exchanged." }
            } @else {
                pre { @for step in steps(&result.exchange) { span.step { (step) } } }
            }
        }
    }
}

/// The exchange, parted where its direction changes.
fn steps(exchange: &str) -> Vec<String> {
    let lines: Vec<&str> = exchange.split_inclusive('\n').collect();
    let goes_on =
        |line: &&str, next: &&str| !next.starts_with(['>', '<', '=']) || line.get(..1) == next.get(..1);
    lines.chunk_by(goes_on).map(<[_]>::concat).collect()
}
