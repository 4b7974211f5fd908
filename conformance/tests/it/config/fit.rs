//! What a provider states is used in planning, and must fit its documents.

use std::process::Output;
use std::sync::{Arc, Mutex};

use media_upload_conformance::check::rule;
use media_upload_conformance::plan::case::Family;
use media_upload_conformance::{
    Answer, Calling, Case, ClientName, Config, Document, Driver, DriverInfo, Options, OwnClients, Plan,
    PlanError, Provider, Request, VerdictKind, built_in_documents, run,
};
use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::{SHOP, conformance, folder};
use crate::command::text;
use crate::documents::{case, edited, source};

fn providers(settings: &str) -> Vec<Provider> {
    let config = format!("providers:\n  shop:\n    documents: [api.yaml]\n    {settings}\n");
    Config::read("conformance.yaml", config.as_bytes()).unwrap().providers
}

fn plan(document: &str, settings: &str) -> Result<Plan, PlanError> {
    Plan::of(vec![Document::read("api.yaml", document.as_bytes()).unwrap()], &providers(settings))
}

#[test]
fn what_does_not_fit_the_documents_stops_planning_with_its_place() {
    for (settings, expected) in [
        (
            "parameters: { id: { sample: seven } }",
            "conformance.yaml:4: the sample of `id` breaks the schema at api.yaml:9 (operation getThing): \"seven\" does not match",
        ),
        (
            "parameters: { version: { sample: '1', client_supplied: true } }",
            "the sample of `version` breaks the schema at api.yaml:16",
        ),
        (
            "parameters: { ids: {} }",
            "conformance.yaml:4: the documents of the provider have no parameter `ids`; did you mean `id`?",
        ),
        ("operations: { getThings: {} }", "have no operation `getThings`; did you mean `getThing`?"),
        ("operations: { health: { parameters: { id: {} } } }", "have no parameter `id`; known: version"),
        ("bodies: { \"503\": a }", "have no response `503`; known: 200, 204, 404"),
        (
            "flows: { upload: { operation: getThing, url: /uri } }",
            "no documented success of getThing at api.yaml:6 has `/uri`",
        ),
        ("flows: { upload: { operation: get, url: /uri } }", "have no operation `get`"),
        ("credentials: { k: { scheme: keys } }", "have no security scheme `keys`; did you mean `key`?"),
        ("credentials: { k: { parameter: token } }", "have no parameter `token`"),
        (
            "parameters: { id: { client_supplied: true } }",
            "the client supplies `id`, which is in the path at api.yaml:9; add the `sample` that it sends",
        ),
        ("credentials: { k: { parameter: id } }", "does not match \"^t-[0-9]+$\"; add a `sample`"),
        (
            "credentials: { k: { parameter: id, sample: a-sample } }",
            "does not match \"^t-[0-9]+$\"; correct the sample",
        ),
        ("bodies: { \"200\": { id: a } }", "api.yaml:11 describes the body of 200; remove it"),
    ] {
        let error = plan(SHOP, settings).unwrap_err().to_string();
        assert!(error.starts_with("conformance.yaml:4: ") && error.contains(expected), "{error}");
    }
    // A response whose schema the suite has no sample for.
    let unknown = edited(
        SHOP,
        "\"404\": { description: d }",
        "\"404\": { description: d, content: { application/json: { schema: { type: string, pattern: '(?=z)a' } } } }",
    );
    let error = plan(&unknown, "bodies: { \"404\": { a: 1 } }").unwrap_err().to_string();
    assert!(error.contains("the body of status 404 breaks the schema at api.yaml:12"), "{error}");
}

#[test]
fn another_document_of_the_same_host_need_not_have_what_the_provider_names() {
    let settings = "host: api.shop.example\n    parameters: { other: { sample: 1 } }\n    \
                    flows: { upload: { operation: other, url: /url } }";
    let document = Document::read("copy.yaml", SHOP.as_bytes()).unwrap();
    let plan = Plan::of(vec![document], &providers(settings)).unwrap();
    assert!(plan.cases.iter().all(|case| case.provider == "shop"));
}

#[test]
fn one_of_several_documents_need_not_have_the_sentences_of_the_others() {
    let config = "providers: { shop: { documents: [api.yaml, b.yaml], rules: [{ rule: upload/url, sentence: It is not here. }] } }";
    let providers = Config::read("conformance.yaml", config.as_bytes()).unwrap().providers;
    let read = |name| {
        Document::read(
            name,
            SHOP.replace("operationId: ", &format!("operationId: {}", &name[..1])).as_bytes(),
        )
        .unwrap()
    };
    Plan::of(vec![read("api.yaml")], &providers).unwrap();
    let error = Plan::of(vec![read("api.yaml"), read("b.yaml")], &providers).unwrap_err().to_string();
    assert!(
        error.contains("conformance.yaml:1: rule upload/url quotes a sentence that is not in the document"),
        "{error}"
    );
}

