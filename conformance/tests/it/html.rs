//! The HTML report: its content, and the escaping of all strings from clients and documents.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, SystemTime};

use media_upload_conformance::check::rule::RETRY_AFTER;
use media_upload_conformance::report::{self, Report};
use media_upload_conformance::{Blame, Finding, Level};
use media_upload_conformance::{Case, Plan};
use media_upload_conformance::{CaseResult, Options, Rule, RuleBasis, RuleFamily, Run, Verdict, VerdictKind};
use media_upload_conformance::{ClientName, DriverError, DriverInfo};
use serde_json::Value;

use crate::documents::{case, whole_plan};
use crate::markup::Markup;
use crate::report as reports;

/// A string that breaks out of a string, an attribute, a script or a style, unless it is escaped.
const HOSTILE: &str = "</script></style></pre><img src=x onerror=alert(1)>\"' onfocus=alert(2) x='&lt;!--";

/// A run with every verdict, as HTML and as JSON.
fn every_verdict() -> (Markup, Value) {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    reports::run(&["--html", &path("report.html"), "--json", &path("report.json")]);
    let read = |name: &str| std::fs::read_to_string(path(name)).unwrap();
    (Markup::read(&read("report.html")), serde_json::from_str(&read("report.json")).unwrap())
}

fn sorted<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut texts: Vec<String> = texts.map(str::to_owned).collect();
    texts.sort();
    texts
}

/// The result of a case that passed. The case is not run.
pub(crate) fn passed(case: &Case) -> CaseResult {
    CaseResult {
        case: case.clone(),
        verdict: Verdict::Pass,
        findings: Vec::new(),
        exchange: "> GET /\n< 200\n= success null\n".to_owned(),
        listed: None,
        elapsed: Duration::ZERO,
    }
}

/// The run of a client with this name, version and language.
pub(crate) fn run_of(client: &str, results: Vec<CaseResult>) -> Run {
    let client = ClientName { name: client.into(), version: client.into(), language: client.into() };
    let info = DriverInfo { protocol: 1, client, operations: Vec::new(), concurrency: 1 };
    Run {
        client: info,
        options: Options::default(),
        results,
        elapsed: Duration::ZERO,
        nothing_judged: None,
        ended_early: None,
    }
}

/// The report of a run on 1 December 2026.
pub(crate) fn report_of<'a>(plan: &'a Plan, run: &'a Run) -> Report<'a> {
    let tested = vec!["--".to_owned(), "driver".to_owned(), run.client.client.name.clone()];
    let date = SystemTime::UNIX_EPOCH + Duration::from_secs(1_796_126_400);
    Report { plan, run, documents: Vec::new(), tested, date }
}

fn html(plan: &Plan, results: Vec<CaseResult>, client: &str) -> String {
    report::html::text(&report_of(plan, &run_of(client, results)))
}

static HOSTILE_RULE: Rule =
    Rule { id: HOSTILE, family: RuleFamily::Request, says: HOSTILE, basis: RuleBasis::Document };

/// A report in which every string from a client or a document is hostile.
fn hostile() -> String {
    let mut plan = whole_plan();
    let mut results: Vec<CaseResult> = plan.cases.iter().take(VerdictKind::ALL.len()).map(passed).collect();
    for (result, verdict) in results.iter_mut().zip(VerdictKind::ALL) {
        let location = result.case.location.clone();
        let case = &mut result.case;
        case.id = format!("pyannote/{HOSTILE}/{}/{HOSTILE}", verdict.word());
        case.operation = format!("{HOSTILE}{}", verdict.word());
        case.purpose = HOSTILE.into();
        result.exchange = format!("> {HOSTILE}\n");
        result.verdict = match verdict {
            VerdictKind::Pass => Verdict::Pass,
            VerdictKind::Fail => Verdict::Fail,
            VerdictKind::Unsupported => Verdict::Unsupported(HOSTILE.into()),
            VerdictKind::KnownFailing => Verdict::KnownFailing(HOSTILE.into()),
            VerdictKind::Error => {
                let (message, log) = (HOSTILE.into(), HOSTILE.into());
                Verdict::Error(DriverError { message, log, ..DriverError::default() })
            }
        };
        let [because, expected, actual] = [(); 3].map(|()| HOSTILE.to_owned());
        let (rule, level, blame) = (&HOSTILE_RULE, Level::Must, Blame::Client);
        result.findings = vec![Finding { rule, level, blame, location, because, expected, actual }];
    }
    plan.facts.iter_mut().for_each(|fact| fact.says = HOSTILE.into());
    let source = &mut plan.sources[0];
    source.provider.name = HOSTILE.into();
    source.document.text = format!("{HOSTILE}\n").repeat(source.document.text.lines().count()).into();
    html(&plan, results, HOSTILE)
}

