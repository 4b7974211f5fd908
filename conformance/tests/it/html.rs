//! The HTML report: what stands in it, and that nothing of a client or a document becomes markup.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use media_upload_conformance::plan::{Case, Plan};
use media_upload_conformance::report::{self, Report};
use media_upload_conformance::run::check::{Blame, Finding, Level};
use media_upload_conformance::run::driver::{ClientName, Hello, Trouble};
use media_upload_conformance::run::{CaseResult, Options, Run, Verdict};
use serde_json::Value;

use crate::documents::{case, whole_plan};
use crate::markup::Markup;
use crate::report as reports;

/// What would do harm in a text, an attribute, a script and a style, were it not escaped.
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

/// A case as one that passed, though nobody played it.
fn passed(case: &Case) -> CaseResult {
    CaseResult {
        case: case.clone(),
        verdict: Verdict::Pass,
        findings: Vec::new(),
        exchange: "> GET /\n< 200\n= success null\n".to_owned(),
        trouble: None,
        unsupported: None,
        known_failing: None,
        elapsed: Duration::ZERO,
    }
}

fn html(plan: &Plan, results: Vec<CaseResult>, client: &str) -> String {
    let client = ClientName { name: client.into(), version: client.into(), language: client.into() };
    let hello = Hello { protocol: 1, client, operations: Vec::new(), concurrency: 1 };
    let run = Run { client: hello, options: Options::default(), results, elapsed: Duration::ZERO };
    let tested = vec!["--".to_owned(), "driver".to_owned(), run.client.client.name.clone()];
    report::html::text(&Report { plan, run: &run, documents: Vec::new(), tested })
}

/// A report in which whatever others say is hostile.
fn hostile() -> String {
    let mut plan = whole_plan();
    let mut results: Vec<CaseResult> = plan.cases.iter().take(Verdict::ALL.len()).map(passed).collect();
    for (result, verdict) in results.iter_mut().zip(Verdict::ALL) {
        let location = result.case.location.clone();
        let case = &mut result.case;
        result.verdict = verdict;
        case.id = format!("pyannote/{HOSTILE}/{}/{HOSTILE}", verdict.word());
        case.operation = format!("{HOSTILE}{}", verdict.word());
        case.purpose = HOSTILE.into();
        result.exchange = format!("> {HOSTILE}\n");
        result.known_failing = (verdict == Verdict::KnownFailing).then(|| HOSTILE.into());
        result.trouble = Some(Trouble { says: HOSTILE.into(), log: HOSTILE.into(), ..Trouble::default() });
        let [because, expected, actual] = [(); 3].map(|()| HOSTILE.to_owned());
        let (rule, says, level, blame) = (HOSTILE, HOSTILE, Level::Must, Blame::Client);
        result.findings = vec![Finding { rule, says, level, blame, location, because, expected, actual }];
    }
    plan.facts.iter_mut().for_each(|fact| fact.says = HOSTILE.into());
    let source = &mut plan.sources[0];
    source.provider.name = HOSTILE.into();
    source.document.text = format!("{HOSTILE}\n").repeat(source.document.text.lines().count()).into();
    html(&plan, results, HOSTILE)
}

#[test]
fn every_case_is_once_in_the_matrix_and_once_in_the_list() {
    let (html, json) = every_verdict();
    let ids = sorted(json["cases"].as_array().unwrap().iter().map(|case| case["id"].as_str().unwrap()));
    let squares = html.with_class("square");
    assert_eq!(sorted(squares.iter().map(|square| &square.get("href").unwrap()[1..])), ids);
    assert_eq!(sorted(html.with_class("body").iter().map(|body| body.get("id").unwrap())), ids);
    for square in squares {
        let (standing, id) = (square.get("data-standing").unwrap(), &square.get("href").unwrap()[1..]);
        assert_eq!(square.get("aria-label"), Some(format!("{standing}: {id}").as_str()));
    }
}

