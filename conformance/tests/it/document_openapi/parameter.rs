//! Parameters of requests.

use media_upload_conformance::document::ParameterLocation;

use super::{notes, operation, parsed};

#[test]
fn parameters_have_the_default_style_of_their_location() {
    let document = parsed(&operation(
        "parameters:\n- {name: q, in: query, schema: {}}\n- {name: d, in: query, schema: {}, style: deepObject}\n- {name: r, in: query, schema: {}, explode: false, allowReserved: true}\n- {name: h, in: header, schema: {}}\n- {name: c, in: cookie, schema: {}}\n- {name: j, in: query, content: {application/json: {schema: {type: object}, example: {a: 1}}}}\n- {name: Authorization, in: header, schema: {}}\n- {name: q, in: query, schema: {}}\n- {name: n, in: query}\n- {name: p, in: path, schema: {}}\n- {name: Host, in: header, schema: {}}",
        "",
    ));
    let parameters: Vec<_> = document.operations[0]
        .parameters
        .iter()
        .map(|p| {
            (
                p.name.as_str(),
                p.format.style.word(),
                p.format.explode,
                p.format.allow_reserved,
                p.examples.len(),
            )
        })
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
            "5 the path template has no `{p}` for this path parameter; the parameter is ignored",
            "5 no response is documented",
            "13 OpenAPI ignores a header parameter named `Authorization`; it is ignored",
            "14 a second parameter named `q` in the same location; it is ignored",
            "15 neither `schema` nor `content` is present; every value is accepted",
            "16 the path parameter `p` has no `required: true`; it is treated as required",
            "17 the header `Host` is set by the HTTP implementation, not by the caller; it is ignored",
        ]
    );
}

#[test]
fn a_path_parameter_without_a_description_is_added() {
    let document =
        parsed("openapi: 3.0.0\npaths:\n  /a/{id}/b:\n    get: {responses: {default: {description: d}}}\n");
    let parameter = &document.operations[0].parameters[0];
    assert_eq!(
        (parameter.name.as_str(), parameter.sent_in, parameter.required),
        ("id", ParameterLocation::Path, true)
    );
    assert_eq!(
        notes(&document),
        ["4 no parameter describes `{id}` of the path template; it is treated as a required string"]
    );
    assert_eq!(document.operations[0].id, "b");
}

#[test]
fn contradictory_parameter_descriptions_are_noted() {
    let document = parsed(&operation(
        "responses: {default: {description: d, headers: {H: {name: H, schema: {}}}}}\nparameters:\n- {name: a, in: query, schema: {type: string}, content: {a/b: {}}}\n- {name: b, in: query, content: {a/b: {schema: {type: string}}, c/d: {}}}\n- {name: c, in: header, style: form, schema: {}}\n- {name: d, in: query, style: pipeDelimited, schema: {}}",
        "",
    ));
    assert_eq!(
        notes(&document),
        [
            "6 OpenAPI 3.0 has no key `name` here; it is ignored",
            "8 `schema` and `content` are both present; `content` is ignored",
            "9 `content` has several media types, but one is allowed; only the first is used",
            "10 the style `form` is not allowed in this location; `simple` is used",
        ]
    );
    let styles: Vec<_> =
        document.operations[0].parameters.iter().map(|p| (p.format.style.word(), p.format.explode)).collect();
    assert_eq!(styles, [("form", true), ("a/b", false), ("simple", false), ("pipeDelimited", false)]);
}
