//! The imports among the files of a crate, and the circles that they form.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use regex::Regex;

/// The files of one module tree, by their module path; the root has an empty path.
pub(super) type Modules = BTreeMap<Vec<String>, (PathBuf, String)>;

/// Reads the module tree below a root file: `mod x;` is `x.rs` or `x/mod.rs` in the folder of the module.
pub(super) fn modules(root: &Path) -> Modules {
    let mut found = Modules::new();
    let folder = root.parent().unwrap().to_owned();
    read(root, &folder, Vec::new(), &mut found);
    found
}

fn read(file: &Path, folder: &Path, path: Vec<String>, found: &mut Modules) {
    let text = code(&std::fs::read_to_string(file).unwrap());
    for module in DECLARATION.captures_iter(&text) {
        let name = &module["name"];
        let candidates = match module.name("path") {
            Some(other) => vec![file.parent().unwrap().join(other.as_str())],
            None => vec![folder.join(format!("{name}.rs")), folder.join(name).join("mod.rs")],
        };
        let child = candidates.into_iter().find(|path| path.is_file());
        let child = child.unwrap_or_else(|| panic!("{} declares {name}, which has no file", file.display()));
        let inner = match module.name("path") {
            Some(_) => child.parent().unwrap().to_owned(),
            None => folder.join(name),
        };
        let path = path.iter().cloned().chain([name.to_owned()]).collect();
        read(&child, &inner, path, found);
    }
    found.insert(path, (file.to_owned(), text));
}

/// A file without its comments and its unit tests.
pub(super) fn code(text: &str) -> String {
    let end = text.find("#[cfg(test)]\nmod ").unwrap_or(text.len());
    let lines = text[..end].lines().map(|line| line.split("//").next().unwrap_or_default());
    lines.collect::<Vec<_>>().join("\n")
}

/// A module that is declared in a file of its own, with the path to it if the declaration gives one.
static DECLARATION: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r#"(?m)^(?:#\[path = "(?P<path>[^"]+)"\]\n)?[ ]*(?:pub(?:\([a-z ]+\))? )?mod (?P<name>[a-z_0-9]+);"#,
    )
    .unwrap()
});

/// The beginning of a path to an item of the crate.
static BEGINNING: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?:^|[^a-zA-Z0-9_:])((?:crate|self|super|[a-z_][a-z_0-9]*)::)").unwrap());

/// The modules that each module imports.
pub(super) fn imports(modules: &Modules) -> BTreeMap<Vec<String>, BTreeSet<Vec<String>>> {
    let all = modules.iter().map(|(path, (_, text))| {
        let mut targets: BTreeSet<_> = paths(text, path, modules)
            .into_iter()
            .filter(|import| !is_generated(import, modules))
            .filter_map(|import| {
                (0..=import.len()).rev().map(|n| import[..n].to_vec()).find(|m| modules.contains_key(m))
            })
            .collect();
        targets.remove(path);
        (path.clone(), targets)
    });
    all.collect()
}

/// Whether a path begins with a name that the crate does not have: then it is part of code that the file generates.
fn is_generated(import: &[String], modules: &Modules) -> bool {
    let Some(name) = import.first().filter(|name| !modules.contains_key(&vec![(*name).clone()])) else {
        return false;
    };
    let defined = format!(
        r"pub use [^;]*\b{name}\b|\b(?:fn|struct|enum|trait|type|const|static|macro_rules!) {name}\b"
    );
    !Regex::new(&defined).unwrap().is_match(&modules[&Vec::new()].1)
}

/// Every path in a file that begins with `crate`, `self`, `super`, or the name of a child module, from the root on.
fn paths(text: &str, own: &[String], modules: &Modules) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for begin in BEGINNING.captures_iter(text) {
        let begin = begin.get(1).unwrap();
        let first = begin.as_str().trim_end_matches("::");
        let child = own.iter().cloned().chain([first.to_owned()]).collect::<Vec<_>>();
        let base = match first {
            "crate" => Vec::new(),
            "self" => own.to_vec(),
            "super" => own[..own.len().saturating_sub(1)].to_vec(),
            _ if modules.contains_key(&child) => child,
            _ => continue,
        };
        tree(&text[begin.end()..], base, &mut found);
    }
    found
}

/// The paths of a `use` tree: `a::{b, c::d}`. Returns the rest of the text after it.
fn tree<'t>(text: &'t str, base: Vec<String>, found: &mut Vec<Vec<String>>) -> &'t str {
    let text = text.trim_start();
    if let Some(mut group) = text.strip_prefix('{') {
        loop {
            group = tree(group, base.clone(), found).trim_start();
            group = match group.strip_prefix(',') {
                Some(rest) if !rest.trim_start().starts_with('}') => rest,
                Some(rest) => return rest.trim_start().strip_prefix('}').unwrap_or(rest),
                None => return group.strip_prefix('}').unwrap_or(group),
            };
        }
    }
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let path = match name {
        "super" => base[..base.len().saturating_sub(1)].to_vec(),
        "self" | "" => base,
        name => base.into_iter().chain([name.to_owned()]).collect(),
    };
    if let Some(rest) = rest.strip_prefix("::") {
        return tree(rest, path, found);
    }
    found.push(path);
    match rest.trim_start().strip_prefix("as ") {
        Some(alias) => {
            &alias[alias.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(alias.len())..]
        }
        None => rest,
    }
}

/// The files of a circle, if there is one.
pub(super) fn circle(modules: &Modules) -> Option<Vec<PathBuf>> {
    let imports = imports(modules);
    let mut done = BTreeSet::new();
    let found = imports.keys().find_map(|path| visit(path, &imports, &mut Vec::new(), &mut done));
    found.map(|paths| paths.iter().map(|path| modules[path].0.clone()).collect())
}

fn visit(
    path: &Vec<String>,
    imports: &BTreeMap<Vec<String>, BTreeSet<Vec<String>>>,
    open: &mut Vec<Vec<String>>,
    done: &mut BTreeSet<Vec<String>>,
) -> Option<Vec<Vec<String>>> {
    if let Some(at) = open.iter().position(|other| other == path) {
        return Some(open[at..].to_vec());
    }
    if done.contains(path) {
        return None;
    }
    open.push(path.clone());
    let found = imports[path].iter().find_map(|target| visit(target, imports, open, done));
    open.pop();
    done.insert(path.clone());
    found
}

#[test]
fn a_circle_is_found_through_groups_parents_and_children() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write("lib.rs", "mod a;\nmod b;\npub use a::A;\n");
    write("a.rs", "mod inner;\n// use crate::b::B;\npub struct A;\n");
    write("a/inner.rs", "use crate::{b::{self, B as C}, b::Y};\n");
    write("b.rs", "fn f() { super::a::g() }\n");
    assert_eq!(circle(&modules(&folder.path().join("lib.rs"))), None);
    write("a.rs", "mod inner;\nuse inner::I;\npub struct A;\n");
    let circle = circle(&modules(&folder.path().join("lib.rs"))).unwrap();
    let names: Vec<_> =
        circle.iter().map(|path| path.strip_prefix(folder.path()).unwrap().to_str().unwrap()).collect();
    assert_eq!(names, ["a.rs", "a/inner.rs", "b.rs"]);
}
