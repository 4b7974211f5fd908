//! Parameters of a request: as they must be sent, and where a request can carry a value.

use serde::Serialize;
use serde_json::Value;

use super::reading::{self, RawPair, Shape};
use super::serialisation::Parts;
use crate::document::{Parameter, ParameterLocation, Serialisation, Style};

/// A parameter that must be sent, with its value.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExpectedParameter {
    /// The name in the HTTP message.
    pub name: String,
    /// The part of the HTTP message that has it.
    #[serde(rename = "in", serialize_with = "as_word")]
    pub sent_in: ParameterLocation,
    /// The value.
    pub value: Value,
    /// Its serialisation.
    #[serde(skip)]
    pub format: Serialisation,
}

fn as_word<S: serde::Serializer>(place: &ParameterLocation, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(place.word())
}

impl ExpectedParameter {
    pub(super) fn new(parameter: &Parameter, value: &Value) -> Self {
        let Parameter { name, sent_in, format, .. } = parameter;
        Self { name: name.clone(), sent_in: *sent_in, value: value.clone(), format: format.clone() }
    }

    /// The parameter as it is sent. Where several spellings are lawful, this is one of them.
    pub fn written(&self) -> String {
        self.format.written(self.sent_in, &self.name, &self.value)
    }

    /// Whether the suite knows how the value is sent. Otherwise each request is right about it.
    pub(crate) fn is_judged(&self) -> bool {
        carries(Place::Parameter(self.sent_in, &self.format), &self.value)
    }

    /// Whether this is the text of a path segment for it.
    pub(super) fn is_segment(&self, raw: &str) -> bool {
        self.has(reading::of_segment(&self.format, &self.name, &self.shape(), raw))
    }

    /// Whether these are the lines of its header.
    pub(crate) fn is_header(&self, lines: &[&str]) -> bool {
        let is_empty = lines.is_empty() && self.is_empty();
        is_empty || self.has(reading::of_header(&self.format, &self.shape(), lines))
    }

    /// Takes its pairs out of a query or of cookies.
    pub(crate) fn take(&self, pairs: &mut Vec<RawPair>) -> Vec<RawPair> {
        if !self.is_judged() {
            let bracket = format!("{}[", self.name);
            let is_field = |pair: &RawPair| self.value.get(&pair.name).is_some();
            let is_own =
                |pair: &RawPair| pair.name == self.name || pair.name.starts_with(&bracket) || is_field(pair);
            return pairs.extract_if(.., |pair| is_own(pair)).collect();
        }
        if self.sent_in == ParameterLocation::Cookie
            && self.format.explode
            && !matches!(self.shape(), Shape::Single)
        {
            *pairs = pairs.iter().flat_map(RawPair::split).collect();
        }
        reading::take(&self.format, &self.name, &self.shape(), pairs)
    }

    /// Whether a pair of this name can belong to it or to the other parameter. Then no server can tell which one it is.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        let (own, others) = (self.pair_names(), other.pair_names());
        own.iter().any(|name| others.contains(name))
    }

    /// The names of its pairs.
    fn pair_names(&self) -> Vec<&str> {
        match Parts::of(&self.value) {
            Parts::Object(fields) if self.format.explode && self.format.style == Style::Form => {
                fields.into_iter().map(|(name, _)| name).collect()
            }
            _ => vec![&self.name],
        }
    }

    /// Whether the pairs that were taken are right.
    pub(crate) fn is_pairs(&self, taken: &[RawPair]) -> bool {
        // RFC 6570, 3.2.1: a list or an object without parts is not sent. Many clients send an empty value.
        if self.is_empty() && taken.iter().all(|pair| pair.value.is_empty()) && taken.len() < 2 {
            return true;
        }
        // OpenAPI does not define the other delimiters with explode: some clients then repeat the name, others do not.
        let joined = Serialisation { explode: false, ..self.format.clone() };
        let is_undefined = matches!(self.format.style, Style::SpaceDelimited | Style::PipeDelimited);
        let formats = [Some(&self.format), (self.format.explode && is_undefined).then_some(&joined)];
        let read = formats
            .into_iter()
            .flatten()
            .flat_map(|format| reading::of_pairs(format, self.sent_in, &self.name, &self.shape(), taken));
        !self.is_judged() || self.has(read.collect())
    }

    fn has(&self, read: Vec<Value>) -> bool {
        !self.is_judged() || read.iter().any(|read| reading::is_value(&self.format, &self.value, read))
    }

    fn shape(&self) -> Shape {
        Shape::of(&self.value)
    }

    fn is_empty(&self) -> bool {
        match Parts::of(&self.value) {
            Parts::List(elements) => elements.is_empty() && !self.format.is_json_text(),
            Parts::Object(fields) => fields.is_empty() && !self.format.is_json_text(),
            Parts::Single(_) => false,
        }
    }
}

/// Where a value is sent.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Place<'a> {
    /// In a parameter.
    Parameter(ParameterLocation, &'a Serialisation),
    /// In a body.
    Body,
}

