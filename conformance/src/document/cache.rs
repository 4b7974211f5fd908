//! Results that take long to make, such as compiled schemas. Each is made once, because a document repeats its schemas.

use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use jsonschema::Validator;
use serde_json::Value;

/// The most entries that are kept. A document of 1,000 operations has about 500 different schemas.
const MAX_KEPT: usize = 2_000;

/// The compiled schemas of one document; none for a schema that cannot be compiled.
pub(super) type Validators = Cache<Value, Option<Arc<Validator>>>;

/// Values that are made once for each key.
pub(super) struct Cache<K, V>(Mutex<HashMap<K, V>>);

impl<K: Eq + Hash + Clone, V: Clone> Cache<K, V> {
    /// The value of a key, made if it is not known yet.
    pub(super) fn get(&self, key: &K, make: impl FnOnce() -> V) -> V {
        let lock = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock().get(key) {
            return known.clone();
        }
        let made = make();
        let mut kept = lock();
        if kept.len() >= MAX_KEPT {
            kept.clear();
        }
        kept.insert(key.clone(), made.clone());
        made
    }
}

impl<K, V> Default for Cache<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

/// The copy of a document can be changed, so it makes its values again.
impl<K, V> Clone for Cache<K, V> {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl<K, V> fmt::Debug for Cache<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cache")
    }
}