#[test]
fn samples_and_the_base_url_of_a_provider_are_in_the_requests() {
    let settings = "base_url: https://eu.shop.example/v9\n    parameters: { id: { sample: t-7 }, version: { sample: 3 } }\n    \
                    operations: { getThing: { parameters: { id: { sample: t-8 } } } }";
    let plan = plan(SHOP, settings).unwrap();
    let uri = |id| case(&plan, id).request.as_ref().unwrap().uri.clone();
    assert_eq!(
        (uri("shop/getThing/200"), uri("shop/health/204")),
        ("/v9/things/t-8".into(), "/v9/health".into())
    );
    assert_eq!(case(&plan, "shop/health/204").params["version"], 3);
}

#[test]
fn a_parameter_that_the_client_supplies_is_no_argument() {
    let supplied = plan(SHOP, "parameters: { version: { client_supplied: true, sample: 3 } }").unwrap();
    let health = case(&supplied, "shop/health/204");
    assert!(health.params.is_empty());
    assert_eq!(health.request.as_ref().unwrap().require_query_params["version"], ["3"]);
    let in_path = plan(SHOP, "parameters: { id: { client_supplied: true, sample: t-9 } }").unwrap();
    let thing = case(&in_path, "shop/getThing/200");
    assert!(thing.params.is_empty());
    assert_eq!(thing.request.as_ref().unwrap().uri, "/v2/things/t-9");
    let is_about = |case: &Case| case.family == Family::Argument("version".to_owned());
    assert!(!supplied.cases.iter().any(is_about));
}

/// A document with an operation for each of two schemes, one for both, and one for none.
fn two_schemes() -> String {
    let operation = |id: &str, security: &str| {
        format!(
            "  /{id}:\n    get:\n      operationId: {id}\n      security: {security}\n      responses: {{ \"204\": {{ description: d }} }}\n"
        )
    };
    let operations = operation("byKey", "[{ key: [] }]")
        + &operation("byToken", "[{ token: [] }]")
        + &operation("byBoth", "[{ key: [], token: [] }]")
        + &operation("open", "[]");
    edited(SHOP, "paths:\n", &format!("paths:\n{operations}"))
        .replace("securitySchemes: {", "securitySchemes: { token: { type: http, scheme: bearer },")
}

/// A client that notes the cases that it is given.
struct Noting(DriverInfo, Mutex<Vec<Request>>);

impl Noting {
    fn new(operations: &[&str]) -> Self {
        let client =
            ClientName { name: "noting".to_owned(), version: String::new(), language: String::new() };
        let operations = operations.iter().map(|operation| (*operation).to_owned()).collect();
        Self(DriverInfo { protocol: 1, client, operations, concurrency: 1 }, Mutex::default())
    }
}

impl Driver for Noting {
    fn info(&self) -> &DriverInfo {
        &self.0
    }

    fn call(&self, request: Request) -> Calling<'_> {
        self.1.lock().unwrap().push(request.clone());
        let sent = reqwest::get(format!("{}/{}", request.base_url, request.operation));
        Box::pin(async move {
            sent.await.unwrap();
            Ok(Answer::Result(json!(["0123456789-of-key", "0123456789-of-token"])))
        })
    }
}

#[tokio::test]
async fn an_operation_gets_the_credentials_that_it_asks_for_and_all_are_secret() {
    let settings =
        "credentials: { a: { scheme: key, sample: 0123456789-of-key }, b: { sample: 0123456789-of-token } }";
    let mut plan = plan(&two_schemes(), settings).unwrap();
    let headers = |id: &str| case(&plan, id).request.as_ref().unwrap().headers.clone();
    assert_eq!(json!(headers("shop/byKey/204")), json!({ "x-key": "0123456789-of-key" }));
    assert_eq!(json!(headers("shop/byToken/204")), json!({ "authorization": "Bearer 0123456789-of-token" }));
    assert_eq!(headers("shop/byBoth/204").len(), 2);
    assert!(headers("shop/open/204").is_empty());
    let operations = ["byKey", "byToken", "byBoth", "open"];
    plan.cases.retain(|case| {
        operations.contains(&case.operation.as_str()) && matches!(case.family, Family::Response(_))
    });
    let driver = Arc::new(Noting::new(&operations));
    let outcome = run(&Arc::new(plan), driver.clone(), Options::default()).await.unwrap();
    let given = driver.1.lock().unwrap().clone();
    let of = |operation: &str| {
        let own = given.iter().find(|own| own.operation == operation).unwrap();
        Value::Object(own.credentials.clone())
    };
    let (key, token) = (json!("0123456789-of-key"), json!("0123456789-of-token"));
    assert_eq!((of("byKey"), of("byToken")), (json!({ "a": key }), json!({ "b": token })));
    assert_eq!((of("byBoth"), of("open")), (json!({ "a": key, "b": token }), json!({})));
    for result in &outcome.results {
        let told = result.findings.iter().filter(|finding| finding.rule == &rule::SECRET_CREDENTIAL_TOLD);
        let told: Vec<_> = told.map(|finding| finding.actual.clone()).collect();
        assert!(told.len() == 1 && told[0].contains("[a]") && told[0].contains("[b]"), "{told:?}");
    }
}

