//! The families of arguments: what the document allows must go out exactly, what it forbids must
//! be refused before anything is sent.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use jsonschema::Validator;
use serde_json::{Value, json};

use super::call::{Argument, Call, id_part};
use super::case::{Case, Outcome};
use super::fact::{self, FactId, branches};
use super::part::{self, Changed};
use super::{limit, pattern, sample};
use crate::document::{Document, Location, Place};

/// Characters that mean something in a query, a path or a header, and one outside ASCII.
const SPECIAL: &str = "a b&c=d+e%20f#g?h/ié";

/// The longest list that limits are tried with: its elements may be large.
const LONGEST_LIST: usize = 1_000;

/// One value of one argument.
struct Variation {
    name: String,
    purpose: String,
    value: Value,
    /// The schema keywords it exercises.
    keywords: Vec<String>,
    /// The facts that it exercises beside those.
    facts: BTreeSet<FactId>,
    /// Where it is stated, if not by a keyword.
    pointer: Option<String>,
}

/// Every argument's variations, and those of a credential whose form is documented.
pub fn cases(call: &Call<'_>, judges: &mut Judges<'_>) -> Vec<Case> {
    let mut cases = Vec::new();
    for argument in &call.arguments {
        cases.extend(of_argument(call, argument, judges, give_argument));
        cases.push(absent(call, argument));
    }
    if let Some(argument) = call.credential_argument() {
        cases.extend(of_argument(call, &argument, judges, give_credential));
    }
    cases.extend(examples(call));
    cases
}

/// Each documented example of a body that has properties, given as it is.
fn examples(call: &Call<'_>) -> Vec<Case> {
    let Some((content, _)) = call.body() else { return Vec::new() };
    let examples = content.examples.iter().enumerate();
    let whole = examples.filter_map(|(index, example)| {
        let fields = example.value.as_object()?;
        let known = |name: &String| call.arguments.iter().any(|argument| argument.name == *name);
        let name = format!("argument/body/example-{}", index + 1);
        let purpose = format!("the documented example {} of the body", index + 1);
        let mut case = call.case(&name, purpose, example.location.clone());
        case.facts.insert(call.fact(&example.location.pointer));
        case.params.extend(
            fields.iter().filter(|(name, _)| known(name)).map(|(name, value)| (name.clone(), value.clone())),
        );
        Some(going_out(call, case))
    });
    whole.collect()
}

/// How a value is given to the client.
type Give = fn(&mut Case, &Argument, Value);

fn give_argument(case: &mut Case, argument: &Argument, value: Value) {
    case.params.insert(argument.name.clone(), value);
}

fn give_credential(case: &mut Case, _: &Argument, value: Value) {
    case.credential = Some(value);
}

/// None where the schema cannot be checked: who cannot tell what is allowed must not blame. The
/// census then names the facts that were not looked at.
fn of_argument(call: &Call<'_>, argument: &Argument, judges: &mut Judges<'_>, give: Give) -> Vec<Case> {
    let Some(judge) = judges.judge(argument) else { return Vec::new() };
    let mut names = BTreeSet::new();
    variations(&judge)
        .into_iter()
        .filter(|variation| names.insert(variation.name.clone()))
        .map(|variation| case(call, &judge, variation, give))
        .collect()
}

fn case(call: &Call<'_>, judge: &Judge<'_>, variation: Variation, give: Give) -> Case {
    let argument = judge.argument;
    let allowed = judge.allows(&variation.value);
    let name = &argument.name;
    let verb = if allowed { "allowed" } else { "forbidden" };
    let mut case = call.case(
        &format!("argument/{}/{}", id_part(name), id_part(&variation.name)),
        format!("{name}: {}, which is {verb}", variation.purpose),
        location(call, argument, &variation),
    );
    let keywords =
        variation.keywords.iter().map(|keyword| call.fact(&format!("{}/{keyword}", argument.schema.pointer)));
    case.facts.extend(argument.facts.clone());
    case.facts.extend(keywords);
    case.facts.extend(variation.facts.iter().cloned());
    give(&mut case, argument, variation.value);
    if allowed { going_out(call, case) } else { refused(call, case) }
}

/// The argument left out: refused when required, else simply not there.
fn absent(call: &Call<'_>, argument: &Argument) -> Case {
    let stated = argument.required_at.as_ref();
    let mut case = call.case(
        &format!("argument/{}/absent", id_part(&argument.name)),
        format!("{}: left out", argument.name),
        stated.unwrap_or(&argument.location).clone(),
    );
    case.facts.extend(stated.map(|location| call.fact(&location.pointer)));
    case.params.remove(&argument.name);
    if argument.required { refused(call, case) } else { going_out(call, case) }
}

fn going_out(call: &Call<'_>, mut case: Case) -> Case {
    let (serve, outcome) = call.success();
    case.request = Some(Arc::new(call.request(&case.params, case.credential.as_ref())));
    case.serve = vec![serve];
    case.outcome = outcome;
    case
}

