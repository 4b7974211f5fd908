//! Links of Markdown files.

use std::path::{Path, PathBuf};

use regex::Regex;

use super::root;

#[test]
fn every_relative_link_of_a_markdown_file_leads_to_a_file_and_heading() {
    let link = Regex::new(r"\]\(([^)\s]+)\)").unwrap();
    let mut count = 0;
    for page in pages(&root()) {
        let text = std::fs::read_to_string(&page).unwrap();
        for target in link.captures_iter(&text).map(|found| found[1].to_owned()) {
            // Paths of Rust items are links of rustdoc, which checks them itself.
            if target.contains("://") || target.contains("::") || target.starts_with("mailto:") {
                continue;
            }
            count += 1;
            let (file, heading) = target.split_once('#').unwrap_or((&target, ""));
            let file = if file.is_empty() { page.clone() } else { page.parent().unwrap().join(file) };
            assert!(file.exists(), "{}: the link {target} leads nowhere", page.display());
            if !heading.is_empty() {
                let headings = headings(&std::fs::read_to_string(&file).unwrap());
                assert!(
                    headings.contains(&heading.to_owned()),
                    "{}: no heading for the link {target}",
                    page.display()
                );
            }
        }
    }
    assert!(count > 10, "only {count} links were found");
}

fn pages(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && name != "target" && !name.starts_with(".git") {
            found.extend(pages(&path));
        } else if name.ends_with(".md") {
            found.push(path);
        }
    }
    found
}

/// The anchors of the headings of a page, as code hosts make them.
fn headings(text: &str) -> Vec<String> {
    let headings = text.lines().filter_map(|line| line.strip_prefix('#'));
    let anchor = |heading: &str| {
        let heading = heading.trim_start_matches('#').trim().to_lowercase();
        let kept = heading.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
        kept.map(|c| if c == ' ' { '-' } else { c }).collect()
    };
    headings.map(anchor).collect()
}
