//! Secrets in this process's memory.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::Secret;

/// Secrets by name.
#[derive(Debug, Default)]
pub(crate) struct Memory(Mutex<HashMap<String, Secret>>);

impl Memory {
    pub(crate) fn get(&self, name: &str) -> Option<Secret> {
        self.lock().get(name).cloned()
    }

    pub(crate) fn set(&self, name: &str, value: &Secret) {
        self.lock().insert(name.to_owned(), value.clone());
    }

    pub(crate) fn delete(&self, name: &str) {
        self.lock().remove(name);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Secret>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