/// Should the client send it all the same, it gets the documented success: then the finding is
/// about the refusal, and not about what came after.
fn refused(call: &Call<'_>, mut case: Case) -> Case {
    case.serve = vec![call.success().0];
    case.request = None;
    case.outcome = Outcome::Refused;
    case
}

fn location(call: &Call<'_>, argument: &Argument, variation: &Variation) -> Location {
    let keyword = variation.keywords.first().map(|keyword| format!("{}/{keyword}", argument.schema.pointer));
    let stated = keyword.as_ref().or(variation.pointer.as_ref());
    stated.map_or_else(|| argument.location.clone(), |pointer| call.source.document.locate(pointer))
}

/// A validator a schema: to compile one takes longer than all else that an argument needs, and a
/// document repeats its schemas.
#[derive(Debug)]
pub struct Judges<'a> {
    document: &'a Document,
    compiled: HashMap<Value, Option<Arc<Validator>>>,
}

impl<'a> Judges<'a> {
    /// The judges of a document's arguments.
    pub fn new(document: &'a Document) -> Self {
        Self { document, compiled: HashMap::new() }
    }

    fn judge<'b>(&mut self, argument: &'b Argument) -> Option<Judge<'b>>
    where
        'a: 'b,
    {
        let schema = &argument.schema;
        if !self.compiled.contains_key(&schema.value) {
            let validator = self.document.validator(schema).ok().map(Arc::new);
            self.compiled.insert(schema.value.clone(), validator);
        }
        let validator = self.compiled.get(&schema.value)?.clone()?;
        Some(Judge { document: self.document, argument, validator })
    }
}

/// What decides whether an argument's value is allowed.
struct Judge<'a> {
    document: &'a Document,
    argument: &'a Argument,
    validator: Arc<Validator>,
}

impl Judge<'_> {
    fn allows(&self, value: &Value) -> bool {
        // A path segment cannot be empty: the request would be another one.
        let no_segment = self.argument.place == Some(Place::Path) && value == "";
        !no_segment && self.validator.is_valid(value)
    }
}

fn variations(judge: &Judge<'_>) -> Vec<Variation> {
    let argument = judge.argument;
    let schema = &argument.schema.value;
    let mut all = Vec::new();
    if !argument.required {
        all.push(vary("present", "a value, though it is optional", argument.sample.clone(), &[]));
    }
    all.extend(listed(schema));
    match sample::kind(schema) {
        "string" => all.extend(strings(judge)),
        "integer" | "number" => all.extend(numbers(schema)),
        "array" => all.extend(lists(argument)),
        _ => {}
    }
    // Only a body can hold what has parts as it is documented.
    if argument.place.is_none() {
        all.extend(parts(judge));
    }
    all.push(vary("wrong-type", "a value of another type", wrong_type(schema), &keywords(schema, &["type"])));
    all
}

fn vary(name: &str, purpose: &str, value: Value, keywords: &[String]) -> Variation {
    Variation {
        name: name.to_owned(),
        purpose: purpose.to_owned(),
        value,
        keywords: keywords.to_vec(),
        facts: BTreeSet::new(),
        pointer: None,
    }
}

/// What stands within a value: each part broken, each alternative given.
fn parts(judge: &Judge<'_>) -> Vec<Variation> {
    let Judge { document, argument, .. } = judge;
    let schema = &argument.schema;
    let own = Some(format!("{}/type", schema.pointer));
    let changes = part::changes(document, schema, &argument.sample);
    let broken = changes.broken.into_iter().filter(|changed| changed.pointer != own);
    let broken = broken.map(|changed| (fact_of(document, &changed), changed));
    let alternatives = changes.alternatives.into_iter();
    let alternatives =
        alternatives.map(|changed| (fact::exercised(document, schema, &changed.value), changed));
    let all = broken.chain(alternatives).map(|(facts, changed)| Variation {
        facts,
        pointer: changed.pointer,
        ..vary(&changed.variation, &format!("a value {}", changed.what), changed.value, &[])
    });
    all.collect()
}

fn fact_of(document: &Document, changed: &Changed) -> BTreeSet<FactId> {
    changed.pointer.iter().map(|pointer| fact::id(document, pointer)).collect()
}

/// Lists as short and as long as is allowed, and one element past each limit.
fn lists(argument: &Argument) -> Vec<Variation> {
    let schema = &argument.schema.value;
    let Some(element) = argument.sample.get(0) else { return Vec::new() };
    let limit = |keyword| schema.get(keyword).and_then(Value::as_u64).map(|limit| limit as usize);
    let sized = |name: &str, keyword: &str, length: Option<usize>| {
        let length = length.filter(|length| *length <= LONGEST_LIST)?;
        let purpose = format!("a list of {length}");
        Some(vary(name, &purpose, vec![element.clone(); length].into(), &[keyword.to_owned()]))
    };
    let (least, most) = (limit("minItems"), limit("maxItems"));
    let sizes = [
        sized("fewest", "minItems", least),
        sized("too-few", "minItems", least.and_then(|least| least.checked_sub(1))),
        sized("most", "maxItems", most),
        sized("too-many", "maxItems", most.and_then(|most| most.checked_add(1))),
    ];
    sizes.into_iter().flatten().collect()
}

