//! A server that reads lists and objects in a query as the document says gets no finding. One that reads them otherwise does.

use media_upload_conformance::probe::ServerUnderTest;
use media_upload_conformance::{Document, Options, Plan, Run};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

const DOCUMENT: &str = "openapi: 3.0.3
info: { title: t, version: '1' }
servers: [{ url: 'https://query.example' }]
paths:
  /a:
    get:
      operationId: a
      parameters:
        - { name: names, in: query, required: true, schema: { type: array, minItems: 2, maxItems: 3, items: { type: string, enum: [blue, black] } } }
        - { name: size, in: query, schema: { type: integer, minimum: 1, maximum: 8 } }
        - name: at
          in: query
          required: true
          style: deepObject
          explode: true
          schema: { type: object, required: [x], additionalProperties: false, properties: { x: { type: integer }, y: { type: integer } } }
      responses:
        '204': { description: Done }
        '400': { description: Refused }
";

/// The names of a list in a query, by the name of the list.
type Names = fn(&[(String, String)]) -> Vec<String>;

fn repeated(query: &[(String, String)]) -> Vec<String> {
    query.iter().filter(|(name, _)| name == "names").map(|(_, value)| value.clone()).collect()
}

fn joined(query: &[(String, String)]) -> Vec<String> {
    repeated(query).iter().flat_map(|value| value.split(',')).map(str::to_owned).take(1).collect()
}

fn is_allowed(query: &[(String, String)], names: Names) -> bool {
    let names = names(query);
    let is_integer = |text: &str| text.parse::<i64>().is_ok();
    let (mut has_x, mut is_known) = (false, true);
    for (name, value) in query {
        has_x |= name == "at[x]";
        is_known &= match name.as_str() {
            "names" => ["blue", "black"].contains(&value.as_str()),
            "size" => value.parse().is_ok_and(|size: i64| (1..=8).contains(&size)),
            "at[x]" | "at[y]" => is_integer(value),
            _ => false,
        };
    }
    (2..=3).contains(&names.len()) && has_x && is_known
}

async fn run_on(names: Names) -> Run {
    let server = MockServer::start().await;
    let answer = move |request: &wiremock::Request| {
        let query: Vec<(String, String)> = request.url.query_pairs().into_owned().collect();
        ResponseTemplate::new(if is_allowed(&query, names) { 204 } else { 400 })
    };
    Mock::given(any()).respond_with(answer).mount(&server).await;
    let document = Document::read("query.yaml", DOCUMENT.as_bytes()).unwrap();
    let mut plan = Plan::of(vec![document], &[]).unwrap();
    ServerUnderTest::select(&mut plan);
    let server = ServerUnderTest::new(&server.uri()).unwrap();
    server.run(&plan, Options::default(), &|_| ()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_reads_a_query_as_the_document_says_has_no_finding() {
    let right = run_on(repeated).await;
    let found: Vec<_> = right.results.iter().filter(|result| !result.findings.is_empty()).collect();
    assert!(found.is_empty(), "{found:#?}");
    let wrong = run_on(joined).await;
    assert!(wrong.results.iter().any(|result| !result.findings.is_empty()));
}
