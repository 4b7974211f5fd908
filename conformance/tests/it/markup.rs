//! HTML for the tests: its tags and its text, read with a tokenizer that follows the HTML standard.

use std::collections::BTreeMap;

use html5gum::emitters::default::DefaultEmitter;
use html5gum::{Token, Tokenizer};

#[derive(Debug, Default)]
pub(crate) struct Markup {
    pub(crate) tags: Vec<Tag>,
    /// All text in order, including scripts and styles.
    pub(crate) text: String,
    pub(crate) errors: Vec<String>,
}

#[derive(Debug)]
pub(crate) struct Tag {
    pub(crate) name: String,
    attributes: BTreeMap<String, String>,
    /// The text between this tag and the next one.
    pub(crate) text: String,
}

impl Markup {
    pub(crate) fn read(html: &str) -> Self {
        let mut emitter = DefaultEmitter::default();
        emitter.naively_switch_states(true);
        let mut markup = Self::default();
        let mut inside = false;
        for token in Tokenizer::new_with_emitter(html, emitter) {
            let Ok(token) = token;
            match token {
                Token::StartTag(tag) => {
                    let attributes = tag.attributes.iter().map(|(name, value)| (text(name), text(value)));
                    let attributes = attributes.collect();
                    markup.tags.push(Tag { name: text(&tag.name), attributes, text: String::new() });
                    inside = true;
                }
                Token::EndTag(_) => inside = false,
                Token::String(string) => {
                    let string = text(&string);
                    markup.text.push_str(&string);
                    let tag = markup.tags.last_mut().filter(|_| inside);
                    tag.into_iter().for_each(|tag| tag.text.push_str(&string));
                }
                Token::Error(error) => markup.errors.push(format!("{error:?}")),
                Token::Comment(_) | Token::Doctype(_) => {}
            }
        }
        markup
    }

    /// The tags that have this class.
    pub(crate) fn with_class(&self, class: &str) -> Vec<&Tag> {
        let has = |tag: &&Tag| tag.get("class").is_some_and(|all| all.split(' ').any(|one| one == class));
        self.tags.iter().filter(has).collect()
    }
}

impl Tag {
    pub(crate) fn get(&self, attribute: &str) -> Option<&str> {
        self.attributes.get(attribute).map(String::as_str)
    }

    pub(crate) fn attributes(&self) -> impl Iterator<Item = (&str, &str)> {
        self.attributes.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}
