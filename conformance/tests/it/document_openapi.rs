//! The OpenAPI reader.

mod node;
mod parameter;
mod reference;
mod schema;
mod swagger;
mod version;
mod yaml;

use jsonschema::Validator;
use media_upload_conformance::document::{Credential, CredentialKind, Document, ParameterLocation, Prose};
use serde_json::json;

use crate::documents::PYANNOTE;
use crate::outline::{outline, read};

#[test]
fn the_pyannote_document_is_read_in_full() {
    let document = read(PYANNOTE);
    insta::assert_snapshot!(outline(&document), @r##"
      9 server https://api.pyannote.ai
     17 getMediaUploadURL POST /v1/media/input
     20   prose "Get upload URL"
     22   prose "To use the provided temporary storage is a two step process. You start by declaring a media:// url that you can reference in any other API calls. The response will provide a url where you can put your media. This allows you to use the media:// url as a short-cut for a temporary storage location. You'll be returned a pre-signed url you can use to PUT and upload your media file. The temporary storage should allow you to read and write to the media:// locations for a period of at least 24 hours before it is removed."
     27   body required
     30     application/json
     31       schema {"$ref":"#/components/schemas/GetMediaUploadUrl"}
     34   201 ""
     37     application/json
     38       schema {"$ref":"#/components/schemas/MediaResponse"}
     40   400 "Invalid request"
     43     application/json
     44       schema {"$ref":"#/components/schemas/ValidationErrorResponse"}
     46   402 "Subscription is required"
     49     application/json
     50       schema {"$ref":"#/components/schemas/ApiError"}
     52   429 "Too many requests"
     55     application/json
     56       schema {"$ref":"#/components/schemas/ApiError"}
     59   security [api-key Bearer]
     62 schema GetMediaUploadUrl {"type":"object","properties":{"url":{"type":"string","maxLength":255,"pattern":"^media:\\/\\/[a-zA-Z0-9\\-_\\.\\/]+$","description":"The url should be in the form media://object-key where the object-key can be any alpha-numeric string. The object-key is unique to your account API token so there is no risk of collision with other users."}},"required":["url"]}
     76 schema MediaResponse {"type":"object","properties":{"url":{"type":"string"}},"required":["url"]}
     83 schema ValidationErrorResponse {"type":"object","properties":{"message":{"type":"string","description":"Error message","example":"Invalid request"},"errors":{"description":"List of errors","type":"array","items":{"$ref":"#/components/schemas/ValidationError"}}},"required":["message","errors"]}
     98 schema ApiError {"type":"object","properties":{"requestId":{"type":"string","description":"Request ID","example":"37a4c3a0-b034-4e8c-9ed9-76da6645544a"},"message":{"type":"string","description":"Error message","example":"Error message"}},"required":["requestId","message"]}
    112 schema ValidationError {"type":"object","properties":{"field":{"type":"string","description":"Field name","example":"url"},"message":{"type":"string","description":"Error message","example":"Invalid URL"}},"required":["field","message"]}
     68 note the pattern `/^media:\/\/[a-zA-Z0-9\-_\.\/]+$/` is a JavaScript regular expression literal, but in OpenAPI its slashes are part of the pattern; they are removed
    "##);
}

#[test]
#[expect(clippy::too_many_lines, reason = "an inline snapshot")]
fn an_api_of_ten_operations_is_read_in_full() {
    let document = read("conformance/tests/fixtures/speech-api.yaml");
    insta::assert_snapshot!(outline(&document), @r##"
     12 server https://eu.speech.example/api
      6 prose "Everything about recordings: upload them, ask who speaks when, and come back for the result."
      9 prose "Results are kept for a day."
     24 prose "Work that takes a while."
     27 getMediaUploadURL POST /v1/media/input
     29   prose "Get upload URL"
     33   body required
     36     application/json
     37       schema {"$ref":"#/request/components/schemas/MediaInput"}
     42       example {"url":"media://a"}
    341       example {"url":"media://recordings/2025/interview.wav"}
     47   201 "Where to put the bytes"
     50     application/json
     51       schema {"$ref":"#/components/schemas/MediaLocation"}
     53   400 "Invalid request"
    324     application/json
    325       schema {"$ref":"#/components/schemas/ValidationErrorResponse"}
     55   429 "Too many requests"
    330     Header Retry-After required simple "Seconds to wait"
    333       schema {"type":"integer"}
    336     application/json
    337       schema {"$ref":"#/components/schemas/ApiError"}
    475       example {"requestId":"37a4c3a0-b034","message":"Error message"}
     21   security [api-key Bearer]
     58 diarize POST /v1/diarize
     60   prose "Ask who speaks when"
    314   body required
    317     application/json
    318       schema {"$ref":"#/request/components/schemas/JobRequest"}
     64   200 "The job was created"
     67     application/json
     68       schema {"$ref":"#/components/schemas/JobCreated"}
     73   402 "Subscription is required"
     76     application/json
     77       schema {"$ref":"#/components/schemas/ApiError"}
    475       example {"requestId":"37a4c3a0-b034","message":"Error message"}
     79   429 "Too many requests"
    330     Header Retry-After required simple "Seconds to wait"
    333       schema {"type":"integer"}
    336     application/json
    337       schema {"$ref":"#/components/schemas/ApiError"}
    475       example {"requestId":"37a4c3a0-b034","message":"Error message"}
     21   security [api-key Bearer]
     89 identify POST /v1/identify
    314   body required
    317     application/json
    318       schema {"$ref":"#/request/components/schemas/JobRequest"}
     95   200 "The job was created"
     98     application/json
     99       schema {"$ref":"#/components/schemas/JobCreated"}
    101   4XX "Whatever was wrong with the request"
    104     application/json
    105       schema {"$ref":"#/components/schemas/ApiError"}
    475       example {"requestId":"37a4c3a0-b034","message":"Error message"}
    107   default "Anything else"
     21   security [api-key Bearer]
    110 createVoiceprint POST /v1/voiceprint
    112   body required
    115     application/json
    116       schema {"allOf":[{"$ref":"#/request/components/schemas/MediaInput"},{"type":"object","properties":{"model":{"type":"string","enum":["precise","fast"],"default":"precise"}}}]}
    128   200 "The voiceprint"
    131     application/json
    132       schema {"$ref":"#/components/schemas/Voiceprint"}
     21   security [api-key Bearer]
    135 listJobs GET /v1/jobs
    138   Query cursor form explode "Where the last page ended"
    141     schema {"type":"string","minLength":1}
    144     example "bmV4dA"
    301   Query limit form explode ""
    304     schema {"type":"integer","minimum":1,"maximum":100,"default":20}
    146   Query status form ""
    149     schema {"type":"array","items":{"$ref":"#/request/components/schemas/JobStatus"}}
    153   Query createdAfter form explode ""
    155     schema {"type":"string","format":"date-time","example":"2025-01-31T12:00:00Z"}
    158     example "2025-01-31T12:00:00Z"
    160   200 "A page of jobs"
    163     Header X-Total-Count required simple "How many there are"
    166       schema {"type":"integer","minimum":0}
    310     Header X-RateLimit-Remaining simple ""
    311       schema {"type":"integer"}
    172     application/json
    173       schema {"type":"object","properties":{"items":{"type":"array","items":{"$ref":"#/components/schemas/Job"}},"nextCursor":{"type":["string","null"]}},"required":["items","nextCursor"]}
     21   security [api-key Bearer]
    200 getJobById GET /v1/jobs/{jobId}
    202   prose "Poll a job"
    187   prose "One job"
    189   Path jobId required simple ""
    192     schema {"type":"string","format":"uuid"}
    204   Header X-Request-Id required simple "For this operation"
    208     schema {"type":"string","pattern":"^[a-z0-9]+$"}
    212   200 "The job"
    215     application/json
    216       schema {"$ref":"#/components/schemas/Job"}
    218   404 "No such job"
    221     application/json
    222       schema {"$ref":"#/components/schemas/ApiError"}
    224       example {"requestId":"37a4c3a0","message":"No such job"}
    475       example {"requestId":"37a4c3a0-b034","message":"Error message"}
     21   security [api-key Bearer]
    227 cancelJob DELETE /v1/jobs/{jobId}
    187   prose "One job"
    189   Path jobId required simple ""
    192     schema {"type":"string","format":"uuid"}
    195   Header X-Request-Id simple "For every operation of this path"
    198     schema {"type":"string"}
    230   204 "It is gone"
     21   security [api-key Bearer]
    233 test GET /v1/test
    234   prose "Whether the service is up"
    238   200 "It is"
    241     application/json
    242       schema {"type":"object"}
    233   security []
    245 sendFeedback POST /v1/feedback
    252   server https://feedback.speech.example
    253   body
    255     application/x-www-form-urlencoded
    256       schema {"type":"object","properties":{"stars":{"type":"integer","minimum":1,"maximum":5},"words":{"type":"string"}},"required":["stars"]}
    268   202 "Thanks"
    248   security [api-key Bearer, signature Parameter(Header, "X-Signature")]
    250   security [login Basic]
    273 setWebhook PUT /v1/webhook
    272   server https://hooks.speech.example
    275   body required
    278     application/json
    279       schema {"type":"object","properties":{"url":{"type":"string","format":"uri"}},"required":["url"],"additionalProperties":false}
    289   200 "It is set"
    292     application/json
    293       schema {"type":"object","properties":{"secret":{"type":"string","readOnly":true}}}
     21   security [api-key Bearer]
    344 schema MediaInput {"type":"object","properties":{"url":{"type":"string","maxLength":255,"pattern":"^media:\\/\\/[a-z/.0-9]+$"}},"required":["url"]}
    353 schema MediaLocation {"type":"object","properties":{"url":{"type":"string","format":"uri"}},"required":["url"]}
    361 schema JobRequest {"type":"object","properties":{"url":{"type":"string","format":"uri"},"webhook":{"type":"string","format":"uri"},"numSpeakers":{"type":["integer","null"],"minimum":1},"confidence":{"type":"boolean","default":false}},"required":["url"]}
    379 schema JobCreated {"type":"object","properties":{"jobId":{"type":"string"},"status":{"$ref":"#/components/schemas/JobStatus"}},"required":["jobId","status"]}
    389 schema JobStatus {"type":"string","enum":["created","running","succeeded","failed"]}
    396 schema Job {"type":"object","properties":{"jobId":{"type":"string"},"status":{"$ref":"#/components/schemas/JobStatus"},"parent":{"$ref":"#/components/schemas/Job"},"output":{"anyOf":[{"oneOf":[{"$ref":"#/components/schemas/Diarization"},{"$ref":"#/components/schemas/Voiceprint"}]},{"type":"null"}]}},"required":["jobId","status"]}
    413 schema Diarization {"type":"object","properties":{"segments":{"type":"array","items":{"type":"object","properties":{"speaker":{"type":"string"},"start":{"type":"number","minimum":0},"end":{"type":"number","exclusiveMinimum":0}},"required":["speaker","start","end"]}}},"required":["segments"]}
    436 schema Voiceprint {"type":"object","properties":{"voiceprint":{"type":"string","format":"byte"}},"required":["voiceprint"]}
    444 schema ValidationErrorResponse {"type":"object","properties":{"message":{"type":"string","example":"Invalid request"},"errors":{"type":"array","items":{"type":"object","properties":{"field":{"type":"string"},"message":{"type":"string"}},"required":["field","message"]}}},"required":["message","errors"]}
    465 schema ApiError {"type":"object","properties":{"requestId":{"type":"string"},"message":{"type":"string"}},"required":["requestId","message"],"example":{"requestId":"37a4c3a0-b034","message":"Error message"}}
     81 note the suite does not judge `callbacks`; it is ignored
    350 note the pattern `/^media:\/\/[a-z/.0-9]+$/i` is a JavaScript regular expression literal, but in OpenAPI its slashes are part of the pattern; they are removed, and its flags `i` are ignored
    "##);
}

/// A document with one operation. `lines` are its content; `rest` is appended to the document.
fn operation(lines: &str, rest: &str) -> String {
    let indented: String = lines.lines().map(|line| format!("      {line}\n")).collect();
    format!("openapi: 3.0.3\ninfo: {{title: t, version: '1'}}\npaths:\n  /a:\n    get:\n{indented}{rest}")
}

fn parsed(text: &str) -> Document {
    Document::read("a.yaml", text.as_bytes()).unwrap()
}

fn refusal(text: &str) -> String {
    Document::read("a.yaml", text.as_bytes()).map(|_| ()).unwrap_err().to_string()
}

fn notes(document: &Document) -> Vec<String> {
    document.notes.iter().map(|note| format!("{} {}", note.location.line, note.text)).collect()
}

/// The validator of a schema that stands at `components/schemas/A`.
fn validator(schema: &str) -> Validator {
    let text = operation(
        "responses: {'200': {description: d, content: {application/json: {schema: {$ref: '#/components/schemas/A'}}}}}",
        &format!("components: {{schemas: {{A: {schema}}}}}"),
    );
    let document = parsed(&text);
    let schema = document.operations[0].responses[0].contents[0].schema.clone().unwrap();
    document.validator(&schema).unwrap()
}

#[test]
fn json_and_docs_pages_give_the_same_model_as_yaml() {
    let name = "conformance/tests/fixtures/speech-api.yaml";
    let yaml = std::fs::read_to_string(format!("{}/../{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let document = parsed(&yaml);
    let value: serde_json::Value = serde_yaml::from_str(&yaml).unwrap();
    let json = serde_json::to_string_pretty(&value).unwrap();
    let page = format!("# Page\n\n````yaml POST /v1/media/input\n{yaml}\n\n````");
    let unnumbered = |text: &str| text.lines().map(|line| line[3..].to_owned()).collect::<Vec<_>>();

    let from_json = Document::read("a.json", json.as_bytes()).unwrap();
    assert_eq!(unnumbered(&outline(&from_json)), unnumbered(&outline(&document)));
    let from_page = Document::read("a.md", page.as_bytes()).unwrap();
    assert_eq!(unnumbered(&outline(&from_page)), unnumbered(&outline(&document)));
    for (operation, other) in from_page.operations.iter().zip(&document.operations) {
        assert_eq!(operation.location.line, other.location.line + 3, "line numbers are those of the page");
    }
}

#[test]
fn the_error_names_an_unsupported_version() {
    assert_eq!(
        refusal("# A\nopenapi: 4.0.0\n"),
        "a.yaml:2: the document is OpenAPI 4.0.0; only Swagger 2.0 and OpenAPI 3.0, 3.1 and 3.2 are supported; convert the document"
    );
    assert_eq!(
        refusal("a: 1\n"),
        "a.yaml:1: the top level has no `openapi:` and no `swagger:` key; check that this is an OpenAPI document"
    );
    assert_eq!(
        refusal("openapi: 3.0\n"),
        "a.yaml:1: expected a string (quote it if it looks like another type) at /openapi, found a number"
    );
}

#[test]
fn unknown_keys_are_noted_and_keys_without_effect_on_messages_are_ignored() {
    let document = parsed(&operation(
        "operationid: x\nx-mine: 1\ndeprecated: true\ncallbacks: {}\ntags: [a]\nresponses:\n  '200': {description: d, links: {}, header: {}}\n  ok: {description: d}\n  '600': {}\nparameters:\n- {name: q, in: query, schema: {type: str, const: 1, xml: {}, format: any}}",
        "webhooks: {}\nx-more: {}\ncomponets: {}\n",
    ));
    assert_eq!(
        notes(&document),
        [
            "6 OpenAPI 3.0 has no key `operationid` here; it is ignored",
            "12 OpenAPI 3.0 has no key `header` here; it is ignored",
            "13 `ok` is not a status code, a range (`4XX`) or `default`; it is ignored",
            "14 `600` is not a status code, a range (`4XX`) or `default`; it is ignored",
            "16 `str` is not an OpenAPI type (string, number, integer, boolean, array, object); every value is accepted",
            "16 OpenAPI 3.0 has no key `const` here; it is ignored",
            "19 OpenAPI 3.0 has no key `componets` here; it is ignored",
        ]
    );
}

#[test]
fn operation_ids_are_unique() {
    let get = "{operationId: same, responses: {default: {description: d}}}";
    let none = "{responses: {default: {description: d}}}";
    let document = parsed(&format!(
        "openapi: 3.0.0\npaths:\n  /a:\n    get: {get}\n    put: {get}\n  /x/a: {{post: {none}}}\n  /y/a: {{post: {none}}}\n  /z/a: {{post: {none}}}\n  /{{p}}: {{head: {none}, get: {none}}}\n"
    ));
    let ids: Vec<_> = document.operations.iter().map(|operation| operation.id.as_str()).collect();
    assert_eq!(ids, ["same", "put_same", "a", "post_a", "post2_a", "head", "get"]);
    assert!(
        notes(&document).contains(
            &"5 an earlier operation has the same operationId `same`; this operation gets the id `put_same`"
                .to_owned()
        )
    );
}

#[test]
fn credentials_are_those_of_the_operation_or_else_of_the_document() {
    let schemes = "components: {securitySchemes: {b: {type: http, scheme: Bearer}, k: {type: apiKey, in: query, name: key}, o: {type: oauth2, flows: {}}, d: {type: http, scheme: digest}}}\n";
    let security = |own: &str| {
        let text = operation(
            &format!("responses: {{default: {{description: d}}}}\n{own}"),
            &format!("security: [{{b: []}}]\n{schemes}"),
        );
        let document = parsed(&text);
        let kinds = |alternative: &Vec<Credential>| {
            alternative.iter().map(|credential| credential.kind.clone()).collect::<Vec<_>>()
        };
        document.operations[0].security.iter().map(kinds).collect::<Vec<_>>()
    };
    let none: Vec<Vec<CredentialKind>> = Vec::new();
    assert_eq!(security(""), [[CredentialKind::Bearer]]);
    assert_eq!(security("security: []"), none);
    assert_eq!(
        security("security: [{}, {k: []}]"),
        [vec![], vec![CredentialKind::Parameter(ParameterLocation::Query, "key".to_owned())]]
    );
    assert_eq!(
        security("security: [{o: [], d: []}]"),
        [[CredentialKind::Bearer, CredentialKind::Challenge("digest".to_owned())]]
    );
    assert_eq!(security("security: [{z: []}]"), [[CredentialKind::Other("z".to_owned())]]);
}

#[test]
fn folded_and_quoted_prose_has_the_line_it_starts_on() {
    let document = parsed(&operation(
        "summary: One line\ndescription: >-\n  Folded over\n  two lines.\nresponses: {}",
        "tags:\n- name: a\n  description: \"Quoted, and\n    wrapped.\"\n",
    ));
    let prose =
        |prose: &[Prose]| prose.iter().map(|p| format!("{} {}", p.location.line, p.text)).collect::<Vec<_>>();
    assert_eq!(prose(&document.operations[0].prose), ["6 One line", "8 Folded over two lines."]);
    assert_eq!(prose(&document.prose), ["13 Quoted, and wrapped."]);
}

#[test]
fn many_descriptions_on_one_line_are_located_in_linear_time() {
    let description = "x".repeat(200);
    let tags: Vec<_> = (0..3000)
        .map(|index| json!({ "name": index.to_string(), "description": format!("{index} {description}") }))
        .collect();
    let text = json!({ "openapi": "3.0.0", "paths": {}, "tags": tags }).to_string();
    let start = std::time::Instant::now();
    assert_eq!(parsed(&text).prose.len(), 3000);
    assert!(start.elapsed() < std::time::Duration::from_secs(5));
}
