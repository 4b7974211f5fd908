//! Cases of statuses that the document does not mention.

use serde_json::json;

use super::answer::respond;
use super::case::{Basis, Case, Family, Outcome};
use super::operation_plan::OperationPlan;
use crate::wire::body::JSON;

/// Statuses that a server or a gateway before it can answer with.
const UNDOCUMENTED: &[u16] = &[200, 204, 301, 401, 403, 404, 418, 500, 503];

/// One case for each of these statuses that the document does not mention.
pub(super) fn cases(plan: &OperationPlan<'_>) -> Vec<Case> {
    let statuses = UNDOCUMENTED.iter().copied().filter(|status| plan.operation.response(*status).is_none());
    statuses.map(|status| undocumented_status(plan, status)).collect()
}

fn undocumented_status(plan: &OperationPlan<'_>, status: u16) -> Case {
    let mut headers = vec![("content-type".to_owned(), JSON.to_owned())];
    if status == 301 {
        headers.push(("location".to_owned(), "{storage}/elsewhere".to_owned()));
    }
    let body = if status == 204 { String::new() } else { json!({ "message": "not documented" }).to_string() };
    let purpose = format!("a {status}, which the document does not mention");
    let family = Family::UndocumentedStatus(status);
    Case {
        serve: vec![respond(status, headers, body)],
        outcome: Outcome::Failure { status: Some(status), body: None },
        basis: Basis::Practice,
        ..plan.case(&format!("undocumented/{status}"), family, purpose, &plan.operation.location)
    }
}