#[test]
fn every_case_appears_once_in_the_matrix_and_once_in_the_list() {
    let (html, json) = every_verdict();
    let ids = sorted(json["cases"].as_array().unwrap().iter().map(|case| case["id"].as_str().unwrap()));
    let squares = html.with_class("square");
    assert_eq!(sorted(squares.iter().map(|square| &square.get("href").unwrap()[1..])), ids);
    assert_eq!(sorted(html.with_class("body").iter().map(|body| body.get("id").unwrap())), ids);
    for square in squares {
        let (status, id) = (square.get("data-status").unwrap(), &square.get("href").unwrap()[1..]);
        assert_eq!(square.get("aria-label"), Some(format!("{status}: {id}").as_str()));
    }
}

#[test]
fn the_counts_are_those_of_the_run() {
    let (html, json) = every_verdict();
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for square in html.with_class("square") {
        *counts.entry(square.get("data-status").unwrap()).or_default() += 1;
    }
    let shown = html.with_class("count");
    for (at, verdict) in ["fail", "error", "known-failing", "unsupported", "pass"].into_iter().enumerate() {
        let count = json["counts"][verdict].as_u64().unwrap();
        assert_eq!(counts[verdict], count, "{verdict}");
        assert_eq!(shown[at].text, count.to_string(), "{verdict}");
    }
    assert!(
        html.text
            .contains("8 cases: 4 passed, 1 failed, 1 unsupported, 1 known-failing, 1 error; 0 warnings; ")
    );
    let missed = json["facts"].as_array().unwrap().iter().filter(|fact| fact["exercised"] == false).count();
    assert!(html.text.contains(&format!("Facts that no judged case exercised {missed}")), "{missed} missed");
}

#[test]
fn a_case_shows_the_document_beside_the_exchange() {
    let (html, _) = every_verdict();
    let plan = whole_plan();
    let location = &case(&plan, "pyannote/getMediaUploadURL/argument/url/shortest").location;
    let document = std::fs::read_to_string("../openapi/pyannote.yaml").unwrap();
    let stated = document.lines().nth(location.line - 1).unwrap();
    for expected in [
        "because",
        "refusal/unneeded must ",
        "= refused: never",
        "the driver ended (exit status: 3)",
        "Known failing: it refuses <everything> & more",
        "Nothing was exchanged",
        &format!("{}{stated}\n", location.line),
        "Run only this case: cargo conformance --filter pyannote/getMediaUploadURL/argument/url/shortest -- sh -c",
    ] {
        assert!(html.text.contains(expected), "{expected}");
    }
}

#[test]
fn warnings_and_unexpected_passes_have_their_own_status() {
    let plan = whole_plan();
    let mut results: Vec<CaseResult> = plan.cases.iter().take(3).map(passed).collect();
    let location = results[0].case.location.clone();
    let [because, expected, actual] = ["it is good", "this", "that"].map(str::to_owned);
    let (rule, level, blame) = (&RETRY_AFTER, Level::Should, Blame::Client);
    results[0].findings = vec![Finding { rule, level, blame, location, because, expected, actual }];
    results[1].listed = Some("fixed".into());
    let html = Markup::read(&html(&plan, results, "client"));
    let statuses: Vec<_> =
        html.with_class("square").iter().map(|square| square.get("data-status").unwrap()).collect();
    assert_eq!(statuses, ["warned", "unexpected-pass", "pass"]);
    assert!(html.text.contains("expected to fail, but the verdict is pass. Remove the line from the list."));
}

