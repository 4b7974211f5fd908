//! `conformance explain`: shows one case in full.

use std::cmp::Reverse;
use std::fmt::Write;
use std::process::ExitCode;

use clap::Args;
use serde_json::Value;

use super::documents::Documents;
use super::error::CommandError;
use super::output::print;
use crate::check::basis::{applicable, basis};
use crate::check::redact::Redactor;
use crate::check::rule::RuleBasis;
use crate::check::transcript_text::response;
use crate::document::Document;
use crate::plan::case::{Case, Family, Outcome};
use crate::plan::outline::Outline;
use crate::plan::source::Source;
use crate::probe::ServerUnderTest;
use crate::style::{counted, shell_word};
use crate::wire::message::ExpectedRequest;

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  conformance explain pyannote/getMediaUploadURL/402

Exit codes: 0 shown; 2 usage, no such case, or a document that cannot be read.")]
pub(super) struct ExplainArgs {
    /// The id of the case, as `conformance plan` lists it
    case: String,
    #[command(flatten)]
    documents: Documents,
}

pub(super) fn run(arguments: &ExplainArgs) -> Result<ExitCode, CommandError> {
    let outline = arguments.documents.outline()?;
    let case = find(&outline, &arguments.case)?;
    if let Some(source) = case.source(&outline.sources) {
        print(&explained(source, &case))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The case with this id. Every case is planned, because an id that two cases have is an error.
fn find(outline: &Outline, id: &str) -> Result<Case, CommandError> {
    let (mut ids, mut found) = (Vec::new(), None);
    for case in outline.cases() {
        let case = case.map_err(CommandError::usage)?;
        ids.push(case.id.clone());
        found = found.or_else(|| (case.id == id).then_some(case));
    }
    let of_servers = ServerUnderTest::own_cases(&outline.sources);
    let found = found.or_else(|| of_servers.into_iter().find(|case| case.id == id));
    found.ok_or_else(|| unknown_case(&ids, id))
}

fn unknown_case(ids: &[String], id: &str) -> CommandError {
    let common_prefix = |other: &str| other.bytes().zip(id.bytes()).take_while(|(a, b)| a == b).count();
    let similarity = |other: &str| (other.contains(id), common_prefix(other));
    let nearest = ids.iter().min_by_key(|other| Reverse(similarity(other)));
    let nearest = nearest.filter(|other| similarity(other) != (false, 0));
    let nearest = nearest.map(|other| format!("the most similar id is '{other}'; ")).unwrap_or_default();
    CommandError::Usage(format!("no case has the id '{id}'; {nearest}`conformance plan` lists the ids"))
}

fn explained(source: &Source, case: &Case) -> String {
    let redactor = Redactor::new(source);
    let mut out = format!("{}\n  {}\n\n", case.id, case.purpose);
    put_excerpt(&mut out, &source.document, case);
    if let Family::Server(_) = case.family {
        let id = shell_word(&case.id);
        let _ = writeln!(
            out,
            "\nOnly servers have this case. To send it: conformance run --server URL --filter {id}"
        );
    } else {
        put_request(&mut out, source, case);
        put_responses(&mut out, case, &redactor);
        put_outcome(&mut out, case);
    }
    put_rules(&mut out, source, case);
    put_facts(&mut out, case);
    redactor.text(&out)
}

fn put_excerpt(out: &mut String, document: &Document, case: &Case) {
    let _ = writeln!(out, "The document, at {} ({}):", case.location, case.location.pointer);
    let excerpts = document.excerpts().find(|(name, _)| **name == *case.location.document);
    for (_, line) in excerpts.iter().flat_map(|(_, excerpts)| excerpts.at(case.location.line)) {
        let _ = writeln!(out, "  | {line}");
    }
}

fn put_request(out: &mut String, source: &Source, case: &Case) {
    let _ = writeln!(out, "\nThe client is called with:");
    for (name, value) in &case.params {
        let _ = writeln!(out, "  {name} = {value}");
    }
    if let Some(upload) = &case.upload {
        let _ = writeln!(out, "  file = {} bytes", upload.media.bytes);
    }
    let is_refusal = case.outcome.is_refusal();
    if is_refusal {
        let _ = writeln!(out, "\nThe client should refuse the call and send no request.");
    }
    if let Some(request) = &case.request {
        let which = if is_refusal { "The request, if the client sends one" } else { "The expected request" };
        let _ = writeln!(out, "\n{which}, as a command:\n  {}", curl(source, case, request));
    }
}

fn curl(source: &Source, case: &Case, request: &ExpectedRequest) -> String {
    let document = &source.document;
    let servers =
        source.operation(&case.operation).map_or(&*document.servers, |known| document.servers_of(known));
    let stated = || servers.first().map(|server| server.url.as_str());
    let server = source.provider.base_url.as_deref().or_else(stated).unwrap_or("https://api.example");
    let origin: String = server.splitn(4, '/').take(3).collect::<Vec<_>>().join("/");
    let url = format!("{origin}{}{}", request.uri, request.query());
    let mut command = format!("curl -X {} {}", request.method, shell_word(&url));
    for (name, value) in request.sent_headers() {
        let _ = write!(command, " \\\n    -H {}", shell_word(&format!("{name}: {value}")));
    }
    if let (Some(content), Some(media_type)) = (request.content(), &request.body_media_type) {
        let header = shell_word(&format!("content-type: {media_type}"));
        let data = match String::from_utf8(content) {
            Ok(text) => format!("--data {}", shell_word(&text)),
            Err(_) => "--data-binary @body".to_owned(),
        };
        let _ = write!(command, " \\\n    -H {header} \\\n    {data}");
    }
    command
}

fn put_responses(out: &mut String, case: &Case, redactor: &Redactor) {
    if case.serve.is_empty() {
        return;
    }
    let _ = writeln!(out, "\nThe server responds:");
    for serve in &case.serve {
        response(serve, redactor).lines().for_each(|line| {
            let _ = writeln!(out, "  {line}");
        });
    }
}

fn put_outcome(out: &mut String, case: &Case) {
    let _ = writeln!(out, "\nThe expected outcome for the caller: {}", described(&case.outcome));
}

fn described(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Success(Value::Null) => "success".to_owned(),
        Outcome::Success(value) => format!("success, with {value}"),
        Outcome::Either { status, body: Value::Null } => format!("success, or an error with status {status}"),
        Outcome::Either { status, body } => format!("success, with {body}, or an error with status {status}"),
        Outcome::Stored => "success; the storage has the same bytes as the file".to_owned(),
        Outcome::Failure { status, body: Some(body) } => format!("an error with status {status} and {body}"),
        Outcome::Failure { status, body: None } => format!("an error with status {status}"),
        Outcome::Lost => "an error".to_owned(),
        Outcome::Refusal { if_sent } => {
            format!(
                "a refusal: no request, and a message that says which arguments are allowed\n  if a request is sent: {}",
                described(if_sent)
            )
        }
    }
}

fn put_rules(out: &mut String, source: &Source, case: &Case) {
    let _ = writeln!(out, "\nThe rules that are checked:");
    for rule in applicable(case) {
        let basis = basis(source, case, rule);
        let _ = writeln!(out, "  {:6}  {:30}  {}", basis.level.word(), rule.id, rule.says);
        // The reason for a rule of the document is the excerpt above. A rule that holds in every case needs no reason here.
        if !matches!(rule.basis, RuleBasis::Document | RuleBasis::Always(_)) {
            let _ = writeln!(out, "{:40}  {}", "", basis.because);
        }
    }
}

fn put_facts(out: &mut String, case: &Case) {
    let _ = writeln!(out, "\nThe case exercises {}:", counted(case.facts.len(), "fact"));
    for fact in &case.facts {
        let _ = writeln!(out, "  {fact}");
    }
}