#[tokio::test]
async fn the_base_url_of_a_case_has_the_path_of_the_server() {
    for (settings, path) in
        [("host: api.shop.example", "/v2"), ("base_url: https://eu.shop.example/v9/", "/v9")]
    {
        let mut plan = plan(SHOP, settings).unwrap();
        plan.cases.retain(|case| case.id == "shop/health/204");
        let driver = Arc::new(Noting::new(&["health"]));
        run(&Arc::new(plan), driver.clone(), Options::default()).await.unwrap();
        let given = driver.1.lock().unwrap()[0].base_url.clone();
        assert!(given.starts_with("http://127.0.0.1:") && given.ends_with(path), "{given}");
    }
}

/// The built-in pyannoteAI document and provider, with another flow.
fn pyannote(flow: &str) -> Plan {
    let name = "conformance/providers/pyannote/conformance.yaml";
    let config = edited(&source(name), "upload: { operation: getMediaUploadURL, url: /url }", flow);
    let providers = Config::read(name, config.as_bytes()).unwrap().providers;
    let mut plan = Plan::of(vec![built_in_documents().unwrap().remove(0)], &providers).unwrap();
    plan.cases
        .retain(|case| ["pyannote/upload/small", "pyannote/upload/status-201"].contains(&case.id.as_str()));
    plan
}

#[tokio::test(flavor = "multi_thread")]
async fn the_storage_accepts_the_method_and_answers_the_statuses_of_the_flow() {
    let several = "upload: { operation: getMediaUploadURL, url: /url, success: [200, 201] }";
    let outcome =
        run(&Arc::new(pyannote(several)), Arc::new(OwnClients::default()), Options::default()).await.unwrap();
    assert_eq!((outcome.results.len(), outcome.count(VerdictKind::Pass)), (2, 2));
    let posted = "upload: { operation: getMediaUploadURL, url: /url, method: POST }";
    let outcome =
        run(&Arc::new(pyannote(posted)), Arc::new(OwnClients::default()), Options::default()).await.unwrap();
    let broken: Vec<_> = outcome.results[0].findings.iter().map(|finding| finding.rule).collect();
    assert!(broken.contains(&&rule::UPLOAD_METHOD), "{broken:?}");
    let told = outcome.results[0].findings.iter().filter(|finding| finding.rule != &rule::UPLOAD_METHOD);
    let told: Vec<_> = told.map(|finding| format!("{} {}", finding.expected, finding.actual)).collect();
    assert!(told.iter().all(|text| !text.contains("PUT")), "{told:?}");
}

/// Runs one case against a server, without a terminal.
async fn tested(server: &MockServer, key: Option<&'static str>) -> Output {
    Mock::given(any()).respond_with(ResponseTemplate::new(404)).mount(server).await;
    let folder = folder(
        "providers: { shop: { documents: [api.yaml], credentials: { k: { scheme: key, variable: SHOP_KEY }, unused: {} } } }",
    );
    let uri = server.uri();
    let run = move || {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_conformance"));
        command.args(["run", "--server", &uri, "--filter", "shop/getThing/200", "--json", "-"]);
        command.envs(key.map(|key| ("SHOP_KEY", key))).current_dir(folder.path()).output().unwrap()
    };
    tokio::task::spawn_blocking(run).await.unwrap()
}

fn notes(output: &Output) -> Vec<String> {
    text(&output.stderr).lines().filter(|line| line.starts_with("note: ")).map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_does_not_know_a_sample_is_not_judged_and_gets_the_credential_of_the_variable() {
    let server = MockServer::start().await;
    let output = tested(&server, Some("a-real-key")).await;
    let report = text(&output.stdout);
    assert!(
        report.contains("only the server can know a valid id; give one that exists there: --sample id=VALUE"),
        "{report}"
    );
    let received = server.received_requests().await.unwrap();
    assert_eq!(received[0].headers.get("x-key").unwrap(), "a-real-key");
    assert!(!report.contains("a-real-key"));
    assert_eq!(notes(&output), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_variable_that_is_not_set_is_told_once() {
    let output = tested(&MockServer::start().await, None).await;
    assert_eq!(notes(&output), ["note: SHOP_KEY is not set; the suite sent a sample credential"]);
}

#[test]
fn explain_shows_the_base_url_of_the_provider() {
    let folder =
        folder("providers: { shop: { documents: [api.yaml], base_url: https://eu.shop.example/v9 } }");
    let output = conformance(folder.path(), &["explain", "shop/health/204"]);
    let shown = text(&output.stdout);
    assert!(shown.contains("https://eu.shop.example/v9/health?version="), "{shown}");
}