#[test]
fn the_header_has_the_verdict_in_words_and_the_date() {
    let plan = whole_plan();
    let mut results: Vec<CaseResult> = plan.cases.iter().map(passed).collect();
    let conforming = html(&plan, results.clone(), "client");
    assert!(Markup::read(&conforming).text.contains("Conforms293 cases: 293 passed; 0 warnings; "));
    assert!(conforming.contains(r#"<time datetime="2026-12-01T12:00:00Z">2026-12-01 12:00 UTC</time>"#));
    results[0].verdict = Verdict::Fail;
    results[1].verdict = Verdict::KnownFailing("later".into());
    let failing = Markup::read(&html(&plan, results.clone(), "client"));
    assert!(failing.text.contains("Does not conform: 1 case failed293 cases: "), "{}", failing.text);
    results[0].verdict = Verdict::Error(DriverError::default());
    let judged = Markup::read(&html(&plan, results.clone(), "client"));
    assert!(judged.text.contains("Not confirmed: 1 case could not be judged293 cases: "), "{}", judged.text);
    results[0].verdict = Verdict::Pass;
    let known = Markup::read(&html(&plan, results, "client"));
    assert!(known.text.contains("Conforms, apart from 1 known failure293 cases: "), "{}", known.text);
}

#[test]
fn the_broken_rules_have_their_level_basis_and_links_to_their_cases() {
    let (html, json) = every_verdict();
    let cases = json["cases"].as_array().unwrap();
    let broken = cases.iter().filter(|case| !case["findings"].as_array().unwrap().is_empty());
    let expected: BTreeSet<String> =
        broken.map(|case| format!("#{}", case["id"].as_str().unwrap())).collect();
    let at = html.tags.iter().position(|tag| tag.get("id") == Some("rules")).unwrap();
    let after = html.tags[at..].iter().take_while(|tag| tag.get("id") != Some("cases-title"));
    let linked: BTreeSet<String> =
        after.filter(|tag| tag.name == "a").map(|tag| tag.get("href").unwrap().to_owned()).collect();
    assert_eq!((linked.len(), &linked), (2, &expected));
    assert!(
        html.text
            .contains("refusal/unneededThe client does not refuse arguments that the document allows.must")
    );
    assert!(html.text.contains("The document allows the arguments of the call. openapi/pyannote.yaml:"));
}

#[test]
fn strings_of_clients_and_documents_never_become_markup() {
    let html = Markup::read(&hostile());
    assert!(html.errors.is_empty(), "{:?}", html.errors);
    let names: BTreeSet<&str> = html.tags.iter().map(|tag| tag.name.as_str()).collect();
    assert!(!names.contains("img"), "{names:?}");
    for (name, expected) in [("script", 1), ("style", 1), ("form", 1), ("table", 2)] {
        assert_eq!(html.tags.iter().filter(|tag| tag.name == name).count(), expected, "{name}");
    }
    for tag in &html.tags {
        assert!(tag.attributes().all(|(name, _)| !name.starts_with("on") && name != "x"), "{tag:?}");
        // HTML does not allow white space in an id.
        assert!(tag.get("id").is_none_or(|id| !id.contains(char::is_whitespace)), "{tag:?}");
    }
    // Each case has eleven of the strings. The client, the provider and the facts have more. All of them are still readable.
    assert!(html.text.matches(HOSTILE).count() > VerdictKind::ALL.len() * 11);
}

#[test]
fn the_report_loads_no_resource() {
    let (html, _) = every_verdict();
    for tag in &html.tags {
        assert!(
            !["link", "img", "iframe", "object", "embed", "base"].contains(&tag.name.as_str()),
            "{tag:?}"
        );
        for (name, value) in
            tag.attributes().filter(|(name, _)| ["src", "href", "srcset", "action"].contains(name))
        {
            assert!(name == "href" && value.starts_with('#'), "{tag:?}");
        }
    }
    let style = html.tags.iter().find(|tag| tag.name == "style").unwrap();
    assert!(!style.text.contains("url(") && !style.text.contains("@import"));
    let policy =
        html.tags.iter().find_map(|tag| tag.get("content").filter(|policy| policy.contains("-src"))).unwrap();
    assert!(policy.starts_with("default-src 'none'; ") && !policy.contains("unsafe"), "{policy}");
}

#[test]
fn headings_do_not_skip_levels_and_every_table_has_a_caption_and_scopes() {
    let (html, _) = every_verdict();
    let levels = html.tags.iter().filter_map(|tag| tag.name.strip_prefix('h')?.parse::<u8>().ok());
    let levels: Vec<u8> = levels.collect();
    assert_eq!(levels[0], 1);
    assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{levels:?}");
    let count = |name: &str| html.tags.iter().filter(|tag| tag.name == name).count();
    assert_eq!(count("table"), count("caption"));
    assert!(html.tags.iter().filter(|tag| tag.name == "th").all(|tag| tag.get("scope").is_some()));
    assert!(html.tags.iter().any(|tag| tag.get("lang") == Some("en")));
}

#[test]
fn a_report_of_five_thousand_cases_is_smaller_than_20_megabytes() {
    let plan = whole_plan();
    let many = plan.cases.iter().cycle().take(5_000).map(passed).enumerate();
    let renamed = many.map(|(index, mut result)| {
        result.case.id = format!("{}/{index}", result.case.id);
        result.exchange = "> a-header: of about forty characters a line\n".repeat(15);
        result
    });
    let size = html(&plan, renamed.collect(), "client").len();
    assert!(size < 20_000_000, "{size} bytes");
}
