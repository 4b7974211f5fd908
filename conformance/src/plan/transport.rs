//! Cases of network failures. The caller must see an error.

use super::answer::Success;
use super::case::{Basis, Case, Family, Outcome, Serve, TransportFault as Fault};
use super::operation_plan::OperationPlan;
use super::practice;

/// One case for each network failure. A response without a documented body is not cut off: its status is all that a client needs.
pub(super) fn cases(plan: &OperationPlan<'_>, success: &Success) -> Vec<Case> {
    let code = success.code;
    let mut faults = vec![
        (Fault::Refused, "nothing listens at the base URL"),
        (Fault::ResetBeforeAnswer, "the connection is reset before the response"),
        (Fault::NoAnswer, "the request is read and never answered"),
    ];
    if !success.body.is_null() {
        faults.extend([
            (Fault::ResetInAnswer(code), "the connection is reset in the middle of the response"),
            (Fault::StallInAnswer(code), "the response begins and never ends"),
            (Fault::ShortBody(code), "the response is shorter than its Content-Length"),
        ]);
    }
    let case = |(fault, what): (Fault, &str)| Case {
        serve: vec![Serve::Fault(fault)],
        outcome: Outcome::Lost,
        basis: Basis::Practice(practice::INCOMPLETE),
        ..plan.case(&format!("transport/{}", fault.word()), Family::Transport, what, &plan.operation.location)
    };
    faults.into_iter().map(case).collect()
}
