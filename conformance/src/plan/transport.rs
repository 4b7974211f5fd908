//! Cases of network failures. The caller must see an error.

use super::case::{Basis, Case, Family, Outcome, Serve, TransportFault as Fault};
use super::operation_plan::OperationPlan;

/// One case for each network failure. `code` is the status of a response that is cut off.
pub(super) fn cases(plan: &OperationPlan<'_>, code: u16) -> Vec<Case> {
    let faults = [
        (Fault::Refused, "nothing listens at the base URL"),
        (Fault::ResetBeforeAnswer, "the connection is reset before the response"),
        (Fault::ResetInAnswer(code), "the connection is reset in the middle of the response"),
        (Fault::NoAnswer, "the request is read and never answered"),
        (Fault::StallInAnswer(code), "the response begins and never ends"),
        (Fault::ShortBody(code), "the response is shorter than its Content-Length"),
    ];
    let case = |(fault, what): (Fault, &str)| Case {
        serve: vec![Serve::Fault(fault)],
        outcome: Outcome::Lost,
        basis: Basis::Practice,
        ..plan.case(&format!("transport/{}", fault.word()), Family::Transport, what, &plan.operation.location)
    };
    faults.map(case).to_vec()
}
