//! `conformance explain`: one case, so that nobody has to read the suite to understand it.

use std::cmp::Reverse;
use std::fmt::Write;
use std::process::ExitCode;

use clap::Args;
use serde_json::Value;

use super::{Documents, Stop, print};
use crate::document::Document;
use crate::plan::case::{Case, ExpectedRequest, Outcome};
use crate::plan::{Plan, Source, operation};
use crate::run::check::{applicable, basis};
use crate::run::exchange::put_served;
use crate::run::redact::Redactor;
use crate::run::rule::Basis;
use crate::style::shell_word;

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  conformance explain pyannote/getMediaUploadURL/402

Exit codes: 0 shown; 2 usage, no such case, or a document that cannot be read.")]
pub(super) struct Arguments {
    /// The case's id, as `conformance plan` lists it
    case: String,
    #[command(flatten)]
    documents: Documents,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode, Stop> {
    let plan = arguments.documents.plan()?;
    let case = plan.cases.iter().find(|case| case.id == arguments.case);
    let found = case.and_then(|case| Some((case, plan.source(case)?)));
    let Some((case, source)) = found else {
        return Err(unknown(&plan, &arguments.case));
    };
    print(&explained(source, case))?;
    Ok(ExitCode::SUCCESS)
}

fn unknown(plan: &Plan, id: &str) -> Stop {
    let begins = |other: &str| other.bytes().zip(id.bytes()).take_while(|(a, b)| a == b).count();
    let likeness = |other: &str| (other.contains(id), begins(other));
    let nearest = plan.cases.iter().map(|case| case.id.as_str()).min_by_key(|other| Reverse(likeness(other)));
    let nearest = nearest.filter(|other| likeness(other) != (false, 0));
    let nearest = nearest.map(|other| format!("the nearest is '{other}'; ")).unwrap_or_default();
    Stop::Usage(format!("no case is called '{id}'; {nearest}`conformance plan` lists them all"))
}

fn explained(source: &Source, case: &Case) -> String {
    let mut out = format!("{}\n  {}\n\n", case.id, case.purpose);
    put_words(&mut out, &source.document, case);
    put_request(&mut out, source, case);
    put_answers(&mut out, case);
    put_outcome(&mut out, case);
    put_rules(&mut out, source, case);
    put_facts(&mut out, case);
    Redactor::new(source).text(&out)
}

fn put_words(out: &mut String, document: &Document, case: &Case) {
    let _ = writeln!(out, "The document says, at {} ({}):", case.location, case.location.pointer);
    for (_, line) in document.words().at(case.location.line) {
        let _ = writeln!(out, "  | {line}");
    }
}

fn put_request(out: &mut String, source: &Source, case: &Case) {
    let _ = writeln!(out, "\nThe client is called with:");
    for (name, value) in &case.params {
        let _ = writeln!(out, "  {name} = {value}");
    }
    if let Some(media) = case.media {
        let _ = writeln!(out, "  file = {} bytes", media.bytes);
    }
    match &case.request {
        None => {
            let _ = writeln!(out, "\nIt must refuse: nothing may be sent.");
        }
        Some(request) => {
            let _ = writeln!(
                out,
                "\nThe request that must go out, as a command:\n  {}",
                curl(source, case, request)
            );
        }
    }
}

fn curl(source: &Source, case: &Case, request: &ExpectedRequest) -> String {
    let document = &source.document;
    let servers =
        operation(document, &case.operation).map_or(&*document.servers, |known| document.servers_of(known));
    let server = servers.first().map_or("https://api.example", |server| server.url.as_str());
    let origin: String = server.splitn(4, '/').take(3).collect::<Vec<_>>().join("/");
    let url = format!("{origin}{}{}", request.uri, request.query());
    let mut command = format!("curl -X {} {}", request.method, shell_word(&url));
    for (name, value) in &request.headers {
        let _ = write!(command, " \\\n    -H {}", shell_word(&format!("{name}: {value}")));
    }
    if let (Some(content), Some(media_type)) = (request.content(), &request.body_media_type) {
        let header = shell_word(&format!("content-type: {media_type}"));
        let _ = write!(command, " \\\n    -H {header} \\\n    --data {}", shell_word(&content));
    }
    command
}

fn put_answers(out: &mut String, case: &Case) {
    if case.serve.is_empty() {
        return;
    }
    let _ = writeln!(out, "\nThe server answers:");
    for serve in &case.serve {
        let mut answer = String::new();
        put_served(&mut answer, serve);
        answer.lines().for_each(|line| {
            let _ = writeln!(out, "  {line}");
        });
    }
}

fn put_outcome(out: &mut String, case: &Case) {
    let expected = match &case.outcome {
        Outcome::Success(Value::Null) => "success".to_owned(),
        Outcome::Success(value) => format!("success, with {value}"),
        Outcome::Stored => "success, and the storage holds the media, byte for byte".to_owned(),
        Outcome::Failure { status: Some(status), body: Some(body) } => {
            format!("an error with status {status} and {body}")
        }
        Outcome::Failure { status: Some(status), body: None } => format!("an error with status {status}"),
        Outcome::Failure { status: None, .. } | Outcome::Lost => "an error".to_owned(),
        Outcome::Refused => "a refusal that says what is allowed".to_owned(),
    };
    let _ = writeln!(out, "\nThe caller must see: {expected}");
}

fn put_rules(out: &mut String, source: &Source, case: &Case) {
    let _ = writeln!(out, "\nWhat is checked:");
    for rule in applicable(case) {
        let rests = basis(source, case, rule);
        let _ = writeln!(out, "  {:6}  {:30}  {}", rests.level.word(), rule.id, rule.says);
        // What rests on the document rests on the words above.
        if rule.basis != Basis::Document {
            let _ = writeln!(out, "{:40}  {}", "", rests.because);
        }
    }
}

fn put_facts(out: &mut String, case: &Case) {
    let _ = writeln!(out, "\nIt exercises {} facts:", case.facts.len());
    for fact in &case.facts {
        let _ = writeln!(out, "  {fact}");
    }
}
