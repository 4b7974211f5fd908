//! One case: its findings, the text of the document beside the exchange, and the command that runs only this case.

use std::collections::BTreeMap;

use anstream::adapter::strip_str;
use maud::{Markup, html};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::case_status::CaseStatus;
use crate::check::finding::{Blame, Finding, Level};
use crate::document::{Excerpts, Location};
use crate::report::case_text::DOCUMENT_BLAMED;
use crate::report::{Report, broken_rules};
use crate::result::{CaseResult, Verdict};

/// The lines of every document, by its name.
type PlanExcerpts<'a> = BTreeMap<&'a str, Excerpts<'a>>;

pub(super) fn markup(
    report: &Report<'_>,
    excerpts: &PlanExcerpts<'_>,
    status: CaseStatus,
    result: &CaseResult,
) -> Markup {
    let case = &result.case;
    let link = fragment(&case.id);
    html! {
        details.case data-status=(status.word()) {
            summary {
                (status.mark()) " "
                span.word { (status.word()) } " "
                code { (case.id) } " "
                span.purpose { (case.purpose) } " "
                span.rules { (broken_rules(result)) }
            }
            // The id is on an element inside `details`: browsers open `details` for such a fragment, without a script too.
            div.body id=(link) {
                (reasons(result))
                @for finding in &result.findings { (finding_section(finding)) }
                div.beside {
                    div { @for place in places(result) { (excerpt(excerpts, place)) } }
                    (exchange(result))
                }
                p.again { "Run only this case: " code { (report.rerun_command(&case.id)) } }
                p { a href={ "#" (link) } { "Link to this case" } }
            }
        }
    }
}

/// The id of a case as the fragment of a URL. Everything but these characters is escaped, so that an element id has no white
/// space.
pub(super) fn fragment(id: &str) -> String {
    const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.');
    utf8_percent_encode(id, ESCAPED).to_string()
}

fn excerpt(excerpts: &PlanExcerpts<'_>, place: &Location) -> Markup {
    html! {
        figure {
            figcaption { "The document, at " code { (place) } " " span.pointer { (place.pointer) } }
            pre {
                @for (number, line) in excerpts.get(&*place.document).into_iter().flat_map(|lines| lines.at(place.line)) {
                    span.line { i { (number) } (line) "\n" }
                }
            }
        }
    }
}

/// The places to quote: the place of the case, then the other places of its findings.
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

fn reasons(result: &CaseResult) -> Markup {
    html! {
        @match &result.verdict {
            Verdict::Unsupported(reason) => p { "Unsupported: " (reason) },
            Verdict::KnownFailing(reason) => p { "Known failing: " (reason) },
            Verdict::Error(error) => {
                p { strong { (error.message) } }
                @if !error.log.trim().is_empty() {
                    figure {
                        figcaption { "The driver's log" }
                        pre { (strip_str(&error.log)) }
                    }
                }
            },
            Verdict::Pass | Verdict::Fail => {}
        }
        @if let Some(reason) = &result.listed {
            p { "Listed as known failing: " (reason) }
        }
        @if result.unexpected_pass().is_some() {
            p {
                "The case was expected to fail, but the verdict is " (result.verdict.kind().word())
                ". Remove the line from the list."
            }
        }
    }
}

fn finding_section(finding: &Finding) -> Markup {
    html! {
        section.finding {
            h4 { code { (finding.rule.id) } " " span.level { (finding.level.word()) } " " (finding.rule.says) }
            dl {
                dt { "because" } dd { (finding.because) }
                @if finding.blame == Blame::Document {
                    dt { "blame" } dd { (DOCUMENT_BLAMED) }
                }
                dt { "expected" } dd { (finding.expected) }
                dt { "actual" } dd { (finding.actual.trim()) }
                @if finding.level == Level::Must {
                    dt { "stated" } dd { code { (finding.location) } " " span.pointer { (finding.location.pointer) } }
                }
            }
        }
    }
}

fn exchange(result: &CaseResult) -> Markup {
    html! {
        figure {
            figcaption { "The exchange: " code { ">" } " request, " code { "<" } " response, " code { "=" } " outcome" }
            @if result.exchange.is_empty() {
                p { "Nothing was exchanged." }
            } @else {
                pre { @for step in steps(&result.exchange) { span.step { (step) } } }
            }
        }
    }
}

/// The parts of the exchange. A new part starts where the direction changes.
fn steps(exchange: &str) -> Vec<String> {
    let lines: Vec<&str> = exchange.split_inclusive('\n').collect();
    let continues =
        |line: &&str, next: &&str| !next.starts_with(['>', '<', '=']) || line.get(..1) == next.get(..1);
    lines.chunk_by(continues).map(<[_]>::concat).collect()
}