/// Those of the keywords that the schema has.
fn keywords(schema: &Value, wanted: &[&str]) -> Vec<String> {
    wanted.iter().filter(|keyword| schema.get(**keyword).is_some()).map(ToString::to_string).collect()
}

fn listed(schema: &Value) -> Vec<Variation> {
    let Some(values) = schema.get("enum").and_then(Value::as_array) else {
        return Vec::new();
    };
    let each = values.iter().map(|value| {
        let text = super::call::text(value);
        vary(
            &format!("enum-{text}"),
            &format!("the listed value {text}"),
            value.clone(),
            &["enum".to_owned()],
        )
    });
    let other = vary(
        "not-listed",
        "a value that is not listed",
        json!("conformance-not-listed"),
        &["enum".to_owned()],
    );
    each.chain([other]).collect()
}

fn strings(judge: &Judge<'_>) -> Vec<Variation> {
    let argument = judge.argument;
    let schema = &argument.schema.value;
    if schema.get("enum").is_some() {
        return vec![vary("empty", "an empty string", json!(""), &[])];
    }
    let limit = |keyword| schema.get(keyword).and_then(Value::as_u64).map(|limit| limit as usize);
    let (least, most) = (limit("minLength"), limit("maxLength"));
    let sized = |name: &str, purpose: &str, length: usize, keyword: &str| {
        let value = of_length(schema, length)?;
        Some(vary(
            name,
            &format!("{purpose}, {length} characters"),
            json!(value),
            &keywords(schema, &[keyword]),
        ))
    };
    let mut found = vec![vary("empty", "an empty string", json!(""), &[])];
    found.extend(shortest(schema));
    found.extend(least.and_then(|least| sized("shortest", "the shortest", least, "minLength")));
    found.extend(
        least.and_then(|least| sized("too-short", "one too short", least.checked_sub(1)?, "minLength")),
    );
    found.extend(most.and_then(|most| sized("longest", "the longest", most, "maxLength")));
    found.extend(most.and_then(|most| sized("too-long", "one too long", most.checked_add(1)?, "maxLength")));
    found.extend(broken_pattern(argument, most));
    if let Some(format) = schema.get("format").and_then(Value::as_str) {
        found.push(vary(
            "not-the-format",
            &format!("not a {format}"),
            json!("not that format"),
            &["format".to_owned()],
        ));
    }
    if judge.allows(&json!(SPECIAL)) {
        found.push(vary("encoding", "characters that need encoding in their place", json!(SPECIAL), &[]));
    }
    found
}

/// The shortest string the pattern accepts.
fn shortest(schema: &Value) -> Option<Variation> {
    let found = pattern::matching(schema.get("pattern")?.as_str()?, 1, None)?;
    let purpose = format!("the shortest that the pattern accepts, {} characters", found.chars().count());
    Some(vary("shortest", &purpose, json!(found), &["pattern".to_owned()]))
}

fn broken_pattern(argument: &Argument, most: Option<usize>) -> Option<Variation> {
    let pattern = argument.schema.value.get("pattern")?.as_str()?;
    let broken = pattern::refused(pattern, argument.sample.as_str()?, most)?;
    Some(vary("pattern-broken", "a string that the pattern refuses", json!(broken), &["pattern".to_owned()]))
}

fn of_length(schema: &Value, length: usize) -> Option<String> {
    if length > limit::SIZE {
        return None;
    }
    match schema.get("pattern").and_then(Value::as_str) {
        Some(pattern) => pattern::of_length(pattern, length),
        None => Some("a".repeat(length)),
    }
}

fn numbers(schema: &Value) -> Vec<Variation> {
    let step = schema.get("multipleOf").and_then(Value::as_f64).unwrap_or(1.0);
    let edge = |name: &str, keyword: &str, shift: f64| {
        let limit = schema.get(keyword).and_then(Value::as_f64)?;
        let value = limit + shift;
        let value = if value.fract() == 0.0 { json!(value as i64) } else { json!(value) };
        Some(vary(
            name,
            &format!("{value}, where {keyword} is {limit}"),
            value.clone(),
            &[keyword.to_owned()],
        ))
    };
    let edges = [
        edge("smallest", "minimum", 0.0),
        edge("too-small", "minimum", -step),
        edge("largest", "maximum", 0.0),
        edge("too-large", "maximum", step),
    ];
    let broken_step = schema.get("multipleOf").map(|_| {
        vary(
            "not-a-multiple",
            "no multiple of the documented step",
            json!(step / 2.0),
            &["multipleOf".to_owned()],
        )
    });
    edges.into_iter().flatten().chain(broken_step).collect()
}

fn wrong_type(schema: &Value) -> Value {
    match sample::kind(schema) {
        "object" | "array" => json!("conformance"),
        _ if branches(schema).is_empty() => json!({ "conformance": "not of the documented type" }),
        _ => json!([[]]),
    }
}
