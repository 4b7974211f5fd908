//! What a case asks of a server.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::document::schema::walk::kind;
use crate::document::{Code, Location, ParameterLocation};
use crate::plan::case::{Case, Family};
use crate::plan::operation_plan::OperationPlan;
use crate::plan::planned_argument::Argument;
use crate::plan::server;
use crate::plan::server_request::{MalformedBody, ServerRequest};
use crate::plan::source::Source;
use crate::provider::ClientCredential;
use crate::wire::credential::{self, Credentials};
use crate::wire::message::ExpectedRequest;
use crate::wire::parameter::carries;
use crate::wire::request::Arguments;
use crate::wire::serialisation::text;
use crate::wire::value::is_composite;

/// The secrets to send in place of the samples, each by its environment variable.
pub(super) type Secrets = BTreeMap<String, String>;

/// A case as a question to a server.
pub(super) struct Question<'a> {
    pub(super) plan: OperationPlan<'a>,
    pub(super) aspect: Aspect,
}

/// What a case asks of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Aspect {
    /// The smallest documented call must succeed.
    Success,
    /// A documented response, which the request of another case may produce.
    Status,
    /// A request that the document allows.
    Allowed,
    /// A request that the document forbids.
    Forbidden,
    /// A request without a valid credential.
    Credential,
    /// A malformed body.
    Syntax,
    /// An upload to the pre-signed URL of a success.
    Upload,
    /// The same upload with an altered signature.
    AlteredSignature,
}

/// A request to the server.
pub(super) struct Outgoing {
    pub(super) request: ExpectedRequest,
    /// The body. It may be malformed.
    pub(super) content: Option<Vec<u8>>,
}

impl From<ExpectedRequest> for Outgoing {
    fn from(request: ExpectedRequest) -> Self {
        let content = request.content();
        Self { request, content }
    }
}

impl<'a> Question<'a> {
    /// The question of a case; none when the case is about how a client handles a response.
    pub(super) fn of(source: &'a Source, case: &Case) -> Option<Self> {
        let operation = match &case.family {
            Family::Server(ServerRequest::Upload | ServerRequest::AlteredSignature) => {
                source.upload_operation()
            }
            // They are about clients. They are left out before their operation is planned, because planning takes longer.
            Family::ResponseVariation(_) | Family::Transport | Family::Upload => return None,
            Family::UndocumentedStatus(status) if *status != 401 => return None,
            _ => source.operation(&case.operation),
        };
        let plan = OperationPlan::new(source, operation?);
        let aspect = match &case.family {
            Family::Argument(name) | Family::MissingArgument(name) if is_credential(&plan, name) => {
                if !is_secured(&plan) {
                    return None;
                }
                Aspect::Credential
            }
            Family::Argument(_) | Family::MissingArgument(_) if case.outcome.is_refusal() => {
                Aspect::Forbidden
            }
            Family::Argument(_) | Family::MissingArgument(_) => Aspect::Allowed,
            Family::Response(Code::Exact(401)) | Family::UndocumentedStatus(401) if is_secured(&plan) => {
                Aspect::Credential
            }
            Family::Response(_) if is_first_success(&plan, &case.location) => Aspect::Success,
            Family::Response(_) => Aspect::Status,
            Family::Server(request) => of_server_request(request),
            _ => return None,
        };
        Some(Self { plan, aspect })
    }

    /// A case that makes the smallest documented call. Without its success, the refusal of another request shows nothing.
    pub(super) fn smallest_case(&self) -> Case {
        self.plan.case("", Family::Transport, "", &self.plan.operation.location)
    }

    /// The smallest documented call, with valid credentials.
    pub(super) fn smallest_call(&self, secrets: &Secrets) -> Outgoing {
        let credentials = self.credentials(None, |own| secret(secrets, own));
        self.plan.shape.request(&self.smallest_case().params, &credentials).into()
    }

