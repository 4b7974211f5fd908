//! Schemas with alternatives: how the generated types tell them apart.

use super::generate;
use super::growth::{assert_contains, document};

const DONE: &str = "responses: { '204': { description: '' } }";

fn with_schemas(schemas: &str) -> String {
    document(&format!("  /a: {{ get: {{ operationId: a, {DONE} }} }}"), schemas)
}

/// A document with a schema `Either` of these two alternatives.
fn either(one: &str, two: &str) -> String {
    with_schemas(&format!("    Either: {{ oneOf: [{one}, {two}] }}"))
}

#[test]
fn a_value_that_can_satisfy_two_alternatives_is_kept_whole() {
    let object = |properties: &str| format!("{{ type: object, {properties} }}");
    let [a, b] = ["a", "b"]
        .map(|name| object(&format!("required: [{name}], properties: {{ {name}: {{ type: string }} }}")));
    let closed = object("additionalProperties: false, properties: { b: { type: string } }");
    let kind = |value: &str| object(&format!("required: [k], properties: {{ k: {{ type: {value} }} }}"));
    for (one, two, overlaps) in [
        (a.as_str(), b.as_str(), true),
        (&a, &closed, false),
        (&kind("string"), &kind("integer"), false),
        (&kind("integer"), &kind("number"), true),
        ("{ type: string }", "{ type: integer }", false),
        ("{ type: string, enum: [x, y] }", "{ type: string, enum: [z] }", false),
        ("{ type: string, enum: [x, y] }", "{ type: string, enum: [y, z] }", true),
        ("{ type: string, nullable: true }", "{ type: object, nullable: true }", true),
        ("{ type: array, items: { type: string } }", "{ type: array, items: { type: integer } }", true),
    ] {
        let source = generate(&either(one, two)).unwrap();
        assert_eq!(source.contains("A value can satisfy two alternatives"), overlaps, "{one} {two}");
        assert_eq!(source.contains("pub fn raw(&self)"), overlaps, "{one} {two}");
    }
}

#[test]
fn a_required_property_with_distinct_values_selects_the_alternative() {
    let kind = |value: &str| {
        format!("{{ type: object, required: [k], properties: {{ k: {{ type: string, enum: [{value}] }} }} }}")
    };
    assert_contains(
        &either(&kind("x, y"), &kind("z")),
        &["value.get(\"k\")", "Some(\"x\" | \"y\") =>", "Some(\"z\") =>"],
    );
}

#[test]
fn other_parts_of_a_schema_belong_to_each_alternative() {
    let schemas = "    Base: { type: object, required: [id], properties: { id: { type: string } } }\n    \
                   Cat: { type: object, properties: { claws: { type: integer } } }\n    \
                   Pet: { allOf: [{ $ref: '#/components/schemas/Base' }, { oneOf: [{ $ref: '#/components/schemas/Cat' }, { $ref: '#/components/schemas/Thing' }] }] }";
    assert_contains(&with_schemas(schemas), &["PetCat(PetCat)", "PetThing(PetThing)", "pub struct PetCat"]);
}

#[test]
fn alternatives_that_only_restrict_are_no_types() {
    let schemas = "    Pair: { type: object, properties: { a: { type: string } }, anyOf: [{ required: [a] }, { required: [b] }] }";
    let source = generate(&with_schemas(schemas)).unwrap();
    assert!(source.contains("pub struct Pair {") && !source.contains("enum Pair"), "{source}");
}

#[test]
fn an_alternative_that_leads_back_to_its_union_is_boxed() {
    let schemas = "    Node: { oneOf: [{ $ref: '#/components/schemas/Tree' }, { type: string }] }\n    \
                   Tree: { type: object, properties: { left: { $ref: '#/components/schemas/Node' } } }";
    assert_contains(
        &with_schemas(schemas),
        &["Tree(::std::boxed::Box<Tree>)", "String(::std::string::String)"],
    );
}
