//! Cases of statuses that the document does not mention.

use serde_json::json;

use super::answer::{Success, is_success, respond};
use super::case::{Basis, Case, Family, Outcome, STORAGE, Serve, ServedResponse};
use super::operation_plan::OperationPlan;
use super::practice;
use crate::wire::media_type::JSON;

/// Statuses with which a server, or a gateway in front of it, can answer.
const UNDOCUMENTED: &[u16] = &[200, 201, 202, 203, 204, 205, 206, 301, 401, 403, 404, 418, 500, 503];

/// Statuses that are served with the body of the documented success: a client must not take them for one.
const RESEMBLING: &[u16] = &[301, 403, 500];

/// One case for each of these statuses that the document does not mention.
pub(super) fn cases(plan: &OperationPlan<'_>, success: &Success) -> Vec<Case> {
    let statuses = UNDOCUMENTED.iter().copied().filter(|status| plan.operation.response(*status).is_none());
    statuses.map(|status| undocumented_status(plan, status, success)).collect()
}

fn undocumented_status(plan: &OperationPlan<'_>, status: u16, success: &Success) -> Case {
    Case {
        serve: vec![serve(status, success)],
        outcome: outcome(status, success),
        basis: Basis::Practice(practice::CLASS),
        ..plan.case(
            &format!("undocumented/{status}"),
            Family::UndocumentedStatus(status),
            format!("a {status}, which the document does not mention"),
            &plan.operation.location,
        )
    }
}

/// Whether responses with this status have no body.
fn is_empty(status: u16) -> bool {
    [204, 205].contains(&status)
}

/// A 2xx, and some other statuses, have the body of the documented success. The rest has an undocumented body.
fn serve(status: u16, success: &Success) -> Serve {
    let resembles = is_success(status) || RESEMBLING.contains(&status);
    let mut serve = match &success.serve {
        _ if is_empty(status) => respond(status, Vec::new(), String::new()),
        Serve::Response(documented) if resembles => {
            Serve::Response(ServedResponse { code: status, ..documented.clone() })
        }
        _ => {
            let headers = vec![("content-type".to_owned(), JSON.to_owned())];
            respond(status, headers, json!({ "message": "not documented" }).to_string())
        }
    };
    if let (301, Serve::Response(response)) = (status, &mut serve) {
        response.headers.push(("location".to_owned(), format!("{STORAGE}/elsewhere")));
    }
    serve
}

/// A client may report any 2xx as a success, if the response has the documented body.
fn outcome(status: u16, success: &Success) -> Outcome {
    let has_body = !is_empty(status) || success.body.is_null();
    match has_body && is_success(status) {
        true => Outcome::Either { status, body: success.body.clone() },
        false => Outcome::Failure { status, body: None },
    }
}
