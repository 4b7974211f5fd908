//! Hostile and damaged documents: the readers report a line and never panic.

use std::time::{Duration, Instant};

use media_upload_conformance::document::{Document, PointerLines};
use proptest::prelude::*;

/// The error of a document that must not be readable.
fn refusal(name: &str, bytes: &[u8]) -> String {
    Document::read(name, bytes).map(|_| ()).expect_err("the document must be refused").to_string()
}

/// Reads a document and uses the result as planning does.
fn use_fully(name: &str, bytes: &[u8]) {
    let Ok(document) = Document::read(name, bytes) else {
        return;
    };
    for operation in &document.operations {
        for content in operation.responses.iter().flat_map(|response| &response.contents) {
            let Some(schema) = &content.schema else {
                continue;
            };
            let Ok(validator) = document.validator(schema) else {
                continue;
            };
            for example in &content.examples {
                let _ = validator.is_valid(&example.value);
            }
        }
    }
    let last = document.text.lines().count().max(1);
    assert!(document.lines.values().all(|line| (1..=last).contains(&line)));
    assert!(document.notes.iter().all(|note| (1..=last).contains(&note.location.line)));
}

fn real(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/../{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn openapi_with(rest: &str) -> Vec<u8> {
    format!("openapi: 3.0.0\ninfo: {{}}\npaths: {{}}\n{rest}").into_bytes()
}

mod size {
    use super::*;

    #[test]
    fn a_file_of_50_mib_is_refused_without_parsing() {
        let bytes = vec![b'a'; 50 * 1024 * 1024];
        assert_eq!(
            refusal("big.yaml", &bytes),
            "big.yaml:1: the file is larger than 32 MiB, which is the maximum; check that it is the right file"
        );
    }

    #[test]
    fn an_alias_bomb_is_refused_at_the_line_that_exceeds_the_cap() {
        let mut bomb = "x-a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n".to_owned();
        for level in 1..12 {
            let below = format!("*a{}, ", level - 1).repeat(9);
            bomb.push_str(&format!("x-a{level}: &a{level} [{below}]\n"));
        }
        let start = Instant::now();
        assert_eq!(
            refusal("bomb.yaml", &openapi_with(&bomb)),
            "bomb.yaml:8: aliases (`*name`) expand to more than 50000 values, which is the maximum; write the values out"
        );
        assert!(start.elapsed() < Duration::from_secs(30));
    }

    #[test]
    fn a_merge_key_bomb_is_refused() {
        let mut bomb = "x-a0: &a0 {a: 1, b: 2, c: 3}\n".to_owned();
        for level in 1..30 {
            let below = level - 1;
            bomb.push_str(&format!("x-a{level}: &a{level}\n  <<: [*a{below}, *a{below}, *a{below}]\n"));
        }
        assert!(refusal("bomb.yaml", &openapi_with(&bomb)).contains("expand to more than 50000 values"));
    }

    #[test]
    fn nested_anchors_cost_no_copies() {
        let anchors: String = (0..90).map(|level| format!("&a{level} [")).collect();
        let nested = format!("x-a: {anchors}{}{}\n", "x,".repeat(100_000), "]".repeat(90));
        let start = Instant::now();
        assert!(Document::read("anchors.yaml", &openapi_with(&nested)).is_ok());
        assert!(start.elapsed() < Duration::from_secs(30));
    }

    #[test]
    fn references_that_expand_without_bound_are_refused() {
        let parameters: String =
            (0..10_000).map(|_| "- $ref: '#/components/parameters/Big'\n".to_owned()).collect();
        let text = format!(
            "openapi: 3.0.0\ncomponents:\n  parameters:\n    Big:\n      name: big\n      in: query\n      description: {}\n      schema: {{}}\npaths:\n  /a:\n    parameters:\n{}",
            "x".repeat(100_000),
            parameters.lines().map(|line| format!("    {line}\n")).collect::<String>(),
        );
        assert!(refusal("refs.yaml", text.as_bytes()).ends_with(
            "content that is used more than once adds up to more than 256 MiB, which is the maximum; use fewer `$ref`s to large content"
        ));
    }

    #[test]
    fn variables_in_variable_defaults_are_not_expanded() {
        let variables: String = (0..40)
            .map(|index| format!("    v{index}: {{default: '{{v{0}}}{{v{0}}}'}}\n", index + 1))
            .collect();
        let text = openapi_with(&format!("servers:\n- url: https://{{v0}}\n  variables:\n{variables}"));
        let document = Document::read("variables.yaml", &text).unwrap();
        assert_eq!(document.servers[0].url, "https://{v1}{v1}");
        assert!(
            document.notes.iter().any(|note| note.location.line == 5 && note.text.contains("no default"))
        );
    }

    #[test]
    fn deep_nesting_is_refused_at_the_line_that_exceeds_the_cap() {
        let block: String = (0..200).map(|level| format!("{}x-a:\n", " ".repeat(level))).collect();
        assert_eq!(
            refusal("deep.yaml", &openapi_with(&block)),
            "deep.yaml:104: nested deeper than 100 levels, which is the maximum; reduce the nesting"
        );
        let flow = format!("x-a: {}", "[".repeat(100_000));
        assert!(refusal("deep.yaml", &openapi_with(&flow)).starts_with("deep.yaml:4: "));
        let json = "{\"a\":".repeat(100_000);
        assert!(refusal("deep.json", json.as_bytes()).starts_with("deep.json:1: nested deeper than"));
        let aliases: String =
            (1..150).map(|level| format!("x-a{level}: &a{level} [*a{}]\n", level - 1)).collect();
        let aliases = openapi_with(&format!("x-a0: &a0 [a]\n{aliases}"));
        assert!(refusal("deep.yaml", &aliases).contains("nested deeper than 100 levels"));
    }

    #[test]
    fn a_page_with_too_many_blocks_is_refused() {
        let page = format!(".. http:get:: /a\n\n{}", "**HTTP Method**\n".repeat(10_000));
        assert_eq!(
            refusal("long.rst", page.as_bytes()),
            "long.rst:10002: more than 10000 paragraphs, headings and tables, which is the maximum; check that the file is one page"
        );
    }

    #[test]
    fn too_many_methods_for_one_description_are_refused() {
        let page = ".. http:get:: /a\n\n".repeat(17);
        assert_eq!(
            refusal("many.rst", page.as_bytes()),
            "many.rst:33: more than 16 methods share one description, which is the maximum; split the page"
        );
    }
}

mod encoding {
    use super::*;

    #[test]
    fn the_error_names_the_line_of_the_first_invalid_utf8_byte() {
        assert_eq!(
            refusal("latin.yaml", b"openapi: 3.0.0\ninfo:\n  title: caf\xE9\n"),
            "latin.yaml:3: the byte 0xE9 is not valid UTF-8 here; save the file as UTF-8"
        );
        assert_eq!(
            refusal("cut.yaml", b"openapi: 3.0.0\n# \xF0\x9F"),
            "cut.yaml:2: the byte 0xF0 is not valid UTF-8 here; save the file as UTF-8"
        );
    }

    #[test]
    fn utf16_is_detected() {
        let bytes: Vec<u8> = "\u{FEFF}openapi: 3.0.0".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(
            refusal("wide.yaml", &bytes),
            "wide.yaml:1: the file starts with a UTF-16 byte order mark; save the file as UTF-8"
        );
    }

    #[test]
    fn a_nul_byte_is_an_error() {
        assert_eq!(
            refusal("nul.yaml", b"openapi: 3.0.0\npaths: {}\n\0security: []\n"),
            "nul.yaml:3: the control character U+0000 is not allowed; remove it"
        );
    }

    #[test]
    fn a_byte_order_mark_and_other_line_ends_have_no_effect() {
        for name in ["openapi/pyannote.yaml", "openapi/cielo24/request_upload_url.rst"] {
            let plain = String::from_utf8(real(name)).unwrap();
            let expected = shown(name, &plain);
            for text in [format!("\u{FEFF}{plain}"), plain.replace('\n', "\r\n"), plain.replace('\n', "\r")] {
                assert_eq!(shown(name, &text), expected);
            }
        }
    }

    /// The whole model as text, and the lines, which have no order.
    fn shown(name: &str, text: &str) -> (String, PointerLines) {
        let mut document = Document::read(name, text.as_bytes()).unwrap();
        let lines = std::mem::take(&mut document.lines);
        (format!("{document:?}"), lines)
    }

    #[test]
    fn tabs_are_errors_only_where_yaml_forbids_them() {
        assert!(
            refusal("tab.yaml", b"openapi: 3.0.0\ninfo:\n\ttitle: a\n")
                .starts_with("tab.yaml:3: invalid YAML: ")
        );
        let json = b"{\n\t\"openapi\": \"3.0.0\",\n\t\"paths\": {}\n}";
        assert!(Document::read("tab.json", json).is_ok());
        let page = String::from_utf8(real("openapi/cielo24/request_upload_url.rst")).unwrap();
        let tabbed = page.replace("        ", "\t");
        assert!(Document::read("tab.rst", tabbed.as_bytes()).is_ok());
    }
}

mod damage {
    use super::*;

    fn read_every_prefix_of(name: &str) {
        let bytes = real(name);
        for length in 0..bytes.len() {
            let _ = Document::read(name, &bytes[..length]);
        }
    }

    #[test]
    fn every_prefix_of_the_openapi_document_is_read_or_refused() {
        read_every_prefix_of("openapi/pyannote.yaml");
    }

    #[test]
    fn every_prefix_of_the_rst_page_is_read_or_refused() {
        read_every_prefix_of("openapi/cielo24/request_upload_url.rst");
    }

    #[test]
    fn a_vendor_document_without_one_line_is_read_or_refused() {
        for name in ["openapi/pyannote.yaml", "openapi/cielo24/request_upload_url.rst"] {
            let text = String::from_utf8(real(name)).unwrap();
            let lines: Vec<_> = text.lines().collect();
            for missing in 0..lines.len() {
                let rest: Vec<_> = lines
                    .iter()
                    .enumerate()
                    .filter(|(index, _)| *index != missing)
                    .map(|(_, line)| *line)
                    .collect();
                use_fully(name, rest.join("\n").as_bytes());
            }
        }
    }
}

/// A random sequence of these fragments. It reaches deeper into the readers than random text.
fn text_of(pieces: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(pieces), 0..60).prop_map(|pieces| pieces.concat())
}

const YAML: &[&str] = &[
    "openapi: 3.0.0\n",
    "paths:\n",
    "  /a/{b}:\n",
    "    get:\n",
    "    parameters:\n",
    "      responses:\n",
    "        '200':\n",
    "components:\n",
    "  schemas:\n",
    "    A:\n",
    "      $ref: '#/components/schemas/A'\n",
    "      type: object\n",
    "- ",
    ": ",
    "[",
    "]",
    "{",
    "}",
    "&a ",
    "*a",
    "<<: ",
    "!!str ",
    "!x ",
    "|\n",
    ">-\n",
    "\"",
    "'",
    "\n",
    "  ",
    "\t",
    "#",
    "?",
    "~",
    "1",
    "é",
    "\u{2028}",
    "---\n",
    "...\n",
    "%YAML 1.2\n",
    "in: query\n",
    "name: a\n",
    "pattern: /a/\n",
    "\\u12",
    ",",
];

const RST: &[&str] = &[
    ".. http:get:: /a/(b)\n",
    "\n",
    "\n\n",
    "**Query String Parameters** - Required\n",
    "**Responses**\n",
    "**Request Body**\n",
    "**Example Requests**\n",
    "**Example Response**\n",
    "+---+-----+\n",
    "+===+==+==+\n",
    "| a | `Allowed Values` | 1 |\n",
    "|   +--+--+\n",
    "| 200 | x |\n",
    "| a ",
    "|",
    "+",
    "+-",
    "é",
    "日本",
    ".. sourcecode:: http\n\n",
    "    GET /a?b=%\n",
    "    HTTP/1.1 200 OK\n",
    "    {\"a\": [1]}\n",
    "    A: b\n",
    "Title\n=====\n",
    "====\n",
    "- ",
    "  ",
    "\t",
    "``a=1``",
    "..",
    ".. _a:\n",
    "text ",
    "::\n",
    "`",
    "*",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        for name in ["a.yaml", "a.json", "a.md", "a.rst", "a"] {
            use_fully(name, &bytes);
        }
    }

    #[test]
    fn random_text_is_read_or_refused(text in prop::collection::vec(any::<char>(), 0..200)) {
        let text: String = text.into_iter().collect();
        for name in ["a.yaml", "a.json", "a.md", "a.rst", "a"] {
            use_fully(name, text.as_bytes());
        }
    }

    #[test]
    fn yaml_fragments_are_read_or_refused(text in text_of(YAML)) {
        use_fully("a.yaml", text.as_bytes());
        use_fully("a.json", format!("{{\"a\": {text}").as_bytes());
        use_fully("a.md", format!("```yaml\nopenapi: 3.0.0\n{text}\n```\n").as_bytes());
    }

    #[test]
    fn rst_fragments_are_read_or_refused(text in text_of(RST)) {
        use_fully("a.rst", text.as_bytes());
    }

    #[test]
    fn a_vendor_document_with_changed_bytes_is_read_or_refused(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        spliced in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 0..3),
    ) {
        for name in ["openapi/pyannote.yaml", "openapi/cielo24/request_upload_url.rst"] {
            let mut bytes = real(name);
            for (index, byte) in &changes {
                let index = index.index(bytes.len());
                bytes[index] = *byte & 0x7F;
            }
            for (from, to) in &spliced {
                let (from, to) = (from.index(bytes.len()), to.index(bytes.len()));
                let piece: Vec<u8> = bytes[from..].iter().copied().take(40).collect();
                bytes.splice(to..to, piece);
            }
            use_fully(name, &bytes);
        }
    }
}
