//! The values of arguments: they tell apart the clients that alter a value, and the clients whose check of a value is wrong.

use std::sync::LazyLock;

use media_upload_conformance::plan::case::{Family, Outcome};
use media_upload_conformance::{Case, Document, Plan};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use regex::Regex;
use serde_json::Value;

use crate::documents::{case, our_plan};

static PLAN: LazyLock<Plan> = LazyLock::new(our_plan);

/// The strings that cases give to an argument; with `is_allowed`, whether the document allows them.
fn values<'a>(plan: &'a Plan, argument: &str, is_allowed: bool) -> Vec<&'a str> {
    let of_argument = plan.cases.iter().filter(|case| case.family == Family::Argument(argument.to_owned()));
    let of_kind = of_argument.filter(|case| case.outcome.is_refusal() != is_allowed);
    of_kind.filter_map(|case| given(case, argument)?.as_str()).collect()
}

fn given<'a>(case: &'a Case, argument: &str) -> Option<&'a Value> {
    case.credential.as_ref().or(case.params.get(argument))
}

/// A way to alter a string, with its name.
type NamedAlteration = (&'static str, fn(&str) -> String);

/// Ways to alter a URL.
const ALTERATIONS: &[NamedAlteration] = &[
    ("to lower case", |text| text.to_lowercase()),
    ("to upper case", |text| text.to_uppercase()),
    ("double slashes collapsed", |text| text.replace("//", "/").replacen(":/", "://", 1)),
    ("double dots removed", |text| text.replace("..", "")),
    ("dot segments removed", |text| text.replace("/./", "/")),
    ("dot segments resolved", |text| Regex::new(r"[^/]*/\.\./").unwrap().replace_all(text, "").into_owned()),
    ("last slash removed", |text| text.trim_end_matches('/').to_owned()),
    ("last dot removed", |text| text.trim_end_matches('.').to_owned()),
    ("hyphens to underscores", |text| text.replace('-', "_")),
    ("cut at 100", |text| text.chars().take(100).collect()),
    ("cut at 128", |text| text.chars().take(128).collect()),
    ("cut at 254", |text| text.chars().take(254).collect()),
];

/// Ways to alter a hexadecimal string.
const NUMBERS: &[NamedAlteration] = &[
    ("to lower case", |text| text.to_lowercase()),
    ("to upper case", |text| text.to_uppercase()),
    ("zeros dropped", |text| text.trim_start_matches('0').to_owned()),
    ("read as a number", |text| text.parse::<f64>().map_or(text.to_owned(), |number| number.to_string())),
    ("digits read as a number", |text| {
        text.parse::<u64>().map_or(text.to_owned(), |number| number.to_string())
    }),
    ("cut at 100", |text| text.chars().take(100).collect()),
    ("cut at 254", |text| text.chars().take(254).collect()),
];

#[test]
fn each_alteration_changes_an_allowed_value() {
    for (argument, alterations) in [("url", ALTERATIONS), ("job_id", NUMBERS), ("api_token", NUMBERS)] {
        for (name, alter) in alterations {
            let values = values(&PLAN, argument, true);
            assert!(values.iter().any(|value| alter(value) != **value), "{argument}: {name}");
        }
    }
}

#[test]
fn an_alteration_changes_the_samples_of_the_providers() {
    let url = case(&PLAN, "pyannote/upload/small").params["url"].as_str().unwrap();
    assert!(ALTERATIONS[..2].iter().chain(&ALTERATIONS[3..4]).all(|(_, alter)| alter(url) != url));
    assert!(url[8..].contains("//") && url.contains("/../"), "{url}");
    let job_id = case(&PLAN, "cielo24/upload/small").params["job_id"].as_str().unwrap();
    assert!(job_id.parse::<f64>().is_ok() && job_id.starts_with('0') && job_id != job_id.to_lowercase());
}

/// Patterns that are too strict: each refuses a value that the document allows. The mutants have those that differ at an end of a
/// range.
const STRICTER: &[(&str, &str)] = &[
    ("url", r"^media://[a-zA-Z1-9\-_./]+$"),
    ("url", r"^media://[a-zA-Z0-9\-_/]+$"),
    ("url", r"^media://[a-zA-Z0-9\-_.]+$"),
    ("url", r"^media://[a-zA-Z0-9\-_./]{1,246}$"),
    ("url", r"^media://[a-zA-Z0-9\-_./]*[a-zA-Z0-9]$"),
    ("job_id", "^[0-9a-fA-F]{1,255}$"),
    ("job_id", "^[1-9a-fA-F][0-9a-fA-F]*$"),
];

/// Patterns that are too lax: each allows a value that the document forbids.
const LAXER: &[(&str, &str)] = &[
    ("url", r"^[a-z]+://[a-zA-Z0-9\-_./]+$"),
    ("url", r"^media://[a-zA-Z0-9\-_./ ]+$"),
    ("url", r"^media://[a-zA-Z0-9\-_./%]+$"),
];

#[test]
fn each_stricter_pattern_refuses_an_allowed_value_and_each_laxer_one_allows_a_forbidden_value() {
    for (patterns, is_stricter) in [(STRICTER, true), (LAXER, false)] {
        for (argument, pattern) in patterns {
            let pattern = Regex::new(pattern).unwrap();
            let values = values(&PLAN, argument, is_stricter);
            let is_revealed = values.iter().any(|value| pattern.is_match(value) != is_stricter);
            assert!(is_revealed, "{argument}: {pattern}");
        }
    }
}

/// The plan of a document with one operation that has these parameters, each in YAML.
fn plan_of(parameters: &str, responses: &str) -> Plan {
    let text = format!(
        "openapi: 3.0.3\ninfo: {{ title: t, version: '1' }}\nservers: [{{ url: 'https://api.example' }}]\npaths:\n  \
         /jobs/{{id}}:\n    get:\n      operationId: getJob\n      parameters: [{parameters}]\n      responses: {{{responses}}}\n"
    );
    Plan::of(vec![Document::read("api.yaml", text.as_bytes()).unwrap()], &[]).unwrap()
}

const OK: &str = "'200': { description: d }";

#[test]
fn the_values_of_a_pattern_use_every_alternative_and_both_ends_of_its_repetitions() {
    let plan = plan_of(
        r"{ name: id, in: path, required: true, schema: { type: string, pattern: '^(ab|cd)-[0-9a-f]{2,4}(\.[x-z]+)?$' } }",
        OK,
    );
    let allowed = values(&plan, "id", true);
    for part in ["^ab", "^cd", "-[0-9a-f]{2}(\\.|$)", "-[0-9a-f]{4}(\\.|$)", "\\.", "^[^.]+$", "x", "y", "z"]
    {
        let part = Regex::new(part).unwrap();
        assert!(allowed.iter().any(|value| part.is_match(value)), "{part}: {allowed:?}");
    }
    let forbidden = values(&plan, "id", false);
    for text in ["AB-aaa.xxx", "ab-a.xxx", "ab-aaaaa.xxx", "ab-aga.xxx", "ab-aaa.x{x", "abaaa.xxx"] {
        assert!(forbidden.contains(&text), "{text}: {forbidden:?}");
    }
}

#[test]
fn no_argument_has_more_than_sixty_strings_and_none_twice() {
    let pattern = "^([!#-&]x[*-,]y[.-9]z){1,3}[<>][A-C][k-m][~]$";
    let plan = plan_of(
        &format!(
            "{{ name: id, in: path, required: true, schema: {{ type: string, pattern: '{pattern}' }} }}"
        ),
        OK,
    );
    let mut all = [values(&plan, "id", true), values(&plan, "id", false)].concat();
    assert!((50..=61).contains(&all.len()), "{}", all.len());
    let count = all.len();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), count);
}

