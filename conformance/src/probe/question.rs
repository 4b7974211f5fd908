//! What a case asks of a server.

use serde_json::Value;

use crate::document::schema::walk::kind;
use crate::document::{Code, Location, ParameterLocation};
use crate::plan::case::{Case, Family, Outcome};
use crate::plan::operation_plan::{Argument, OperationPlan};
use crate::plan::source::Source;
use crate::wire::credential;
use crate::wire::message::ExpectedRequest;
use crate::wire::parameter::text;

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
            Family::Argument(_) | Family::MissingArgument(_) => match case.outcome {
                Outcome::Refused => Aspect::Forbidden,
                _ => Aspect::Allowed,
            },
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

    /// The request, with the given credential in place of the sample.
    ///
    /// # Errors
    ///
    /// Why no request can ask the question.
    pub(super) fn request(
        &self,
        case: &Case,
        given: Option<&String>,
    ) -> Result<ExpectedRequest, &'static str> {
        let given = given.map(|secret| Value::String(secret.clone()));
        let secret = case
            .credential
            .clone()
            .or(given)
            .unwrap_or_else(|| self.plan.source.provider.credential().sample.into());
        if self.is_variation() {
            self.check_sendable(case)?;
        }
        let mut request = self.plan.shape.request(&case.params, Some(&secret));
        if self.aspect == Aspect::Credential {
            credential::remove(&text(&secret), &mut request);
        }
        Ok(request)
    }

    /// Why a response with this status does not answer the question.
    pub(super) fn undecided(&self, status: u16) -> Option<String> {
        match (self.aspect, status) {
            (_, 402 | 429 | 503) => {
                Some(format!("undecided: the server answered {status}, which this request does not ask for"))
            }
            (Aspect::Credential, _) => None,
            (_, 401 | 403) => Some(format!(
                "undecided: the server answered {status}; set CONFORMANCE_{} to a credential that it accepts",
                self.plan.source.provider.credential().name.to_uppercase()
            )),
            _ => None,
        }
    }

    /// Refuses values that a request cannot contain, or that have another meaning there.
    fn check_sendable(&self, case: &Case) -> Result<(), &'static str> {
        let Some(argument) = self.argument(case) else { return Ok(()) };
        let Some(place) = argument.place else { return Ok(()) };
        let value = case.credential.as_ref().or(case.params.get(&argument.name));
        if place == ParameterLocation::Path && value.is_none_or(|value| value == "") {
            return Err("not reachable: without this value the path is another one");
        }
        if value.is_some_and(|value| !value.is_string()) && kind(&argument.schema.value) == "string" {
            return Err("not reachable: outside a body every value is a string");
        }
        Ok(())
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
