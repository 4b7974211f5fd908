//! The broken rules as a table: the rule, its level, what it rests on, and links to its cases.

use maud::{Markup, html};

use super::case::fragment;
use super::case_status::CaseStatus;
use crate::check::finding::Level;
use crate::report::Report;
use crate::report::by_rule::{BrokenRule, broken_rules, first_of};
use crate::style::counted;

/// The table. Empty when no rule is broken.
pub(super) fn section(report: &Report<'_>) -> Markup {
    let rules = broken_rules(report.worst_first());
    html! {
        @if !rules.is_empty() {
            section #rules aria-labelledby="rules-title" {
                h2 #rules-title { "Broken rules " span.count { (rules.len()) } }
                table.rules {
                    caption { "Each rule that a case breaks. A must rests on the document, a should on a recommended practice." }
                    thead {
                        tr {
                            th scope="col" { "rule" }
                            th scope="col" { "level" }
                            th scope="col" { "basis and cases" }
                        }
                    }
                    tbody { @for rule in &rules { (row(rule)) } }
                }
            }
        }
    }
}

fn row(rule: &BrokenRule<'_>) -> Markup {
    html! {
        tr {
            th scope="row" { code { (rule.rule.id) } p { (rule.rule.says) } }
            td.level data-label="level" { (rule.level.word()) }
            td data-label="basis" {
                @if !rule.rests_on_place() { (first_of(&rule.reasons())) " " }
                @if rule.level == Level::Must { code { (first_of(&rule.places())) } }
                (cases(rule))
            }
        }
    }
}

/// The number of cases, which opens their links.
fn cases(rule: &BrokenRule<'_>) -> Markup {
    html! {
        details.links {
            summary { (counted(rule.cases.len(), "case")) }
            ul {
                @for result in &rule.cases {
                    li {
                        (CaseStatus::of(result).mark()) " "
                        a href={ "#" (fragment(&result.case.id)) } { (result.case.id) }
                    }
                }
            }
        }
    }
}