/// Whether a request can carry this value at this place unchanged, and in one way only. RFC 9110, 5.5: a header has no line breaks,
/// its characters beyond ASCII have no defined encoding, and white space around its value is removed. RFC 6265, 4.1.1 lists the
/// characters of a cookie. RFC 3986, 5.2.4 removes the segments `.` and `..`.
pub(crate) fn carries(place: Place<'_>, value: &Value) -> bool {
    let Place::Parameter(place, format) = place else {
        return matches!(value, Value::String(_) | Value::Number(_) | Value::Bool(_));
    };
    if format.is_json_text() {
        return place != ParameterLocation::Header
            || value.to_string().chars().all(|c| c == ' ' || c.is_ascii_graphic());
    }
    let parts = Parts::of(value);
    let is_single = matches!(parts, Parts::Single(_));
    let texts = || parts.texts().into_iter();
    // In headers and cookies nothing is percent-encoded, so a part has no delimiters.
    let is_separable = |text: &String| is_single || !text.contains([',', '"', '=', '&', '%', ';']);
    let is_carried = match place {
        ParameterLocation::Query => true,
        ParameterLocation::Path => {
            let segment = format.written(place, "", value);
            !["", ".", ".."].contains(&segment.as_str())
        }
        ParameterLocation::Header => texts().all(|text| {
            text.trim() == text
                && text.chars().all(|c| c == ' ' || c.is_ascii_graphic())
                && is_separable(&text)
        }),
        ParameterLocation::Cookie => texts().all(|text| {
            text.chars().all(|c| c.is_ascii_graphic() && !['"', ',', ';', '\\'].contains(&c))
                && is_separable(&text)
        }),
    };
    is_carried && format.defines(value)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::super::serialisation::text;
    use super::*;

    /// A place, and a serialisation that OpenAPI allows there.
    fn places() -> impl Strategy<Value = (ParameterLocation, Serialisation)> {
        use ParameterLocation::{Cookie, Header, Path, Query};
        let styles = [
            (Path, vec![Style::Simple, Style::Label, Style::Matrix]),
            (Query, vec![Style::Form, Style::SpaceDelimited, Style::PipeDelimited, Style::DeepObject]),
            (Header, vec![Style::Simple]),
            (Cookie, vec![Style::Form]),
        ];
        let all: Vec<_> = styles
            .into_iter()
            .flat_map(|(place, styles)| styles.into_iter().map(move |style| (place, style)))
            .chain([(Query, Style::Content("application/json".to_owned()))])
            .collect();
        let flags = (any::<bool>(), any::<bool>());
        (prop::sample::select(all), flags).prop_map(|((place, style), (explode, reserved))| {
            (place, Serialisation { style, explode, allow_reserved: reserved && place == Query })
        })
    }

    fn values() -> impl Strategy<Value = Value> {
        let texts = "[ -~é]{0,6}".prop_map(Value::from);
        let single =
            prop_oneof![texts, any::<i32>().prop_map(Value::from), any::<bool>().prop_map(Value::from)];
        let lists = prop::collection::vec(single.clone(), 0..4).prop_map(Value::from);
        let objects =
            prop::collection::btree_map("[a-zR&=]{1,3}", single.clone(), 0..4).prop_map(|map| json!(map));
        prop_oneof![single, lists, objects]
    }

    /// Whether a client that sends what `sent` has written is right about `expected`.
    fn is_right(expected: &ExpectedParameter, sent: &ExpectedParameter) -> bool {
        let written = sent.written();
        match expected.sent_in {
            ParameterLocation::Path => expected.is_segment(&written),
            ParameterLocation::Header => expected.is_header(&[&written]),
            place => {
                let mut pairs = match place {
                    ParameterLocation::Query => RawPair::all(&written),
                    _ => RawPair::cookies(&written),
                };
                let taken = expected.take(&mut pairs);
                expected.is_pairs(&taken) && pairs.is_empty()
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, rng_seed: prop::test_runner::RngSeed::Fixed(14), ..ProptestConfig::with_cases(2_000) })]
        #[test]
        fn what_is_written_is_read_as_the_same_value_and_as_no_other((place, format) in places(), one in values(), other in values()) {
            let parameter = |value: &Value| ExpectedParameter {
                name: "color".to_owned(), sent_in: place, value: value.clone(), format: format.clone(),
            };
            let (expected, another) = (parameter(&one), parameter(&other));
            prop_assert!(is_right(&expected, &expected), "{}", expected.written());
            // An empty value is right for a list without elements.
            let is_known = expected.is_judged() && another.is_judged() && !expected.is_empty();
            // A list of one element and the element itself, and a number and its digits, are the same text.
            let texts = |value: &Value| Parts::of(value).values().into_iter().map(text).collect::<Vec<_>>();
            let is_alike = texts(&one) == texts(&other) || expected.written() == another.written();
            if is_known && !is_alike && matches!(expected.shape(), Shape::Object(_)) == matches!(another.shape(), Shape::Object(_)) {
                prop_assert!(!is_right(&expected, &another), "{} is read as {one}", another.written());
            }
        }
    }
}