#[test]
fn the_counts_are_the_runs() {
    let (html, json) = every_verdict();
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for square in html.with_class("square") {
        *counts.entry(square.get("data-standing").unwrap()).or_default() += 1;
    }
    let told = html.with_class("count");
    for (at, verdict) in ["fail", "error", "known-failing", "unsupported", "pass"].into_iter().enumerate() {
        let count = json["counts"][verdict].as_u64().unwrap();
        assert_eq!(counts[verdict], count, "{verdict}");
        assert_eq!(told[at].text, count.to_string(), "{verdict}");
    }
    assert!(html.text.contains("8 cases: 4 passed, 1 failed, 1 unsupported, 1 known-failing, 1 error; "));
    let missed = json["facts"].as_array().unwrap().iter().filter(|fact| fact["exercised"] == false).count();
    assert!(html.text.contains(&format!("Facts no judged case exercised {missed}")), "{missed} missed");
}

#[test]
fn a_case_shows_the_documents_words_beside_what_happened() {
    let (html, _) = every_verdict();
    let plan = whole_plan();
    let location = &case(&plan, "pyannote/getMediaUploadURL/argument/url/shortest").location;
    let document = std::fs::read_to_string("../openapi/pyannote.yaml").unwrap();
    let stated = document.lines().nth(location.line - 1).unwrap();
    for words in [
        "because",
        "refusal/unneeded must An argument",
        "= refused: never",
        "the driver ended (exit status: 3)",
        "Listed as known failing: it refuses <everything> & more",
        "Nothing was exchanged",
        &format!("{}{stated}\n", location.line),
        "Run just this: cargo conformance --filter pyannote/getMediaUploadURL/argument/url/shortest -- sh -c",
    ] {
        assert!(html.text.contains(words), "{words}");
    }
}

#[test]
fn a_warning_and_a_listing_in_vain_stand_apart_from_what_passed() {
    let plan = whole_plan();
    let mut results: Vec<CaseResult> = plan.cases.iter().take(3).map(passed).collect();
    let location = results[0].case.location.clone();
    let [because, expected, actual] = ["it is good", "this", "that"].map(str::to_owned);
    let (rule, says, level, blame) = ("retry/after", "Wait.", Level::Should, Blame::Client);
    results[0].findings = vec![Finding { rule, says, level, blame, location, because, expected, actual }];
    results[1].known_failing = Some("mended".into());
    let html = Markup::read(&html(&plan, results, "client"));
    let standings: Vec<_> =
        html.with_class("square").iter().map(|square| square.get("data-standing").unwrap()).collect();
    assert_eq!(standings, ["warned", "listed-in-vain", "pass"]);
    assert!(html.text.contains("The verdict is pass: its line is to go."));
}

#[test]
fn what_others_say_never_becomes_markup() {
    let html = Markup::read(&hostile());
    assert!(html.errors.is_empty(), "{:?}", html.errors);
    let names: BTreeSet<&str> = html.tags.iter().map(|tag| tag.name.as_str()).collect();
    assert!(!names.contains("img"), "{names:?}");
    for once in ["script", "style", "form", "table"] {
        assert_eq!(html.tags.iter().filter(|tag| tag.name == once).count(), 1, "{once}");
    }
    for tag in &html.tags {
        assert!(tag.attributes().all(|(name, _)| !name.starts_with("on") && name != "x"), "{tag:?}");
        // An id with white space is none.
        assert!(tag.get("id").is_none_or(|id| !id.contains(char::is_whitespace)), "{tag:?}");
    }
    // Eleven of each case, and the client, the provider, the facts: all of it is still there to be read.
    assert!(html.text.matches(HOSTILE).count() > Verdict::ALL.len() * 11);
}

#[test]
fn nothing_is_loaded_from_anywhere() {
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
fn headings_are_in_order_and_every_table_has_its_heads() {
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
fn five_thousand_cases_are_of_a_size_that_a_browser_takes() {
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