    /// The request of the case.
    ///
    /// # Errors
    ///
    /// Why no request can ask the question.
    pub(super) fn request(&self, case: &Case, secrets: &Secrets) -> Result<Outgoing, &'static str> {
        self.check_sendable(case)?;
        let request = |credentials: &Credentials| self.plan.shape.request(&case.params, credentials);
        let valid = self.credentials(case.credential.as_ref(), |own| secret(secrets, own));
        match &case.family {
            Family::Response(_) | Family::UndocumentedStatus(_) if self.aspect == Aspect::Credential => {
                let mut request = request(&valid);
                valid.values().for_each(|secret| credential::remove(&text(secret), &mut request));
                Ok(request.into())
            }
            Family::Server(ServerRequest::WrongCredential) => {
                let wrong = self.credentials(None, |own| altered(&secret(secrets, own)));
                let is_same = wrong.iter().all(|(name, value)| valid.get(name) == Some(value));
                if is_same {
                    Err("the credential has no letter and no digit to change")
                } else {
                    Ok(request(&wrong).into())
                }
            }
            Family::Server(ServerRequest::WithoutConstant(name)) => {
                let mut request = request(&valid);
                request.require_query_params.remove(name);
                Ok(request.into())
            }
            Family::Server(ServerRequest::OtherConstant { name, value }) => {
                let mut request = request(&valid);
                request.require_query_params.insert(name.clone(), vec![value.clone()]);
                Ok(request.into())
            }
            Family::Server(ServerRequest::Malformed(how)) => {
                let Outgoing { request, content } = request(&valid).into();
                Ok(Outgoing { request, content: content.map(|content| malformed(content, *how)) })
            }
            _ => Ok(request(&valid).into()),
        }
    }

    fn credentials(
        &self,
        replaced: Option<&Value>,
        secret: impl Fn(&ClientCredential) -> String,
    ) -> Credentials {
        credential::values(&self.plan.shape.credentials, replaced, secret)
    }

    /// The first given argument with a value that only the server can know, unless `--sample` gives the value.
    pub(super) fn unknown_value(&self, arguments: &Arguments) -> Option<&Argument> {
        let (provider, operation) = (&self.plan.source.provider, &self.plan.operation.id);
        let is_unknown = |argument: &&Argument| {
            let is_sample = arguments.get(&argument.name) == Some(&argument.sample);
            argument.server_value
                && arguments.contains_key(&argument.name)
                && !(is_sample && provider.is_given(operation, &argument.name))
        };
        self.plan.arguments.iter().find(is_unknown)
    }

    /// The argument that the case is about, if only the server can know which values exist.
    pub(super) fn varied_server_value(&self, case: &Case) -> Option<Argument> {
        let argument = self.argument(case)?;
        let is_sample = case.params.get(&argument.name) == Some(&argument.sample);
        (argument.server_value && !is_sample).then_some(argument)
    }

    /// Whether a call has a value that only the server can know.
    pub(super) fn has_server_value(&self, case: &Case) -> bool {
        self.plan.arguments.iter().any(|one| one.server_value && case.params.contains_key(&one.name))
    }

    /// The environment variables of the credentials that the operation asks for.
    pub(super) fn variables(&self) -> String {
        let asked = self.plan.shape.credentials.iter().map(|asked| asked.own.variable());
        asked.collect::<Vec<_>>().join(" and ")
    }

    /// Refuses values that a request cannot contain, or that have another meaning there.
    fn check_sendable(&self, case: &Case) -> Result<(), &'static str> {
        let Some(argument) = self.argument(case) else { return Ok(()) };
        let Some(place) = argument.place else { return Ok(()) };
        let carried = |value| carries(argument.sent_at(), value);
        let value = case.credential.as_ref().or(case.params.get(&argument.name));
        if place == ParameterLocation::Path && value.is_none_or(|value| value == "") {
            return Err("not reachable: without this value the path is another one");
        }
        match value {
            Some(value) if value.is_string() && !carried(value) => {
                Err("not reachable: HTTP cannot carry this value unchanged at this place")
            }
            Some(value) if is_composite(value) != is_composite(&argument.sample) => {
                Err("not reachable: at this place the value has the form of another type")
            }
            Some(value) if is_composite(value) && !carried(value) => {
                Err("not reachable: OpenAPI does not say how this value is sent at this place")
            }
            Some(value)
                if !value.is_string() && !value.is_null() && kind(&argument.schema.value) == "string" =>
            {
                Err("not reachable: outside a body every value is a string")
            }
            _ => Ok(()),
        }
    }

    fn argument(&self, case: &Case) -> Option<Argument> {
        let (Family::Argument(name) | Family::MissingArgument(name)) = &case.family else { return None };
        let credential = self.plan.credential_argument();
        self.plan.arguments.iter().chain(&credential).find(|argument| argument.name == *name).cloned()
    }
}