#[test]
fn a_string_without_a_pattern_has_values_that_clients_often_change() {
    let plan = plan_of(
        "{ name: id, in: path, required: true, schema: { type: string } }, \
         { name: q, in: query, required: true, schema: { type: string, maxLength: 40 } }, \
         { name: X-Name, in: header, required: true, schema: { type: string } }",
        OK,
    );
    for argument in ["id", "q", "X-Name"] {
        let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let allowed = values(&plan, argument, true);
        for part in ["007 A", "  ", "+", "%2F", "//", "/../", "./"] {
            assert!(allowed.iter().any(|value| value.contains(part)), "{argument}: {}", encoded(part));
        }
        let has = |text: &str| allowed.iter().any(|value| value.contains(text));
        assert_eq!(has("é"), argument != "X-Name", "{argument}");
        assert_eq!(has(" a "), argument == "q", "{argument}");
    }
    let longest = values(&plan, "q", true).into_iter().max_by_key(|value| value.len()).unwrap();
    assert_eq!((longest.chars().count(), longest.len()), (40, 80));
    assert!(values(&plan, "id", true).iter().any(|value| value.len() >= 255));
    let sample = case(&plan, "api/getJob/200").params["q"].as_str().unwrap();
    assert!(sample.starts_with("00") && sample.contains("//") && sample.contains("/../"), "{sample}");
}

#[test]
fn a_forbidden_value_is_answered_with_the_documented_error_and_compared_where_it_has_one_form() {
    let parameters = "{ name: id, in: path, required: true, schema: { type: string, maxLength: 3 } }, \
                      { name: X-Tag, in: header, required: true, schema: { type: string, pattern: '^[a-z]+$' } }";
    let error = |status: u16| format!("{OK}, '{status}': {{ description: d }}");
    for (responses, expected) in [(error(400), Some(400)), (error(422), Some(422)), (error(404), None)] {
        let plan = plan_of(parameters, &responses);
        let too_long = case(&plan, "api/getJob/argument/id/too-long");
        let status = match too_long.outcome.when_sent() {
            Outcome::Failure { status, .. } => Some(*status),
            _ => None,
        };
        assert_eq!((too_long.outcome.is_refusal(), status), (true, expected), "{responses}");
        assert_eq!(too_long.request.as_ref().unwrap().uri, "/jobs/aaaa");
        for (id, is_compared) in [
            ("id/empty", false),
            ("id/wrong-type", false),
            ("id/absent", false),
            ("X-Tag/trailing-newline", false),
            ("X-Tag/leading-blank", false),
            ("X-Tag/with-accented-letter", false),
            ("X-Tag/with-blank", true),
            ("X-Tag/with-left-brace", true),
        ] {
            let case = case(&plan, &format!("api/getJob/argument/{id}"));
            assert!(case.outcome.is_refusal(), "{id}");
            assert_eq!(case.request.is_some(), is_compared, "{id}");
        }
    }
}
