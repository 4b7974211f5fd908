//! The report as one HTML file that needs no network: a matrix, and every case with the document's
//! words beside what happened. It reads without its script; the script filters, and moves by keys.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest, Sha256};

use self::standing::Standing;
use super::Report;
use crate::document::{Location, Words};
use crate::plan::Fact;
use crate::run::CaseResult;

mod case;
mod standing;
mod table;

const STYLE: &str = include_str!("html/style.css");
const SCRIPT: &str = include_str!("html/script.js");

/// What stands in a fragment as it is; all else is escaped, so that an id has no white space.
const FRAGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.');

/// The whole report as HTML.
pub fn text(report: &Report<'_>) -> String {
    Page::of(report).markup().into_string()
}

/// A report, and what the cases quote.
struct Page<'a> {
    report: &'a Report<'a>,
    words: BTreeMap<&'a str, Words<'a>>,
}

impl<'a> Page<'a> {
    fn of(report: &'a Report<'a>) -> Self {
        let documents = report.plan.sources.iter().map(|source| &source.document);
        let words = documents.map(|document| (&*document.name, document.words())).collect();
        Self { report, words }
    }

    fn markup(&self) -> Markup {
        html! {
            (DOCTYPE)
            html lang="en" {
                (self.head())
                body {
                    (self.header())
                    main {
                        (self.filter())
                        (self.matrix())
                        (self.cases())
                        (missed(&self.report.missed()))
                    }
                    script { (PreEscaped(SCRIPT)) }
                }
            }
        }
    }

    fn head(&self) -> Markup {
        html! {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy());
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (self.client()) ": " (self.report.summary()) }
                style { (PreEscaped(STYLE)) }
            }
        }
    }

    fn header(&self) -> Markup {
        let judged = match self.report.run.options.strict {
            true => "judged strictly: good practice counts too",
            false => "judged by what the documents state; good practice is a warning",
        };
        html! {
            header {
                h1 { (self.client()) }
                p { (self.report.run.client.client.language) ", " (judged) }
                p.summary { (self.report.summary()) }
            }
        }
    }

    fn client(&self) -> String {
        let client = &self.report.run.client.client;
        format!("{} {}", client.name, client.version)
    }

    /// The marks explained, which with the script are switches.
    fn filter(&self) -> Markup {
        html! {
            form role="search" aria-label="Cases" {
                fieldset {
                    legend { "Show only" }
                    @for (standing, results) in self.by_standing() {
                        label data-standing=(standing.word()) {
                            input type="checkbox" name="verdict" value=(standing.word());
                            (standing.mark()) " " (standing.word()) " " span.count { (results.len()) }
                        }
                    }
                }
                label.text {
                    "Case id has "
                    input type="search" name="case" autocomplete="off" spellcheck="false";
                }
                output {}
            }
        }
    }

    fn matrix(&self) -> Markup {
        html! {
            section #matrix aria-labelledby="matrix-title" {
                h2 #matrix-title { "Matrix" }
                p.hint aria-hidden="true" { "A square is a case. Arrows move, Enter opens, Escape comes back." }
                @for source in &self.report.plan.sources {
                    (table::markup(source, self.report.run))
                }
            }
        }
    }

    /// Every case, grouped by how it stands.
    fn cases(&self) -> Markup {
        html! {
            section aria-labelledby="cases-title" {
                h2 #cases-title { "Cases" }
                @for (standing, results) in self.by_standing() {
                    section.group {
                        h3 { (standing.mark()) " " (standing.says()) " " span.count { (results.len()) } }
                        @for result in results {
                            (self.case(standing, result))
                        }
                    }
                }
            }
        }
    }

    fn by_standing(&self) -> BTreeMap<Standing, Vec<&CaseResult>> {
        let mut groups: BTreeMap<Standing, Vec<&CaseResult>> = BTreeMap::new();
        for result in self.report.worst_first() {
            groups.entry(Standing::of(result)).or_default().push(result);
        }
        groups
    }

    /// The document's words at a place.
    fn quoted(&self, location: &Location) -> impl Iterator<Item = (usize, &'a str)> {
        let words = self.words.get(&*location.document);
        words.into_iter().flat_map(|words| words.at(location.line))
    }
}

fn missed(facts: &[&Fact]) -> Markup {
    html! {
        @if !facts.is_empty() {
            section aria-labelledby="missed-title" {
                h2 #missed-title { "Facts no judged case exercised " span.count { (facts.len()) } }
                ul.facts {
                    @for fact in facts {
                        li { code { (fact.location) } " " (fact.says) }
                    }
                }
            }
        }
    }
}

/// Nothing is loaded, and nothing runs but our own script: were anything of a client or a document
/// to become markup, it would still do nothing.
fn policy() -> String {
    let (style, script) = (hash(STYLE), hash(SCRIPT));
    format!(
        "default-src 'none'; style-src '{style}'; script-src '{script}'; base-uri 'none'; form-action 'none'"
    )
}

fn hash(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text)))
}

/// A case's id as the fragment that opens it.
fn fragment(id: &str) -> String {
    utf8_percent_encode(id, FRAGMENT).to_string()
}
