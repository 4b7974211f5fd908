//! The family of statuses that no document mentions.

use serde_json::json;

use super::answer::respond;
use super::call::{Call, JSON};
use super::case::{Basis, Case, Outcome};

/// Statuses that any server behind any gateway can answer with.
const UNDOCUMENTED: &[u16] = &[200, 204, 301, 401, 403, 404, 418, 500, 503];

/// Statuses that no document mentions and any gateway can answer with.
pub fn cases(call: &Call<'_>) -> Vec<Case> {
    let statuses = UNDOCUMENTED.iter().copied().filter(|status| call.operation.response(*status).is_none());
    statuses.map(|status| undocumented_status(call, status)).collect()
}

fn undocumented_status(call: &Call<'_>, status: u16) -> Case {
    let mut headers = vec![("content-type".to_owned(), JSON.to_owned())];
    if status == 301 {
        headers.push(("location".to_owned(), "{storage}/elsewhere".to_owned()));
    }
    let body = if status == 204 { String::new() } else { json!({ "message": "not documented" }).to_string() };
    let mut case = call.case(
        &format!("undocumented/{status}"),
        format!("a {status}, which the document does not mention"),
        call.operation.location.clone(),
    );
    case.serve = vec![respond(status, headers, body)];
    case.outcome = Outcome::Failure { status: Some(status), body: None };
    case.basis = Basis::Practice;
    case
}
