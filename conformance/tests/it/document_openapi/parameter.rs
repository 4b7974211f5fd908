//! Parameters of requests.

use media_upload_conformance::document::Place;

use super::{notes, operation, parsed};

#[test]
fn parameters_have_the_style_of_their_place() {
    let document = parsed(&operation(
        "parameters:\n- {name: q, in: query, schema: {}}\n- {name: d, in: query, schema: {}, style: deepObject}\n- {name: r, in: query, schema: {}, explode: false, allowReserved: true}\n- {name: h, in: header, schema: {}}\n- {name: c, in: cookie, schema: {}}\n- {name: j, in: query, content: {application/json: {schema: {type: object}, example: {a: 1}}}}\n- {name: Authorization, in: header, schema: {}}\n- {name: q, in: query, schema: {}}\n- {name: n, in: query}\n- {name: p, in: path, schema: {}}\n- {name: Host, in: header, schema: {}}",
        "",
    ));
    let parameters: Vec<_> = document.operations[0]
        .parameters
        .iter()
        .map(|p| (p.name.as_str(), p.style.as_str(), p.explode, p.allow_reserved, p.examples.len()))
        .collect();
    assert_eq!(
        parameters,
        [
            ("q", "form", true, false, 0),
            ("d", "deepObject", false, false, 0),
            ("r", "form", false, true, 0),
            ("h", "simple", false, false, 0),
            ("c", "form", true, false, 0),
            ("j", "application/json", false, false, 1),
            ("n", "form", true, false, 0),
        ]
    );
    assert_eq!(
        notes(&document),
        [
            "5 the path has no `{p}`, though a parameter says so; nothing is sent for it",
            "5 no response is documented",
            "13 OpenAPI ignores a parameter called `Authorization`; so does this reader",
            "14 a second parameter called `q` in the same place; it is not read",
            "15 neither `schema` nor `content`; any value is taken",
            "16 `p` stands in the path without `required: true`; it is read as required",
            "17 the header `Host` is HTTP's own, no client's; it is not read",
        ]
    );
}

#[test]
fn a_path_without_a_parameter_for_its_template_can_still_be_called() {
    let document =
        parsed("openapi: 3.0.0\npaths:\n  /a/{id}/b:\n    get: {responses: {default: {description: d}}}\n");
    let parameter = &document.operations[0].parameters[0];
    assert_eq!((parameter.name.as_str(), parameter.place, parameter.required), ("id", Place::Path, true));
    assert_eq!(
        notes(&document),
        ["4 no parameter describes the path's `{id}`; it is read as a required text"]
    );
    assert_eq!(document.operations[0].id, "b");
}

#[test]
fn a_parameter_that_is_described_twice_over_is_noted() {
    let document = parsed(&operation(
        "responses: {default: {description: d, headers: {H: {name: H, schema: {}}}}}\nparameters:\n- {name: a, in: query, schema: {type: string}, content: {a/b: {}}}\n- {name: b, in: query, content: {a/b: {schema: {type: string}}, c/d: {}}}\n- {name: c, in: header, style: form, schema: {}}\n- {name: d, in: query, style: pipeDelimited, schema: {}}",
        "",
    ));
    assert_eq!(
        notes(&document),
        [
            "6 `name` is not a key that OpenAPI 3.0 has here; it is not read",
            "8 both `schema` and `content`; only the schema is read",
            "9 content in several media types, of which a parameter has one; only the first is read",
            "10 the style `form` does not exist in this place; read as `simple`",
        ]
    );
    let styles: Vec<_> =
        document.operations[0].parameters.iter().map(|p| (p.style.as_str(), p.explode)).collect();
    assert_eq!(styles, [("form", true), ("a/b", false), ("simple", false), ("pipeDelimited", false)]);
}
