//! Responses that do not answer the question: a right server may give them too.

use super::question::{Aspect, Question};
use crate::plan::case::Case;

/// Why a response with this status does not answer what the case asks. `may_be_deleted` is whether an earlier request has deleted
/// something.
pub(super) fn reason(
    question: &Question<'_>,
    aspect: Aspect,
    case: &Case,
    status: u16,
    may_be_deleted: bool,
) -> Option<String> {
    let must_succeed = matches!(aspect, Aspect::Success | Aspect::Allowed);
    match status {
        402 | 429 | 503 => because(status, "this request does not ask for it"),
        401 | 403 if aspect != Aspect::Credential => {
            let fix = format!("set {} to a credential that the server accepts", question.variables());
            because(status, &fix)
        }
        // A repeated call can be in conflict with an earlier one.
        409 | 412 | 423 if must_succeed => because(status, "an earlier request may be the reason"),
        404 | 410 if must_succeed && may_be_deleted && question.has_server_value(case) => {
            because(status, "an earlier request may have deleted it")
        }
        400..500 if must_succeed => because(status, &unknown_value(question, case)?),
        _ => None,
    }
}

fn because(status: u16, why: &str) -> Option<String> {
    Some(format!("undecided: the server answered {status}; {why}"))
}

/// The argument of which only the server can know the values, if the case has an unknown value of one.
fn unknown_value(question: &Question<'_>, case: &Case) -> Option<String> {
    if let Some(argument) = question.varied_server_value(case) {
        return Some(format!("only the server can know whether this {} exists", argument.name));
    }
    let name = &question.unknown_value(&case.params)?.name;
    Some(format!(
        "only the server can know a valid {name}; give one that exists there: --sample {name}=VALUE"
    ))
}
