//! What a server is asked in a case.

use serde_json::Value;

use crate::document::Location;
use crate::plan::call::{Argument, Call, id_part};
use crate::plan::case::{Case, ExpectedRequest, Outcome};
use crate::plan::{Source, operation, sample};

/// One case, as it is put to a server.
pub(super) struct Question<'a> {
    pub(super) call: Call<'a>,
    pub(super) part: Part,
}

/// What a case asks of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// The smallest documented call is to succeed.
    Success,
    /// A documented response, which another case may provoke.
    Status,
    /// A value the document allows.
    Allowed,
    /// A value the document forbids.
    Forbidden,
    /// No credential where one is asked for.
    Credential,
}

impl<'a> Question<'a> {
    /// The question of a case; none where it is about what a client does with an answer.
    pub(super) fn of(source: &'a Source, case: &Case) -> Option<Self> {
        let call = Call::new(source, operation(&source.document, &case.operation)?);
        let own = call.id();
        let variation = case.id.strip_prefix(&own)?;
        let part = match variation {
            _ if variation.starts_with("argument/") && case.outcome == Outcome::Refused => Part::Forbidden,
            _ if variation.starts_with("argument/") => Part::Allowed,
            "401" | "undocumented/401" if is_secured(&call) => Part::Credential,
            _ if is_documented(&call, variation) => match is_first_success(&call, &case.location) {
                true => Part::Success,
                false => Part::Status,
            },
            _ => return None,
        };
        Some(Self { call, part })
    }

    /// Whether it differs from the smallest documented call.
    pub(super) fn is_variation(&self) -> bool {
        matches!(self.part, Part::Allowed | Part::Forbidden)
    }

    /// The request that puts it, with the credential given in place of the sample; an error says why
    /// none can.
    pub(super) fn request(
        &self,
        case: &Case,
        given: Option<&String>,
    ) -> Result<ExpectedRequest, &'static str> {
        let given = given.map(|secret| Value::String(secret.clone()));
        let secret =
            case.credential.clone().or(given).unwrap_or_else(|| self.call.credential().sample.into());
        if self.is_variation() {
            self.check_sendable(case)?;
        }
        let mut request = self.call.request(&case.params, Some(&secret));
        if self.part == Part::Credential {
            let secret = crate::plan::call::text(&secret);
            request.headers.retain(|_, value| !value.ends_with(&secret));
            request.require_query_params.retain(|_, allowed| !allowed.contains(&secret));
        }
        Ok(request)
    }

    /// Why an answer of this status says nothing about the question.
    pub(super) fn undecided(&self, status: u16) -> Option<String> {
        match (self.part, status) {
            (_, 402 | 429 | 503) => {
                Some(format!("undecided: the server answered {status} to a call that does not ask for it"))
            }
            (Part::Credential, _) => None,
            (_, 401 | 403) => Some(format!(
                "undecided: the server answered {status}; CONFORMANCE_{} gives it a credential",
                self.call.credential().name.to_uppercase()
            )),
            _ => None,
        }
    }

    /// Values that a request cannot hold, or that mean something else there.
    fn check_sendable(&self, case: &Case) -> Result<(), &'static str> {
        let Some(argument) = self.argument(case) else { return Ok(()) };
        let Some(place) = argument.place else { return Ok(()) };
        let value = case.credential.as_ref().or(case.params.get(&argument.name));
        let is_path = place == crate::document::Place::Path;
        match value {
            None if is_path => Err("not reachable: without it the path is another one"),
            Some(Value::String(text)) if is_path && text.is_empty() => {
                Err("not reachable: without it the path is another one")
            }
            Some(value) if !value.is_string() && sample::kind(&argument.schema.value) == "string" => {
                Err("not reachable: outside a body every value is a text")
            }
            _ => Ok(()),
        }
    }

    fn argument(&self, case: &Case) -> Option<Argument> {
        let named = format!("{}argument/", self.call.id());
        let variation = case.id.strip_prefix(&named)?;
        let is_named = |argument: &&Argument| variation.starts_with(&format!("{}/", id_part(&argument.name)));
        let credential = self.call.credential_argument();
        self.call.arguments.iter().chain(&credential).find(is_named).cloned()
    }
}

fn is_secured(call: &Call<'_>) -> bool {
    let by_scheme = call.operation.credentials().iter().any(|credential| credential.kind.is_known());
    by_scheme || call.credential_argument().is_some_and(|argument| argument.required)
}

fn is_documented(call: &Call<'_>, variation: &str) -> bool {
    call.operation.responses.iter().any(|response| response.code.to_string() == variation)
}

fn is_first_success(call: &Call<'_>, location: &Location) -> bool {
    let mut successes = call.operation.responses.iter().filter(|response| response.code.is_success());
    successes.next().is_some_and(|first| first.location == *location)
}
