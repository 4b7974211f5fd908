//! What a case asks of a server.

use std::collections::BTreeMap;

use crate::document::schema::walk::kind;
use crate::document::{Code, Location, ParameterLocation};
use crate::plan::case::{Case, Family};
use crate::plan::operation_plan::{Argument, OperationPlan};
use crate::plan::source::Source;
use crate::provider::ClientCredential;
use crate::wire::credential;
use crate::wire::message::ExpectedRequest;
use crate::wire::parameter::{carries, text};

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
    /// A value that the document allows.
    Allowed,
    /// A value that the document forbids.
    Forbidden,
    /// A request without the credential that the document asks for.
    Credential,
}

impl<'a> Question<'a> {
    /// The question of a case; none when the case is about how a client handles a response.
    pub(super) fn of(source: &'a Source, case: &Case) -> Option<Self> {
        let plan = OperationPlan::new(source, source.operation(&case.operation)?);
        let aspect = match &case.family {
            Family::Argument(_) | Family::MissingArgument(_) if case.outcome.is_refusal() => {
                Aspect::Forbidden
            }
            Family::Argument(_) | Family::MissingArgument(_) => Aspect::Allowed,
            Family::Response(Code::Exact(401)) | Family::UndocumentedStatus(401) if is_secured(&plan) => {
                Aspect::Credential
            }
            Family::Response(_) if is_first_success(&plan, &case.location) => Aspect::Success,
            Family::Response(_) => Aspect::Status,
            _ => return None,
        };
        Some(Self { plan, aspect })
    }

    /// Whether its request differs from the smallest documented call.
    pub(super) fn is_variation(&self) -> bool {
        matches!(self.aspect, Aspect::Allowed | Aspect::Forbidden)
    }

    /// The request. `given` has secrets to send in place of the samples, each by its environment variable.
    ///
    /// # Errors
    ///
    /// Why no request can ask the question.
    pub(super) fn request(
        &self,
        case: &Case,
        given: &BTreeMap<String, String>,
    ) -> Result<ExpectedRequest, &'static str> {
        if self.is_variation() {
            self.check_sendable(case)?;
        }
        let secret =
            |own: &ClientCredential| given.get(&own.variable()).cloned().unwrap_or_else(|| own.sample());
        let credentials = credential::values(&self.plan.shape.credentials, case.credential.as_ref(), secret);
        let mut request = self.plan.shape.request(&case.params, &credentials);
        if self.aspect == Aspect::Credential {
            credentials.values().for_each(|secret| credential::remove(&text(secret), &mut request));
        }
        Ok(request)
    }

    /// Why a response with this status does not answer the question.
    pub(super) fn undecided(&self, case: &Case, status: u16) -> Option<String> {
        match (self.aspect, status) {
            (_, 402 | 429 | 503) => {
                Some(format!("undecided: the server answered {status}, which this request does not ask for"))
            }
            (Aspect::Credential, _) => None,
            (_, 401 | 403) => Some(format!(
                "undecided: the server answered {status}; set {} to a credential that it accepts",
                self.variables()
            )),
            (Aspect::Success | Aspect::Allowed, 404 | 410) => {
                let mut given =
                    self.plan.arguments.iter().filter(|argument| case.params.contains_key(&argument.name));
                let unknown = given.find(|argument| argument.server_value)?;
                Some(format!(
                    "undecided: the server answered {status}; only the server can know a valid {}: \
                     give it a `sample` in conformance.yaml",
                    unknown.name
                ))
            }
            _ => None,
        }
    }

    /// The environment variables of the credentials that the operation asks for.
    fn variables(&self) -> String {
        let asked = self.plan.shape.credentials.iter().map(|asked| asked.own.variable());
        asked.collect::<Vec<_>>().join(" and ")
    }

    /// Refuses values that a request cannot contain, or that have another meaning there.
    fn check_sendable(&self, case: &Case) -> Result<(), &'static str> {
        let Some(argument) = self.argument(case) else { return Ok(()) };
        let Some(place) = argument.place else { return Ok(()) };
        let value = case.credential.as_ref().or(case.params.get(&argument.name));
        if place == ParameterLocation::Path && value.is_none_or(|value| value == "") {
            return Err("not reachable: without this value the path is another one");
        }
        match value {
            Some(value) if value.is_string() && !carries(Some(place), value) => {
                Err("not reachable: HTTP cannot carry this value unchanged at this place")
            }
            Some(value) if !value.is_string() && kind(&argument.schema.value) == "string" => {
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

fn is_secured(plan: &OperationPlan<'_>) -> bool {
    let by_scheme = plan.operation.credentials().iter().any(|credential| credential.kind.is_known());
    by_scheme || plan.credential_argument().is_some_and(|argument| argument.required)
}

fn is_first_success(plan: &OperationPlan<'_>, location: &Location) -> bool {
    let mut successes = plan.operation.responses.iter().filter(|response| response.code.is_success());
    successes.next().is_some_and(|first| first.location == *location)
}
