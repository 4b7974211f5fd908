//! The table "Style Examples" of OpenAPI 3.0.3, 4.7.12.4.1, as a test: for each row, the request of that row is right, and the
//! request of each other row is wrong.

use std::sync::Arc;

use media_upload_conformance::{
    Answer, Calling, ClientName, Document, Driver, DriverInfo, ErrorReport, Options, Plan, Request,
    VerdictKind, run,
};
use serde_json::{Value, json};

use crate::mutants::spec_client::{SentRequest, exchange};

/// One cell of the table: the place, the style, whether it explodes, the value, and the lawful texts.
struct Cell(&'static str, &'static str, bool, Shown, &'static [&'static str]);

/// The columns of the table.
#[derive(Clone, Copy)]
enum Shown {
    Empty,
    Text,
    List,
    Object,
}

use Shown::{Empty, List, Object, Text};

/// The names and values are those of the specification. Where its versions differ, both are lawful: 3.0.4 has commas in the style
/// `label` without explode. Percent-encoded delimiters are lawful as well: 3.0.4 has `%7C` and `%20`.
const TABLE: &[Cell] = &[
    Cell("path", "matrix", false, Empty, &[";color"]),
    Cell("path", "matrix", false, Text, &[";color=blue"]),
    Cell("path", "matrix", false, List, &[";color=blue,black,brown"]),
    Cell("path", "matrix", false, Object, &[";color=R,100,G,200,B,150", ";color=G,200,B,150,R,100"]),
    Cell("path", "matrix", true, Empty, &[";color"]),
    Cell("path", "matrix", true, Text, &[";color=blue"]),
    Cell("path", "matrix", true, List, &[";color=blue;color=black;color=brown"]),
    Cell("path", "matrix", true, Object, &[";R=100;G=200;B=150", ";B=150;R=100;G=200"]),
    Cell("path", "label", false, Text, &[".blue"]),
    Cell("path", "label", false, List, &[".blue.black.brown", ".blue,black,brown"]),
    Cell("path", "label", false, Object, &[".R.100.G.200.B.150", ".R,100,G,200,B,150"]),
    Cell("path", "label", true, Text, &[".blue"]),
    Cell("path", "label", true, List, &[".blue.black.brown"]),
    Cell("path", "label", true, Object, &[".R=100.G=200.B=150", ".B=150.G=200.R=100"]),
    Cell("path", "simple", false, Text, &["blue", "%62lue"]),
    Cell("path", "simple", false, List, &["blue,black,brown", "blue%2Cblack%2cbrown"]),
    Cell("path", "simple", false, Object, &["R,100,G,200,B,150", "B,150,G,200,R,100"]),
    Cell("path", "simple", true, Text, &["blue"]),
    Cell("path", "simple", true, List, &["blue,black,brown"]),
    Cell("path", "simple", true, Object, &["R=100,G=200,B=150", "G=200,R=100,B=150"]),
    Cell("header", "simple", false, Text, &["blue"]),
    Cell("header", "simple", false, List, &["blue,black,brown", "blue, black ,brown"]),
    Cell("header", "simple", false, Object, &["R,100,G,200,B,150", "B,150,G,200,R,100"]),
    Cell("header", "simple", true, List, &["blue,black,brown"]),
    Cell("header", "simple", true, Object, &["R=100,G=200,B=150", "B=150, R=100, G=200"]),
    Cell("query", "form", false, Empty, &["color=", "color"]),
    Cell("query", "form", false, Text, &["color=blue", "c%6flor=blue"]),
    Cell("query", "form", false, List, &["color=blue,black,brown", "color=blue%2Cblack%2Cbrown"]),
    Cell("query", "form", false, Object, &["color=R,100,G,200,B,150", "color=B,150,G,200,R,100"]),
    Cell("query", "form", true, Empty, &["color=", "color"]),
    Cell("query", "form", true, Text, &["color=blue"]),
    Cell("query", "form", true, List, &["color=blue&color=black&color=brown"]),
    Cell("query", "form", true, Object, &["R=100&G=200&B=150", "B=150&R=100&G=200"]),
    Cell("query", "spaceDelimited", false, List, &["color=blue%20black%20brown", "color=blue+black+brown"]),
    Cell("query", "spaceDelimited", false, Object, &["color=R%20100%20G%20200%20B%20150"]),
    Cell("query", "pipeDelimited", false, List, &["color=blue%7Cblack%7Cbrown", "color=blue|black|brown"]),
    Cell(
        "query",
        "pipeDelimited",
        false,
        Object,
        &["color=R%7C100%7CG%7C200%7CB%7C150", "color=R|100|G|200|B|150"],
    ),
    Cell(
        "query",
        "deepObject",
        true,
        Object,
        &["color[R]=100&color[G]=200&color[B]=150", "color%5BB%5D=150&color%5BR%5D=100&color%5bG%5d=200"],
    ),
    Cell("cookie", "form", false, Text, &["color=blue"]),
    Cell("cookie", "form", false, List, &["color=blue,black,brown", "color=blue%2Cblack%2Cbrown"]),
    Cell("cookie", "form", false, Object, &["color=R,100,G,200,B,150"]),
    Cell(
        "cookie",
        "form",
        true,
        List,
        &["color=blue&color=black&color=brown", "color=blue; color=black; color=brown"],
    ),
    Cell("cookie", "form", true, Object, &["R=100&G=200&B=150", "B=150; G=200; R=100"]),
];

