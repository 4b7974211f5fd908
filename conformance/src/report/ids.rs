//! A list of case ids on as few lines as possible.

/// The most ids that are listed.
const MAX_IDS: usize = 60;

/// The ids. Those with the same beginning, up to the last slash, are written together: `a/b/{c,d}`.
pub(super) fn list(ids: &[&str]) -> String {
    let shown = &ids[..ids.len().min(MAX_IDS)];
    let groups = shown.chunk_by(|one, next| folder(one).0 == folder(next).0);
    let mut parts: Vec<String> = groups.map(together).collect();
    if ids.len() > shown.len() {
        parts.push(format!("and {} more", ids.len() - shown.len()));
    }
    parts.join(", ")
}

fn together(ids: &[&str]) -> String {
    match ids {
        [id] => (*id).to_owned(),
        _ => {
            let beginning = ids.first().map_or("", |id| folder(id).0);
            let ends: Vec<&str> = ids.iter().map(|id| folder(id).1).collect();
            format!("{beginning}{{{}}}", ends.join(","))
        }
    }
}

/// An id before and after its last slash.
fn folder(id: &str) -> (&str, &str) {
    id.split_at(id.rfind('/').map_or(0, |slash| slash + 1))
}

#[cfg(test)]
mod tests {
    use super::{MAX_IDS, list};

    #[test]
    fn ids_with_the_same_beginning_are_written_together() {
        assert_eq!(list(&["a/b/c", "a/b/d", "a/e", "f"]), "a/b/{c,d}, a/e, f");
        let many: Vec<String> = (0..MAX_IDS + 5).map(|number| format!("{number}/x")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert!(list(&many).ends_with("59/x, and 5 more"));
    }
}
