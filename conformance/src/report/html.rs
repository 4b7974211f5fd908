//! The report as one HTML file that needs no network: a matrix of the cases, the broken rules, and each case with the text of the
//! document beside the exchange. The file is readable without its script. The script adds filters and keyboard navigation.

use std::collections::BTreeMap;
use std::convert::Infallible;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::SecondsFormat;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

use self::case_status::CaseStatus;
use super::{Report, fitted};
use crate::plan::Unexercised;
use crate::result::CaseResult;

mod case;
mod case_status;
mod rules;
mod table;

const STYLE: &str = include_str!("html/style.css");
const SCRIPT: &str = include_str!("html/script.js");

/// The results of a report by status.
type Groups<'a> = BTreeMap<CaseStatus, Vec<&'a CaseResult>>;

/// The report as HTML.
pub fn text(report: &Report<'_>) -> String {
    let Ok(text) = fitted(report, |report| Ok::<_, Infallible>(whole(report)));
    text
}

fn whole(report: &Report<'_>) -> String {
    let mut groups = Groups::new();
    for result in report.worst_first() {
        groups.entry(CaseStatus::of(result)).or_default().push(result);
    }
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            (head(report))
            body {
                (header(report))
                main {
                    (filter(&groups))
                    (matrix(report))
                    (rules::section(report))
                    (cases(report, &groups))
                    (missed(&report.missed()))
                }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    page.into_string()
}

fn head(report: &Report<'_>) -> Markup {
    html! {
        head {
            meta charset="utf-8";
            meta http-equiv="Content-Security-Policy" content=(content_security_policy());
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            title { (client(report)) ": " (report.summary()) }
            style { (PreEscaped(STYLE)) }
        }
    }
}

fn header(report: &Report<'_>) -> Markup {
    let mode = match report.run.options.strict {
        true => "strict: a broken recommendation fails its case",
        false => "a broken recommendation is a warning",
    };
    let language = &report.run.client.client.language;
    html! {
        header {
            h1 { (client(report)) }
            p.verdict { (report.verdict()) }
            p.summary { (report.summary()) }
            p {
                @if !language.is_empty() { (language) ", " }
                (mode) ", run at "
                time datetime=(report.utc().to_rfc3339_opts(SecondsFormat::Secs, true)) {
                    (report.utc().format("%Y-%m-%d %H:%M UTC"))
                }
            }
        }
    }
}

fn client(report: &Report<'_>) -> String {
    let client = &report.run.client.client;
    format!("{} {}", client.name, client.version)
}

/// The legend of the matrix. The script makes its entries work as filters.
fn filter(groups: &Groups<'_>) -> Markup {
    html! {
        form role="search" aria-label="Cases" {
            fieldset {
                legend { "Show only" }
                @for (status, results) in groups {
                    label data-status=(status.word()) {
                        input type="checkbox" name="verdict" value=(status.word());
                        (status.mark()) " " (status.word()) " " span.count { (results.len()) }
                    }
                }
            }
            label.text {
                "Case id contains "
                input type="search" name="case" autocomplete="off" spellcheck="false";
            }
            output {}
        }
    }
}

fn matrix(report: &Report<'_>) -> Markup {
    html! {
        section #matrix aria-labelledby="matrix-title" {
            h2 #matrix-title { "Matrix" }
            p.hint aria-hidden="true" {
                "Each square is a case. The arrow keys move, Enter opens a case, Escape returns to the matrix."
            }
            @for source in &report.plan.sources {
                (table::markup(source, report.run))
            }
        }
    }
}

fn cases(report: &Report<'_>, groups: &Groups<'_>) -> Markup {
    let documents = report.plan.sources.iter().map(|source| &source.document);
    let excerpts = documents.flat_map(|document| document.excerpts()).collect();
    html! {
        section aria-labelledby="cases-title" {
            h2 #cases-title { "Cases" }
            @for (status, results) in groups {
                section.group {
                    h3 { (status.mark()) " " (status.heading()) " " span.count { (results.len()) } }
                    @for result in results {
                        (case::markup(report, &excerpts, *status, result))
                    }
                }
            }
        }
    }
}

fn missed(facts: &[Unexercised<'_>]) -> Markup {
    html! {
        @if !facts.is_empty() {
            section aria-labelledby="missed-title" {
                h2 #missed-title { "Facts that no judged case exercised " span.count { (facts.len()) } }
                ul.facts {
                    @for Unexercised { fact, reason } in facts {
                        li { code { (fact.location) } " " (fact.says) ": " (reason) }
                    }
                }
            }
        }
    }
}

/// Allows no loading and no script but our own. Even if escaping failed, text of a client or a document could not run.
fn content_security_policy() -> String {
    let [style, script] = [STYLE, SCRIPT].map(|text| STANDARD.encode(Sha256::digest(text)));
    format!(
        "default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{script}'; base-uri 'none'; form-action 'none'"
    )
}