fn of_server_request(request: &ServerRequest) -> Aspect {
    match request {
        ServerRequest::WrongCredential => Aspect::Credential,
        ServerRequest::WithoutConstant(_) | ServerRequest::OtherConstant { .. } => Aspect::Forbidden,
        ServerRequest::Malformed(_) => Aspect::Syntax,
        ServerRequest::Upload => Aspect::Upload,
        ServerRequest::AlteredSignature => Aspect::AlteredSignature,
    }
}

/// Whether an argument is the credential, where the document declares it as a parameter.
fn is_credential(plan: &OperationPlan<'_>, name: &str) -> bool {
    plan.credential_argument().is_some_and(|argument| argument.name == name)
}

fn is_secured(plan: &OperationPlan<'_>) -> bool {
    server::credential_location(plan).is_some()
}

fn is_first_success(plan: &OperationPlan<'_>, location: &Location) -> bool {
    let mut successes = plan.operation.responses.iter().filter(|response| response.code.is_success());
    successes.next().is_some_and(|first| first.location == *location)
}

/// The credential in use.
pub(super) fn secret(secrets: &Secrets, own: &ClientCredential) -> String {
    secrets.get(&own.variable()).cloned().unwrap_or_else(|| own.sample())
}

/// Another value of the same form: each digit and each letter is replaced by the next one. A hexadecimal value stays one.
pub(super) fn altered(value: &str) -> String {
    value.chars().map(next).collect()
}

/// The next digit or letter. After `9`, `f` and `z` comes the first of their range.
pub(super) fn next(c: char) -> char {
    match c {
        '9' => '0',
        'f' => 'a',
        'F' => 'A',
        'z' => 'g',
        'Z' => 'G',
        '0'..='8' | 'a'..='y' | 'A'..='Y' => char::from_u32(u32::from(c) + 1).unwrap_or(c),
        other => other,
    }
}

/// The body, malformed. An invalid byte is put before the last quotation mark, so it is within a string.
fn malformed(mut content: Vec<u8>, how: MalformedBody) -> Vec<u8> {
    const NEVER_IN_UTF8: u8 = 0xff;
    match how {
        MalformedBody::Truncated => drop(content.pop()),
        MalformedBody::InvalidUtf8 => {
            let within = content.iter().rposition(|byte| *byte == b'"').unwrap_or(content.len());
            content.insert(within, NEVER_IN_UTF8);
        }
        MalformedBody::Twice => content.extend_from_within(..),
    }
    content
}

#[cfg(test)]
mod tests {
    use super::altered;

    #[test]
    fn a_wrong_credential_differs_in_each_letter_and_digit_and_keeps_its_form() {
        assert_eq!(altered("sk-Live_0fz9"), "tl-Mjwf_1ag0");
        assert_eq!(altered("0123456789abcdefABCDEF"), "1234567890bcdefaBCDEFA");
    }
}
