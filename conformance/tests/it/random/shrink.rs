//! A smaller document with the same failure: parts are removed one by one, as long as the failure stays.

use serde_json::Value;

/// The smallest document that is found.
pub(super) fn smallest(document: &Value, fails: &mut dyn FnMut(&Value) -> bool) -> Value {
    let mut smallest = document.clone();
    while let Some(smaller) = parts(&smallest, "").iter().find_map(|part| {
        let smaller = without(&smallest, part);
        fails(&smaller).then_some(smaller)
    }) {
        smallest = smaller;
    }
    smallest
}

/// The pointers of all parts, the larger ones first. A document needs its version, and an operation its id.
fn parts(value: &Value, pointer: &str) -> Vec<String> {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(map) => {
            map.iter().map(|(key, value)| (key.replace('~', "~0").replace('/', "~1"), value)).collect()
        }
        Value::Array(all) => {
            all.iter().enumerate().map(|(index, value)| (index.to_string(), value)).collect()
        }
        _ => Vec::new(),
    };
    let removable = |key: &str| {
        !["openapi", "info", "components", "security", "paths", "operationId", "description", "name", "in"]
            .contains(&key)
    };
    let own = children.iter().filter(|(key, _)| removable(key)).map(|(key, _)| format!("{pointer}/{key}"));
    let within = children.iter().filter(|(key, _)| key != "components");
    let within = within.flat_map(|(key, value)| parts(value, &format!("{pointer}/{key}")));
    own.chain(within).collect()
}

fn without(document: &Value, pointer: &str) -> Value {
    let mut smaller = document.clone();
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    match smaller.pointer_mut(parent).unwrap() {
        Value::Object(map) => drop(map.shift_remove(&key.replace("~1", "/").replace("~0", "~"))),
        Value::Array(all) => drop(all.remove(key.parse().unwrap())),
        _ => {}
    }
    smaller
}