impl Cell {
    fn schema(&self) -> Value {
        match self.3 {
            Empty => json!({ "type": "string", "example": "" }),
            Text => json!({ "type": "string", "example": "blue" }),
            List => {
                json!({ "type": "array", "items": { "type": "string" }, "example": ["blue", "black", "brown"] })
            }
            Object => json!({
                "type": "object",
                "properties": { "R": { "type": "integer" }, "G": { "type": "integer" }, "B": { "type": "integer" } },
                "example": { "R": 100, "G": 200, "B": 150 },
            }),
        }
    }

    /// A document with one operation, which has this parameter.
    fn plan(&self) -> Arc<Plan> {
        let Self(place, style, explode, ..) = self;
        let path = if *place == "path" { "/a/{color}" } else { "/a" };
        let parameter = json!({
            "name": "color", "in": place, "required": true, "style": style, "explode": explode, "schema": self.schema(),
        });
        let document = json!({
            "openapi": "3.0.3",
            "info": { "title": "t", "version": "1" },
            "servers": [{ "url": "https://table.example" }],
            "paths": { path: { "get": {
                "operationId": "a", "parameters": [parameter], "responses": { "204": { "description": "d" } },
            } } },
        });
        let document = Document::read("table.json", document.to_string().as_bytes()).unwrap();
        let mut plan = Plan::of(vec![document], &[]).unwrap();
        plan.cases.retain(|case| case.id == "table/a/204");
        assert_eq!(plan.cases.len(), 1);
        Arc::new(plan)
    }
}

/// A client that sends a text of the table.
struct Fixed {
    info: DriverInfo,
    place: &'static str,
    text: &'static str,
}

impl Driver for Fixed {
    fn info(&self) -> &DriverInfo {
        &self.info
    }

    fn call(&self, request: Request) -> Calling<'_> {
        let header = |name: &str| vec![(name.to_owned(), self.text.to_owned())];
        let (path, headers) = match self.place {
            "path" => (format!("/a/{}", self.text), Vec::new()),
            "query" => (format!("/a?{}", self.text), Vec::new()),
            "header" => ("/a".to_owned(), header("color")),
            _ => ("/a".to_owned(), header("cookie")),
        };
        let sent =
            SentRequest { method: "GET".to_owned(), path, query: Vec::new(), headers, body: Vec::new() };
        Box::pin(async move {
            let answered = exchange(&request.base_url, &sent, &request.clock).await;
            Ok(match answered {
                Ok(_) => Answer::Result(json!({})),
                Err(error) => {
                    Answer::Error(ErrorReport { message: error.to_string(), ..ErrorReport::default() })
                }
            })
        })
    }
}

async fn passes(plan: &Arc<Plan>, place: &'static str, text: &'static str) -> bool {
    let client = ClientName { name: "fixed".into(), version: "0".into(), language: "rust".into() };
    let info = DriverInfo { protocol: 1, client, operations: vec!["a".to_owned()], concurrency: 1 };
    let driver = Arc::new(Fixed { info, place, text });
    let run = run(plan, driver, Options { strict: true, ..Options::default() }).await.unwrap();
    run.results.iter().all(|result| result.verdict.kind() == VerdictKind::Pass && result.findings.is_empty())
}

#[tokio::test(flavor = "multi_thread")]
async fn each_row_of_the_table_of_styles_is_right_for_itself_and_wrong_for_every_other() {
    let texts = |place: &str| -> Vec<&'static str> {
        let rows = TABLE.iter().filter(|Cell(other, ..)| *other == place);
        let mut texts: Vec<_> = rows.flat_map(|Cell(.., texts)| texts.iter().copied()).collect();
        texts.sort_unstable();
        texts.dedup();
        texts
    };
    let mut judged = 0;
    for cell in TABLE {
        let Cell(place, style, explode, _, lawful) = cell;
        let plan = cell.plan();
        for text in texts(place).into_iter().chain(["%5B%22blue%22%2C%22black%22%2C%22brown%22%5D"]) {
            // Escapes and orders differ within a row: what is lawful for one spelling of a value is so for each equal one.
            let is_lawful = lawful
                .iter()
                .any(|known| *known == text || canonical(place, known) == canonical(place, text));
            let passed = passes(&plan, place, text).await;
            assert_eq!(
                passed, is_lawful,
                "{place} {style} explode={explode}: {text}, where {lawful:?} are right"
            );
            judged += 1;
        }
    }
    assert!(judged > 400, "{judged}");
}

/// A text without the spellings that RFC 3986 and RFC 9110 leave open: escapes, their case, blanks in headers, a missing `=`.
fn canonical(place: &str, text: &str) -> String {
    let decoded = percent_encoding::percent_decode_str(text).decode_utf8().unwrap().into_owned();
    match place {
        "query" => decoded.replace('+', " ").trim_end_matches('=').to_owned(),
        "header" => decoded.replace(' ', ""),
        _ => decoded,
    }
}
