//! Names in a plan: names of flows, case ids that would be equal, and arguments with the same name in two places.

use std::collections::BTreeSet;

use media_upload_conformance::plan::case::Family;
use media_upload_conformance::wire::message::ExpectedRequest;
use media_upload_conformance::{Case, Config, Document, Plan, PlanError, Provider};
use percent_encoding::percent_decode_str;
use serde_json::json;

use crate::documents::case;

/// The plan of a document `api.yaml` with these paths. The paths begin in line 5.
fn plan(paths: &str, providers: &[Provider]) -> Result<Plan, PlanError> {
    let head = "openapi: 3.0.3\ninfo: { title: t, version: '1' }\nservers: [{ url: 'https://api.example' }]\npaths:\n";
    Plan::of(vec![Document::read("api.yaml", format!("{head}{paths}").as_bytes()).unwrap()], providers)
}

/// A path with one GET operation.
fn get(path: &str, operation: &str) -> String {
    format!(
        "  {path}:\n    get:\n      operationId: {operation}\n      responses: {{ '200': {{ description: d }} }}\n"
    )
}

#[test]
fn an_operation_with_the_name_of_a_flow_of_its_provider_is_an_error() {
    let paths = get("/media", "getUploadUrl") + &get("/files", "upload");
    let text = "providers: { example: { documents: [x.yaml], host: api.example, \
                flows: { upload: { operation: getUploadUrl, url: /url } } } }";
    let mut providers = Config::read("conformance.yaml", text.as_bytes()).unwrap().providers;
    let error = plan(&paths, &providers).unwrap_err();
    assert_eq!(
        error.to_string(),
        "api.yaml:10: the operation `upload` has the name of a flow of provider example; \
         give it another operationId in a copy of the document"
    );
    providers[0].flows.upload = None;
    let plan = plan(&paths, &providers).unwrap();
    assert!(plan.cases.iter().any(|case| case.operation == "upload" && case.upload.is_none()));
}

#[test]
fn two_operations_whose_case_ids_would_be_equal_are_an_error_with_both_places() {
    let paths = get("/one", "\"get job\"") + &get("/two", "get_job");
    let error = plan(&paths, &[]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "api.yaml:12: the case id api/get_job/200 is taken by api.yaml:8; \
         give one of the two operations or arguments another name in a copy of the document"
    );
}

/// An operation with `id` in its path and `id` in its body.
const ID_IN_TWO_PLACES: &str = "  /things/{id}:
    put:
      operationId: putThing
      parameters:
        - { name: id, in: path, required: true, schema: { type: string, example: of-path } }
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [id]
              properties: { id: { type: string, maxLength: 7, example: of-body } }
      responses: { '204': { description: d } }
";

/// The cases about an argument that are sent, each with its expected request.
fn requests<'a>(plan: &'a Plan, argument: &str) -> Vec<(&'a Case, &'a ExpectedRequest)> {
    let of_argument = plan.cases.iter().filter(|case| case.family == Family::Argument(argument.to_owned()));
    let requests: Vec<_> = of_argument.filter_map(|case| Some((case, &**case.request.as_ref()?))).collect();
    assert!(!requests.is_empty(), "no case about {argument} is sent");
    requests
}

#[test]
fn a_name_in_the_path_and_in_the_body_makes_two_arguments() {
    let plan = plan(ID_IN_TWO_PLACES, &[]).unwrap();
    let smallest = case(&plan, "api/putThing/204");
    assert_eq!(json!(smallest.params), json!({ "path.id": "of-path", "body.id": "of-body" }));
    let request = smallest.request.as_ref().unwrap();
    assert_eq!((&*request.uri, &request.body), ("/things/of-path", &Some(json!({ "id": "of-body" }))));
    for name in ["path.id", "body.id"] {
        let is_absent = |case: &&Case| case.family == Family::MissingArgument(name.to_owned());
        let absent = plan.cases.iter().find(is_absent).unwrap();
        assert!(absent.request.is_none() && !absent.params.contains_key(name), "{}", absent.id);
    }
    let ids: BTreeSet<&String> = plan.cases.iter().map(|case| &case.id).collect();
    assert_eq!(ids.len(), plan.cases.len(), "two cases have the same id");
}

#[test]
fn two_arguments_with_one_name_reach_their_own_places() {
    let plan = plan(ID_IN_TWO_PLACES, &[]).unwrap();
    for (case, request) in requests(&plan, "path.id") {
        let segment = request.uri.strip_prefix("/things/").unwrap();
        let sent = percent_decode_str(segment).decode_utf8().unwrap();
        assert_eq!(case.params["path.id"], *sent, "{}", case.id);
        assert_eq!(request.body, Some(json!({ "id": "of-body" })), "{}", case.id);
    }
    for (case, request) in requests(&plan, "body.id") {
        assert_eq!(request.uri, "/things/of-path", "{}", case.id);
        assert_eq!(request.body, Some(json!({ "id": case.params["body.id"] })), "{}", case.id);
    }
}

#[test]
fn a_body_whose_all_of_describes_a_property_twice_is_one_argument() {
    let paths = "  /chats:
    post:
      operationId: chat
      requestBody:
        required: true
        content:
          application/json:
            schema:
              allOf:
                - { type: object, properties: { heat: { type: integer, minimum: 2 }, name: { type: string } } }
                - { type: object, required: [heat], properties: { heat: { type: integer, maximum: 3 } } }
      responses: { '200': { description: d } }
";
    let plan = plan(paths, &[]).unwrap();
    let heat = &case(&plan, "api/chat/200").params["body"]["heat"];
    assert!([json!(2), json!(3)].contains(heat), "{heat}");
}
